//! What a provider submits, in one form whatever the way it came.
//!
//! Attack-technique information and victim information are two texts from here on, because they
//! have two audiences. Values of the provider itself are left out and named as such. Nothing here
//! decides whether a submission is durable: the receipt comes from the ledger.

mod contact;
mod file;
mod form;
mod group;
mod json;
mod limits;
mod normal;
mod readers;
mod stix;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::decode::DecodeError;
use crate::indicator::{ExcludedReason, Kind, Note, Span};
use crate::json::JsonError;
use crate::mail::{Attachment, MailError, MailNote};
use crate::table::{RowError, TableError};
use crate::when::When;

pub use contact::contacts;
pub use file::{from_file, way_of};
pub use form::{Form, FormValue, from_form};
pub use group::{
    GroupKey, Similarity, group_keys, groups, is_common, is_widely_shared, similarity,
};
pub use json::from_json;
pub use limits::{
    MAX_ATTACHMENTS, MAX_REMARKS_BYTES, MAX_TEXT_BYTES, MAX_TITLE_CHARS, MAX_VALUE_BYTES,
    MAX_VALUES, MAX_VALUES_BYTES, SubmissionLimits, SubmissionOptions,
};
pub use readers::{TablePreview, from_mail, from_table, from_text, preview_table};
pub use stix::{FromObjects, from_stix};

/// By which way a submission came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// The web form.
    Form,
    /// Pasted text or a text file.
    Text,
    /// A mail.
    Mail,
    /// A table.
    Table,
    /// STIX, by upload or TAXII.
    Stix,
    /// The JSON API.
    Json,
}

/// One value of a submission.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubmittedValue {
    /// What it is.
    pub kind: Kind,
    /// The value, canonical.
    pub value: String,
    /// What the provider says about it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub comment: String,
    /// The value as written where it first stands.
    pub as_written: String,
    /// Where it first stands: `line 3, column 2`, `body`, `objects[4]`, `values[0]`.
    pub place: String,
    /// The file it stands in, where one was handed in beside what was typed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// When the provider first saw it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_seen: Option<When>,
    /// What is odd about it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
}

/// A value that was left out because it is the provider's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// The value.
    pub value: SubmittedValue,
    /// Why.
    pub reason: ExcludedReason,
}

/// STIX within a submission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StixPart {
    /// Where its bytes lie in the bytes that were handed in: they are kept as they came.
    pub range: Span,
    /// Objects in it.
    pub objects: usize,
}

/// Something that did not become part of the submission as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Problem {
    /// A row of a table.
    Row(RowError),
    /// Something about a mail.
    Mail(MailNote),
    /// Something about how bytes were read as text.
    Text(crate::decode::DecodeNote),
    /// An object of STIX whose header does not read, in the words of the error.
    Object {
        /// Its place in the list, from 0.
        index: usize,
        /// What is wrong.
        what: String,
    },
    /// A bound on the values, or on all of them together, was reached; those beyond were not read.
    TooManyValues {
        /// How many were read.
        limit: usize,
    },
    /// The remarks on values together passed their bound: those beyond it were left out.
    TooManyRemarks {
        /// How many were left out.
        left_out: usize,
    },
    /// Own domains or networks that could not be understood: what is left out is incomplete.
    UnusableOwn(Vec<String>),
}

/// The content of a submission.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Submitted {
    /// The way it came.
    pub way: Way,
    /// One line; may be empty where the provider gave none.
    pub title: String,
    /// Attack-technique information: what was done, and how.
    pub technique: String,
    /// Victim information: who was hit, and what it did to them.
    pub victim: String,
    /// When it happened, as far as the provider says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub occurred: Option<When>,
    /// Values, one per kind and value, in order of appearance.
    pub values: Vec<SubmittedValue>,
    /// The provider's own, left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<LeftOut>,
    /// STIX within it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stix: Option<StixPart>,
    /// Files with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// What did not become part of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<Problem>,
}

/// Most characters of a title that is made of the first line.
const LONGEST_OUTLINE: usize = 60;

