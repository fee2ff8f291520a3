//! Signing in with OpenID Connect: code flow with PKCE, and only for identities that were linked to an
//! account before, by its owner or by an administrator.

mod door;
mod provider;
mod token;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::SignedDuration;
use kaname_directory::{
    Account, Line, OidcIdentity,
    account::{OIDC_SPACE, oidc_key},
};
use kaname_kernel::AccountId;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

pub use self::provider::{BadOpenId, OpenId, OpenIdSettings};
use self::token::Claims;
#[cfg(feature = "fixture")]
pub use self::token::reads_as_id_token;
use super::SignedIn;
use crate::{caller::Caller, error::WorldError, world::World};

const PENDING: &str = "openid";
const STARTED: &str = "openid_started";
/// How long someone may take at the provider.
const PATIENCE: SignedDuration = SignedDuration::from_mins(10);
/// Most beginnings from one address within 15 minutes.
const MOST_STARTED: u64 = 300;

/// The way to the provider begins.
#[derive(Debug, Clone, Copy)]
pub struct Leaving<'a> {
    /// Address of this hub that the provider leads back to.
    pub redirect: &'a str,
    /// Where to go afterwards.
    pub next: &'a str,
    /// Whoever links an identity to the own account, instead of signing in.
    pub link: Option<&'a Caller>,
    /// Where the request came from.
    pub address: &'a str,
}

/// Where the browser goes, and what it must bring back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// Address at the provider.
    pub to: String,
    /// Secret for a short-lived cookie: the answer counts in this browser only.
    pub browser: String,
}

/// What the provider's redirect carries (OpenID Connect Core 1.0 §3.1.2.5, RFC 9207).
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Brought {
    /// The code, if all went well.
    pub code: String,
    /// The state, always.
    pub state: String,
    /// What went wrong there.
    pub error: String,
    /// The provider's own name.
    pub iss: String,
}

/// What came of it.
#[derive(Debug, Clone)]
pub enum Returned {
    /// Signed in; on to this address.
    SignedIn(SignedIn, String),
    /// The identity is linked to the caller's account.
    Linked,
}

#[derive(Serialize, Deserialize)]
struct Pending {
    nonce: String,
    verifier: String,
    redirect: String,
    next: String,
    browser: String,
    link: Option<AccountId>,
}

