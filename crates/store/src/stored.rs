//! What a store gives back.

use jiff::Timestamp;
use kaname_kernel::{AudienceId, MatterId, SealedEvent, merkle::Hash};

use crate::change::Record;

/// An event with its place in the global order.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredEvent {
    /// Global number, from 0.
    pub seq: u64,
    /// The event as sealed.
    pub event: SealedEvent,
    /// Leaf hash as stored (stays after redaction).
    pub leaf: Hash,
}

/// A record with its interned audience.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredRecord {
    /// The projection.
    pub record: Record,
    /// Interned audience.
    pub audience_id: AudienceId,
}

/// A checkpoint as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCheckpoint {
    /// Number of leaves it covers.
    pub size: u64,
    /// The signed note.
    pub note: String,
    /// When it was signed.
    pub at: Timestamp,
}

/// An attachment as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredBlob {
    /// The matter it belongs to.
    pub matter: MatterId,
    /// Nonce ‖ ciphertext.
    pub cipher: Vec<u8>,
    /// Its key under the world's key; gone after redaction.
    pub wrapped_key: Option<Vec<u8>>,
}

/// A notice waiting in the outbox.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredNotice {
    /// Position in the outbox.
    pub position: u64,
    /// Topic.
    pub topic: String,
    /// The matter, when there is one.
    pub matter: Option<MatterId>,
    /// Policy epoch when it was written.
    pub epoch: u64,
}
