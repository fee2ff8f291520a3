//! JSON read with bounds, before anything is built from it.
//!
//! `serde_json` takes the last of two equal keys and rounds numbers that do not fit. Both let two
//! readers see two different documents under one signature, so both are refused here (RFC 8259
//! §4 and §6 leave them open; RFC 8785 §3.1 needs them closed).

mod open;
mod scan;

use std::fmt;

use serde_json::Value;

/// `serde_json` itself stops at 128 levels.
const HARD_MAX_DEPTH: usize = 120;

/// Bounds on a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JsonLimits {
    /// Length of the document, in bytes.
    pub max_bytes: usize,
    /// Arrays and objects within each other; at most 120 counts.
    pub max_depth: usize,
    /// Length of one string or key as written, in bytes.
    pub max_string_bytes: usize,
    /// Items of one array.
    pub max_items: usize,
    /// Members of one object.
    pub max_members: usize,
}

impl Default for JsonLimits {
    fn default() -> JsonLimits {
        JsonLimits {
            max_bytes: 64 << 20,
            max_depth: 64,
            max_string_bytes: 1 << 20,
            max_items: 1_000_000,
            max_members: 10_000,
        }
    }
}

/// What is wrong with a document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonFault {
    /// More bytes than allowed.
    #[error("longer than {limit} bytes")]
    TooLong {
        /// The bound, in bytes.
        limit: usize,
    },
    /// Arrays and objects within each other beyond the bound.
    #[error("nested deeper than {limit} levels")]
    TooDeep {
        /// The bound.
        limit: usize,
    },
    /// One string or key beyond the bound.
    #[error("a string longer than {limit} bytes")]
    StringTooLong {
        /// The bound, in bytes.
        limit: usize,
    },
    /// One array beyond the bound.
    #[error("an array of more than {limit} items")]
    TooManyItems {
        /// The bound.
        limit: usize,
    },
    /// One object beyond the bound.
    #[error("an object of more than {limit} members")]
    TooManyMembers {
        /// The bound.
        limit: usize,
    },
    /// A key that stands twice in one object, also when escaped differently.
    #[error("the key {0:?} stands twice in one object")]
    DuplicateKey(String),
    /// Bytes that are no UTF-8 (RFC 8259 §8.1).
    #[error("bytes that are not UTF-8")]
    NotUtf8,
    /// A number that would be rounded to infinity or to another integer.
    #[error("the number {0} cannot be kept exactly")]
    InexactNumber(String),
    /// `NaN`, `Infinity` and their like, which JSON does not have.
    #[error("{0} is not JSON")]
    NotANumber(String),
    /// A surrogate escape without its other half (RFC 8259 §8.2).
    #[error("half of a surrogate pair")]
    LoneSurrogate,
    /// The document ends too early.
    #[error("the document ends within a value")]
    UnexpectedEnd,
    /// Something else stands where this was expected.
    #[error("expected {0}")]
    Expected(&'static str),
}

/// What is wrong with a document, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct JsonError {
    /// What is wrong.
    pub fault: JsonFault,
    /// Offset in bytes.
    pub offset: usize,
    /// Line, counted from 1.
    pub line: usize,
    /// Column in bytes, counted from 1.
    pub column: usize,
    /// Path of the value concerned, written like `$.objects[3].name` (RFC 9535 §2.7).
    pub path: String,
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} at line {} column {} ({})",
            self.fault, self.line, self.column, self.path
        )
    }
}

/// Checks a document against the bounds without building it. Takes linear time.
///
/// # Errors
/// The first fault, with line, column and path.
pub fn check_json(bytes: &[u8], limits: &JsonLimits) -> Result<(), JsonError> {
    let limits = JsonLimits {
        max_depth: limits.max_depth.min(HARD_MAX_DEPTH),
        ..*limits
    };
    scan::Scanner::new(bytes, limits).run()
}

/// Checks a document and builds it. A UTF-8 byte order mark is refused (RFC 8259 §8.1).
///
/// # Errors
/// The first fault, with line, column and path.
pub fn guard(bytes: &[u8], limits: &JsonLimits) -> Result<Value, JsonError> {
    check_json(bytes, limits)?;
    serde_json::from_slice(bytes).map_err(|source| JsonError {
        fault: JsonFault::Expected("a value that can be built"),
        offset: 0,
        line: source.line(),
        column: source.column(),
        path: "$".to_owned(),
    })
}
