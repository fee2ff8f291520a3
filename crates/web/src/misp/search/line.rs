//! Attributes and objects one by one.

use kaname_misp::Shown;
use serde_json::{Value, json};

use super::{Gives, Members, Search, inner};
use crate::misp::{csv, walk::Piece};

impl Search {
    pub(super) fn attributes(&mut self, piece: &Piece, out: &mut String) {
        let before = out.len();
        for said in &piece.said {
            match &said.shown {
                Shown::Attribute(attribute) => self.attribute(piece, (None, attribute), out),
                Shown::Object(object) => {
                    for attribute in inner(object) {
                        self.attribute(piece, (Some(object), attribute), out);
                    }
                }
                Shown::Report(_) => {}
            }
        }
        if out.len() > before {
            self.note_fetched(piece);
        }
    }

    fn attribute(
        &mut self,
        piece: &Piece,
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
                let told = self.in_list(event, object, attribute);
                self.apart(out);
                out.push_str(&told.to_string());
            }
        }
    }

    /// An attribute as it stands alone: with what it is a part of.
    fn in_list(&self, event: &Members, object: Option<&Members>, attribute: &Members) -> Value {
        let mut told = self.bare(attribute);
        told.insert("Event".to_owned(), short(event, self.ask.include_context));
        if let Some(object) = object {
            told.insert("Object".to_owned(), of_object(object));
        }
        if self.ask.include_event_uuid {
            let uuid = event.get("uuid").cloned().unwrap_or_default();
            told.insert("event_uuid".to_owned(), uuid);
        }
        if self.ask.include_event_tags
            && let Some(Value::Array(of_event)) = event.get("Tag")
        {
            let tags = told.entry("Tag").or_insert_with(|| json!([]));
            if let Value::Array(tags) = tags {
                let inherited = of_event.iter().cloned().map(|mut tag| {
                    if let Value::Object(tag) = &mut tag {
                        tag.insert("inherited".to_owned(), 1.into());
                    }
                    tag
                });
                tags.extend(inherited);
            }
        }
        Value::Object(told)
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

fn short(event: &Members, context: bool) -> Value {
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
