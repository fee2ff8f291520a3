//! The provider as configured, and what it says of itself (OpenID Connect Discovery 1.0).

use std::collections::{BTreeMap, BTreeSet};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Deserializer, de::Error as _};
use tokio::sync::Mutex;
use url::{Url, form_urlencoded};

use super::{
    door::{Post, ProviderDoor, is_protected},
    token::{Claims, Expected, Keys, Wrong, is_known, keys, verified},
};

/// How long the provider's description and keys are kept.
const KEPT: SignedDuration = SignedDuration::from_hours(1);
/// Keys are asked for again because of an unknown one at most this often.
const AGAIN: SignedDuration = SignedDuration::from_mins(1);

/// The provider and what is asked of it. Every field has a key in the configuration file.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct OpenIdSettings {
    /// Issuer URL, exactly as the provider writes it: HTTPS, or plain HTTP on this machine.
    pub issuer: String,
    /// Name of this hub at the provider.
    pub client_id: String,
    /// Secret of this hub at the provider; `None` for a public client.
    pub client_secret: Option<String>,
    /// What people call it, in Japanese and English.
    pub label: [String; 2],
    /// Claims that an ID token must carry, with their value.
    pub required_claims: BTreeMap<String, String>,
    /// `acr` values that count as a second factor; usually none.
    pub second_factor_acr: BTreeSet<String>,
    /// `amr` values that count as a second factor; usually none.
    pub second_factor_amr: BTreeSet<String>,
}

impl std::fmt::Debug for OpenIdSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "OpenIdSettings({} at {})", self.client_id, self.issuer)
    }
}

/// Settings that cannot work.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
pub enum BadOpenId {
    /// The issuer is no address, or one that is not protected.
    #[error("the issuer `{0}` is not an https address without query (http only on this machine)")]
    Issuer(String),
    /// The client has no name.
    #[error("the client id is empty")]
    Client,
    /// TLS cannot be set up.
    #[error("TLS cannot be set up: {0}")]
    Tls(String),
}

/// A provider that people may sign in with.
pub struct OpenId {
    settings: OpenIdSettings,
    door: ProviderDoor,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    said: Option<(Said, Timestamp)>,
    keys: Option<(Keys, Timestamp)>,
}

/// What of the provider's description is used.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Said {
    issuer: String,
    #[serde(deserialize_with = "address")]
    pub(super) authorization_endpoint: Url,
    #[serde(deserialize_with = "address")]
    token_endpoint: Url,
    #[serde(deserialize_with = "address")]
    jwks_uri: Url,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Vec<String>,
    /// RFC 9207.
    #[serde(default, rename = "authorization_response_iss_parameter_supported")]
    pub(super) names_itself: bool,
}

fn address<'de, D: Deserializer<'de>>(from: D) -> Result<Url, D::Error> {
    Url::parse(&String::deserialize(from)?).map_err(D::Error::custom)
}

#[derive(Deserialize)]
struct Tokens {
    id_token: String,
}

impl OpenId {
    /// Checks the settings; the provider is asked when someone first signs in.
    ///
    /// # Errors
    /// When they cannot work.
    pub fn new(settings: OpenIdSettings) -> Result<Self, BadOpenId> {
        let url = Url::parse(&settings.issuer).ok();
        let fits = url.is_some_and(|url| {
            is_protected(&url) && url.query().is_none() && url.fragment().is_none()
        });
        if !fits || settings.issuer.len() > 200 {
            return Err(BadOpenId::Issuer(settings.issuer));
        }
        if settings.client_id.is_empty() {
            return Err(BadOpenId::Client);
        }
        let door = ProviderDoor::new().map_err(BadOpenId::Tls)?;
        let known = Mutex::default();
        Ok(Self {
            settings,
            door,
            known,
        })
    }

    /// As configured.
    pub fn settings(&self) -> &OpenIdSettings {
        &self.settings
    }

    /// The provider's description, asked for at most once an hour.
    pub(super) async fn said(&self, now: Timestamp) -> Result<Said, String> {
        let mut known = self.known.lock().await;
        if let Some((said, at)) = &known.said
            && now.duration_since(*at) < KEPT
        {
            return Ok(said.clone());
        }
        let issuer = self.settings.issuer.trim_end_matches('/');
        let url = format!("{issuer}/.well-known/openid-configuration");
        let url = Url::parse(&url).map_err(|error| error.to_string())?;
        let said = self.door.json(&url, None).await?;
        let said: Said = serde_json::from_value(said).map_err(|error| error.to_string())?;
        if said.issuer != self.settings.issuer {
            return Err("the provider calls itself by another name".to_owned());
        }
        let used = [
            &said.authorization_endpoint,
            &said.token_endpoint,
            &said.jwks_uri,
        ];
        if !used.into_iter().all(is_protected) {
            return Err("the provider names an address without https".to_owned());
        }
        known.said = Some((said.clone(), now));
        Ok(said)
    }

