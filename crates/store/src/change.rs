//! One change: everything that becomes durable together, or not at all.

use jiff::Timestamp;
use kaname_kernel::{Audience, HandleId, MatterId, ObjectKey, PartyId, SealedEvent, Tlp};
use serde_json::Value;

pub use kaname_kernel::Posting;

/// Events appended to one matter. The first event's version minus one must be the version stored,
/// or the whole commit is refused with [`crate::StoreError::Conflict`].
#[derive(Debug, Clone)]
pub struct Append {
    /// The matter's new projection; its `version` is that of the last event.
    pub record: Record,
    /// At least one, versions consecutive.
    pub events: Vec<SealedEvent>,
}

/// The projection of a matter: what lists, pages and permission checks read.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// The matter.
    pub id: MatterId,
    /// Its kind, such as `report`.
    pub kind: String,
    /// Number of events folded into it.
    pub version: u32,
    /// Who may see it.
    pub audience: Audience,
    /// State word, for lists and counts.
    pub state: String,
    /// Party or handle it belongs to, when a list by owner is wanted.
    pub owner: Option<MatterId>,
    /// A collection, group or parent it stands in.
    pub scope: Option<MatterId>,
    /// Sort key of lists.
    pub sort_at: Timestamp,
    /// Until when someone has to act.
    pub due_at: Option<Timestamp>,
    /// TLP shown in lists.
    pub tlp: Option<Tlp>,
    /// Text to be found by search, unfolded; empty for none.
    pub text: String,
    /// Values it shares with other matters (indicator values, hashes), for grouping: `(space, value)`.
    pub postings: Vec<Posting>,
    /// Unique keys that lead to this matter (login name, receipt number, party code): `(space, key)`,
    /// folded by whoever owns the space. A key not listed any more is freed. One that leads to another
    /// matter refuses the commit with [`crate::StoreError::Taken`].
    pub lookups: Vec<(String, String)>,
    /// The fold's state.
    pub body: Value,
}

/// A threat object to keep byte for byte.
#[derive(Debug, Clone)]
pub struct NewObject {
    /// Key of this version.
    pub key: ObjectKey,
    /// Collection it is added to.
    pub collection: MatterId,
    /// The party whose claim it is; `None` for what the hub itself brings. In a collection each
    /// originator has versions of its own.
    pub origin: Option<PartyId>,
    /// STIX id, such as `indicator--…`.
    pub stix_id: String,
    /// STIX type.
    pub stix_type: String,
    /// TAXII version: `modified`, else `created`, else the moment added; microseconds since 1970.
    pub version_us: i64,
    /// `2.1` or `2.0`.
    pub spec: String,
    /// Who may see it.
    pub audience: Audience,
    /// Narrowest TLP it is marked with.
    pub tlp: Option<Tlp>,
    /// Valid until, when it expires; microseconds since 1970.
    pub expires_us: Option<i64>,
    /// Name or value to show in lists.
    pub title: String,
    /// Text for search, unfolded.
    pub text: String,
    /// Values it carries.
    pub postings: Vec<Posting>,
    /// Ids it refers to.
    pub refs: Vec<String>,
    /// The original bytes.
    pub raw: Box<str>,
    /// The matter that brought it (release or import).
    pub source: MatterId,
    /// When it was added elsewhere, for an object that was moved here with that moment: its
    /// `date_added` then, microseconds since 1970. In a collection such objects are added in the order
    /// of these moments, and before any that has none.
    pub dated_us: Option<i64>,
}

/// An object withdrawn from a collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removed {
    /// The collection.
    pub collection: MatterId,
    /// Whose it is: the hub's when left out.
    pub origin: Option<PartyId>,
    /// STIX id.
    pub stix_id: String,
    /// One version of it; every version when left out.
    pub version_us: Option<i64>,
    /// Only what this matter brought; whoever brought it when left out.
    pub source: Option<MatterId>,
}

/// An object where it stands.
#[derive(Debug, Clone)]
pub struct PlacedObject {
    /// Its `date_added`, which is unique in the store.
    pub added_us: i64,
    /// What is kept of it.
    pub object: NewObject,
}

/// Bytes that were attached: ciphertext only; the key stands wrapped beside it.
#[derive(Debug, Clone)]
pub struct Blob {
    /// Blob id.
    pub id: MatterId,
    /// The matter it belongs to.
    pub matter: MatterId,
    /// SHA-256 of the ciphertext.
    pub sha256: [u8; 32],
    /// Nonce ‖ ciphertext.
    pub cipher: Vec<u8>,
    /// Its key under the world's key.
    pub wrapped_key: Vec<u8>,
}

/// A row of the sealed store: which party stands behind a handle, openable with the seal key only.
#[derive(Debug, Clone)]
pub struct SealedLink {
    /// The stand-in.
    pub handle: HandleId,
    /// HMAC tag of the party under the seal key: lets a party find its own handles.
    pub tag: [u8; 32],
    /// The link, sealed.
    pub boxed: Vec<u8>,
}

/// Work to be done later, durably, at least once.
#[derive(Debug, Clone)]
pub struct NewJob {
    /// Which worker does it, such as `mail`.
    pub kind: String,
    /// A second job with the same key is not queued while the first waits.
    pub dedup: Option<String>,
    /// Higher first.
    pub priority: i16,
    /// Not before.
    pub run_at: Timestamp,
    /// How often it is tried before it goes to the dead letters.
    pub max_attempts: u16,
    /// What to do.
    pub payload: Value,
}

/// Something happened that a live page or another node wants to know. Carries no content.
#[derive(Debug, Clone, PartialEq)]
pub struct Notice {
    /// Topic, such as `report` or `policy`.
    pub topic: String,
    /// The matter, when there is one.
    pub matter: Option<MatterId>,
}

/// One atomic change.
#[derive(Debug, Clone, Default)]
pub struct Commit {
    /// Events with the projections they lead to.
    pub appends: Vec<Append>,
    /// Matters that were read to decide on it, with the version each had (0 for none). The commit is refused
    /// with [`crate::StoreError::Conflict`] when one has moved on.
    pub stands_on: Vec<(MatterId, u32)>,
    /// Objects added. A version the collection already has of the same originator is left as it is.
    pub objects: Vec<NewObject>,
    /// Refuses the commit with [`crate::StoreError::Conflict`] when the collection has one of those
    /// versions already of the same originator.
    pub only_new_objects: bool,
    /// Objects withdrawn from their collections, before others are added.
    pub removed: Vec<Removed>,
    /// Attachments.
    pub blobs: Vec<Blob>,
    /// Sealed links.
    pub sealed: Vec<SealedLink>,
    /// Work queued.
    pub jobs: Vec<NewJob>,
    /// Notices to publish after commit.
    pub notices: Vec<Notice>,
    /// Set when what a reader is may have changed (membership, duty, role, group): the policy epoch is raised.
    pub new_epoch: bool,
    /// Answers kept for repeated requests: `(key, answer)`; a key already there refuses the commit
    /// with [`crate::StoreError::Repeated`] and that answer.
    pub idempotency: Option<(String, Value)>,
}

/// What became durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Committed {
    /// Global number of the first event (from 0), when there was one.
    pub first_seq: Option<u64>,
    /// Number of events in the ledger after the commit.
    pub ledger_size: u64,
    /// Policy epoch after the commit.
    pub epoch: u64,
}
