//! Bytes that only the sealed store's key opens. This crate carries them and never looks inside.

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use serde::{Deserialize, Serialize};

/// Longest sealed part of one event, in base64 characters; more belongs into an attachment.
pub const MAX_SEALED_CHARS: usize = 2 * 1024 * 1024;

/// Ciphertext under the seal key, base64. Its plain form belongs to the world.
#[derive(Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sealed(String);

impl std::fmt::Debug for Sealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sealed({} characters)", self.0.len())
    }
}

impl Sealed {
    /// Wraps ciphertext.
    pub fn of(cipher: &[u8]) -> Self {
        Self(BASE64.encode(cipher))
    }

    /// The ciphertext; `None` when the text is not base64, which only damage can cause.
    pub fn cipher(&self) -> Option<Vec<u8>> {
        BASE64.decode(&self.0).ok()
    }

    /// Length in base64 characters.
    pub fn chars(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing was sealed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
