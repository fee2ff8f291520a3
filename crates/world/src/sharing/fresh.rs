//! How fresh items are to a reader: seen last when they were released, when an officer confirmed them, and when the
//! reader's own organisation told that it saw them. Officers know besides what organisations told that agreed to
//! be named, as on the item's pages. Decision 0027.

use std::collections::HashMap;

use jiff::Timestamp;
use kaname_kernel::{Matter, MatterId};
use kaname_policy::Action;
use kaname_sharing::{
    Feedback, Item,
    decay::{Aged, Freshness, Seen, Witness},
    feedback::SightingKind,
    number,
};
use kaname_stix::time::Stamp;
use kaname_store::{Cursor, ListQuery, StoredObject};

use super::library::{OUT, place_of};
use crate::{
    caller::Caller,
    error::WorldError,
    find::sightings::{SeenBy, Sightings},
    read::{Listed, loaded},
    work::Loaded,
    world::World,
};

/// Rows read at once, and how often at most, to fill a page of what has aged, or has not.
const READ_AT_ONCE: u32 = 200;
const MOST_READS: usize = 25;
/// Most answers of an organisation that are looked at, the newest.
const MOST_ANSWERS: usize = 50_000;
/// Answers read at a time.
const ANSWERS: u32 = 1_000;

/// Items that have aged, or have not, page by page.
#[derive(Debug, Clone)]
pub struct ListedByAge {
    /// The rows, with how fresh they are.
    pub rows: Vec<(Loaded<Item>, Freshness)>,
    /// Where the next page starts.
    pub next: Option<Cursor>,
}

impl World {
    /// How fresh an item is to the caller; `None` for what was never out.
    pub async fn freshness(
        &self,
        caller: &Caller,
        item: &Loaded<Item>,
    ) -> Result<Option<Freshness>, WorldError> {
        let Some(known) = Seen::of_item(&item.state) else {
            return Ok(None);
        };
        let mut seen = known;
        if let Some(own) = self.own_feedback(caller, item.id).await? {
            let own = Seen::of_answer(&own.state.given, own.state.at, Witness::Own);
            seen = seen.or_later(own);
        }
        if caller.is_officer() {
            for answer in self.feedback_on(item.id).await? {
                if answer.given.may_name {
                    let named = Seen::of_answer(&answer.given, answer.at, Witness::Answer);
                    seen = seen.or_later(named);
                }
            }
        }
        Ok(Some(Freshness::of(&item.state, seen, self.now())))
    }

    /// How fresh an indicator is to the caller: by the item that brought it or, where it is another's word, by what its
    /// originator says; and by the sightings that the caller may see. `None` for what is no indicator, and for what a
    /// list names that is read again and again: it ends by itself.
    pub async fn object_freshness(
        &self,
        caller: &Caller,
        object: &StoredObject,
        sightings: &Sightings,
    ) -> Result<Option<Freshness>, WorldError> {
        if object.stix_type != "indicator" {
            return Ok(None);
        }
        let head = kaname_stix::head(&object.raw).map_err(WorldError::encoding)?;
        let item = match self.library_item(caller, object.source).await {
            Ok(item) => self.freshness(caller, &item).await?.map(|fresh| fresh.seen),
            Err(WorldError::NotFound(_)) => None,
            Err(error) => return Err(error),
        };
        let known = match item {
            Some(seen) => seen,
            None if self.is_fed_by_source(object.collection).await? => return Ok(None),
            None => Seen {
                at: stated(object, head.modified.as_ref()),
                by: Witness::Stated,
            },
        };
        let now = self.now();
        // Answers count as they do for the item.
        let seen = sightings.seen.iter().filter_map(|one| match &one.by {
            SeenBy::Sighting(id) if one.at <= now => Some((one.at, id)),
            _ => None,
        });
        let last = seen.max().map(|(at, id)| Seen {
            at,
            by: Witness::Sighting(id.clone()),
        });
        let kinds = head.values.iter().map(|value| value.kind);
        let fresh = Freshness::of_kinds(kinds, known.or_later(last), now);
        Ok((!fresh.kinds.is_empty()).then_some(fresh))
    }

    /// Items of [`World::library`] of which something has aged, or nothing, as `aged` asks; looked through page by
    /// page, so that they are not counted.
    pub async fn library_by_age(
        &self,
        caller: &Caller,
        aged: bool,
        adjust: impl FnOnce(&mut ListQuery),
    ) -> Result<ListedByAge, WorldError> {
        self.allow_any(caller, Action::LibraryRead)?;
        let mut query = self.query::<Item>(caller).await?;
        adjust(&mut query);
        let mut found = self.by_age(caller, Some(aged), query).await?;
        // Of what is not on the web pages know the number alone, and not that it carries what ages.
        found
            .rows
            .retain(|(item, _)| item.state.content.is_on_the_web());
        Ok(found)
    }

