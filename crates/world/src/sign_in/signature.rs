//! Public keys of passkeys and OpenID providers, and whether a signature is theirs. Three algorithms:
//! ES256, EdDSA with Ed25519, and RS256 of 2,048 to 8,192 bits. The checking is ring's.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ciborium::Value as Cbor;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256,
    RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// COSE algorithm numbers (RFC 9053, RFC 8812), in the order in which authenticators are asked.
pub(super) const COSE_ALGORITHMS: [i64; 3] = [ES256, EDDSA, RS256];
const ES256: i64 = -7;
const EDDSA: i64 = -8;
const RS256: i64 = -257;
/// Longest modulus: 8,192 bits.
const MAX_RSA: usize = 1_024;

/// How an ES256 signature is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// ASN.1, as WebAuthn has it (Web Authentication Level 3 §6.5.5).
    Asn1,
    /// Two numbers side by side, as JWS has it (RFC 7518 §3.4).
    Fixed,
}

/// A public key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "alg")]
pub(super) enum PublicKey {
    /// On P-256: the uncompressed point.
    #[serde(rename = "ES256")]
    Es256 {
        /// 65 bytes.
        #[serde(with = "base64url")]
        point: Vec<u8>,
    },
    /// Ed25519.
    #[serde(rename = "EdDSA")]
    Ed25519 {
        /// 32 bytes.
        #[serde(with = "base64url")]
        key: Vec<u8>,
    },
    /// RSA, PKCS#1 v1.5 with SHA-256.
    #[serde(rename = "RS256")]
    Rs256 {
        /// Modulus, big-endian.
        #[serde(with = "base64url")]
        n: Vec<u8>,
        /// Exponent, big-endian.
        #[serde(with = "base64url")]
        e: Vec<u8>,
    },
}

impl PublicKey {
    /// From a COSE key (RFC 9053 §7): exactly one of the three kinds, nothing guessed.
    pub(super) fn from_cose(key: &Cbor) -> Option<Self> {
        let map = key.as_map()?;
        let at = |label: i64| {
            let mut entries = map.iter();
            let entry = entries.find(|(name, _)| name == &Cbor::from(label));
            entry.map(|(_, value)| value)
        };
        let number = |label: i64| i64::try_from(at(label)?.as_integer()?).ok();
        let bytes = |label: i64| at(label).and_then(Cbor::as_bytes).map(Vec::as_slice);
        match (number(1)?, number(3)?, number(-1)) {
            (2, ES256, Some(1)) => Self::es256(bytes(-2)?, bytes(-3)?),
            (1, EDDSA, Some(6)) => Self::ed25519(bytes(-2)?),
            (3, RS256, _) => Self::rs256(bytes(-1)?, bytes(-2)?),
            _ => None,
        }
    }

    /// From a JSON Web Key (RFC 7517) that may sign ID tokens.
    pub(super) fn from_jwk(key: &Value) -> Option<Self> {
        let text = |name: &str| key.get(name).and_then(Value::as_str);
        let bytes = |name: &str| URL_SAFE_NO_PAD.decode(text(name)?).ok();
        if text("use").is_some_and(|purpose| purpose != "sig") {
            return None;
        }
        let found = match (text("kty")?, text("crv")) {
            ("EC", Some("P-256")) => Self::es256(&bytes("x")?, &bytes("y")?),
            ("RSA", _) => Self::rs256(&bytes("n")?, &bytes("e")?),
            _ => None,
        }?;
        let stated = text("alg").is_none_or(|alg| alg == found.algorithm());
        stated.then_some(found)
    }

    fn es256(x: &[u8], y: &[u8]) -> Option<Self> {
        let fits = x.len() == 32 && y.len() == 32;
        let point = [&[4], x, y].concat();
        fits.then_some(Self::Es256 { point })
    }

    fn ed25519(key: &[u8]) -> Option<Self> {
        let key = key.to_vec();
        (key.len() == 32).then_some(Self::Ed25519 { key })
    }

    fn rs256(n: &[u8], e: &[u8]) -> Option<Self> {
        let fits = n.len() <= MAX_RSA && (1..=8).contains(&e.len());
        let (n, e) = (n.to_vec(), e.to_vec());
        fits.then_some(Self::Rs256 { n, e })
    }

    /// Its JOSE name.
    pub(super) const fn algorithm(&self) -> &'static str {
        match self {
            Self::Es256 { .. } => "ES256",
            Self::Ed25519 { .. } => "EdDSA",
            Self::Rs256 { .. } => "RS256",
        }
    }

    /// Whether the signature over the message is this key's.
    pub(super) fn signed(&self, form: Form, message: &[u8], signature: &[u8]) -> bool {
        let checked = match (self, form) {
            (Self::Es256 { point }, Form::Asn1) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(message, signature)
            }
            (Self::Es256 { point }, Form::Fixed) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature)
            }
            (Self::Ed25519 { key }, _) => {
                UnparsedPublicKey::new(&ED25519, key).verify(message, signature)
            }
            (Self::Rs256 { n, e }, _) => {
                let key = RsaPublicKeyComponents { n, e };
                key.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
            }
        };
        checked.is_ok()
    }
}

/// Bytes as base64url without padding.
mod base64url {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&URL_SAFE_NO_PAD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(from)?;
        URL_SAFE_NO_PAD.decode(text).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_another_kind_or_length_are_none() {
        let cose = |pairs: &[(i64, Cbor)]| {
            let entries = pairs
                .iter()
                .map(|(label, value)| (Cbor::from(*label), value.clone()));
            PublicKey::from_cose(&Cbor::Map(entries.collect()))
        };
        let bytes = |length: usize| Cbor::Bytes(vec![1; length]);
        let number = |number: i64| Cbor::from(number);
        let (x, y) = ((-2, bytes(32)), (-3, bytes(32)));
        let es256 = [
            (1, number(2)),
            (3, number(-7)),
            (-1, number(1)),
            x,
            y.clone(),
        ];
        assert!(cose(&es256).is_some());
        let short = [
            (1, number(2)),
            (3, number(-7)),
            (-1, number(1)),
            (-2, bytes(31)),
            y,
        ];
        assert!(cose(&short).is_none(), "a coordinate of 31 bytes");
        let es384 = [(1, number(2)), (3, number(-35)), (-1, number(2))];
        assert!(cose(&es384).is_none(), "an algorithm that is not asked for");
        let mixed = [
            (1, number(1)),
            (3, number(-7)),
            (-1, number(6)),
            (-2, bytes(32)),
        ];
        assert!(cose(&mixed).is_none(), "an algorithm that is not the key's");
        let jwk = |text: &str| PublicKey::from_jwk(&serde_json::from_str(text).unwrap());
        assert!(
            jwk(r#"{"kty":"oct","k":"AAAA"}"#).is_none(),
            "a shared secret is no public key"
        );
        assert!(jwk(r#"{"kty":"RSA","use":"enc","n":"AQ","e":"AQAB"}"#).is_none());
        assert!(jwk(r#"{"kty":"RSA","alg":"RS512","n":"AQ","e":"AQAB"}"#).is_none());
        assert!(jwk(r#"{"kty":"RSA","alg":"RS256","n":"AQ","e":"AQAB"}"#).is_some());
    }

    #[test]
    fn a_short_rsa_key_signs_nothing() {
        let weak = PublicKey::rs256(&[0xc1; 128], &[1, 0, 1]).unwrap();
        assert!(!weak.signed(Form::Fixed, b"message", &[1; 128]));
    }
}
