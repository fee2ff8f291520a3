//! The policy: every number, date and label, read from a file that a person can read too.

mod read;
mod signed;
mod viewpoint;

use std::sync::Arc;

use serde::Serialize;

use crate::{
    Ends, Level,
    flaw::Flaw,
    time::{Day, Listed},
    words::Words,
};

pub(crate) use read::{document, schema};
pub use signed::{Signature, Signer};
pub(crate) use viewpoint::SUBSTITUTES;

/// The policy shipped with the program: working values after the first edition of the criteria.
const BUILTIN: &str = include_str!("../../data/jp-ci-severity-2018.toml");

/// A total no upper bound is known of. Larger than any number a file may state.
pub(crate) const UNBOUNDED: u64 = u64::MAX;

/// A policy that passed every check of the loader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Its name.
    pub id: String,
    /// Its version.
    pub version: String,
    /// SHA-256 of the file's bytes, in hexadecimal.
    pub sha256: String,
    /// Whether final ratings may rest on it.
    pub status: Status,
    /// Days on which a final rating may rest on it.
    pub valid: Listed,
    /// Its title.
    pub title: Words,
    /// What it rests on, with dates.
    pub basis: Vec<(Words, Day)>,
    /// Names of the levels, from 0 to 4.
    pub levels: [LevelName; 5],
    /// Causes a case may have.
    pub causes: Vec<Cause>,
    /// Sectors and other domains that open the gate, with dates.
    pub sectors: Vec<Sector>,
    /// Viewpoint 1 (持続性).
    pub sustainability: Sustainability,
    /// Viewpoint 2 (安全性).
    pub safety: Safety,
    /// Viewpoint 3 (信頼低下).
    pub trust: Trust,
    /// Simultaneity (同時多発性).
    pub simultaneity: Simultaneity,
    /// Names a rater is expected to have looked at.
    pub expected: Vec<String>,
    /// Who must stand behind a final rating; as many different persons.
    pub final_needs: Vec<String>,
    /// Whether a final rating of an interval needs a named approver's decision.
    pub final_needs_single_level: bool,
    /// Lowest level that is published.
    pub public_min_level: Level,
    /// Names of provisional, final and revised ratings, in this order.
    pub kinds: [Words; 3],
    /// Value of `severity` in CAP 1.2 for levels 1 to 4; level 0 makes no CAP message.
    pub cap_severity: [String; 4],
    /// Value of `aggregate_severity` in CSAF 2.0 for levels 0 to 4.
    pub csaf_severity: [String; 5],
    /// Signatures of different persons that a file in force needs.
    pub signatures_needed: usize,
    /// Whether a replay over past cases is needed before it may be in force.
    pub replay_report: bool,
    /// Service maintenance levels, shown beside the question whether they were breached.
    pub maintenance: Vec<Maintenance>,
}

/// Where a policy stands in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Being written or commented on.
    Draft,
    /// Rates for publication.
    InForce,
    /// Rates no more.
    Withdrawn,
}

/// A level's name and meaning (table 1).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LevelName {
    /// Its name.
    pub name: Words,
    /// What it means.
    pub meaning: Words,
}

/// A cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// Its code.
    pub code: String,
    /// Whether a case with it may be rated.
    pub opens: bool,
    /// Its name.
    pub name: Words,
}

/// One version of a sector, or of another domain that opens the gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sector {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: Words,
    /// When it is listed.
    pub listed: Listed,
    /// A domain beside the sectors of the action plan.
    pub extra: bool,
}

/// What the cases of one viewpoint count, with the lower bounds of steps 1 to 4.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Indicator {
    /// Its name in files.
    pub name: String,
    /// What it counts.
    pub label: Words,
    /// The unit an observation must state.
    pub unit: String,
    /// Lower bounds of steps 1 to 4; 0 = not reachable by this indicator.
    pub bands: [u64; 4],
}

impl Indicator {
    /// The highest step whose bound is above 0 and not above the value; 0 = none.
    #[must_use]
    pub fn step(&self, value: u64) -> Level {
        let mut step = 0;
        for (bound, this) in self.bands.iter().zip(1..) {
            if *bound > 0 && *bound <= value {
                step = this;
            }
        }
        step
    }
}

/// A scope indicator (範囲).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// What it counts.
    pub indicator: Indicator,
    /// Totals of different services are added; otherwise the largest counts.
    pub sums: bool,
    /// Sectors in which it may be used; empty = all.
    pub sectors: Vec<String>,
    /// Largest value an observation may state.
    pub maximum: u64,
}

