//! What officers write that a search asks for: assessments and campaigns, for who may read their lists. Both are sealed, so
//! that no index knows what they say: where their rows cannot answer, they are read, those touched last first, so many
//! at most.

use std::collections::BTreeSet;

use jiff::Timestamp;
use kaname_intake::{ExtractOptions, Kind, extract};
use kaname_kernel::{Matter, MatterId, Posting, fold};
use kaname_policy::Action;
use kaname_sharing::{Assessment, Campaign, Value, campaign::member, find::within, number};
use kaname_store::{
    Cursor, ListQuery,
    find::{names_host, says},
};

use super::{Left, Outcome, Part, Wanted, narrow_to, values::Sought};
use crate::{caller::Caller, error::WorldError, read::Listed, work::Loaded, world::World};

/// Most assessments, and most campaigns, that are read for one search.
pub const MOST_READ: usize = 5_000;
/// Rows read at once.
const PAGE: u32 = 500;

/// What was found of a kind that is sealed.
#[derive(Debug, Clone)]
pub struct ReadThrough<M> {
    /// The page, and how many there are among those that were looked at.
    pub listed: Listed<M>,
    /// Whether there are others that were not: more than the [`MOST_READ`] that are read, or than
    /// [`kaname_store::MOST_CARRIERS`] of one value.
    pub cut: bool,
}

impl World {
    /// Assessments that a search asks for; `None` for who may not read them.
    pub(super) async fn find_assessments(
        &self,
        caller: &Caller,
        wanted: &Wanted,
        part: &Part,
    ) -> Result<Option<Outcome<ReadThrough<Assessment>>>, WorldError> {
        if self.allow_any(caller, Action::AssessmentRead).is_err() {
            return Ok(None);
        }
        if let Some(why) = left(wanted, "assessment") {
            return Ok(Some(Err(why)));
        }
        let query = self
            .asked_of_rows::<Assessment>(caller, wanted, number::ASSESSMENT_SPACE)
            .await?;
        let reads = asks_text(wanted)
            || !wanted.values.is_empty()
            || wanted.paps.is_some()
            || wanted.collections.is_some();
        let holds = |one: &Assessment| {
            let draft = &one.draft;
            let is_in = |ids: &Vec<MatterId>| ids.iter().any(|id| draft.collections.contains(id));
            let is_pap = |paps: &Vec<_>| paps.contains(&draft.pap);
            let texts = one.texts();
            wanted.paps.as_ref().is_none_or(is_pap)
                && wanted.collections.as_ref().is_none_or(is_in)
                && say(&texts, wanted)
                && carry(&texts, &wanted.values)
        };
        let page = (part.assessments_after, part.limit);
        let found = self
            .read_through(
                query,
                page,
                |one: &Assessment| one.touched,
                reads.then_some(holds),
            )
            .await?;
        Ok(Some(Ok(found)))
    }

    /// Campaigns that a search asks for, by what they are called, why, and the values of their reports; `None` for who may
    /// not read them.
    pub(super) async fn find_campaigns(
        &self,
        caller: &Caller,
        wanted: &Wanted,
        part: &Part,
    ) -> Result<Option<Outcome<ReadThrough<Campaign>>>, WorldError> {
        if self.allow_any(caller, Action::TriageList).is_err() {
            return Ok(None);
        }
        let why = left(wanted, "campaign").or_else(|| {
            if wanted.tlps.is_some() || wanted.paps.is_some() {
                return Some(Left::NoMarking);
            }
            wanted.collections.is_some().then_some(Left::NoCollection)
        });
        if let Some(why) = why {
            return Ok(Some(Err(why)));
        }
        let mut query = self
            .asked_of_rows::<Campaign>(caller, wanted, number::CAMPAIGN_SPACE)
            .await?;
        let mut cut = false;
        for value in &wanted.values {
            let (with, is_cut) = self.campaigns_carrying(caller, value).await?;
            narrow_to(&mut query, with);
            cut |= is_cut;
        }
        let holds = |one: &Campaign| say(&one.texts(), wanted);
        let page = (part.campaigns_after, part.limit);
        let holds = asks_text(wanted).then_some(holds);
        let found = self.read_through(query, page, |one: &Campaign| one.touched, holds);
        let mut found = found.await?;
        found.cut |= cut;
        Ok(Some(Ok(found)))
    }

