//! What can happen to a notification.

use kaname_directory::key::TokenHash;
use kaname_kernel::{AccountId, MatterId, PartyId};
use serde::{Deserialize, Serialize};

use super::Urgency;
use crate::{
    code::{FormCode, RuleCode},
    routing::Role,
};

/// By which channel somebody is told, in the order in which they are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// On the page of whoever is signed in.
    Page,
    /// By mail.
    Mail,
    /// To a program of the party.
    Webhook,
    /// As a short message.
    Sms,
    /// Read out by a person over the telephone.
    Voice,
}

impl Way {
    /// All channels, in order.
    pub const ALL: [Self; 5] = [
        Self::Page,
        Self::Mail,
        Self::Webhook,
        Self::Sms,
        Self::Voice,
    ];

    /// Whether it may say anything of what it is about. Short messages and voices say that there is something, and no
    /// more.
    pub const fn carries_content(self) -> bool {
        matches!(self, Self::Page | Self::Mail | Self::Webhook)
    }
}

/// A person on a party's roster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Addressed {
    /// Who.
    pub account: AccountId,
    /// Place on the roster, from 1.
    pub place: u32,
}

/// What a notification begins with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Queued {
    /// The report or case it speaks of.
    pub about: MatterId,
    /// The recipient's body.
    pub party: PartyId,
    /// What for.
    pub role: Role,
    /// On which form.
    #[serde(default)]
    pub form: Option<FormCode>,
    /// By which rule.
    #[serde(default)]
    pub rule: Option<RuleCode>,
    /// How soon.
    pub urgency: Urgency,
    /// Who is first on the roster and may read it.
    pub addressed: Addressed,
}

/// How a human acknowledged. Following a link never does: machines follow links.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Acknowledged {
    /// With a button, signed in.
    Person {
        /// Who.
        account: AccountId,
    },
    /// With a reply that carried the token of a try.
    Reply {
        /// Whom that try was for.
        account: AccountId,
    },
    /// Over the telephone, as the officer writes down who called.
    Voice {
        /// Whom the officer reached.
        account: AccountId,
        /// The officer.
        officer: AccountId,
    },
}

/// What can happen to a notification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum NotificationChange {
    /// It is to be sent.
    Queued(Box<Queued>),
    /// It left.
    Sent {
        /// By which channel.
        way: Way,
        /// What a reply has to carry, hashed; for channels by which one can reply.
        token: Option<TokenHash>,
    },
    /// It arrived, as the channel says.
    Delivered,
    /// The channel gave it up.
    Failed {
        /// What the other side said, without content.
        why: String,
    },
    /// It is for the next of the roster now.
    Escalated {
        /// Who.
        to: Addressed,
    },
    /// It is more or less urgent now.
    Reweighed {
        /// How urgent.
        urgency: Urgency,
    },
    /// A human acknowledged it.
    Acknowledged(Acknowledged),
}
