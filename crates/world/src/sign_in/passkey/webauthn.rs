//! What an authenticator says, and whether it may be believed: Web Authentication Level 3 §7.1 and
//! §7.2 for one origin, user presence always, attestation `none`.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ciborium::Value as Cbor;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use url::{Host, Url};

use super::super::signature::{Form, PublicKey};
use crate::error::WorldError;

/// Longest client data read, in bytes.
const MAX_CLIENT_DATA: usize = 4 * 1024;
/// Longest authenticator data or attestation object read, in bytes.
const MAX_AUTHENTICATOR_DATA: usize = 16 * 1024;
/// Longest credential id kept, in bytes: 200 characters of base64url.
const MAX_CREDENTIAL_ID: usize = 150;
/// Deepest CBOR read.
const MAX_DEPTH: usize = 6;

const USER_PRESENT: u8 = 0x01;
const USER_VERIFIED: u8 = 0x04;
const BACKUP_ELIGIBLE: u8 = 0x08;
const BACKED_UP: u8 = 0x10;
const ATTESTED: u8 = 0x40;
const EXTENDED: u8 = 0x80;

/// The site that passkeys are made for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelyingParty {
    id: String,
    origin: String,
}

impl RelyingParty {
    /// From the address under which the hub is reached; `None` where browsers make no passkeys: an IP
    /// address in the place of a name, or plain HTTP other than at `localhost`.
    pub fn of(public_url: &str) -> Option<Self> {
        let url = Url::parse(public_url).ok()?;
        let Some(Host::Domain(name)) = url.host() else {
            return None;
        };
        let here = name == "localhost" || name.ends_with(".localhost");
        let secure = url.scheme() == "https" || (url.scheme() == "http" && here);
        secure.then(|| Self {
            id: name.to_owned(),
            origin: url.origin().ascii_serialization(),
        })
    }

    /// The name that authenticators bind keys to.
    pub fn id(&self) -> &str {
        &self.id
    }
}

/// What a browser sends of a passkey just made, all base64url.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Made {
    /// `response.clientDataJSON`.
    pub client_data: String,
    /// `response.attestationObject`.
    pub attestation: String,
}

/// What a browser sends of a passkey shown, all base64url.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Shown {
    /// `rawId`.
    pub id: String,
    /// `response.clientDataJSON`.
    pub client_data: String,
    /// `response.authenticatorData`.
    pub authenticator_data: String,
    /// `response.signature`.
    pub signature: String,
    /// `response.userHandle`; empty when the authenticator tells none.
    #[serde(default)]
    pub user_handle: String,
}

/// A passkey's public half with what its last use told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Credential {
    /// Its key.
    pub(super) key: PublicKey,
    /// Name of the site it was made for.
    pub(super) rp: String,
    /// Signatures made so far, or always 0 where the authenticator does not count.
    pub(super) counter: u32,
    /// Whether it may be copied to the owner's other devices.
    pub(super) eligible: bool,
    /// Whether it has been.
    pub(super) backed_up: bool,
    /// When it was last shown here.
    pub(super) used: Option<Timestamp>,
}

/// The answer's frame, made by the browser and covered by the signature.
#[derive(Deserialize)]
struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(default, rename = "crossOrigin")]
    cross_origin: bool,
}

/// Client data read, its challenge not yet looked up.
pub(super) struct Client {
    said: ClientData,
    hash: [u8; 32],
}

struct Authenticator {
    rp_hash: [u8; 32],
    flags: u8,
    counter: u32,
}

pub(super) fn refused<T>(key: &'static str, message: &str) -> Result<T, WorldError> {
    Err(WorldError::refused(key, message))
}

fn unreadable<T>() -> Result<T, WorldError> {
    refused(
        "error-passkey-read",
        "what the browser sent of the passkey cannot be read",
    )
}

