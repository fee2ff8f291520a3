//! What is remembered of a provider's documents beside what stands in the collection, among the values that expire.

use std::collections::{BTreeSet, HashMap};

use jiff::{SignedDuration, Timestamp};
use kaname_kernel::MatterId;
use kaname_sharing::turn::trouble;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use url::Url;

use super::asker::Document;
use crate::{error::WorldError, turn::Stopped, world::World};

/// Most documents that are remembered beside what stands.
const MOST_REMEMBERED: usize = 500_000;
/// The space of what is remembered: of each source in up to 256 values, so that little is written for a document.
const SPACE: &str = "source-documents";
/// How long one is remembered that was taken and whose list names another moment than it says itself.
pub(super) const REMEMBERED: SignedDuration = SignedDuration::from_hours(24 * 30);

/// What is remembered of documents beside what stands: when each had changed, and until when it is left alone.
#[derive(Default)]
pub(super) struct Memory {
    /// By the first two digits of their keys, then by these.
    known: HashMap<String, HashMap<String, Known>>,
    count: usize,
    /// The parts that were not kept yet.
    changed: BTreeSet<String>,
    /// How many documents were noted since.
    pub(super) changes: usize,
}

impl Memory {
    fn key(url: &Url) -> String {
        let digest = Sha256::digest(url.as_str().as_bytes());
        hex::encode(&digest[..8])
    }

    /// What is known of a document as it is listed now.
    pub(super) fn of(&self, url: &Url, document: &Document) -> Option<&Known> {
        let key = Self::key(url);
        let known = self.known.get(part(&key))?.get(&key);
        known.filter(|known| known.changed_us == micros(document.changed))
    }

    pub(super) fn note(
        &mut self,
        (url, document): (&Url, &Document),
        (is_taken, until): (bool, Timestamp),
    ) -> Result<(), Stopped> {
        if self.count >= MOST_REMEMBERED {
            let most = MOST_REMEMBERED as u64;
            return Err(trouble::Known::NotAsListed { most }.into());
        }
        let known = Known {
            changed_us: micros(document.changed),
            until_s: until.as_second(),
            is_taken,
        };
        let key = Self::key(url);
        let part = part(&key).to_owned();
        self.changed.insert(part.clone());
        self.changes += 1;
        let before = self.known.entry(part).or_default().insert(key, known);
        self.count += usize::from(before.is_none());
        Ok(())
    }
}

fn part(key: &str) -> &str {
    key.get(..2).unwrap_or_default()
}

/// What is remembered of one document.
#[derive(Serialize, Deserialize)]
pub(super) struct Known {
    changed_us: i64,
    /// When it is forgotten.
    until_s: i64,
    pub(super) is_taken: bool,
}

pub(super) fn micros(at: Option<Timestamp>) -> i64 {
    at.map_or(0, Timestamp::as_microsecond)
}

impl World {
    pub(super) async fn documents_known(&self, source: MatterId) -> Result<Memory, WorldError> {
        let now = self.now();
        let own = format!("{source}/");
        let mut memory = Memory::default();
        for (key, held) in self.store().kv_list(SPACE, &own, now).await? {
            let part = key.rsplit('/').next().unwrap_or_default().to_owned();
            let known = serde_json::from_value::<HashMap<String, Known>>(held);
            let mut known = known.unwrap_or_default();
            known.retain(|_, known| known.until_s > now.as_second());
            memory.count += known.len();
            memory.known.insert(part, known);
        }
        Ok(memory)
    }

    pub(super) async fn remember(
        &self,
        source: MatterId,
        memory: &mut Memory,
    ) -> Result<(), WorldError> {
        memory.changes = 0;
        let until = self.now() + REMEMBERED;
        for part in std::mem::take(&mut memory.changed) {
            let known = serde_json::to_value(memory.known.get(&part));
            let known = known.map_err(WorldError::encoding)?;
            let key = format!("{source}/{part}");
            self.store().kv_put(SPACE, &key, known, until).await?;
        }
        Ok(())
    }
}
