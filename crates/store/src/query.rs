//! Questions to a store. Each carries the reader's bitmap of audiences: nothing outside it is
//! counted, sorted or named.

use std::{collections::BTreeSet, sync::Arc};

use jiff::Timestamp;
use kaname_kernel::{AudienceId, MatterId, ObjectKey, PartyId, Tlp};
use roaring::RoaringBitmap;

use crate::{change::Posting, stored::StoredRecord};

/// Order of a record list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// `sort_at`, newest first.
    #[default]
    Newest,
    /// `due_at`, soonest first; without one last.
    Due,
}

/// Most pairs of matter and value that are given at once of what carries one of some values.
pub const MOST_CARRIERS: usize = 20_000;

/// Where the next page starts: sort key in microseconds and id of the last row shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// Sort key of the last row.
    pub at_us: i64,
    /// Id of the last row.
    pub id: MatterId,
}

/// A list of records of one kind.
#[derive(Debug, Clone)]
pub struct ListQuery {
    /// Kind of matter.
    pub kind: String,
    /// Audiences the reader may read.
    pub readable: Arc<RoaringBitmap>,
    /// Only these states; empty for all.
    pub states: Vec<String>,
    /// Only of this owner.
    pub owner: Option<MatterId>,
    /// Only of these owners, when not empty (a provider's handles). Owning is a right of its own:
    /// rows of these owners are given whatever their audience.
    pub owners: Vec<MatterId>,
    /// Only in this scope.
    pub scope: Option<MatterId>,
    /// Only with this TLP.
    pub tlp: Option<Tlp>,
    /// Only due before this moment.
    pub due_before: Option<Timestamp>,
    /// Only with `sort_at` at or after this moment.
    pub since: Option<Timestamp>,
    /// Words that must all be found (folded by the store with `kernel::fold`).
    pub search: Option<String>,
    /// Of each group the words of one text are all found.
    pub words: Vec<Vec<String>>,
    /// Of none of these texts are all words found.
    pub without: Vec<String>,
    /// Only with one of these TLPs; empty for all.
    pub tlps: Vec<Tlp>,
    /// Only with `sort_at` before this moment.
    pub until: Option<Timestamp>,
    /// Only these; `None` for all.
    pub among: Option<Vec<MatterId>>,
    /// Order.
    pub sort: Sort,
    /// Start after this row.
    pub after: Option<Cursor>,
    /// At most this many rows, 1 to 1,000.
    pub limit: u32,
}

impl ListQuery {
    /// All of a kind that `readable` shows, newest first, 50 to a page.
    pub fn of(kind: &str, readable: Arc<RoaringBitmap>) -> Self {
        Self {
            kind: kind.to_owned(),
            readable,
            states: Vec::new(),
            owner: None,
            owners: Vec::new(),
            scope: None,
            tlp: None,
            due_before: None,
            since: None,
            search: None,
            words: Vec::new(),
            without: Vec::new(),
            tlps: Vec::new(),
            until: None,
            among: None,
            sort: Sort::Newest,
            after: None,
            limit: 50,
        }
    }
}

/// A page of records.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// The rows.
    pub rows: Vec<StoredRecord>,
    /// Where the next page starts; `None` at the end.
    pub next: Option<Cursor>,
    /// Exact number of matching rows up to 10,000; 10,001 means more.
    pub total: u32,
}

/// Which versions of an object (TAXII 2.1 §3.4): among those that one originator brought into one collection.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub enum Versions {
    /// The newest.
    #[default]
    Last,
    /// The oldest.
    First,
    /// Every one.
    All,
    /// Exactly these, microseconds since 1970.
    At(Vec<i64>),
    /// Whatever one of these gives; none of them gives nothing.
    AnyOf(Vec<Self>),
}

/// Words to find among objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search(pub String);

