//! Passwords: argon2id (RFC 9106) in PHC form.

use argon2::{
    Algorithm, Argon2, Params, PasswordHash, PasswordHasher, Version,
    password_hash::{Output, Salt, SaltString},
};

use super::entry::Place;
use crate::{error::WorldError, world::World};

/// Shortest password, in characters (NIST SP 800-63B §5.1.1.2 asks for 8 with a second factor).
pub const MIN_CHARS: usize = 12;
/// Longest password, in bytes.
pub const MAX_BYTES: usize = 1_024;

/// OWASP's second recommended setting: 19 MiB, two passes, one lane.
fn hasher() -> Argon2<'static> {
    let params = Params::new(19_456, 2, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// Whether a new password will do: long enough, not one character repeated, not the login.
pub fn check_new(password: &str, login: &str) -> Result<(), WorldError> {
    let invalid = |key, message: String| Err(WorldError::invalid("password", key, message));
    if password.chars().count() < MIN_CHARS {
        let message = format!("at least {MIN_CHARS} characters are needed");
        return invalid("error-password-short", message);
    }
    if password.len() > MAX_BYTES {
        let message = format!("at most {MAX_BYTES} bytes are read");
        return invalid("error-password-long", message);
    }
    let mut chars = password.chars();
    let first = chars.next();
    let uniform = chars.all(|c| Some(c) == first);
    if uniform || password.to_lowercase().contains(&login.to_lowercase()) {
        return invalid(
            "error-password-easy",
            "it repeats one character or contains the login".to_owned(),
        );
    }
    Ok(())
}

impl World {
    /// Hashes a password. Takes tens of milliseconds: runs off the async threads.
    pub async fn hash_password(&self, password: String) -> Result<String, WorldError> {
        let place = self.place_to_hash().await?;
        let salt: [u8; 16] = self.rng().bytes();
        let work = move || {
            let salt = SaltString::encode_b64(&salt).map_err(|_| "salt")?;
            let hash = hasher().hash_password(password.as_bytes(), Salt::from(&salt));
            // The place is given back when the memory is, also where nobody waits for the answer any more.
            drop(place);
            hash.map(|hash| hash.to_string()).map_err(|_| "hash")
        };
        let done = tokio::task::spawn_blocking(work).await;
        match done {
            Ok(Ok(hash)) => Ok(hash),
            Ok(Err(_)) | Err(_) => Err(WorldError::invalid(
                "password",
                "error-password-hash",
                "the password could not be hashed",
            )),
        }
    }
}

impl Place {
    /// Whether the password fits. Without a stored hash (no such login) the same work is done on a
    /// stand-in, so that time does not tell which logins exist.
    pub(crate) async fn verify(self, password: String, stored: Option<String>) -> bool {
        let known = stored.is_some();
        // Hash of a random password nobody knows, with the same parameters.
        const STAND_IN: &str = "$argon2id$v=19$m=19456,t=2,p=1$c3RhbmQtaW4tc2FsdC0wMQ$\
                                2VYg0f3mMDUvpnT5mQkF6mQ9o7bOq0n7b4t3c1d2e3E";
        let work = move || {
            let text = stored.as_deref().unwrap_or(STAND_IN);
            fits(password.as_bytes(), text, self).unwrap_or(false)
        };
        tokio::task::spawn_blocking(work).await.unwrap_or(false) && known
    }
}

/// Whether a password leads to a stored hash; `None` where that is no hash of argon2.
fn fits(password: &[u8], stored: &str, place: Place) -> Option<bool> {
    let parsed = PasswordHash::new(stored).ok()?;
    let wanted = parsed.hash?;
    let params = Params::try_from(&parsed).ok()?;
    let algorithm = Algorithm::try_from(parsed.algorithm).ok()?;
    let version = parsed.version.map_or(Ok(Version::V0x13), Version::try_from);
    let mut salt = [0; 64];
    let salt = parsed.salt?.decode_b64(&mut salt).ok()?;
    let blocks = params.block_count();
    let hasher = Argon2::new(algorithm, version.ok()?, params);
    let mut found = vec![0; wanted.len()];
    let done = place.with_memory(blocks, |memory| {
        hasher.hash_password_into_with_memory(password, salt, &mut found, memory)
    });
    done.ok()?;
    // Compared in constant time.
    Some(Output::new(&found).ok()? == wanted)
}
