//! Other TAXII servers that the hub exchanges with under a written agreement: which way, with which collection,
//! by which rules, how often, and how far each has come.

mod agreeing;
mod sent;

use kaname_kernel::{Matter, Moment, Projection, Tlp, Unfit};
use serde::{Deserialize, Serialize};

pub use self::{
    agreeing::{ask_peer, change_peer, join_peer, start_peer, stop_peer},
    sent::{FailedObject, MAX_FAILED, SentPage, Waits, Way},
};
use crate::{
    sealed::Sealed,
    turn::{Every, Step, Trouble, Turns},
};

/// Lookup space of peers by their code.
pub const PEER_SPACE: &str = "taxii-peer";

/// What is agreed with a peer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeerDefinition {
    /// Short unique name.
    pub code: String,
    /// Address of its collection, such as `https://taxii.example/root/collections/ID/`.
    pub url: String,
    /// Which way objects go, and the collection here.
    #[serde(flatten)]
    pub way: Way,
    /// Only these STIX types; empty for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub types: Vec<String>,
    /// Nothing marked more strictly; `None` for anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tlp_at_most: Option<Tlp>,
    /// How often it has its turn; agreements of before say nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<Every>,
}

/// The part of an agreement that may be changed: code and collection stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// Address of its collection.
    pub url: String,
    /// Only these STIX types; empty for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub types: Vec<String>,
    /// Nothing marked more strictly; `None` for anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tlp_at_most: Option<Tlp>,
    /// How often it has its turn.
    pub every: Every,
}

/// A reading that was not at its end: how the peer said that it goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// The `added_after` it was begun with, microseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_us: Option<i64>,
    /// The peer's `next` (TAXII 2.1 §3.7).
    pub next: String,
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
    /// How it goes on, when it is not at its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goes_on: Option<Reading>,
    /// Why reading stopped, when it was the peer's doing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<Trouble>,
    /// How long the peer asked to be left alone, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait_s: Option<u32>,
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
    /// Agreed with otherwise.
    Changed {
        /// What is agreed now.
        terms: Box<Terms>,
        /// User and password there, sealed; left out when they stay.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        credential: Option<Sealed>,
    },
    /// Somebody wants it to have its turn now.
    Asked,
    /// A page was read.
    Pulled(PulledPage),
    /// Objects were sent.
    Sent(SentPage),
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
    /// Where its turns stand.
    #[serde(flatten)]
    pub turns: Turns,
    /// From where on it is read next, or up to where in the collection here everything was sent; microseconds since
    /// 1970.
    pub after_us: Option<i64>,
    /// Objects that the peer did not take, over all posts.
    #[serde(default, skip_serializing_if = "none")]
    pub refused: u64,
    /// The latest of them, at most [`MAX_FAILED`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failed: Vec<FailedObject>,
    /// A post that the peer has not worked through yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits: Option<Waits>,
    /// Objects taken, or taken by the peer, so far, by pages whose reading was noted: a page that was cut off between its objects
    /// and the note is read again, and its objects are then there already.
    pub taken: u64,
    /// How the reading goes on that was not at its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reading: Option<Reading>,
}

fn none(count: &u64) -> bool {
    *count == 0
}

impl Peer {
    fn note_page(&mut self, page: &PulledPage, at: &Moment<'_>) {
        self.after_us = page.after_us.or(self.after_us);
        self.taken += page.taken;
        if page.trouble.is_none() {
            self.reading.clone_from(&page.goes_on);
        }
        let step = Step::of(page.trouble.as_ref(), page.wait_s, page.is_end);
        self.turns.stepped(self.definition.every(), step, at);
    }

    fn note_sent(&mut self, page: &SentPage, at: &Moment<'_>) {
        self.after_us = page.after_us.or(self.after_us);
        self.taken += page.sent;
        self.refused += page.refused;
        self.failed.extend(page.failed.iter().cloned());
        let over = self.failed.len().saturating_sub(MAX_FAILED);
        self.failed.drain(..over);
        if page.trouble.is_none() {
            self.waits.clone_from(&page.waits);
        }
        let step = Step::of(page.trouble.as_ref(), page.wait_s, page.is_end);
        self.turns.stepped(self.definition.every(), step, at);
    }

    fn change(&mut self, terms: &Terms, credential: Option<&Sealed>, at: &Moment<'_>) {
        let before = self.definition.terms();
        let is_elsewhere = before.url != terms.url;
        let is_otherwise = before.types != terms.types || before.tlp_at_most != terms.tlp_at_most;
        // What another address has, or other rules let in, begins before the place that was come to.
        if is_elsewhere || is_otherwise {
            self.after_us = None;
            self.reading = None;
            self.waits = None;
        }
        self.definition.url.clone_from(&terms.url);
        self.definition.types.clone_from(&terms.types);
        self.definition.tlp_at_most = terms.tlp_at_most;
        self.definition.every = Some(terms.every);
        if let Some(credential) = credential {
            self.credential = Some(credential.clone());
        }
        self.turns.change(terms.every, at);
    }
}

impl Matter for Peer {
    const KIND: &'static str = "taxii_peer";
    type Change = PeerChange;

    fn name(change: &PeerChange) -> &'static str {
        match change {
            PeerChange::Joined { .. } => "joined",
            PeerChange::Changed { .. } => "changed",
            PeerChange::Asked => "asked",
            PeerChange::Pulled(_) => "pulled",
            PeerChange::Sent(_) => "sent",
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
            turns: Turns::begin(definition.every(), at),
            definition: (**definition).clone(),
            credential: credential.clone(),
            after_us: None,
            refused: 0,
            failed: Vec::new(),
            waits: None,
            taken: 0,
            reading: None,
        })
    }

    fn apply(&mut self, change: &PeerChange, at: &Moment<'_>) -> Result<(), Unfit> {
        match change {
            PeerChange::Joined { .. } => {
                return Err(at.unfit::<Self>("a peer is agreed with once"));
            }
            PeerChange::Changed { terms, credential } => {
                self.change(terms, credential.as_ref(), at);
            }
            PeerChange::Asked => self.turns.ask(at),
            PeerChange::Pulled(page) => self.note_page(page, at),
            PeerChange::Sent(page) => self.note_sent(page, at),
            PeerChange::Stopped { reason } => self.turns.stop(reason),
            PeerChange::Started { after_us } => {
                if after_us.is_some() {
                    self.after_us = *after_us;
                    self.reading = None;
                    self.waits = None;
                }
                self.turns.start(self.definition.every(), at);
            }
        }
        Ok(())
    }

    fn project(&self) -> Projection {
        Projection {
            scope: Some(self.definition.way.collection()),
            text: self.definition.code.clone(),
            lookups: vec![(PEER_SPACE.to_owned(), self.definition.code.clone())],
            due_at: self.turns.next,
            ..Projection::officers(self.turns.state(), self.turns.joined)
        }
    }
}
