//! Ranges of threat objects in order of `date_added`. Who sees much of what there is meets a page soon in that
//! order; who does not is given it merged out of the runs of what may be seen ([`super::runs`]). Where these
//! are too many, a bounded count says how to look further: few matches are gathered by audience and sorted,
//! many are met in order.

use std::collections::HashSet;

use kaname_store::{Bounds, ObjectBytes, ObjectFilter, ObjectPage, Sight, StoredObject, Versions};
use roaring::RoaringBitmap;
use rusqlite::{OptionalExtension, Row, params};

use crate::{
    error::{Outcome, corrupt},
    form,
    read::{
        Reading, runs,
        sql::{Conditions, words},
    },
};

/// Counts are exact up to here.
const COUNTED: u32 = 10_000;

/// How far a page is looked for in order at first, in pages.
const WALKED: usize = 16;

/// Index that covers every filter but ids, words and values.
const BY_AUDIENCE: &str = " INDEXED BY objects_visible";

/// In a collection what came with a moment from elsewhere stands first and in order of those moments:
/// whatever is after the last that is not later, and was not added here by then, has a later `date_added`.
const ADDED_AFTER: &str = "SELECT max(?2, coalesce((
    SELECT d.added_us FROM objects AS d INDEXED BY objects_dated
    WHERE d.collection = ?1 AND d.dated_us <= ?2
    ORDER BY d.dated_us DESC, d.added_us DESC LIMIT 1), ?2))";

/// Most bytes of one page of raw objects; a page ends early rather than grow beyond.
const PAGE_BYTES: usize = 64 * 1024 * 1024;

pub(crate) fn page(reading: &Reading<'_>, filter: &ObjectFilter) -> Outcome<ObjectPage> {
    let keys = keys(reading, filter)?;
    let total = match (filter.count, keys.total) {
        (false, _) => None,
        (true, Some(total)) => Some(total),
        (true, None) => Some(count(reading, filter)?),
    };
    let mut page = ObjectPage {
        total,
        ..ObjectPage::default()
    };
    let whole = "SELECT o.key, c.id, o.stix_id, o.stix_type, o.version_us, o.spec, o.added_us,
                        o.audience, o.title, o.source, o.raw, o.dated_us, o.origin, o.tlp
                 FROM objects AS o JOIN collections AS c ON c.number = o.collection
                 WHERE o.added_us = ?1";
    let mut whole = reading.connection.prepare_cached(whole)?;
    let mut bytes = 0;
    for added_us in keys.added_us {
        if page.objects.len() >= limit(filter) || bytes > PAGE_BYTES {
            page.more = true;
            break;
        }
        let mut one = whole.query([added_us])?;
        if let Some(row) = one.next()? {
            let object = decode(row)?;
            bytes += object.raw.len();
            page.objects.push(object);
        }
    }
    Ok(page)
}

pub(crate) fn bytes(reading: &Reading<'_>, filter: &ObjectFilter) -> Outcome<ObjectBytes> {
    let keys = keys(reading, filter)?;
    let whole = "SELECT raw, dated_us FROM objects WHERE added_us = ?1";
    let mut whole = reading.connection.prepare_cached(whole)?;
    let mut page = ObjectBytes::default();
    for added in keys.added_us {
        if page.count as usize >= limit(filter) || page.joined.len() > PAGE_BYTES {
            page.more = true;
            break;
        }
        let mut one = whole.query([added])?;
        let Some(row) = one.next()? else { continue };
        let raw = row.get_ref(0)?.as_str();
        if page.count > 0 {
            page.joined.push(',');
        }
        page.joined.push_str(raw.map_err(|e| corrupt("object", e))?);
        page.count += 1;
        let date_added = row.get::<_, Option<i64>>(1)?.unwrap_or(added);
        page.added = Some((
            page.added.map_or(date_added, |(first, _)| first),
            date_added,
        ));
        page.last_us = Some(added);
    }
    Ok(page)
}

