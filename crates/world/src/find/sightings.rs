//! When an object was seen, with the reader's eyes: by the sightings of STIX that the reader may read, and by what
//! organisations answered on the item behind it, as far as each answer's time may be known: the own one, and to the
//! hub's officers those of who agreed to be named. Of the others only the sum is told, as on the item's pages.

use std::collections::BTreeSet;

use jiff::Timestamp;
use kaname_policy::Action;
use kaname_sharing::feedback::{Given, SightingKind};
use kaname_store::StoredObject;
use serde::Deserialize;

use super::relations::{Link, Side};
use crate::{caller::Caller, error::WorldError, world::World};

/// Most sightings that are looked at.
const MOST: usize = 2_000;
/// The largest number that one sighting may say (STIX 2.1 §5.2).
const LARGEST: u64 = 999_999_999;

/// One time or several at which something was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The last time it says.
    pub at: Timestamp,
    /// The first time it says, where that is another.
    pub first: Option<Timestamp>,
    /// How often.
    pub count: u64,
    /// The sighting of STIX, or an organisation's answer.
    pub by: SeenBy,
}

/// Who says that something was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SeenBy {
    /// A sighting of STIX, by its id.
    Sighting(String),
    /// An answer on the item behind the object.
    Answer,
}

/// What is known of sightings of an object.
#[derive(Debug, Clone, Default)]
pub struct Sightings {
    /// Each with its time, the oldest first.
    pub seen: Vec<Seen>,
    /// For the item's provider and officers: organisations that saw it, and how often in all.
    pub answered: Option<(u32, u64)>,
    /// Whether there were more sightings than are looked at.
    pub cut: bool,
}

/// What a sighting of STIX says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Read {
    created: String,
    first_seen: Option<String>,
    last_seen: Option<String>,
    count: Option<u64>,
    revoked: bool,
}

impl World {
    /// When an object was seen. `links` are its relations, as [`World::links`] gives them.
    pub async fn sightings(
        &self,
        caller: &Caller,
        object: &StoredObject,
        links: &[Link],
    ) -> Result<Sightings, WorldError> {
        self.allow_any(caller, Action::LibraryRead)?;
        let of = links
            .iter()
            .filter(|link| link.kind.side == Side::In && link.kind.how == "sighting_of_ref");
        let mut ids: BTreeSet<String> = of.map(|link| link.other.clone()).collect();
        let cut = ids.len() > MOST;
        while ids.len() > MOST {
            ids.pop_last();
        }
        let mut found = Sightings {
            cut,
            ..Sightings::default()
        };
        for sighting in self.objects_named(caller, ids).await? {
            found.seen.extend(seen(&sighting));
        }
        let item = match self.library_item(caller, object.source).await {
            Ok(item) => item,
            Err(WorldError::NotFound(_)) => return Ok(found.sorted()),
            Err(error) => return Err(error),
        };
        if let Some(own) = self.own_feedback(caller, item.id).await? {
            found.seen.extend(answered(&own.state.given, own.state.at));
        }
        match self.feedback_for_provider(caller, item.id).await {
            Ok(told) => {
                found.answered = (told.seen > 0).then_some((told.seen, told.sightings));
                let own = caller.party_id().ok();
                let others = told.named.iter().filter(|one| Some(one.party) != own);
                let others = others.filter_map(|one| answered(&one.given, one.at));
                found.seen.extend(others);
            }
            Err(WorldError::NotFound(_)) => {}
            Err(error) => return Err(error),
        }
        Ok(found.sorted())
    }
}

impl Sightings {
    fn sorted(mut self) -> Self {
        self.seen.sort_by_key(|one| one.at);
        self
    }
}

fn seen(sighting: &StoredObject) -> Option<Seen> {
    let read: Read = serde_json::from_str(&sighting.raw).ok()?;
    if read.revoked {
        return None;
    }
    let moment = |text: &Option<String>| {
        let us = kaname_stix::time::micros(text.as_deref()?)?;
        Timestamp::from_microsecond(us).ok()
    };
    let (first, last) = (moment(&read.first_seen), moment(&read.last_seen));
    let at = last.or(first).or_else(|| moment(&Some(read.created)))?;
    Some(Seen {
        at,
        first: first.filter(|first| *first < at),
        count: read.count.unwrap_or(1).min(LARGEST),
        by: SeenBy::Sighting(sighting.stix_id.clone()),
    })
}

fn answered(given: &Given, answered_at: Timestamp) -> Option<Seen> {
    let sighting = given.sighting.as_ref()?;
    if sighting.kind != SightingKind::Seen {
        return None;
    }
    let at = sighting.last.or(sighting.first).unwrap_or(answered_at);
    Some(Seen {
        at,
        first: sighting.first.filter(|first| *first < at),
        count: u64::from(sighting.count.unwrap_or(1)),
        by: SeenBy::Answer,
    })
}
