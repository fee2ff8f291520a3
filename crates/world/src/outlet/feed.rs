//! A collection read from its beginning to its end, page by page, with what its items say: what feeds
//! are made from. Only one page is held at a time. Items that may leave by feed and not by TAXII have
//! no objects in the collection; they follow after those that have, out of the items themselves.

use std::{collections::HashMap, sync::Arc};

use kaname_kernel::{Matter as _, MatterId};
use kaname_policy::Action;
use kaname_sharing::{Collection, Item, ItemState, Outlet, collection::CollectionKind, rendition};
use kaname_store::{Cursor, ListQuery, StoredObject, Versions};

use super::Range;
use crate::{caller::Caller, error::WorldError, sharing::released_in, work::Loaded, world::World};

/// One object with the item that brought it; none for a peer's objects, and for those that stand in a
/// library from its beginning.
#[derive(Debug, Clone)]
pub struct FeedObject {
    /// STIX id.
    pub stix_id: String,
    /// STIX type.
    pub stix_type: String,
    /// Name or value.
    pub title: String,
    /// When it came into the collection, microseconds since 1970.
    pub added_us: i64,
    /// The bytes as they were released or received.
    pub raw: Box<str>,
    /// Its item.
    pub item: Option<Arc<Item>>,
}

/// Where a reading stands.
#[derive(Debug, Clone, Copy)]
enum Place {
    /// In the collection's objects, after this `date_added`.
    Objects(Option<i64>),
    /// In the items that have no objects there, after this row.
    Items(Option<Cursor>),
    /// At the end.
    Ended,
}

/// Items looked at in one page.
const ITEMS: u32 = 200;

/// A reading of a collection, from its beginning.
pub struct Feed {
    pub(super) world: Arc<World>,
    pub(super) caller: Caller,
    /// The collection.
    pub collection: Loaded<Collection>,
    place: Place,
    /// Items of the page at hand.
    items: HashMap<MatterId, Option<Arc<Item>>>,
}

impl Feed {
    /// Opens a collection the caller may read, by id or alias.
    pub async fn open(
        world: Arc<World>,
        caller: &Caller,
        id_or_alias: &str,
    ) -> Result<Self, WorldError> {
        world.allow_any(caller, Action::FeedRead)?;
        let collection = world.collection(caller, id_or_alias).await?;
        if !collection.state.can_read(&caller.reader, world.now()) {
            return Err(WorldError::Denied("denied-collection-read"));
        }
        // A feed is for machines, also when a person's browser asks for it.
        let mut caller = caller.clone();
        caller.reader.machine = true;
        Ok(Self {
            world,
            caller,
            collection,
            place: Place::Objects(None),
            items: HashMap::new(),
        })
    }

    /// Back to the beginning.
    pub fn rewind(&mut self) {
        self.place = Place::Objects(None);
        self.items.clear();
    }

    /// The next objects, filtered with the reader's eyes as they are now; `None` at the end.
    pub async fn page(&mut self) -> Result<Option<Vec<FeedObject>>, WorldError> {
        match self.place {
            Place::Objects(after_us) => Ok(Some(self.stored(after_us).await?)),
            Place::Items(after) => Ok(Some(self.by_feed_alone(after).await?)),
            Place::Ended => Ok(None),
        }
    }

    /// The next of the collection's objects.
    async fn stored(&mut self, after_us: Option<i64>) -> Result<Vec<FeedObject>, WorldError> {
        let range = Range {
            after_us,
            versions: Versions::Last,
            limit: self.world.settings().max_page_objects,
            ..Range::default()
        };
        let filter = self
            .world
            .range_filter(&self.caller, self.collection.id, &range)
            .await?;
        let page = self.world.store().objects(&filter).await?;
        self.items.clear();
        let is_library = self.collection.state.definition.kind == CollectionKind::Library;
        let last = page.objects.last().map(|object| object.added_us);
        self.place = match (page.more, is_library) {
            (true, _) => Place::Objects(last.or(after_us)),
            (false, true) => Place::Items(None),
            (false, false) => Place::Ended,
        };
        let mut objects = Vec::new();
        for object in page.objects {
            let item = self.item(object.source).await?;
            // Markings and the hub's identity, which every item refers to.
            let is_standing = object.source == self.collection.id;
            let belongs = match &item {
                Some(item) => {
                    let by_feed = item.content.leaves_by(Outlet::Feed);
                    by_feed && rendition::is_current(item, self.world.now())
                }
                None => !is_library || is_standing,
            };
            if belongs {
                objects.push(FeedObject::of(object, item));
            }
        }
        Ok(objects)
    }

    /// Objects of the next items that consent lets out by feed and not by TAXII.
    async fn by_feed_alone(
        &mut self,
        after: Option<Cursor>,
    ) -> Result<Vec<FeedObject>, WorldError> {
        let query = ListQuery {
            states: vec![ItemState::Released.as_str().to_owned()],
            after,
            limit: ITEMS,
            ..ListQuery::of(Item::KIND, self.world.readable(&self.caller).await?)
        };
        let page = self.world.list::<Item>(&query).await?;
        self.place = page
            .next
            .map_or(Place::Ended, |next| Place::Items(Some(next)));
        let now = self.world.now();
        let mut objects = Vec::new();
        for item in page.rows {
            let content = &item.state.content;
            let alone = content.leaves_by(Outlet::Feed) && !content.leaves_by(Outlet::Taxii);
            let here = content.collections.contains(&self.collection.id);
            if !alone || !here || !rendition::is_current(&item.state, now) {
                continue;
            }
            let released = item.state.release.as_ref();
            let added_us = released.map_or(0, |release| release.at.as_microsecond());
            let item = Arc::new(item.state);
            for raw in &item.content.objects {
                let standing = released_in(&item, self.collection.id);
                let object = self.world.new_object(raw, standing)?;
                objects.push(FeedObject {
                    stix_id: object.stix_id,
                    stix_type: object.stix_type,
                    title: object.title,
                    added_us,
                    raw: object.raw,
                    item: Some(Arc::clone(&item)),
                });
            }
        }
        Ok(objects)
    }

    /// Notes that the caller's party fetched these items.
    pub fn note_fetched(&self, items: impl IntoIterator<Item = MatterId>) {
        if let Some(party) = self.caller.reader.party {
            self.world.fetched.note_items(
                party,
                Outlet::Feed,
                items.into_iter().map(|item| (item, false)),
            );
        }
    }

    async fn item(&mut self, source: MatterId) -> Result<Option<Arc<Item>>, WorldError> {
        if let Some(known) = self.items.get(&source) {
            return Ok(known.clone());
        }
        let item = self.world.load::<Item>(source).await?;
        let item = item.map(|item| Arc::new(item.state));
        self.items.insert(source, item.clone());
        Ok(item)
    }
}

impl FeedObject {
    fn of(object: StoredObject, item: Option<Arc<Item>>) -> Self {
        Self {
            stix_id: object.stix_id,
            stix_type: object.stix_type,
            title: object.title,
            added_us: object.added_us,
            raw: object.raw,
            item,
        }
    }
}
