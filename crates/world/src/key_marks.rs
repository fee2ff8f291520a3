//! Whether the keys in hand are the store's own. A tag made with each key over a fixed text stands in
//! the store: it says nothing of the key, and another key makes another.

use jiff::Timestamp;
use kaname_kernel::{Event, Who, checkpoint::Checkpoint};
use serde_json::{Value, json};

use crate::{error::WorldError, keys::Keys, world::World};

/// Space of the tags among the store's values.
const SPACE: &str = "key-marks";
/// Most of the oldest events looked through for a sealed link.
const LOOKED_THROUGH: u32 = 4_096;

impl World {
    /// Compares the keys with the tags in the store. A store without tags gets them when nothing in it
    /// speaks against these keys.
    ///
    /// # Errors
    /// [`WorldError::ForeignKey`] names the file that belongs to another store.
    pub async fn check_keys(&self) -> Result<(), WorldError> {
        let mut missing = Vec::new();
        for (file, tag) in self.keys().marks() {
            let tag = json!(hex::encode(tag));
            match self.store().kv_get(SPACE, file, self.now()).await? {
                Some(kept) if kept == tag => {}
                Some(_) => return Err(WorldError::ForeignKey(file)),
                None => missing.push((file, tag)),
            }
        }
        if missing.is_empty() {
            return Ok(());
        }
        self.try_keys().await?;
        self.mark(missing).await
    }

    /// The ledger's name in its newest checkpoint, where there is one.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn signed_as(&self) -> Result<Option<String>, WorldError> {
        let newest = self.store().checkpoint(0).await?;
        let newest = newest.and_then(|newest| Checkpoint::parse(&newest.note).ok());
        Ok(newest.map(|newest| newest.origin))
    }

    async fn mark(&self, missing: Vec<(&'static str, Value)>) -> Result<(), WorldError> {
        for (file, tag) in missing {
            let kept = self.store().kv_put(SPACE, file, tag, Timestamp::MAX);
            kept.await?;
        }
        Ok(())
    }

    /// Tries the keys on what the store holds: its newest checkpoint, or else its first events; and its
    /// first sealed link. An empty store is anybody's.
    async fn try_keys(&self) -> Result<(), WorldError> {
        self.store().sequence().await?;
        let first = self.store().events(0, LOOKED_THROUGH).await?;
        let mut alive = first
            .iter()
            .filter(|stored| stored.event.wrapped_key.is_some())
            .peekable();
        let empty = alive.peek().is_none();
        let opened: Vec<Event> = alive
            .filter_map(|stored| stored.event.open(&self.keys().master).ok())
            .collect();
        let own = match self.store().checkpoint(0).await? {
            Some(newest) => Checkpoint::open(&newest.note, &self.keys().verifying()).is_ok(),
            None => empty || !opened.is_empty(),
        };
        if !own {
            return Err(WorldError::ForeignKey(Keys::WORLD_FILE));
        }
        for event in opened {
            let Who::Sealed { handle } = event.actor.who else {
                continue;
            };
            if let Some(row) = self.store().sealed_link(handle).await? {
                let opens = self.keys().open_link(handle, &row.boxed);
                return match opens {
                    Ok(_) => Ok(()),
                    Err(_) => Err(WorldError::ForeignKey(Keys::SEAL_FILE)),
                };
            }
        }
        Ok(())
    }
}
