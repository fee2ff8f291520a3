//! Reading a certificate within bounds.

use std::io::Read as _;

use kaname_directory::PublicKey;
use pgp::{
    armor::{BlockType, Dearmor, DearmorOptions},
    composed::{SignedPublicKey, SignedPublicKeyParser},
    errors::Error,
    packet::{Packet, PacketParser, PacketTrait as _},
    types::{KeyDetails as _, KeyVersion, Tag},
};

/// Most packets of a certificate.
const MAX_PACKETS: usize = 512;
/// Most user ids, and most subkeys.
const MAX_PARTS: usize = 32;
/// Most signatures on one part: each that claims to be the key's own costs a verification.
const MAX_SIGNATURES: usize = 64;
/// Longest user id that is shown, in characters.
const SHOWN: usize = 200;

/// Why a text is no certificate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadCertificate {
    /// Larger than [`PublicKey::MAX_BYTES`].
    #[error("the key is larger than {} KiB", PublicKey::MAX_BYTES / 1024)]
    TooLarge,
    /// The armour (RFC 9580 §6) cannot be read.
    #[error("the armour cannot be read: {0}")]
    Armour(String),
    /// It is a private key, or holds one.
    #[error("it holds a private key (packet {0})")]
    Private(usize),
    /// A packet cannot be read, or has no place in a public key. The number counts from one.
    #[error("packet {place}: {what}")]
    Packet {
        /// Which packet.
        place: usize,
        /// What is wrong with it.
        what: String,
    },
    /// There are more parts of a kind than are taken.
    #[error("there are more than {limit} {what}")]
    TooMany {
        /// What there is too much of.
        what: &'static str,
        /// How many are taken.
        limit: usize,
    },
    /// Not exactly one key.
    #[error("one public key is expected, and there are {0}")]
    NotOne(usize),
    /// A form of key from before 2007 (version 3 and older).
    #[error("keys of version 3 and older are not taken")]
    Old,
}

impl BadCertificate {
    /// Key of the message in the Fluent files.
    pub const fn key(&self) -> &'static str {
        match self {
            Self::TooLarge | Self::TooMany { .. } => "openpgp-too-large",
            Self::Private(_) => "openpgp-private",
            Self::NotOne(_) => "openpgp-not-one",
            Self::Old => "openpgp-weak",
            Self::Armour(_) | Self::Packet { .. } => "openpgp-unreadable",
        }
    }
}

/// An OpenPGP certificate: a public key with its user ids, subkeys and signatures, as it was read.
/// What of it holds is said by [`Certificate::standing`].
#[derive(Debug, Clone)]
pub struct Certificate {
    pub(super) key: SignedPublicKey,
}

impl Certificate {
    /// Reads an armoured certificate (RFC 9580 §6, §10.1).
    ///
    /// # Errors
    /// When it is not exactly one public key within the bounds.
    pub fn read(armoured: &str) -> Result<Self, BadCertificate> {
        if armoured.len() > PublicKey::MAX_BYTES {
            return Err(BadCertificate::TooLarge);
        }
        let bytes = dearmoured(armoured)?;
        let mut packets = Vec::new();
        for (index, packet) in PacketParser::new(bytes.as_slice()).enumerate() {
            let place = index + 1;
            if place > MAX_PACKETS {
                let limit = MAX_PACKETS;
                let what = "packets";
                return Err(BadCertificate::TooMany { what, limit });
            }
            packets.extend(part(place, packet)?);
        }
        let parser = SignedPublicKeyParser::from_packets(packets.into_iter().map(Ok).peekable());
        let mut keys = Vec::new();
        for key in parser.take(MAX_PARTS) {
            keys.push(key.map_err(|error| BadCertificate::Armour(told(&error)))?);
        }
        let count = keys.len();
        let (Some(key), 1) = (keys.pop(), count) else {
            return Err(BadCertificate::NotOne(count));
        };
        if !matches!(key.version(), KeyVersion::V4 | KeyVersion::V6) {
            return Err(BadCertificate::Old);
        }
        bounded(&key)?;
        Ok(Self { key })
    }