    /// Items that are out or were, by number and how fresh they are, for whoever looks after them: at the shell all
    /// there are, else what the caller may see.
    pub async fn items_out(
        &self,
        caller: &Caller,
        aged: Option<bool>,
        adjust: impl FnOnce(&mut ListQuery),
    ) -> Result<ListedByAge, WorldError> {
        self.allow_any(caller, Action::ItemReadReviews)?;
        let mut query = ListQuery::of(Item::KIND, self.reviewable(caller).await?);
        adjust(&mut query);
        self.by_age(caller, aged, query).await
    }

    /// One of these by its number.
    pub async fn item_out(
        &self,
        caller: &Caller,
        typed: &str,
    ) -> Result<(Loaded<Item>, Freshness), WorldError> {
        self.allow_any(caller, Action::ItemReadReviews)?;
        let missing = || WorldError::NotFound(Item::KIND);
        let key = number::normalise(typed);
        let id = self.store().lookup(number::ITEM_SPACE, &key).await?;
        let readable = self.reviewable(caller).await?;
        let stored = self.store().record(id.ok_or_else(missing)?).await?;
        let stored = stored.filter(|stored| readable.contains(stored.audience_id));
        let item = loaded::<Item>(self.keys(), stored.ok_or_else(missing)?)?;
        let fresh = self.freshness(caller, &item).await?;
        Ok((item, fresh.ok_or_else(missing)?))
    }

    async fn by_age(
        &self,
        caller: &Caller,
        aged: Option<bool>,
        mut query: ListQuery,
    ) -> Result<ListedByAge, WorldError> {
        query.states.retain(|state| OUT.contains(&state.as_str()));
        if query.states.is_empty() {
            query.states = vec!["released".to_owned()];
        }
        query.owner = None;
        query.owners.clear();
        let wanted = query.limit as usize;
        query.limit = READ_AT_ONCE;
        let mut found = ListedByAge {
            rows: Vec::new(),
            next: None,
        };
        for _ in 0..MOST_READS {
            let Listed { rows, next, .. } = self.list::<Item>(&query).await?;
            let mut rows = rows.into_iter().peekable();
            while let Some(item) = rows.next() {
                let place = place_of(&item);
                if let Some(fresh) = self.freshness(caller, &item).await?
                    && aged.is_none_or(|aged| (fresh.aged() != Aged::No) == aged)
                {
                    found.rows.push((item, fresh));
                }
                if found.rows.len() >= wanted {
                    let more = rows.peek().is_some() || next.is_some();
                    found.next = more.then_some(place);
                    return Ok(found);
                }
            }
            found.next = next;
            query.after = next;
            if next.is_none() {
                break;
            }
        }
        Ok(found)
    }

    /// When the caller's organisation told that it saw items, by item: as far as outlets count it.
    pub(crate) async fn seen_by_own(
        &self,
        caller: &Caller,
    ) -> Result<HashMap<MatterId, Timestamp>, WorldError> {
        let mut all = HashMap::new();
        let Ok(own) = caller.party_id() else {
            return Ok(all);
        };
        let mut query = ListQuery {
            owner: Some(own.cast()),
            states: vec![SightingKind::Seen.as_str().to_owned()],
            limit: ANSWERS,
            ..ListQuery::of(Feedback::KIND, self.everything().await?)
        };
        loop {
            let page = self.list::<Feedback>(&query).await?;
            for answer in page.rows {
                let answer = answer.state;
                let seen = Seen::of_answer(&answer.given, answer.at, Witness::Own);
                all.extend(seen.map(|seen| (answer.item, seen.at)));
            }
            query.after = page.next;
            if query.after.is_none() || all.len() >= MOST_ANSWERS {
                return Ok(all);
            }
        }
    }

    /// When any organisation told last that it saw an item: for the rule that asks officers to look, never for an
    /// answer.
    pub(crate) async fn last_seen_by_any(
        &self,
        item: MatterId,
    ) -> Result<Option<Timestamp>, WorldError> {
        let answers = self.feedback_on(item).await?;
        let seen = answers
            .iter()
            .filter_map(|answer| Seen::of_answer(&answer.given, answer.at, Witness::Answer));
        Ok(seen.map(|seen| seen.at).max())
    }
}

/// What an originator says of when an object was true last, and not later than it came: nobody makes it fresh for
/// ever.
fn stated(object: &StoredObject, modified: Option<&Stamp>) -> Timestamp {
    let came_us = object.added_us;
    let said_us = modified.map_or(came_us, |stamp| stamp.micros).min(came_us);
    Timestamp::from_microsecond(said_us).unwrap_or_default()
}
