//! An incident: one case of one operator that the centre coordinates, with everybody who takes part, from the report to
//! the close. What several operators suffered from one attack is an impact case ([`crate::impact`]).

mod asking;
mod change;
mod clocks;
mod deciding;
mod evidence;
mod fold;
mod merging;
mod opening;
mod part;
mod shift;
mod state;
mod steering;
mod tasks;
mod together;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use kaname_directory::SectorCode;
use kaname_kernel::{AccountId, MatterId, PartyId, Posting, Tlp};
use serde::{Deserialize, Serialize};

pub use self::{
    asking::{answer, ask, take_back},
    change::{Absorbed, IncidentChange, Opening},
    clocks::{classify, end_waiver, fulfil, measure, remind, waive},
    deciding::{Deciding, decide},
    evidence::{Taking, pass_evidence, take_evidence},
    merging::{Splitting, merge, split},
    opening::{join, open},
    part::{
        Answer, Choice, Compartment, Decision, Evidence, Gravity, LogEntry, Request, ResponseKind,
        Task, TaskState, Transfer, View, Within,
    },
    shift::{hand_over, log},
    state::IncidentState,
    steering::{lead, place, rename, step, weigh},
    tasks::{drop_task, finish_task, give_task, take_task},
    together::{admit, compartment, exclude},
};
use crate::{
    obligation::{ClockKey, Facts, Fulfilment, Measures, Waiver},
    refused::Refused,
};

/// Space of the postings by which a report leads to its incident.
pub const REPORT_OF: &str = "incident_report_of";

/// Most reports, parties, compartments, tasks, requests, decisions, pieces of evidence, fulfilments and waivers each.
pub const MAX_PARTS: usize = 500;
/// Most lines of the shift log.
pub const MAX_LOG: usize = 2_000;
/// Most changes of hands of one piece of evidence.
pub const MAX_CUSTODY: usize = 200;

/// An incident as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    /// Its id.
    pub id: MatterId,
    /// Its number.
    pub number: String,
    /// What officers call it.
    pub title: String,
    /// Whose it is.
    pub operator: PartyId,
    /// The operator's sector.
    pub sector: Option<SectorCode>,
    /// How far it may go.
    pub tlp: Tlp,
    /// Where it stands.
    pub state: IncidentState,
    /// Every state it was in, with when it came there and why.
    pub path: Vec<(IncidentState, Timestamp, String)>,
    /// Reports that speak of it.
    pub reports: BTreeSet<MatterId>,
    /// Who leads it.
    pub lead: Option<AccountId>,
    /// Who has the shift.
    pub shift: Option<AccountId>,
    /// How grave it is, as officers see it.
    pub gravity: Gravity,
    /// Who takes part beside operator and officers.
    pub parties: BTreeMap<PartyId, View>,
    /// Some of them among themselves.
    pub compartments: Vec<Compartment>,
    /// What is to be done.
    pub tasks: Vec<Task>,
    /// What is asked.
    pub requests: Vec<Request>,
    /// What was decided.
    pub decisions: Vec<Decision>,
    /// Evidence.
    pub evidence: Vec<Evidence>,
    /// The shift log.
    pub log: Vec<LogEntry>,
    /// When the first report came.
    pub received: Timestamp,
    /// When the operator knew, as it says.
    pub aware: Option<Timestamp>,
    /// When it was classified as one that has to be reported.
    pub classified: Option<Timestamp>,
    /// What laws ask about it.
    pub measures: Measures,
    /// What was handed in.
    pub fulfilments: Vec<Fulfilment>,
    /// What was waived.
    pub waivers: Vec<Waiver>,
    /// Of which moment of each clock its owner was told last.
    #[serde(with = "told")]
    pub told: BTreeMap<ClockKey, Timestamp>,
    /// The incident it was split from.
    pub from: Option<MatterId>,
    /// The incident it went into.
    pub into: Option<MatterId>,
    /// Incidents that came into it, and that were split off.
    pub relatives: BTreeSet<MatterId>,
    /// When anything last happened to it.
    pub touched: Timestamp,
}

