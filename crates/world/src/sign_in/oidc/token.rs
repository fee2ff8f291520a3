//! ID tokens: OpenID Connect Core 1.0 §3.1.3.7 for one issuer and one client. Only RS256 and ES256 are
//! read; `none` and shared secrets are not algorithms here.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::super::signature::{Form, PublicKey};

/// Longest token read, in bytes.
const MAX_TOKEN: usize = 16 * 1024;
/// Most keys of a provider kept.
const MAX_KEYS: usize = 64;
/// How far clocks may differ, in seconds.
const LEEWAY_S: i64 = 60;
/// A token older than this, in seconds, was not made for this sign-in.
const OLDEST_S: i64 = 600;

/// Keys of a provider, with their names.
pub(super) type Keys = Vec<(Option<String>, PublicKey)>;

/// What is wrong with a token, for the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(super) struct Wrong(pub(super) &'static str);

/// What a token must say.
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) client: &'a str,
    pub(super) nonce: &'a str,
    pub(super) now: Timestamp,
}

/// What it says, checked.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Claims {
    pub(super) subject: String,
    all: Value,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    crit: Option<Value>,
}

/// The keys of a JSON Web Key Set that can sign ID tokens here; others are passed over.
pub(super) fn keys(set: &Value) -> Keys {
    let keys = set.get("keys").and_then(Value::as_array);
    let keys = keys.into_iter().flatten().filter_map(|key| {
        let name = key.get("kid").and_then(Value::as_str).map(str::to_owned);
        Some((name, PublicKey::from_jwk(key)?))
    });
    keys.take(MAX_KEYS).collect()
}

/// Whether one of the keys may be the token's: if not, the provider may have changed its keys.
pub(super) fn is_known(token: &str, keys: &Keys) -> bool {
    let header = parts(token).and_then(|parts| header(parts[0]));
    header.is_ok_and(|header| candidates(&header, keys).next().is_some())
}

/// The claims of a token that is signed by one of the keys and says what is expected.
pub(super) fn verified(token: &str, keys: &Keys, expected: &Expected<'_>) -> Result<Claims, Wrong> {
    let [head, body, signature] = parts(token)?;
    let header = header(head)?;
    if header.crit.is_some() {
        return Err(Wrong("the token needs an extension"));
    }
    let signature = decode(signature)?;
    let signed = &token[..head.len() + 1 + body.len()];
    let by_one =
        candidates(&header, keys).any(|key| key.signed(Form::Fixed, signed.as_bytes(), &signature));
    if !by_one {
        return Err(Wrong("the token is signed by no key of the provider"));
    }
    let all =
        serde_json::from_slice(&decode(body)?).map_err(|_| Wrong("the claims are no JSON"))?;
    claims(all, expected)
}

fn parts(token: &str) -> Result<[&str; 3], Wrong> {
    if token.len() > MAX_TOKEN {
        return Err(Wrong("the token is too long"));
    }
    let parts: Vec<&str> = token.splitn(4, '.').collect();
    parts
        .try_into()
        .map_err(|_| Wrong("the token has not three parts"))
}

fn decode(part: &str) -> Result<Vec<u8>, Wrong> {
    URL_SAFE_NO_PAD
        .decode(part)
        .map_err(|_| Wrong("the token is not base64url"))
}

fn header(part: &str) -> Result<Header, Wrong> {
    let header: Header =
        serde_json::from_slice(&decode(part)?).map_err(|_| Wrong("the header is no JSON"))?;
    if !matches!(header.alg.as_str(), "RS256" | "ES256") {
        return Err(Wrong("the token's algorithm is neither RS256 nor ES256"));
    }
    Ok(header)
}

/// The keys with the header's name (all, if it names none) and its algorithm.
fn candidates<'k>(header: &'k Header, keys: &'k Keys) -> impl Iterator<Item = &'k PublicKey> {
    let fitting = keys.iter().filter(|(name, key)| {
        let named = header.kid.is_none() || *name == header.kid;
        named && key.algorithm() == header.alg
    });
    fitting.map(|(_, key)| key)
}

fn claims(all: Value, expected: &Expected<'_>) -> Result<Claims, Wrong> {
    let text = |name: &str| all.get(name).and_then(Value::as_str);
    let time = |name: &str| all.get(name).and_then(Value::as_f64).map(whole);
    if text("iss") != Some(expected.issuer) {
        return Err(Wrong("the token is of another issuer"));
    }
    let audience = all.get("aud").map(texts).unwrap_or_default();
    if !audience.contains(&expected.client) {
        return Err(Wrong("the token is for another client"));
    }
    let party = text("azp");
    if (audience.len() > 1 || party.is_some()) && party != Some(expected.client) {
        return Err(Wrong("the token was issued to another party"));
    }
    let now = expected.now.as_second();
    if time("exp").is_none_or(|until| until + LEEWAY_S <= now) {
        return Err(Wrong("the token has expired"));
    }
    let young = |at: i64| at <= now + LEEWAY_S && at >= now - OLDEST_S;
    if !time("iat").is_some_and(young) || time("nbf").is_some_and(|at| at > now + LEEWAY_S) {
        return Err(Wrong("the token was issued long ago or in the future"));
    }
    if text("nonce") != Some(expected.nonce) {
        return Err(Wrong("the token answers another question"));
    }
    let subject = text("sub").filter(|subject| (1..=255).contains(&subject.len()));
    let subject = subject.ok_or(Wrong("the token names nobody"))?.to_owned();
    Ok(Claims { subject, all })
}

/// Seconds; what is no time of this era is far away.
#[expect(clippy::cast_possible_truncation, reason = "bounded just before")]
fn whole(seconds: f64) -> i64 {
    seconds.clamp(0.0, 1e12) as i64
}

/// A claim that is one text or a list of them.
fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(one) => vec![one],
        Value::Array(many) => many.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// Reads a text as an ID token, as a provider's keys and as claims without a signature. Gives whether it
/// was taken as a token signed by a key in `set`. For the fuzz targets.
#[cfg(feature = "fixture")]
pub fn reads_as_id_token(text: &str, set: &Value) -> bool {
    let expected = Expected {
        issuer: "https://id.example",
        client: "kaname",
        nonce: "n",
        now: Timestamp::UNIX_EPOCH,
    };
    if let Ok(value) = serde_json::from_str::<Value>(text) {
        let _ = keys(&value);
        if let Ok(read) = claims(value, &expected) {
            let _ = read.says("amr", "mfa");
        }
    }
    let keys = keys(set);
    let _ = is_known(text, &keys);
    verified(text, &keys, &expected).is_ok()
}

impl Claims {
    /// Whether a claim is this text, or a list with it.
    pub(super) fn says(&self, name: &str, value: &str) -> bool {
        self.all
            .get(name)
            .is_some_and(|claim| texts(claim).contains(&value))
    }
}
