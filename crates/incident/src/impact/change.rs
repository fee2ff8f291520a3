//! What can happen to an impact case.

use std::collections::BTreeSet;

use jiff::civil::Date;
use kaname_directory::{Name2, SectorCode};
use kaname_kernel::{AccountId, MatterId};
use serde::{Deserialize, Serialize};

use super::{Observation, Rated, RatingKind};

/// What an impact case begins with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gathering {
    /// Its number.
    pub number: String,
    /// What it is called.
    pub title: Name2,
    /// Its incidents: all of one attack.
    pub incidents: BTreeSet<MatterId>,
    /// What it is counted under.
    pub scope: CaseScope,
}

/// What decides whether a case is rated at all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseScope {
    /// A cause of the policy, such as `cyber_attack`.
    pub cause: String,
    /// Its main sector, in force or not.
    pub sector: SectorCode,
    /// The day whose list of sectors counts: that on which the case began.
    pub on: Date,
}

/// What can happen to an impact case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum ImpactChange {
    /// Incidents are taken together.
    Gathered(Box<Gathering>),
    /// One more belongs to it.
    IncidentAdded {
        /// Which.
        incident: MatterId,
    },
    /// One does not belong to it.
    IncidentTakenOut {
        /// Which.
        incident: MatterId,
        /// Why.
        reason: String,
    },
    /// It is counted under something else.
    Rescoped {
        /// What.
        scope: CaseScope,
        /// Why.
        reason: String,
    },
    /// Something was observed.
    Observed(Box<Observation>),
    /// An observation takes the place of an earlier one.
    Superseded {
        /// Which.
        number: u32,
        /// What holds now.
        by: Box<Observation>,
    },
    /// An observation does not hold.
    Retracted {
        /// Which.
        number: u32,
        /// Why.
        reason: String,
    },
    /// Indicators were looked at, and nothing was found.
    Zeroed {
        /// All of them.
        indicators: BTreeSet<String>,
    },
    /// A provisional rating.
    RatedProvisionally(Box<Rated>),
    /// A final or revised rating is proposed.
    Proposed {
        /// What the policy says.
        rated: Box<Rated>,
        /// Final, or revised.
        kind: RatingKind,
        /// Why it may be final although something is not known.
        despite_unknown: Option<String>,
        /// Who saw it otherwise, and why.
        dissent: Option<String>,
    },
    /// Another officer approves it.
    Approved {
        /// Which.
        number: u32,
        /// Who.
        approver: AccountId,
        /// The level.
        level: u8,
        /// Why that one, when it was chosen within an interval.
        chosen: Option<String>,
        /// Whether it may be published.
        publishable: bool,
    },
    /// Another officer does not.
    TurnedDown {
        /// Which.
        number: u32,
        /// Why not.
        reason: String,
    },
    /// It is published.
    Published {
        /// Which.
        number: u32,
    },
}
