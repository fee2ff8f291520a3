//! Loading: parts of objects one after another, then the roots, collections and discovery that make them
//! reachable, all in one transaction.

use std::{collections::BTreeMap, io};

use async_trait::async_trait;
use kaname_intake::layout::{Layout, LayoutFault};
use kaname_kernel::{Actor, Audience, Id, Matter as _, MatterId, merkle::Frontier};
use kaname_policy::Action;
use kaname_sharing::{
    Collection,
    collection::{self, CollectionKind, Definition},
    taxii::{self, ApiRoot, DISCOVERY_KEY, DISCOVERY_SPACE, Discovery},
};
use kaname_stix::Head;
use kaname_store::{Commit, Commits, StoreError};

use super::{LayoutIndex, Plan, at, pointer_of};
use crate::{
    caller::Caller,
    error::WorldError,
    sharing::{Audiences, Import, ImportChange, Shown, ends, imported_in, leaf_of, object_of},
    work::Loaded,
    world::World,
};

/// Most objects of one part.
const PART: usize = 2_000;
/// A part ends when its objects have that many bytes.
const PART_BYTES: usize = 4 << 20;

/// An object on its way into its collection.
#[derive(Debug, Clone)]
pub struct StandingObject {
    /// Which collection of the file, from 0 over all roots.
    pub collection: usize,
    /// `date_added`, microseconds since 1970.
    pub date_added_us: i64,
    /// Its bytes.
    pub raw: String,
}

/// The objects of a layout, by collection, and in each in order of `date_added`.
pub trait LayoutObjects: Send {
    /// The next one.
    fn next(&mut self) -> io::Result<Option<StandingObject>>;
}

/// Why a layout was not loaded; nothing of it is there then.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// It is not as it must be.
    #[error("{0}")]
    Fault(#[from] LayoutFault),
    /// The world could not do it.
    #[error(transparent)]
    World(#[from] WorldError),
}

/// What was loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct LoadedLayout {
    /// API roots.
    pub roots: usize,
    /// Collections.
    pub collections: usize,
    /// Objects, versions counted each.
    pub objects: u64,
    /// Status resources.
    pub statuses: usize,
}

impl World {
    /// Loads a layout whose objects were all noted in `index`. `progress` hears how many objects are
    /// written; nothing is to be seen of them until all is durable.
    pub async fn load_layout(
        &self,
        caller: &Caller,
        source: &str,
        (layout, mut index): (&Layout, LayoutIndex),
        objects: Box<dyn LayoutObjects>,
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<LoadedLayout, LoadError> {
        self.allow_any(caller, Action::CollectionManage)?;
        self.allow_any(caller, Action::ImportRun)?;
        let plan = self.plan_layout(layout).await??;
        let count = index.len();
        if let Some(twice) = index.settle() {
            let rule = "its collection has this version already";
            return Err(at(pointer_of(layout, twice), rule).into());
        }
        let mut statuses = 0;
        // They expire by themselves when the rest is not durable, and no root leads to them then.
        for (root, (id, _)) in layout.roots.iter().zip(&plan.roots) {
            for status in &root.statuses {
                let own = Id::from_bytes(*status.id.as_bytes());
                self.keep_loaded_status(*id, own, status.raw.get()).await?;
                statuses += 1;
            }
        }
        let told = self
            .find_any::<Discovery>(DISCOVERY_SPACE, DISCOVERY_KEY)
            .await?;
        let rules = plan.collections.iter();
        let rules = rules.map(|(_, one)| Audiences::in_collection(one, None));
        let loaded = LoadedLayout {
            roots: plan.roots.len(),
            collections: plan.collections.len(),
            objects: count,
            statuses,
        };
        let mut loading = Loading {
            world: self,
            actor: caller.actor.clone(),
            source,
            imports: vec![None; plan.collections.len()],
            rules: rules.collect(),
            plan,
            index,
            objects,
            held: None,
            told,
            is_done: false,
            written: 0,
            progress,
            stopped: None,
        };
        let committed = self.store().commit_all(&mut loading).await;
        if let Some(why) = loading.stopped {
            return Err(why.into());
        }
        let committed = committed.map_err(WorldError::from)?;
        self.committed(&committed);
        self.store().sequence().await.map_err(WorldError::from)?;
        Ok(loaded)
    }
}

struct Loading<'w> {
    world: &'w World,
    actor: Actor,
    source: &'w str,
    plan: Plan,
    /// Who may see what, for each collection.
    rules: Vec<Audiences>,
    index: LayoutIndex,
    objects: Box<dyn LayoutObjects>,
    /// The first object of the next part.
    held: Option<StandingObject>,
    /// The import of each collection.
    imports: Vec<Option<Loaded<Import>>>,
    told: Option<Loaded<Discovery>>,
    is_done: bool,
    written: u64,
    progress: &'w (dyn Fn(u64) + Sync),
    /// Why it stopped, when that was not the store.
    stopped: Option<WorldError>,
}

#[async_trait]
impl Commits for Loading<'_> {
    async fn next(&mut self) -> Result<Option<Commit>, StoreError> {
        match self.step().await {
            Ok(change) => Ok(change),
            Err(error) => {
                let why = StoreError::Malformed(error.to_string());
                self.stopped = Some(error);
                Err(why)
            }
        }
    }
}

