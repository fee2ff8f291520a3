//! How many are let try at once: hashing a password takes memory, so few at a time may, and whoever waits
//! for a place waits a bounded time.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

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
    new_keys: Arc<Semaphore>,
    known: Mutex<HashSet<[u8; 32]>>,
}

impl Default for Entry {
    fn default() -> Self {
        Self {
            hashing: Arc::new(Semaphore::new(MOST_HASHED)),
            new_keys: Arc::new(Semaphore::new(MOST_NEW_KEYS)),
            known: Mutex::default(),
        }
    }
}

/// One of the places, held until it is dropped.
#[must_use]
pub(crate) struct Place(#[expect(dead_code, reason = "held, not read")] OwnedSemaphorePermit);

impl World {
    /// A place to hash a password in.
    pub(crate) async fn place_to_hash(&self) -> Result<Place, WorldError> {
        place(&self.entry.hashing).await
    }

    /// A place to check a key in that is not known yet.
    pub(super) async fn place_for_new_key(&self) -> Result<Place, WorldError> {
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

async fn place(of: &Arc<Semaphore>) -> Result<Place, WorldError> {
    let waiting = tokio::time::timeout(PATIENCE, Arc::clone(of).acquire_owned());
    match waiting.await {
        Ok(Ok(permit)) => Ok(Place(permit)),
        Ok(Err(_)) | Err(_) => Err(WorldError::Busy),
    }
}

fn hashed(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}
