//! The last version of an object (§3.2 `revoked`, §3.6.2): it says that nothing of it holds any more, and
//! nothing of what it said. Whoever has the version before learns that it is over; whoever never had it
//! learns no more.

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::check::{Severity, check};
use crate::id::{Class, ObjectId};
use crate::time::format_millis;

/// What stands where a text is required.
const GONE: &str = "Withdrawn (取り下げ)";
/// What stands where a pattern is required: it matches nothing that anybody observes.
const NOTHING: &str = "[x-kaname-withdrawn:value = 'withdrawn']";
/// Properties that stay as they were: which object it is, whose, and how it is marked.
const STAYS: [&str; 6] = [
    "type",
    "spec_version",
    "id",
    "created_by_ref",
    "created",
    "object_marking_refs",
];
/// Required properties that name others or count, and so stay too.
const NAMES: [&str; 12] = [
    "relationship_type",
    "source_ref",
    "target_ref",
    "sighting_of_ref",
    "is_family",
    "pattern_type",
    "valid_from",
    "published",
    "context",
    "opinion",
    "pattern_version",
    "product",
];
/// Types that say who speaks and how things are marked: they are taken back by nobody.
const KEPT: [&str; 4] = [
    "identity",
    "marking-definition",
    "extension-definition",
    "language-content",
];

/// The revoked version of an object at that moment. `None` for what has no versions, what is revoked already, and what
/// cannot be said without its content.
///
/// Of lists of references only those to objects stay whose id tells nothing of what they hold.
pub fn revoked(raw: &str, at: Timestamp) -> Option<String> {
    let object: Map<String, Value> = serde_json::from_str(raw).ok()?;
    let text = |name: &str| object.get(name).and_then(Value::as_str);
    let type_name = text("type")?;
    let is_over = object.get("revoked") == Some(&Value::Bool(true));
    if KEPT.contains(&type_name) || text("modified").is_none() || is_over {
        return None;
    }
    let mut last = Map::new();
    for name in STAYS.iter().chain(&NAMES) {
        if let Some(value) = object.get(*name) {
            last.insert((*name).to_owned(), value.clone());
        }
    }
    last.insert("modified".to_owned(), format_millis(at).into());
    last.insert("revoked".to_owned(), true.into());
    match type_name {
        "indicator" => {
            last.insert("pattern".to_owned(), NOTHING.into());
            last.insert("pattern_type".to_owned(), "stix".into());
        }
        "note" => _ = last.insert("content".to_owned(), GONE.into()),
        "malware-analysis" => _ = last.insert("result".to_owned(), "unknown".into()),
        "opinion" | "relationship" | "sighting" => {}
        _ => _ = last.insert("name".to_owned(), GONE.into()),
    }
    if let Some(refs) = object.get("object_refs") {
        last.insert(
            "object_refs".to_owned(),
            quiet(refs, text("created_by_ref")),
        );
    }
    let last = Value::Object(last);
    let is_wrong = check(&last)
        .iter()
        .any(|finding| finding.severity == Severity::Must);
    (!is_wrong).then(|| last.to_string())
}

/// References to what is named at random; the author, who is named anyway, where there are none.
fn quiet(refs: &Value, author: Option<&str>) -> Value {
    let refs = refs.as_array().into_iter().flatten();
    let is_quiet = |id: &&str| {
        ObjectId::parse(id).is_ok_and(|id| id.class() != Some(Class::Sco) && is_random(id.uuid()))
    };
    let quiet: Vec<&str> = refs.filter_map(Value::as_str).filter(is_quiet).collect();
    match (quiet.is_empty(), author) {
        (true, Some(author)) => json!([author]),
        _ => json!(quiet),
    }
}

fn is_random(uuid: Uuid) -> bool {
    uuid.get_version_num() == 4
}
