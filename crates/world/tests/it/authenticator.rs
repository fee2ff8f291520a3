//! An authenticator in software: real keys, real signatures, in the forms a browser sends.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ciborium::Value as Cbor;
use kaname_world::sign_in::passkey::{Made, PasskeyQuestion, Shown};
use ring::{
    digest::{SHA256, digest},
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _},
};

pub(crate) const PRESENT: u8 = 0x01;
pub(crate) const VERIFIED: u8 = 0x04;
const ATTESTED: u8 = 0x40;

enum Key {
    P256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

/// One passkey on one device.
pub(crate) struct Authenticator {
    pub(crate) id: Vec<u8>,
    pub(crate) counter: u32,
    /// Added to the counter by each use; 0 for a device that does not count.
    pub(crate) step: u32,
    pub(crate) flags: u8,
    pub(crate) origin: String,
    user: Vec<u8>,
    key: Key,
}

fn text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn sha256(bytes: &[u8]) -> Vec<u8> {
    digest(&SHA256, bytes).as_ref().to_vec()
}

impl Authenticator {
    fn with(key: Key, id: &[u8], origin: &str) -> Self {
        Self {
            id: id.to_vec(),
            counter: 0,
            step: 1,
            flags: PRESENT | VERIFIED,
            origin: origin.to_owned(),
            user: Vec::new(),
            key,
        }
    }

    /// With a fresh key on P-256.
    pub(crate) fn p256(id: &[u8], origin: &str) -> Self {
        let (rng, kind) = (SystemRandom::new(), &ECDSA_P256_SHA256_ASN1_SIGNING);
        let pair = EcdsaKeyPair::generate_pkcs8(kind, &rng).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(kind, pair.as_ref(), &rng).unwrap();
        Self::with(Key::P256(pair), id, origin)
    }

    /// With a fresh Ed25519 key.
    pub(crate) fn ed25519(id: &[u8], origin: &str) -> Self {
        let pair = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        let pair = Ed25519KeyPair::from_pkcs8(pair.as_ref()).unwrap();
        Self::with(Key::Ed25519(pair), id, origin)
    }

    pub(crate) fn id(&self) -> String {
        text(&self.id)
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        match &self.key {
            Key::P256(pair) => pair
                .sign(&SystemRandom::new(), message)
                .unwrap()
                .as_ref()
                .to_vec(),
            Key::Ed25519(pair) => pair.sign(message).as_ref().to_vec(),
        }
    }

    fn cose(&self) -> Cbor {
        let entries = match &self.key {
            Key::P256(pair) => {
                let point = pair.public_key().as_ref();
                let (x, y) = (point[1..33].to_vec(), point[33..].to_vec());
                let numbers = [(1, 2), (3, -7), (-1, 1)];
                let numbers = numbers.map(|(name, value)| (Cbor::from(name), Cbor::from(value)));
                let bytes = [
                    (Cbor::from(-2), Cbor::Bytes(x)),
                    (Cbor::from(-3), Cbor::Bytes(y)),
                ];
                [numbers.to_vec(), bytes.to_vec()].concat()
            }
            Key::Ed25519(pair) => {
                let numbers = [(1, 1), (3, -8), (-1, 6)];
                let numbers = numbers.map(|(name, value)| (Cbor::from(name), Cbor::from(value)));
                let key = Cbor::Bytes(pair.public_key().as_ref().to_vec());
                [numbers.to_vec(), vec![(Cbor::from(-2), key)]].concat()
            }
        };
        Cbor::Map(entries)
    }

    fn client_data(&self, kind: &str, challenge: &str) -> Vec<u8> {
        let said = serde_json::json!({
            "type": kind,
            "challenge": challenge,
            "origin": self.origin,
            "crossOrigin": false,
        });
        said.to_string().into_bytes()
    }

    fn data(&self, rp: &str, flags: u8) -> Vec<u8> {
        [
            sha256(rp.as_bytes()),
            vec![flags],
            self.counter.to_be_bytes().to_vec(),
        ]
        .concat()
    }

    /// Makes the key for whom the question names.
    pub(crate) fn make(&mut self, question: &PasskeyQuestion) -> Made {
        let user = question.user.as_ref().unwrap();
        self.user = URL_SAFE_NO_PAD.decode(&user.id).unwrap();
        let mut data = self.data(&question.rp, self.flags | ATTESTED);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.id.len()).unwrap().to_be_bytes());
        data.extend(&self.id);
        ciborium::into_writer(&self.cose(), &mut data).unwrap();
        let object = Cbor::Map(vec![
            (Cbor::from("fmt"), Cbor::from("none")),
            (Cbor::from("attStmt"), Cbor::Map(Vec::new())),
            (Cbor::from("authData"), Cbor::Bytes(data)),
        ]);
        let mut attestation = Vec::new();
        ciborium::into_writer(&object, &mut attestation).unwrap();
        Made {
            client_data: text(&self.client_data("webauthn.create", &question.challenge)),
            attestation: text(&attestation),
        }
    }

    /// Shows the key.
    pub(crate) fn show(&mut self, question: &PasskeyQuestion) -> Shown {
        self.counter += self.step;
        let client_data = self.client_data("webauthn.get", &question.challenge);
        let data = self.data(&question.rp, self.flags);
        let signature = self.sign(&[data.clone(), sha256(&client_data)].concat());
        Shown {
            id: text(&self.id),
            client_data: text(&client_data),
            authenticator_data: text(&data),
            signature: text(&signature),
            user_handle: text(&self.user),
        }
    }
}
