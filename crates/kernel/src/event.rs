//! Events: what the ledger keeps. The header is in the clear, the payload (who and what) under a key
//! of its own; the leaf hashes header and ciphertext, so that destroying the key redacts the event
//! and leaves the log whole.

use jiff::Timestamp;
use serde::{
    Deserialize, Serialize,
    de::{DeserializeOwned, IgnoredAny},
};
use serde_json::Value;

use crate::{
    actor::Actor,
    clock::Rng,
    id::{EventId, MatterId},
    merkle::{Hash, leaf_hash_of},
    seal::{DoesNotOpen, SecretKey},
};

/// Largest payload of one event, in bytes; more belongs into bulk or a blob.
pub const MAX_PAYLOAD_BYTES: usize = 4 * 1024 * 1024;

/// What the ledger shows of an event to whoever holds the database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// This event.
    pub id: EventId,
    /// The matter whose history it belongs to.
    pub matter: MatterId,
    /// Kind of the matter, such as `report`.
    pub matter_kind: String,
    /// Position in the matter's history, from 1.
    pub version: u32,
    /// Kind of the event, such as `submitted`.
    pub kind: String,
    /// When the hub wrote it down.
    pub recorded: Timestamp,
}

/// An event in the clear.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Place and time of recording.
    pub header: Header,
    /// Who acted.
    pub actor: Actor,
    /// When it happened, as far as known.
    pub occurred: Timestamp,
    /// How far off `occurred` may be, in seconds.
    #[serde(default)]
    pub uncertainty_s: u32,
    /// What happened; its form belongs to the matter's kind.
    pub data: Value,
}

#[derive(Serialize, Deserialize)]
struct Body<D> {
    actor: Actor,
    occurred: Timestamp,
    #[serde(default)]
    uncertainty_s: u32,
    data: D,
}

/// An event as stored: header, ciphertext, and its key wrapped by the world's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedEvent {
    /// In the clear.
    pub header: Header,
    /// Nonce ‖ ciphertext of the payload.
    pub cipher: Vec<u8>,
    /// The payload's key under the world's key; gone after redaction.
    pub wrapped_key: Option<Vec<u8>>,
}

/// Why an event cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum EventError {
    /// The payload's key was destroyed.
    #[error("event {0} is redacted")]
    Redacted(EventId),
    /// Wrong key or changed bytes.
    #[error("event {0} does not open: {1}")]
    Sealed(EventId, #[source] DoesNotOpen),
    /// The plain payload is not what this version writes.
    #[error("event {0} has an unreadable payload")]
    Form(EventId, #[source] serde_json::Error),
    /// Larger than [`MAX_PAYLOAD_BYTES`].
    #[error("event payload of {0} bytes is over the limit of {MAX_PAYLOAD_BYTES}")]
    TooLarge(usize),
}

impl Event {
    /// Encrypts the payload under a fresh key wrapped by `master`.
    pub fn seal(&self, master: &SecretKey, rng: &dyn Rng) -> Result<SealedEvent, EventError> {
        let id = self.header.id;
        let body = Body {
            actor: self.actor.clone(),
            occurred: self.occurred,
            uncertainty_s: self.uncertainty_s,
            data: self.data.clone(),
        };
        let plain = serde_json::to_vec(&body).map_err(|e| EventError::Form(id, e))?;
        if plain.len() > MAX_PAYLOAD_BYTES {
            return Err(EventError::TooLarge(plain.len()));
        }
        let key = SecretKey::generate(rng);
        Ok(SealedEvent {
            header: self.header.clone(),
            cipher: key.seal(rng, &self.header.encode(), &plain),
            wrapped_key: Some(master.seal(rng, id.bytes(), key.expose())),
        })
    }
}

impl SealedEvent {
    /// Decrypts the payload.
    pub fn open(&self, master: &SecretKey) -> Result<Event, EventError> {
        let body: Body<Value> = self.body(master)?;
        Ok(Event {
            header: self.header.clone(),
            actor: body.actor,
            occurred: body.occurred,
            uncertainty_s: body.uncertainty_s,
            data: body.data,
        })
    }

    /// Decrypts the payload and reads all of it, without building what happened.
    ///
    /// # Errors
    /// As [`SealedEvent::open`].
    pub fn opens(&self, master: &SecretKey) -> Result<(), EventError> {
        self.body::<IgnoredAny>(master).map(|_| ())
    }

    fn body<D: DeserializeOwned>(&self, master: &SecretKey) -> Result<Body<D>, EventError> {
        let id = self.header.id;
        let wrapped = self.wrapped_key.as_ref().ok_or(EventError::Redacted(id))?;
        let sealed = |e| EventError::Sealed(id, e);
        let key = master.open(id.bytes(), wrapped).map_err(sealed)?;
        let key = <[u8; 32]>::try_from(key).map_err(|_| sealed(DoesNotOpen))?;
        let key = SecretKey::from_bytes(key);
        let plain = key
            .open(&self.header.encode(), &self.cipher)
            .map_err(sealed)?;
        serde_json::from_slice(&plain).map_err(|e| EventError::Form(id, e))
    }

    /// The bytes the Merkle leaf stands for: header, then ciphertext.
    pub fn leaf_bytes(&self) -> Vec<u8> {
        [self.before_cipher(), self.cipher.clone()].concat()
    }

    /// RFC 6962 leaf hash of [`SealedEvent::leaf_bytes`], without copying them together.
    pub fn leaf_hash(&self) -> Hash {
        leaf_hash_of(&[&self.before_cipher(), &self.cipher])
    }

    /// The header and the length of the ciphertext.
    fn before_cipher(&self) -> Vec<u8> {
        let mut bytes = self.header.encode();
        bytes.extend_from_slice(&(self.cipher.len() as u32).to_be_bytes());
        bytes
    }
}

fn push(bytes: &mut Vec<u8>, part: &[u8]) {
    bytes.extend_from_slice(&(part.len() as u32).to_be_bytes());
    bytes.extend_from_slice(part);
}

impl Header {
    /// One unambiguous byte form: a version byte, fixed fields, then length-prefixed names.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![1u8];
        bytes.extend_from_slice(self.id.bytes());
        bytes.extend_from_slice(self.matter.bytes());
        bytes.extend_from_slice(&self.version.to_be_bytes());
        bytes.extend_from_slice(&self.recorded.as_microsecond().to_be_bytes());
        push(&mut bytes, self.matter_kind.as_bytes());
        push(&mut bytes, self.kind.as_bytes());
        bytes
    }
}
