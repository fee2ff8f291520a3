//! Which edition of a feed a reader gets: what it is made from, named by what is cheap to ask. Two equal
//! editions of a collection are the same lines until time alone ends something in them.
//!
//! An edition never leaves the hub: it changes with things the reader may not know of.

use std::sync::{Mutex, PoisonError};

use kaname_kernel::{Matter as _, MatterId};
use kaname_sharing::{Collection, Item};
use sha2::{Digest as _, Sha256};

use super::Feed;
use crate::{error::WorldError, redact::REDACTED, sharing::Import, world::World};

/// Topics of the outbox that tell of what feeds are made from: kinds of matters, of which no commit
/// goes untold, and redactions.
pub(crate) const TOPICS: [&str; 4] = [Item::KIND, Collection::KIND, Import::KIND, REDACTED];

/// What the lines of a feed hang on, but for the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Edition {
    /// The collection.
    pub collection: MatterId,
    /// SHA-256 over the audiences the reader may read: equal for readers who see the same.
    pub sight: [u8; 32],
    /// Place in the outbox of the last change of any item, collection or import.
    pub changed: u64,
}

/// How far the outbox was looked through, and where it last told of such a change.
#[derive(Debug, Default)]
pub(crate) struct Changes(Mutex<(u64, u64)>);

impl World {
    /// Where the outbox last told of a change of what feeds are made from.
    async fn last_change(&self) -> Result<u64, WorldError> {
        let last = self.store().last_notice().await?;
        let (mut seen, mut changed) = *self.changes.held();
        if seen == 0 {
            // What happened before this node looked for the first time counts as one change.
            (seen, changed) = (last, last);
        }
        while seen < last {
            let notices = self.store().notices(seen).await?;
            let (Some(first), Some(newest)) = (notices.first(), notices.last()) else {
                break;
            };
            // What the sweep has taken away unseen may have been one.
            let is_gap = first.position > seen + 1;
            let told = notices
                .iter()
                .filter(|notice| TOPICS.contains(&notice.topic.as_str()));
            let told = told.map(|notice| notice.position).max();
            changed = changed.max(told.unwrap_or(0));
            if is_gap {
                changed = changed.max(first.position);
            }
            seen = newest.position;
        }
        let mut held = self.changes.held();
        *held = (held.0.max(seen), held.1.max(changed));
        Ok(held.1)
    }
}

impl Changes {
    fn held(&self) -> std::sync::MutexGuard<'_, (u64, u64)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Feed {
    /// The edition as it is now. Asked before a reading begins, it is never newer than what is read.
    pub async fn edition(&self) -> Result<Edition, WorldError> {
        let changed = self.world.last_change().await?;
        let readable = self.world.readable(&self.caller).await?;
        let mut bytes = Vec::with_capacity(readable.serialized_size());
        readable
            .serialize_into(&mut bytes)
            .map_err(WorldError::encoding)?;
        Ok(Edition {
            collection: self.collection.id,
            sight: Sha256::digest(&bytes).into(),
            changed,
        })
    }
}
