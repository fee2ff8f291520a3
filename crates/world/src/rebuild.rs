//! Rebuilding every projection from the ledger: the same rows come out, or something was wrong.

use std::collections::HashMap;

use async_trait::async_trait;
use kaname_kernel::{Audience, AudienceId, Matter, MatterId, merkle::Hash};
use kaname_store::{Batches, PlacedObject, Record, Rows, StoreError, StoredEvent};
use serde::Serialize;

use crate::{
    error::WorldError,
    sharing::object_of,
    verify::{
        Fault,
        ground::{Grounds, Read},
        object,
    },
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
    /// Objects whose rows were written anew.
    pub objects: u64,
    /// Whether all rows are the same as before.
    pub identical: bool,
    /// What of the objects is not what the ledger says and cannot be computed from it: their rows were
    /// left as they are then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<Fault>,
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
    record(world.keys(), &state.ok_or(WorldError::NotFound("event"))?)
}

/// Every kind of matter this program knows.
pub(crate) struct Kinds(Vec<(&'static str, Fold)>);

impl Kinds {
    pub(crate) fn known() -> Self {
        Self(kinds())
    }

    /// The row that a matter's whole history leads to.
    pub(crate) fn row(&self, world: &World, history: &[StoredEvent]) -> Result<Record, WorldError> {
        let first = history.first().ok_or(WorldError::NotFound("event"))?;
        let header = &first.event.header;
        let mut known = self.0.iter();
        let Some((_, fold)) = known.find(|(name, _)| *name == header.matter_kind) else {
            let what = format!("unknown kind of matter `{}`", header.matter_kind);
            return Err(WorldError::refused("error-unknown-kind", what));
        };
        let redacted = history
            .iter()
            .any(|stored| stored.event.wrapped_key.is_none());
        if redacted {
            return crate::redact::tombstone(history);
        }
        fold(world, header.matter, history)
    }
}

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
        kind::<kaname_sharing::Campaign>(),
        kind::<kaname_sharing::Assessment>(),
        kind::<kaname_sharing::campaign::Dismissal>(),
        kind::<kaname_sharing::Collection>(),
        kind::<kaname_sharing::Feedback>(),
        kind::<kaname_sharing::Delivery>(),
        kind::<kaname_sharing::Webhook>(),
        kind::<kaname_sharing::peer::Peer>(),
        kind::<kaname_sharing::source::Source>(),
        kind::<kaname_sharing::warninglist::Warninglist>(),
        kind::<kaname_sharing::find::SavedSearch>(),
        kind::<kaname_sharing::taxii::ApiRoot>(),
        kind::<kaname_sharing::taxii::Discovery>(),
        kind::<crate::redact::Redaction>(),
        kind::<crate::sharing::Import>(),
    ]
}

/// The ledger read once, matter by matter, and then the objects.
struct Folding<'w> {
    world: &'w World,
    /// What the ledger says of objects; `None` when their rows stay.
    grounds: Option<Grounds>,
    /// Audiences by number as they stood before.
    audiences: HashMap<AudienceId, Audience>,
    /// Objects after this `date_added` are still to come.
    after_us: i64,
    kinds: Kinds,
    done: Rebuilt,
    progress: &'w (dyn Fn(u64) + Sync),
    /// Why it stopped, when that was not the store.
    stopped: Option<WorldError>,
}

impl Folding<'_> {
    /// Rows of the matters that begin in the next events.
    async fn records(&mut self) -> Result<Option<Vec<Record>>, WorldError> {
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
            let history = store.history(first.event.header.matter).await?;
            records.push(self.kinds.row(self.world, &history)?);
            self.done.matters += 1;
        }
        (self.progress)(self.done.events);
        Ok(Some(records))
    }
}

