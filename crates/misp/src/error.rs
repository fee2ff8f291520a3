//! Bounds, faults of a whole document, and findings about its parts.

use serde::Serialize;

/// Bounds for what is read.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of a document, at most.
    pub bytes: usize,
    /// Containers inside an element, at most.
    pub depth: usize,
    /// Elements of an event (attributes, objects, reports) or objects of a bundle, at most.
    pub elements: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 512 << 20,
            depth: 32,
            elements: 1_000_000,
        }
    }
}

/// Why a document as a whole cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum MispError {
    /// More bytes than the limit.
    #[error("the document has {bytes} bytes, {limit} at most")]
    TooLong {
        /// Its length in bytes.
        bytes: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// More elements than the limit.
    #[error("the document has more than {limit} elements")]
    TooMany {
        /// The limit.
        limit: usize,
    },
    /// Not UTF-8.
    #[error("the document is not UTF-8 (byte {offset})")]
    NotText {
        /// The first byte that is none.
        offset: usize,
    },
    /// Not JSON, or not in the form that is expected.
    #[error("{message} at {pointer}")]
    Form {
        /// What is wrong, with line and column where they are known.
        message: String,
        /// The JSON pointer to the part that was read; empty for the document.
        pointer: String,
    },
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The element is left out.
    Error,
    /// The element is kept as it is.
    Warning,
}

/// What is wrong at a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// JSON pointer (RFC 6901) into the document.
    pub pointer: String,
    /// The rule's name, stable over versions.
    pub rule: &'static str,
    /// What is wrong, in English.
    pub message: String,
}

impl Finding {
    pub(crate) fn error(pointer: &str, rule: &'static str, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            pointer: pointer.to_owned(),
            rule,
            message: message.into(),
        }
    }

    pub(crate) fn warning(pointer: &str, rule: &'static str, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(pointer, rule, message)
        }
    }
}
