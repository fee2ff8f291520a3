//! What the ledger says of the objects in collections: which there must be, in which collection each stands
//! and who may see it. Imports tell it in their events, by order; of items it follows from their fold; what
//! stands in a library from its beginning is readable by whoever may read there.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use kaname_kernel::{Audience, AudienceId, Event, Matter, MatterId, ObjectKey};
use kaname_sharing::{Collection, Item, Outlet};
use kaname_store::{ObjectFilter, ObjectRow, Store, StoredEvent};

use super::{
    Fault,
    importing::Importing,
    object::{self, of_source},
};
use crate::{
    error::WorldError,
    keys::Keys,
    sharing::{Import, Standing, imported_in, key_of, object_of, released_in, standing_in},
    work::{Loaded, fold},
};

/// Items whose fold is kept at hand.
const FOLDED: usize = 256;
/// Types of the objects that stand in a library from its beginning.
const FROM_BEGINNING: [&str; 2] = ["marking-definition", "identity"];
/// Names of the events with which what an item put out leaves its collections; what it revoked takes its place.
const ENDS: [&str; 3] = ["superseded", "withdrawn", "expired"];

/// An item that put objects out, while they are read: what stands for it is told by its fold.
#[derive(Default)]
struct Out {
    seq: u64,
    event: String,
    /// Rows that stand for it.
    rows: u64,
}

/// An item of which something stands in collections.
struct Released {
    item: Item,
    /// What of it stands there.
    objects: Vec<String>,
    keys: HashSet<ObjectKey>,
}

/// What a row must be.
pub(crate) struct Due {
    pub(crate) standing: Standing,
    /// Whether the ledger tells who may see it. Of an import that was redacted, and of one by an older
    /// version that had several audiences, it does not.
    pub(super) tells_audience: bool,
}

/// What comes of reading one object.
pub(crate) enum Read {
    /// It belongs where it stands.
    Due(Due),
    /// It belonged there: what put it out ended since its row was read.
    Gone,
    /// It does not, or its bytes are others: no rebuild can mend it.
    Groundless(Fault),
}

/// What the ledger says of objects.
#[derive(Default)]
pub(crate) struct Grounds {
    imports: HashMap<MatterId, Importing>,
    /// Imports that were redacted.
    silent: HashSet<MatterId>,
    collections: HashSet<MatterId>,
    out: HashMap<MatterId, Out>,
    ended: HashSet<MatterId>,
    /// Events taken.
    seen: u64,
    /// Those of `ended` that ended while objects were read: the server may run meanwhile.
    ended_meanwhile: HashSet<MatterId>,
    folded: HashMap<MatterId, Option<Arc<Released>>>,
}

impl Grounds {
    /// Takes the next event, opened when it is an import's.
    pub(crate) fn take(
        &mut self,
        stored: &StoredEvent,
        opened: Option<Event>,
    ) -> Result<(), WorldError> {
        self.seen = stored.seq + 1;
        let header = &stored.event.header;
        let is_redacted = stored.event.wrapped_key.is_none();
        match header.matter_kind.as_str() {
            Import::KIND => match opened {
                Some(event) => self.take_import(stored.seq, event)?,
                None => _ = self.silent.insert(header.matter),
            },
            Collection::KIND => _ = self.collections.insert(header.matter),
            Item::KIND if is_redacted => {
                self.out.remove(&header.matter);
                self.ended.insert(header.matter);
            }
            Item::KIND if ENDS.contains(&header.kind.as_str()) => {
                self.ended.insert(header.matter);
            }
            Item::KIND if header.kind == "released" => {
                let out = Out {
                    seq: stored.seq,
                    event: header.id.to_string(),
                    rows: 0,
                };
                self.out.insert(header.matter, out);
            }
            _ => {}
        }
        Ok(())
    }

    /// Takes an event that is not opened yet.
    pub(crate) fn open(&mut self, stored: &StoredEvent, keys: &Keys) -> Result<(), WorldError> {
        let event = &stored.event;
        let is_told = event.header.matter_kind == Import::KIND && event.wrapped_key.is_some();
        let opened = match is_told {
            true => Some(event.open(&keys.master)?),
            false => None,
        };
        self.take(stored, opened)
    }

    fn take_import(&mut self, seq: u64, event: Event) -> Result<(), WorldError> {
        let import = self.imports.entry(event.header.matter).or_default();
        import.take(seq, event)
    }

    /// Whether an import brought the object, by its row.
    pub(crate) fn is_imported(&self, row: &ObjectRow) -> bool {
        self.imports.contains_key(&row.object.source)
    }

    /// To read the objects once more.
    pub(crate) fn restart(&mut self) {
        for import in self.imports.values_mut() {
            import.restart();
        }
        for out in self.out.values_mut() {
            out.rows = 0;
        }
    }

