//! Time-based one-time passwords (RFC 6238): six digits, 30 seconds, SHA-1, one step either way.

use jiff::Timestamp;
use kaname_kernel::Rng;
use totp_rs::{Builder, Secret, Totp};

use crate::error::WorldError;

/// Bytes of a new secret (RFC 4226 §4 recommends 160 bits).
const SECRET_BYTES: usize = 20;

/// A fresh secret, in base32 as people type it into an authenticator.
pub fn new_secret(rng: &dyn Rng) -> String {
    let bytes: [u8; SECRET_BYTES] = rng.bytes();
    Secret::from(bytes).to_base32()
}

fn totp(secret: &str, login: &str, issuer: &str) -> Result<Totp, WorldError> {
    let bytes = Secret::try_from_base32(secret).map_err(WorldError::encoding)?;
    Builder::new()
        .with_secret(bytes)
        .with_account_name(login.replace(':', " "))
        .with_issuer(Some(issuer.replace(':', " ")))
        .build()
        .map_err(WorldError::encoding)
}

/// The `otpauth://` address an authenticator reads.
pub fn address(secret: &str, login: &str, issuer: &str) -> Result<String, WorldError> {
    totp(secret, login, issuer)?
        .to_url()
        .map_err(WorldError::encoding)
}

/// The time step whose code this is, for the caller to refuse a second use; `None` if it is wrong.
pub fn step_of(secret: &str, code: &str, now: Timestamp) -> Option<u64> {
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    if digits.len() != 6 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let seconds = u64::try_from(now.as_second()).ok()?;
    totp(secret, "check", "check").ok()?.check(&digits, seconds)
}

/// The code of a moment: for the demo's guide and for tests.
pub fn code_at(secret: &str, now: Timestamp) -> Result<String, WorldError> {
    let seconds = u64::try_from(now.as_second()).unwrap_or(0);
    Ok(totp(secret, "check", "check")?
        .generate(seconds)
        .to_string())
}
