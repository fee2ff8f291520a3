//! Proving a whole ledger, in one reading: every leaf, every tile, every matter's order, every checkpoint
//! kept or brought along, and what the events stand for. Names the first event that does not fit.

mod chain;
pub(crate) mod ground;
mod importing;
pub(crate) mod object;
mod payload;
mod rows;

use kaname_store::{Store, StoredEvent};
use serde::Serialize;

pub use self::rows::ProvedRows;
use self::{chain::Chain, object::compare, payload::Opening};
use crate::{error::WorldError, keys::Keys};

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
    /// The object that is wrong, when it can be named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object: Option<String>,
    /// What does not fit.
    pub what: String,
    /// Whether it is only what is kept beside an object's bytes: `kaname rebuild` writes it anew.
    pub rebuild_mends: bool,
}

impl Fault {
    pub(crate) fn of_event(seq: u64, event: Option<String>, what: &str) -> Self {
        Self {
            seq,
            event,
            object: None,
            what: what.to_owned(),
            rebuild_mends: false,
        }
    }

    /// As one that a rebuild mends.
    pub(crate) fn of_row(self) -> Self {
        Self {
            rebuild_mends: true,
            ..self
        }
    }
}

/// All that was proved, with the keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Whole {
    /// The ledger; its fault is the first of any kind.
    #[serde(flatten)]
    pub ledger: Verdict,
    /// Payloads that open.
    pub payloads: u64,
    /// Handles that lead to their provider.
    pub handles: u64,
    /// Attachments that open.
    pub attachments: u64,
    /// Objects that imports brought; all objects are compared with the ledger, wherever they came from.
    pub imported_objects: u64,
}

/// Proves events in their order, up to the first that does not fit.
async fn prove(
    chain: &mut Chain<'_>,
    opening: &mut Opening<'_>,
    batch: &[StoredEvent],
) -> Result<(), WorldError> {
    for stored in batch {
        if !chain.take(stored).await? {
            break;
        }
        if let Some(what) = opening.take(stored).await? {
            let event = stored.event.header.id.to_string();
            chain.breaks(stored.seq, Some(event), what);
            break;
        }
    }
    Ok(())
}

/// Checks the ledger of `store` against its leaves, tiles and checkpoints, and against the signed notes given; and
/// opens and compares everything that was not redacted: payloads, handles, attachments, the objects of
/// collections. The events are read once, whatever is done with them. `progress` hears how many events, and
/// after them how many objects, are done.
///
/// # Errors
/// When the store cannot be read.
pub async fn verify(
    store: &dyn Store,
    keys: &Keys,
    notes: &[String],
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Whole, WorldError> {
    let mut chain = Chain::begin(store, &keys.verifying(), notes).await?;
    let mut opening = Opening::new(store, keys);
    let mut batch = store.events(chain.size(), BATCH).await?;
    while !chain.is_broken() && !batch.is_empty() {
        // The next ones are read while these are proved.
        let after = chain.size() + batch.len() as u64;
        let (next, proved) = tokio::join!(
            store.events(after, BATCH),
            prove(&mut chain, &mut opening, &batch)
        );
        proved?;
        batch = next?;
        progress(chain.size());
    }
    let mut ledger = match chain.is_broken() {
        true => chain.verdict,
        false => chain.end().await?,
    };
    if ledger.fault.is_none() {
        ledger.fault = opening.end(ledger.events).await?;
    }
    let mut imported_objects = 0;
    if ledger.fault.is_none() {
        let compared = compare(store, keys, &mut opening.grounds, progress).await?;
        imported_objects = compared.imported;
        ledger.fault = compared.fault();
    }
    Ok(Whole {
        ledger,
        payloads: opening.payloads,
        handles: opening.links,
        attachments: opening.attachments,
        imported_objects,
    })
}
