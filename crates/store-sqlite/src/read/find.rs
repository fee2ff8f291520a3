//! Searches among objects, newest first. What drives one is the narrowest list there is: ids, values, or the
//! words' own list of places. Where most of what is met is hidden from the reader, the search goes on along what
//! the reader may see instead, and the words are looked up only there: what is hidden is passed over in leaps,
//! however much of it there is.

use std::{
    cell::RefCell,
    collections::{BTreeSet, HashMap},
};

use kaname_kernel::{MatterId, Tlp};
use kaname_store::{FindObjects, FoundObjects, Posting, find::COUNTED};
use rusqlite::{CachedStatement, Row, params};

use super::{hits::Hits, object::decode};
use crate::{
    error::{Outcome, corrupt},
    form,
    read::{
        Reading,
        sql::{Conditions, any},
    },
};

/// How many objects are met before it is asked whether the reader sees most of them.
const TRIED: usize = 1_024;
/// Most objects that a reader sees and that are gone along one by one; who sees more sees much of what there is.
const MOST_SEEN: usize = 300_000;

/// Columns that are looked at of each object that is met: all within an index, which is a tenth of the objects.
const LOOKED_AT: &str = "SELECT audience, collection, stix_type, origin, last, tlp
                         FROM objects INDEXED BY objects_looked_at WHERE added_us = ?1";

/// Columns that are looked at of few.
const BESIDE: &str = "SELECT version_us, stix_id, title, raw FROM objects WHERE added_us = ?1";

/// Whether a version is followed by one that the reader may see.
const FOLLOWED: &str = "SELECT EXISTS (SELECT 1 FROM objects
    WHERE stix_id = ?1 AND collection = ?2 AND origin = ?3 AND version_us > ?4 AND audience IN rarray(?5))";

pub(crate) fn find(reading: &Reading<'_>, query: &FindObjects) -> Outcome<FoundObjects> {
    let limit = query.limit.clamp(1, 1_000) as usize;
    let finding = Finding::new(reading, query)?;
    let mut found = FoundObjects::default();
    let mut matches: Vec<i64> = Vec::new();
    finding.walk(i64::MAX, |one| {
        found.total += 1;
        if found.total > COUNTED {
            return false;
        }
        matches.push(one.added_us);
        let (stix_type, collection) = (&one.stix_type, one.collection);
        found
            .spread
            .add(stix_type, collection, one.added_us, one.tlp);
        true
    })?;
    found.spread.groups = finding.groups(&matches)?;
    let mut page: Vec<i64> = Vec::new();
    match query.before_us {
        None => page.extend(matches.iter().take(limit + 1)),
        Some(before) => finding.walk(before, |one| {
            page.push(one.added_us);
            page.len() <= limit
        })?,
    }
    found.more = page.len() > limit;
    page.truncate(limit);
    let whole = "SELECT o.key, c.id, o.stix_id, o.stix_type, o.version_us, o.spec, o.added_us,
                        o.audience, o.title, o.source, o.raw, o.dated_us, o.origin, o.tlp
                 FROM objects AS o JOIN collections AS c ON c.number = o.collection
                 WHERE o.added_us = ?1";
    let mut whole = reading.connection.prepare_cached(whole)?;
    for added_us in page {
        let mut one = whole.query([added_us])?;
        if let Some(row) = one.next()? {
            found.objects.push(decode(row)?);
        }
    }
    Ok(found)
}

/// A match.
struct Match {
    added_us: i64,
    stix_type: String,
    collection: MatterId,
    tlp: Option<Tlp>,
}

/// A search made ready.
struct Finding<'r> {
    reading: &'r Reading<'r>,
    query: &'r FindObjects,
    collections: HashMap<i64, MatterId>,
    /// Asked for each object that is met, so that it is not looked up each time.
    look: RefCell<CachedStatement<'r>>,
    /// Places in which something can be found, newest first, where ids or values say so.
    listed: Option<Vec<i64>>,
    /// What the words must meet; `None` when none are asked for.
    words: Option<String>,
    /// What must not be met, where there is no other word.
    without: Option<String>,
    /// Whether words are asked for that can be in no text.
    nothing: bool,
}

