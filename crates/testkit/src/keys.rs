//! OpenPGP public keys made with GnuPG 2.2 on 2026-01-01, one for each way a key may stand. Nobody has
//! their private halves any more.

/// Ed25519 with a subkey for encryption, of `soc@kaihin.example`.
pub const SOC: &str = include_str!("../keys/soc.asc");
/// RSA 3072, of `duty@minato.example`.
pub const PERSON: &str = include_str!("../keys/person.asc");
/// Ends on 2026-07-01.
pub const EXPIRED: &str = include_str!("../keys/expired.asc");
/// Revoked by its owner.
pub const REVOKED: &str = include_str!("../keys/revoked.asc");
/// Its only subkey for encryption is revoked.
pub const SUBKEY_REVOKED: &str = include_str!("../keys/subkey-revoked.asc");
/// Signs only.
pub const SIGNER: &str = include_str!("../keys/signer.asc");
/// RSA 1024.
pub const WEAK: &str = include_str!("../keys/weak.asc");
/// RSA 2048, signed by itself with SHA-1.
pub const SHA1: &str = include_str!("../keys/sha1.asc");