impl Loading<'_> {
    async fn step(&mut self) -> Result<Option<Commit>, WorldError> {
        (self.progress)(self.written);
        let part = self.part().map_err(WorldError::encoding)?;
        if let Some(first) = part.first() {
            let place = first.collection;
            self.written += part.len() as u64;
            return Ok(Some(self.objects(place, &part).await?));
        }
        if self.is_done {
            return Ok(None);
        }
        self.is_done = true;
        Ok(Some(self.setting_up().await?))
    }

    /// The next objects of one collection.
    fn part(&mut self) -> io::Result<Vec<StandingObject>> {
        let mut part: Vec<StandingObject> = Vec::new();
        let mut bytes = 0;
        loop {
            let next = match self.held.take() {
                Some(held) => Some(held),
                None => self.objects.next()?,
            };
            let Some(next) = next else { return Ok(part) };
            let is_other = part
                .first()
                .is_some_and(|first| first.collection != next.collection);
            if is_other || part.len() >= PART || bytes >= PART_BYTES {
                self.held = Some(next);
                return Ok(part);
            }
            bytes += next.raw.len();
            part.push(next);
        }
    }

    async fn objects(
        &mut self,
        place: usize,
        part: &[StandingObject],
    ) -> Result<Commit, WorldError> {
        let planned = self.plan.collections.get(place);
        let (collection, _) = planned.ok_or(WorldError::NotFound(Collection::KIND))?;
        let collection = *collection;
        let heads = part.iter().map(|object| {
            let head = kaname_stix::head(&object.raw);
            head.map_err(WorldError::encoding)
        });
        let heads = heads.collect::<Result<Vec<Head>, _>>()?;
        let elsewhere = self.ends_elsewhere(place, &heads).await?;
        let before = self.imports.get_mut(place).and_then(Option::take);
        let id = match &before {
            Some(before) => before.id,
            None => Id::fresh(self.world.clock(), self.world.rng()),
        };
        let mut tree = Frontier::default();
        let mut shown = Shown::default();
        let mut work = self.world.work(&self.actor);
        work.only_new_objects();
        for (object, head) in part.iter().zip(&heads) {
            let audience = self.audience(place, head, &elsewhere);
            shown.take(&audience);
            let standing = imported_in(id, (collection, None), audience);
            let mut new = object_of(&object.raw, standing, object.date_added_us)
                .map_err(WorldError::encoding)?;
            new.dated_us = Some(object.date_added_us);
            tree.push(leaf_of(object.raw.as_bytes(), new.dated_us));
            work.object(new);
        }
        let change = ImportChange::Imported {
            source: self.source.to_owned(),
            collection,
            originator: None,
            count: part.len() as u64,
            root: hex::encode(tree.root()),
            shown: shown.runs(),
            audiences: shown.counts(),
        };
        let import = match before {
            Some(mut before) => {
                work.apply(&mut before, [change])?;
                before
            }
            None => work.begin::<Import>(id, change)?,
        };
        if let Some(slot) = self.imports.get_mut(place) {
            *slot = Some(import);
        }
        Ok(work.into_commit())
    }

    /// Ends of relationships and sightings that the file does not hold, as the hub itself has them.
    async fn ends_elsewhere(
        &mut self,
        place: usize,
        heads: &[Head],
    ) -> Result<BTreeMap<String, Audience>, WorldError> {
        let mut missing = Vec::new();
        for end in heads.iter().flat_map(ends) {
            if self.index.audience(end, place, &self.rules).is_none() {
                missing.push(end.to_string());
            }
        }
        missing.sort();
        missing.dedup();
        let seen = self.world.seen_under(missing).await?.into_iter();
        let hub = seen.filter_map(|(id, seen)| Some((id, seen.of_the_hub()?)));
        Ok(hub.collect())
    }

    /// Who may see an object: by its markings, and by both ends of a relationship or sighting. An end that
    /// is neither in the file nor in the hub restricts nobody: the server it was moved from showed the
    /// relationship as it is, and there is nothing here that it could tell of.
    fn audience(
        &mut self,
        place: usize,
        head: &Head,
        elsewhere: &BTreeMap<String, Audience>,
    ) -> Audience {
        let Some(rules) = self.rules.get(place) else {
            return Audience::officers();
        };
        let mut all = self.index.own(head, rules);
        for end in ends(head) {
            let known = self.index.audience(end, place, &self.rules);
            if let Some(known) = known.or_else(|| elsewhere.get(&end.to_string()).cloned()) {
                all = all.and_all(&known);
            }
        }
        all
    }

    /// The change that makes everything reachable.
    async fn setting_up(&mut self) -> Result<Commit, WorldError> {
        let world = self.world;
        let mut work = world.work(&self.actor);
        for (id, definition) in &self.plan.roots {
            let change = taxii::open_root(definition.clone())?;
            work.begin::<ApiRoot>(*id, change)?;
        }
        for (id, definition) in &self.plan.collections {
            open(&mut work, *id, definition.clone())?;
            if definition.kind == CollectionKind::Library {
                world.put_standing(&mut work, *id).await?;
            }
            work.notice(Collection::KIND, Some(*id));
        }
        let change = taxii::tell_discovery(self.plan.discovery.clone())?;
        match self.told.take() {
            Some(mut told) => work.apply(&mut told, [change])?,
            None => {
                work.begin::<Discovery>(Id::fresh(world.clock(), world.rng()), change)?;
            }
        }
        work.notice(Import::KIND, None);
        Ok(work.into_commit())
    }
}

fn open(
    work: &mut crate::work::Work<'_>,
    id: MatterId,
    definition: Definition,
) -> Result<(), WorldError> {
    for change in collection::open_collection(definition)? {
        work.begin::<Collection>(id, change)?;
    }
    Ok(())
}
