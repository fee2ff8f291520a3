//! STIX patterns (§9): reading them by the grammar, one canonical form,
//! equivalence, what they say in words; the values that simple ones ask for; and
//! whether they are found in what was observed ([`matcher`]).

mod canonical;
mod explain;
pub mod matcher;
mod parse;
mod token;
pub mod tree;
mod values;

pub use canonical::{canonical_pattern, equivalent_patterns};
pub use explain::{Language, explain_pattern};
pub use parse::parse_pattern;
pub use values::{pattern_for, pattern_of, pattern_values};

/// Longest pattern that is read, in bytes.
const MAX_PATTERN: usize = 256 * 1024;

/// Why a text is no pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{message} at byte {offset}")]
pub struct PatternError {
    /// Byte in the pattern where the fault stands.
    pub offset: usize,
    /// What is wrong there, in English.
    pub message: &'static str,
}

impl PatternError {
    const fn new(offset: usize, message: &'static str) -> Self {
        Self { offset, message }
    }
}

/// A string literal of the pattern language: single quotes, with `\` before
/// quotes and backslashes.
#[must_use]
pub fn quote(value: &str) -> String {
    let mut out = String::with_capacity(value.len() + 2);
    out.push('\'');
    for character in value.chars() {
        if character == '\'' || character == '\\' {
            out.push('\\');
        }
        out.push(character);
    }
    out.push('\'');
    out
}
