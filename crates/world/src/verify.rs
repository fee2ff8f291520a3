//! Proving a whole ledger: every leaf, every matter's order, every checkpoint kept or brought along.
//! Names the first event that does not fit.

mod object;
mod payload;

use std::collections::HashMap;

use ed25519_dalek::VerifyingKey;
use kaname_kernel::{
    MatterId,
    checkpoint::{Checkpoint, CheckpointError},
    merkle::Frontier,
};
use kaname_store::{Store, StoredEvent};
use serde::Serialize;

pub use self::{
    object::{ObjectVerdict, verify_objects},
    payload::{PayloadVerdict, verify_payloads},
};
use crate::error::WorldError;

/// Events read at a time.
const BATCH: u32 = 4_096;

/// What was proved, and the first thing that does not fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// Events read.
    pub events: u64,
    /// Payloads whose key was destroyed on purpose.
    pub redacted: u64,
    /// Checkpoints whose root fits.
    pub checkpoints: u64,
    /// Root over all events, hexadecimal.
    pub root: String,
    /// The first thing wrong; `None` when the ledger is whole.
    pub fault: Option<Fault>,
}

/// What is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// Number of the event, from 0.
    pub seq: u64,
    /// The event, when there is one.
    pub event: Option<String>,
    /// The object that an import brought and that is another now, when it can be named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object: Option<String>,
    /// What does not fit.
    pub what: String,
}

/// Checks the ledger of `store` against the stored leaves, tree and newest checkpoint, and against
/// the signed notes given. `progress` hears how many events are done.
pub async fn verify(
    store: &dyn Store,
    key: &VerifyingKey,
    notes: &[String],
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Verdict, WorldError> {
    let size = store.ledger_size().await?;
    let mut wanted = Vec::new();
    let mut verdict = Verdict {
        events: 0,
        redacted: 0,
        checkpoints: 0,
        root: String::new(),
        fault: None,
    };
    let newest = store.checkpoint(0).await?;
    let kept = newest.iter().map(|kept| kept.note.clone());
    for note in kept.chain(notes.iter().cloned()) {
        match Checkpoint::open(&note, key) {
            Ok(checkpoint) => wanted.push(checkpoint),
            Err(error) => return Ok(broken_note(verdict, &error)),
        }
    }
    wanted.sort_by_key(|checkpoint| checkpoint.size);
    let mut tree = Frontier::default();
    let mut versions: HashMap<MatterId, u32> = HashMap::new();
    let mut next_note = 0;
    loop {
        while let Some(note) = wanted
            .get(next_note)
            .filter(|note| note.size == tree.size())
        {
            if note.root != tree.root() {
                return Ok(fault(
                    verdict,
                    tree.size(),
                    None,
                    "the tree up to here has another root than the signed checkpoint: an event before it was changed, or the past was rewritten",
                ));
            }
            verdict.checkpoints += 1;
            next_note += 1;
        }
        let batch = store.events(tree.size(), BATCH).await?;
        if batch.is_empty() {
            break;
        }
        for stored in batch {
            if let Some(what) = misfit(&stored, tree.size(), &mut versions) {
                let id = stored.event.header.id.to_string();
                return Ok(fault(verdict, tree.size(), Some(id), what));
            }
            verdict.redacted += u64::from(stored.event.wrapped_key.is_none());
            tree.push(stored.leaf);
            verdict.events += 1;
            // A checkpoint inside this batch is compared at its exact size.
            while let Some(note) = wanted
                .get(next_note)
                .filter(|note| note.size == tree.size())
            {
                if note.root != tree.root() {
                    let id = stored.event.header.id.to_string();
                    return Ok(fault(
                        verdict,
                        tree.size() - 1,
                        Some(id),
                        "the tree up to here has another root than the signed checkpoint: this event or one before it was changed",
                    ));
                }
                verdict.checkpoints += 1;
                next_note += 1;
            }
        }
        progress(verdict.events);
    }
    verdict.root = hex::encode(tree.root());
    if let Some(note) = wanted.get(next_note) {
        let what = format!(
            "the tail is cut: a signed checkpoint covers {} events, {} are here",
            note.size,
            tree.size()
        );
        return Ok(fault(verdict, tree.size(), None, &what));
    }
    if tree.size() != size {
        return Ok(fault(
            verdict,
            tree.size(),
            None,
            "events are missing from the order",
        ));
    }
    Ok(verdict)
}

fn misfit(
    stored: &StoredEvent,
    expected: u64,
    versions: &mut HashMap<MatterId, u32>,
) -> Option<&'static str> {
    if stored.seq != expected {
        return Some("its number does not follow the one before");
    }
    if stored.event.leaf_hash() != stored.leaf {
        return Some("its bytes do not have the hash that was logged");
    }
    let header = &stored.event.header;
    let version = versions.entry(header.matter).or_insert(0);
    if header.version != *version + 1 {
        return Some("its matter's history has a gap before it");
    }
    *version = header.version;
    None
}

fn fault(mut verdict: Verdict, seq: u64, event: Option<String>, what: &str) -> Verdict {
    verdict.fault = Some(Fault {
        seq,
        event,
        object: None,
        what: what.to_owned(),
    });
    verdict
}

fn broken_note(verdict: Verdict, error: &CheckpointError) -> Verdict {
    let what = format!("a checkpoint does not verify: {error}");
    fault(verdict, 0, None, &what)
}