    /// Campaigns with a report that carries the value, as far as the caller may see both, and whether there may be more.
    async fn campaigns_carrying(
        &self,
        caller: &Caller,
        value: &Sought,
    ) -> Result<(BTreeSet<MatterId>, bool), WorldError> {
        let readable = self.readable(caller).await?;
        let (reports, cut) = self.reports_carrying(value, &readable).await?;
        let members: Vec<Posting> = reports
            .into_iter()
            .map(|report| self.keys().posting::<Campaign>(member(report)))
            .collect();
        let (hits, _) = self
            .all_carrying(Campaign::KIND, &members, &readable)
            .await?;
        let campaigns = hits.into_iter().map(|(id, _)| id).collect();
        Ok((campaigns, cut))
    }

    /// What rows are asked: number, marking and when it was touched.
    pub(super) async fn asked_of_rows<M: Matter>(
        &self,
        caller: &Caller,
        wanted: &Wanted,
        space: &str,
    ) -> Result<ListQuery, WorldError> {
        let mut query = self.query::<M>(caller).await?;
        query.since = wanted.since;
        query.until = wanted.until;
        if let Some(ids) = &wanted.ids {
            let mut among = Vec::new();
            for id in ids {
                let key = number::normalise(id);
                among.extend(self.store().lookup(space, &key).await?);
            }
            query.among = Some(among);
        }
        match &wanted.tlps {
            Some(none) if none.is_empty() => query.among = Some(Vec::new()),
            tlps => query.tlps = tlps.clone().unwrap_or_default(),
        }
        Ok(query)
    }

    /// A page of what the rows lead to and of which the rest holds; where rows answer all of it, no other page is read.
    pub(super) async fn read_through<M: Matter>(
        &self,
        mut query: ListQuery,
        (after, limit): (Option<Cursor>, u32),
        touched: fn(&M) -> Timestamp,
        holds: Option<impl Fn(&M) -> bool + Send + Sync>,
    ) -> Result<ReadThrough<M>, WorldError> {
        let Some(holds) = holds else {
            query.after = after;
            query.limit = limit;
            let listed = self.list(&query).await?;
            return Ok(ReadThrough { listed, cut: false });
        };
        let mut reading = Reading::of(after, limit);
        query.limit = PAGE;
        loop {
            let page = self.list::<M>(&query).await?;
            query.after = reading.take(page, touched, &holds);
            if query.after.is_none() {
                return Ok(reading.found);
            }
        }
    }
}

/// A list while it is read through.
struct Reading<M> {
    found: ReadThrough<M>,
    after: Option<Cursor>,
    limit: usize,
    /// Where the last row that was kept stands.
    last: Option<Cursor>,
    read: usize,
}

impl<M> Reading<M> {
    fn of(after: Option<Cursor>, limit: u32) -> Self {
        let listed = Listed {
            rows: Vec::new(),
            next: None,
            total: 0,
        };
        Self {
            found: ReadThrough { listed, cut: false },
            after,
            limit: limit as usize,
            last: None,
            read: 0,
        }
    }

    /// Takes rows in; gives where the next are, if they are to be read.
    fn take(
        &mut self,
        page: Listed<M>,
        touched: fn(&M) -> Timestamp,
        holds: &impl Fn(&M) -> bool,
    ) -> Option<Cursor> {
        self.read += page.rows.len();
        for one in page.rows {
            if holds(&one.state) {
                self.found.listed.total += 1;
                self.keep(one, touched);
            }
        }
        self.found.cut = page.next.is_some() && self.read >= MOST_READ;
        page.next.filter(|_| !self.found.cut)
    }

