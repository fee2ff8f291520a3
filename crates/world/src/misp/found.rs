//! One event as it stands in a collection, and the one of a name.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use kaname_kernel::MatterId;
use kaname_misp::{CONTAINERS, Frame};
use kaname_policy::Action;
use kaname_sharing::{Collection, collection::CollectionKind};
use kaname_store::{ObjectFilter, StoredObject, Versions};
use uuid::Uuid;

use super::DEPTH;
use crate::{caller::Caller, error::WorldError, work::Loaded, world::World};

/// Most objects that are looked through under one name.
const UNDER_ONE_NAME: u32 = 200;
/// Most objects of one UUID whose events are looked for.
const FEW: usize = 20;
/// Places of attributes within the number of an object's.
const WITHIN: i64 = 1_000;

/// An event as it stands in a collection.
#[derive(Debug, Clone)]
pub struct Found {
    /// The report or grouping.
    pub object: StoredObject,
    /// What it says.
    pub frame: Frame,
    /// Where it stands.
    pub collection: Arc<Loaded<Collection>>,
}

impl Found {
    /// Of a stored object; `None` for one that is no event.
    pub(super) fn of(object: StoredObject, collection: &Arc<Loaded<Collection>>) -> Option<Self> {
        let is_event = CONTAINERS.contains(&object.stix_type.as_str());
        let frame = is_event.then(|| Frame::read(&object.raw, DEPTH).ok());
        Some(Self {
            frame: frame.flatten()?,
            object,
            collection: Arc::clone(collection),
        })
    }

    /// Whether an object is a part of it.
    fn holds(&self, object: &StoredObject) -> bool {
        object.collection == self.object.collection && self.frame.refs.contains(&object.stix_id)
    }

    /// Its number here.
    pub fn number(&self) -> String {
        self.object.added_us.to_string()
    }

    /// The item it is the report of; none in a collection of peers.
    pub fn item(&self) -> Option<MatterId> {
        let is_released = self.collection.state.definition.kind == CollectionKind::Library;
        is_released.then_some(self.object.source)
    }
}

/// The number of an attribute or object: of the STIX object that says it, and which of its attributes.
pub(super) fn number_within(object: &StoredObject, nth: usize) -> String {
    let nth = i64::try_from(nth).unwrap_or(0).min(WITHIN - 1);
    object
        .added_us
        .saturating_mul(WITHIN)
        .saturating_add(nth)
        .to_string()
}

impl World {
    /// The collections whose objects the caller may read, by alias: those of TAXII.
    pub(super) async fn misp_places(
        &self,
        caller: &Caller,
    ) -> Result<Vec<Arc<Loaded<Collection>>>, WorldError> {
        self.allow_any(caller, Action::TaxiiRead)?;
        let now = self.now();
        let all = self.collections(caller).await?.into_iter();
        let readable = all.filter(|one| {
            let is_intake = one.state.definition.kind == CollectionKind::Intake;
            !is_intake && one.state.can_read(&caller.reader, now)
        });
        Ok(readable.map(Arc::new).collect())
    }

    /// The event of a number or UUID, as the caller may see it: under a UUID that several brought, what goes first
    /// ([`World::in_order`]).
    pub async fn misp_event(&self, caller: &Caller, named: &str) -> Result<Found, WorldError> {
        let found = self.misp_events(caller, named).await?;
        found
            .into_iter()
            .next()
            .ok_or(WorldError::NotFound("event"))
    }

    /// The events of a number or UUID, in that order.
    pub(super) async fn misp_events(
        &self,
        caller: &Caller,
        named: &str,
    ) -> Result<Vec<Found>, WorldError> {
        let places = self.misp_places(caller).await?;
        let ids = match named.parse::<i64>() {
            // An event that was written anew stands elsewhere; its old number leads to it.
            Ok(number) => match self.misp_at(caller, number).await? {
                Some(object) => return self.misp_newest(caller, &places, object).await,
                None => Vec::new(),
            },
            Err(_) => match uuid(named) {
                Some(uuid) => CONTAINERS.map(|kind| format!("{kind}--{uuid}")).into(),
                None => Vec::new(),
            },
        };
        let found = self.misp_under(caller, &places, ids).await?;
        let events = found.into_iter();
        let events = events.filter_map(|(place, object)| Found::of(object, &place));
        Ok(events.collect())
    }

