//! OpenPGP (RFC 9580): certificates that mail is encrypted to, the encryption, and detached signatures of what others
//! publish. The hub holds no OpenPGP key of its own: it encrypts and verifies, and neither signs nor decrypts.
//!
//! A certificate comes from outside and is hostile until read: [`Certificate::read`] bounds it and says
//! what is wrong and where. Whether it can be encrypted to is a question about a moment,
//! [`Certificate::standing`], and is asked again before each mail.

mod certificate;
mod seal;
mod signed;
mod standing;

pub use certificate::{BadCertificate, Certificate};
pub use seal::{SealError, seal};
pub use signed::{MAX_SIGNATURE_BYTES, Signed, signed};
pub use standing::{Standing, Unusable};

use jiff::Timestamp;
use kaname_directory::{Line, PublicKey, PublicKeyKind};

use crate::error::WorldError;

/// Takes a key from a person: it must be readable, and one that can be encrypted to at `now`.
///
/// # Errors
/// An [`WorldError::Invalid`] about `field` that says what is wrong with it.
pub fn accept(
    field: &'static str,
    label: Line,
    text: &str,
    now: Timestamp,
) -> Result<PublicKey, WorldError> {
    let key = PublicKey::parse(label, text).map_err(|bad| {
        let bad = kaname_directory::BadText { field, ..bad };
        let key = if bad.what.contains("private") {
            "openpgp-private"
        } else {
            "openpgp-neither"
        };
        WorldError::invalid(field, key, format!("{}; {}", bad.what, bad.limit))
    })?;
    if key.kind() == PublicKeyKind::Openpgp {
        let read = Certificate::read(key.text())
            .map_err(|bad| WorldError::invalid(field, bad.key(), bad.to_string()))?;
        if let Err(why) = read.standing(now) {
            return Err(WorldError::invalid(field, why.key(), why.to_string()));
        }
    }
    Ok(key)
}

/// The certificates among these keys that can be encrypted to at `now`.
pub fn usable<'k>(
    keys: impl IntoIterator<Item = &'k PublicKey>,
    now: Timestamp,
) -> Vec<Certificate> {
    keys.into_iter()
        .filter(|key| key.kind() == PublicKeyKind::Openpgp)
        .filter_map(|key| Certificate::read(key.text()).ok())
        .filter(|read| read.standing(now).is_ok())
        .collect()
}
