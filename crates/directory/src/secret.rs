//! Bytes that only a key outside the database opens. They never show in debug output.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};

/// Sealed bytes, base64 in JSON.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SealedBytes(Vec<u8>);

/// Text that is not base64.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
#[error("sealed bytes are not base64")]
pub struct NotBase64;

impl SealedBytes {
    /// What `SecretKey::seal` gave.
    pub fn new(sealed: Vec<u8>) -> Self {
        Self(sealed)
    }

    /// For `SecretKey::open`.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Debug for SealedBytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SealedBytes({} bytes)", self.0.len())
    }
}

impl TryFrom<String> for SealedBytes {
    type Error = NotBase64;
    fn try_from(text: String) -> Result<Self, NotBase64> {
        STANDARD.decode(text).map(Self).map_err(|_| NotBase64)
    }
}

impl From<SealedBytes> for String {
    fn from(sealed: SealedBytes) -> String {
        STANDARD.encode(sealed.0)
    }
}
