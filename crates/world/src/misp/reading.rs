//! Every event that a caller may see, page by page: collection by collection, in the order in which they came.

use std::{collections::HashSet, sync::Arc};

use kaname_kernel::PartyId;
use kaname_misp::CONTAINERS;
use kaname_sharing::Collection;
use kaname_store::{ObjectFilter, Versions};

use super::found::Found;
use crate::{caller::Caller, error::WorldError, work::Loaded, world::World};

/// Events read at a time.
const PAGE: u32 = 200;

/// A reading of all events, from the beginning. Each page is filtered with the caller's eyes as they are when
/// it is read.
pub struct Reading {
    world: Arc<World>,
    caller: Caller,
    places: Vec<Arc<Loaded<Collection>>>,
    place: usize,
    after_us: Option<i64>,
    /// Whether of several under one UUID only the one is given that is meant by it.
    meant_alone: bool,
    /// Events given so far, where they may stand in several collections.
    given: HashSet<(String, Option<PartyId>)>,
}

impl Reading {
    /// Of all that the caller may read.
    pub async fn open(world: Arc<World>, caller: &Caller) -> Result<Self, WorldError> {
        let places = world.misp_places(caller).await?;
        Ok(Self {
            world,
            caller: caller.clone(),
            places,
            place: 0,
            after_us: None,
            meant_alone: false,
            given: HashSet::new(),
        })
    }

    /// Gives of several events under one UUID only the one that is meant where it is asked for by that.
    pub fn meant_alone(&mut self) {
        self.meant_alone = true;
    }

    /// Back to the beginning.
    pub fn rewind(&mut self) {
        (self.place, self.after_us) = (0, None);
        self.given.clear();
    }

    /// The next events; `None` at the end. A page may be empty.
    pub async fn page(&mut self) -> Result<Option<Vec<Found>>, WorldError> {
        let Some(place) = self.places.get(self.place) else {
            return Ok(None);
        };
        let filter = ObjectFilter {
            collection: Some(place.id),
            types: CONTAINERS.map(str::to_owned).into(),
            versions: Versions::Last,
            after_us: self.after_us,
            limit: PAGE,
            ..ObjectFilter::all(self.world.readable(&self.caller).await?)
        };
        let page = self.world.store().objects(&filter).await?;
        let several = self.places.len() > 1;
        let last = page.objects.last().map(|object| object.added_us);
        let objects = match self.meant_alone {
            true => {
                let (world, places) = (&self.world, &self.places);
                world.misp_meant(&self.caller, places, page.objects).await?
            }
            false => page.objects,
        };
        let mut found: Vec<Found> = objects
            .into_iter()
            .filter_map(|object| Found::of(object, place))
            .collect();
        // What stands in several collections is one event.
        let given = &mut self.given;
        found.retain(|event| {
            let object = &event.object;
            !several || given.insert((object.stix_id.clone(), object.origin))
        });
        match page.more {
            true => self.after_us = last,
            false => {
                self.after_us = None;
                self.place += 1;
            }
        }
        Ok(Some(found))
    }
}
