//! Patterns from anywhere, looked for in what was observed, with what became of each.

use serde::Serialize;
use serde_json::Value;

use super::{GoesOn, MatchError, MatcherError, ObservedSet, PatternIndex};
use crate::pattern::{
    PatternError, parse_pattern,
    tree::{Comparison, Observation, Operator},
};

/// Why a text is not looked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unsearchable {
    /// It is no pattern.
    #[error(transparent)]
    NoPattern(#[from] PatternError),
    /// No matcher can be made of it.
    #[error(transparent)]
    NoMatcher(#[from] MatcherError),
    /// More patterns than are looked for at once.
    #[error("more than {limit} patterns are not looked for at once")]
    TooMany {
        /// The limit.
        limit: usize,
    },
    /// More regular expressions than are looked for at once.
    #[error("more than {limit} expressions (MATCHES) are not looked for at once")]
    TooManyExpressions {
        /// The limit.
        limit: usize,
    },
}

/// A pattern that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Found {
    /// Where the pattern came from: an indicator's id, a line of a file; nothing where that needs no word.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub from: String,
    /// The pattern.
    pub pattern: String,
    /// Ids of the `observed-data` in which it was found.
    pub observed: Vec<String>,
    /// How many more there are.
    #[serde(skip_serializing_if = "is_none")]
    pub not_listed: usize,
}

/// A pattern that was not looked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PassedOver {
    /// Where it came from.
    pub from: String,
    /// Why, in English.
    pub reason: String,
}

/// What came of looking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looked {
    /// The patterns that were found, in their order.
    pub found: Vec<Found>,
    /// Those that were not looked for.
    pub passed_over: Vec<PassedOver>,
}

/// How much is told of what was found.
#[derive(Debug, Clone, Copy)]
pub struct Listed {
    /// Observations of one pattern.
    pub observed: usize,
    /// Bytes of ids of all patterns together.
    pub id_bytes: usize,
}

/// Patterns that are looked for together.
#[derive(Default)]
pub struct Patterns {
    index: PatternIndex,
    named: Vec<(String, String)>,
    passed_over: Vec<PassedOver>,
    expressions: usize,
    most_expressions: Option<usize>,
}

impl Patterns {
    /// None yet, and never more than so many regular expressions, each of which takes memory.
    #[must_use]
    pub fn with_expressions(most: usize) -> Self {
        Self {
            most_expressions: Some(most),
            ..Self::default()
        }
    }

    /// How many are looked for.
    #[must_use]
    pub fn len(&self) -> usize {
        self.named.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.named.is_empty()
    }

    /// Takes a pattern.
    ///
    /// # Errors
    /// [`Unsearchable`] says why it cannot be looked for.
    pub fn add(&mut self, from: &str, text: &str) -> Result<(), Unsearchable> {
        let tree = parse_pattern(text)?;
        let expressions = self.expressions + expressions(&tree);
        if let Some(limit) = self.most_expressions.filter(|most| expressions > *most) {
            return Err(Unsearchable::TooManyExpressions { limit });
        }
        let Ok(number) = u32::try_from(self.named.len()) else {
            let limit = u32::MAX as usize;
            return Err(Unsearchable::TooMany { limit });
        };
        self.index.add(number, &tree)?;
        self.expressions = expressions;
        self.named.push((from.to_owned(), text.to_owned()));
        Ok(())
    }

    /// Takes a pattern, or tells later why not.
    pub fn add_if(&mut self, from: &str, text: &str) {
        if let Err(error) = self.add(from, text) {
            self.passed_over.push(PassedOver {
                from: from.to_owned(),
                reason: error.to_string(),
            });
        }
    }

    /// The pattern of an object, where it is an indicator with one of STIX.
    #[must_use]
    pub fn of_indicator(object: &Value) -> Option<&str> {
        let of = |name| object.get(name).and_then(Value::as_str);
        let is_stix = of("pattern_type").is_none_or(|language| language == "stix");
        let is_indicator = of("type") == Some("indicator");
        of("pattern").filter(|_| is_indicator && is_stix)
    }

    /// Looks for them, as long as it goes on.
    ///
    /// # Errors
    /// [`MatchError`] where a bound is reached before there is an answer.
    pub fn look_in(
        self,
        set: &ObservedSet,
        mut listed: Listed,
        goes_on: Option<GoesOn<'_>>,
    ) -> Result<Looked, MatchError> {
        let mut found = Vec::new();
        for (number, places) in self.index.find_while(set, listed.observed, goes_on)? {
            let Some((from, pattern)) = self.named.get(number as usize) else {
                continue;
            };
            let mut one = Found {
                from: from.clone(),
                pattern: pattern.clone(),
                observed: Vec::new(),
                not_listed: places.more,
            };
            for at in places.first {
                let id = set.all().get(at).map_or("", |observed| &observed.id);
                match listed.id_bytes.checked_sub(id.len()) {
                    Some(left) => {
                        listed.id_bytes = left;
                        one.observed.push(id.to_owned());
                    }
                    None => one.not_listed += 1,
                }
            }
            found.push(one);
        }
        Ok(Looked {
            found,
            passed_over: self.passed_over,
        })
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde asks it")]
const fn is_none(count: &usize) -> bool {
    *count == 0
}

fn expressions(pattern: &Observation) -> usize {
    match pattern {
        Observation::Of(comparison) => of_comparison(comparison),
        Observation::And(parts) | Observation::Or(parts) | Observation::Then(parts) => {
            parts.iter().map(expressions).sum()
        }
        Observation::Qualified(inner, _) => expressions(inner),
    }
}

fn of_comparison(comparison: &Comparison) -> usize {
    match comparison {
        Comparison::Test(test) => usize::from(test.operator == Operator::Matches),
        Comparison::And(parts) | Comparison::Or(parts) => parts.iter().map(of_comparison).sum(),
    }
}
