//! Sealing: payloads under a key each, keys wrapped by one that lives outside the database
//! (crypto-shredding), and small boxes for cursors and the sealed store. XChaCha20-Poly1305
//! (draft-irtf-cfrg-xchacha-03, section 2.3): HChaCha20 makes a key of its own for the nonce's first
//! 16 bytes, ChaCha20-Poly1305 (RFC 8439) takes the last 8.

use chacha20::{R20, hchacha};
use hmac::{Hmac, Mac};
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use sha2::Sha256;

use crate::clock::Rng;

const NONCE: usize = 24;
const TAG: usize = 16;

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
        let mut sealed = Vec::with_capacity(NONCE + plain.len() + TAG);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(plain);
        // Encryption fails only beyond 256 GiB, which bounds elsewhere exclude; nothing stays in the clear then.
        let tag = self.cipher(&nonce).and_then(|(key, nonce)| {
            let plain = &mut sealed[NONCE..];
            key.seal_in_place_separate_tag(nonce, Aad::from(context), plain)
                .map_err(|_| DoesNotOpen)
        });
        match tag {
            Ok(tag) => sealed.extend_from_slice(tag.as_ref()),
            Err(DoesNotOpen) => sealed.clear(),
        }
        sealed
    }

    /// The key and nonce of ChaCha20-Poly1305 that this key and the longer nonce stand for.
    fn cipher(&self, nonce: &[u8; NONCE]) -> Result<(LessSafeKey, Nonce), DoesNotOpen> {
        let mut first = [0; 16];
        first.copy_from_slice(&nonce[..16]);
        let of_nonce = hchacha::<R20>(&self.0.into(), &first.into());
        let key = UnboundKey::new(&CHACHA20_POLY1305, &of_nonce).map_err(|_| DoesNotOpen)?;
        let mut rest = [0; 12];
        rest[4..].copy_from_slice(&nonce[16..]);
        let nonce = Nonce::assume_unique_for_key(rest);
        Ok((LessSafeKey::new(key), nonce))
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
        let (nonce, body) = sealed.split_first_chunk().ok_or(DoesNotOpen)?;
        let (key, nonce) = self.cipher(nonce)?;
        let mut plain = body.to_vec();
        let length = key
            .open_in_place(nonce, Aad::from(context), &mut plain)
            .map_err(|_| DoesNotOpen)?
            .len();
        plain.truncate(length);
        Ok(plain)
    }
}
