//! Rebuilding every projection from the ledger: the same rows come out, or something was wrong.

use kaname_kernel::{Matter, MatterId};
use kaname_store::{Record, StoredEvent};
use serde::Serialize;

use crate::{
    error::WorldError,
    work::{Loaded, fold, record},
    world::World,
};

/// Events read, and records written, at a time.
const BATCH: u32 = 2_048;

/// What a rebuild did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rebuilt {
    /// Events read.
    pub events: u64,
    /// Matters folded.
    pub matters: u64,
    /// Whether all rows are the same as before.
    pub identical: bool,
}

/// Folds a whole history of one kind into its projection.
type Fold = fn(&World, MatterId, &[StoredEvent]) -> Result<Record, WorldError>;

fn fold_kind<M: Matter>(
    world: &World,
    _matter: MatterId,
    history: &[StoredEvent],
) -> Result<Record, WorldError> {
    let mut state: Option<Loaded<M>> = None;
    for stored in history {
        let event = stored.event.open(&world.keys().master)?;
        state = Some(fold(state, &event)?);
    }
    record(&state.ok_or(WorldError::NotFound("event"))?)
}

/// Every kind of matter this program knows.
fn kinds() -> Vec<(&'static str, Fold)> {
    fn kind<M: Matter>() -> (&'static str, Fold) {
        (M::KIND, fold_kind::<M>)
    }
    vec![
        kind::<kaname_directory::Party>(),
        kind::<kaname_directory::Account>(),
        kind::<kaname_directory::Key>(),
        kind::<kaname_directory::Group>(),
        kind::<kaname_directory::Cooperation>(),
        kind::<kaname_directory::Breach>(),
        kind::<kaname_sharing::Report>(),
        kind::<kaname_sharing::Victim>(),
        kind::<kaname_sharing::Item>(),
        kind::<kaname_sharing::Collection>(),
        kind::<kaname_sharing::Feedback>(),
        kind::<kaname_sharing::Delivery>(),
        kind::<kaname_sharing::Webhook>(),
        kind::<crate::redact::Redaction>(),
        kind::<crate::sharing::Import>(),
    ]
}

impl World {
    /// Forgets all projections and computes them from the ledger. `progress` hears how many events
    /// are done. The server must not run meanwhile.
    pub async fn rebuild(&self, progress: &(dyn Fn(u64) + Sync)) -> Result<Rebuilt, WorldError> {
        let kinds = kinds();
        // Where several nodes write, the newest events may have no place in the order yet: without one
        // they would be left out of what is computed here.
        self.store().sequence().await?;
        let before = self.store().records_digest().await?;
        self.store().clear_records().await?;
        let mut done = Rebuilt {
            events: 0,
            matters: 0,
            identical: false,
        };
        loop {
            let batch = self.store().events(done.events, BATCH).await?;
            if batch.is_empty() {
                break;
            }
            done.events += batch.len() as u64;
            let mut records = Vec::new();
            // A matter is folded whole where its first event stands.
            let firsts = batch
                .iter()
                .filter(|stored| stored.event.header.version == 1);
            for first in firsts {
                let header = &first.event.header;
                let history = self.store().history(header.matter).await?;
                let found = kinds.iter().find(|(name, _)| *name == header.matter_kind);
                let Some((_, fold)) = found else {
                    let what = format!("unknown kind of matter `{}`", header.matter_kind);
                    return Err(WorldError::refused("error-unknown-kind", what));
                };
                let redacted = history
                    .iter()
                    .any(|stored| stored.event.wrapped_key.is_none());
                records.push(if redacted {
                    crate::redact::tombstone(&history)?
                } else {
                    fold(self, header.matter, &history)?
                });
                done.matters += 1;
            }
            self.store().put_records(records).await?;
            progress(done.events);
        }
        done.identical = before == self.store().records_digest().await?;
        Ok(done)
    }
}
