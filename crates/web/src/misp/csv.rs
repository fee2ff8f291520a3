//! Attributes as lines: CSV with the columns of MISP, and hashes of values.

use jiff::Timestamp;
use kaname_misp::feed::hashes_of;
use serde_json::{Map, Value};

use super::error::MispError;

type Members = Map<String, Value>;

/// The usual columns.
const USUAL: [&str; 13] = [
    "uuid",
    "event_id",
    "category",
    "type",
    "value",
    "comment",
    "to_ids",
    "date",
    "object_relation",
    "attribute_tag",
    "object_uuid",
    "object_name",
    "object_meta_category",
];
/// Those of the event, where it is asked for.
const OF_EVENT: [&str; 8] = [
    "event_info",
    "event_member_org",
    "event_source_org",
    "event_distribution",
    "event_threat_level_id",
    "event_analysis",
    "event_date",
    "event_tag",
];
/// More that can be asked for by name.
const MORE: [&str; 5] = ["id", "timestamp", "deleted", "event_uuid", "first_seen"];

/// The columns of an answer.
///
/// # Errors
/// When one is asked for that there is not.
pub(super) fn columns(asked: &[String], context: bool) -> Result<Vec<String>, MispError> {
    if asked.is_empty() {
        let more = OF_EVENT.iter().filter(|_| context);
        return Ok(USUAL
            .iter()
            .chain(more)
            .map(|&name| name.to_owned())
            .collect());
    }
    let known = |name: &String| {
        let name = name.as_str();
        USUAL.contains(&name) || OF_EVENT.contains(&name) || MORE.contains(&name)
    };
    match asked.iter().find(|name| !known(name)) {
        Some(unknown) => Err(MispError::bad(
            "requested_attributes",
            format!(
                "there is no column {}",
                unknown.chars().take(100).collect::<String>()
            ),
        )),
        None => Ok(asked.to_vec()),
    }
}

/// A line.
pub(super) fn line(
    columns: &[String],
    (event, object, attribute): (&Members, Option<&Members>, &Members),
) -> String {
    let cells = columns
        .iter()
        .map(|column| cell(column, (event, object, attribute)));
    let mut line = cells.collect::<Vec<String>>().join(",");
    line.push('\n');
    line
}

/// The MD5 of a value, or of each of its parts, beside its event.
pub(super) fn hashes(event: &Members, attribute: &Members) -> String {
    let text = |members: &Members, key: &str| match members.get(key) {
        Some(Value::String(text)) => text.clone(),
        _ => String::new(),
    };
    let uuid = text(event, "uuid");
    let (kind, value) = (text(attribute, "type"), text(attribute, "value"));
    let hashes = hashes_of(&kind, &value);
    let lines = hashes.map(|md5| format!("{},{uuid}\n", hex::encode(md5)));
    lines.collect()
}

fn cell(
    column: &str,
    (event, object, attribute): (&Members, Option<&Members>, &Members),
) -> String {
    let none = Members::new();
    let object = object.unwrap_or(&none);
    match column {
        "date" => quoted(&day(attribute)),
        "attribute_tag" => quoted(&tags(attribute)),
        "event_tag" => quoted(&tags(event)),
        "object_uuid" => quoted(&plain(object.get("uuid"))),
        "object_name" => quoted(&plain(object.get("name"))),
        "object_meta_category" => quoted(&plain(object.get("meta-category"))),
        "event_member_org" => quoted(&organisation(event, "Org")),
        "event_source_org" => quoted(&organisation(event, "Orgc")),
        "event_id" | "to_ids" | "timestamp" | "id" => plain(attribute.get(column)),
        other => match other.strip_prefix("event_") {
            Some(of_event) => quoted(&plain(event.get(of_event))),
            None => quoted(&plain(attribute.get(other))),
        },
    }
}

fn plain(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::Bool(flag)) => u8::from(*flag).to_string(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

fn tags(members: &Members) -> String {
    let tags = members.get("Tag").and_then(Value::as_array);
    let names = tags.into_iter().flatten();
    let names = names.filter_map(|tag| tag.get("name").and_then(Value::as_str));
    names.collect::<Vec<&str>>().join(",")
}

fn organisation(event: &Members, which: &str) -> String {
    plain(event.get(which).and_then(|one| one.get("name")))
}

/// The day of an attribute, as MISP's lines write it.
fn day(attribute: &Members) -> String {
    let seconds = plain(attribute.get("timestamp")).parse::<i64>().ok();
    let at = seconds.and_then(|seconds| Timestamp::from_second(seconds).ok());
    let at = at.map(|at| at.to_string()).unwrap_or_default();
    at.get(..10).unwrap_or_default().replace('-', "")
}
