//! What arrives, read and bounded: pasted text, mail, tables, JSON, file names.
//!
//! Everything here is hostile until a person has looked at it. Nothing is fetched, unpacked,
//! rendered or executed: archives stay archives, so there is no zip bomb to set off, and markup
//! becomes text. Every bound is an option, and every error says what was met, where, and the
//! bound. The crate does no I/O and depends on no other crate of the workspace.

#![forbid(unsafe_code)]

mod extract;
mod fold;
mod host;
mod indicator;
mod json;
mod name;
mod network;
mod own;
mod scan;
mod value;

pub use extract::{ExtractOptions, extract};
pub use indicator::{
    Excluded, ExcludedReason, Extraction, Finding, Kind, Note, Span, UnknownKind,
};
pub use json::{JsonError, JsonFault, JsonLimits, check_json, guard};
pub use name::safe_file_name;
pub use value::{Value, read_value, read_value_as};
