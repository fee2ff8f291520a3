//! A file of which nobody says what it is.

use super::{
    SubmissionError, SubmissionOptions, Submitted, Way, from_json, from_mail, from_stix,
    from_table, from_text,
};
use crate::decode::{DecodeOptions, decode};
use crate::table::TableOptions;

/// How much of a file is looked at, in bytes.
const LOOKED_AT: usize = 8 << 10;

/// Headers of which a mail has at least one.
const MAIL_HEADERS: &[&str] = &[
    "from:",
    "received:",
    "subject:",
    "return-path:",
    "delivered-to:",
    "message-id:",
    "mime-version:",
    "x-mozilla-status:",
];

/// What a file is taken for, by its content and then by the ending of its name.
#[must_use]
pub fn way_of(file_name: &str, bytes: &[u8]) -> Way {
    let start = &bytes[..bytes.len().min(LOOKED_AT)];
    let text = decode(start, &DecodeOptions::default())
        .map(|read| read.text)
        .unwrap_or_default();
    let lower = file_name.to_ascii_lowercase();
    let text = text.trim_start();
    if text.starts_with(['{', '[']) && !lower.ends_with(".txt") {
        let is_ours = ["\"technique\"", "\"victim\"", "\"values\""];
        let ours = is_ours.iter().any(|member| text.contains(member));
        let whole = text.contains("\"spec_version\"") || text.contains("\"objects\"");
        return if ours && !whole { Way::Json } else { Way::Stix };
    }
    if lower.ends_with(".csv") || lower.ends_with(".tsv") {
        return Way::Table;
    }
    let begins = |line: &str| {
        let line = line.to_ascii_lowercase();
        MAIL_HEADERS.iter().any(|header| line.starts_with(header))
    };
    let head: Vec<&str> = text
        .lines()
        .take(40)
        .take_while(|line| !line.is_empty())
        .collect();
    let headers = head.iter().filter(|line| begins(line)).count();
    if headers > 1 || headers == 1 && lower.ends_with(".eml") {
        return Way::Mail;
    }
    Way::Text
}

/// Reads a file as what [`way_of`] takes it for; tables with the mapping that is proposed.
///
/// # Errors
/// Those of the way.
pub fn from_file(
    file_name: &str,
    bytes: &[u8],
    options: &SubmissionOptions,
) -> Result<Submitted, SubmissionError> {
    match way_of(file_name, bytes) {
        Way::Stix => from_stix(bytes, options),
        Way::Json => from_json(bytes, options),
        Way::Mail => from_mail(bytes, options),
        Way::Table => from_table(bytes, &TableOptions::default(), options),
        Way::Text | Way::Form => from_text(bytes, options),
    }
}
