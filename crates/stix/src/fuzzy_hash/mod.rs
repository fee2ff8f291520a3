//! Fuzzy hashes of files: two that are alike come of files that are alike. What is alike is found by pieces that both
//! have, never by comparing each with each; which pieces those are stands with each form. Decision 0032.

mod ssdeep;
mod tlsh;

pub use self::{
    ssdeep::{ALIKE_FROM, Ssdeep},
    tlsh::{ALIKE_TO, Tlsh},
};
use crate::value::{SearchValue, ValueKind};

/// A fuzzy hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FuzzyHash {
    /// Of ssdeep.
    Ssdeep(Ssdeep),
    /// Of TLSH.
    Tlsh(Tlsh),
}

/// How much two fuzzy hashes are alike, in the measure of their form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Likeness {
    /// The score of ssdeep, 0 to 100: the higher, the more alike.
    Score(u8),
    /// The distance of TLSH: the smaller, the more alike.
    Distance(u16),
}

impl Likeness {
    /// What nearer neighbours come first by.
    #[must_use]
    pub const fn rank(self) -> u16 {
        match self {
            Self::Score(score) => 100u16.saturating_sub(score as u16),
            Self::Distance(distance) => distance,
        }
    }
}

impl FuzzyHash {
    /// The hash that a value is; `None` for other kinds, and for what is not written as one.
    #[must_use]
    pub fn of(value: &SearchValue) -> Option<Self> {
        match value.kind {
            ValueKind::Ssdeep => Ssdeep::parse(&value.text).map(Self::Ssdeep),
            ValueKind::Tlsh => Tlsh::parse(&value.text).map(Self::Tlsh),
            _ => None,
        }
    }

    /// What a stored hash is kept under, so that those alike lead to it.
    #[must_use]
    pub fn pieces(&self) -> Vec<String> {
        match self {
            Self::Ssdeep(hash) => hash.pieces(),
            Self::Tlsh(hash) => hash.pieces(),
        }
    }

    /// What is looked up: every hash that is alike is kept under at least one of these.
    #[must_use]
    pub fn sought(&self) -> Vec<String> {
        match self {
            Self::Ssdeep(hash) => hash.sought(),
            Self::Tlsh(hash) => hash.sought(),
        }
    }

    /// How much another is alike; `None` when it is not, or of another form.
    #[must_use]
    pub fn likeness(&self, other: &Self) -> Option<Likeness> {
        match (self, other) {
            (Self::Ssdeep(one), Self::Ssdeep(other)) => {
                let score = one.score(other);
                (score >= ALIKE_FROM).then_some(Likeness::Score(score))
            }
            (Self::Tlsh(one), Self::Tlsh(other)) => {
                let distance = one.distance(other);
                (distance <= ALIKE_TO).then_some(Likeness::Distance(distance))
            }
            _ => None,
        }
    }
}
