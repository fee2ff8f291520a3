//! What kind of rating a person makes of an answer: provisional, final or revised. Nothing is edited in
//! place; a revision supersedes.

use std::collections::HashSet;

use crate::{Level, Status, rate::Rating, time::Day};

/// The kind of a rating.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Internal, may be an interval, drives escalation (暫定).
    Provisional,
    /// After the event, publishable (確定).
    Final,
    /// Takes the place of an earlier final rating (改定).
    Revised {
        /// Name of the rating it supersedes.
        supersedes: String,
        /// Why.
        reason: String,
    },
}

/// What the persons behind a rating say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The kind.
    pub kind: Kind,
    /// The day it is made.
    pub on: Day,
    /// Names of the persons, one for each of the policy's `final_needs`, in that order.
    pub persons: Vec<String>,
    /// A level the approver chose within the interval, with the reason.
    pub chosen: Option<(Level, String)>,
    /// Why it may be final although something is unknown.
    pub despite_unknown: Option<String>,
    /// Who saw it otherwise, and why.
    pub dissent: Option<String>,
}

/// A proposal that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// What was proposed.
    pub proposal: Proposal,
    /// The level, for a provisional rating the high end.
    pub level: Level,
    /// Whether it may be published: final or revised, and not below the policy's lowest public level.
    pub publishable: bool,
}

/// Why a rating is not final.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotFinal {
    /// Its cause or sector does not open the gate.
    #[error("the case is out of scope: its level is a shadow level and never final")]
    OutOfScope,
    /// The policy is a draft or withdrawn.
    #[error("the policy is not in force")]
    NotInForce,
    /// The day lies outside the policy's validity.
    #[error("the policy is not valid on {0}")]
    NotValid(Day),
    /// Persons are missing, or one stands twice.
    #[error("{needed} different persons must stand behind it, one for each role")]
    Persons {
        /// How many.
        needed: usize,
    },
    /// The answer is an interval and nobody chose.
    #[error("the level is an interval: the approver must choose and say why")]
    Interval,
    /// The chosen level lies outside what is known, or no reason stands beside it.
    #[error("the chosen level must lie within {low} to {high}, with a reason")]
    Chosen {
        /// Lowest.
        low: Level,
        /// Highest.
        high: Level,
    },
    /// Something is unknown and nobody decided.
    #[error("not known: {}", .0.join(", "))]
    Unknown(Vec<String>),
    /// A revision names nothing it supersedes, or no reason.
    #[error("a revision names the rating it supersedes and says why")]
    Revision,
}

impl Rating<'_> {
    /// Makes a decision of a proposal.
    ///
    /// # Errors
    /// Why a final or revised rating may not rest on it. A provisional one always may.
    pub fn decide(&self, proposal: Proposal) -> Result<Decision, NotFinal> {
        let provisional = proposal.kind == Kind::Provisional;
        if !provisional {
            self.may_be_final(&proposal)?;
        }
        let chosen = proposal.chosen.as_ref().map(|(level, _)| *level);
        let level = chosen.unwrap_or(self.level.high);
        let public = level >= self.case.policy.public_min_level;
        Ok(Decision {
            publishable: !provisional && public,
            level,
            proposal,
        })
    }

    fn may_be_final(&self, proposal: &Proposal) -> Result<(), NotFinal> {
        let policy = &self.case.policy;
        if !self.rated {
            return Err(NotFinal::OutOfScope);
        }
        if policy.status != Status::InForce {
            return Err(NotFinal::NotInForce);
        }
        if !policy.valid.on(proposal.on) {
            return Err(NotFinal::NotValid(proposal.on));
        }
        let needed = policy.final_needs.len();
        let persons: HashSet<_> = proposal.persons.iter().map(|name| name.trim()).collect();
        if persons.len() < needed || proposal.persons.len() != needed || persons.contains("") {
            return Err(NotFinal::Persons { needed });
        }
        let (low, high) = (self.level.low, self.level.high);
        match &proposal.chosen {
            Some((level, reason)) if !(low..=high).contains(level) || reason.trim().is_empty() => {
                return Err(NotFinal::Chosen { low, high });
            }
            None if low != high && policy.final_needs_single_level => {
                return Err(NotFinal::Interval);
            }
            _ => {}
        }
        let decided = proposal.despite_unknown.as_deref().unwrap_or_default();
        if !self.unknown().is_empty() && decided.trim().is_empty() {
            return Err(NotFinal::Unknown(self.unknown().to_vec()));
        }
        if let Kind::Revised { supersedes, reason } = &proposal.kind
            && (supersedes.trim().is_empty() || reason.trim().is_empty())
        {
            return Err(NotFinal::Revision);
        }
        Ok(())
    }
}
