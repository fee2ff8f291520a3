//! What can happen to a report.

use std::collections::BTreeSet;

use kaname_kernel::PartyId;
use serde::{Deserialize, Serialize};

use super::{Channel, Notice};
use crate::{
    code::{FormCode, RuleCode},
    routing::{Recipient, Role},
};

/// What a report begins with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filing {
    /// Receipt number.
    pub receipt: String,
    /// Whose incident it is.
    pub operator: PartyId,
    /// How it came.
    pub channel: Channel,
    /// Whom the operator lets be told, beside those whom the law names.
    #[serde(default)]
    pub consents: BTreeSet<Recipient>,
    /// The first word.
    pub notice: Notice,
}

/// To whom a rule gave it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    /// Who.
    pub to: Recipient,
    /// What for.
    pub role: Role,
    /// On which form; `None` = as it is.
    pub form: Option<FormCode>,
    /// By which rule; `None` where none decided and nothing is to be dropped.
    pub rule: Option<RuleCode>,
}

/// What can happen to a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum ReportChange {
    /// It came.
    Filed(Box<Filing>),
    /// The operator says more.
    Told(Box<Notice>),
    /// The operator takes it back.
    Withdrawn {
        /// Why.
        reason: String,
    },
    /// The operator lets somebody be told.
    Consented {
        /// Whom.
        to: Recipient,
    },
    /// The operator no longer does; what was told stays told.
    ConsentTaken {
        /// Whom not.
        to: Recipient,
    },
    /// Rules decided who is told.
    Routed {
        /// Who.
        given: Vec<Given>,
    },
}
