//! STIX objects by others, kept whole in an event: an attribute of type `other` whose value is the
//! object's text and whose tag says so.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::bundle::{NAMESPACE, seconds};
use crate::json::{self, Members, text};
use crate::tag;

const TAG: &str = "kaname:stix=\"object\"";
/// On an event that was made for a bundle without a report: the event itself is no object.
pub(crate) const BARE: &str = "kaname:stix=\"bundle\"";

/// Whether an attribute's text may be a kept object; cheap, and sometimes wrong.
pub(crate) fn may_be(attribute: &str) -> bool {
    attribute.contains("kaname:stix=")
}

/// The attribute that keeps an object's text.
pub(crate) fn keep(id: &str, object: &str) -> Members {
    let comment = format!("STIX object kept whole: {id}");
    let members = json!({
        "uuid": Uuid::new_v5(&NAMESPACE, id.as_bytes()).to_string(),
        "type": "other",
        "category": "Other",
        "value": object,
        "comment": comment,
        "to_ids": false,
        "disable_correlation": true,
        "distribution": "5",
        "Tag": [{ "name": TAG }],
    });
    match members {
        Value::Object(members) => members,
        _ => Members::new(),
    }
}

/// Members with the label that a kept object has.
pub(crate) fn labelled() -> Members {
    let mut members = Members::new();
    members.insert("labels".to_owned(), json!([TAG]));
    members
}

/// An object that was kept.
pub(crate) struct Kept {
    pub(crate) id: String,
    pub(crate) object: String,
    /// When this version was made, in seconds since 1970.
    pub(crate) modified: i64,
}

/// The object that an attribute keeps, if it does and the text is still an object of that id.
pub(crate) fn kept(members: &Members) -> Option<Kept> {
    if text(members, "type") != Some("other") || !tag::names(members).any(|name| name == TAG) {
        return None;
    }
    let object = text(members, "value")?;
    let read = json::members(object, 64, "").ok()?;
    let id = text(&read, "id")?.to_owned();
    text(&read, "type")?;
    let modified = text(&read, "modified").and_then(seconds);
    Some(Kept {
        id,
        object: object.to_owned(),
        modified: modified.unwrap_or(i64::MAX),
    })
}
