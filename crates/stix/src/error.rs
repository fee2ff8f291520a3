//! What can be wrong with input, and how much of it is read.

use crate::check::Finding;

/// Bounds on what [`crate::bundle`] reads. Everything that arrives is hostile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the whole input.
    pub bytes: usize,
    /// Objects in it.
    pub objects: usize,
    /// Bytes of one object.
    pub object_bytes: usize,
    /// Nesting of arrays and objects within one object (never above 100).
    pub depth: usize,
}

impl Default for Limits {
    /// 100 MiB, 100,000 objects, 8 MiB an object, 32 levels.
    fn default() -> Self {
        Self {
            bytes: 100 * 1024 * 1024,
            objects: 100_000,
            object_bytes: 8 * 1024 * 1024,
            depth: 32,
        }
    }
}

/// Why something was not accepted. `path` is a JSON pointer (RFC 6901) from
/// the start of the input, or of the object where an object was given.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum StixError {
    /// The whole input is too long.
    #[error("input has {actual} bytes, the limit is {limit}")]
    TooLarge {
        /// Bytes given.
        actual: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// One object is too long.
    #[error("has {actual} bytes, the limit for one object is {limit}")]
    ObjectTooLarge {
        /// Bytes of the object.
        actual: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// More objects than allowed.
    #[error("more than {limit} objects")]
    TooManyObjects {
        /// Objects allowed.
        limit: usize,
    },
    /// Nested too deeply.
    #[error("nested deeper than {limit} levels at `{path}`, byte {offset}")]
    TooDeep {
        /// Levels allowed.
        limit: usize,
        /// Where.
        path: String,
        /// Byte offset in the input.
        offset: usize,
    },
    /// The same key twice in one JSON object.
    #[error("duplicate key `{key}` at `{path}`, byte {offset}")]
    DuplicateKey {
        /// The key.
        key: String,
        /// Where.
        path: String,
        /// Byte offset in the input.
        offset: usize,
    },
    /// Not JSON (RFC 8259, I-JSON strings).
    #[error("{message} at `{path}`, byte {offset}")]
    Syntax {
        /// What was wrong.
        message: &'static str,
        /// Where.
        path: String,
        /// Byte offset in the input.
        offset: usize,
    },
    /// Not UTF-8.
    #[error("invalid UTF-8 at byte {offset}")]
    Utf8 {
        /// Byte offset of the first invalid byte.
        offset: usize,
    },
    /// Valid JSON, but neither a bundle, an envelope, a list nor an object of STIX.
    #[error("{message} at `{path}`")]
    NotStix {
        /// What was expected.
        message: &'static str,
        /// Where.
        path: String,
    },
    /// A required property is absent.
    #[error("required property `{property}` is missing")]
    Missing {
        /// Its name.
        property: &'static str,
    },
    /// A property has another form than the standard gives it.
    #[error("`{path}` is not {expected}")]
    BadProperty {
        /// Which.
        path: String,
        /// What it should be.
        expected: &'static str,
    },
    /// Not an identifier `type--uuid` (STIX 2.1 §2.9).
    #[error("`{text}` is not a STIX identifier: {reason}")]
    BadId {
        /// The first 80 characters of what was given.
        text: String,
        /// Why not.
        reason: &'static str,
    },
    /// The object is STIX 2.0 where 2.1 is needed.
    #[error("`{id}` is a STIX 2.0 object, 2.1 is needed")]
    Version20 {
        /// The object's id.
        id: String,
    },
    /// What was to be authored would break rules of the standard.
    #[error("would not be valid STIX 2.1: {}", summary(.0))]
    Invalid(Vec<Finding>),
    /// An error inside the object at this index (from 0) of the input.
    #[error("object {index}: {source}")]
    InObject {
        /// Position in the list of objects.
        index: usize,
        /// What is wrong there.
        source: Box<StixError>,
    },
}

impl StixError {
    /// The same error, told to be about the object at `index`.
    #[must_use]
    pub fn in_object(self, index: usize) -> Self {
        match self {
            Self::InObject { .. } => self,
            other => Self::InObject {
                index,
                source: Box::new(other),
            },
        }
    }
}

fn summary(findings: &[Finding]) -> String {
    let lines: Vec<String> = findings
        .iter()
        .map(|f| format!("{} {}", f.path, f.message))
        .collect();
    lines.join("; ")
}