    /// Puts a row on the page, if it belongs there.
    fn keep(&mut self, one: Loaded<M>, touched: fn(&M) -> Timestamp) {
        let listed = &mut self.found.listed;
        let place = Cursor {
            at_us: touched(&one.state).as_microsecond(),
            id: one.id,
        };
        let is_after = self
            .after
            .is_none_or(|after| (place.at_us, place.id) < (after.at_us, after.id));
        if !is_after {
            return;
        }
        if listed.rows.len() < self.limit {
            listed.rows.push(one);
            self.last = Some(place);
        } else if listed.next.is_none() {
            listed.next = self.last;
        }
    }
}

/// Why nothing of what officers write is searched; `code` is its type.
fn left(wanted: &Wanted, code: &str) -> Option<Left> {
    let is_it = |types: &Vec<String>| types.iter().any(|one| one == code);
    if !wanted.types.as_ref().is_none_or(is_it) || is_it(&wanted.not_types) {
        return Some(Left::OtherType);
    }
    let is_hub = |origins: &Vec<_>| origins.contains(&None);
    let asks_others = !wanted.origins.as_ref().is_none_or(is_hub);
    asks_others.then_some(Left::HubsOwn)
}

/// Whether it is asked what something says.
fn asks_text(wanted: &Wanted) -> bool {
    !wanted.words.is_empty()
        || !wanted.without.is_empty()
        || !wanted.sectors.is_empty()
        || !wanted.phrases.is_empty()
        || !wanted.without_phrases.is_empty()
}

/// Whether texts say what is asked: words anywhere in them, phrases in one of them, as in what an index knows.
fn say(texts: &[&str], wanted: &Wanted) -> bool {
    if !asks_text(wanted) {
        return true;
    }
    let all = texts.iter().flat_map(|text| fold::tokens(text));
    let all: BTreeSet<String> = all.collect();
    let said = |word: &String| fold::tokens(word).iter().all(|token| all.contains(token));
    let stands = |phrase: &String| texts.iter().any(|text| says(text, "", phrase));
    let is_of = |names: &Vec<String>| names.iter().any(said);
    wanted.words.iter().all(said)
        && wanted.sectors.iter().all(is_of)
        && wanted.phrases.iter().all(stands)
        && !wanted.without.iter().any(said)
        && !wanted.without_phrases.iter().any(stands)
}

/// Whether each of these values stands in one of the texts, in whatever writing.
fn carry(texts: &[&str], values: &[Sought]) -> bool {
    if values.is_empty() {
        return true;
    }
    let options = ExtractOptions::default();
    let read = texts
        .iter()
        .flat_map(|text| extract(text, &options).findings);
    let carried: Vec<Value> = read
        .map(|found| Value {
            kind: found.kind,
            value: found.value,
        })
        .collect();
    let is = |value: &Value, sought: &Sought| match sought {
        Sought::Any(postings) => postings.contains(&value.posting()),
        Sought::Network(postings, block) => {
            postings.contains(&value.posting()) || within(block, &value.value)
        }
        Sought::Host(host) => {
            matches!(value.kind, Kind::Domain | Kind::Url | Kind::Email)
                && names_host(&value.value, &host.value)
        }
    };
    let stands = |sought: &Sought| carried.iter().any(|value| is(value, sought));
    values.iter().all(stands)
}

#[cfg(test)]
mod tests {
    use kaname_kernel::{Id, SeededRng};

    use super::*;

    /// Something that was touched at a moment.
    #[derive(Debug, Clone)]
    struct Touched {
        at_us: i64,
    }

    fn touched(one: &Touched) -> Timestamp {
        Timestamp::from_microsecond(one.at_us).unwrap()
    }