/// A range of a collection's objects in order of `date_added`.
#[derive(Debug, Clone)]
pub struct ObjectFilter {
    /// The collection; `None` for all (web library).
    pub collection: Option<MatterId>,
    /// Only what these brought, the hub being `None`; empty for all.
    pub origins: Vec<Option<PartyId>>,
    /// Audiences the reader may read.
    pub readable: Arc<RoaringBitmap>,
    /// Only with a `date_added` after this moment, microseconds since 1970. Where no collection is
    /// named, moments that came from elsewhere are not looked at.
    pub added_after_us: Option<i64>,
    /// Newest first instead of oldest first.
    pub newest_first: bool,
    /// Continue strictly after this place.
    pub after_us: Option<i64>,
    /// Only these STIX ids; empty for all.
    pub ids: Vec<String>,
    /// Only these STIX types; empty for all.
    pub types: Vec<String>,
    /// Only these specification versions; empty for all.
    pub specs: Vec<String>,
    /// Which versions.
    pub versions: Versions,
    /// Words that must all be found.
    pub search: Option<Search>,
    /// Carries this value.
    pub value: Option<Posting>,
    /// At most this many rows, 1 to 10,000.
    pub limit: u32,
    /// Whether to count (web lists do, TAXII does not).
    pub count: bool,
}

impl ObjectFilter {
    /// Every version of all that `readable` shows, oldest first, 1,000 to a page.
    pub fn all(readable: Arc<RoaringBitmap>) -> Self {
        Self {
            collection: None,
            origins: Vec::new(),
            readable,
            added_after_us: None,
            newest_first: false,
            after_us: None,
            ids: Vec::new(),
            types: Vec::new(),
            specs: Vec::new(),
            versions: Versions::All,
            search: None,
            value: None,
            limit: 1_000,
            count: false,
        }
    }
}

/// An object as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredObject {
    /// Key of this version.
    pub key: ObjectKey,
    /// Collection.
    pub collection: MatterId,
    /// The party whose claim it is; `None` for what the hub itself brought.
    pub origin: Option<PartyId>,
    /// STIX id.
    pub stix_id: String,
    /// STIX type.
    pub stix_type: String,
    /// TAXII version, microseconds since 1970.
    pub version_us: i64,
    /// Specification version.
    pub spec: String,
    /// Its place: when it was added here, unique in the store, microseconds since 1970.
    pub added_us: i64,
    /// When it was added elsewhere, when it was moved here with that moment.
    pub dated_us: Option<i64>,
    /// Interned audience.
    pub audience_id: AudienceId,
    /// Narrowest TLP it is marked with.
    pub tlp: Option<Tlp>,
    /// Name or value.
    pub title: String,
    /// The matter that brought it.
    pub source: MatterId,
    /// The original bytes.
    pub raw: Box<str>,
}

impl StoredObject {
    /// Its `date_added`, microseconds since 1970.
    pub fn date_added_us(&self) -> i64 {
        self.dated_us.unwrap_or(self.added_us)
    }
}

/// An object with all that is kept beside its bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct ObjectRow {
    /// The object; one whose collection has no name is in the nil collection.
    pub object: StoredObject,
    /// Whether its marking is kept as one of those there are, or as none.
    pub is_marked_soundly: bool,
    /// Valid until, when it expires; microseconds since 1970.
    pub expires_us: Option<i64>,
    /// Whether it is kept as the first and as the last version of its originator in its collection.
    pub marked: (bool, bool),
    /// Whether it is so, by the versions that stand there.
    pub ends: (bool, bool),
    /// Values it is found by.
    pub postings: BTreeSet<Posting>,
    /// Ids it is found by as what refers to them.
    pub refs: BTreeSet<String>,
}

/// Who may see something of what stands under a STIX id, of which originator in which collection, whichever version,
/// and since when.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sight {
    /// The STIX id.
    pub stix_id: String,
    /// The party whose claim it is; `None` for what the hub itself brought.
    pub origin: Option<PartyId>,
    /// Where it stands.
    pub collection: MatterId,
    /// Interned audience.
    pub audience_id: AudienceId,
    /// When the first of these versions was added, microseconds since 1970.
    pub first_us: i64,
}

/// A page of objects.
#[derive(Debug, Clone, Default)]
pub struct ObjectPage {
    /// The objects in order.
    pub objects: Vec<StoredObject>,
    /// Whether more follow.
    pub more: bool,
    /// Exact number of matching rows up to 10,000; 10,001 means more; `None` when not asked.
    pub total: Option<u32>,
}