    /// The newest version of what stood at a place.
    async fn misp_newest(
        &self,
        caller: &Caller,
        places: &[Arc<Loaded<Collection>>],
        object: StoredObject,
    ) -> Result<Vec<Found>, WorldError> {
        let (collection, origin) = (object.collection, object.origin);
        let found = self
            .misp_under(caller, places, vec![object.stix_id])
            .await?;
        let same = found
            .into_iter()
            .filter(|(_, one)| one.collection == collection && one.origin == origin)
            .filter_map(|(place, object)| Found::of(object, &place));
        Ok(same.collect())
    }

    /// The object, of any version, that stands at a place.
    async fn misp_at(
        &self,
        caller: &Caller,
        place_us: i64,
    ) -> Result<Option<StoredObject>, WorldError> {
        let filter = ObjectFilter {
            after_us: Some(place_us.saturating_sub(1)),
            limit: 1,
            ..ObjectFilter::all(self.readable(caller).await?)
        };
        let found = self.store().objects(&filter).await?.objects;
        Ok(found.into_iter().find(|one| one.added_us == place_us))
    }

    /// The newest versions under these STIX ids in these collections, in the order in which they go.
    pub(super) async fn misp_under(
        &self,
        caller: &Caller,
        places: &[Arc<Loaded<Collection>>],
        ids: Vec<String>,
    ) -> Result<Vec<(Arc<Loaded<Collection>>, StoredObject)>, WorldError> {
        // Asked whether or not a name can lead anywhere: the same way for what is not there.
        let ids = match ids.is_empty() {
            true => vec![format!("report--{}", Uuid::nil())],
            false => ids,
        };
        let filter = ObjectFilter {
            ids,
            versions: Versions::Last,
            limit: UNDER_ONE_NAME,
            ..ObjectFilter::all(self.readable(caller).await?)
        };
        let found = self.store().objects(&filter).await?.objects;
        let found = self.in_order(caller, found).await?.into_iter();
        let found = found.filter_map(|object| {
            let place = places.iter().find(|one| one.id == object.collection)?;
            Some((Arc::clone(place), object))
        });
        Ok(found.collect())
    }

    /// Of these objects those that are meant where their events are asked for by their UUIDs.
    pub(super) async fn misp_meant(
        &self,
        caller: &Caller,
        places: &[Arc<Loaded<Collection>>],
        objects: Vec<StoredObject>,
    ) -> Result<Vec<StoredObject>, WorldError> {
        let mut ids = BTreeSet::new();
        for object in &objects {
            if let Some((_, uuid)) = object.stix_id.split_once("--") {
                ids.extend(CONTAINERS.map(|kind| format!("{kind}--{uuid}")));
            }
        }
        let mut filter = ObjectFilter {
            ids: ids.into_iter().collect(),
            versions: Versions::Last,
            limit: UNDER_ONE_NAME,
            ..ObjectFilter::all(self.readable(caller).await?)
        };
        let mut all = Vec::new();
        while !filter.ids.is_empty() {
            let page = self.store().objects(&filter).await?;
            filter.after_us = page.objects.last().map(|one| one.added_us);
            all.extend(page.objects);
            if !page.more {
                break;
            }
        }
        all.retain(|one| places.iter().any(|place| place.id == one.collection));
        let mut meant: BTreeMap<String, i64> = BTreeMap::new();
        for one in self.in_order(caller, all).await? {
            if let Some((_, uuid)) = one.stix_id.split_once("--") {
                meant.entry(uuid.to_owned()).or_insert(one.added_us);
            }
        }
        let is_meant = |one: &StoredObject| {
            let uuid = one.stix_id.split_once("--").map(|(_, uuid)| uuid);
            uuid.and_then(|uuid| meant.get(uuid)) == Some(&one.added_us)
        };
        Ok(objects.into_iter().filter(is_meant).collect())
    }