    /// So many, the last touched first.
    fn rows(from: i64, count: i64) -> Vec<Loaded<Touched>> {
        let rng = SeededRng::new(1);
        let row = |at_us| Loaded {
            id: Id::random(&rng),
            version: 1,
            state: Touched { at_us },
        };
        (0..count).map(|step| row(from - step)).collect()
    }

    fn page(rows: Vec<Loaded<Touched>>, goes_on: bool) -> Listed<Touched> {
        let last = rows.last().filter(|_| goes_on);
        let next = last.map(|last| Cursor {
            at_us: last.state.at_us,
            id: last.id,
        });
        Listed {
            rows,
            next,
            total: 0,
        }
    }

    #[test]
    fn reading_ends_at_its_bound_and_says_so() {
        let mut reading = Reading::of(None, 20);
        let half = i64::try_from(MOST_READ / 2).unwrap();
        let more = reading.take(page(rows(9_000, half), true), touched, &|_| true);
        assert!(more.is_some() && !reading.found.cut);
        let is_even = |one: &Touched| one.at_us % 2 == 0;
        let more = reading.take(page(rows(4_000, half), true), touched, &is_even);
        assert!(more.is_none() && reading.found.cut);
        let listed = &reading.found.listed;
        assert_eq!(listed.rows.len(), 20);
        assert_eq!(i64::from(listed.total), half + half / 2);
        // All of it was read: nothing is left out.
        let mut reading = Reading::of(None, 20);
        for goes_on in [true, false] {
            reading.take(page(rows(9_000, half), goes_on), touched, &|_| true);
        }
        assert!(!reading.found.cut);
    }

    #[test]
    fn a_page_goes_on_after_its_last_row() {
        let all = rows(100, 45);
        let mut seen = Vec::new();
        let mut after = None;
        for expected in [20, 20, 5] {
            let mut reading = Reading::of(after, 20);
            reading.take(page(all.clone(), false), touched, &|_| true);
            let listed = reading.found.listed;
            assert_eq!((listed.rows.len(), listed.total), (expected, 45));
            seen.extend(listed.rows.into_iter().map(|row| row.id));
            after = listed.next;
        }
        assert!(after.is_none());
        assert_eq!(seen, all.iter().map(|row| row.id).collect::<Vec<_>>());
    }

    #[test]
    fn what_is_written_is_found_by_words_phrases_and_values() {
        let texts = [
            "VPN装置を狙う活動",
            "hxxps://www.evil[.]example/a at 192.0.2.7",
        ];
        let wanted = |words: &[&str], without: &[&str], phrases: &[&str]| {
            let owned = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect();
            Wanted {
                words: owned(words),
                without: owned(without),
                phrases: owned(phrases),
                ..Wanted::default()
            }
        };
        assert!(say(
            &texts,
            &wanted(&["ｖｐｎ", "活動"], &["訓練"], &["装置を狙う"])
        ));
        for other in [
            wanted(&["訓練"], &[], &[]),
            wanted(&["VPN"], &["活動"], &[]),
            wanted(&[], &[], &["狙う装置"]),
        ] {
            assert!(!say(&texts, &other), "{other:?}");
        }
        let posting = |kind: Kind, value: &str| {
            let value = value.to_owned();
            Value { kind, value }.posting()
        };
        let block = kaname_sharing::find::Block::parse("192.0.2.0/24").unwrap();
        for found in [
            Sought::Any(vec![posting(Kind::Ipv4, "192.0.2.7")]),
            Sought::Network(Vec::new(), block),
            Sought::Host(posting(Kind::Domain, "evil.example")),
        ] {
            assert!(carry(&texts, std::slice::from_ref(&found)), "{found:?}");
        }
        for not in [
            Sought::Any(vec![posting(Kind::Ipv4, "192.0.2.8")]),
            Sought::Host(posting(Kind::Domain, "notevil.example")),
        ] {
            assert!(!carry(&texts, std::slice::from_ref(&not)), "{not:?}");
        }
    }
}