impl World {
    /// Begins: keeps state, nonce and verifier for ten minutes, and says where the browser goes.
    pub async fn leave_for_openid(
        &self,
        openid: &OpenId,
        leaving: Leaving<'_>,
    ) -> Result<Left, WorldError> {
        let link = match leaving.link {
            Some(caller) => {
                self.allow_own_session(caller)?;
                self.signed_in_lately(caller).await?;
                Some(caller.account_id()?)
            }
            None => None,
        };
        let now = self.now();
        let minutes = SignedDuration::from_mins(15);
        let count = self
            .store()
            .kv_count(STARTED, leaving.address, now, now + minutes)
            .await?;
        if count > MOST_STARTED {
            return Err(WorldError::TooMany(minutes.as_secs().unsigned_abs()));
        }
        let said = openid.said(now).await.or_else(unreachable)?;
        let [state, nonce, verifier, browser] =
            [(); 4].map(|()| URL_SAFE_NO_PAD.encode(self.rng().bytes::<32>()));
        let mut to = said.authorization_endpoint.clone();
        to.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &openid.settings().client_id)
            .append_pair("redirect_uri", leaving.redirect)
            .append_pair("scope", "openid")
            .append_pair("state", &state)
            .append_pair("nonce", &nonce)
            .append_pair("code_challenge", &hashed(&verifier))
            .append_pair("code_challenge_method", "S256");
        let acr: Vec<&str> = openid
            .settings()
            .second_factor_acr
            .iter()
            .map(String::as_str)
            .collect();
        if !acr.is_empty() {
            to.query_pairs_mut()
                .append_pair("acr_values", &acr.join(" "));
        }
        let pending = Pending {
            nonce,
            verifier,
            redirect: leaving.redirect.to_owned(),
            next: leaving.next.to_owned(),
            browser: hashed(&browser),
            link,
        };
        let value = serde_json::to_value(pending).map_err(WorldError::encoding)?;
        self.store()
            .kv_put(PENDING, &state, value, now + PATIENCE)
            .await?;
        let to = to.to_string();
        Ok(Left { to, browser })
    }

    /// The provider led back. `browser` is what [`Left`] gave; `address` and `label` are those of
    /// [`World::sign_in`].
    pub async fn return_from_openid(
        &self,
        openid: &OpenId,
        brought: &Brought,
        (caller, browser): (&Caller, &str),
        (address, label): (&str, &str),
    ) -> Result<Returned, WorldError> {
        let attempt = self.attempt_from(address).await?;
        let back = self
            .openid_back(openid, brought, (caller, browser), label)
            .await;
        let wrong = matches!(back, Err(WorldError::Refused { .. }));
        attempt.ended(wrong).await?;
        back
    }

    async fn openid_back(
        &self,
        openid: &OpenId,
        brought: &Brought,
        (caller, browser): (&Caller, &str),
        label: &str,
    ) -> Result<Returned, WorldError> {
        let now = self.now();
        // A state of ours is 43 characters; the store is not asked for anything else.
        let state = if brought.state.len() == 43 {
            brought.state.as_str()
        } else {
            ""
        };
        let held = self.store().kv_take(PENDING, state, now).await?;
        let pending: Pending = match held {
            Some(value) => serde_json::from_value(value).map_err(WorldError::encoding)?,
            None => return unknown_state(),
        };
        if pending.browser != hashed(browser) {
            return unknown_state();
        }
        if !brought.error.is_empty() || brought.code.is_empty() {
            return refused(
                "error-oidc-refused",
                "the provider did not sign this person in",
            );
        }
        let said = openid.said(now).await.or_else(unreachable)?;
        let issuer = &openid.settings().issuer;
        let named = brought.iss == *issuer || (brought.iss.is_empty() && !said.names_itself);
        if !named {
            return untrusted("the answer names another provider");
        }
        let exchange = (pending.verifier.as_str(), pending.redirect.as_str());
        let token = openid
            .token(&said, &brought.code, exchange)
            .await
            .or_else(unreachable)?;
        let claims = openid.claims(&said, &token, (&pending.nonce, now)).await;
        let claims = match claims.or_else(unreachable)? {
            Ok(claims) => claims,
            Err(wrong) => return untrusted(wrong.0),
        };
        let required = &openid.settings().required_claims;
        if !required
            .iter()
            .all(|(name, value)| claims.says(name, value))
        {
            return refused("error-oidc-claims", "a claim this hub requires is missing");
        }
        match pending.link {
            Some(account) => self.openid_linked(openid, caller, account, &claims).await,
            None => {
                self.openid_entered(openid, &claims, label, pending.next)
                    .await
            }
        }
    }

    async fn openid_entered(
        &self,
        openid: &OpenId,
        claims: &Claims,
        label: &str,
        next: String,
    ) -> Result<Returned, WorldError> {
        let key = oidc_key(&openid.settings().issuer, &claims.subject);
        let account = self.find_any::<Account>(OIDC_SPACE, &key).await?;
        let Some(account) = account.filter(|account| account.state.is_active()) else {
            return Err(WorldError::Refused {
                key: "error-oidc-unlinked",
                details: vec![("who", claims.subject.chars().take(255).collect())],
                message: "the identity is linked to no account here".to_owned(),
            });
        };
        // Of a retired party nobody signs in.
        self.person(account.id.cast(), None, None).await?;
        let second = openid.counts_as_second(claims);
        let signed = self.start_session(account.id.cast(), second, label).await?;
        Ok(Returned::SignedIn(signed, next))
    }

    async fn openid_linked(
        &self,
        openid: &OpenId,
        caller: &Caller,
        account: AccountId,
        claims: &Claims,
    ) -> Result<Returned, WorldError> {
        // The session may have ended or changed hands on the way.
        if caller.account_id()? != account {
            return unknown_state();
        }
        self.allow_own_session(caller)?;
        let identity = identity(&openid.settings().issuer, &claims.subject)?;
        let account = caller.account.clone().ok_or(WorldError::Unauthenticated)?;
        let change = account.state.link_oidc(identity)?;
        self.keep_account(caller, account, change).await?;
        Ok(Returned::Linked)
    }

    /// Links an identity to an account: by an administrator or steward, who knows the subject.
    pub async fn link_identity(
        &self,
        caller: &Caller,
        id: AccountId,
        openid: &OpenId,
        subject: &str,
    ) -> Result<(), WorldError> {
        let identity = identity(&openid.settings().issuer, subject)?;
        self.change_account(caller, id, None, |account| account.link_oidc(identity))
            .await?;
        Ok(())
    }

    /// Cuts the link between the caller's account and an identity.
    pub async fn unlink_own_identity(
        &self,
        caller: &Caller,
        identity: OidcIdentity,
    ) -> Result<(), WorldError> {
        self.allow_own_session(caller)?;
        let account = caller.account.clone().ok_or(WorldError::Unauthenticated)?;
        let change = account.state.unlink_oidc(identity)?;
        self.keep_account(caller, account, change).await?;
        Ok(())
    }
}

/// An identity exactly as the provider names it: subjects are compared byte by byte.
fn identity(issuer: &str, subject: &str) -> Result<OidcIdentity, WorldError> {
    let identity = OidcIdentity {
        issuer: Line::parse("oidc.issuer", issuer)?,
        subject: Line::parse("oidc.subject", subject)?,
    };
    if identity.subject.as_str() != subject {
        return untrusted("the subject begins or ends with a space");
    }
    Ok(identity)
}

fn hashed(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(text))
}

fn refused<T>(key: &'static str, message: &str) -> Result<T, WorldError> {
    Err(WorldError::refused(key, message))
}

fn unknown_state<T>() -> Result<T, WorldError> {
    refused(
        "error-oidc-state",
        "this sign-in was not begun in this browser within ten minutes, or was ended before",
    )
}

fn unreachable<T>(why: String) -> Result<T, WorldError> {
    tracing::warn!(why, "the OpenID provider cannot be asked");
    refused("error-oidc-provider", "the provider cannot be asked now")
}

fn untrusted<T>(why: &'static str) -> Result<T, WorldError> {
    tracing::warn!(why, "the OpenID provider's answer is not trusted");
    refused(
        "error-oidc-token",
        "the provider's answer cannot be trusted",
    )
}
