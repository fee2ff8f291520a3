//! A draft policy over past cases: every level the change would move.

use std::sync::Arc;

use serde::Serialize;

use crate::{Ends, Flaw, Level, case::cases, policy::Policy};

/// What a draft would change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Replay {
    /// Cases that were rated under both policies.
    pub cases: usize,
    /// Those whose answer differs, in the order of the file.
    pub moved: Vec<Moved>,
}

/// A case whose level, or whose being rated at all, differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Moved {
    /// The case.
    pub id: String,
    /// Under the current policy.
    pub before: Answer,
    /// Under the draft.
    pub after: Answer,
}

/// The short answer of a rating.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// The level.
    pub level: Ends<Level>,
    /// Whether it is rated.
    pub rated: bool,
}

/// Rates a file of past cases under both policies.
///
/// # Errors
/// The first fault of the file under either policy: a draft without an indicator that past cases use
/// cannot be replayed.
pub fn replay(text: &str, current: &Arc<Policy>, draft: &Arc<Policy>) -> Result<Replay, Flaw> {
    let (before, after) = (cases(text, current)?, cases(text, draft)?);
    let mut moved = Vec::new();
    for (before, after) in before.iter().zip(&after) {
        let answer = |case: &crate::Case| {
            let rating = case.rate();
            Answer {
                level: rating.level,
                rated: rating.rated,
            }
        };
        let (old, new) = (answer(before), answer(after));
        if old != new {
            moved.push(Moved {
                id: before.id.clone(),
                before: old,
                after: new,
            });
        }
    }
    Ok(Replay {
        cases: before.len(),
        moved,
    })
}
