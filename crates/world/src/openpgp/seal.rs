//! Encrypting to certificates.

use jiff::Timestamp;
use kaname_kernel::Rng;
use pgp::{
    composed::{ArmorOptions, MessageBuilder},
    crypto::{
        aead::{AeadAlgorithm, ChunkSize},
        sym::SymmetricKeyAlgorithm,
    },
};
use rand_core::{CryptoRng, RngCore};

use super::{Certificate, Unusable};

/// Why a text was not encrypted.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// There was nobody to encrypt to.
    #[error("no key was given to encrypt to")]
    Nobody,
    /// One of the keys is not usable now.
    #[error(transparent)]
    Unusable(#[from] Unusable),
    /// The library could not.
    #[error("it could not be encrypted: {0}")]
    Failed(String),
}

impl From<pgp::errors::Error> for SealError {
    fn from(error: pgp::errors::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

/// Encrypts to every one of the certificates, each of which alone opens it, and armours it: AES-256,
/// authenticated as RFC 9580 §5.13.2 where all readers announce that they know it, else with the older
/// integrity code (§5.13.1) that every reader knows. Not compressed, so that its length tells nothing of
/// what it says.
///
/// # Errors
/// When there is no certificate, or one is not usable at `now`.
pub fn seal(
    to: &[Certificate],
    plain: Vec<u8>,
    now: Timestamp,
    rng: &dyn Rng,
) -> Result<String, SealError> {
    let readers: Vec<_> = to
        .iter()
        .map(|one| one.standing(now))
        .collect::<Result<_, _>>()?;
    if readers.is_empty() {
        return Err(SealError::Nobody);
    }
    let mut random = Random(rng);
    let builder = MessageBuilder::from_bytes("", plain);
    let options = ArmorOptions::default();
    let armoured = if readers.iter().all(|one| one.aead) {
        let size = ChunkSize::default();
        let mut builder = builder.seipd_v2(
            &mut random,
            SymmetricKeyAlgorithm::AES256,
            AeadAlgorithm::Ocb,
            size,
        );
        for reader in &readers {
            builder.encrypt_to_key(&mut random, &reader.subkey.key)?;
        }
        builder.to_armored_string(&mut random, options)?
    } else {
        let mut builder = builder.seipd_v1(&mut random, SymmetricKeyAlgorithm::AES256);
        for reader in &readers {
            builder.encrypt_to_key(&mut random, &reader.subkey.key)?;
        }
        builder.to_armored_string(&mut random, options)?
    };
    Ok(armoured)
}

/// The world's randomness in the form the library takes.
struct Random<'r>(&'r dyn Rng);

impl RngCore for Random<'_> {
    fn next_u32(&mut self) -> u32 {
        u32::from_le_bytes(self.0.bytes())
    }

    fn next_u64(&mut self) -> u64 {
        u64::from_le_bytes(self.0.bytes())
    }

    fn fill_bytes(&mut self, buffer: &mut [u8]) {
        self.0.fill(buffer);
    }

    fn try_fill_bytes(&mut self, buffer: &mut [u8]) -> Result<(), rand_core::Error> {
        self.0.fill(buffer);
        Ok(())
    }
}

impl CryptoRng for Random<'_> {}
