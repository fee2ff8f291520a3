//! What the law has an operator report, to whom and until when: obligations as dated data (`data/obligations.toml`), and
//! the clocks that follow from what is known of an incident. A clock is computed, never kept: whoever restarts has the
//! same clocks.

mod clock;
mod file;
mod load;
mod need;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use jiff::{Timestamp, civil::Date};
use kaname_directory::{Dated, Name2, SectorCode, catalogue::TextPair};
use kaname_kernel::{AccountId, MatterId};
use serde::{Deserialize, Serialize};

pub use self::{
    clock::{Begun, Clock, ClockKey, ClockState, Law},
    need::{Measure, Measures, Need, Recurring},
};
use crate::{
    calendar::{Term, Way},
    code::{CriterionCode, ListCode, ObligationCode, StageCode},
    data::{Placed, placed_on},
    digest::Digest,
    routing::{Target, Tri},
};

/// Who owes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Debtor {
    /// Whoever it happens to.
    Everybody,
    /// Operators of a sector of the dated list.
    AnySector,
    /// Operators of these sectors.
    Sectors(BTreeSet<SectorCode>),
    /// Operators on a list of their own, which is not that of the sectors.
    List(ListCode),
}

/// From when on a deadline runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Start {
    /// The operator knew of the incident (認知).
    Aware,
    /// The incident was classified as one that has to be reported.
    Classified,
    /// An earlier stage was handed in for the first time.
    Submitted(StageCode),
    /// An earlier stage was handed in for the last time so far.
    LastSubmitted(StageCode),
}

/// A beginning that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` begins nothing; aware, classified, submitted:STAGE or last-submitted:STAGE is expected"
)]
pub struct BadStart(String);

impl fmt::Display for Start {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Aware => f.write_str("aware"),
            Self::Classified => f.write_str("classified"),
            Self::Submitted(stage) => write!(f, "submitted:{stage}"),
            Self::LastSubmitted(stage) => write!(f, "last-submitted:{stage}"),
        }
    }
}

impl From<Start> for String {
    fn from(start: Start) -> Self {
        start.to_string()
    }
}

impl TryFrom<String> for Start {
    type Error = BadStart;
    fn try_from(text: String) -> Result<Self, BadStart> {
        let stage = |prefix: &str| text.strip_prefix(prefix).and_then(|code| code.parse().ok());
        match text.as_str() {
            "aware" => Ok(Self::Aware),
            "classified" => Ok(Self::Classified),
            _ => stage("submitted:")
                .map(Self::Submitted)
                .or_else(|| stage("last-submitted:").map(Self::LastSubmitted))
                .ok_or_else(|| BadStart(text.chars().take(60).collect())),
        }
    }
}

/// One deadline of a stage; of several the first counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    /// From when on.
    pub from: Start,
    /// How long.
    pub term: Term,
    /// When it holds; what is not known counts as if it did.
    pub need: Option<Need>,
    /// It falls away when this came only after it had ended.
    pub gives_way_to: Option<Start>,
}

/// One report that is owed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// Its code.
    pub code: StageCode,
    /// What it is called.
    pub name: Name2,
    /// Its deadlines.
    pub limits: Vec<Limit>,
    /// By when it should be there, from the first limit's beginning; never later than due.
    pub aim: Option<Term>,
    /// Minutes before it is due at which its owner is reminded. When it is due it is said once more.
    pub remind_min: BTreeSet<u32>,
    /// Whether the number is the hub's own: the text says promptly, or its number was not at hand.
    pub ours: bool,
}

/// An obligation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obligation {
    /// Its code.
    pub code: ObligationCode,
    /// What it is called.
    pub name: Name2,
    /// Who owes it.
    pub debtor: Debtor,
    /// To whom.
    pub to: Vec<Target>,
    /// What an authority of another country is called.
    pub authority: Option<Name2>,
    /// When an incident has to be reported; `None` = always.
    pub need: Option<Need>,
    /// When incidents that come again count as one.
    pub recurring: Option<Recurring>,
    /// By which calendar.
    pub way: Way,
    /// What is owed, in order.
    pub stages: Vec<Stage>,
}

/// What an obligation asks about an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Criterion {
    /// Its code.
    pub code: CriterionCode,
    /// The question.
    pub name: Name2,
    /// Unit of a number; `None` = yes or no.
    pub unit: Option<String>,
}

/// A list of operators whom a law obliges.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OperatorList {
    /// Its code.
    pub code: ListCode,
    /// What it is called.
    pub name: Name2,
    /// Which fields it covers, in the law's words.
    pub covers: TextPair,
}

