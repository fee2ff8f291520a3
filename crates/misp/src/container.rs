//! The event itself in STIX: a report or grouping, who made it, its reports in prose.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::bundle::{self, NAMESPACE, Shared, extend, head, seconds, stamp};
use crate::json::{Members, text};
use crate::model::uuid;
use crate::read::Event;
use crate::tag::Marks;

/// The STIX id of an event: of a report for what is published, of a grouping for what is not.
#[must_use]
pub fn container_of(event: &Event<'_>) -> String {
    container_id(event)
}

/// A report for what is published, a grouping for what is not.
pub(crate) fn container_id(event: &Event<'_>) -> String {
    let published = event.members().get("published") == Some(&Value::Bool(true));
    let kind = if published { "report" } else { "grouping" };
    let shared = Shared {
        event: event.uuid(),
        created_by: None,
        marks: Marks::default(),
        heeds: false,
        stamp: String::new(),
        groups: bundle::Groups::default(),
    };
    format!("{kind}--{}", bundle::uuid_of(event.members(), &shared))
}

pub(crate) fn container(event: &Event<'_>, refs: &[&str], shared: &Shared) -> Members {
    let members = event.members();
    let id = container_id(event);
    let kind = id.split("--").next().unwrap_or_default();
    let mut object = head(kind, members, shared);
    let info = Some(event.info()).filter(|info| !info.is_empty());
    object.insert("name".to_owned(), info.unwrap_or("MISP event").into());
    let date = text(members, "date").map(|date| format!("{date}T00:00:00.000Z"));
    let date = date.filter(|date| {
        seconds(date).is_some_and(|date| Some(date) <= seconds(&shared.stamp)) && date.len() == 24
    });
    if let Some(date) = date {
        object.insert("created".to_owned(), date.into());
    }
    if kind == "report" {
        let published = text(members, "publish_timestamp").and_then(stamp);
        let published = published.unwrap_or_else(|| shared.stamp.clone());
        object.insert("published".to_owned(), published.into());
    } else {
        object.insert("context".to_owned(), "suspicious-activity".into());
    }
    object.insert("object_refs".to_owned(), json!(refs));
    let guess = guess_event(&object);
    let rest = crate::rest::rest(members.clone(), &guess);
    extend(&mut object, "event", None, &rest);
    object
}

/// What a report or grouping says as an event.
pub(crate) fn guess_event(object: &Members) -> Members {
    let mut members = Members::new();
    let mut put = |key: &str, value: Value| members.insert(key.to_owned(), value);
    let property = |key: &str| text(object, key);
    if let Some((_, uuid)) = property("id").and_then(|id| id.split_once("--")) {
        put("uuid", uuid.into());
    }
    put("info", property("name").unwrap_or("STIX bundle").into());
    if let Some(modified) = property("modified").and_then(seconds) {
        put("timestamp", modified.to_string().into());
    }
    if let Some(date) = property("created").and_then(|created| created.get(..10)) {
        put("date", date.into());
    }
    let report = property("type") == Some("report");
    put("published", report.into());
    if let Some(published) = property("published").and_then(seconds) {
        put("publish_timestamp", published.to_string().into());
    }
    members
}

/// What a note says as an event's report.
pub(crate) fn guess_report(object: &Members) -> Members {
    let mut members = Members::new();
    let mut put = |key: &str, value: Value| members.insert(key.to_owned(), value);
    let property = |key: &str| text(object, key);
    if let Some((_, uuid)) = property("id").and_then(|id| id.split_once("--")) {
        put("uuid", uuid.into());
    }
    put("name", property("abstract").unwrap_or_default().into());
    put("content", property("content").unwrap_or_default().into());
    if let Some(modified) = property("modified").and_then(seconds) {
        put("timestamp", modified.to_string().into());
    }
    members
}

/// A relationship type in the characters STIX allows (§5.1).
pub(crate) fn relation(kind: &str) -> String {
    let kind: String = kind
        .to_lowercase()
        .chars()
        .map(|character| match character {
            'a'..='z' | '0'..='9' => character,
            _ => '-',
        })
        .collect();
    let words: Vec<&str> = kind.split('-').filter(|word| !word.is_empty()).collect();
    match words.join("-") {
        kind if kind.len() >= 3 => kind,
        _ => "related-to".to_owned(),
    }
}

pub(crate) fn identity(orgc: &Members, time: Option<&str>) -> Option<(String, Members)> {
    let name = text(orgc, "name").filter(|name| !name.is_empty())?;
    let uuid = uuid(orgc).filter(|uuid| matches!(uuid.get_version_num(), 1..=5));
    let uuid = uuid.unwrap_or_else(|| Uuid::new_v5(&NAMESPACE, name.as_bytes()));
    let id = format!("identity--{uuid}");
    let time = time.unwrap_or("1970-01-01T00:00:00.000Z");
    let object = json!({
        "type": "identity",
        "spec_version": "2.1",
        "id": id,
        "created": time,
        "modified": time,
        "name": name,
        "identity_class": "organization",
    });
    match object {
        Value::Object(object) => Some((id, object)),
        _ => None,
    }
}
