//! What stands in a case: tasks, requests, decisions, evidence, the shift log, who takes part.

use std::collections::BTreeSet;

use jiff::Timestamp;
use kaname_kernel::{AccountId, MatterId, PartyId};
use serde::{Deserialize, Serialize};

use crate::digest::Digest;

/// How much of a case a party sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum View {
    /// As it is, but for compartments of others.
    Open,
    /// Without who the operator is.
    Masked,
}

/// Some of those who take part, among themselves (liaison).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compartment {
    /// What it is called.
    pub name: String,
    /// Who is in it, beside the officers.
    pub parties: BTreeSet<PartyId>,
}

/// Whom something in a case is for.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Within {
    /// Everybody who takes part.
    #[default]
    Everybody,
    /// The centre's officers.
    Officers,
    /// Those of a compartment, by its number from 1, and the officers.
    Compartment(u32),
}

/// What became of a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum TaskState {
    /// It is to be done.
    Open,
    /// It was done.
    Done {
        /// When.
        at: Timestamp,
        /// By whom.
        by: Option<AccountId>,
    },
    /// It is not to be done any more.
    Dropped {
        /// When.
        at: Timestamp,
        /// Why.
        reason: String,
    },
}

/// Something to be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// What.
    pub what: String,
    /// Which party is to do it.
    pub party: PartyId,
    /// Which person, once somebody took it.
    pub account: Option<AccountId>,
    /// Until when.
    pub due: Option<Timestamp>,
    /// For whom it stands there.
    pub within: Within,
    /// What became of it.
    pub state: TaskState,
}

/// A request for information (情報提供の依頼), with its deadline and its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Who is asked.
    pub to: PartyId,
    /// What.
    pub ask: String,
    /// When.
    pub asked: Timestamp,
    /// By whom.
    pub by: Option<AccountId>,
    /// Until when.
    pub due: Timestamp,
    /// For whom it stands there.
    pub within: Within,
    /// The answer, when and by whom; `None` while there is none.
    pub answer: Option<Answer>,
    /// Why it is no longer asked.
    pub taken_back: Option<String>,
}

impl Request {
    /// Whether an answer is still waited for.
    pub const fn is_open(&self) -> bool {
        self.answer.is_none() && self.taken_back.is_none()
    }
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// What is said.
    pub text: String,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: Option<AccountId>,
}

/// What kind of response an option is. There is none for an attack: the centre does not take offence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResponseKind {
    /// Political (政治).
    Political,
    /// Economic (経済).
    Economic,
    /// Technical (技術).
    Technical,
    /// Legal (法律).
    Legal,
    /// Diplomatic (外交).
    Diplomatic,
}

/// Something that could be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// What kind of response.
    pub kind: ResponseKind,
    /// What.
    pub what: String,
}

/// A decision: what could be done, what is done, by whom and on what ground.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// What was to be decided.
    pub question: String,
    /// The law or agreement it rests on, with its article.
    pub basis: String,
    /// What could be done.
    pub options: Vec<Choice>,
    /// Which of them is done, from 1.
    pub chosen: u32,
    /// Why.
    pub reason: String,
    /// For whom it stands there.
    pub within: Within,
    /// Who decided.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
}

/// From one hand to the next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    /// Who gave it.
    pub from: String,
    /// Who has it now.
    pub to: String,
    /// What for.
    pub why: String,
    /// When it changed hands.
    pub at: Timestamp,
    /// When that was written down, and by whom.
    pub recorded: Timestamp,
    /// By whom.
    pub by: Option<AccountId>,
}

/// Evidence with its chain of custody (証拠の保管の連鎖).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// What it is.
    pub what: String,
    /// Hash of its bytes: whoever has it later can show that it is the same.
    pub sha256: Digest,
    /// Its bytes, when the hub keeps them.
    pub blob: Option<MatterId>,
    /// For whom it stands there.
    pub within: Within,
    /// Every change of hands, the taking first.
    pub custody: Vec<Transfer>,
}

/// One line of the shift log (当直日誌).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogEntry {
    /// What is written.
    pub text: String,
    /// When it happened.
    pub at: Timestamp,
    /// When it was written down.
    pub recorded: Timestamp,
    /// By whom.
    pub by: Option<AccountId>,
    /// For whom it stands there.
    pub within: Within,
    /// To whom the shift went with it.
    pub handed_to: Option<AccountId>,
}

/// The level that officers see while an incident lasts. It drives routing and escalation; what it did to society is
/// rated for the impact case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Gravity {
    /// The level, 0 to 4; `None` while no officer has set one.
    pub level: Option<u8>,
    /// Whether the service maintenance level was breached.
    pub maintenance_breached: crate::routing::Tri,
}