impl Incident {
    /// Whether something of a case is for a party: it takes part, and is in the compartment, if there is one.
    pub fn shows(&self, within: Within, party: PartyId) -> bool {
        let takes_part = party == self.operator || self.parties.contains_key(&party);
        let inside = match within {
            Within::Everybody => true,
            Within::Officers => false,
            Within::Compartment(number) => {
                let compartment = self.compartment(number);
                compartment.is_some_and(|compartment| compartment.parties.contains(&party))
            }
        };
        takes_part && inside
    }

    /// How much a party sees; `None` = it takes no part, and must not learn that there is a case.
    pub fn view(&self, party: PartyId) -> Option<View> {
        match party == self.operator {
            true => Some(View::Open),
            false => self.parties.get(&party).copied(),
        }
    }

    /// What clocks follow from. What the directory knows of the operator is given: lists it stands on, earlier incidents
    /// of the same root cause.
    pub fn facts(
        &self,
        lists: BTreeSet<crate::code::ListCode>,
        earlier: Vec<crate::obligation::Earlier>,
    ) -> Facts {
        Facts {
            received: self.received,
            aware: self.aware,
            classified: self.classified,
            sector: self.sector.clone(),
            lists,
            measures: self.measures.clone(),
            earlier,
            fulfilments: self.fulfilments.clone(),
            waivers: self.waivers.clone(),
        }
    }

    /// Tasks that are to be done.
    pub fn open_tasks(&self) -> usize {
        let open = |task: &&Task| task.state == TaskState::Open;
        self.tasks.iter().filter(open).count()
    }

    /// Requests that wait for an answer.
    pub fn open_requests(&self) -> usize {
        let open = |request: &&Request| request.is_open();
        self.requests.iter().filter(open).count()
    }

    /// When somebody has to act next: the earliest deadline of an open task or request.
    pub fn next_due(&self) -> Option<Timestamp> {
        let tasks = self
            .tasks
            .iter()
            .filter(|task| task.state == TaskState::Open);
        let tasks = tasks.filter_map(|task| task.due);
        let requests = self.requests.iter().filter(|request| request.is_open());
        tasks.chain(requests.map(|request| request.due)).min()
    }

    fn compartment(&self, number: u32) -> Option<&Compartment> {
        self.compartments.get(place_of(number)?)
    }

    fn needs_open(&self) -> Result<(), Refused> {
        match self.state.is_open() {
            true => Ok(()),
            false => Err(self.wrong_state(
                IncidentState::ALL
                    .into_iter()
                    .filter(|state| state.is_open()),
            )),
        }
    }

    fn wrong_state(&self, needs: impl IntoIterator<Item = IncidentState>) -> Refused {
        let needs: Vec<&str> = needs.into_iter().map(IncidentState::as_str).collect();
        Refused::State {
            matter: "incident",
            state: self.state.as_str(),
            needs: needs.join(", "),
        }
    }

    /// Refuses what would stand in a compartment that there is not.
    fn needs_within(&self, within: Within) -> Result<(), Refused> {
        match within {
            Within::Compartment(number) if self.compartment(number).is_none() => {
                Err(Refused::NoSuch {
                    what: "compartment",
                    number,
                })
            }
            _ => Ok(()),
        }
    }

    /// Refuses a party that takes no part, or is not in the compartment. The hub is in all of them.
    fn needs_inside(&self, within: Within, party: PartyId, hub: PartyId) -> Result<(), Refused> {
        match party == hub || self.shows(within, party) {
            true => Ok(()),
            false => Err(Refused::NotThere { what: "party" }),
        }
    }
}

/// Place of what is counted from 1.
fn place_of(number: u32) -> Option<usize> {
    usize::try_from(number.checked_sub(1)?).ok()
}

/// By what a report leads to its incident.
pub fn report_of(report: MatterId) -> Posting {
    Posting {
        space: REPORT_OF.to_owned(),
        value: report.to_string(),
    }
}

/// A map whose keys are no text is written as pairs.
mod told {
    use std::collections::BTreeMap;

    use jiff::Timestamp;
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::obligation::ClockKey;

    pub(super) fn serialize<S: Serializer>(
        told: &BTreeMap<ClockKey, Timestamp>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(told)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<ClockKey, Timestamp>, D::Error> {
        let pairs = Vec::<(ClockKey, Timestamp)>::deserialize(deserializer)?;
        Ok(pairs.into_iter().collect())
    }
}