impl Folding<'_> {
    /// What is kept beside the bytes of the next objects.
    async fn objects(&mut self) -> Result<Option<Vec<PlacedObject>>, WorldError> {
        let (store, keys) = (self.world.store(), self.world.keys());
        let Some(grounds) = &mut self.grounds else {
            return Ok(None);
        };
        let rows = store.object_rows(self.after_us, object::BATCH).await?;
        let Some(last) = rows.last() else {
            return Ok(None);
        };
        self.after_us = last.object.added_us;
        let mut placed = Vec::with_capacity(rows.len());
        for row in &rows {
            let due = match grounds.read((store, keys), row).await? {
                Read::Due(due) => due.standing(row, &self.audiences),
                Read::Gone => continue,
                Read::Groundless(fault) => return Err(moved(&fault)),
            };
            let object = object_of(&row.object.raw, due, row.object.version_us);
            placed.push(PlacedObject {
                added_us: row.object.added_us,
                object: object.map_err(WorldError::encoding)?,
            });
            if let Some((true, fault)) = grounds.end_part(row, &self.audiences) {
                return Err(moved(&fault));
            }
        }
        self.done.objects += placed.len() as u64;
        Ok(Some(placed))
    }

    async fn rows(&mut self) -> Result<Option<Rows>, WorldError> {
        if let Some(records) = self.records().await? {
            return Ok(Some(Rows::Records(records)));
        }
        Ok(self.objects().await?.map(Rows::Objects))
    }
}

/// Objects were proved a moment ago: someone writes meanwhile.
fn moved(fault: &Fault) -> WorldError {
    let what = format!(
        "the objects changed while they were rebuilt: {}",
        fault.what
    );
    StoreError::InUse(what).into()
}

#[async_trait]
impl Batches for Folding<'_> {
    fn with_objects(&self) -> bool {
        self.grounds.is_some()
    }

    async fn next(&mut self) -> Result<Option<Rows>, StoreError> {
        match self.rows().await {
            Ok(rows) => Ok(rows),
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
    /// Computes all projections from the ledger, and all that is kept beside the bytes of objects, and puts
    /// them in the place of what is there, all or none. Where objects are not those the ledger tells of,
    /// their rows stay and the fault is given. `progress` hears how many events are done. The server must
    /// not run meanwhile.
    pub async fn rebuild(&self, progress: &(dyn Fn(u64) + Sync)) -> Result<Rebuilt, WorldError> {
        // Where several nodes write, the newest events may have no place in the order yet: without one
        // they would be left out of what is computed here.
        self.store().sequence().await?;
        let before = self.digest().await?;
        let mut grounds = self.grounds().await?;
        let store = self.store();
        let compared = object::compare(store, self.keys(), &mut grounds, &|_| {}).await?;
        grounds.restart();
        let same_objects = compared.differs.is_none();
        let mut folding = Folding {
            world: self,
            grounds: compared.groundless.is_none().then_some(grounds),
            audiences: object::audiences(store).await?,
            after_us: i64::MIN,
            kinds: Kinds::known(),
            done: Rebuilt {
                events: 0,
                matters: 0,
                objects: 0,
                identical: false,
                fault: compared.groundless,
            },
            progress,
            stopped: None,
        };
        let replaced = store.replace_rows(&mut folding).await;
        if let Some(why) = folding.stopped {
            return Err(why);
        }
        replaced?;
        let identical = same_objects && before == self.digest().await?;
        Ok(Rebuilt {
            identical,
            ..folding.done
        })
    }

    /// SHA-256 over all projections; `None` when they cannot be read.
    async fn digest(&self) -> Result<Option<Hash>, WorldError> {
        match self.store().records_digest().await {
            Ok(digest) => Ok(Some(digest)),
            Err(StoreError::Corrupt { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// What the ledger says of objects.
    async fn grounds(&self) -> Result<Grounds, WorldError> {
        let mut grounds = Grounds::default();
        let mut from = 0;
        loop {
            let batch = self.store().events(from, BATCH).await?;
            if batch.is_empty() {
                return Ok(grounds);
            }
            from += batch.len() as u64;
            for stored in &batch {
                grounds.open(stored, self.keys())?;
            }
        }
    }
}