/// How it is proved that a stage was handed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Proof {
    /// A notification of the hub that was acknowledged.
    Notification {
        /// Which.
        notification: MatterId,
    },
    /// A report in the hub.
    Report {
        /// Which.
        report: MatterId,
    },
    /// A document from elsewhere, such as an authority's receipt.
    Document {
        /// Its hash.
        sha256: Digest,
        /// What it is, at most [`crate::bound::MAX_LINE_CHARS`] characters.
        name: String,
    },
}

/// A stage was handed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fulfilment {
    /// Which stage of what.
    pub clock: ClockKey,
    /// When.
    pub at: Timestamp,
    /// How that is proved.
    pub proof: Proof,
}

/// For some time, or from then on, a stage need not be handed in. Nothing else stops a clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiver {
    /// Which stage of what.
    pub clock: ClockKey,
    /// From when on.
    pub from: Timestamp,
    /// Until when: then the clock runs on with the time it had left. `None` = it does not run on.
    pub until: Option<Timestamp>,
    /// On what ground, and who granted it.
    pub reason: String,
    /// Who wrote it down.
    pub by: Option<AccountId>,
}

/// An earlier incident of the operator with the same root cause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Earlier {
    /// When.
    pub at: Timestamp,
    /// What is known of it.
    pub measures: Measures,
}

/// What clocks follow from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    /// When the hub received the first report.
    pub received: Timestamp,
    /// When the operator says it knew. Nobody knows later than it reports.
    pub aware: Option<Timestamp>,
    /// When it was classified as one that has to be reported.
    pub classified: Option<Timestamp>,
    /// The operator's sector.
    pub sector: Option<SectorCode>,
    /// Lists the operator stands on.
    pub lists: BTreeSet<ListCode>,
    /// What is known of the incident.
    pub measures: Measures,
    /// Earlier ones with the same root cause.
    pub earlier: Vec<Earlier>,
    /// What was handed in.
    pub fulfilments: Vec<Fulfilment>,
    /// What was waived.
    pub waivers: Vec<Waiver>,
}

impl Facts {
    /// When the operator knew: as it says, but not later than it reported.
    pub fn known_at(&self) -> Timestamp {
        self.aware
            .map_or(self.received, |aware| aware.min(self.received))
    }
}

/// All obligations, by time.
#[derive(Debug, Clone)]
pub struct Obligations {
    criteria: BTreeMap<CriterionCode, Vec<Placed<Criterion>>>,
    lists: BTreeMap<ListCode, Vec<Placed<OperatorList>>>,
    obligations: BTreeMap<ObligationCode, Vec<Placed<Obligation>>>,
}

impl Obligations {
    /// Obligations in force on a day, by code.
    pub fn on(&self, day: Date) -> Vec<&Dated<Obligation>> {
        let versions = self.obligations.values();
        let found = versions.filter_map(|versions| placed_on(versions, day));
        found.map(|placed| &placed.dated).collect()
    }

    /// Criteria that are asked on a day, by code.
    pub fn criteria_on(&self, day: Date) -> Vec<&Dated<Criterion>> {
        let versions = self.criteria.values();
        let found = versions.filter_map(|versions| placed_on(versions, day));
        found.map(|placed| &placed.dated).collect()
    }

    /// A criterion as it was asked on a day.
    pub fn criterion_on(&self, code: &CriterionCode, day: Date) -> Option<&Dated<Criterion>> {
        Some(&placed_on(self.criteria.get(code)?, day)?.dated)
    }

    /// Lists of operators on a day, by code.
    pub fn lists_on(&self, day: Date) -> Vec<&Dated<OperatorList>> {
        let versions = self.lists.values();
        let found = versions.filter_map(|versions| placed_on(versions, day));
        found.map(|placed| &placed.dated).collect()
    }

    /// Whether an obligation of that code has such a stage on any day.
    pub fn knows(&self, clock: &ClockKey) -> bool {
        let versions = self.obligations.get(&clock.obligation);
        let mut versions = versions.into_iter().flatten();
        versions.any(|placed| {
            let mut stages = placed.dated.value.stages.iter();
            stages.any(|stage| stage.code == clock.stage)
        })
    }
}

impl Obligation {
    /// Whether an operator owes it.
    fn is_owed_by(&self, facts: &Facts, sector_in_force: bool) -> Tri {
        let sure = |holds: bool| if holds { Tri::Yes } else { Tri::No };
        match (&self.debtor, &facts.sector) {
            (Debtor::Everybody, _) => Tri::Yes,
            (Debtor::List(list), _) => sure(facts.lists.contains(list)),
            (Debtor::AnySector | Debtor::Sectors(_), None) => Tri::Unknown,
            (Debtor::AnySector, Some(_)) => sure(sector_in_force),
            (Debtor::Sectors(only), Some(sector)) => sure(sector_in_force && only.contains(sector)),
        }
    }
}