    /// The STIX object of an attribute's or object's number or UUID, and which of its attributes is meant; none
    /// for itself.
    pub async fn misp_object(
        &self,
        caller: &Caller,
        named: &str,
    ) -> Result<(StoredObject, usize), WorldError> {
        let places = self.misp_places(caller).await?;
        let mut whose = None;
        let (ids, nth) = match (named.parse::<i64>(), uuid(named)) {
            (Ok(number), _) => {
                let object = self.misp_at(caller, number.div_euclid(WITHIN)).await?;
                let nth = usize::try_from(number.rem_euclid(WITHIN)).unwrap_or(0);
                whose = object.as_ref().map(|one| (one.collection, one.origin));
                let id = object.map(|object| object.stix_id);
                (id.into_iter().collect(), nth)
            }
            (_, Some(uuid)) => (SAYING.map(|kind| format!("{kind}--{uuid}")).into(), 0),
            _ => (Vec::new(), 0),
        };
        let found = self.misp_under(caller, &places, ids).await?.into_iter();
        let mut objects = found.map(|(_, object)| object);
        // A number is of one collection and originator, a UUID of any.
        let is_meant =
            |one: &StoredObject| whose.is_none_or(|whose| whose == (one.collection, one.origin));
        let object = objects.find(is_meant);
        Ok((object.ok_or(WorldError::NotFound("attribute"))?, nth))
    }

    /// The events that hold what this UUID names, by anyone, as the caller may see them.
    pub async fn misp_events_holding(
        &self,
        caller: &Caller,
        named: Uuid,
    ) -> Result<Vec<Found>, WorldError> {
        let places = self.misp_places(caller).await?;
        let ids = SAYING.map(|kind| format!("{kind}--{named}"));
        let found = self.misp_under(caller, &places, ids.into()).await?;
        let mut events: Vec<Found> = Vec::new();
        for (_, object) in found.iter().take(FEW) {
            for event in self.misp_events_of(caller, object).await? {
                if events.iter().all(|one| one.object.key != event.object.key) {
                    events.push(event);
                }
            }
        }
        Ok(events)
    }

    /// The events that an object is a part of, as the caller may see them.
    pub async fn misp_events_of(
        &self,
        caller: &Caller,
        object: &StoredObject,
    ) -> Result<Vec<Found>, WorldError> {
        let places = self.misp_places(caller).await?;
        let readable = self.readable(caller).await?;
        let referring = self
            .store()
            .referring(&object.stix_id, &readable, UNDER_ONE_NAME);
        let ids: Vec<String> = referring.await?;
        let is_event = |id: &String| CONTAINERS.iter().any(|kind| id.starts_with(kind));
        let ids: Vec<String> = ids.into_iter().filter(is_event).collect();
        let found = self.misp_under(caller, &places, ids).await?.into_iter();
        let events = found.filter_map(|(place, object)| Found::of(object, &place));
        let events: Vec<Found> = events.filter(|event| event.holds(object)).collect();
        let place = places.iter().find(|one| one.id == object.collection);
        match (events.is_empty(), place) {
            (true, Some(place)) => self.misp_look_through(caller, place, object).await,
            _ => Ok(events),
        }
    }

    /// The event of a collection that an object is a part of, where it refers to more than is kept for
    /// look-ups.
    async fn misp_look_through(
        &self,
        caller: &Caller,
        place: &Arc<Loaded<Collection>>,
        object: &StoredObject,
    ) -> Result<Vec<Found>, WorldError> {
        let mut filter = ObjectFilter {
            collection: Some(place.id),
            types: CONTAINERS.map(str::to_owned).into(),
            versions: Versions::Last,
            limit: UNDER_ONE_NAME,
            ..ObjectFilter::all(self.readable(caller).await?)
        };
        loop {
            let page = self.store().objects(&filter).await?;
            filter.after_us = page.objects.last().map(|one| one.added_us);
            let events = page.objects.into_iter();
            let mut events = events.filter_map(|one| Found::of(one, place));
            if let Some(event) = events.find(|event| event.holds(object)) {
                return Ok(vec![event]);
            }
            if !page.more {
                return Ok(Vec::new());
            }
        }
    }
}

/// Types of STIX objects that say an attribute or object under their own UUID.
const SAYING: [&str; 8] = [
    "indicator",
    "observed-data",
    "vulnerability",
    "misp-attribute",
    "misp-object",
    "attack-pattern",
    "course-of-action",
    "note",
];

/// A UUID in its hyphenated form, in lower case.
fn uuid(text: &str) -> Option<Uuid> {
    Some(text)
        .filter(|text| text.len() == 36)
        .and_then(|text| Uuid::try_parse(text).ok())
}
