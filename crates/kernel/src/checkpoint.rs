//! Checkpoints: C2SP tlog-checkpoint inside a C2SP signed-note, signed with Ed25519.

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use ed25519_dalek::{Signature, Signer, SigningKey, Verifier, VerifyingKey};
use sha2::{Digest, Sha256};

use crate::merkle::Hash;

/// Signature type byte of Ed25519 in a signed note's key id (C2SP signed-note §"Signature types").
const ED25519: u8 = 1;

/// What a checkpoint states: this log had this many leaves under this root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log's name; no spaces or plus signs.
    pub origin: String,
    /// Number of leaves.
    pub size: u64,
    /// RFC 6962 root over them.
    pub root: Hash,
}

/// Why a note is not a good checkpoint.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum CheckpointError {
    /// The text does not have the form of a signed checkpoint.
    #[error("checkpoint line {line}: {what}")]
    Form {
        /// Line number from 1.
        line: usize,
        /// What is wrong there.
        what: &'static str,
    },
    /// No signature of the expected key.
    #[error("checkpoint carries no valid signature of {0}")]
    Signature(String),
}

impl Checkpoint {
    /// The note text: origin, size, root in base64, each on a line.
    pub fn body(&self) -> String {
        format!(
            "{}\n{}\n{}\n",
            self.origin,
            self.size,
            BASE64.encode(self.root)
        )
    }

    /// The signed note.
    pub fn sign(&self, key: &SigningKey) -> String {
        let body = self.body();
        let signature = key.sign(body.as_bytes());
        let mut blob = key_id(&self.origin, &key.verifying_key()).to_vec();
        blob.extend_from_slice(&signature.to_bytes());
        format!("{body}\n\u{2014} {} {}\n", self.origin, BASE64.encode(blob))
    }

    /// Reads a signed note and checks that `key` signed it under its own origin.
    pub fn open(note: &str, key: &VerifyingKey) -> Result<Self, CheckpointError> {
        let checkpoint = Self::parse(note)?;
        let body = checkpoint.body();
        let expected = key_id(&checkpoint.origin, key);
        let prefix = format!("\u{2014} {} ", checkpoint.origin);
        let signed = note
            .lines()
            .filter_map(|line| line.strip_prefix(prefix.as_str()));
        for encoded in signed.take(16) {
            let Ok(blob) = BASE64.decode(encoded) else {
                continue;
            };
            let Some((id, bytes)) = blob.split_at_checked(4) else {
                continue;
            };
            let Ok(signature) = Signature::from_slice(bytes) else {
                continue;
            };
            if id == expected && key.verify(body.as_bytes(), &signature).is_ok() {
                return Ok(checkpoint);
            }
        }
        Err(CheckpointError::Signature(checkpoint.origin))
    }

    /// Reads the text without checking who signed it.
    pub fn parse(note: &str) -> Result<Self, CheckpointError> {
        let form = |line, what| CheckpointError::Form { line, what };
        let mut lines = note.lines();
        let origin = lines.next().filter(|o| !o.is_empty() && o.len() <= 256);
        let origin = origin.ok_or(form(1, "the log's name is expected"))?;
        let size = lines.next().and_then(|text| text.parse().ok());
        let size = size.ok_or(form(2, "the number of leaves is expected"))?;
        let root = lines.next().and_then(|text| BASE64.decode(text).ok());
        let root = root.and_then(|bytes| Hash::try_from(bytes).ok());
        let root = root.ok_or(form(3, "a base64 SHA-256 root is expected"))?;
        Ok(Self {
            origin: origin.to_owned(),
            size,
            root,
        })
    }
}

/// Key id of a signed note: first 4 bytes of SHA-256(name ‖ '\n' ‖ type ‖ public key).
pub fn key_id(name: &str, key: &VerifyingKey) -> [u8; 4] {
    let digest = Sha256::new()
        .chain_update(name)
        .chain_update([b'\n', ED25519])
        .chain_update(key.as_bytes())
        .finalize();
    [digest[0], digest[1], digest[2], digest[3]]
}

/// The verifier line others keep: `name+hash+base64(type ‖ public key)`.
pub fn verifier_line(name: &str, key: &VerifyingKey) -> String {
    let mut blob = vec![ED25519];
    blob.extend_from_slice(key.as_bytes());
    format!(
        "{name}+{}+{}",
        hex::encode(key_id(name, key)),
        BASE64.encode(blob)
    )
}
