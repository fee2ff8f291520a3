//! A societal-impact case: all incidents of one attack, as observed.

mod facts;
mod observation;
mod read;

use std::sync::Arc;

pub(crate) use facts::Facts;
pub use read::cases;

use crate::{Ends, Level, policy::Policy, time::Day, words::Words};

/// A case, read under the policy that rates it.
#[derive(Debug, Clone)]
pub struct Case {
    pub(crate) policy: Arc<Policy>,
    /// Its name, unique in its file.
    pub id: String,
    /// Its title.
    pub title: Words,
    /// Where the facts come from; may be empty.
    pub note: String,
    /// Place of its cause among the policy's causes.
    pub(crate) cause: usize,
    /// Code of its main sector.
    pub sector: String,
    /// The day whose list of sectors applies.
    pub scope_on: Day,
    /// Cause and sector open the gate; otherwise the level is a shadow level, never published.
    pub(crate) rated: bool,
    /// What is not known, sorted.
    pub(crate) unknown: Vec<String>,
    /// The result a test expects.
    pub expected: Option<Expected>,
    pub(crate) facts: Facts,
}

/// What a test expects of a case; ignored when rating.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Expected {
    /// Sustainability, safety, trust.
    pub viewpoints: [Option<Ends<Level>>; 3],
    /// The level.
    pub level: Option<Ends<Level>>,
    /// Whether it is rated.
    pub rated: Option<bool>,
}

impl Case {
    /// The policy it was read under, and is rated by.
    #[must_use]
    pub fn policy(&self) -> &Arc<Policy> {
        &self.policy
    }
}
