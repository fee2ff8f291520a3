//! The port both stores implement.

use async_trait::async_trait;
use jiff::Timestamp;
use kaname_kernel::{Audience, AudienceId, EventId, HandleId, MatterId, merkle::Hash};
use serde_json::Value;

use crate::{
    change::{Commit, Committed, NewJob, PlacedObject, Posting, Record, SealedLink},
    find::{Carriers, FindObjects, FoundObjects},
    jobs::{Job, JobOutcome},
    query::{ListQuery, ObjectFilter, ObjectPage, ObjectRow, Page, Sight},
    stored::{StoredBlob, StoredCheckpoint, StoredEvent, StoredNotice, StoredRecord},
    tiles,
};

/// Why a store could not do it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Someone else changed the matter first: load again and decide again.
    #[error("matter {matter} is at another version than {expected}")]
    Conflict {
        /// The matter.
        matter: MatterId,
        /// The version the change was decided on.
        expected: u32,
    },
    /// A unique key belongs to another matter.
    #[error("{space} `{key}` is already taken")]
    Taken {
        /// Key space.
        space: String,
        /// The key.
        key: String,
    },
    /// The request was done before; its answer is given again.
    #[error("this request was already carried out")]
    Repeated(Value),
    /// The lease was lost to another worker.
    #[error("the lease of job {0} is no longer held")]
    LeaseLost(i64),
    /// The change contradicts itself or is over a limit; a mistake of the caller.
    #[error("the change cannot be kept: {0}")]
    Malformed(String),
    /// The database holds what this version cannot read.
    #[error("stored {what} is unreadable: {why}")]
    Corrupt {
        /// What.
        what: &'static str,
        /// Why.
        why: String,
    },
    /// The database's schema does not fit this program.
    #[error("{0}")]
    Schema(String),
    /// There is nothing in the database yet, and nobody asked for a world to be made in it.
    #[error("{0}")]
    Absent(String),
    /// Others use the store in a way that this cannot go beside.
    #[error("{0}")]
    InUse(String),
    /// The database has no room, no lock to give, or is away: nothing is wrong with what was asked.
    #[error("the database cannot be used now, while {doing}")]
    Unavailable {
        /// What was being done.
        doing: &'static str,
        /// Whether the change may be durable all the same: it was lost while it was confirmed.
        uncertain: bool,
        /// Its own error.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The database failed.
    #[error("the database failed while {doing}")]
    Database {
        /// What was being done.
        doing: &'static str,
        /// Its own error.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl StoreError {
    /// The database can't be used now; `uncertain`: what was asked may be done all the same.
    pub fn unavailable(
        doing: &'static str,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
        uncertain: bool,
    ) -> Self {
        Self::Unavailable {
            doing,
            uncertain,
            source: source.into(),
        }
    }
}

/// Rows computed from the ledger.
#[derive(Debug)]
pub enum Rows {
    /// Projections of matters.
    Records(Vec<Record>),
    /// Objects in their places; their bytes stay what they are.
    Objects(Vec<PlacedObject>),
}

/// Rows computed while they are written, so that never all are held at once.
#[async_trait]
pub trait Batches: Send {
    /// Whether every object is given too. Else the rows of objects stay as they are.
    fn with_objects(&self) -> bool;
    /// The next ones, in any order; `None` at the end. What it fails with undoes everything.
    async fn next(&mut self) -> Result<Option<Rows>, StoreError>;
}

/// Changes that become durable together and are too many to be held at once.
#[async_trait]
pub trait Commits: Send {
    /// The next one; `None` at the end. What it fails with undoes all.
    async fn next(&mut self) -> Result<Option<Commit>, StoreError>;
}

/// A world's store. Everything a commit names is durable when `commit` returns, or nothing is.
#[async_trait]
pub trait Store: Send + Sync {
    /// Makes one change durable.
    async fn commit(&self, change: Commit) -> Result<Committed, StoreError>;

    /// Makes many changes durable together, or none: each is looked at as `commit` does, and may build
    /// on those before it. Others who write wait meanwhile where there is one writer.
    async fn commit_all(&self, commits: &mut dyn Commits) -> Result<Committed, StoreError>;

    /// A matter's projection, whoever asks; callers check the audience.
    async fn record(&self, id: MatterId) -> Result<Option<StoredRecord>, StoreError>;
    /// Several at once, in any order; missing ones are left out.
    async fn records(&self, ids: &[MatterId]) -> Result<Vec<StoredRecord>, StoreError>;
    /// The matter behind a unique key.
    async fn lookup(&self, space: &str, key: &str) -> Result<Option<MatterId>, StoreError>;
    /// A list.
    async fn list(&self, query: &ListQuery) -> Result<Page, StoreError>;
    /// Number of records per state of a kind among readable audiences.
    async fn states(&self, query: &ListQuery) -> Result<Vec<(String, u64)>, StoreError>;
    /// Readable matters of a kind that carry one of the values, with the values shared, at most
    /// [`MOST_CARRIERS`](crate::MOST_CARRIERS).
    async fn carrying(
        &self,
        kind: &str,
        values: &[Posting],
        readable: &roaring::RoaringBitmap,
    ) -> Result<Vec<(MatterId, Posting)>, StoreError>;

    /// A matter's events in order.
    async fn history(&self, matter: MatterId) -> Result<Vec<StoredEvent>, StoreError>;
    /// Events from a global number on, at most `limit`.
    async fn events(&self, from: u64, limit: u32) -> Result<Vec<StoredEvent>, StoreError>;
    /// Place of an event in the global order.
    async fn event_seq(&self, event: EventId) -> Result<Option<u64>, StoreError>;
    /// Number of events in the ledger.
    async fn ledger_size(&self) -> Result<u64, StoreError>;
    /// Puts events that were committed but have no global number yet into the order and extends the
    /// Merkle tree; gives the number of leaves. With one writer this happens inside `commit` and this
    /// only reads; with several nodes whoever holds the sequencer's lock does it and others wait.
    async fn sequence(&self) -> Result<u64, StoreError>;
    /// The tile at this place as kept: hashes of 32 bytes each, 256 in a full one and fewer at the
    /// tree's right edge; `None` where the tree does not reach (C2SP tlog-tiles).
    async fn tile(&self, row: u8, index: u64) -> Result<Option<Vec<u8>>, StoreError>;
    /// Hash of the complete subtree of 2^level leaves at `index`, computed from one tile.
    async fn subtree(&self, level: u32, index: u64) -> Result<Hash, StoreError> {
        let short = || StoreError::Corrupt {
            what: "ledger tile",
            why: format!("no subtree {index} at level {level}"),
        };
        // Beyond any ledger: leaves are counted in 63 bits.
        if level >= 63 || index >= 1 << (63 - level) {
            return Err(short());
        }
        let (row, number) = tiles::place(level, index);
        let tile = self.tile(row, number).await?.ok_or_else(short)?;
        tiles::subtree_in(&tile, level, index).ok_or_else(short)
    }
    /// Keeps a signed checkpoint.
    async fn put_checkpoint(&self, checkpoint: StoredCheckpoint) -> Result<(), StoreError>;
    /// The newest checkpoint that covers at least `size` leaves.
    async fn checkpoint(&self, size: u64) -> Result<Option<StoredCheckpoint>, StoreError>;
    /// Checkpoints kept that cover at least `size` leaves, smallest first, at most `limit`.
    async fn checkpoints(&self, size: u64, limit: u32)
    -> Result<Vec<StoredCheckpoint>, StoreError>;
    /// Destroys the payload keys of events and of the blobs of `tombstone`'s matter and puts the
    /// tombstone in the place of its projection (search text, postings and lookups go with it),
    /// together with the events of `change`.
    async fn shred(
        &self,
        events: &[EventId],
        tombstone: Record,
        change: Commit,
    ) -> Result<Committed, StoreError>;
    /// Puts these projections in the place of all there are (lookups, postings and search text
    /// included), in one transaction: `kaname rebuild`. Where objects are given, all that is kept beside
    /// their bytes is written anew too, and audiences that nothing names any more are forgotten. Until it
    /// returns, and when it fails or is cut off, the old rows stand. Events, the bytes of objects and
    /// when they were added, blobs and sealed links are primary and stay.
    async fn replace_rows(&self, batches: &mut dyn Batches) -> Result<(), StoreError>;
    /// Adds projections computed from the ledger, without events.
    async fn put_records(&self, records: Vec<Record>) -> Result<(), StoreError>;
    /// SHA-256 over all projections in order of id, independent of when they were written: equal
    /// before and after a rebuild.
    async fn records_digest(&self) -> Result<Hash, StoreError>;

    /// Every interned audience from an id on.
    async fn audiences(&self, from: AudienceId) -> Result<Vec<(AudienceId, Audience)>, StoreError>;
    /// The policy epoch.
    async fn epoch(&self) -> Result<u64, StoreError>;

    /// A range of objects.
    async fn objects(&self, filter: &ObjectFilter) -> Result<ObjectPage, StoreError>;
    /// The `objects` array of a TAXII envelope for the same range, ready to send, with the first and
    /// last `date_added` and whether more follow.
    async fn object_bytes(&self, filter: &ObjectFilter) -> Result<ObjectBytes, StoreError>;
    /// Every object after this `date_added` with all that is kept beside its bytes, whoever may see it,
    /// in order, at most `limit` and fewer when they are large: for proofs.
    async fn object_rows(&self, after_us: i64, limit: u32) -> Result<Vec<ObjectRow>, StoreError>;
    /// How many values and references of objects are kept for look-ups.
    async fn object_links(&self) -> Result<u64, StoreError>;
    /// When versions of an object that the hub brought were withdrawn from a collection: each with the
    /// matter that had brought it.
    async fn withdrawn(
        &self,
        collection: MatterId,
        stix_id: &str,
    ) -> Result<Vec<(i64, MatterId)>, StoreError>;
    /// Whose objects stand under these STIX ids in which collections, who may see them, whichever version,
    /// and since when: each once, in order.
    async fn sights(&self, stix_ids: &[String]) -> Result<Vec<Sight>, StoreError>;
    /// Ids of visible objects that refer to `stix_id`, each once, at most `limit`: first those that the hub
    /// brought, so that no number of claims crowds them out.
    async fn referring(
        &self,
        stix_id: &str,
        readable: &roaring::RoaringBitmap,
        limit: u32,
    ) -> Result<Vec<String>, StoreError>;

    /// Searches among objects, newest first, and how what was found spreads.
    async fn find_objects(&self, query: &FindObjects) -> Result<FoundObjects, StoreError>;
    /// Values of a space that begin in one of these ways and that an object or record carries which `readable`
    /// shows: each once, in order, at most `limit` (100,000).
    async fn values_beginning(
        &self,
        space: &str,
        beginnings: &[String],
        readable: &roaring::RoaringBitmap,
        limit: u32,
    ) -> Result<Vec<String>, StoreError>;
    /// Who carries each of these values among what `readable` shows, the objects of the ids `except` left out;
    /// in the order of `values`. [`Posting::every`] asks for all objects; of values that are not counted
    /// ([`Posting::is_counted`]) it may say nobody.
    async fn carriers(
        &self,
        values: &[Posting],
        readable: &roaring::RoaringBitmap,
        except: &[String],
    ) -> Result<Vec<Carriers>, StoreError>;

    /// An attachment.
    async fn blob(&self, id: MatterId) -> Result<Option<StoredBlob>, StoreError>;
    /// The sealed link of a handle.
    async fn sealed_link(&self, handle: HandleId) -> Result<Option<SealedLink>, StoreError>;
    /// All handles with this tag.
    async fn handles(&self, tag: &[u8; 32]) -> Result<Vec<HandleId>, StoreError>;

    /// Queues work outside a commit.
    async fn enqueue(&self, job: NewJob) -> Result<(), StoreError>;
    /// Leases at most `limit` due jobs of these kinds.
    async fn lease(
        &self,
        kinds: &[&str],
        lease: [u8; 16],
        now: Timestamp,
        until: Timestamp,
        limit: u32,
    ) -> Result<Vec<Job>, StoreError>;
    /// Ends a leased job.
    async fn finish(&self, job: &Job, outcome: JobOutcome) -> Result<(), StoreError>;
    /// Jobs that will not be tried again: `(kind, error, payload)`, newest first.
    async fn dead_letters(&self, limit: u32) -> Result<Vec<(String, String, Value)>, StoreError>;

    /// Notices after a position, at most 1,000.
    async fn notices(&self, after: u64) -> Result<Vec<StoredNotice>, StoreError>;
    /// Position of the newest notice.
    async fn last_notice(&self) -> Result<u64, StoreError>;

    /// Short-lived values that are no history: sessions, drafts, challenges, limits.
    async fn kv_put(
        &self,
        space: &str,
        key: &str,
        value: Value,
        expires: Timestamp,
    ) -> Result<(), StoreError>;
    /// The value, unless expired.
    async fn kv_get(
        &self,
        space: &str,
        key: &str,
        now: Timestamp,
    ) -> Result<Option<Value>, StoreError>;
    /// Takes the value away and gives it, once among all callers.
    async fn kv_take(
        &self,
        space: &str,
        key: &str,
        now: Timestamp,
    ) -> Result<Option<Value>, StoreError>;
    /// All unexpired keys of a space that start with `prefix`, at most 1,000.
    async fn kv_list(
        &self,
        space: &str,
        prefix: &str,
        now: Timestamp,
    ) -> Result<Vec<(String, Value)>, StoreError>;
    /// Adds one and gives the count; starts at one again after `expires`.
    async fn kv_count(
        &self,
        space: &str,
        key: &str,
        now: Timestamp,
        expires: Timestamp,
    ) -> Result<u64, StoreError>;
    /// Takes one back from a count that has not expired, never below zero.
    async fn kv_uncount(&self, space: &str, key: &str, now: Timestamp) -> Result<(), StoreError>;
    /// Forgets what expired.
    async fn kv_sweep(&self, now: Timestamp) -> Result<u64, StoreError>;

    /// Writes a consistent copy while running, to a place where nothing stands; the form belongs to the
    /// adapter. What fails leaves nothing there; a program that is killed leaves half a copy.
    async fn backup(&self, to: &std::path::Path) -> Result<(), StoreError>;
    /// Cheap proof of life: the store answers, and its last write did not fail for want of room, of a
    /// lock or of its server.
    async fn ping(&self) -> Result<(), StoreError>;
}

/// A ready page of raw objects.
#[derive(Debug, Clone, Default)]
pub struct ObjectBytes {
    /// Comma-separated objects, without brackets.
    pub joined: String,
    /// Number of objects in it.
    pub count: u32,
    /// `date_added` of the first and last, microseconds since 1970.
    pub added: Option<(i64, i64)>,
    /// Where the last one stands, to go on after it.
    pub last_us: Option<i64>,
    /// Whether more follow.
    pub more: bool,
}
