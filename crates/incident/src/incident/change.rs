//! What can happen to an incident.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use kaname_directory::SectorCode;
use kaname_kernel::{AccountId, MatterId, PartyId, Tlp};
use serde::{Deserialize, Serialize};

use super::{Choice, Gravity, IncidentState, View, Within};
use crate::{
    digest::Digest,
    obligation::{Fulfilment, Measures, Waiver},
};

/// What an incident begins with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    /// Its number.
    pub number: String,
    /// What officers call it.
    pub title: String,
    /// Whose it is.
    pub operator: PartyId,
    /// The operator's sector.
    pub sector: Option<SectorCode>,
    /// Reports that speak of it.
    pub reports: BTreeSet<MatterId>,
    /// When the first of them came.
    pub received: Timestamp,
    /// When the operator knew, as it says.
    pub aware: Option<Timestamp>,
    /// What is known for the law.
    #[serde(default)]
    pub measures: Measures,
    /// How grave it is, as far as known.
    #[serde(default)]
    pub gravity: Gravity,
    /// How far it may go.
    pub tlp: Tlp,
    /// The incident it was split from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<MatterId>,
}

/// What comes over when another incident is merged into this one. Its tasks, requests and log stay where they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Absorbed {
    /// The other incident.
    pub from: MatterId,
    /// Its reports.
    pub reports: BTreeSet<MatterId>,
    /// Who takes part in it.
    pub parties: BTreeMap<PartyId, View>,
    /// When its first report came, and when its operator knew: clocks run from the earlier.
    pub received: Timestamp,
    /// As above.
    pub aware: Option<Timestamp>,
    /// When it was classified.
    pub classified: Option<Timestamp>,
    /// What is known of it for the law, where nothing is known here.
    pub measures: Measures,
    /// What was handed in.
    pub fulfilments: Vec<Fulfilment>,
    /// What was waived.
    pub waivers: Vec<Waiver>,
}

/// What can happen to an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum IncidentChange {
    /// It came to be.
    Opened(Box<Opening>),
    /// It stands elsewhere now.
    Moved {
        /// Where.
        to: IncidentState,
        /// Why.
        reason: String,
    },
    /// It went into another.
    MergedInto {
        /// Which.
        into: MatterId,
        /// Why.
        reason: String,
    },
    /// Another came into it.
    Absorbed(Box<Absorbed>),
    /// Reports went into an incident of their own.
    SplitOff {
        /// Which reports.
        reports: BTreeSet<MatterId>,
        /// Which incident.
        into: MatterId,
        /// Why.
        reason: String,
    },
    /// One more report speaks of it.
    Joined {
        /// Which.
        report: MatterId,
    },
    /// It is called otherwise.
    Titled {
        /// How.
        title: String,
    },
    /// Its sector is known, or was another.
    Placed {
        /// Which.
        sector: SectorCode,
    },
    /// An officer leads it.
    Led {
        /// Who.
        officer: AccountId,
    },
    /// Officers see it as grave as this.
    Weighed {
        /// How grave.
        gravity: Gravity,
        /// Why.
        reason: String,
    },
    /// What laws ask was answered.
    Measured {
        /// All of the answers.
        measures: Measures,
    },
    /// It was classified as one that has to be reported.
    Classified {
        /// When.
        at: Timestamp,
    },
    /// A party takes part.
    Admitted {
        /// Which.
        party: PartyId,
        /// How much it sees.
        view: View,
    },
    /// A party no longer does.
    Excluded {
        /// Which.
        party: PartyId,
        /// Why.
        reason: String,
    },
    /// Some take part among themselves.
    CompartmentMade {
        /// What it is called.
        name: String,
        /// Who.
        parties: BTreeSet<PartyId>,
    },
    /// Something is to be done.
    TaskGiven {
        /// What.
        task: String,
        /// By which party.
        party: PartyId,
        /// Until when.
        due: Option<Timestamp>,
        /// For whom it stands there.
        within: Within,
    },
    /// A person took a task.
    TaskTaken {
        /// Which.
        number: u32,
        /// Who.
        account: AccountId,
    },
    /// A task was done.
    TaskDone {
        /// Which.
        number: u32,
    },
    /// A task is not to be done any more.
    TaskDropped {
        /// Which.
        number: u32,
        /// Why.
        reason: String,
    },
    /// Information is asked for.
    Asked {
        /// Whom.
        to: PartyId,
        /// What.
        ask: String,
        /// Until when.
        due: Timestamp,
        /// For whom it stands there.
        within: Within,
    },
    /// A request was answered.
    Answered {
        /// Which.
        number: u32,
        /// What.
        text: String,
    },
    /// A request is taken back.
    AskTakenBack {
        /// Which.
        number: u32,
        /// Why.
        reason: String,
    },
    /// A person decided.
    Decided {
        /// What was to be decided.
        question: String,
        /// The law or agreement it rests on.
        basis: String,
        /// What could be done.
        options: Vec<Choice>,
        /// Which is done, from 1.
        chosen: u32,
        /// Why.
        reason: String,
        /// For whom it stands there.
        within: Within,
    },
    /// Evidence was taken.
    EvidenceTaken {
        /// What it is.
        evidence: String,
        /// Hash of its bytes.
        sha256: Digest,
        /// Its bytes, when the hub keeps them.
        blob: Option<MatterId>,
        /// From whom.
        from: String,
        /// Who has it.
        to: String,
        /// What for.
        why: String,
        /// When.
        at: Timestamp,
        /// For whom it stands there.
        within: Within,
    },
    /// Evidence changed hands.
    EvidencePassed {
        /// Which.
        number: u32,
        /// Who has it now.
        to: String,
        /// What for.
        why: String,
        /// When.
        at: Timestamp,
    },
    /// A line of the shift log.
    Logged {
        /// What.
        text: String,
        /// When it happened.
        at: Timestamp,
        /// For whom it stands there.
        within: Within,
    },
    /// The shift went to another.
    HandedOver {
        /// To whom.
        to: AccountId,
        /// What the next one has to know.
        text: String,
    },
    /// A stage of an obligation was handed in.
    Fulfilled(Box<Fulfilment>),
    /// A stage need not be handed in for some time, or any more.
    Waived(Box<Waiver>),
    /// A waiver ends.
    WaiverEnded {
        /// Which, from 1.
        number: u32,
        /// When.
        at: Timestamp,
    },
    /// The owner of a clock was told.
    Reminded {
        /// Of which.
        clock: crate::obligation::ClockKey,
        /// Of which moment.
        moment: Timestamp,
    },
}