/// Viewpoint 1: sustainability of services.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sustainability {
    /// Its name.
    pub name: Words,
    /// Lower bounds of the duration steps, in minutes of lost service.
    pub duration_minutes: [u64; 4],
    /// Names of the duration steps.
    pub duration_labels: [Words; 4],
    /// Names of the scope steps.
    pub scope_labels: [Words; 4],
    /// Level by scope step (rows) and duration step (columns).
    pub matrix: [[Level; 4]; 4],
    /// Lowest level once a service maintenance level was breached.
    pub breach_floor: Level,
    /// Steps added for full, partial and no substitute.
    pub substitution: [i8; 3],
    /// Names of full, partial and no substitute.
    pub substitution_labels: [Words; 3],
    /// Its indicators.
    pub bands: Vec<Scope>,
}

/// Viewpoint 2: safety.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Safety {
    /// Its name.
    pub name: Words,
    /// Its indicators.
    pub bands: Vec<Indicator>,
}

/// Viewpoint 3: loss of trust.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trust {
    /// Its name.
    pub name: Words,
    /// The highest level it may reach: 4 where the file says `uncapped` (table 3).
    pub cap: Level,
    /// Whether a level set by judgement must say why.
    pub needs_rationale: bool,
    /// Its counted indicators.
    pub bands: Vec<Indicator>,
    /// Its level as a person judges it.
    pub ordinal: Ordinal,
}

/// A level set by judgement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ordinal {
    /// Its name in files.
    pub name: String,
    /// What is judged.
    pub label: Words,
    /// The unit an observation must state.
    pub unit: String,
}

/// Simultaneity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Simultaneity {
    /// First and last beginning lie at most this many minutes apart.
    pub window_minutes: u64,
    /// Numbers of operators, sectors and sites from which on it holds; 0 = not used.
    pub least: [u64; 3],
    /// Levels added, once.
    pub uplift: Level,
    /// Lowest level that is lifted.
    pub min_base: Level,
    /// Names of the three numbers.
    pub labels: [Words; 3],
}

/// A service maintenance level (サービス維持レベル).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Maintenance {
    /// Code of the sector.
    pub sector: String,
    /// When it holds.
    pub listed: Listed,
    /// The level in words.
    pub text: Words,
}

/// Names of the three counts a source may state, fixed by the form of the file.
pub(crate) const COUNTS: [&str; 3] = ["operators", "sectors", "sites"];

/// Unit of the three counts.
pub(crate) const COUNT_UNIT: &str = "count";

impl Policy {
    /// The policy shipped with the program.
    ///
    /// # Errors
    /// None in a build that passed its tests.
    pub fn builtin() -> Result<Arc<Self>, Flaw> {
        Self::read(BUILTIN, &[], &[])
    }

    /// Reads a policy file. A file in force needs the signatures its `activation` names, by different
    /// persons among the signers.
    ///
    /// # Errors
    /// The first fault, with its line.
    pub fn read(
        text: &str,
        signatures: &[Signature],
        signers: &[Signer],
    ) -> Result<Arc<Self>, Flaw> {
        let policy = read::policy(text).map_err(|fault| fault.in_text(text))?;
        signed::check(&policy, text, signatures, signers)?;
        Ok(Arc::new(policy))
    }

    /// The name of a level.
    #[must_use]
    pub fn level(&self, level: Level) -> &LevelName {
        &self.levels[usize::from(level.min(4))]
    }

    /// Names of every indicator, in the order of the file.
    pub fn indicator_names(&self) -> impl Iterator<Item = &str> {
        let scope = self.sustainability.bands.iter();
        let counted = self.safety.bands.iter().chain(&self.trust.bands);
        scope
            .map(|scope| scope.indicator.name.as_str())
            .chain(counted.map(|indicator| indicator.name.as_str()))
            .chain([self.trust.ordinal.name.as_str()])
            .chain(COUNTS)
    }

    /// Days on which two policies of one id would both rate for publication are refused: one case
    /// would have two answers.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        let in_force = self.status == Status::InForce && other.status == Status::InForce;
        in_force && self.id == other.id && self.valid.overlaps(&other.valid)
    }

    pub(crate) fn lifted(&self, level: Ends<Level>, holds: Ends<bool>) -> Ends<Level> {
        Ends::each(|end| self.lift(*level.at(end), *holds.at(end)))
    }

    pub(crate) fn lift(&self, level: Level, holds: bool) -> Level {
        let rule = &self.simultaneity;
        if holds && level >= rule.min_base {
            (level + rule.uplift).min(4)
        } else {
            level
        }
    }
}
