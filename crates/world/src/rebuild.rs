//! Rebuilding every projection from the ledger: the same rows come out, or something was wrong.

use async_trait::async_trait;
use kaname_kernel::{Matter, MatterId};
use kaname_store::{Batches, Record, StoreError, StoredEvent};
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

/// The ledger read once, matter by matter.
struct Folding<'w> {
    world: &'w World,
    kinds: Vec<(&'static str, Fold)>,
    done: Rebuilt,
    progress: &'w (dyn Fn(u64) + Sync),
    /// Why it stopped, when that was not the store.
    stopped: Option<WorldError>,
}

impl Folding<'_> {
    /// Rows of the matters that begin in the next events.
    async fn batch(&mut self) -> Result<Option<Vec<Record>>, WorldError> {
        let store = self.world.store();
        let batch = store.events(self.done.events, BATCH).await?;
        if batch.is_empty() {
            return Ok(None);
        }
        self.done.events += batch.len() as u64;
        let mut records = Vec::new();
        // A matter is folded whole where its first event stands.
        let firsts = batch
            .iter()
            .filter(|stored| stored.event.header.version == 1);
        for first in firsts {
            let header = &first.event.header;
            let history = store.history(header.matter).await?;
            let found = self
                .kinds
                .iter()
                .find(|(name, _)| *name == header.matter_kind);
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
                fold(self.world, header.matter, &history)?
            });
            self.done.matters += 1;
        }
        (self.progress)(self.done.events);
        Ok(Some(records))
    }
}

#[async_trait]
impl Batches for Folding<'_> {
    async fn next(&mut self) -> Result<Option<Vec<Record>>, StoreError> {
        match self.batch().await {
            Ok(batch) => Ok(batch),
            Err(WorldError::Store(error)) => Err(error),
            Err(error) => {
                let why = StoreError::Malformed(error.to_string());
                self.stopped = Some(error);
                Err(why)
            }
        }
    }
}

impl World {
    /// Computes all projections from the ledger and puts them in the place of what is there, all or
    /// none. `progress` hears how many events are done. The server must not run meanwhile.
    pub async fn rebuild(&self, progress: &(dyn Fn(u64) + Sync)) -> Result<Rebuilt, WorldError> {
        // Where several nodes write, the newest events may have no place in the order yet: without one
        // they would be left out of what is computed here.
        self.store().sequence().await?;
        let before = self.store().records_digest().await?;
        let mut folding = Folding {
            world: self,
            kinds: kinds(),
            done: Rebuilt {
                events: 0,
                matters: 0,
                identical: false,
            },
            progress,
            stopped: None,
        };
        let replaced = self.store().replace_records(&mut folding).await;
        if let Some(why) = folding.stopped {
            return Err(why);
        }
        replaced?;
        let identical = before == self.store().records_digest().await?;
        Ok(Rebuilt {
            identical,
            ..folding.done
        })
    }
}
