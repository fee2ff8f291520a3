//! Attributes and objects one by one.

use kaname_misp::Shown;
use serde_json::{Value, json};

use super::{Gives, Members, Search, inner};
use crate::misp::{csv, walk::Piece};

/// What stands beside each attribute of an event, written once.
struct Around {
    event: String,
    /// Tags of the event, where they are asked for.
    tags: Vec<Value>,
}

impl Search {
    pub(super) fn attributes(&mut self, piece: &Piece, out: &mut String) {
        let before = out.len();
        let around = self.around(&piece.event);
        for said in &piece.said {
            match &said.shown {
                Shown::Attribute(attribute) => {
                    self.attribute((piece, &around), (None, attribute), out);
                }
                Shown::Object(object) => {
                    for attribute in inner(object) {
                        self.attribute((piece, &around), (Some(object), attribute), out);
                    }
                }
                Shown::Report(_) => {}
            }
        }
        if out.len() > before {
            self.note_fetched(piece);
        }
    }

    fn around(&self, event: &Members) -> Around {
        let tags = event.get("Tag").and_then(Value::as_array);
        let tags = tags.filter(|_| self.ask.include_event_tags);
        let inherited = tags.into_iter().flatten().cloned().map(|mut tag| {
            if let Value::Object(tag) = &mut tag {
                tag.insert("inherited".to_owned(), 1.into());
            }
            tag
        });
        Around {
            event: short(event, self.ask.include_context).to_string(),
            tags: inherited.collect(),
        }
    }

    fn attribute(
        &mut self,
        (piece, around): (&Piece, &Around),
        (object, attribute): (Option<&Members>, &Members),
        out: &mut String,
    ) {
        let event = &piece.event;
        if !self.ask.of_attribute(event, object, attribute) || !self.takes() {
            return;
        }
        match &self.gives {
            Gives::Lines(columns) => {
                out.push_str(&csv::line(columns, (event, object, attribute)));
            }
            Gives::Hashes => out.push_str(&csv::hashes(event, attribute)),
            _ => {
                self.apart(out);
                self.alone((event, around), (object, attribute), out);
            }
        }
    }

    /// An attribute as it stands alone: with what it is a part of.
    fn alone(
        &self,
        (event, around): (&Members, &Around),
        (object, attribute): (Option<&Members>, &Members),
        out: &mut String,
    ) {
        let bare = !self.ask.with_attachments && attribute.contains_key("data");
        let mut told = match bare || !around.tags.is_empty() {
            true => {
                let mut told = self.bare(attribute);
                let tags = told.entry("Tag").or_insert_with(|| json!([]));
                if let Value::Array(tags) = tags {
                    tags.extend(around.tags.iter().cloned());
                }
                written(&told)
            }
            false => written(attribute),
        };
        // The closing brace comes behind what it is a part of.
        told.pop();
        out.push_str(&told);
        out.push_str(",\"Event\":");
        out.push_str(&around.event);
        if let Some(object) = object {
            out.push_str(",\"Object\":");
            out.push_str(&of_object(object).to_string());
        }
        if self.ask.include_event_uuid {
            let uuid = event.get("uuid").cloned().unwrap_or_default();
            out.push_str(&format!(",\"event_uuid\":{uuid}"));
        }
        out.push('}');
    }

    pub(super) fn objects(&mut self, piece: &Piece, out: &mut String) {
        let event = &piece.event;
        let before = out.len();
        for said in &piece.said {
            let Shown::Object(object) = &said.shown else {
                continue;
            };
            let mut own = inner(object);
            let asked = self.ask.is_given(object)
                && own.any(|attribute| self.ask.of_attribute(event, Some(object), attribute));
            if !asked || !self.takes() {
                continue;
            }
            let mut object = object.clone();
            object.insert("Event".to_owned(), short(event, self.ask.include_context));
            self.apart(out);
            out.push_str(&json!({ "Object": object }).to_string());
        }
        if out.len() > before {
            self.note_fetched(piece);
        }
    }
}

/// Members of an event that stand with each of its attributes.
const SHORT: [&str; 12] = [
    "id",
    "uuid",
    "info",
    "org_id",
    "orgc_id",
    "distribution",
    "sharing_group_id",
    "date",
    "threat_level_id",
    "analysis",
    "published",
    "timestamp",
];
/// Those that do where the context is asked for.
const CONTEXT: [&str; 4] = ["publish_timestamp", "Org", "Orgc", "Tag"];

/// Members as JSON. Memory takes every byte, so there is nothing to fail.
fn written(members: &Members) -> String {
    serde_json::to_string(members).unwrap_or_default()
}

pub(super) fn short(event: &Members, context: bool) -> Value {
    let more = CONTEXT.iter().filter(|_| context);
    let keys = SHORT.iter().chain(more);
    let told = keys.filter_map(|key| Some(((*key).to_owned(), event.get(*key)?.clone())));
    Value::Object(told.collect())
}

fn of_object(object: &Members) -> Value {
    let keys = [
        "id",
        "uuid",
        "name",
        "meta-category",
        "distribution",
        "sharing_group_id",
    ];
    let told = keys
        .iter()
        .filter_map(|key| Some(((*key).to_owned(), object.get(*key)?.clone())));
    Value::Object(told.collect())
}
