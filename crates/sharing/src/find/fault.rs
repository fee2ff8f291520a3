//! What of a search was not understood, where it stands, and what would be possible there.

use super::{MAX_CHARS, MAX_TERMS, Span};

/// Longest writing that a fault repeats, in characters.
const REPEATED: usize = 60;

/// Something of a search that was not understood; it was not looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where it stands.
    pub span: Span,
    /// What stands there, shortened.
    pub written: String,
    /// Why it was not understood.
    pub why: Why,
}

/// Why something was not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// There is no such key; these there are.
    UnknownKey(Vec<String>),
    /// Nothing stands behind the key; such can.
    Empty(Vec<String>),
    /// The key takes no such value; it takes these, or such.
    NotPossible(Vec<String>),
    /// The quotation does not end; it was taken to the end.
    OpenQuote,
    /// A term of this kind cannot be left out with `-`; words, phrases and types can.
    NotDenied,
    /// No letter or digit in it.
    NoWord,
    /// More terms than are read.
    TooMany,
    /// Longer than is read.
    TooLong,
}

impl Why {
    /// Stable word for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::UnknownKey(_) => "unknown-key",
            Self::Empty(_) => "empty",
            Self::NotPossible(_) => "not-possible",
            Self::OpenQuote => "open-quote",
            Self::NotDenied => "not-denied",
            Self::NoWord => "no-word",
            Self::TooMany => "too-many",
            Self::TooLong => "too-long",
        }
    }

    /// What would be possible there, when that can be listed.
    #[must_use]
    pub fn possible(&self) -> &[String] {
        match self {
            Self::UnknownKey(list) | Self::Empty(list) | Self::NotPossible(list) => list,
            _ => &[],
        }
    }

    /// The bound that was passed, when one was.
    #[must_use]
    pub const fn bound(&self) -> Option<usize> {
        match self {
            Self::TooMany => Some(MAX_TERMS),
            Self::TooLong => Some(MAX_CHARS),
            _ => None,
        }
    }
}

impl Fault {
    /// At that place.
    #[must_use]
    pub fn new(span: Span, written: &str, why: Why) -> Self {
        let mut shortened: String = written.trim().chars().take(REPEATED).collect();
        if written.trim().chars().nth(REPEATED).is_some() {
            shortened.push('…');
        }
        Self {
            span,
            written: shortened,
            why,
        }
    }
}
