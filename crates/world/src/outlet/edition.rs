//! Which edition of a feed a reader gets: what it is made from, named by what is cheap to ask. Two equal
//! editions of a collection are the same lines until time alone ends something in them.
//!
//! A new edition begins for a reader with what is put out to that reader, or taken away: nothing else
//! makes the next fetch read the collection, so that how long an answer takes tells nobody of drafts,
//! triage, or releases to others. An edition never leaves the hub all the same.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Mutex, PoisonError},
};

use kaname_kernel::{AudienceId, Matter as _, MatterId};
use kaname_sharing::{
    Collection, Feedback, Item,
    feedback::{FeedbackChange, SightingKind},
};
use kaname_store::{Commit, StoredRecord};
use roaring::RoaringBitmap;
use sha2::{Digest as _, Sha256};

use super::Feed;
use crate::{error::WorldError, keys::Keys, read::loaded, sharing::Import, world::World};

/// Topic of the outbox that tells what was put out to outlets, taken away from them, or may be blocked
/// by now and might not before, or the reverse. Its matter is the item, the import, the collection, or an answer.
pub(crate) const OUT: &str = "out";

/// Most places at which changes are told apart, each some 50 bytes. One more makes them all one change,
/// which every reader reads after.
const MOST: usize = 16_384;

/// What the lines of a feed hang on, but for the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Edition {
    /// The collection.
    pub collection: MatterId,
    /// SHA-256 over the audiences the reader may read: equal for readers who see the same.
    pub sight: [u8; 32],
    /// Place in the outbox of the last change in the collection of what such a reader may read.
    pub changed: u64,
}

/// How far the outbox was looked through, and where it last told of which change.
#[derive(Debug, Default)]
pub(crate) struct Changes(Mutex<Told>);

#[derive(Debug, Default)]
struct Told {
    /// Looked through up to here; 0 before this node looked for the first time.
    seen: u64,
    /// Last change of which is not known whom it reaches.
    anywhere: u64,
    /// Last change by collection and by audience; without one, all readers of the collection count.
    places: HashMap<(MatterId, Option<AudienceId>), u64>,
}

/// Whom a change reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Reach {
    /// Nobody knows any more.
    Anyone,
    /// Those who read the collection.
    Collection(MatterId),
    /// Those of its readers whom this audience admits, in each of these collections.
    Audience(AudienceId, BTreeSet<MatterId>),
}

/// The matters by which a commit changes what outlets give.
pub(crate) fn put_out_by(commit: &Commit) -> Result<BTreeSet<MatterId>, WorldError> {
    let mut told = BTreeSet::new();
    for append in &commit.appends {
        let record = &append.record;
        let mut names = append.events.iter().map(|event| event.header.kind.as_str());
        let is_out = match record.kind.as_str() {
            Import::KIND => true,
            // Its title stands in every file, and it says what may be blocked of a peer's.
            Collection::KIND => true,
            // What an organisation saw stays longer in what it is given; what it says otherwise later does not.
            Feedback::KIND => {
                record.state == SightingKind::Seen.as_str()
                    || names.any(|name| name == FeedbackChange::CHANGED)
            }
            Item::KIND if names.any(Item::may_change_outlets) => {
                let item: Item =
                    serde_json::from_value(record.body.clone()).map_err(WorldError::encoding)?;
                item.is_out()
            }
            _ => false,
        };
        if is_out {
            told.insert(record.id);
        }
    }
    // What no item and no import stands for: markings and the hub's identity in a new library.
    let objects = commit.objects.iter();
    let others = objects.filter(|object| !told.contains(&object.source));
    let others: Vec<_> = others.map(|object| object.collection).collect();
    if told.is_empty() {
        told.extend(commit.removed.iter().map(|removed| removed.collection));
    }
    told.extend(others);
    Ok(told)
}

fn reach(keys: &Keys, stored: Option<StoredRecord>) -> Result<Reach, WorldError> {
    let Some(stored) = stored else {
        return Ok(Reach::Anyone);
    };
    let audience = stored.audience_id;
    match stored.record.kind.as_str() {
        Item::KIND => match loaded::<Item>(keys, stored) {
            Ok(item) => Ok(Reach::Audience(audience, item.state.content.collections)),
            // Redacted: what it said and to whom is gone.
            Err(WorldError::NotFound(_)) => Ok(Reach::Anyone),
            Err(error) => Err(error),
        },
        // Its objects have audiences of their own, which the row does not hold.
        Import::KIND => Ok(stored.record.scope.map_or(Reach::Anyone, Reach::Collection)),
        Collection::KIND => Ok(Reach::Collection(stored.record.id)),
        _ => Ok(Reach::Anyone),
    }
}

