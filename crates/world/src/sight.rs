//! Who sees what: one bitmap of readable audiences per reader, applied before everything a reader can
//! notice.

use std::{
    collections::{BTreeMap, HashMap},
    ops::Bound,
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use jiff::Timestamp;
use kaname_directory::Group;
use kaname_kernel::{Audience, AudienceId, GroupId, Reader};
use kaname_store::Store;
use roaring::RoaringBitmap;

use crate::error::WorldError;

/// Most readers whose bitmaps are kept.
const MAX_READERS: usize = 10_000;

/// A reader's bitmap.
pub type Readable = Arc<RoaringBitmap>;

/// Every group with its id.
pub(crate) type Groups = Arc<Vec<(GroupId, Group)>>;

/// Every interned audience, and when an embargo in one opens.
#[derive(Debug, Clone, Default)]
struct Audiences {
    all: Arc<Vec<(AudienceId, Arc<Audience>)>>,
    /// By the second from which it is open: where in `all` such an audience stands.
    openings: Arc<BTreeMap<i64, Vec<usize>>>,
}

#[derive(Debug, Default)]
pub(crate) struct Sight {
    audiences: RwLock<Audiences>,
    bitmaps: Mutex<HashMap<Reader, Known>>,
    groups: RwLock<Option<(u64, Groups)>>,
}

/// A reader's bitmap as it was right at a moment. Whom an audience admits hangs on the reader, who is the
/// key, and on the moment; audiences never change. So a policy epoch makes no bitmap stale: whoever it
/// touches is another reader from then on, and whoever it does not is answered as before, as fast as before.
#[derive(Debug, Clone)]
struct Known {
    /// How many of the audiences it was asked of.
    audiences: usize,
    /// In seconds since 1970.
    at: i64,
    readable: Readable,
}

impl Sight {
    /// The bitmap of `reader` now.
    pub(crate) async fn readable(
        &self,
        store: &dyn Store,
        reader: &Reader,
        now: Timestamp,
    ) -> Result<Readable, WorldError> {
        let audiences = self.known_audiences(store).await?;
        let known = {
            let bitmaps = self.bitmaps.lock().unwrap_or_else(PoisonError::into_inner);
            bitmaps.get(reader).cloned()
        };
        // By a clock that was set back, an embargo may be shut again.
        let known = known.filter(|known| known.at <= now.as_second());
        let known = known.unwrap_or_else(|| Known {
            audiences: 0,
            at: i64::MIN,
            readable: Arc::default(),
        });
        let due = known.due(&audiences, now);
        if due.is_empty() {
            return Ok(known.readable);
        }
        let asked = due.iter().filter_map(|place| audiences.all.get(*place));
        let asked = asked.map(|(id, audience)| (*id, audience.as_ref()));
        let readable = Arc::new(known.readable.as_ref() | reader.readable(asked, now));
        let known = Known {
            audiences: audiences.all.len().max(known.audiences),
            at: now.as_second(),
            readable: Arc::clone(&readable),
        };
        let mut bitmaps = self.bitmaps.lock().unwrap_or_else(PoisonError::into_inner);
        if bitmaps.len() >= MAX_READERS {
            bitmaps.clear();
        }
        bitmaps.insert(reader.clone(), known);
        Ok(readable)
    }

    /// The groups as they stood at that epoch, when they are held. Who joins or leaves one, or closes
    /// it, begins a new epoch in the store that all nodes share, so what is held is never older.
    pub(crate) fn groups(&self, epoch: u64) -> Option<Groups> {
        let held = self.groups.read().unwrap_or_else(PoisonError::into_inner);
        let held = held.as_ref().filter(|(of, _)| *of == epoch);
        held.map(|(_, groups)| Arc::clone(groups))
    }

    /// Holds the groups. `epoch` was read before they were.
    pub(crate) fn hold_groups(&self, epoch: u64, groups: &Groups) {
        let mut held = self.groups.write().unwrap_or_else(PoisonError::into_inner);
        *held = Some((epoch, Arc::clone(groups)));
    }

    /// Every interned audience; new ones are fetched.
    pub(crate) async fn audiences(
        &self,
        store: &dyn Store,
    ) -> Result<Arc<Vec<(AudienceId, Arc<Audience>)>>, WorldError> {
        Ok(self.known_audiences(store).await?.all)
    }

    async fn known_audiences(&self, store: &dyn Store) -> Result<Audiences, WorldError> {
        let held = self.held();
        let next = held.all.last().map_or(0, |(id, _)| id + 1);
        let more = store.audiences(next).await?;
        if more.is_empty() {
            return Ok(held);
        }
        let mut slot = self
            .audiences
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        slot.add(more);
        Ok(slot.clone())
    }

    fn held(&self) -> Audiences {
        let held = self
            .audiences
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        held.clone()
    }
}

impl Audiences {
    /// Adds those that are not there yet, at the end: numbers become visible in their order.
    fn add(&mut self, more: Vec<(AudienceId, Audience)>) {
        let last = self.all.last().map(|(id, _)| *id);
        let unseen = more
            .into_iter()
            .filter(|(id, _)| last.is_none_or(|last| *id > last));
        let all = Arc::make_mut(&mut self.all);
        let openings = Arc::make_mut(&mut self.openings);
        for (id, audience) in unseen {
            for at in audience.openings() {
                openings.entry(at).or_default().push(all.len());
            }
            all.push((id, Arc::new(audience)));
        }
    }
}

impl Known {
    /// Places of the audiences that it has to be asked of: those that are new, and those in which an embargo
    /// opened. Nothing shuts as time goes by.
    fn due(&self, audiences: &Audiences, now: Timestamp) -> Vec<usize> {
        let new = self.audiences..audiences.all.len().max(self.audiences);
        let now = now.as_second();
        let mut due: Vec<usize> = new.collect();
        if self.at < now {
            let opened = audiences
                .openings
                .range((Bound::Excluded(self.at), Bound::Included(now)));
            let opened = opened.flat_map(|(_, places)| places).copied();
            due.extend(opened.filter(|place| *place < self.audiences));
        }
        due
    }
}
