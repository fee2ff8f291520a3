//! Deliveries: what reached which organisation by which way, and what it acknowledged.

use jiff::Timestamp;
use kaname_kernel::{AccountId, Audience, Matter, MatterId, Moment, PartyId, Projection, Unfit};
use serde::{Deserialize, Serialize};

use crate::{content::Outlet, refused::Refused};

/// Lookup space of deliveries.
pub const SPACE: &str = "delivery";

/// How a way out was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// The hub sends at once (mail, webhook).
    Immediate,
    /// The hub sends with others, once a day (mail).
    Digest,
    /// The organisation comes and takes (TAXII, web, feed).
    Fetch,
}

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// To be sent, or there to be fetched.
    Queued,
    /// Could not be sent; no more tries.
    Failed,
    /// Sent.
    Sent,
    /// Fetched by the organisation.
    Fetched,
    /// A person or machine of the organisation acknowledged it.
    Acknowledged,
}

impl DeliveryState {
    /// The word in lists and counts.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Failed => "failed",
            Self::Sent => "sent",
            Self::Fetched => "fetched",
            Self::Acknowledged => "acknowledged",
        }
    }
}

/// What can happen to a delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum DeliveryChange {
    /// To be done.
    Queued {
        /// The item.
        item: MatterId,
        /// The organisation.
        party: PartyId,
        /// By which way.
        outlet: Outlet,
        /// How.
        mode: Mode,
        /// Which of the organisation's webhooks is called, for that way. Before each had a delivery
        /// of its own, one stood for all of them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        webhook: Option<MatterId>,
    },
    /// Sent.
    Sent,
    /// Given up.
    Failed {
        /// What the other side said, without content.
        why: String,
    },
    /// Queued again by a person, after it was given up.
    Retried,
    /// Fetched for the first time.
    Fetched,
    /// Acknowledged.
    Acknowledged {
        /// By whom, when a person did.
        by: Option<AccountId>,
    },
    /// The organisation, which had it, knows that it was taken back.
    Recalled,
}

/// A delivery as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// Its id.
    pub id: MatterId,
    /// The item.
    pub item: MatterId,
    /// The organisation.
    pub party: PartyId,
    /// By which way.
    pub outlet: Outlet,
    /// How.
    pub mode: Mode,
    /// Which of the organisation's webhooks is called, for that way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub webhook: Option<MatterId>,
    /// Where it stands.
    pub state: DeliveryState,
    /// When it was queued.
    pub queued: Timestamp,
    /// When it was sent.
    pub sent: Option<Timestamp>,
    /// When it was first fetched.
    pub fetched: Option<Timestamp>,
    /// When and by whom it was acknowledged.
    pub acknowledged: Option<(Timestamp, Option<AccountId>)>,
    /// Why it was given up.
    pub failure: Option<String>,
    /// When the organisation got the word that it was taken back or replaced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recalled: Option<Timestamp>,
}

/// Key in [`SPACE`] that leads to the delivery of an item to an organisation by a way; for webhooks
/// see [`webhook_key`].
pub fn lookup_key(item: MatterId, party: PartyId, outlet: Outlet) -> String {
    format!("{item}/{party}/{}", outlet.as_str())
}

/// Key in [`SPACE`] that leads to the delivery of an item to one webhook of an organisation.
pub fn webhook_key(item: MatterId, party: PartyId, webhook: MatterId) -> String {
    let way = lookup_key(item, party, Outlet::Webhook);
    format!("{way}/{webhook}")
}

impl Matter for Delivery {
    const KIND: &'static str = "delivery";
    type Change = DeliveryChange;

    fn name(change: &DeliveryChange) -> &'static str {
        match change {
            DeliveryChange::Queued { .. } => "queued",
            DeliveryChange::Sent => "sent",
            DeliveryChange::Failed { .. } => "failed",
            DeliveryChange::Retried => "retried",
            DeliveryChange::Fetched => "fetched",
            DeliveryChange::Acknowledged { .. } => "acknowledged",
            DeliveryChange::Recalled => "recalled",
        }
    }

    fn begin(change: &DeliveryChange, at: &Moment<'_>) -> Result<Self, Unfit> {
        let DeliveryChange::Queued {
            item,
            party,
            outlet,
            mode,
            webhook,
        } = change
        else {
            return Err(at.unfit::<Self>("a delivery begins with being queued"));
        };
        Ok(Self {
            id: at.matter,
            item: *item,
            party: *party,
            outlet: *outlet,
            mode: *mode,
            webhook: *webhook,
            state: DeliveryState::Queued,
            queued: at.recorded,
            sent: None,
            fetched: None,
            acknowledged: None,
            failure: None,
            recalled: None,
        })
    }

    fn apply(&mut self, change: &DeliveryChange, at: &Moment<'_>) -> Result<(), Unfit> {
        match change {
            DeliveryChange::Queued { .. } => {
                return Err(at.unfit::<Self>("a delivery is queued once"));
            }
            DeliveryChange::Sent => {
                self.state = DeliveryState::Sent;
                self.sent = Some(at.recorded);
                self.failure = None;
            }
            DeliveryChange::Failed { why } => {
                self.state = DeliveryState::Failed;
                self.failure = Some(why.clone());
            }
            DeliveryChange::Retried => {
                self.state = DeliveryState::Queued;
                self.failure = None;
            }
            DeliveryChange::Fetched => {
                self.state = DeliveryState::Fetched;
                self.fetched = Some(at.recorded);
            }
            DeliveryChange::Acknowledged { by } => {
                self.state = DeliveryState::Acknowledged;
                self.acknowledged = Some((at.recorded, *by));
            }
            DeliveryChange::Recalled => self.recalled = Some(at.recorded),
        }
        Ok(())
    }

    fn project(&self) -> Projection {
        Projection {
            audience: Audience::parties_and_officers([self.party]),
            owner: Some(self.party.cast()),
            scope: Some(self.item),
            lookups: vec![(SPACE.to_owned(), self.key())],
            ..Projection::officers(self.state.as_str(), self.queued)
        }
    }
}

