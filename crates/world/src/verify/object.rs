//! Proving the objects that imports brought: each part's Merkle root in the ledger against the bytes
//! that stand in the collection now. Names the first object that was changed.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use kaname_kernel::{
    AudienceId, Event, Matter, MatterId,
    merkle::{Frontier, leaf_hash},
};
use kaname_store::{ObjectFilter, Store, StoredObject, Versions};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::Fault;
use crate::{
    error::WorldError,
    keys::Keys,
    sharing::{Import, ImportChange, key_of},
};

/// Events or objects read at a time.
const BATCH: u32 = 1_000;

/// What was proved of imported objects, and the first thing that does not fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ObjectVerdict {
    /// Imports whose objects were compared.
    pub imports: u64,
    /// Objects compared.
    pub objects: u64,
    /// The first thing wrong; `None` when all bytes are as they came.
    pub fault: Option<Fault>,
}

/// A part of an import: the event that tells it, its number of objects and their root.
struct Part {
    seq: u64,
    event: String,
    count: u64,
    root: String,
}

/// An import while its objects are read.
#[derive(Default)]
struct Checking {
    parts: Vec<Part>,
    /// Parts that fit.
    fitting: usize,
    tree: Frontier,
    /// The first object of the part at hand that is not what its key says.
    changed: Option<String>,
}

/// Imports by collection, as the ledger tells them.
#[derive(Default)]
pub(super) struct Imports(BTreeMap<MatterId, HashMap<MatterId, Checking>>);

impl Imports {
    /// Takes an event of an import.
    pub(super) fn take(&mut self, seq: u64, event: Event) -> Result<(), WorldError> {
        let change = serde_json::from_value(event.data).map_err(WorldError::encoding)?;
        let ImportChange::Imported {
            collection,
            count,
            root,
            ..
        } = change;
        let checking = self.0.entry(collection).or_default();
        let import = checking.entry(event.header.matter).or_default();
        import.parts.push(Part {
            seq,
            event: event.header.id.to_string(),
            count,
            root,
        });
        Ok(())
    }
}

/// Compares the objects of every import that was not redacted with the roots in the ledger, which is
/// to be proved before. `progress` hears how many objects are done.
///
/// # Errors
/// When the store cannot be read, or an import's event cannot be opened with these keys.
pub async fn verify_objects(
    store: &dyn Store,
    keys: &Keys,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<ObjectVerdict, WorldError> {
    let mut imports = Imports::default();
    let mut from = 0;
    loop {
        let batch = store.events(from, BATCH).await?;
        if batch.is_empty() {
            return compare(store, imports, progress).await;
        }
        from += batch.len() as u64;
        for stored in batch {
            let of_import = stored.event.header.matter_kind == Import::KIND;
            if of_import && stored.event.wrapped_key.is_some() {
                imports.take(stored.seq, stored.event.open(&keys.master)?)?;
            }
        }
    }
}

/// Compares every object of every collection with its key, which is a digest of its bytes, and those of
/// imports with the roots.
pub(super) async fn compare(
    store: &dyn Store,
    Imports(mut imports): Imports,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<ObjectVerdict, WorldError> {
    let mut verdict = ObjectVerdict {
        imports: imports.values().map(|all| all.len() as u64).sum(),
        objects: 0,
        fault: None,
    };
    let audiences = store.audiences(AudienceId::MIN).await?;
    let mut filter = ObjectFilter {
        collection: None,
        readable: Arc::new(audiences.into_iter().map(|(id, _)| id).collect()),
        added_after_us: None,
        newest_first: false,
        after_us: None,
        ids: Vec::new(),
        types: Vec::new(),
        specs: Vec::new(),
        versions: Versions::All,
        search: None,
        value: None,
        limit: BATCH,
        count: false,
    };
    loop {
        let page = store.objects(&filter).await?;
        let origins = origins(store, &page.objects).await?;
        for object in &page.objects {
            let import = imports.get_mut(&object.collection);
            if let Some(import) = import.and_then(|all| all.get_mut(&object.source)) {
                verdict.objects += 1;
                verdict.fault = import.take(object);
            } else if !is_itself(object) || !origins.contains(&object.source) {
                verdict.fault = Some(changed(store, object).await?);
            }
            if verdict.fault.is_some() {
                return Ok(verdict);
            }
        }
        progress(verdict.objects);
        filter.after_us = page.objects.last().map(|object| object.added_us);
        if !page.more {
            break;
        }
    }
    let missing = imports.values().flat_map(HashMap::values);
    let missing = missing.filter_map(Checking::missing);
    verdict.fault = missing.min_by_key(|fault| fault.seq);
    Ok(verdict)
}

/// The matters that put these objects out, as far as there are such matters.
async fn origins(
    store: &dyn Store,
    objects: &[StoredObject],
) -> Result<HashSet<MatterId>, WorldError> {
    let sources: HashSet<MatterId> = objects.iter().map(|object| object.source).collect();
    let sources: Vec<MatterId> = sources.into_iter().collect();
    let records = store.records(&sources).await?;
    Ok(records.into_iter().map(|one| one.record.id).collect())
}

/// Whether an object's bytes are those its key and STIX id were made of.
fn is_itself(object: &StoredObject) -> bool {
    let same_id = |head: kaname_stix::Head| head.id.to_string() == object.stix_id;
    key_of(object.raw.as_bytes()) == Some(object.key)
        && kaname_stix::head(&object.raw).is_ok_and(same_id)
}

/// An object that no import brought and that is another now: named with the last event of what did.
async fn changed(store: &dyn Store, object: &StoredObject) -> Result<Fault, WorldError> {
    let history = store.history(object.source).await?;
    let last = history.last();
    Ok(Fault {
        seq: last.map_or(0, |stored| stored.seq),
        event: last.map(|stored| stored.event.header.id.to_string()),
        object: Some(object.stix_id.clone()),
        what:
            "it is not what was put out: its bytes, its id or what it says it came from was changed"
                .to_owned(),
    })
}

impl Checking {
    /// Takes the next object; gives what is wrong with the part that it ends.
    fn take(&mut self, object: &StoredObject) -> Option<Fault> {
        let Some(part) = self.parts.get(self.fitting) else {
            let last = self.parts.last()?;
            let what = "it stands under an import that did not bring it";
            return Some(last.fault(Some(object.stix_id.clone()), what));
        };
        let digest = Sha256::digest(object.raw.as_bytes());
        if self.changed.is_none() && !is_itself(object) {
            self.changed = Some(object.stix_id.clone());
        }
        self.tree.push(leaf_hash(&digest));
        if self.tree.size() < part.count {
            return None;
        }
        let whole = hex::encode(self.tree.root()) == part.root;
        if !whole || self.changed.is_some() {
            let what = match self.changed {
                Some(_) if whole => "its key or id is not the one its bytes make",
                Some(_) => "its bytes are not those that were imported",
                None => {
                    "the objects of this import are not those that were imported: one was changed, added or taken away"
                }
            };
            return Some(part.fault(self.changed.take(), what));
        }
        self.tree = Frontier::default();
        self.changed = None;
        self.fitting += 1;
        None
    }

    /// What is wrong when no objects are left.
    fn missing(&self) -> Option<Fault> {
        let part = self.parts.get(self.fitting)?;
        let missing = part.count - self.tree.size();
        let what = format!("{missing} objects of this import are missing");
        Some(part.fault(self.changed.clone(), &what))
    }
}

impl Part {
    fn fault(&self, object: Option<String>, what: &str) -> Fault {
        Fault {
            seq: self.seq,
            event: Some(self.event.clone()),
            object,
            what: what.to_owned(),
        }
    }
}
