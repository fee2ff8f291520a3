//! What arrives, read and bounded: pasted text, mail, tables, STIX, JSON, file names.
//!
//! Everything here is hostile until a person has looked at it. Nothing is fetched, unpacked,
//! rendered or executed: archives stay archives, so there is no zip bomb to set off, and markup
//! becomes text. Every bound is an option, and every error says what was met, where, and the
//! bound. The crate does no I/O and, of the workspace, knows only `kaname-stix`.
//!
//! | what arrives | read by |
//! |---|---|
//! | bytes of an unknown encoding | [`decode`] |
//! | text with indicators in it | [`extract`]; one value alone: [`read_value`], [`read_value_as`] |
//! | a table | [`table::propose`], [`table::read_table`]; cells that leave: [`csv_safe`] |
//! | a published list: lines, a table, JSON with a mapping | [`listed::read_list`] |
//! | a mail | [`mail::read_mail`], [`mail::mail_indicators`] |
//! | JSON | [`guard`], [`check_json`] |
//! | a file name, a time, a file of which one must not say more | [`safe_file_name`], [`read_when`], [`read_when_seen`], [`binary_type`] |
//! | records and reports in other formats: CVE, OSV, CSAF, OpenIOC | [`foreign::read`] |
//! | a whole TAXII layout, as a stream | [`layout::read_layout`] |
//! | warninglists: values that say little | [`warning::read_warning_list`], [`warning::WarningIndex`] |
//! | a whole submission, by any way | [`submission::from_form`] and its siblings |
//!
//! What cannot be read is data beside what can: a row without a value, a letter that is none, a
//! broken transfer encoding. Errors are for what passes a bound or is of another format.

#![forbid(unsafe_code)]

mod binary;
mod csv_safe;
mod decode;
mod extract;
mod fold;
pub mod foreign;
mod host;
mod html;
mod indicator;
mod json;
pub mod layout;
pub mod listed;
pub mod mail;
mod name;
mod network;
mod own;
mod scan;
pub mod submission;
pub mod table;
mod value;
pub mod warning;
mod when;
pub mod written;

pub use binary::binary_type;
pub use csv_safe::{csv_plain, csv_safe};
pub use decode::{DecodeError, DecodeNote, DecodeOptions, Decoded, decode};
pub use extract::{ExtractOptions, extract};
pub use host::is_whole_zone;
pub use indicator::{Excluded, ExcludedReason, Extraction, Finding, Kind, Note, Span, UnknownKind};
pub use json::{JsonError, JsonFault, JsonLimits, check_json, guard};
pub use name::safe_file_name;
pub use value::{Value, in_script, read_count, read_listed, read_value, read_value_as};
pub use when::{When, read_when, read_when_seen};
