//! What of a certificate holds at a moment: which of its signatures are its own and good, and which
//! subkey mail is encrypted to.

use jiff::Timestamp;
use pgp::{
    composed::{SignedPublicKey, SignedPublicSubKey},
    crypto::{hash::HashAlgorithm, sym::SymmetricKeyAlgorithm},
    packet::{Signature, SignatureType},
    ser::Serialize as _,
    types::{EcdhPublicParams, EcdsaPublicParams, KeyDetails, PublicParams, Tag},
};

use super::Certificate;

/// Fewest bits of an RSA modulus.
const RSA_BITS: u16 = 2_048;

/// Why a certificate cannot be encrypted to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// Its owner has revoked it.
    #[error("the key is revoked")]
    Revoked,
    /// Its time is over, or that of its last encryption subkey.
    #[error("the key has expired on {0}")]
    Expired(Timestamp),
    /// It begins later.
    #[error("the key is made only at {0}")]
    Later(Timestamp),
    /// No good signature of its own stands on it.
    #[error("the key carries no good signature of its own")]
    Unsigned,
    /// No subkey for encryption is signed, in force and not revoked.
    #[error("the key has no subkey for encryption in force")]
    NoSubkey,
    /// It rests on something that is broken or not supported.
    #[error("{0}")]
    Weak(&'static str),
}

impl Unusable {
    /// Key of the message in the Fluent files.
    pub const fn key(&self) -> &'static str {
        match self {
            Self::Revoked => "openpgp-revoked",
            Self::Expired(_) => "openpgp-expired",
            Self::Later(_) => "openpgp-later",
            Self::Unsigned => "openpgp-unsigned",
            Self::NoSubkey => "openpgp-no-subkey",
            Self::Weak(_) => "openpgp-weak",
        }
    }
}

/// What a certificate is good for at a moment.
#[derive(Debug, Clone)]
pub struct Standing<'c> {
    pub(super) subkey: &'c SignedPublicSubKey,
    /// Whether its owner's software reads the authenticated encryption of RFC 9580 §5.13.2.
    pub(super) aead: bool,
    /// When it ends: the earlier of the key and its encryption subkey; `None` for no end.
    pub expires: Option<Timestamp>,
}

impl Certificate {
    /// What it is good for at `now`: signed by itself with hashes that hold, neither revoked nor out of
    /// time, with a strong subkey for encryption; of several subkeys the newest (RFC 9580 §10.1).
    ///
    /// # Errors
    /// Why it cannot be encrypted to.
    pub fn standing(&self, now: Timestamp) -> Result<Standing<'_>, Unusable> {
        let key = &self.key;
        let at = now.as_second();
        let revocations = &key.details.revocation_signatures;
        if revocations
            .iter()
            .any(|one| one.verify_key(&key.primary_key).is_ok())
        {
            return Err(Unusable::Revoked);
        }
        strong(key.public_params())?;
        let begins = i64::from(key.created_at().as_secs());
        if begins > at {
            return Err(Unusable::Later(moment(begins)));
        }
        let own = latest(own_signatures(key), at)?.ok_or(Unusable::Unsigned)?;
        let ends = end(begins, own);
        if let Some(ended) = ends.filter(|ends| *ends <= at) {
            return Err(Unusable::Expired(moment(ended)));
        }
        let (subkey, subkey_ends) = encryption_subkey(key, at)?;
        let expires = ends.into_iter().chain(subkey_ends).min().map(moment);
        Ok(Standing {
            subkey,
            aead: own.features().is_some_and(|can| can.seipd_v2()),
            expires,
        })
    }
}

/// Signatures of the key on itself and on its user ids that verify. A user id whose last word is a
/// revocation counts no more.
fn own_signatures(key: &SignedPublicKey) -> Vec<&Signature> {
    let primary = &key.primary_key;
    let direct = key.details.direct_signatures.iter();
    let mut own: Vec<&Signature> = direct
        .filter(|one| one.verify_key(primary).is_ok())
        .collect();
    for user in &key.details.users {
        let signed = user.signatures.iter().filter(|one| {
            one.verify_certification(primary, Tag::UserId, &user.id)
                .is_ok()
        });
        let signed: Vec<&Signature> = signed.collect();
        let last = signed.iter().max_by_key(|one| created(one));
        if last.is_some_and(|last| last.typ() != Some(SignatureType::CertRevocation)) {
            own.extend(signed.into_iter().filter(|one| one.is_certification()));
        }
    }
    own
}

/// The newest of those signatures that is in force.
pub(super) fn latest(signatures: Vec<&Signature>, at: i64) -> Result<Option<&Signature>, Unusable> {
    let held = signatures.len();
    let good = signatures.into_iter().filter(|one| has_strong_hash(one));
    let good: Vec<&Signature> = good.collect();
    if good.is_empty() && held > 0 {
        return Err(Unusable::Weak(
            "the key is signed with a hash that is broken (SHA-1 or MD5)",
        ));
    }
    let in_force = good.into_iter().filter(|one| in_force(one, at));
    Ok(in_force.max_by_key(|one| created(one)))
}