pub(crate) fn referring(
    reading: &Reading<'_>,
    stix_id: &str,
    readable: &RoaringBitmap,
    limit: u32,
) -> Outcome<Vec<String>> {
    let limit = limit.min(10_000) as usize;
    let hub = form::origin_bytes(None);
    let mut ids: Vec<String> = Vec::new();
    for whose in ["=", "<>"] {
        let find = format!(
            "SELECT DISTINCT o.stix_id
             FROM object_refs AS r CROSS JOIN objects AS o ON o.added_us = r.object
             WHERE r.target = ?1 AND o.audience IN rarray(?2) AND o.origin {whose} ?4 LIMIT ?3"
        );
        let mut find = reading.connection.prepare_cached(&find)?;
        let mut rows = find.query(params![stix_id, form::bitmap(readable), limit as i64, hub])?;
        let met: HashSet<String> = ids.iter().cloned().collect();
        while let Some(row) = rows.next()? {
            let id: String = row.get(0)?;
            if ids.len() < limit && !met.contains(&id) {
                ids.push(id);
            }
        }
    }
    Ok(ids)
}

pub(crate) fn sights(reading: &Reading<'_>, stix_ids: &[String]) -> Outcome<Vec<Sight>> {
    let find = "SELECT o.stix_id, o.origin, c.id, o.audience, min(o.added_us)
                FROM objects AS o INDEXED BY objects_id
                JOIN collections AS c ON c.number = o.collection
                WHERE o.stix_id IN rarray(?1)
                GROUP BY o.stix_id, o.origin, c.id, o.audience
                ORDER BY o.stix_id, o.origin, c.id, o.audience";
    let mut find = reading.connection.prepare_cached(find)?;
    let mut rows = find.query([form::texts(stix_ids)])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(Sight {
            stix_id: row.get(0)?,
            origin: form::origin(row, 1)?,
            collection: form::id(row, 2)?,
            audience_id: row.get(3)?,
            first_us: row.get(4)?,
        });
    }
    Ok(all)
}

fn limit(filter: &ObjectFilter) -> usize {
    filter.limit.clamp(1, 10_000) as usize
}

pub(super) fn decode(row: &Row<'_>) -> Outcome<StoredObject> {
    Ok(StoredObject {
        key: form::id(row, 0)?,
        collection: form::id(row, 1)?,
        stix_id: row.get(2)?,
        stix_type: row.get(3)?,
        version_us: row.get(4)?,
        spec: row.get(5)?,
        added_us: row.get(6)?,
        audience_id: row.get(7)?,
        title: row.get(8)?,
        source: form::id(row, 9)?,
        raw: row.get::<_, String>(10)?.into_boxed_str(),
        dated_us: row.get(11)?,
        origin: form::origin(row, 12)?,
        tlp: form::tlp(row.get(13)?),
    })
}

/// Where the matching objects stand, in order, one more than asked for.
struct Keys {
    added_us: Vec<i64>,
    /// Number of matches from the start of the range, when it was needed.
    total: Option<u32>,
}

fn keys(reading: &Reading<'_>, filter: &ObjectFilter) -> Outcome<Keys> {
    let none = Keys {
        added_us: Vec::new(),
        total: Some(0),
    };
    let Some(place) = Place::of(reading, filter, true)? else {
        return Ok(none);
    };
    if !is_narrow(filter)
        && let Some(added_us) = in_order(reading, filter, &place)?
    {
        let total = None;
        return Ok(Keys { added_us, total });
    }
    let Some(mut conditions) = conditions(filter, &place) else {
        return Ok(none);
    };
    let (index, total) = if !filter.ids.is_empty() {
        (" INDEXED BY objects_id", None)
    } else if is_narrow(filter) {
        ("", None)
    } else {
        let total = count(reading, filter)?;
        let index = match (total > COUNTED, filter.collection) {
            (false, _) => BY_AUDIENCE,
            (true, Some(_)) => " INDEXED BY objects_order",
            (true, None) => " NOT INDEXED",
        };
        (index, Some(total))
    };
    if index == BY_AUDIENCE {
        name_collections(filter, &mut conditions);
    }
    let direction = if filter.newest_first { "DESC" } else { "ASC" };
    let sql = format!(
        "SELECT o.added_us FROM objects AS o{index}{} ORDER BY o.added_us {direction} LIMIT {}",
        conditions.text(),
        limit(filter) + 1
    );
    let mut range = reading.connection.prepare_cached(&sql)?;
    let mut rows = range.query(conditions.arguments())?;
    let mut added_us = Vec::new();
    while let Some(row) = rows.next()? {
        added_us.push(row.get(0)?);
    }
    Ok(Keys { added_us, total })
}

