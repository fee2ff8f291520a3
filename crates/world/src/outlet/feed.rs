//! A collection read from its beginning to its end, page by page, with what its items say: what feeds
//! are made from. Only one page is held at a time. Items that may leave by feed and not by TAXII have
//! no objects in the collection; they follow after those that have, out of the items themselves.

use std::{collections::HashMap, sync::Arc};

use jiff::{SignedDuration, Timestamp};
use kaname_kernel::{Matter as _, MatterId};
use kaname_policy::Action;
use kaname_sharing::{
    Collection, Item, ItemState, Outlet, collection::CollectionKind, decay::Seen, rendition,
};
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
    /// When it was seen last, as far as the reader's organisation knows or its originator may say so; `None` where it
    /// does not age: a list that is read again and again ends by itself what it no longer names.
    pub seen_at: Option<Timestamp>,
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
/// For how long items whose validity ended are counted.
pub const ENDED_WITHIN: SignedDuration = SignedDuration::from_hours(24 * 30);
/// Most of them that are looked at, the newest.
const MOST_ENDED: u32 = 1_000;

/// A reading of a collection, from its beginning.
pub struct Feed {
    pub(super) world: Arc<World>,
    pub(super) caller: Caller,
    /// The collection.
    pub collection: Loaded<Collection>,
    place: Place,
    /// Items of the page at hand.
    items: HashMap<MatterId, Option<Arc<Item>>>,
    /// When the reader's organisation saw items, and whether what others say here ages; asked for once.
    known: Option<Known>,
}

/// What is known of when things in a collection were seen.
struct Known {
    seen_by_own: HashMap<MatterId, Timestamp>,
    others_age: bool,
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
            known: None,
        })
    }

    /// Back to the beginning.
    pub fn rewind(&mut self) {
        self.place = Place::Objects(None);
        self.items.clear();
    }

    /// The next objects, filtered with the reader's eyes as they are now; `None` at the end.
    pub async fn page(&mut self) -> Result<Option<Vec<FeedObject>>, WorldError> {
        let known = match self.known.take() {
            Some(known) => known,
            None => self.ask_known().await?,
        };
        let objects = match self.place {
            Place::Objects(after_us) => Some(self.stored(after_us, &known).await),
            Place::Items(after) => Some(self.by_feed_alone(after, &known).await),
            Place::Ended => None,
        };
        self.known = Some(known);
        objects.transpose()
    }

    async fn ask_known(&self) -> Result<Known, WorldError> {
        Ok(Known {
            seen_by_own: self.world.seen_by_own(&self.caller).await?,
            others_age: !self.world.is_fed_by_source(self.collection.id).await?,
        })
    }

    /// When items of the collection ended whose validity was over within the last 30 days.
    pub async fn ended(&self) -> Result<Vec<Timestamp>, WorldError> {
        let now = self.world.now();
        let query = ListQuery {
            states: vec![ItemState::Expired.as_str().to_owned()],
            limit: MOST_ENDED,
            ..ListQuery::of(Item::KIND, self.world.readable(&self.caller).await?)
        };
        let page = self.world.list::<Item>(&query).await?;
        let contents = page.rows.iter().map(|item| &item.state.content);
        let here = contents.filter(|content| {
            content.leaves_by(Outlet::Feed) && content.collections.contains(&self.collection.id)
        });
        let ended = here.filter_map(|content| content.valid_until);
        let lately = ended.filter(|at| *at <= now && now.duration_since(*at) < ENDED_WITHIN);
        Ok(lately.collect())
    }

    /// The next of the collection's objects.
    async fn stored(
        &mut self,
        after_us: Option<i64>,
        known: &Known,
    ) -> Result<Vec<FeedObject>, WorldError> {
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
                let seen_at = match &item {
                    Some(item) => known.seen_at(item),
                    None => Timestamp::from_microsecond(object.added_us)
                        .ok()
                        .filter(|_| known.others_age),
                };
                objects.push(FeedObject::of(object, item, seen_at));
            }
        }
        Ok(objects)
    }

    /// Objects of the next items that consent lets out by feed and not by TAXII.
    async fn by_feed_alone(
        &mut self,
        after: Option<Cursor>,
        known: &Known,
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
                    seen_at: known.seen_at(&item),
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

impl Known {
    /// When an item was seen last: by what all its readers know, or by the reader's own organisation.
    fn seen_at(&self, item: &Item) -> Option<Timestamp> {
        let known = Seen::of_item(item).map(|seen| seen.at);
        known.max(self.seen_by_own.get(&item.id).copied())
    }
}

impl FeedObject {
    fn of(object: StoredObject, item: Option<Arc<Item>>, seen_at: Option<Timestamp>) -> Self {
        Self {
            stix_id: object.stix_id,
            stix_type: object.stix_type,
            title: object.title,
            added_us: object.added_us,
            raw: object.raw,
            item,
            seen_at,
        }
    }
}
