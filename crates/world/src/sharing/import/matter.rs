//! An import, as the ledger keeps it.

use kaname_kernel::{
    Audience, Matter, MatterId, Moment, PartyId, Projection, Unfit,
    merkle::{Hash, leaf_hash},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// An import, as a matter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Import {
    /// Where the objects came from, as told.
    pub source: String,
    /// Where they went.
    pub collection: MatterId,
    /// Objects of all parts.
    pub objects: u64,
    /// Parts, in order: number of objects and root over them, hexadecimal.
    pub parts: Vec<(u64, String)>,
    /// Objects of it that were taken out of their collection again.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub removed: u64,
    at: jiff::Timestamp,
}

/// What can happen to an import.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "did", rename_all = "snake_case")]
pub enum ImportChange {
    /// A part came in.
    Imported {
        /// Where the objects came from.
        source: String,
        /// Where they went.
        collection: MatterId,
        /// The party whose claims they are; left out for what the hub itself brought.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        originator: Option<PartyId>,
        /// How many.
        count: u64,
        /// RFC 6962 root over the SHA-256 of each object's bytes, in order; hexadecimal. Behind the hash
        /// of an object that came with its `date_added` stands that moment ([`leaf_of`]).
        root: String,
        /// Each audience among them with the number of its objects.
        audiences: Vec<(Audience, u64)>,
        /// Which of those audiences each object has, in order: the place of one among them, and how many
        /// objects in a row have it. Left out where there is only one, and by older versions.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        shown: Vec<(u32, u64)>,
    },
    /// Objects were taken out of the collection by whoever may write there.
    Removed {
        /// Which, in order of their places.
        objects: Vec<Gone>,
    },
}

/// An object that was taken out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gone {
    /// Its STIX id.
    pub id: String,
    /// Its version, microseconds since 1970.
    pub version_us: i64,
    /// The place it had, microseconds since 1970.
    pub place_us: i64,
    /// Its leaf under the part's root, hexadecimal: the bytes are gone, their proof is not.
    pub leaf: String,
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// The leaf of an object under the root of its part: the SHA-256 of its bytes, and the moment it came
/// with when it came with one (eight bytes, big-endian).
pub(crate) fn leaf_of(raw: &[u8], dated_us: Option<i64>) -> Hash {
    let digest = Sha256::digest(raw);
    match dated_us {
        None => leaf_hash(&digest),
        Some(us) => {
            let mut data = digest.to_vec();
            data.extend_from_slice(&us.to_be_bytes());
            leaf_hash(&data)
        }
    }
}

impl Matter for Import {
    const KIND: &'static str = "import";
    type Change = ImportChange;

    fn name(change: &ImportChange) -> &'static str {
        match change {
            ImportChange::Imported { .. } => "imported",
            ImportChange::Removed { .. } => "removed",
        }
    }

    fn begin(change: &ImportChange, at: &Moment<'_>) -> Result<Self, Unfit> {
        let ImportChange::Imported {
            source, collection, ..
        } = change
        else {
            return Err(at.unfit::<Self>("an import begins with objects"));
        };
        let mut import = Self {
            source: source.clone(),
            collection: *collection,
            objects: 0,
            parts: Vec::new(),
            removed: 0,
            at: at.recorded,
        };
        import.apply(change, at)?;
        Ok(import)
    }

    fn apply(&mut self, change: &ImportChange, _: &Moment<'_>) -> Result<(), Unfit> {
        match change {
            ImportChange::Imported { count, root, .. } => {
                self.objects += count;
                self.parts.push((*count, root.clone()));
            }
            ImportChange::Removed { objects } => self.removed += objects.len() as u64,
        }
        Ok(())
    }

    fn project(&self) -> Projection {
        Projection {
            scope: Some(self.collection),
            text: self.source.clone(),
            ..Projection::officers("imported", self.at)
        }
    }
}