fn encryption_subkey(
    key: &SignedPublicKey,
    at: i64,
) -> Result<(&SignedPublicSubKey, Option<i64>), Unusable> {
    let primary = &key.primary_key;
    let mut why = Unusable::NoSubkey;
    let mut found: Option<(&SignedPublicSubKey, Option<i64>, u32)> = None;
    for subkey in &key.public_subkeys {
        let held = subkey.signatures.iter();
        let held: Vec<&Signature> = held
            .filter(|one| one.verify_subkey_binding(primary, &subkey.key).is_ok())
            .collect();
        if held
            .iter()
            .any(|one| one.typ() == Some(SignatureType::SubkeyRevocation))
        {
            continue;
        }
        let binding = match latest(held, at) {
            Ok(Some(binding)) => binding,
            Ok(None) => continue,
            Err(weak) => {
                why = weak;
                continue;
            }
        };
        let flags = binding.key_flags();
        if !flags.encrypt_comms() && !flags.encrypt_storage() {
            continue;
        }
        if let Err(weak) = strong(subkey.key.public_params()) {
            why = weak;
            continue;
        }
        let begins = subkey.key.created_at().as_secs();
        let ends = end(i64::from(begins), binding);
        if let Some(ended) = ends.filter(|ends| *ends <= at) {
            why = Unusable::Expired(moment(ended));
            continue;
        }
        let is_newer = found.is_none_or(|(.., other)| begins >= other);
        if i64::from(begins) <= at && is_newer {
            found = Some((subkey, ends, begins));
        }
    }
    found.map(|(subkey, ends, _)| (subkey, ends)).ok_or(why)
}

pub(super) fn created(signature: &Signature) -> u32 {
    signature.created().map_or(0, |at| at.as_secs())
}

pub(super) fn in_force(signature: &Signature, at: i64) -> bool {
    let made = i64::from(created(signature));
    let lasts = signature.signature_expiration_time();
    let lasts = lasts.map_or(0, |lasts| i64::from(lasts.as_secs()));
    made <= at && (lasts == 0 || made + lasts > at)
}

/// The newest word of a key about itself that is in force, with a hash that holds.
pub(super) fn own_at(key: &SignedPublicKey, at: i64) -> Option<&Signature> {
    latest(own_signatures(key), at).ok().flatten()
}

/// Whether what a signature speaks of, which began so, had begun and not ended.
pub(super) fn spans(begins: u32, signature: &Signature, at: i64) -> bool {
    let begins = i64::from(begins);
    begins <= at && end(begins, signature).is_none_or(|ends| ends > at)
}

/// When what the signature speaks of ends, in seconds.
fn end(begins: i64, signature: &Signature) -> Option<i64> {
    let lasts = signature.key_expiration_time()?.as_secs();
    (lasts != 0).then(|| begins + i64::from(lasts))
}

pub(super) fn has_strong_hash(signature: &Signature) -> bool {
    signature.hash_alg().is_some_and(is_strong_hash)
}

const fn is_strong_hash(hash: HashAlgorithm) -> bool {
    matches!(
        hash,
        HashAlgorithm::Sha256
            | HashAlgorithm::Sha384
            | HashAlgorithm::Sha512
            | HashAlgorithm::Sha3_256
            | HashAlgorithm::Sha3_512
    )
}

/// Whether an algorithm and its size hold today.
pub(super) fn strong(params: &PublicParams) -> Result<(), Unusable> {
    let curve = || {
        Err(Unusable::Weak(
            "the key is on a curve that is not supported",
        ))
    };
    match params {
        PublicParams::RSA(rsa) => {
            // The first of its numbers is the modulus, and says its own length in bits (§3.2).
            let bytes = rsa.to_bytes().unwrap_or_default();
            let bits = bytes
                .first_chunk()
                .map_or(0, |head| u16::from_be_bytes(*head));
            if bits < RSA_BITS {
                return Err(Unusable::Weak("the RSA key has fewer than 2048 bits"));
            }
            Ok(())
        }
        PublicParams::ECDH(
            EcdhPublicParams::Curve25519Legacy { hash, alg_sym, .. }
            | EcdhPublicParams::P256 { hash, alg_sym, .. }
            | EcdhPublicParams::P384 { hash, alg_sym, .. }
            | EcdhPublicParams::P521 { hash, alg_sym, .. },
        ) => {
            let aes = matches!(
                alg_sym,
                SymmetricKeyAlgorithm::AES128
                    | SymmetricKeyAlgorithm::AES192
                    | SymmetricKeyAlgorithm::AES256
            );
            if !aes || !is_strong_hash(*hash) {
                return Err(Unusable::Weak("the subkey asks for a weak key wrapping"));
            }
            Ok(())
        }
        PublicParams::ECDSA(
            EcdsaPublicParams::P256 { .. }
            | EcdsaPublicParams::P384 { .. }
            | EcdsaPublicParams::P521 { .. },
        )
        | PublicParams::EdDSALegacy(_)
        | PublicParams::Ed25519(_)
        | PublicParams::Ed448(_)
        | PublicParams::X25519(_)
        | PublicParams::X448(_) => Ok(()),
        PublicParams::ECDH(_) | PublicParams::ECDSA(_) => curve(),
        PublicParams::DSA(_) | PublicParams::Elgamal(_) => {
            Err(Unusable::Weak("DSA and Elgamal keys are not taken"))
        }
        _ => Err(Unusable::Weak("the algorithm is not supported")),
    }
}

fn moment(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX)
}