impl Delivery {
    /// The key in [`SPACE`] that leads to it.
    fn key(&self) -> String {
        match self.webhook {
            Some(webhook) => webhook_key(self.item, self.party, webhook),
            None => lookup_key(self.item, self.party, self.outlet),
        }
    }

    /// Whether the organisation got what was delivered.
    pub fn was_had(&self) -> bool {
        self.sent.is_some() || self.fetched.is_some() || self.acknowledged.is_some()
    }

    fn wrong_state(&self, needs: &'static str) -> Refused {
        Refused::State {
            matter: "delivery",
            state: self.state.as_str(),
            needs,
        }
    }
}

/// Plans a delivery of a released item.
pub fn queue_delivery(
    item: MatterId,
    party: PartyId,
    outlet: Outlet,
    mode: Mode,
) -> Vec<DeliveryChange> {
    vec![DeliveryChange::Queued {
        item,
        party,
        outlet,
        mode,
        webhook: None,
    }]
}

/// Plans the call of one webhook about a released item.
pub fn queue_call(item: MatterId, party: PartyId, webhook: MatterId) -> Vec<DeliveryChange> {
    vec![DeliveryChange::Queued {
        item,
        party,
        outlet: Outlet::Webhook,
        mode: Mode::Immediate,
        webhook: Some(webhook),
    }]
}

/// The hub sent it.
///
/// # Errors
/// When it is not queued: a job that runs twice sends once.
pub fn mark_sent(delivery: &Delivery) -> Result<Vec<DeliveryChange>, Refused> {
    match delivery.state {
        DeliveryState::Queued => Ok(vec![DeliveryChange::Sent]),
        _ => Err(delivery.wrong_state("queued")),
    }
}

/// The hub gives up. `why` is cut to 400 characters.
///
/// # Errors
/// When it is not queued.
pub fn mark_failed(delivery: &Delivery, why: &str) -> Result<Vec<DeliveryChange>, Refused> {
    match delivery.state {
        DeliveryState::Queued => Ok(vec![DeliveryChange::Failed {
            why: why.chars().take(400).collect(),
        }]),
        _ => Err(delivery.wrong_state("queued")),
    }
}

/// A person has it tried again.
///
/// # Errors
/// When it was not given up.
pub fn retry_delivery(delivery: &Delivery) -> Result<Vec<DeliveryChange>, Refused> {
    match delivery.state {
        DeliveryState::Failed => Ok(vec![DeliveryChange::Retried]),
        _ => Err(delivery.wrong_state("failed")),
    }
}

/// The organisation fetched it. Only the first time is an event.
pub fn mark_fetched(delivery: &Delivery) -> Vec<DeliveryChange> {
    match delivery.state {
        DeliveryState::Queued | DeliveryState::Sent | DeliveryState::Failed => {
            vec![DeliveryChange::Fetched]
        }
        DeliveryState::Fetched | DeliveryState::Acknowledged => Vec::new(),
    }
}

/// The organisation got the word that what it had was taken back. Only the first time is an event.
pub fn mark_recalled(delivery: &Delivery) -> Vec<DeliveryChange> {
    match delivery.was_had() && delivery.recalled.is_none() {
        true => vec![DeliveryChange::Recalled],
        false => Vec::new(),
    }
}

/// Someone of the organisation acknowledges it: by a POST or a reply with a one-time token, never by
/// following a link.
///
/// # Errors
/// A second time.
pub fn acknowledge(
    delivery: &Delivery,
    by: Option<AccountId>,
) -> Result<Vec<DeliveryChange>, Refused> {
    match delivery.state {
        DeliveryState::Acknowledged => Err(Refused::NoChange),
        _ => Ok(vec![DeliveryChange::Acknowledged { by }]),
    }
}
