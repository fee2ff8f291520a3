//! Whether a pattern is found in what was observed (§9).
//!
//! `[…]` is asked of each observation by itself, and all of its `AND` of one
//! object. Between observations only times count. An `observed-data` object covers
//! the time from `first_observed` to `last_observed` and stands for
//! `number_observed` observations, each at some moment in between: a qualifier is
//! fulfilled when such moments can be chosen. What is joined by `AND`,
//! `FOLLOWEDBY` or `REPEATS` has to be found in different observations.
//!
//! A pattern is answered in two steps. First without asking that observations
//! differ, which takes no search ([`frontier`]); no there is no. Where the
//! observations found are not different ones, others are searched for, within a
//! bound ([`search`]).

mod condition;
mod effort;
mod frontier;
mod index;
mod many;
mod network;
mod observed;
mod path;
mod search;

pub use self::effort::GoesOn;
pub use self::index::{PatternIndex, Places};
pub use self::many::{Found, Listed, Looked, PassedOver, Patterns, Unsearchable};
pub use self::observed::{Observed, ObservedSet, Unusable};

use self::condition::Condition;
use self::effort::Effort;
use self::path::Scene;
use super::tree::{Literal, Observation, Qualifier};
use crate::time::micros;

/// Why no matcher can be made of a pattern that the grammar allows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MatcherError {
    /// A constant of `ISSUBSET` or `ISSUPERSET` is neither an address nor a network.
    #[error("`{text}` is neither an address nor a network like 192.0.2.0/24")]
    NoNetwork {
        /// Its beginning.
        text: String,
    },
    /// A regular expression that is wrong, too large, or needs look-around or
    /// back-references, which cannot be matched in bounded time.
    #[error("the expression `{text}` cannot be used: {reason}")]
    BadExpression {
        /// Its beginning.
        text: String,
        /// Why, in English.
        reason: String,
    },
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MatchError {
    /// More values would have to be looked at than is allowed.
    #[error("more than 20,000,000 values had to be looked at")]
    TooManyValues,
    /// More choices of observations would have to be tried than is allowed.
    #[error("more than 1,000,000 choices of observations had to be tried")]
    TooManyChoices,
    /// Whoever asked waits no longer.
    #[error("there was no answer in the time that is allowed")]
    Stopped,
    /// An expression would search a text that is too long for somebody to wait.
    #[error("an expression would have to search a text of more than 1,048,576 bytes")]
    LongText,
}

/// A pattern made ready to be looked for.
pub struct Matcher {
    plan: Plan,
    leaves: Vec<Leaf>,
}

/// What has to be found, with times in microseconds; `Leaf` names one of
/// [`Matcher::leaves`].
enum Plan {
    Leaf(usize),
    All(Vec<Plan>),
    Any(Vec<Plan>),
    Then(Vec<Plan>),
    Within(Box<Plan>, i64),
    Repeats(Box<Plan>, u64),
}

/// One `[…]`, with the time windows of what stands around it: `START … STOP …`
/// asks the same of each observation inside it.
struct Leaf {
    condition: Condition,
    windows: Vec<(i64, i64)>,
}

impl Matcher {
    /// Makes a pattern ready.
    ///
    /// # Errors
    /// [`MatcherError`] for constants that cannot be used.
    pub fn new(pattern: &Observation) -> Result<Self, MatcherError> {
        let mut matcher = Self {
            plan: Plan::All(Vec::new()),
            leaves: Vec::new(),
        };
        matcher.plan = matcher.plan(pattern, &mut Vec::new())?;
        Ok(matcher)
    }

    fn plan(
        &mut self,
        pattern: &Observation,
        windows: &mut Vec<(i64, i64)>,
    ) -> Result<Plan, MatcherError> {
        let mut all = |parts: &[Observation]| {
            let plans = parts.iter().map(|part| self.plan(part, windows));
            plans.collect::<Result<Vec<Plan>, _>>()
        };
        Ok(match pattern {
            Observation::Of(comparison) => {
                self.leaves.push(Leaf {
                    condition: Condition::new(comparison)?,
                    windows: windows.clone(),
                });
                Plan::Leaf(self.leaves.len() - 1)
            }
            Observation::And(parts) => Plan::All(all(parts)?),
            Observation::Or(parts) => Plan::Any(all(parts)?),
            Observation::Then(parts) => Plan::Then(all(parts)?),
            Observation::Qualified(inner, Qualifier::Within(seconds)) => {
                Plan::Within(Box::new(self.plan(inner, windows)?), span(seconds))
            }
            Observation::Qualified(inner, Qualifier::Repeats(times)) => Plan::Repeats(
                Box::new(self.plan(inner, windows)?),
                u64::try_from(*times).unwrap_or(1),
            ),
            Observation::Qualified(inner, Qualifier::Between(start, stop)) => {
                // The parser has read both.
                let window = micros(start).zip(micros(stop)).unwrap_or((0, 0));
                windows.push(window);
                let plan = self.plan(inner, windows);
                windows.pop();
                plan?
            }
        })
    }

    /// Looks for the pattern: the observations in which it is found, by their place
    /// in the set, in order; `None` when it is not there.
    ///
    /// # Errors
    /// [`MatchError`] where a bound is reached before there is an answer.
    pub fn find(&self, set: &ObservedSet) -> Result<Option<Vec<usize>>, MatchError> {
        self.find_while(set, None)
    }

    /// The same, as long as it goes on.
    pub(super) fn find_while(
        &self,
        set: &ObservedSet,
        goes_on: Option<GoesOn<'_>>,
    ) -> Result<Option<Vec<usize>>, MatchError> {
        let effort = Effort::new(goes_on);
        let candidates = self.candidates(set, &effort)?;
        let Some(found) = frontier::find(&self.plan, &candidates)? else {
            return Ok(None);
        };
        let mut picks = match found {
            frontier::Found::Differ(picks) => picks,
            frontier::Found::Overlap => match search::find(&self.plan, &candidates)? {
                Some(picks) => picks,
                None => return Ok(None),
            },
        };
        picks.sort_unstable();
        picks.dedup();
        Ok(Some(picks))
    }

    /// The observations that fulfil each of the `[…]`.
    fn candidates<'s>(
        &self,
        set: &'s ObservedSet,
        effort: &'s Effort<'s>,
    ) -> Result<Candidates<'s>, MatchError> {
        let mut of_leaf = Vec::with_capacity(self.leaves.len());
        for leaf in &self.leaves {
            let mut fitting = Vec::new();
            for (at, observed) in set.all().iter().enumerate() {
                effort.step()?;
                let scene = Scene {
                    set,
                    observed,
                    effort,
                };
                let in_time =
                    |(start, stop): &(i64, i64)| observed.first < *stop && observed.last >= *start;
                if leaf.windows.iter().all(in_time) && leaf.condition.holds(&scene)? {
                    fitting.push(at);
                }
            }
            of_leaf.push(fitting);
        }
        Ok(Candidates {
            all: set.all(),
            of_leaf,
            effort,
        })
    }
}

/// All observations, and for each leaf the places of those that fulfil it.
struct Candidates<'s> {
    all: &'s [Observed],
    of_leaf: Vec<Vec<usize>>,
    effort: &'s Effort<'s>,
}

/// Seconds in microseconds.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a float outside of i64 becomes its bound"
)]
fn span(seconds: &Literal) -> i64 {
    match seconds {
        Literal::Int(number) => number.saturating_mul(1_000_000),
        Literal::Float(number) => (number * 1e6).round() as i64,
        _ => 0,
    }
}
