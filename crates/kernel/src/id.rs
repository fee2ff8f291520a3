//! Typed ids: a UUID that says what it names, so that one kind is never passed for another.

use std::{fmt, hash::Hash, marker::PhantomData, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

use crate::clock::{Clock, Rng};

/// A UUID (RFC 9562) that names a `K`. New ones are version 7, so they sort by time of making.
pub struct Id<K>(Uuid, PhantomData<fn() -> K>);

/// Names what an id of kind `K` is called in errors and URLs.
pub trait Named {
    /// Lower-case English noun.
    const NAME: &'static str;
}

macro_rules! kinds {
    ($($marker:ident, $alias:ident, $name:literal, $doc:literal;)*) => { $(
        #[doc = $doc]
        #[derive(Debug)]
        pub enum $marker {}
        impl Named for $marker { const NAME: &'static str = $name; }
        #[doc = $doc]
        pub type $alias = Id<$marker>;
    )* };
}

kinds! {
    MatterKind, MatterId, "matter", "A thing with a history of its own: party, report, request.";
    EventKind, EventId, "event", "One entry of the ledger.";
    PartyKind, PartyId, "party", "An organisation; its id is the id of its matter.";
    AccountKind, AccountId, "account", "A person's account; its id is the id of its matter.";
    GroupKind, GroupId, "group", "A named set of parties; its id is the id of its matter.";
    KeyKind, KeyId, "key", "A machine's API key; its id is the id of its matter.";
    HandleKind, HandleId, "handle", "A random stand-in for a sealed provider.";
    ObjectKind, ObjectKey, "object", "One stored version of a threat object.";
}

/// Number of an interned audience in one store.
pub type AudienceId = u32;

impl<K> Id<K> {
    /// A fresh time-ordered id (UUID version 7).
    pub fn fresh(clock: &dyn Clock, rng: &dyn Rng) -> Self {
        let millis = clock.now().as_millisecond().max(0) as u64;
        let mut random = [0u8; 10];
        rng.fill(&mut random);
        Self(
            uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid(),
            PhantomData,
        )
    }

    /// An id that says nothing about when it was made (UUID version 4).
    pub fn random(rng: &dyn Rng) -> Self {
        let mut random = [0u8; 16];
        rng.fill(&mut random);
        Self(
            uuid::Builder::from_random_bytes(random).into_uuid(),
            PhantomData,
        )
    }

    /// The same UUID, read as the name of another kind: a party's id is its matter's id.
    pub fn cast<T>(self) -> Id<T> {
        Id(self.0, PhantomData)
    }

    /// From a UUID read elsewhere.
    pub const fn from_uuid(uuid: Uuid) -> Self {
        Self(uuid, PhantomData)
    }

    /// The bare UUID.
    pub const fn uuid(self) -> Uuid {
        self.0
    }

    /// Its 16 bytes, as stores keep it.
    pub const fn bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }

    /// From its 16 bytes.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self::from_uuid(Uuid::from_bytes(bytes))
    }

    /// From 16 stored bytes; `None` when the length is wrong.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        Uuid::from_slice(bytes).ok().map(Self::from_uuid)
    }
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K> Copy for Id<K> {}
impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<K> Eq for Id<K> {}
impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}
impl<K> Hash for Id<K> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
impl<K> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl<K> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl<K> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}
impl<'de, K> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Uuid::deserialize(deserializer).map(Self::from_uuid)
    }
}

/// Text that is not an id of the kind asked for.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not a {kind} id (a UUID is expected)")]
pub struct BadId {
    /// What the id should have named.
    pub kind: &'static str,
}

impl<K: Named> FromStr for Id<K> {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        Uuid::try_parse(text)
            .map(Self::from_uuid)
            .map_err(|_| BadId { kind: K::NAME })
    }
}