impl Submitted {
    /// Where the provider gave no title, the beginning of the first line of the technique; a dash where
    /// there is none.
    pub fn entitle(&mut self) {
        if self.title.trim().is_empty() {
            let mut lines = self.technique.lines().map(str::trim);
            let first = lines.find(|line| !line.is_empty()).unwrap_or("—");
            self.title = first.chars().take(LONGEST_OUTLINE).collect();
        }
    }

    /// Says of every value that it stands in this file.
    pub fn stands_in(&mut self, file: &str) {
        let left_out = self.left_out.iter_mut().map(|left| &mut left.value);
        for value in self.values.iter_mut().chain(left_out) {
            value.file = Some(file.to_owned());
        }
    }

    /// An empty submission.
    #[must_use]
    pub fn new(way: Way) -> Submitted {
        Submitted {
            way,
            title: String::new(),
            technique: String::new(),
            victim: String::new(),
            occurred: None,
            values: Vec::new(),
            left_out: Vec::new(),
            stix: None,
            attachments: Vec::new(),
            problems: Vec::new(),
        }
    }
}

/// What is wrong with one member of a form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum FieldFault {
    /// It must be there.
    #[error("is required")]
    Missing,
    /// There is no such member.
    #[error("is not a member of this form")]
    Unknown,
    /// It has another type.
    #[error("must be {expected}")]
    WrongType {
        /// The type, such as `a string`.
        expected: String,
    },
    /// It is too long.
    #[error("has {actual} {unit}, the limit is {limit}")]
    TooLong {
        /// Length given.
        actual: usize,
        /// Length allowed.
        limit: usize,
        /// What is counted: `characters` or `bytes`.
        unit: String,
    },
    /// It holds too many items.
    #[error("has {actual} items, the limit is {limit}")]
    TooMany {
        /// Items given.
        actual: usize,
        /// Items allowed.
        limit: usize,
    },
    /// It is no indicator, or not one of the kind that is said.
    #[error("is no value of the kind {kind}")]
    BadValue {
        /// The kind that is said, or `any`.
        kind: String,
    },
    /// It names no kind.
    #[error("names no kind of value; the kinds are {known}")]
    BadKind {
        /// The kinds there are.
        known: String,
    },
    /// It is no time.
    #[error("is not a time such as 2026-05-01T10:20:00+09:00")]
    BadTime,
    /// It is a time that has not come.
    #[error("lies after {latest}")]
    NotYet {
        /// The latest time that is taken.
        latest: Timestamp,
    },
    /// It is not base64 (RFC 4648 §4).
    #[error("is not base64")]
    BadBase64,
}

/// One fault of a form, with its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{path} {what}")]
pub struct FieldError {
    /// Where: `$.values[3].kind` (RFC 9535 §2.7).
    pub path: String,
    /// What.
    pub what: FieldFault,
}

/// Why a submission was not taken.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SubmissionError {
    /// Members of the form are wrong: all of them, up to 100.
    #[error("{} in the form, the first: {}", count(.0), first(.0))]
    Fields(Vec<FieldError>),
    /// The JSON is not well formed or passes a bound.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// The text is too long.
    #[error(transparent)]
    Text(#[from] DecodeError),
    /// The mail does not read.
    #[error(transparent)]
    Mail(#[from] MailError),
    /// The table does not read.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The STIX does not read.
    #[error(transparent)]
    Stix(#[from] kaname_stix::StixError),
    /// A text or table was expected, and the bytes are something else.
    #[error("this is no text but {media_type}; send it as an attachment")]
    NotText {
        /// What it is by its first bytes.
        media_type: String,
    },
    /// Nothing is in it: no text, value, object or file.
    #[error("the submission is empty")]
    Empty,
}

fn count(errors: &[FieldError]) -> String {
    match errors.len() {
        1 => "1 fault".to_owned(),
        many => format!("{many} faults"),
    }
}

fn first(errors: &[FieldError]) -> String {
    errors
        .first()
        .map(FieldError::to_string)
        .unwrap_or_default()
}