fn decode(text: &str, most: usize) -> Result<Vec<u8>, WorldError> {
    if text.len() > most * 4 / 3 + 4 {
        return unreadable();
    }
    let bytes = URL_SAFE_NO_PAD.decode(text.trim_end_matches('='));
    bytes.map_or_else(|_| unreadable(), Ok)
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

impl Client {
    /// Reads what the browser says it was asked; `kind` is `webauthn.create` or `webauthn.get`.
    pub(super) fn read(text: &str, kind: &str, rp: &RelyingParty) -> Result<Self, WorldError> {
        let bytes = decode(text, MAX_CLIENT_DATA)?;
        let Ok(said) = serde_json::from_slice::<ClientData>(&bytes) else {
            return unreadable();
        };
        if said.kind != kind {
            return unreadable();
        }
        if said.origin != rp.origin || said.cross_origin {
            return refused(
                "error-passkey-origin",
                "the passkey was shown to another site",
            );
        }
        let hash = sha256(&bytes);
        Ok(Self { said, hash })
    }

    /// The challenge it answers.
    pub(super) fn challenge(&self) -> &str {
        &self.said.challenge
    }
}

impl Authenticator {
    /// The fixed head of authenticator data (§6.1), and what follows it.
    fn read(bytes: &[u8]) -> Result<(Self, &[u8]), WorldError> {
        let Some((head, rest)) = bytes.split_first_chunk::<37>() else {
            return unreadable();
        };
        let mut rp_hash = [0; 32];
        rp_hash.copy_from_slice(&head[..32]);
        let counter = u32::from_be_bytes([head[33], head[34], head[35], head[36]]);
        let flags = head[32];
        Ok((
            Self {
                rp_hash,
                flags,
                counter,
            },
            rest,
        ))
    }

    fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    /// Made for this site, by someone present, verified where that is needed.
    fn check(&self, rp: &RelyingParty, verified: bool) -> Result<(), WorldError> {
        if self.rp_hash != sha256(rp.id.as_bytes()) {
            return refused(
                "error-passkey-origin",
                "the passkey belongs to another site",
            );
        }
        if !self.has(USER_PRESENT) || (self.has(BACKED_UP) && !self.has(BACKUP_ELIGIBLE)) {
            return unreadable();
        }
        if verified && !self.has(USER_VERIFIED) {
            return refused(
                "error-passkey-unverified",
                "the device did not ask who is there (PIN, finger, face)",
            );
        }
        Ok(())
    }
}

/// A passkey just made: its credential id and what is kept of it (§7.1).
pub(super) fn enrolled(
    rp: &RelyingParty,
    client: &Client,
    made: &Made,
) -> Result<(String, Credential), WorldError> {
    let object = decode(&made.attestation, MAX_AUTHENTICATOR_DATA)?;
    let object = cbor(&mut object.as_slice())?;
    let entry = |name: &str| {
        let mut entries = object.as_map().into_iter().flatten();
        let entry = entries.find(|(key, _)| key.as_text() == Some(name));
        entry.map(|(_, value)| value)
    };
    let Some(data) = entry("authData").and_then(Cbor::as_bytes) else {
        return unreadable();
    };
    let (authenticator, rest) = Authenticator::read(data)?;
    authenticator.check(rp, false)?;
    let (id, key) = attested(&authenticator, rest)?;
    let format = entry("fmt").and_then(Cbor::as_text).unwrap_or_default();
    let statement = entry("attStmt")
        .and_then(Cbor::as_map)
        .map_or(&[][..], Vec::as_slice);
    let believable = match format {
        "none" => statement.is_empty(),
        // A key that vouches for itself is left as it is by browsers (§5.1.3).
        "packed" => self_attested(&key, statement, &[data.as_slice(), &client.hash].concat()),
        _ => false,
    };
    if !believable {
        return unreadable();
    }
    let credential = Credential {
        key,
        rp: rp.id.clone(),
        counter: authenticator.counter,
        eligible: authenticator.has(BACKUP_ELIGIBLE),
        backed_up: authenticator.has(BACKED_UP),
        used: None,
    };
    Ok((URL_SAFE_NO_PAD.encode(id), credential))
}

/// Credential id and key (§6.5.1); nothing may follow but extensions that the flags announce.
fn attested(
    authenticator: &Authenticator,
    rest: &[u8],
) -> Result<(Vec<u8>, PublicKey), WorldError> {
    if !authenticator.has(ATTESTED) {
        return unreadable();
    }
    let Some((head, rest)) = rest.split_first_chunk::<18>() else {
        return unreadable();
    };
    let length = usize::from(u16::from_be_bytes([head[16], head[17]]));
    if length == 0 || length > MAX_CREDENTIAL_ID {
        return refused(
            "error-passkey-long",
            "the credential id is longer than 150 bytes, which is not kept here",
        );
    }
    let Some((id, mut rest)) = rest.split_at_checked(length) else {
        return unreadable();
    };
    let Some(key) = PublicKey::from_cose(&cbor(&mut rest)?) else {
        return refused(
            "error-passkey-algorithm",
            "the key is neither ES256 nor Ed25519 nor RS256",
        );
    };
    if authenticator.has(EXTENDED) {
        cbor(&mut rest)?;
    }
    if !rest.is_empty() {
        return unreadable();
    }
    Ok((id.to_vec(), key))
}

/// Packed self attestation (§8.2): signed by the new key itself, without certificates.
fn self_attested(key: &PublicKey, statement: &[(Cbor, Cbor)], signed: &[u8]) -> bool {
    let at = |name: &str| {
        let mut entries = statement.iter();
        let entry = entries.find(|(key, _)| key.as_text() == Some(name));
        entry.map(|(_, value)| value)
    };
    let signature = at("sig").and_then(Cbor::as_bytes);
    let whole = at("x5c").is_none();
    whole && signature.is_some_and(|signature| key.signed(Form::Asn1, signed, signature))
}

fn cbor(bytes: &mut &[u8]) -> Result<Cbor, WorldError> {
    let read = ciborium::de::from_reader_with_recursion_limit(bytes, MAX_DEPTH);
    read.map_or_else(|_| unreadable(), Ok)
}

/// Whether the passkey was shown (§7.2); gives the credential as it is afterwards. A signature that
/// is not the key's is [`WorldError::Unauthenticated`].
pub(super) fn shown(
    rp: &RelyingParty,
    client: &Client,
    shown: &Shown,
    mut credential: Credential,
    verified: bool,
    now: Timestamp,
) -> Result<Credential, WorldError> {
    let data = decode(&shown.authenticator_data, MAX_AUTHENTICATOR_DATA)?;
    let signature = decode(&shown.signature, 2 * 1024)?;
    let (authenticator, _) = Authenticator::read(&data)?;
    authenticator.check(rp, verified)?;
    let message = [data.as_slice(), &client.hash].concat();
    if !credential.key.signed(Form::Asn1, &message, &signature) {
        return Err(WorldError::Unauthenticated);
    }
    if authenticator.has(BACKUP_ELIGIBLE) != credential.eligible {
        return unreadable();
    }
    // A counter that does not grow means that another device holds a copy of the key (§6.1.1).
    let counts = authenticator.counter != 0 || credential.counter != 0;
    if counts && authenticator.counter <= credential.counter {
        return refused(
            "error-passkey-cloned",
            "the passkey's counter went back; a copy of it may be in use",
        );
    }
    credential.counter = authenticator.counter;
    credential.backed_up = authenticator.has(BACKED_UP);
    credential.used = Some(now);
    Ok(credential)
}

/// Reads bytes of any form as an attestation object, as the authenticator data within a whole one, and
/// as what a key that never signed them shows. Gives whether they were taken as shown, which they cannot
/// be. For the fuzz targets.
///
/// # Errors
/// When the site has no name; it has one.
#[cfg(feature = "fixture")]
pub fn reads_as_passkey(bytes: &[u8]) -> Result<bool, WorldError> {
    let Some(rp) = RelyingParty::of("https://hub.example") else {
        return unreadable();
    };
    let said = r#"{"type":"webauthn.get","challenge":"x","origin":"https://hub.example"}"#;
    let client = Client::read(&URL_SAFE_NO_PAD.encode(said), "webauthn.get", &rp)?;
    let data = [&sha256(rp.id.as_bytes())[..], bytes].concat();
    let object = Cbor::Map(vec![
        (Cbor::from("fmt"), Cbor::from("none")),
        (Cbor::from("attStmt"), Cbor::Map(Vec::new())),
        (Cbor::from("authData"), Cbor::Bytes(data.clone())),
    ]);
    let mut whole = Vec::new();
    if ciborium::into_writer(&object, &mut whole).is_err() {
        return unreadable();
    }
    let _ = Client::read(&String::from_utf8_lossy(bytes), "webauthn.get", &rp);
    for object in [bytes, &whole] {
        let made = Made {
            client_data: String::new(),
            attestation: URL_SAFE_NO_PAD.encode(object),
        };
        let _ = enrolled(&rp, &client, &made);
    }
    let credential = Credential {
        key: PublicKey::Ed25519 { key: vec![1; 32] },
        rp: rp.id.clone(),
        counter: 0,
        eligible: false,
        backed_up: false,
        used: None,
    };
    let answer = Shown {
        authenticator_data: URL_SAFE_NO_PAD.encode(data),
        signature: URL_SAFE_NO_PAD.encode(bytes),
        ..Shown::default()
    };
    let now = Timestamp::UNIX_EPOCH;
    Ok(shown(&rp, &client, &answer, credential, true, now).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn client(rp: &RelyingParty) -> Client {
        let said = r#"{"type":"webauthn.get","challenge":"x","origin":"https://hub.example"}"#;
        Client::read(&URL_SAFE_NO_PAD.encode(said), "webauthn.get", rp).unwrap()
    }

    proptest! {
        /// Whatever arrives is refused in words, never by a crash.
        #[test]
        fn bytes_of_any_kind_are_refused(
            bytes in proptest::collection::vec(any::<u8>(), 0..400),
            cut in 0_usize..200,
        ) {
            let rp = RelyingParty::of("https://hub.example").unwrap();
            let site = sha256(b"hub.example");
            // As an attestation object, and as the authenticator data within a whole one.
            let data = [&site[..], &bytes].concat();
            let object = Cbor::Map(vec![
                (Cbor::from("fmt"), Cbor::from("none")),
                (Cbor::from("attStmt"), Cbor::Map(Vec::new())),
                (Cbor::from("authData"), Cbor::Bytes(data.clone())),
            ]);
            let mut whole = Vec::new();
            ciborium::into_writer(&object, &mut whole).unwrap();
            whole.truncate(whole.len() - cut.min(whole.len()));
            for object in [bytes.clone(), whole] {
                let attestation = URL_SAFE_NO_PAD.encode(object);
                let made = Made { client_data: String::new(), attestation };
                prop_assert!(enrolled(&rp, &client(&rp), &made).is_err());
            }
            let key = PublicKey::Ed25519 { key: vec![1; 32] };
            let credential = Credential {
                key, rp: rp.id.clone(), counter: 0, eligible: false, backed_up: false, used: None,
            };
            let answer = Shown {
                authenticator_data: URL_SAFE_NO_PAD.encode(data),
                signature: URL_SAFE_NO_PAD.encode(&bytes),
                ..Shown::default()
            };
            let now = Timestamp::UNIX_EPOCH;
            prop_assert!(shown(&rp, &client(&rp), &answer, credential, true, now).is_err());
        }
    }

    #[test]
    fn passkeys_are_made_for_names_over_tls_and_for_localhost() {
        let hub = RelyingParty::of("https://hub.example:8440/").unwrap();
        assert_eq!(
            (hub.id(), hub.origin.as_str()),
            ("hub.example", "https://hub.example:8440")
        );
        assert!(RelyingParty::of("http://localhost:8440").is_some());
        for impossible in [
            "http://hub.example",
            "https://192.0.2.1",
            "http://127.0.0.1:1",
            "x",
        ] {
            assert_eq!(RelyingParty::of(impossible), None, "{impossible}");
        }
    }
}
