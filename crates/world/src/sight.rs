//! Who sees what: one bitmap of readable audiences per reader and policy epoch, applied before
//! everything a reader can notice.

use std::{
    collections::HashMap,
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

#[derive(Debug, Default)]
pub(crate) struct Sight {
    audiences: RwLock<Arc<Vec<(AudienceId, Audience)>>>,
    bitmaps: Mutex<HashMap<Reader, Known>>,
    groups: RwLock<Option<(u64, Groups)>>,
}

#[derive(Debug, Clone)]
struct Known {
    epoch: u64,
    audiences: usize,
    opens: Option<i64>,
    readable: Readable,
}

impl Sight {
    /// The bitmap of `reader` at the store's present epoch.
    pub(crate) async fn readable(
        &self,
        store: &dyn Store,
        reader: &Reader,
        now: Timestamp,
    ) -> Result<Readable, WorldError> {
        let epoch = store.epoch().await?;
        let audiences = self.audiences(store).await?;
        if let Some(known) = self.known(reader, epoch, audiences.len(), now) {
            return Ok(known);
        }
        let all = audiences.iter().map(|(id, audience)| (*id, audience));
        let readable = Arc::new(reader.readable(all, now));
        let openings = audiences.iter().filter_map(|(_, a)| a.next_opening(now));
        let known = Known {
            epoch,
            audiences: audiences.len(),
            opens: openings.min(),
            readable: Arc::clone(&readable),
        };
        let mut bitmaps = self.bitmaps.lock().unwrap_or_else(PoisonError::into_inner);
        if bitmaps.len() >= MAX_READERS {
            bitmaps.clear();
        }
        bitmaps.insert(reader.clone(), known);
        Ok(readable)
    }

    fn known(&self, reader: &Reader, epoch: u64, count: usize, now: Timestamp) -> Option<Readable> {
        let bitmaps = self.bitmaps.lock().unwrap_or_else(PoisonError::into_inner);
        let known = bitmaps.get(reader)?;
        let opened = known.opens.is_some_and(|at| at <= now.as_second());
        let fresh = known.epoch == epoch && known.audiences == count && !opened;
        fresh.then(|| Arc::clone(&known.readable))
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
    ) -> Result<Arc<Vec<(AudienceId, Audience)>>, WorldError> {
        let held = Arc::clone(
            &self
                .audiences
                .read()
                .unwrap_or_else(PoisonError::into_inner),
        );
        let next = held.last().map_or(0, |(id, _)| id + 1);
        let more = store.audiences(next).await?;
        if more.is_empty() {
            return Ok(held);
        }
        let mut slot = self
            .audiences
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let last = slot.last().map(|(id, _)| *id);
        let unseen = more
            .into_iter()
            .filter(|(id, _)| last.is_none_or(|last| *id > last));
        let mut all = slot.as_ref().clone();
        all.extend(unseen);
        *slot = Arc::new(all);
        Ok(Arc::clone(&slot))
    }
}
