//! Detached signatures (RFC 9580 §10.4): whether one of the certificates made one over these bytes.

use std::io::Read as _;

use jiff::Timestamp;
use pgp::{
    armor::{BlockType, Dearmor, DearmorOptions},
    composed::{SignedPublicKey, SignedPublicSubKey},
    packet::{Packet, PacketParser, Signature, SignatureType},
    types::KeyDetails,
};

use super::{
    Certificate,
    standing::{created, has_strong_hash, in_force, latest, own_at, spans, strong},
};

/// Longest file of signatures that is read, in bytes.
pub const MAX_SIGNATURE_BYTES: usize = 64 << 10;
/// Most packets of one.
const MAX_PACKETS: usize = 16;

/// What a file of signatures says of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signed {
    /// One of the certificates signed these bytes, with a hash and at a time that hold.
    Good,
    /// One of them signed other bytes, or its signature does not hold.
    Wrong,
    /// Nobody whose certificate is at hand signed.
    Unknown,
    /// It is no file of signatures.
    Unreadable,
}

/// Holds a file of detached signatures against a document. One good signature is enough; a wrong one by a key that is at
/// hand is never made up for by silence, but by a good one.
pub fn signed(document: &[u8], file: &[u8], by: &[Certificate], now: Timestamp) -> Signed {
    let Some(signatures) = signatures(file) else {
        return Signed::Unreadable;
    };
    let mut said = Signed::Unknown;
    for signature in &signatures {
        for certificate in by {
            match holds(certificate, signature, document, now.as_second()) {
                Some(true) => return Signed::Good,
                Some(false) => said = Signed::Wrong,
                None => {}
            }
        }
    }
    said
}

/// The signatures of a file, armoured or not; `None` where it holds none or anything else.
fn signatures(file: &[u8]) -> Option<Vec<Signature>> {
    if file.len() > MAX_SIGNATURE_BYTES {
        return None;
    }
    let dearmoured;
    let bytes = match file.trim_ascii_start().starts_with(b"-----") {
        true => {
            let options = DearmorOptions::default().set_limit(MAX_SIGNATURE_BYTES);
            let mut dearmor = Dearmor::with_options(file.trim_ascii_start(), options);
            let mut bytes = Vec::new();
            let limit = MAX_SIGNATURE_BYTES as u64;
            dearmor.by_ref().take(limit).read_to_end(&mut bytes).ok()?;
            if dearmor.typ != Some(BlockType::Signature) {
                return None;
            }
            dearmoured = bytes;
            dearmoured.as_slice()
        }
        false => file,
    };
    let mut all = Vec::new();
    for packet in PacketParser::new(bytes).take(MAX_PACKETS) {
        match packet {
            Ok(Packet::Signature(signature)) => all.push(signature),
            // Of a version or algorithm that is not known here: somebody else may know it.
            Err(_) => {}
            Ok(_) => return None,
        }
    }
    (!all.is_empty()).then_some(all)
}

/// Whether a certificate's signature over a document holds; `None` where it is not its signature.
fn holds(
    certificate: &Certificate,
    signature: &Signature,
    document: &[u8],
    now_s: i64,
) -> Option<bool> {
    let key = &certificate.key;
    let by_primary = names(signature, &key.primary_key);
    let subkey = key
        .public_subkeys
        .iter()
        .find(|one| names(signature, &one.key));
    if !by_primary && subkey.is_none() {
        return None;
    }
    let is_document = matches!(
        signature.typ(),
        Some(SignatureType::Binary | SignatureType::Text)
    );
    let made_s = i64::from(created(signature));
    // What its owner has taken back speaks for nobody, and neither does a key that did not hold when it signed.
    let at = (made_s, now_s);
    let own = may_primary_stand(key, at);
    let (may_sign, is_right) = match subkey.filter(|_| !by_primary) {
        None => (
            own.is_some_and(|own| own.key_flags().sign()),
            signature.verify(&key.primary_key, document).is_ok(),
        ),
        Some(subkey) => (
            own.is_some() && may_subkey_sign(key, subkey, at),
            signature.verify(&subkey.key, document).is_ok(),
        ),
    };
    let is_strong = has_strong_hash(signature) && in_force(signature, now_s);
    Some(is_document && is_strong && may_sign && is_right)
}

/// Whether a signature says that it is by this key.
fn names(signature: &Signature, key: &impl KeyDetails) -> bool {
    let prints = signature.issuer_fingerprint();
    match prints.is_empty() {
        false => prints.contains(&&key.fingerprint()),
        true => signature.issuer_key_id().contains(&&key.legacy_key_id()),
    }
}

fn is_revoked(key: &SignedPublicKey) -> bool {
    let revocations = &key.details.revocation_signatures;
    let mut revocations = revocations.iter();
    revocations.any(|one| one.verify_key(&key.primary_key).is_ok())
}

/// Whether the key held when it signed: its owner's last word is not that it is revoked, and it had begun and not ended.
fn may_primary_stand(key: &SignedPublicKey, (made_s, now_s): (i64, i64)) -> Option<&Signature> {
    let own = own_at(key, now_s).filter(|_| !is_revoked(key))?;
    let holds = strong(key.primary_key.public_params()).is_ok()
        && spans(key.created_at().as_secs(), own, made_s);
    holds.then_some(own)
}

/// A subkey signs when the key says so, and the subkey that it is the key's (RFC 9580 §5.2.3.34).
fn may_subkey_sign(
    key: &SignedPublicKey,
    subkey: &SignedPublicSubKey,
    (made_s, now_s): (i64, i64),
) -> bool {
    let primary = &key.primary_key;
    let held = subkey.signatures.iter();
    let held: Vec<&Signature> = held
        .filter(|one| one.verify_subkey_binding(primary, &subkey.key).is_ok())
        .collect();
    let mut all = held.iter();
    if all.any(|one| one.typ() == Some(SignatureType::SubkeyRevocation)) {
        return false;
    }
    let Ok(Some(binding)) = latest(held, now_s) else {
        return false;
    };
    let back = binding.embedded_signature();
    let is_back = |back: &Signature| {
        back.verify_primary_key_binding(&subkey.key, primary)
            .is_ok()
    };
    binding.key_flags().sign()
        && back.is_some_and(is_back)
        && strong(subkey.key.public_params()).is_ok()
        && spans(subkey.key.created_at().as_secs(), binding, made_s)
}