impl<'r> Finding<'r> {
    fn new(reading: &'r Reading<'r>, query: &'r FindObjects) -> Outcome<Self> {
        let mut known = reading
            .connection
            .prepare_cached("SELECT number, id FROM collections")?;
        let mut rows = known.query([])?;
        let mut collections = HashMap::new();
        while let Some(row) = rows.next()? {
            collections.insert(row.get(0)?, form::id(row, 1)?);
        }
        let mut wanted = Vec::new();
        let mut nothing = false;
        for group in query.all_words() {
            match any(&group) {
                Some(one) => wanted.push(format!("({one})")),
                None => nothing = true,
            }
        }
        let unwanted: Vec<&str> = query.without.iter().map(String::as_str).collect();
        let unwanted = any(&unwanted);
        let words = (!wanted.is_empty()).then(|| wanted.join(" AND "));
        let (words, without) = match (words, unwanted) {
            (Some(words), Some(unwanted)) => (Some(format!("({words}) NOT ({unwanted})")), None),
            (words, unwanted) => (words, unwanted),
        };
        Ok(Self {
            reading,
            query,
            collections,
            look: RefCell::new(reading.connection.prepare_cached(LOOKED_AT)?),
            listed: listed(reading, query)?,
            words,
            without,
            nothing,
        })
    }

    /// Gives every match before a moment, newest first, until `each` has enough.
    fn walk(&self, before: i64, mut each: impl FnMut(Match) -> bool) -> Outcome<()> {
        if self.nothing {
            return Ok(());
        }
        let before = before.min(self.query.until_us.unwrap_or(i64::MAX));
        if let Some(listed) = &self.listed {
            return self.along(listed, before, &mut each);
        }
        let mut met = 0;
        let mut seen = 0;
        let mut at = before;
        let mut hits = self
            .words
            .clone()
            .map(|words| Hits::new(self.reading, words));
        let mut without = self.without.clone().map(|one| Hits::new(self.reading, one));
        let mut is_hidden_much = true;
        loop {
            let next = match &mut hits {
                Some(hits) => hits.next_before(at)?,
                None => self.next_before(at)?,
            };
            let Some(place) = next.filter(|place| *place >= self.low()) else {
                return Ok(());
            };
            at = place;
            met += 1;
            let looked = self.look(place)?;
            seen += usize::from(looked.is_some());
            let is_wanted = match &mut without {
                Some(without) => !without.has(place)?,
                None => true,
            };
            if let Some(Some(found)) = looked.filter(|_| is_wanted)
                && !each(found)
            {
                return Ok(());
            }
            if met >= TRIED && seen < met / 2 && is_hidden_much {
                match self.seen(at)? {
                    Some(listed) => return self.along(&listed, at, &mut each),
                    None => is_hidden_much = false,
                }
            }
        }
    }

    /// Along places that are known, newest first.
    fn along(
        &self,
        places: &[i64],
        before: i64,
        each: &mut impl FnMut(Match) -> bool,
    ) -> Outcome<()> {
        let mut hits = self
            .words
            .clone()
            .map(|words| Hits::new(self.reading, words));
        let mut without = self.without.clone().map(|one| Hits::new(self.reading, one));
        for place in places.iter().copied().filter(|place| *place < before) {
            if place < self.low() {
                return Ok(());
            }
            if let Some(hits) = &mut hits
                && !hits.has(place)?
            {
                continue;
            }
            if let Some(without) = &mut without
                && without.has(place)?
            {
                continue;
            }
            if let Some(Some(found)) = self.look(place)?
                && !each(found)
            {
                return Ok(());
            }
        }
        Ok(())
    }

