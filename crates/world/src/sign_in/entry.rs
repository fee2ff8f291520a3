//! How many are let try at once: hashing a password takes memory, so few at a time may, and whoever waits
//! for a place waits a bounded time.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use argon2::Block;
use sha2::{Digest, Sha256};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{error::WorldError, world::World};

/// Passwords hashed at once. Each takes 19 MiB and a core for some tens of milliseconds: this keeps a
/// flood of sign-ins under 80 MiB, and more at once would only share the same cores.
const MOST_HASHED: usize = 4;
/// API keys checked at once that were not shown here before. Checking is cheap, but the attempts are counted
/// before they are tried: a party that starts many clients at once has to stay far under its address's limit.
const MOST_NEW_KEYS: usize = 16;
/// How long somebody waits for a place: less than a request may take, so that the answer says why.
const PATIENCE: Duration = Duration::from_secs(10);
/// Keys remembered as right; past it all are forgotten and counted once more.
const MOST_KNOWN: usize = 8_192;

/// The places, and the keys that were right when they were last shown.
pub(crate) struct Entry {
    hashing: Arc<Semaphore>,
    spare: Spare,
    new_keys: Arc<Semaphore>,
    known: Mutex<HashSet<[u8; 32]>>,
}

impl Default for Entry {
    fn default() -> Self {
        Self {
            hashing: Arc::new(Semaphore::new(MOST_HASHED)),
            spare: Spare::default(),
            new_keys: Arc::new(Semaphore::new(MOST_NEW_KEYS)),
            known: Mutex::default(),
        }
    }
}

/// Memory that passwords were hashed in, empty again.
type Spare = Arc<Mutex<Vec<Vec<Block>>>>;

/// A place to hash a password in, held until it is dropped.
#[must_use]
pub(crate) struct Place {
    spare: Spare,
    _held: OwnedSemaphorePermit,
}

impl Place {
    /// Does the work in so much memory, which is kept for the next: left to each thread's own allocator, a
    /// flood would leave as much behind as there are threads.
    pub(super) fn with_memory<T>(self, blocks: usize, work: impl FnOnce(&mut [Block]) -> T) -> T {
        let spare = || self.spare.lock().unwrap_or_else(PoisonError::into_inner);
        let mut memory = spare().pop().unwrap_or_default();
        memory.resize(blocks, Block::default());
        let done = work(&mut memory);
        memory.fill(Block::default());
        spare().push(memory);
        done
    }
}

impl World {
    /// A place to hash a password in.
    pub(crate) async fn place_to_hash(&self) -> Result<Place, WorldError> {
        Ok(Place {
            spare: Arc::clone(&self.entry.spare),
            _held: place(&self.entry.hashing).await?,
        })
    }

    /// A place to check a key in that is not known yet.
    pub(super) async fn place_for_new_key(&self) -> Result<OwnedSemaphorePermit, WorldError> {
        place(&self.entry.new_keys).await
    }

    /// Whether this very key was right when it was shown last. Then showing it again guesses nothing, and
    /// machines that ask every second are not counted each time; whether it still opens is looked up
    /// all the same.
    pub(super) fn is_known_key(&self, token: &str) -> bool {
        let known = self.entry.known.lock();
        let known = known.unwrap_or_else(PoisonError::into_inner);
        known.contains(&hashed(token))
    }

    /// Remembers that a key was right, or forgets it.
    pub(super) fn know_key(&self, token: &str, right: bool) {
        let known = self.entry.known.lock();
        let mut known = known.unwrap_or_else(PoisonError::into_inner);
        if !right {
            known.remove(&hashed(token));
            return;
        }
        if known.len() >= MOST_KNOWN {
            known.clear();
        }
        known.insert(hashed(token));
    }
}

async fn place(of: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, WorldError> {
    let waiting = tokio::time::timeout(PATIENCE, Arc::clone(of).acquire_owned());
    match waiting.await {
        Ok(Ok(permit)) => Ok(permit),
        Ok(Err(_)) | Err(_) => Err(WorldError::Busy),
    }
}

fn hashed(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}
