//! The job table as seen by workers.

use jiff::Timestamp;
use serde_json::Value;

/// A leased job.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Row number.
    pub id: i64,
    /// Which worker does it.
    pub kind: String,
    /// What to do.
    pub payload: Value,
    /// Which attempt this is, from 1.
    pub attempt: u16,
    /// Proves that the lease is still ours when finishing.
    pub lease: [u8; 16],
    /// The lease ends then; another worker may take it over after.
    pub leased_until: Timestamp,
}

/// How a leased job ended.
#[derive(Debug, Clone, PartialEq)]
pub enum JobOutcome {
    /// Done; the row goes.
    Done,
    /// Try again at that time, unless attempts are used up: then it is a dead letter.
    Retry {
        /// Not before.
        at: Timestamp,
        /// Why, for people.
        error: String,
    },
    /// Never try again: a dead letter, kept for people.
    Dead {
        /// Why.
        error: String,
    },
}
