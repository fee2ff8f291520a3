//! A collection read from its beginning to its end, page by page, with what its items say: what feeds
//! are made from. Only one page is held at a time.

use std::{
    collections::HashMap,
    sync::Arc,
};

use jiff::Timestamp;
use kaname_kernel::{MatterId, Pap, Tlp};
use kaname_policy::Action;
use kaname_sharing::{Collection, Item, Outlet, collection::CollectionKind};
use kaname_store::{StoredObject, Versions};

use super::Range;
use crate::{caller::Caller, error::WorldError, work::Loaded, world::World};

/// What an item says of its objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedItem {
    /// The item.
    pub id: MatterId,
    /// Its number.
    pub number: String,
    /// Its title, Japanese and English.
    pub title: kaname_sharing::Text,
    /// Who may be told.
    pub tlp: Tlp,
    /// What may be done.
    pub pap: Pap,
    /// Not to be used from then on.
    pub valid_until: Option<Timestamp>,
    /// Whether its values may stand in block lists now.
    pub may_block: bool,
    in_feeds: bool,
}

/// One object with the item that brought it; none for a peer's objects and marking definitions.
#[derive(Debug, Clone)]
pub struct FeedObject {
    /// The object.
    pub object: StoredObject,
    /// Its item.
    pub item: Option<Arc<FeedItem>>,
}

/// A reading of a collection, from its beginning.
pub struct Feed {
    world: Arc<World>,
    caller: Caller,
    /// The collection.
    pub collection: Loaded<Collection>,
    position: Option<i64>,
    ended: bool,
    items: HashMap<MatterId, Option<Arc<FeedItem>>>,
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
        self.ended = !page.more;
        self.position = page.objects.last().map(|object| object.added_us).or(self.position);
        let mut objects = Vec::new();
        for object in page.objects {
            let item = self.item(object.source).await?;
            let is_library = self.collection.state.definition.kind == CollectionKind::Library;
            let is_standing = object.stix_type == "marking-definition";
            let belongs = match &item {
                Some(item) => item.in_feeds,
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

    async fn item(&mut self, source: MatterId) -> Result<Option<Arc<FeedItem>>, WorldError> {
        if let Some(known) = self.items.get(&source) {
            return Ok(known.clone());
        }
        let now = self.world.now();
        let item = self.world.load::<Item>(source).await?.map(|item| {
            let item = item.state;
            let in_feeds = item.state == kaname_sharing::ItemState::Released
                && item.content.is_valid(now)
                && item.content.outlets.contains(&Outlet::Feed);
            Arc::new(FeedItem {
                id: source,
                may_block: item.may_block(now),
                in_feeds,
                number: item.number,
                title: item.content.title,
                tlp: item.content.tlp,
                pap: item.content.pap,
                valid_until: item.content.valid_until,
            })
        });
        self.items.insert(source, item.clone());
        Ok(item)
    }
}
