//! An impact case (影響事案): all incidents of one attack together, so that nothing counts twice, and how serious their
//! effect on society was. The level comes from crate `severity`; here stands what it is made of and who stands behind
//! it.

mod change;
mod form;
mod gathering;
mod observation;
mod observing;
mod rating;

use std::collections::BTreeSet;

use jiff::Timestamp;
use kaname_directory::Name2;
use kaname_kernel::{AccountId, Matter, MatterId, Moment, Posting, Projection, Unfit};
use serde::{Deserialize, Serialize};

pub use self::{
    change::{CaseScope, Gathering, ImpactChange},
    form::case_form,
    gathering::{add_incident, gather, rescope, take_out_incident},
    observation::{Observation, Spell, Substitute},
    observing::{observe, retract, supersede, zero},
    rating::{Proposing, approve, propose, publish, rate_provisionally, turn_down},
};
use crate::number;

/// Space of the postings by which an incident leads to its impact case.
pub const INCIDENT_OF: &str = "incident_of";
/// Most incidents of one case.
pub const MAX_INCIDENTS: usize = 2_000;
/// Most observations that hold at one time: as many as the case form takes.
pub const MAX_OBSERVATIONS: usize = 1_000;
/// Most observations in all, with those that no longer hold.
pub const MAX_OBSERVED: usize = 3_000;
/// Most ratings.
pub const MAX_RATINGS: usize = 200;

/// Where an impact case stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImpactState {
    /// It is not rated yet.
    Open,
    /// It has a provisional rating (暫定).
    Provisional,
    /// A final or revised rating waits for approval.
    FinalProposed,
    /// A final rating was approved (確定).
    Approved,
    /// It was published (公表).
    Published,
    /// A later rating took its place (改定).
    Revised,
}

impl ImpactState {
    /// The word in lists and counts.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Provisional => "provisional",
            Self::FinalProposed => "final_proposed",
            Self::Approved => "approved",
            Self::Published => "published",
            Self::Revised => "revised",
        }
    }
}

/// An observation in its case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// What was observed.
    pub observation: Observation,
    /// When it was written down.
    pub recorded: Timestamp,
    /// By whom.
    pub by: Option<AccountId>,
    /// Since when it no longer holds.
    pub until: Option<Timestamp>,
    /// The observation that took its place.
    pub superseded_by: Option<u32>,
    /// Why it does not hold.
    pub retracted: Option<String>,
}

/// What a policy says of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rated {
    /// Id of the policy.
    pub policy: String,
    /// Its version.
    pub version: String,
    /// Hash of its file: it fixes the answer.
    pub policy_sha256: String,
    /// Hash of the case form that was rated.
    pub case_sha256: crate::Digest,
    /// Lowest and highest level.
    pub level: (u8, u8),
    /// Of each viewpoint: sustainability, safety, trust.
    pub viewpoints: [(u8, u8); 3],
    /// Whether cause and sector open the gate; else it is a shadow level.
    pub rated: bool,
    /// What is not known.
    pub unknown: Vec<String>,
    /// Who rated.
    pub rater: AccountId,
}

/// Final or revised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum RatingKind {
    /// Internal, may be an interval (暫定).
    Provisional,
    /// After the event (確定).
    Final,
    /// In the place of an earlier one (改定).
    Revised {
        /// Of which, by its number from 1.
        supersedes: u32,
        /// Why.
        reason: String,
    },
}

/// What became of a rating.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum RatingState {
    /// Internal.
    Provisional,
    /// It waits for another officer.
    Proposed,
    /// It was approved.
    Approved,
    /// It was published.
    Published,
    /// Another officer did not approve.
    TurnedDown {
        /// Why not.
        reason: String,
    },
    /// A later one took its place.
    Superseded {
        /// Which, from 1.
        by: u32,
    },
}

/// A rating in its case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RatingEntry {
    /// Provisional, final or revised.
    pub kind: RatingKind,
    /// What the policy says.
    pub rated: Rated,
    /// What became of it.
    pub state: RatingState,
    /// When it was made.
    pub at: Timestamp,
    /// Why it may be final although something is not known.
    pub despite_unknown: Option<String>,
    /// Who saw it otherwise, and why.
    pub dissent: Option<String>,
    /// The level that was approved, by whom and when.
    pub approved: Option<(u8, AccountId, Timestamp)>,
    /// Why that level, when it was chosen within an interval.
    pub chosen: Option<String>,
    /// Whether it may be published.
    pub publishable: bool,
    /// When it was.
    pub published: Option<Timestamp>,
}

