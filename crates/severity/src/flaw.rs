//! Why a file is refused: line, place, field and reason.

use std::ops::Range;

/// The first fault found in a policy, case or signature file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {place}`{field}` {reason}")]
pub struct Flaw {
    /// Line in the file, from 1.
    pub line: usize,
    /// The case and observation it belongs to, ending in `: `; empty where there is none.
    pub place: String,
    /// The key, or what stands in its place.
    pub field: String,
    /// What is wrong, lower case, no full stop.
    pub reason: String,
}

/// A fault whose line is not counted yet: reading a good file counts no lines.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) byte: usize,
    place: String,
    field: String,
    reason: String,
}

impl Fault {
    pub(crate) fn new(at: &Range<usize>, field: &str, reason: impl Into<String>) -> Self {
        Self {
            byte: at.start,
            place: String::new(),
            field: field.to_owned(),
            reason: reason.into(),
        }
    }

    /// With the thing it belongs to, outermost last.
    pub(crate) fn within(mut self, place: &str) -> Self {
        let comma = if self.place.is_empty() { "" } else { ", " };
        self.place = format!("{place}{comma}{}", self.place);
        self
    }

    pub(crate) fn in_text(self, text: &str) -> Flaw {
        let before = text.get(..self.byte.min(text.len())).unwrap_or(text);
        let colon = if self.place.is_empty() { "" } else { ": " };
        Flaw {
            line: before.bytes().filter(|byte| *byte == b'\n').count() + 1,
            place: format!("{}{colon}", self.place),
            field: self.field,
            reason: self.reason,
        }
    }
}
