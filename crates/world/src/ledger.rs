//! The ledger seen from outside: signed checkpoints, receipts with inclusion proofs, tiles.

use std::{collections::HashMap, convert::Infallible};

use kaname_kernel::{
    EventId,
    checkpoint::Checkpoint,
    merkle::{self, Hash, Subtrees},
};
use kaname_store::StoredCheckpoint;
use serde::{Deserialize, Serialize};

use crate::{error::WorldError, world::World};

/// Proof that an event stands in the ledger under a signed checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// The event.
    pub event: EventId,
    /// Its number in the global order, from 0.
    pub index: u64,
    /// RFC 6962 leaf hash, hexadecimal.
    pub leaf: String,
    /// Hashes of the audit path, hexadecimal, from the leaf up.
    pub path: Vec<String>,
    /// The signed checkpoint (C2SP signed note).
    pub checkpoint: String,
}

/// Collects which subtrees an algorithm asks for.
#[derive(Default)]
struct Asking(Vec<(u32, u64)>);

impl Subtrees for Asking {
    type Error = Infallible;
    fn subtree(&mut self, level: u32, index: u64) -> Result<Hash, Infallible> {
        self.0.push((level, index));
        Ok([0; 32])
    }
}

struct Fetched(HashMap<(u32, u64), Hash>);

impl Subtrees for Fetched {
    type Error = Infallible;
    fn subtree(&mut self, level: u32, index: u64) -> Result<Hash, Infallible> {
        Ok(self.0.get(&(level, index)).copied().unwrap_or([0; 32]))
    }
}

/// `Result<T, Infallible>` is a `T`.
fn sure<T>(result: Result<T, Infallible>) -> T {
    match result {
        Ok(value) => value,
        Err(never) => match never {},
    }
}

impl World {
    async fn fetched(&self, asked: Asking) -> Result<Fetched, WorldError> {
        let mut hashes = HashMap::new();
        for (level, index) in asked.0 {
            let hash = self.store().subtree(level, index).await?;
            hashes.insert((level, index), hash);
        }
        Ok(Fetched(hashes))
    }

    /// Root over the first `size` leaves.
    pub async fn root(&self, size: u64) -> Result<Hash, WorldError> {
        let mut asking = Asking::default();
        sure(merkle::root(&mut asking, size));
        let mut fetched = self.fetched(asking).await?;
        Ok(sure(merkle::root(&mut fetched, size)))
    }

    /// A signed checkpoint over everything committed so far. Signs a new one only when events were
    /// added since the last.
    pub async fn checkpoint(&self) -> Result<StoredCheckpoint, WorldError> {
        let size = self.store().sequence().await?;
        if let Some(known) = self.store().checkpoint(size).await?
            && known.size == size
        {
            return Ok(known);
        }
        let checkpoint = Checkpoint {
            origin: self.settings().origin.clone(),
            size,
            root: self.root(size).await?,
        };
        let stored = StoredCheckpoint {
            size,
            note: checkpoint.sign(&self.keys().signing),
            at: self.now(),
        };
        self.store().put_checkpoint(stored.clone()).await?;
        Ok(stored)
    }

    /// Proves that an event stands in the ledger.
    pub async fn prove(&self, event: EventId) -> Result<Proof, WorldError> {
        let stored = self.checkpoint().await?;
        let index = self.store().event_seq(event).await?;
        let index = index.ok_or(WorldError::NotFound("event"))?;
        let leaf = self.store().subtree(0, index).await?;
        let mut asking = Asking::default();
        sure(merkle::inclusion(&mut asking, index, stored.size));
        let mut fetched = self.fetched(asking).await?;
        let path = sure(merkle::inclusion(&mut fetched, index, stored.size));
        Ok(Proof {
            event,
            index,
            leaf: hex::encode(leaf),
            path: path.iter().map(hex::encode).collect(),
            checkpoint: stored.note,
        })
    }

    /// Proves that the ledger of `new` leaves extends that of `old`, for witnesses.
    pub async fn consistency(&self, old: u64, new: u64) -> Result<Vec<Hash>, WorldError> {
        let mut asking = Asking::default();
        sure(merkle::consistency(&mut asking, old, new));
        let mut fetched = self.fetched(asking).await?;
        Ok(sure(merkle::consistency(&mut fetched, old, new)))
    }
}