/// A page in order, met soon or merged; `None` where there is too much to merge.
fn in_order(
    reading: &Reading<'_>,
    filter: &ObjectFilter,
    place: &Place,
) -> Outcome<Option<Vec<i64>>> {
    let mut form = Conditions::default();
    and_form(filter, &mut form);
    if let Some(found) = walked(reading, filter, place, &form)? {
        return Ok(Some(found));
    }
    let Some(runs) = runs::of(reading, filter, place.own)? else {
        return Ok(None);
    };
    let order = (filter.newest_first, limit(filter) + 1);
    runs::merged(reading, &runs, place.bounds, &form, order).map(Some)
}

/// A page as it is met in order; `None` when that is not soon.
fn walked(
    reading: &Reading<'_>,
    filter: &ObjectFilter,
    place: &Place,
    form: &Conditions,
) -> Outcome<Option<Vec<i64>>> {
    let most = limit(filter) + 1;
    let window = most * WALKED;
    let direction = if filter.newest_first { "DESC" } else { "ASC" };
    let within = match place.own {
        Some(_) => " INDEXED BY objects_order WHERE o.collection = ? AND",
        None => " NOT INDEXED WHERE ? IS NULL AND",
    };
    let sql = format!(
        "SELECT o.added_us, o.audience, o.stix_type, {} FROM objects AS o{within}
         o.added_us > ? AND o.added_us < ? ORDER BY o.added_us {direction} LIMIT {window}",
        form.expression()
    );
    let own: [&dyn rusqlite::ToSql; 3] = [&place.own, &place.bounds.low, &place.bounds.high];
    let mut range = reading.connection.prepare_cached(&sql)?;
    let mut rows = range.query(form.arguments_and(&own))?;
    let mut found = Vec::new();
    for met in 0.. {
        let Some(row) = rows.next()? else {
            return Ok((met < window).then_some(found));
        };
        let stix_type = row.get_ref(2)?.as_str().map_err(|e| corrupt("object", e))?;
        let is_of_type = filter.types.is_empty() || filter.types.iter().any(|one| one == stix_type);
        if filter.readable.contains(row.get(1)?) && is_of_type && row.get(3)? {
            found.push(row.get(0)?);
            if found.len() == most {
                return Ok(Some(found));
            }
        }
    }
    Ok(None)
}

fn count(reading: &Reading<'_>, filter: &ObjectFilter) -> Outcome<u32> {
    let Some(place) = Place::of(reading, filter, false)? else {
        return Ok(0);
    };
    let Some(mut conditions) = conditions(filter, &place) else {
        return Ok(0);
    };
    let index = if is_narrow(filter) { "" } else { BY_AUDIENCE };
    if index == BY_AUDIENCE {
        name_collections(filter, &mut conditions);
    }
    let sql = format!(
        "SELECT count(*) FROM (SELECT 1 FROM objects AS o{index}{} LIMIT {})",
        conditions.text(),
        COUNTED + 1
    );
    let mut count = reading.connection.prepare_cached(&sql)?;
    Ok(count.query_row(conditions.arguments(), |row| row.get(0))?)
}

/// Whether ids, words or a value say where to look.
fn is_narrow(filter: &ObjectFilter) -> bool {
    filter.search.is_some() || filter.value.is_some() || !filter.ids.is_empty()
}

/// Types stand behind the collection in [`BY_AUDIENCE`]: with every collection named, each type is a
/// place to go to instead of a condition on all that a reader may see.
fn name_collections(filter: &ObjectFilter, conditions: &mut Conditions) {
    if filter.collection.is_none() && !filter.types.is_empty() {
        let all = "o.collection IN (SELECT number FROM collections)";
        conditions.and(all, Vec::new());
    }
}

/// Where a filter looks.
struct Place {
    /// The collection's number, when one is named.
    own: Option<i64>,
    bounds: Bounds,
}

impl Place {
    /// With or without the cursor; `None` when the collection is not there.
    fn of(reading: &Reading<'_>, filter: &ObjectFilter, cursor: bool) -> Outcome<Option<Place>> {
        let mut own = None;
        if let Some(collection) = filter.collection {
            let find = "SELECT number FROM collections WHERE id = ?1";
            let mut find = reading.connection.prepare_cached(find)?;
            let number = find.query_row([collection.bytes()], |row| row.get::<_, i64>(0));
            own = number.optional()?;
            if own.is_none() {
                return Ok(None);
            }
        }
        let mut bounds = Bounds::ALL;
        match (filter.added_after_us, own) {
            (Some(after), Some(own)) => {
                let mut find = reading.connection.prepare_cached(ADDED_AFTER)?;
                bounds.low = find.query_row([own, after], |row| row.get(0))?;
            }
            (Some(after), None) => bounds.low = after,
            (None, _) => {}
        }
        match filter.after_us.filter(|_| cursor) {
            Some(after) if filter.newest_first => bounds.high = after,
            Some(after) => bounds.low = bounds.low.max(after),
            None => {}
        }
        Ok(Some(Place { own, bounds }))
    }
}

