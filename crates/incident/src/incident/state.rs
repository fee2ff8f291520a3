//! The states of an incident, and which may follow which.

use serde::{Deserialize, Serialize};

/// Where an incident stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IncidentState {
    /// A report made it; nobody has looked.
    Reported,
    /// An officer took it on.
    Triaged,
    /// Several work on it together.
    Coordinating,
    /// It no longer spreads.
    Contained,
    /// Service is back.
    Recovered,
    /// Nothing more is to be done.
    Closed,
    /// It was closed, and there is more to do.
    Reopened,
    /// It went into another.
    Merged,
    /// It was none.
    Rejected,
    /// It is one, and not the centre's.
    OutOfScope,
}

impl IncidentState {
    /// All states.
    pub const ALL: [Self; 10] = [
        Self::Reported,
        Self::Triaged,
        Self::Coordinating,
        Self::Contained,
        Self::Recovered,
        Self::Closed,
        Self::Reopened,
        Self::Merged,
        Self::Rejected,
        Self::OutOfScope,
    ];

    /// The word in lists and counts.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reported => "reported",
            Self::Triaged => "triaged",
            Self::Coordinating => "coordinating",
            Self::Contained => "contained",
            Self::Recovered => "recovered",
            Self::Closed => "closed",
            Self::Reopened => "reopened",
            Self::Merged => "merged",
            Self::Rejected => "rejected",
            Self::OutOfScope => "out_of_scope",
        }
    }

    /// The states that may follow. An incident gets worse again, too; what was merged stays merged.
    pub const fn next(self) -> &'static [Self] {
        match self {
            Self::Reported => &[
                Self::Triaged,
                Self::Merged,
                Self::Rejected,
                Self::OutOfScope,
            ],
            Self::Triaged => &[
                Self::Coordinating,
                Self::Merged,
                Self::Rejected,
                Self::OutOfScope,
            ],
            Self::Coordinating => &[Self::Contained, Self::Merged],
            Self::Contained => &[Self::Coordinating, Self::Recovered, Self::Merged],
            Self::Recovered => &[Self::Coordinating, Self::Closed, Self::Merged],
            Self::Closed | Self::Rejected | Self::OutOfScope => &[Self::Reopened],
            Self::Reopened => &[
                Self::Triaged,
                Self::Coordinating,
                Self::Merged,
                Self::Rejected,
                Self::OutOfScope,
            ],
            Self::Merged => &[],
        }
    }

    /// Whether somebody still works on it.
    pub const fn is_open(self) -> bool {
        matches!(
            self,
            Self::Reported
                | Self::Triaged
                | Self::Coordinating
                | Self::Contained
                | Self::Recovered
                | Self::Reopened
        )
    }
}