impl World {
    /// Looks through what the outbox has told since this was last done. Nodes do so as notices come in,
    /// so that a fetch finds little left to do.
    pub(crate) async fn follow_outlets(&self) -> Result<(), WorldError> {
        let last = self.store().last_notice().await?;
        let mut seen = self.changes.begun(last);
        while seen < last {
            let notices = self.store().notices(seen).await?;
            let (Some(first), Some(newest)) = (notices.first(), notices.last()) else {
                break;
            };
            let (first, newest) = (first.position, newest.position);
            let mut found = Vec::new();
            for notice in notices.iter().filter(|notice| notice.topic == OUT) {
                let reached = match notice.matter {
                    Some(matter) => self.reach_of(matter).await?,
                    None => Reach::Anyone,
                };
                found.push((notice.position, reached));
            }
            // What the sweep has taken away unseen may have been one.
            if first > seen + 1 {
                found.push((first, Reach::Anyone));
            }
            self.changes.note(newest, found);
            seen = newest;
        }
        Ok(())
    }
}

impl World {
    async fn reach_of(&self, matter: MatterId) -> Result<Reach, WorldError> {
        let stored = self.store().record(matter).await?;
        let Some(answer) = stored
            .as_ref()
            .filter(|one| one.record.kind == Feedback::KIND)
        else {
            return reach(self.keys(), stored);
        };
        // An answer is of its organisation's and the officers' knowing alone; its scope is the item.
        let item = match answer.record.scope {
            Some(item) => self.load::<Item>(item).await?,
            None => None,
        };
        let collections = item.map(|item| item.state.content.collections);
        Ok(Reach::Audience(
            answer.audience_id,
            collections.unwrap_or_default(),
        ))
    }
}

impl Changes {
    /// How far was looked. What happened before this node looked for the first time counts as one change.
    fn begun(&self, last: u64) -> u64 {
        let mut told = self.held();
        if told.seen == 0 {
            (told.seen, told.anywhere) = (last, last);
        }
        told.seen
    }

    fn note(&self, seen: u64, found: Vec<(u64, Reach)>) {
        let mut told = self.held();
        told.seen = told.seen.max(seen);
        for (position, reach) in found {
            match reach {
                Reach::Anyone => told.anywhere = told.anywhere.max(position),
                Reach::Collection(collection) => told.at((collection, None), position),
                Reach::Audience(audience, collections) => {
                    for collection in collections {
                        told.at((collection, Some(audience)), position);
                    }
                }
            }
        }
    }

    /// The last change in a collection of what these audiences admit to.
    fn last(&self, collection: MatterId, readable: &RoaringBitmap) -> u64 {
        let told = self.held();
        let places = told.places.iter().filter(|((of, audience), _)| {
            *of == collection && audience.is_none_or(|audience| readable.contains(audience))
        });
        let last = places.map(|(_, position)| *position).max();
        told.anywhere.max(last.unwrap_or(0))
    }

    fn held(&self) -> std::sync::MutexGuard<'_, Told> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Told {
    fn at(&mut self, place: (MatterId, Option<AudienceId>), position: u64) {
        if self.places.len() >= MOST && !self.places.contains_key(&place) {
            let last = self.places.drain().map(|(_, position)| position).max();
            self.anywhere = self.anywhere.max(last.unwrap_or(0)).max(position);
        }
        let held = self.places.entry(place).or_default();
        *held = (*held).max(position);
    }
}

impl Feed {
    /// The edition as it is now. Asked before a reading begins, it is never newer than what is read.
    pub async fn edition(&self) -> Result<Edition, WorldError> {
        self.world.follow_outlets().await?;
        let readable = self.world.readable(&self.caller).await?;
        let mut bytes = Vec::with_capacity(readable.serialized_size());
        readable
            .serialize_into(&mut bytes)
            .map_err(WorldError::encoding)?;
        Ok(Edition {
            collection: self.collection.id,
            sight: Sha256::digest(&bytes).into(),
            changed: self.world.changes.last(self.collection.id, &readable),
        })
    }
}

#[cfg(test)]
mod tests {
    use kaname_kernel::{Id, SeededRng};

    use super::*;

    #[test]
    fn too_many_places_become_one_change_for_everyone() {
        let changes = Changes::default();
        let collection: MatterId = Id::random(&SeededRng::new(1));
        assert_eq!(changes.begun(7), 7);
        let to = |audience: u32| Reach::Audience(audience, [collection].into());
        let most = u32::try_from(MOST).unwrap_or(u32::MAX);
        for audience in 0..most {
            changes.note(8, vec![(8 + u64::from(audience), to(audience))]);
        }
        let readable = RoaringBitmap::from([3]);
        assert_eq!(changes.last(collection, &readable), 11);
        let other: MatterId = Id::random(&SeededRng::new(2));
        assert_eq!(changes.last(other, &readable), 7);
        let newest = 8 + u64::from(most);
        changes.note(newest, vec![(newest, to(most))]);
        assert_eq!(changes.last(collection, &readable), newest);
        assert_eq!(changes.last(other, &readable), newest);
        assert!(changes.held().places.len() <= MOST);
    }
}
