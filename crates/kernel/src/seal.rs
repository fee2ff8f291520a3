//! Sealing: payloads under a key each, keys wrapped by one that lives outside the database
//! (crypto-shredding), and small boxes for cursors and the sealed store. XChaCha20-Poly1305.

use chacha20poly1305::{
    XChaCha20Poly1305, XNonce,
    aead::{Aead, KeyInit, Payload},
};
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::clock::Rng;

const NONCE: usize = 24;

/// A 256-bit secret key. Its bytes never show in debug output.
#[derive(Clone)]
pub struct SecretKey([u8; 32]);

impl std::fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretKey(…)")
    }
}

/// The box does not open: wrong key, wrong context or changed bytes.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("sealed bytes do not open under this key and context")]
pub struct DoesNotOpen;

impl SecretKey {
    /// A fresh key.
    pub fn generate(rng: &dyn Rng) -> Self {
        Self(rng.bytes())
    }

    /// From bytes kept elsewhere.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// For keeping in a key file.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// A key for one purpose: HMAC-SHA-256(key, purpose).
    pub fn derive(&self, purpose: &str) -> Self {
        Self(self.tag(purpose.as_bytes()))
    }

    /// A keyed tag: equal inputs give equal tags, which say nothing without the key.
    pub fn tag(&self, data: &[u8]) -> [u8; 32] {
        // HMAC takes keys of any length, so this cannot fail; a zero tag would be refused anyway.
        let Ok(mut mac) = <Hmac<Sha256> as Mac>::new_from_slice(&self.0) else {
            return [0; 32];
        };
        mac.update(data);
        mac.finalize().into_bytes().into()
    }

    /// Encrypts; `context` is authenticated but not contained. Gives nonce ‖ ciphertext.
    pub fn seal(&self, rng: &dyn Rng, context: &[u8], plain: &[u8]) -> Vec<u8> {
        self.sealed(rng.bytes(), context, plain)
    }

    fn sealed(&self, nonce: [u8; NONCE], context: &[u8], plain: &[u8]) -> Vec<u8> {
        let cipher = XChaCha20Poly1305::new((&self.0).into());
        let payload = Payload {
            msg: plain,
            aad: context,
        };
        // Encryption fails only beyond 256 GiB, which bounds elsewhere exclude.
        let body = cipher
            .encrypt(XNonce::from_slice(&nonce), payload)
            .unwrap_or_default();
        [nonce.as_slice(), &body].concat()
    }

    /// Encrypts so that the same text under the same context gives the same bytes, as rows need that are computed
    /// anew and compared: the nonce is a keyed tag of both. Whoever has no key learns which of two are equal, no more.
    pub fn seal_alike(&self, context: &[u8], plain: &[u8]) -> Vec<u8> {
        let length = (context.len() as u64).to_be_bytes();
        let tag = self
            .derive("nonce")
            .tag(&[&length[..], context, plain].concat());
        let mut nonce = [0; NONCE];
        nonce.copy_from_slice(&tag[..NONCE]);
        self.sealed(nonce, context, plain)
    }

    /// Decrypts what [`SecretKey::seal`] gave under the same context.
    pub fn open(&self, context: &[u8], sealed: &[u8]) -> Result<Vec<u8>, DoesNotOpen> {
        let (nonce, body) = sealed.split_at_checked(NONCE).ok_or(DoesNotOpen)?;
        let cipher = XChaCha20Poly1305::new((&self.0).into());
        let payload = Payload {
            msg: body,
            aad: context,
        };
        cipher
            .decrypt(XNonce::from_slice(nonce), payload)
            .map_err(|_| DoesNotOpen)
    }
}