    /// In how many of the matches each group of texts is found.
    fn groups(&self, matches: &[i64]) -> Outcome<Vec<u32>> {
        let mut all = Vec::new();
        for group in &self.query.groups {
            let texts: Vec<&str> = group.iter().map(String::as_str).collect();
            let mut count = 0;
            if let Some(group) = any(&texts) {
                if let Some(among) = self.reading.places.among(self.reading, &group, matches)? {
                    all.push(among);
                    continue;
                }
                // Where words are asked for, only where they stand too.
                let both = match &self.words {
                    Some(words) => format!("({words}) AND ({group})"),
                    None => group,
                };
                let mut hits = Hits::new(self.reading, both);
                for added_us in matches {
                    count += u32::from(hits.has(*added_us)?);
                }
            }
            all.push(count);
        }
        Ok(all)
    }

    fn low(&self) -> i64 {
        self.query.since_us.unwrap_or(i64::MIN)
    }

    /// The newest object before a place.
    fn next_before(&self, place: i64) -> Outcome<Option<i64>> {
        let next = "SELECT max(added_us) FROM objects WHERE added_us < ?1";
        let mut next = self.reading.connection.prepare_cached(next)?;
        Ok(next.query_row([place], |row| row.get(0))?)
    }

    /// Where what the reader may see stands before a place, newest first; `None` when there is too much of it.
    fn seen(&self, before: i64) -> Outcome<Option<Vec<i64>>> {
        let query = self.query;
        let mut all = Conditions::default();
        let readable = form::bitmap(&query.readable);
        all.and("audience IN rarray(?)", vec![Box::new(readable)]);
        let mut numbers = self.collections.iter();
        let wanted = |id: &MatterId| query.collections.is_empty() || query.collections.contains(id);
        let numbers: Vec<i64> = numbers
            .by_ref()
            .filter(|(_, id)| wanted(id))
            .map(|(number, _)| *number)
            .collect();
        all.and(
            "collection IN rarray(?)",
            vec![Box::new(form::numbers(&numbers))],
        );
        if !query.types.is_empty() {
            all.and(
                "stix_type IN rarray(?)",
                vec![Box::new(form::texts(&query.types))],
            );
        }
        all.and("added_us < ?", vec![Box::new(before)]);
        all.and("added_us >= ?", vec![Box::new(self.low())]);
        let sql = format!(
            "SELECT added_us FROM objects INDEXED BY objects_visible{} LIMIT {}",
            all.text(),
            MOST_SEEN + 1
        );
        let mut seen = self.reading.connection.prepare_cached(&sql)?;
        let places = seen.query_map(all.arguments(), |row| row.get(0))?;
        let mut places = places.collect::<Result<Vec<i64>, _>>()?;
        if places.len() > MOST_SEEN {
            return Ok(None);
        }
        places.sort_unstable_by(|one, other| other.cmp(one));
        Ok(Some(places))
    }

    /// What stands in a place: `None` when the reader may not see it, nothing within when it does not match.
    fn look(&self, place: i64) -> Outcome<Option<Option<Match>>> {
        let mut look = self.look.borrow_mut();
        let mut rows = look.query([place])?;
        let Some(row) = rows.next()? else {
            return Ok(Some(None));
        };
        if !self.query.readable.contains(row.get(0)?) {
            return Ok(None);
        }
        Ok(Some(self.matching(place, row)?))
    }

