//! What came of sending to a peer.

use kaname_kernel::{MatterId, PartyId};
use serde::{Deserialize, Serialize};

use crate::turn::Trouble;

/// Most objects named in one event.
pub const MAX_FAILED: usize = 50;

/// Which way objects go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Way {
    /// What the peer has comes in.
    Pull {
        /// The collection its objects go to, of kind peer.
        into: MatterId,
    },
    /// What the hub has goes out.
    Push {
        /// The collection whose objects are sent, of kind library or peer.
        out_of: MatterId,
        /// The party that stands behind the peer: what it may read over TAXII is sent, and nothing else.
        party: PartyId,
    },
}

impl Way {
    /// The hub's collection.
    pub fn collection(self) -> MatterId {
        match self {
            Self::Pull { into } => into,
            Self::Push { out_of, .. } => out_of,
        }
    }

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pull { .. } => "pull",
            Self::Push { .. } => "push",
        }
    }
}

/// An object that a peer did not take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedObject {
    /// Its STIX id.
    pub id: String,
    /// Its version, microseconds since 1970.
    pub version_us: i64,
    /// Why not; the peer's words are cut off.
    pub why: Trouble,
}

/// A post that the peer has accepted and not worked through yet (TAXII 2.1 §4.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waits {
    /// Id of its status resource there.
    pub status: String,
    /// Up to where in the collection the post went, microseconds since 1970.
    pub until_us: i64,
    /// How many objects it had.
    pub objects: u64,
}

/// What one post came to, or the look whether there is anything to send.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentPage {
    /// Up to where everything was sent, refused or left out: a place in the collection, microseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_us: Option<i64>,
    /// Objects the peer took.
    pub sent: u64,
    /// Objects it did not take.
    pub refused: u64,
    /// The first [`MAX_FAILED`] of those.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failed: Vec<FailedObject>,
    /// Objects that the rules leave out.
    pub left_out: u64,
    /// Whether there is nothing left to send.
    pub is_end: bool,
    /// A post that is not worked through yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits: Option<Waits>,
    /// Why sending stopped, when it was the peer's doing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<Trouble>,
    /// How long the peer asked to be left alone, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait_s: Option<u32>,
}