    /// Exchanges the code for an ID token (RFC 6749 §4.1.3 with PKCE, RFC 7636).
    pub(super) async fn token(
        &self,
        said: &Said,
        code: &str,
        (verifier, redirect): (&str, &str),
    ) -> Result<String, String> {
        let post = self.exchange(said, code, (verifier, redirect));
        let tokens = self.door.json(&said.token_endpoint, Some(post)).await?;
        let tokens: Tokens =
            serde_json::from_value(tokens).map_err(|_| "the answer has no ID token".to_owned())?;
        Ok(tokens.id_token)
    }

    /// The form that exchanges the code, with the client's credentials as the provider wants them.
    fn exchange(&self, said: &Said, code: &str, (verifier, redirect): (&str, &str)) -> Post {
        let settings = &self.settings;
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("grant_type", "authorization_code")
            .append_pair("code", code)
            .append_pair("redirect_uri", redirect)
            .append_pair("code_verifier", verifier);
        let methods = &said.token_endpoint_auth_methods_supported;
        let has = |name: &str| methods.iter().any(|method| method == name);
        let in_form = has("client_secret_post") && !has("client_secret_basic");
        let authorization = match &settings.client_secret {
            Some(secret) if !in_form => Some(basic(&settings.client_id, secret)),
            Some(secret) => {
                form.append_pair("client_id", &settings.client_id)
                    .append_pair("client_secret", secret);
                None
            }
            None => {
                form.append_pair("client_id", &settings.client_id);
                None
            }
        };
        let body = form.finish();
        Post {
            body,
            authorization,
        }
    }

    /// The claims of an ID token, checked with the provider's keys.
    pub(super) async fn claims(
        &self,
        said: &Said,
        token: &str,
        (nonce, now): (&str, Timestamp),
    ) -> Result<Result<Claims, Wrong>, String> {
        let expected = Expected {
            issuer: &self.settings.issuer,
            client: &self.settings.client_id,
            nonce,
            now,
        };
        let mut known = self.known.lock().await;
        let stale = match &known.keys {
            None => true,
            Some((keys, at)) => {
                let age = now.duration_since(*at);
                age >= KEPT || (age >= AGAIN && !is_known(token, keys))
            }
        };
        if stale {
            let set = self.door.json(&said.jwks_uri, None).await?;
            known.keys = Some((keys(&set), now));
        }
        let keys = known.keys.as_ref().map(|(keys, _)| keys);
        let none = Keys::new();
        Ok(verified(token, keys.unwrap_or(&none), &expected))
    }

    /// Whether the token says that a second factor was shown, as far as this hub was told to believe it.
    pub(super) fn counts_as_second(&self, claims: &Claims) -> bool {
        let said = |name: &str, values: &BTreeSet<String>| {
            values.iter().any(|value| claims.says(name, value))
        };
        said("acr", &self.settings.second_factor_acr)
            || said("amr", &self.settings.second_factor_amr)
    }
}

/// RFC 6749 §2.3.1: both parts are form-encoded first.
fn basic(id: &str, secret: &str) -> String {
    let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pair = format!("{}:{}", encoded(id), encoded(secret));
    format!("Basic {}", STANDARD.encode(pair))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(issuer: &str) -> Result<OpenId, BadOpenId> {
        OpenId::new(OpenIdSettings {
            issuer: issuer.to_owned(),
            client_id: "kaname".to_owned(),
            ..OpenIdSettings::default()
        })
    }

    #[test]
    fn only_protected_issuers_are_taken() {
        for fine in [
            "https://id.example",
            "https://id.example/realm",
            "http://127.0.0.1:9000",
        ] {
            assert!(made(fine).is_ok(), "{fine}");
        }
        for wrong in [
            "http://id.example",
            "ftp://id.example",
            "https://id.example?a=b",
            "id",
        ] {
            assert!(matches!(made(wrong), Err(BadOpenId::Issuer(_))), "{wrong}");
        }
    }
}
