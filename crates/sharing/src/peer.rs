//! Other TAXII servers whose objects the hub takes over, under a written agreement: where, into which
//! collection, by which rules, and how far each was read.

use jiff::Timestamp;
use kaname_kernel::{Matter, MatterId, Moment, Projection, Tlp, Unfit};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{
    refused::{Refused, bounded, reason},
    sealed::Sealed,
};

/// Lookup space of peers by their code.
pub const PEER_SPACE: &str = "taxii-peer";
/// Longest code.
const MAX_CODE: usize = 40;
/// Longest address.
const MAX_URL: usize = 2_000;
/// Most types named.
const MAX_TYPES: usize = 100;

/// What is agreed with a peer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeerDefinition {
    /// Short unique name.
    pub code: String,
    /// Address of its collection, such as `https://taxii.example/root/collections/ID/`.
    pub url: String,
    /// The collection its objects go to, of kind peer.
    pub into: MatterId,
    /// Only these STIX types come in; empty for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub types: Vec<String>,
    /// Nothing marked more strictly comes in; `None` for anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tlp_at_most: Option<Tlp>,
}

/// What one page of a peer brought.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PulledPage {
    /// From where on it is read next: strictly after this moment, microseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_us: Option<i64>,
    /// Objects taken.
    pub taken: u64,
    /// Objects that were there already.
    pub there: u64,
    /// Objects that the rules leave out.
    pub left_out: u64,
    /// Objects that could not be read.
    pub refused: u64,
    /// Whether the peer has no more.
    pub is_end: bool,
    /// Why reading stopped, when it was the peer's doing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
}

/// What can happen to a peer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum PeerChange {
    /// Agreed with.
    Joined {
        /// What is agreed.
        definition: Box<PeerDefinition>,
        /// User and password there, sealed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        credential: Option<Sealed>,
    },
    /// A page was read.
    Pulled(PulledPage),
    /// Not read any more.
    Stopped {
        /// Why.
        reason: String,
    },
    /// Read again.
    Started {
        /// From where on, when not from where the last reading came to: strictly after this moment,
        /// microseconds since 1970.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after_us: Option<i64>,
    },
}

/// A peer as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Peer {
    /// What is agreed.
    pub definition: PeerDefinition,
    /// User and password there, sealed.
    pub credential: Option<Sealed>,
    /// When it was agreed.
    pub joined: Timestamp,
    /// From where on it is read next, microseconds since 1970.
    pub after_us: Option<i64>,
    /// Objects taken so far, by pages whose reading was noted: a page that was cut off between its objects
    /// and the note is read again, and its objects are then there already.
    pub taken: u64,
    /// When a page came last.
    pub read: Option<Timestamp>,
    /// When it was read to its end last.
    pub read_whole: Option<Timestamp>,
    /// Why the last reading stopped.
    pub trouble: Option<String>,
    /// Why it is not read any more.
    pub stopped: Option<String>,
}

impl Peer {
    /// Seconds since everything the peer had was here; since it was agreed with, when that never was.
    pub fn lag_s(&self, now: Timestamp) -> i64 {
        let since = self.read_whole.unwrap_or(self.joined);
        (now.as_second() - since.as_second()).max(0)
    }
}

impl Matter for Peer {
    const KIND: &'static str = "taxii_peer";
    type Change = PeerChange;

    fn name(change: &PeerChange) -> &'static str {
        match change {
            PeerChange::Joined { .. } => "joined",
            PeerChange::Pulled(_) => "pulled",
            PeerChange::Stopped { .. } => "stopped",
            PeerChange::Started { .. } => "started",
        }
    }

    fn begin(change: &PeerChange, at: &Moment<'_>) -> Result<Self, Unfit> {
        let PeerChange::Joined {
            definition,
            credential,
        } = change
        else {
            return Err(at.unfit::<Self>("a peer begins with being agreed with"));
        };
        Ok(Self {
            definition: (**definition).clone(),
            credential: credential.clone(),
            joined: at.recorded,
            after_us: None,
            taken: 0,
            read: None,
            read_whole: None,
            trouble: None,
            stopped: None,
        })
    }

    fn apply(&mut self, change: &PeerChange, at: &Moment<'_>) -> Result<(), Unfit> {
        match change {
            PeerChange::Joined { .. } => {
                return Err(at.unfit::<Self>("a peer is agreed with once"));
            }
            PeerChange::Pulled(page) => {
                self.after_us = page.after_us.or(self.after_us);
                self.taken += page.taken;
                self.trouble.clone_from(&page.trouble);
                if page.trouble.is_none() {
                    self.read = Some(at.recorded);
                }
                if page.is_end {
                    self.read_whole = Some(at.recorded);
                }
            }
            PeerChange::Stopped { reason } => self.stopped = Some(reason.clone()),
            PeerChange::Started { after_us } => {
                self.stopped = None;
                self.after_us = after_us.or(self.after_us);
            }
        }
        Ok(())
    }

    fn project(&self) -> Projection {
        let state = match (&self.stopped, &self.trouble) {
            (Some(_), _) => "stopped",
            (None, Some(_)) => "troubled",
            (None, None) => "active",
        };
        Projection {
            scope: Some(self.definition.into),
            text: self.definition.code.clone(),
            lookups: vec![(PEER_SPACE.to_owned(), self.definition.code.clone())],
            ..Projection::officers(state, self.joined)
        }
    }
}

/// Agrees with a peer.
///
/// # Errors
/// When the code or the address will not do.
pub fn join_peer(
    mut definition: PeerDefinition,
    credential: Option<Sealed>,
) -> Result<PeerChange, Refused> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let code = &definition.code;
    if code.is_empty() || code.len() > MAX_CODE || !code.bytes().all(plain) {
        return Err(Refused::BadName {
            field: "code",
            allowed: "a-z 0-9 -",
        });
    }
    bounded("types", definition.types.len(), MAX_TYPES)?;
    bounded("url", definition.url.len(), MAX_URL)?;
    if !definition.url.ends_with('/') {
        definition.url.push('/');
    }
    let url = Url::parse(&definition.url).ok();
    let fits = url.is_some_and(|url| {
        let is_web = matches!(url.scheme(), "https" | "http") && url.host().is_some();
        let is_plain = url.username().is_empty() && url.password().is_none();
        is_web && is_plain && url.query().is_none() && url.fragment().is_none()
    });
    if !fits {
        return Err(Refused::OutOfBounds { field: "url" });
    }
    let definition = Box::new(definition);
    Ok(PeerChange::Joined {
        definition,
        credential,
    })
}

/// Stops reading a peer.
///
/// # Errors
/// Without a reason, or a second time.
pub fn stop_peer(peer: &Peer, why: &str) -> Result<PeerChange, Refused> {
    if peer.stopped.is_some() {
        return Err(Refused::NoChange);
    }
    let reason = reason(why)?;
    Ok(PeerChange::Stopped { reason })
}

/// Reads a peer again, from where the last reading came to or from another moment on.
///
/// # Errors
/// When it was not stopped and no moment is given.
pub fn start_peer(peer: &Peer, after: Option<Timestamp>) -> Result<PeerChange, Refused> {
    if peer.stopped.is_none() && after.is_none() {
        return Err(Refused::NoChange);
    }
    let after_us = after.map(Timestamp::as_microsecond);
    Ok(PeerChange::Started { after_us })
}
