//! The JSON API's form of a submission.
//!
//! ```json
//! { "title": "…", "technique": "…", "victim": "…", "occurred": "2026-05-01T10:20:00+09:00",
//!   "values": [ { "value": "evil[.]example", "kind": "domain", "comment": "…", "first_seen": "…" } ],
//!   "attachments": [ { "name": "a.eml", "media_type": "message/rfc822", "base64": "…" } ],
//!   "stix": { "type": "bundle", … } }
//! ```
//! Every member may be left out; members that are not listed here are faults.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::form::{Faults, fill, is_empty};
use super::normal::Values;
use super::{
    FieldFault, Form, FormValue, SubmissionError, SubmissionOptions, Submitted, Way, stix,
};
use crate::indicator::Span;
use crate::json::guard;
use crate::mail::{Attachment, attachment};

const MEMBERS: &[&str] = &[
    "title",
    "technique",
    "victim",
    "occurred",
    "values",
    "attachments",
    "stix",
];
const VALUE_MEMBERS: &[&str] = &["value", "kind", "comment", "first_seen"];
const FILE_MEMBERS: &[&str] = &["name", "media_type", "base64"];

/// Reads the JSON form. Duplicate keys, invalid UTF-8, `NaN` and what passes a bound are refused.
///
/// # Errors
/// The first fault of the JSON with line, column and path, or every fault of the form.
pub fn from_json(bytes: &[u8], options: &SubmissionOptions) -> Result<Submitted, SubmissionError> {
    let document = guard(bytes, &options.limits.json)?;
    let mut faults = Faults::new(options);
    let Value::Object(members) = &document else {
        faults.add("$", wrong("an object"));
        return Err(SubmissionError::Fields(faults.found));
    };
    unknown(members, MEMBERS, "$", &mut faults);
    let form = Form {
        title: text(members, "title", "$", &mut faults),
        technique: text(members, "technique", "$", &mut faults),
        victim: text(members, "victim", "$", &mut faults),
        occurred: text(members, "occurred", "$", &mut faults),
        values: values_of(members, options.limits.values, &mut faults),
    };
    let attachments = attachments_of(members, options, &mut faults);
    let mut submitted = Submitted::new(Way::Json);
    let mut values = Values::new(options);
    if let Err(found) = fill(&form, options, &mut values, &mut submitted) {
        found
            .into_iter()
            .for_each(|error| faults.add(&error.path, error.what));
    }
    if !faults.found.is_empty() {
        return Err(SubmissionError::Fields(faults.found));
    }
    if let Some(range) = stix_range(bytes) {
        stix::read(bytes, range, options, &mut values, &mut submitted)?;
    }
    values.finish(&mut submitted);
    submitted.attachments = attachments;
    if is_empty(&submitted) {
        return Err(SubmissionError::Empty);
    }
    Ok(submitted)
}

/// Where the bytes of the member `stix` lie in the document.
fn stix_range(bytes: &[u8]) -> Option<Span> {
    #[derive(Deserialize)]
    struct OnlyStix<'a> {
        #[serde(borrow, default)]
        stix: Option<&'a RawValue>,
    }
    let only: OnlyStix<'_> = serde_json::from_slice(bytes).ok()?;
    let raw = only.stix?.get();
    let start = (raw.as_ptr() as usize).checked_sub(bytes.as_ptr() as usize)?;
    Some(Span {
        start,
        end: start + raw.len(),
    })
}

fn wrong(expected: &str) -> FieldFault {
    FieldFault::WrongType {
        expected: expected.to_owned(),
    }
}

fn unknown(members: &Map<String, Value>, known: &[&str], path: &str, faults: &mut Faults) {
    for key in members.keys().filter(|key| !known.contains(&key.as_str())) {
        let shown: String = key.chars().take(60).collect();
        faults.add(&format!("{path}.{shown}"), FieldFault::Unknown);
    }
}

/// A string; empty when the member is absent or null.
fn text(members: &Map<String, Value>, key: &str, path: &str, faults: &mut Faults) -> String {
    match members.get(key) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(_) => {
            faults.add(&format!("{path}.{key}"), wrong("a string"));
            String::new()
        }
    }
}

fn list<'a>(
    members: &'a Map<String, Value>,
    key: &str,
    limit: usize,
    faults: &mut Faults,
) -> &'a [Value] {
    let items = match members.get(key) {
        None | Some(Value::Null) => return &[],
        Some(Value::Array(items)) => items,
        Some(_) => {
            faults.add(&format!("$.{key}"), wrong("a list"));
            return &[];
        }
    };
    if items.len() > limit {
        let actual = items.len();
        faults.add(&format!("$.{key}"), FieldFault::TooMany { actual, limit });
        return &[];
    }
    items
}

fn values_of(members: &Map<String, Value>, limit: usize, faults: &mut Faults) -> Vec<FormValue> {
    let items = list(members, "values", limit, faults);
    let mut values = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let path = format!("$.values[{index}]");
        values.push(match item {
            Value::String(value) => FormValue {
                value: value.clone(),
                ..FormValue::default()
            },
            Value::Object(item) => {
                unknown(item, VALUE_MEMBERS, &path, faults);
                FormValue {
                    value: text(item, "value", &path, faults),
                    kind: text(item, "kind", &path, faults),
                    comment: text(item, "comment", &path, faults),
                    first_seen: text(item, "first_seen", &path, faults),
                }
            }
            _ => {
                faults.add(&path, wrong("an object or a string"));
                FormValue::default()
            }
        });
    }
    values
}

fn attachments_of(
    members: &Map<String, Value>,
    options: &SubmissionOptions,
    faults: &mut Faults,
) -> Vec<Attachment> {
    let limit = options.limits.attachment_bytes;
    let items = list(members, "attachments", options.limits.attachments, faults);
    let mut attachments = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let path = format!("$.attachments[{index}]");
        let Value::Object(item) = item else {
            faults.add(&path, wrong("an object"));
            continue;
        };
        unknown(item, FILE_MEMBERS, &path, faults);
        let name = text(item, "name", &path, faults);
        let media_type = text(item, "media_type", &path, faults);
        let encoded = text(item, "base64", &path, faults);
        let path = format!("{path}.base64");
        if encoded.is_empty() {
            faults.add(&path, FieldFault::Missing);
            continue;
        }
        let actual = encoded.len() / 4 * 3;
        if actual > limit.saturating_add(2) {
            let unit = "bytes".to_owned();
            faults.add(
                &path,
                FieldFault::TooLong {
                    actual,
                    limit,
                    unit,
                },
            );
            continue;
        }
        match BASE64.decode(&encoded) {
            Ok(bytes) => attachments.push(attachment(&name, &media_type, bytes)),
            Err(_) => faults.add(&path, FieldFault::BadBase64),
        }
    }
    attachments
}