    /// Events taken.
    pub(crate) fn seen(&self) -> u64 {
        self.seen
    }

    /// Takes the next object in order of its `date_added`. Before it is said to have no ground the events
    /// are read that came meanwhile.
    pub(crate) async fn read(
        &mut self,
        by: (&dyn Store, &Keys),
        row: &ObjectRow,
    ) -> Result<Read, WorldError> {
        let read = self.look(by, row).await?;
        let Read::Groundless(fault) = read else {
            return Ok(read);
        };
        let more = self.catch_up(by).await?;
        let again = match more {
            true => self.look(by, row).await?,
            false => Read::Groundless(fault),
        };
        match again {
            Read::Groundless(_) if self.ended_meanwhile.contains(&row.object.source) => {
                Ok(Read::Gone)
            }
            again => Ok(again),
        }
    }

    /// Takes the events that came since; whether there were any.
    pub(super) async fn catch_up(
        &mut self,
        (store, keys): (&dyn Store, &Keys),
    ) -> Result<bool, WorldError> {
        store.sequence().await?;
        let before = self.seen;
        let ended: HashSet<MatterId> = self.ended.clone();
        loop {
            let batch = store.events(self.seen, object::BATCH).await?;
            if batch.is_empty() {
                break;
            }
            for stored in &batch {
                self.open(stored, keys)?;
            }
        }
        self.ended_meanwhile.extend(self.ended.difference(&ended));
        self.folded.clear();
        Ok(self.seen > before)
    }

    async fn look(
        &mut self,
        (store, keys): (&dyn Store, &Keys),
        row: &ObjectRow,
    ) -> Result<Read, WorldError> {
        let object = &row.object;
        let source = object.source;
        if let Some(import) = self.imports.get_mut(&source) {
            return Ok(import.read(row));
        }
        if key_of(object.raw.as_bytes()) != object.key {
            return Ok(Read::Groundless(of_source(store, row, NOT_PUT_OUT).await?));
        }
        if self.silent.contains(&source) {
            let place = (object.collection, object.origin);
            let standing = imported_in(source, place, Audience::officers());
            return Ok(Read::Due(Due {
                standing,
                tells_audience: false,
            }));
        }
        let standing = if self.collections.contains(&source) {
            let is_standing = FROM_BEGINNING.contains(&object.stix_type.as_str());
            is_standing.then(|| standing_in(source))
        } else {
            self.released((store, keys), row).await?
        };
        Ok(match standing {
            Some(standing) => Read::Due(Due {
                standing,
                tells_audience: true,
            }),
            None => Read::Groundless(of_source(store, row, NOT_PUT_OUT).await?),
        })
    }

    /// How the object stands, when the item it names put it out and did not end.
    async fn released(
        &mut self,
        by: (&dyn Store, &Keys),
        row: &ObjectRow,
    ) -> Result<Option<Standing>, WorldError> {
        let source = row.object.source;
        if !self.out.contains_key(&source) {
            return Ok(None);
        }
        let Some(released) = self.fold(by, source).await? else {
            return Ok(None);
        };
        if !released.keys.contains(&row.object.key) {
            return Ok(None);
        }
        let collections = &released.item.content.collections;
        let collection = match collections.contains(&row.object.collection) {
            true => row.object.collection,
            // Where there is only one it is known all the same.
            false if collections.len() == 1 => *collections.iter().next().unwrap_or(&source),
            false => return Ok(None),
        };
        if let Some(out) = self.out.get_mut(&source) {
            out.rows += 1;
        }
        Ok(Some(released_in(&released.item, collection)))
    }

    /// The item as its history makes it, when its objects stand in collections.
    async fn fold(
        &mut self,
        (store, keys): (&dyn Store, &Keys),
        item: MatterId,
    ) -> Result<Option<Arc<Released>>, WorldError> {
        if let Some(known) = self.folded.get(&item) {
            return Ok(known.clone());
        }
        let released = released(store, keys, item).await?.map(Arc::new);
        if self.folded.len() >= FOLDED {
            self.folded.clear();
        }
        self.folded.insert(item, released.clone());
        Ok(released)
    }

    /// Notes an imported object's row that is not what it must be, to be told when the part of its import
    /// is proved; whether an import brought it.
    pub(crate) fn note(&mut self, row: &ObjectRow, what: &str) -> bool {
        let Some(import) = self.imports.get_mut(&row.object.source) else {
            return false;
        };
        import.note(row, what);
        true
    }

    /// What is wrong with the part of an import that ends with this object: first with its bytes, then
    /// with its rows.
    pub(crate) fn end_part(
        &mut self,
        row: &ObjectRow,
        audiences: &HashMap<AudienceId, Audience>,
    ) -> Option<(bool, Fault)> {
        let import = self.imports.get_mut(&row.object.source)?;
        import.end_part(audiences)
    }