    fn matching(&self, added_us: i64, row: &Row<'_>) -> Outcome<Option<Match>> {
        let query = self.query;
        let collection_number = row.get(1)?;
        let Some(collection) = self.collections.get(&collection_number).copied() else {
            return Ok(None);
        };
        let stix_type = text(row, 2)?;
        let is = |list: &[String], one: &str| list.iter().any(|other| other == one);
        let tlp = form::tlp(row.get(5)?);
        if (!query.collections.is_empty() && !query.collections.contains(&collection))
            || (!query.types.is_empty() && !is(&query.types, stix_type))
            || is(&query.not_types, stix_type)
            || (!query.tlps.is_empty() && !tlp.is_some_and(|tlp| query.tlps.contains(&tlp)))
        {
            return Ok(None);
        }
        let origin: [u8; 16] = row.get(3)?;
        if !query.origins.is_empty() {
            let origins = query.origins.iter();
            let mut origins = origins.map(|origin| form::origin_bytes(*origin));
            if !origins.any(|one| one == origin) {
                return Ok(None);
            }
        }
        let is_last: bool = row.get(4)?;
        let beside = !is_last || !query.ids.is_empty() || query.asks_texts();
        if beside && !self.is_beside(added_us, (collection_number, origin), is_last)? {
            return Ok(None);
        }
        Ok(Some(Match {
            added_us,
            stix_type: stix_type.to_owned(),
            collection,
            tlp,
        }))
    }

    /// Whether what does not stand in the index is as asked for too.
    fn is_beside(&self, added_us: i64, of: (i64, [u8; 16]), is_last: bool) -> Outcome<bool> {
        let query = self.query;
        let mut beside = self.reading.connection.prepare_cached(BESIDE)?;
        let mut rows = beside.query([added_us])?;
        let Some(row) = rows.next()? else {
            return Ok(false);
        };
        let (version_us, stix_id) = (row.get(0)?, text(row, 1)?);
        if !query.ids.is_empty() && !query.ids.iter().any(|id| id == stix_id) {
            return Ok(false);
        }
        if !is_last && self.is_followed(stix_id, of, version_us)? {
            return Ok(false);
        }
        Ok(!query.asks_texts() || query.texts_hold(text(row, 2)?, text(row, 3)?))
    }

    /// A version that the reader may not see hides no other: the newest visible one is the last.
    fn is_followed(
        &self,
        stix_id: &str,
        (collection, origin): (i64, [u8; 16]),
        version_us: i64,
    ) -> Outcome<bool> {
        let mut followed = self.reading.connection.prepare_cached(FOLLOWED)?;
        let readable = form::bitmap(&self.query.readable);
        let is_followed = followed.query_row(
            params![stix_id, collection, origin, version_us, readable],
            |row| row.get(0),
        );
        Ok(is_followed?)
    }
}

fn text<'r>(row: &'r Row<'_>, column: usize) -> Outcome<&'r str> {
    let text = row.get_ref(column)?;
    text.as_str().map_err(|e| corrupt("object", e))
}

/// Places where ids or values are, newest first; `None` when neither is asked for.
fn listed(reading: &Reading<'_>, query: &FindObjects) -> Outcome<Option<Vec<i64>>> {
    let mut places: Option<BTreeSet<i64>> = None;
    if !query.ids.is_empty() {
        let find = "SELECT added_us FROM objects INDEXED BY objects_id WHERE stix_id IN rarray(?1)";
        let mut find = reading.connection.prepare_cached(find)?;
        let found = find.query_map([form::texts(&query.ids)], |row| row.get(0))?;
        places = Some(found.collect::<Result<_, _>>()?);
    }
    for group in &query.values {
        let carrying = carrying(reading, group)?;
        places = Some(match places {
            None => carrying,
            Some(before) => before.intersection(&carrying).copied().collect(),
        });
    }
    Ok(places.map(|places| places.into_iter().rev().collect()))
}

fn carrying(reading: &Reading<'_>, values: &[Posting]) -> Outcome<BTreeSet<i64>> {
    let find = "SELECT object FROM object_values WHERE space = ?1 AND value = ?2";
    let mut find = reading.connection.prepare_cached(find)?;
    let mut places = BTreeSet::new();
    for value in values {
        let found = find.query_map(params![value.space, value.value], |row| row.get(0))?;
        for place in found {
            places.insert(place?);
        }
    }
    Ok(places)
}
