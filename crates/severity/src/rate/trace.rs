//! What each rule met: enough to tell it in words, and to come to the same level again.

use super::Viewpoint;
use crate::{End, Ends, Level, policy::Policy};

/// A rule after the scope gate, by its place in the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// `sustainability.base`
    Base,
    /// `sustainability.floor`
    Floor,
    /// `sustainability.uplift`
    Uplift,
    /// `safety.base`
    SafetyBase,
    /// `safety.uplift`
    SafetyUplift,
    /// `trust.base`
    TrustBase,
    /// `trust.cap`
    TrustCap,
    /// `level`
    Level,
}

impl Rule {
    /// Its name in files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Base => "sustainability.base",
            Self::Floor => "sustainability.floor",
            Self::Uplift => "sustainability.uplift",
            Self::SafetyBase => "safety.base",
            Self::SafetyUplift => "safety.uplift",
            Self::TrustBase => "trust.base",
            Self::TrustCap => "trust.cap",
            Self::Level => "level",
        }
    }

    /// The viewpoint it belongs to; the level itself stands with sustainability.
    #[must_use]
    pub fn viewpoint(self) -> Viewpoint {
        match self {
            Self::Base | Self::Floor | Self::Uplift | Self::Level => Viewpoint::Sustainability,
            Self::SafetyBase | Self::SafetyUplift => Viewpoint::Safety,
            Self::TrustBase | Self::TrustCap => Viewpoint::Trust,
        }
    }
}

/// One rule's result with what it met at each end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// The rule.
    pub rule: Rule,
    /// Its result.
    pub result: Ends<Level>,
    /// What it met.
    pub hit: Ends<Hit>,
}

/// How far users could get the service another way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Every user, in reasonable time.
    Full,
    /// Some users, or the essential part.
    Partial,
    /// No other way.
    None,
}

impl Class {
    pub(crate) const ALL: [Self; 3] = [Self::Full, Self::Partial, Self::None];

    /// Its place in lists of the policy.
    #[must_use]
    pub fn place(self) -> usize {
        match self {
            Self::Full => 0,
            Self::Partial => 1,
            Self::None => 2,
        }
    }
}

/// What a rule met at one end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hit {
    /// Nothing that counts.
    Nothing,
    /// A cell of the matrix.
    Cell {
        /// Place of the scope indicator in the policy.
        indicator: usize,
        /// Its total among those without the service so long; [`u64::MAX`] = without bound.
        total: u64,
        /// Scope step 1 to 4.
        scope: Level,
        /// Duration step 1 to 4.
        duration: Level,
        /// How they could get the service another way.
        class: Class,
    },
    /// Whether a service maintenance level was breached.
    Breach(bool),
    /// Operators and sectors that began within one window; [`u64::MAX`] = without bound.
    Many {
        /// Operators.
        operators: u64,
        /// Sectors.
        sectors: u64,
    },
    /// Sites harmed within one window; [`u64::MAX`] = without bound.
    Sites(u64),
    /// A step of a counted indicator.
    Band {
        /// Place of the indicator in its viewpoint.
        indicator: usize,
        /// Its total; [`u64::MAX`] = without bound.
        total: u64,
        /// The step.
        step: Level,
    },
    /// Trust as judged.
    Judged(Level),
    /// The highest level that trust may reach.
    Cap(Level),
    /// The highest viewpoint.
    Highest,
}

/// The level at one end, computed from what the rules met and from the policy's numbers alone.
pub(super) fn replay(policy: &Policy, steps: &[Step; 8], end: End) -> Level {
    let mut viewpoints = [0; 3];
    let mut so_far = 0;
    for step in steps {
        so_far = match *step.hit.at(end) {
            Hit::Nothing => 0,
            Hit::Cell {
                indicator,
                total,
                duration,
                class,
                ..
            } => {
                let scope = policy.sustainability.bands[indicator].indicator.step(total);
                shifted(policy, scope, duration, class)
            }
            Hit::Breach(true) => so_far.max(policy.sustainability.breach_floor),
            Hit::Breach(false) => so_far,
            Hit::Many { operators, sectors } => policy.lift(
                so_far,
                reaches(policy, 0, operators) || reaches(policy, 1, sectors),
            ),
            Hit::Sites(sites) => policy.lift(so_far, reaches(policy, 2, sites)),
            Hit::Band {
                indicator, total, ..
            } => match step.rule {
                Rule::SafetyBase => policy.safety.bands[indicator].step(total),
                _ => policy.trust.bands[indicator].step(total),
            },
            Hit::Judged(level) => level,
            Hit::Cap(cap) => so_far.min(cap),
            Hit::Highest => viewpoints.into_iter().max().unwrap_or(0),
        };
        match step.rule {
            Rule::Uplift => viewpoints[0] = so_far,
            Rule::SafetyUplift => viewpoints[1] = so_far,
            Rule::TrustCap => viewpoints[2] = so_far,
            _ => {}
        }
    }
    so_far
}

/// The matrix and the substitute: never lifts a 0.
pub(super) fn shifted(policy: &Policy, scope: Level, duration: Level, class: Class) -> Level {
    let (Some(row), Some(column)) = (scope.checked_sub(1), duration.checked_sub(1)) else {
        return 0;
    };
    let rule = &policy.sustainability;
    match rule.matrix[usize::from(row)][usize::from(column)] {
        0 => 0,
        cell => cell
            .saturating_add_signed(rule.substitution[class.place()])
            .min(4),
    }
}

/// Whether a number of operators, sectors or sites (0, 1, 2) makes simultaneity hold.
pub(super) fn reaches(policy: &Policy, which: usize, number: u64) -> bool {
    let least = policy.simultaneity.least[which];
    least > 0 && number >= least
}
