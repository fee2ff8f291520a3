//! A collection read from its beginning to its end, page by page, with what its items say: what feeds
//! are made from. Only one page is held at a time.

use std::{collections::HashMap, sync::Arc};

use kaname_kernel::MatterId;
use kaname_policy::Action;
use kaname_sharing::{Collection, Item, Outlet, collection::CollectionKind, rendition};
use kaname_store::{StoredObject, Versions};

use super::Range;
use crate::{caller::Caller, error::WorldError, work::Loaded, world::World};

/// One object with the item that brought it; none for a peer's objects, and for those that stand in a
/// library from its beginning.
#[derive(Debug, Clone)]
pub struct FeedObject {
    /// The object.
    pub object: StoredObject,
    /// Its item.
    pub item: Option<Arc<Item>>,
}

/// A reading of a collection, from its beginning.
pub struct Feed {
    world: Arc<World>,
    caller: Caller,
    /// The collection.
    pub collection: Loaded<Collection>,
    position: Option<i64>,
    ended: bool,
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
        Ok(Self {
            world,
            caller: caller.clone(),
            collection,
            position: None,
            ended: false,
            items: HashMap::new(),
        })
    }

    /// Back to the beginning.
    pub fn rewind(&mut self) {
        self.position = None;
        self.ended = false;
        self.items.clear();
    }

    /// The next objects, filtered with the reader's eyes as they are now; `None` at the end.
    pub async fn page(&mut self) -> Result<Option<Vec<FeedObject>>, WorldError> {
        if self.ended {
            return Ok(None);
        }
        let range = Range {
            after_us: self.position,
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
        self.ended = !page.more;
        self.position = page
            .objects
            .last()
            .map(|object| object.added_us)
            .or(self.position);
        let mut objects = Vec::new();
        for object in page.objects {
            let item = self.item(object.source).await?;
            let is_library = self.collection.state.definition.kind == CollectionKind::Library;
            // Markings and the hub's identity, which every item refers to.
            let is_standing = object.source == self.collection.id;
            let belongs = match &item {
                Some(item) => {
                    let by_feed = item.content.outlets.contains(&Outlet::Feed);
                    by_feed && rendition::is_current(item, self.world.now())
                }
                None => !is_library || is_standing,
            };
            if belongs {
                objects.push(FeedObject { object, item });
            }
        }
        Ok(Some(objects))
    }

    /// Notes that the caller's party fetched these items.
    pub fn note_fetched(&self, items: impl IntoIterator<Item = MatterId>) {
        if let Some(party) = self.caller.reader.party {
            self.world.fetched.note_items(party, Outlet::Feed, items);
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