    /// What is missing when no objects are left, first by its event.
    pub(crate) async fn missing(
        &mut self,
        by: (&dyn Store, &Keys),
    ) -> Result<Option<Fault>, WorldError> {
        let missing = self.imports.values_mut().filter_map(Importing::missing);
        let mut first = missing.min_by_key(|fault| fault.seq);
        let mut out: Vec<(u64, MatterId)> = self
            .out
            .iter()
            .map(|(item, out)| (out.seq, *item))
            .collect();
        out.sort_unstable();
        for (seq, item) in out {
            if first.as_ref().is_some_and(|first| first.seq < seq) {
                break;
            }
            if let Some(object) = self.missing_of(by, item).await? {
                let event = self.out.get(&item).map(|out| out.event.clone());
                first = Some(Fault {
                    object: Some(object),
                    ..Fault::of_event(seq, event, NOT_THERE)
                });
            }
        }
        Ok(first)
    }

    /// The first object that an item put out and that does not stand where it must.
    async fn missing_of(
        &mut self,
        by: (&dyn Store, &Keys),
        id: MatterId,
    ) -> Result<Option<String>, WorldError> {
        let rows = self.out.get(&id).map_or(0, |out| out.rows);
        let Some(released) = self.fold(by, id).await? else {
            return Ok(None);
        };
        let item = &released.item;
        let mut versions = BTreeSet::new();
        for raw in &released.objects {
            let nowhere = released_in(item, id);
            let object = object_of(raw, nowhere, NO_VERSION).map_err(WorldError::encoding)?;
            versions.insert((object.stix_id, object.version_us));
        }
        if rows == (versions.len() * item.content.collections.len()) as u64 {
            return Ok(None);
        }
        let readable = by.0.audiences(AudienceId::MIN).await?;
        let readable = Arc::new(readable.into_iter().map(|(id, _)| id).collect());
        for collection in &item.content.collections {
            for (stix_id, version_us) in &versions {
                let mut filter = ObjectFilter::all(Arc::clone(&readable));
                filter.collection = Some(*collection);
                filter.ids = vec![stix_id.clone()];
                filter.origins = vec![None];
                if !self.stands(by.0, &filter, (stix_id, *version_us)).await? {
                    return Ok(Some(stix_id.clone()));
                }
            }
        }
        Ok(None)
    }

    /// Whether a version stands in a collection, whichever item brought it: one that is there already is left as
    /// it is. When who brought it ended, it left with what that had put out. Of an object that says no
    /// version any will do.
    async fn stands(
        &self,
        store: &dyn Store,
        filter: &ObjectFilter,
        (stix_id, version_us): (&str, i64),
    ) -> Result<bool, WorldError> {
        let is_it = |version: i64| version_us == NO_VERSION || version == version_us;
        let page = store.objects(filter).await?;
        if page.objects.iter().any(|object| is_it(object.version_us)) {
            return Ok(true);
        }
        let Some(collection) = filter.collection else {
            return Ok(false);
        };
        let withdrawn = store.withdrawn(collection, stix_id).await?;
        Ok(withdrawn
            .iter()
            .any(|(version, source)| is_it(*version) && self.ended.contains(source)))
    }
}

impl Due {
    /// Who may see it: as the ledger tells, else whoever may now.
    pub(crate) fn standing(
        self,
        row: &ObjectRow,
        audiences: &HashMap<AudienceId, Audience>,
    ) -> Standing {
        let mut standing = self.standing;
        if !self.tells_audience
            && let Some(audience) = audiences.get(&row.object.audience_id)
        {
            standing.audience = audience.clone();
        }
        standing
    }
}

/// The item as its history makes it, when its objects stand in collections.
async fn released(
    store: &dyn Store,
    keys: &Keys,
    item: MatterId,
) -> Result<Option<Released>, WorldError> {
    let mut state: Option<Loaded<Item>> = None;
    for stored in store.history(item).await? {
        state = Some(fold(state, &stored.event.open(&keys.master)?)?);
    }
    let item = state
        .map(|loaded| loaded.state)
        .filter(|item| item.content.leaves_by(Outlet::Taxii));
    let Some(item) = item else {
        return Ok(None);
    };
    let objects = item.standing();
    let keys = objects.iter().map(|raw| key_of(raw.as_bytes())).collect();
    Ok((!objects.is_empty()).then_some(Released {
        item,
        objects,
        keys,
    }))
}

/// Stands for the version of an object that says none.
const NO_VERSION: i64 = i64::MIN;
const NOT_PUT_OUT: &str = "it is not what was put out: its bytes, its collection or what it says it came from was changed, or what put it out has ended";
const NOT_THERE: &str = "it was released and is missing from its collection";
