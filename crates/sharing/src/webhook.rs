//! Webhooks: a member's machine is told of new items by a signed call.

use hmac::{Hmac, Mac};
use jiff::{SignedDuration, Timestamp};
use kaname_kernel::{Audience, Matter, MatterId, Moment, PartyId, Projection, Unfit};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use url::Url;

use crate::{
    refused::{Refused, bounded, reason},
    sealed::Sealed,
};

/// Name of the header that carries the signature.
pub const SIGNATURE_HEADER: &str = "kaname-signature";
/// How far a signature's time may be off before the receiver should refuse it.
pub const TOLERANCE: SignedDuration = SignedDuration::from_mins(5);
/// Longest address.
const MAX_URL_BYTES: usize = 2_000;

/// What can happen to a webhook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum WebhookChange {
    /// Set up.
    Registered {
        /// Whose.
        party: PartyId,
        /// Where.
        url: String,
        /// The shared secret, sealed; shown once.
        secret: Sealed,
    },
    /// A fresh secret; the old one is void.
    Rekeyed {
        /// The shared secret, sealed.
        secret: Sealed,
    },
    /// Not called any more.
    Stopped {
        /// Why.
        reason: String,
    },
    /// Called again.
    Started,
}

/// A webhook as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Webhook {
    /// Its id.
    pub id: MatterId,
    /// Whose.
    pub party: PartyId,
    /// Where.
    pub url: String,
    /// The shared secret, sealed.
    pub secret: Sealed,
    /// Whether it is called.
    pub active: bool,
    /// Why it is not.
    pub stopped: Option<String>,
    /// When it was set up.
    pub registered: Timestamp,
}

impl Matter for Webhook {
    const KIND: &'static str = "webhook";
    type Change = WebhookChange;

    fn name(change: &WebhookChange) -> &'static str {
        match change {
            WebhookChange::Registered { .. } => "registered",
            WebhookChange::Rekeyed { .. } => "rekeyed",
            WebhookChange::Stopped { .. } => "stopped",
            WebhookChange::Started => "started",
        }
    }

    fn begin(change: &WebhookChange, at: &Moment<'_>) -> Result<Self, Unfit> {
        let WebhookChange::Registered { party, url, secret } = change else {
            return Err(at.unfit::<Self>("a webhook begins with being registered"));
        };
        Ok(Self {
            id: at.matter,
            party: *party,
            url: url.clone(),
            secret: secret.clone(),
            active: true,
            stopped: None,
            registered: at.recorded,
        })
    }

    fn apply(&mut self, change: &WebhookChange, at: &Moment<'_>) -> Result<(), Unfit> {
        match change {
            WebhookChange::Registered { .. } => {
                return Err(at.unfit::<Self>("a webhook is registered once"));
            }
            WebhookChange::Rekeyed { secret } => self.secret = secret.clone(),
            WebhookChange::Stopped { reason } => {
                self.active = false;
                self.stopped = Some(reason.clone());
            }
            WebhookChange::Started => {
                self.active = true;
                self.stopped = None;
            }
        }
        Ok(())
    }

    fn project(&self) -> Projection {
        let state = if self.active { "active" } else { "stopped" };
        Projection {
            audience: Audience::parties_and_officers([self.party]),
            owner: Some(self.party.cast()),
            ..Projection::officers(state, self.registered)
        }
    }
}

/// Sets up a webhook for a party. Where the address leads to is checked again at each call.
///
/// # Errors
/// When the address is not `https` (or `http` on this machine itself), carries a user name or a
/// fragment, or is too long.
pub fn register_webhook(
    party: PartyId,
    address: &str,
    secret: Sealed,
) -> Result<Vec<WebhookChange>, Refused> {
    bounded("url", address.len(), MAX_URL_BYTES)?;
    let bad = Refused::BadName {
        field: "url",
        allowed: "https://host/path",
    };
    let url = Url::parse(address.trim()).map_err(|_| bad.clone())?;
    let here = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    let safe = url.scheme() == "https" || (url.scheme() == "http" && here);
    let plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    if !safe || !plain || url.host_str().is_none() {
        return Err(bad);
    }
    if secret.is_empty() {
        return Err(Refused::Empty { field: "secret" });
    }
    let url = url.to_string();
    Ok(vec![WebhookChange::Registered { party, url, secret }])
}

/// Gives it a fresh secret.
///
/// # Errors
/// Without one.
pub fn rekey_webhook(secret: Sealed) -> Result<Vec<WebhookChange>, Refused> {
    if secret.is_empty() {
        return Err(Refused::Empty { field: "secret" });
    }
    Ok(vec![WebhookChange::Rekeyed { secret }])
}

/// Stops calling it.
///
/// # Errors
/// When stopped already, or without a reason.
pub fn stop_webhook(webhook: &Webhook, why: &str) -> Result<Vec<WebhookChange>, Refused> {
    if !webhook.active {
        return Err(Refused::NoChange);
    }
    let reason = reason(why)?;
    Ok(vec![WebhookChange::Stopped { reason }])
}

/// Calls it again.
///
/// # Errors
/// When it is called already.
pub fn start_webhook(webhook: &Webhook) -> Result<Vec<WebhookChange>, Refused> {
    if webhook.active {
        return Err(Refused::NoChange);
    }
    Ok(vec![WebhookChange::Started])
}

fn tag(secret: &[u8], seconds: i64, body: &[u8]) -> Option<Hmac<Sha256>> {
    let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(secret).ok()?;
    mac.update(seconds.to_string().as_bytes());
    mac.update(b".");
    mac.update(body);
    Some(mac)
}

/// The signature header of a call: `t=SECONDS,v1=HEX`, HMAC-SHA-256 over `SECONDS.BODY`.
pub fn sign(secret: &[u8], now: Timestamp, body: &[u8]) -> String {
    let seconds = now.as_second();
    // HMAC takes keys of any length, so there always is a tag.
    let tag = tag(secret, seconds, body).map(|mac| hex::encode(mac.finalize().into_bytes()));
    format!("t={seconds},v1={}", tag.unwrap_or_default())
}

/// Whether a signature header fits a call, and is not older or newer than [`TOLERANCE`].
pub fn verify(secret: &[u8], header: &str, now: Timestamp, body: &[u8]) -> bool {
    let mut seconds = None;
    let mut given = None;
    for part in header.split(',').take(8) {
        match part.trim().split_once('=') {
            Some(("t", text)) => seconds = text.parse::<i64>().ok(),
            Some(("v1", text)) => given = hex::decode(text).ok(),
            _ => {}
        }
    }
    let (Some(seconds), Some(given)) = (seconds, given) else {
        return false;
    };
    let off = now.as_second().saturating_sub(seconds).unsigned_abs();
    off <= TOLERANCE.as_secs().unsigned_abs()
        && tag(secret, seconds, body).is_some_and(|mac| mac.verify_slice(&given).is_ok())
}