    /// The fingerprint in capital hexadecimal digits, as people compare it.
    pub fn fingerprint(&self) -> String {
        format!("{:X}", self.key.fingerprint())
    }

    /// The user ids as its owner wrote them, without control characters; whether its signatures hold
    /// is not asked.
    pub fn user_ids(&self) -> Vec<String> {
        let users = self.key.details.users.iter();
        users
            .map(|user| {
                let text = String::from_utf8_lossy(user.id.id());
                let shown = text.chars().filter(|sign| !sign.is_control());
                shown.take(SHOWN).collect()
            })
            .collect()
    }
}

fn dearmoured(armoured: &str) -> Result<Vec<u8>, BadCertificate> {
    let limit = PublicKey::MAX_BYTES;
    let options = DearmorOptions::default().set_limit(limit);
    let mut dearmor = Dearmor::with_options(armoured.as_bytes(), options);
    let mut bytes = Vec::new();
    let read = dearmor.by_ref().take(limit as u64).read_to_end(&mut bytes);
    read.map_err(|error| BadCertificate::Armour(told(&error)))?;
    match dearmor.typ {
        Some(BlockType::PublicKey) => Ok(bytes),
        Some(BlockType::PrivateKey) => Err(BadCertificate::Private(1)),
        _ => Err(BadCertificate::Armour(
            "`PGP PUBLIC KEY BLOCK` is expected".to_owned(),
        )),
    }
}

/// A packet of a certificate; nothing for those that may be passed over (RFC 9580 §4.3, §10.1).
fn part(place: usize, packet: Result<Packet, Error>) -> Result<Option<Packet>, BadCertificate> {
    let packet = match packet {
        Ok(packet) => packet,
        Err(error) if is_unknown(&error) => return Ok(None),
        Err(error) => {
            let what = told(&error);
            return Err(BadCertificate::Packet { place, what });
        }
    };
    match packet.tag() {
        Tag::PublicKey | Tag::PublicSubkey | Tag::UserId | Tag::UserAttribute | Tag::Signature => {
            Ok(Some(packet))
        }
        Tag::Marker | Tag::Padding | Tag::Trust => Ok(None),
        Tag::SecretKey | Tag::SecretSubkey => Err(BadCertificate::Private(place)),
        other => Err(BadCertificate::Packet {
            place,
            what: format!("{other:?} has no place in a public key"),
        }),
    }
}

/// Of a version or algorithm that came after this program, or before it: passed over.
fn is_unknown(error: &Error) -> bool {
    match error {
        Error::Unsupported { .. } => true,
        Error::InvalidPacketContent { source } => {
            matches!(**source, Error::Unsupported { .. })
        }
        _ => false,
    }
}

fn bounded(key: &SignedPublicKey) -> Result<(), BadCertificate> {
    let at_most = |what, count: usize, limit| {
        if count > limit {
            return Err(BadCertificate::TooMany { what, limit });
        }
        Ok(())
    };
    let details = &key.details;
    at_most("user ids", details.users.len(), MAX_PARTS)?;
    at_most("subkeys", key.public_subkeys.len(), MAX_PARTS)?;
    let own = details.direct_signatures.len() + details.revocation_signatures.len();
    let users = details.users.iter().map(|user| user.signatures.len());
    let subkeys = key.public_subkeys.iter().map(|sub| sub.signatures.len());
    for count in users.chain(subkeys).chain([own]) {
        at_most("signatures on one part", count, MAX_SIGNATURES)?;
    }
    Ok(())
}

/// An error of the reader as one short line.
fn told(error: &dyn std::error::Error) -> String {
    let text = error.to_string();
    text.chars()
        .filter(|sign| !sign.is_control())
        .take(SHOWN)
        .collect()
}
