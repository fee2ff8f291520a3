//! Whether the keys in hand are the store's own. A tag made with each key over a fixed text stands in
//! the store: it says nothing of the key, and another key makes another.

use jiff::Timestamp;
use kaname_kernel::{Who, checkpoint::Checkpoint};
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

    async fn mark(&self, missing: Vec<(&'static str, Value)>) -> Result<(), WorldError> {
        for (file, tag) in missing {
            let kept = self.store().kv_put(SPACE, file, tag, Timestamp::MAX);
            kept.await?;
        }
        Ok(())
    }

    /// Tries the keys on what the store holds: its newest checkpoint and its first sealed link.
    async fn try_keys(&self) -> Result<(), WorldError> {
        let newest = self.store().checkpoint(0).await?;
        let signed = |note: &str| Checkpoint::open(note, &self.keys().verifying()).is_ok();
        if newest.is_some_and(|newest| !signed(&newest.note)) {
            return Err(WorldError::ForeignKey(Keys::WORLD_FILE));
        }
        for stored in self.store().events(0, LOOKED_THROUGH).await? {
            let opened = stored.event.open(&self.keys().master);
            let Ok(Who::Sealed { handle }) = opened.map(|event| event.actor.who) else {
                continue;
            };
            let Some(row) = self.store().sealed_link(handle).await? else {
                continue;
            };
            let opened = self.keys().links().open(handle.bytes(), &row.boxed);
            return match opened {
                Ok(_) => Ok(()),
                Err(_) => Err(WorldError::ForeignKey(Keys::SEAL_FILE)),
            };
        }
        Ok(())
    }
}