/// An impact case as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImpactCase {
    /// Its id.
    pub id: MatterId,
    /// Its number.
    pub number: String,
    /// What it is called.
    pub title: Name2,
    /// Its incidents.
    pub incidents: BTreeSet<MatterId>,
    /// What it is counted under.
    pub scope: CaseScope,
    /// What was observed, oldest first.
    pub observations: Vec<Kept>,
    /// Indicators that were looked at, and nothing was found.
    pub zero: BTreeSet<String>,
    /// Ratings, oldest first.
    pub ratings: Vec<RatingEntry>,
    /// When it came to be.
    pub gathered: Timestamp,
    /// When anything last happened to it.
    pub touched: Timestamp,
}

impl ImpactCase {
    /// Where it stands: as its ratings say.
    pub fn state(&self) -> ImpactState {
        let mut state = ImpactState::Open;
        for entry in &self.ratings {
            state = match (&entry.state, &entry.kind) {
                (RatingState::Proposed, _) => return ImpactState::FinalProposed,
                (RatingState::Approved, _) => ImpactState::Approved,
                (RatingState::Published, RatingKind::Revised { .. }) => ImpactState::Revised,
                (RatingState::Published, _) => ImpactState::Published,
                (RatingState::Provisional, _) => state.max(ImpactState::Provisional),
                (RatingState::TurnedDown { .. } | RatingState::Superseded { .. }, _) => state,
            };
        }
        state
    }

    /// The rating that holds: the last approved or published one, else the last provisional one.
    pub fn rating(&self) -> Option<&RatingEntry> {
        let last = |wanted: fn(&RatingState) -> bool| {
            let mut latest_first = self.ratings.iter().rev();
            latest_first.find(|entry| wanted(&entry.state))
        };
        last(|state| matches!(state, RatingState::Approved | RatingState::Published))
            .or_else(|| last(|state| *state == RatingState::Provisional))
    }

    /// Observations that held at a moment, as was known then.
    pub fn known_at(&self, at: Timestamp) -> impl Iterator<Item = &Observation> {
        let kept = self.observations.iter();
        let held = kept
            .filter(move |kept| kept.recorded <= at && kept.until.is_none_or(|until| at < until));
        held.map(|kept| &kept.observation)
    }

    /// Observations that hold.
    pub fn known(&self) -> impl Iterator<Item = &Observation> {
        let held = self.observations.iter().filter(|kept| kept.until.is_none());
        held.map(|kept| &kept.observation)
    }

    fn keep(&mut self, observation: &Observation, at: &Moment<'_>) {
        self.observations.push(Kept {
            observation: observation.clone(),
            recorded: at.recorded,
            by: at.actor.account(),
            until: None,
            superseded_by: None,
            retracted: None,
        });
    }

    fn end(&mut self, number: u32, at: &Moment<'_>) -> Result<&mut Kept, Unfit> {
        let found = place_of(number).and_then(|place| self.observations.get_mut(place));
        let kept = found.ok_or_else(|| at.unfit::<Self>("there is no such observation"))?;
        kept.until = Some(at.recorded);
        Ok(kept)
    }

    fn entry(&mut self, number: u32, at: &Moment<'_>) -> Result<&mut RatingEntry, Unfit> {
        let found = place_of(number).and_then(|place| self.ratings.get_mut(place));
        found.ok_or_else(|| at.unfit::<Self>("there is no such rating"))
    }

    fn rate(&mut self, rated: &Rated, kind: RatingKind, state: RatingState, at: &Moment<'_>) {
        self.ratings.push(RatingEntry {
            kind,
            rated: rated.clone(),
            state,
            at: at.recorded,
            despite_unknown: None,
            dissent: None,
            approved: None,
            chosen: None,
            publishable: false,
            published: None,
        });
    }
}

/// Place of what is counted from 1.
fn place_of(number: u32) -> Option<usize> {
    usize::try_from(number.checked_sub(1)?).ok()
}

/// By what an incident leads to its impact case.
pub fn incident_of(incident: MatterId) -> Posting {
    Posting {
        space: INCIDENT_OF.to_owned(),
        value: incident.to_string(),
    }
}

impl Matter for ImpactCase {
    const KIND: &'static str = "impact_case";
    const SEALED: bool = true;
    type Change = ImpactChange;