/// All filters; `None` when nothing can match.
fn conditions(filter: &ObjectFilter, place: &Place) -> Option<Conditions> {
    let mut all = Conditions::default();
    if let Some(own) = place.own {
        all.and("o.collection = ?", vec![Box::new(own)]);
    }
    let readable = form::bitmap(&filter.readable);
    all.and("o.audience IN rarray(?)", vec![Box::new(readable)]);
    if place.bounds.low > i64::MIN {
        all.and("o.added_us > ?", vec![Box::new(place.bounds.low)]);
    }
    if place.bounds.high < i64::MAX {
        all.and("o.added_us < ?", vec![Box::new(place.bounds.high)]);
    }
    if !filter.ids.is_empty() {
        all.and(
            "o.stix_id IN rarray(?)",
            vec![Box::new(form::texts(&filter.ids))],
        );
    }
    if !filter.types.is_empty() {
        all.and(
            "o.stix_type IN rarray(?)",
            vec![Box::new(form::texts(&filter.types))],
        );
    }
    and_form(filter, &mut all);
    if let Some(search) = &filter.search {
        let found = "o.added_us IN (SELECT rowid FROM object_text WHERE object_text MATCH ?)";
        all.and(found, vec![Box::new(words(&search.0)?)]);
    }
    if let Some(value) = &filter.value {
        let found = "o.added_us IN (SELECT object FROM object_values
                                    WHERE space = ? AND value = ?)";
        let arguments: [Box<dyn rusqlite::ToSql>; 2] =
            [Box::new(value.space.clone()), Box::new(value.value.clone())];
        all.and(found, arguments.into());
    }
    Some(all)
}

/// Whose, which versions, in which versions of the standard.
fn and_form(filter: &ObjectFilter, all: &mut Conditions) {
    if !filter.origins.is_empty() {
        all.and(
            "o.origin IN rarray(?)",
            vec![Box::new(form::origins(&filter.origins))],
        );
    }
    if !filter.specs.is_empty() {
        all.and(
            "o.spec IN rarray(?)",
            vec![Box::new(form::texts(&filter.specs))],
        );
    }
    let (chosen, arguments) = versions(&filter.versions, &form::bitmap(&filter.readable));
    all.and(&chosen, arguments);
}

/// A condition on the version, with its arguments. A version the reader may not see hides no other:
/// the newest visible one is the last.
fn versions(
    which: &Versions,
    readable: &(impl rusqlite::ToSql + Clone + 'static),
) -> (String, Vec<Box<dyn rusqlite::ToSql>>) {
    match which {
        Versions::All => ("1".to_owned(), Vec::new()),
        Versions::Last => (
            "(o.last = 1 OR NOT EXISTS (SELECT 1 FROM objects AS n
                WHERE n.stix_id = o.stix_id AND n.collection = o.collection
                AND n.origin = o.origin AND n.version_us > o.version_us AND n.audience IN rarray(?)))"
                .to_owned(),
            vec![Box::new(readable.clone())],
        ),
        Versions::First => (
            "(o.first = 1 OR NOT EXISTS (SELECT 1 FROM objects AS n
                WHERE n.stix_id = o.stix_id AND n.collection = o.collection
                AND n.origin = o.origin AND n.version_us < o.version_us AND n.audience IN rarray(?)))"
                .to_owned(),
            vec![Box::new(readable.clone())],
        ),
        Versions::At(versions) => (
            "o.version_us IN rarray(?)".to_owned(),
            vec![Box::new(form::numbers(versions))],
        ),
        Versions::AnyOf(several) => {
            let mut texts = vec!["0".to_owned()];
            let mut arguments = Vec::new();
            for one in several {
                let (text, more) = versions(one, readable);
                texts.push(text);
                arguments.extend(more);
            }
            (format!("({})", texts.join(" OR ")), arguments)
        }
    }
}