    fn name(change: &ImpactChange) -> &'static str {
        match change {
            ImpactChange::Gathered(_) => "gathered",
            ImpactChange::IncidentAdded { .. } => "incident_added",
            ImpactChange::IncidentTakenOut { .. } => "incident_taken_out",
            ImpactChange::Rescoped { .. } => "rescoped",
            ImpactChange::Observed(_) => "observed",
            ImpactChange::Superseded { .. } => "superseded",
            ImpactChange::Retracted { .. } => "retracted",
            ImpactChange::Zeroed { .. } => "zeroed",
            ImpactChange::RatedProvisionally(_) => "rated_provisionally",
            ImpactChange::Proposed { .. } => "proposed",
            ImpactChange::Approved { .. } => "approved",
            ImpactChange::TurnedDown { .. } => "turned_down",
            ImpactChange::Published { .. } => "published",
        }
    }

    fn begin(change: &ImpactChange, at: &Moment<'_>) -> Result<Self, Unfit> {
        let ImpactChange::Gathered(gathering) = change else {
            return Err(at.unfit::<Self>("an impact case begins with incidents"));
        };
        let gathering = (**gathering).clone();
        Ok(Self {
            id: at.matter,
            number: gathering.number,
            title: gathering.title,
            incidents: gathering.incidents,
            scope: gathering.scope,
            observations: Vec::new(),
            zero: BTreeSet::new(),
            ratings: Vec::new(),
            gathered: at.recorded,
            touched: at.recorded,
        })
    }

    fn apply(&mut self, change: &ImpactChange, at: &Moment<'_>) -> Result<(), Unfit> {
        self.touched = at.recorded;
        match change {
            ImpactChange::Gathered(_) => {
                return Err(at.unfit::<Self>("an impact case is gathered once"));
            }
            ImpactChange::IncidentAdded { incident } => {
                self.incidents.insert(*incident);
            }
            ImpactChange::IncidentTakenOut { incident, .. } => {
                self.incidents.remove(incident);
            }
            ImpactChange::Rescoped { scope, .. } => self.scope = scope.clone(),
            ImpactChange::Observed(observation) => self.keep(observation, at),
            ImpactChange::Superseded { number, by } => {
                let next = u32::try_from(self.observations.len() + 1).unwrap_or(u32::MAX);
                self.end(*number, at)?.superseded_by = Some(next);
                self.keep(by, at);
            }
            ImpactChange::Retracted { number, reason } => {
                self.end(*number, at)?.retracted = Some(reason.clone());
            }
            ImpactChange::Zeroed { indicators } => self.zero.clone_from(indicators),
            ImpactChange::RatedProvisionally(rated) => {
                self.rate(rated, RatingKind::Provisional, RatingState::Provisional, at);
            }
            ImpactChange::Proposed {
                rated,
                kind,
                despite_unknown,
                dissent,
            } => {
                self.rate(rated, kind.clone(), RatingState::Proposed, at);
                if let Some(entry) = self.ratings.last_mut() {
                    entry.despite_unknown.clone_from(despite_unknown);
                    entry.dissent.clone_from(dissent);
                }
            }
            ImpactChange::Approved {
                number,
                approver,
                level,
                chosen,
                publishable,
            } => {
                let entry = self.entry(*number, at)?;
                entry.state = RatingState::Approved;
                entry.approved = Some((*level, *approver, at.recorded));
                entry.chosen.clone_from(chosen);
                entry.publishable = *publishable;
                if let RatingKind::Revised { supersedes, .. } = entry.kind {
                    self.entry(supersedes, at)?.state = RatingState::Superseded { by: *number };
                }
            }
            ImpactChange::TurnedDown { number, reason } => {
                self.entry(*number, at)?.state = RatingState::TurnedDown {
                    reason: reason.clone(),
                };
            }
            ImpactChange::Published { number } => {
                let entry = self.entry(*number, at)?;
                entry.state = RatingState::Published;
                entry.published = Some(at.recorded);
            }
        }
        Ok(())
    }

    fn project(&self) -> Projection {
        let incidents = self.incidents.iter().map(|incident| incident_of(*incident));
        let incidents: Vec<Posting> = incidents.collect();
        Projection {
            // An incident is in one impact case: nothing counts twice.
            alone: incidents.clone(),
            postings: incidents,
            text: self.number.clone(),
            lookups: vec![(
                number::IMPACT_SPACE.to_owned(),
                number::normalise(&self.number),
            )],
            ..Projection::officers(self.state().as_str(), self.touched)
        }
    }
}
