//! Sightings one by one, each of an attribute that is asked for.

use std::collections::HashMap;

use kaname_kernel::MatterId;
use kaname_misp::{
    Shown,
    ask::{Span, Wanted},
};
use kaname_world::misp::{Organisation, OwnAnswer, number_of};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Members, Search, inner, line::short};
use crate::misp::walk::Piece;

/// What is asked of sightings.
#[derive(Default)]
pub(in crate::misp) struct Wish {
    /// 0, 1 or 2 (core format §2.9, type).
    pub(in crate::misp) kind: Wanted,
    /// By what it was seen.
    pub(in crate::misp) source: Wanted,
    /// By number, UUID or name.
    pub(in crate::misp) organisation: Wanted,
    /// Since when.
    pub(in crate::misp) last: Span,
    /// From when until when.
    pub(in crate::misp) between: Span,
    /// Whether the attribute goes along.
    pub(in crate::misp) include_attribute: bool,
    /// Whether the event goes along.
    pub(in crate::misp) include_event: bool,
    /// Whether the answer is the list alone.
    pub(in crate::misp) is_bare: bool,
    /// What the caller's organisation answered, by item.
    pub(in crate::misp) answers: HashMap<MatterId, OwnAnswer>,
    /// The caller's organisation.
    pub(in crate::misp) own: Option<Organisation>,
}

impl Wish {
    fn holds(&self, sighting: &Members) -> bool {
        let said = |key: &str| {
            sighting
                .get(key)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        let at = said("date_sighting").parse::<i64>().unwrap_or(0);
        let by = |key: &str| {
            let by = sighting.get("Organisation").and_then(|by| by.get(key));
            by.and_then(Value::as_str).unwrap_or_default()
        };
        self.kind.admits([said("type")])
            && self.source.admits([said("source")])
            && self.organisation.admits([by("id"), by("uuid"), by("name")])
            && self.last.holds(at)
            && self.between.holds(at)
    }
}

impl Search {
    pub(super) fn sightings(&mut self, piece: &Piece, out: &mut String) {
        let before = out.len();
        for said in &piece.said {
            match &said.shown {
                Shown::Attribute(attribute) => self.of(piece, (None, attribute), out),
                Shown::Object(object) => {
                    for attribute in inner(object) {
                        self.of(piece, (Some(object), attribute), out);
                    }
                }
                Shown::Report(_) => {}
            }
        }
        if out.len() > before {
            self.note_fetched(piece);
        }
    }

    /// The sightings of one attribute.
    fn of(
        &mut self,
        piece: &Piece,
        (object, attribute): (Option<&Members>, &Members),
        out: &mut String,
    ) {
        if !self.ask.of_attribute(&piece.event, object, attribute) {
            return;
        }
        let came = attribute.get("Sighting").and_then(Value::as_array);
        let came = came.into_iter().flatten().filter_map(Value::as_object);
        let came = came.enumerate();
        let came = came.map(|(place, one)| as_it_came(one, place, (&piece.event, attribute)));
        let answer = piece.found.item();
        let answer = answer.and_then(|item| self.wish.answers.get(&item));
        let own = answer.zip(self.wish.own.as_ref());
        let own = own.map(|(answer, own)| own_answer(answer, own));
        let all: Vec<Members> = came.chain(own).filter(|one| self.wish.holds(one)).collect();
        for mut one in all {
            if !self.takes() {
                continue;
            }
            let mut put = |key: &str, value: Value| one.insert(key.to_owned(), value);
            put(
                "event_id",
                piece.event.get("id").cloned().unwrap_or_default(),
            );
            put(
                "attribute_id",
                attribute.get("id").cloned().unwrap_or_default(),
            );
            put(
                "attribute_uuid",
                attribute.get("uuid").cloned().unwrap_or_default(),
            );
            if self.wish.include_attribute {
                let mut told = self.bare(attribute);
                told.remove("Sighting");
                put("Attribute", told.into());
            }
            if self.wish.include_event {
                put("Event", short(&piece.event, true));
            }
            self.apart(out);
            out.push_str(&json!({ "Sighting": one }).to_string());
        }
    }

    /// What one piece alone comes to.
    pub(in crate::misp) fn of_piece(mut self, piece: &Piece) -> String {
        let mut out = self.opening();
        self.give(piece, &mut out);
        out.push_str(self.gives.closing());
        out
    }
}

/// A sighting that stands on an attribute, with the members that clients expect. Numbers are the hub's own.
fn as_it_came(said: &Members, place: usize, (event, attribute): (&Members, &Members)) -> Members {
    let mut told = said.clone();
    let text = |members: &Members, key: &str| {
        let text = members.get(key).and_then(Value::as_str);
        text.unwrap_or_default().to_owned()
    };
    let uuid = Uuid::try_parse(&text(said, "uuid")).unwrap_or_else(|_| {
        let of = Uuid::try_parse(&text(attribute, "uuid")).unwrap_or_default();
        Uuid::new_v5(&of, format!("sighting {place}").as_bytes())
    });
    let by = said.get("Organisation").and_then(Value::as_object);
    let by = by.or_else(|| event.get("Orgc").and_then(Value::as_object));
    let mut by = by.cloned().unwrap_or_default();
    let number = Uuid::try_parse(&text(&by, "uuid")).map(number_of);
    let number = number.unwrap_or_else(|_| "0".to_owned());
    by.insert("id".to_owned(), number.as_str().into());
    let seconds = match said.get("date_sighting") {
        Some(Value::Number(seconds)) => seconds.to_string(),
        _ => text(said, "date_sighting"),
    };
    let kind = match said.get("type") {
        Some(Value::Number(kind)) => kind.to_string(),
        Some(Value::String(kind)) => kind.clone(),
        _ => "0".to_owned(),
    };
    let mut put = |key: &str, value: Value| told.insert(key.to_owned(), value);
    put("id", number_of(uuid).into());
    put("uuid", uuid.to_string().into());
    put("org_id", number.into());
    put("Organisation", by.into());
    put("date_sighting", seconds.into());
    put("type", kind.into());
    told.entry("source").or_insert_with(|| "".into());
    told
}

/// The answer of the caller's organisation, which is of the whole item: one number and UUID on each of its attributes.
fn own_answer(answer: &OwnAnswer, own: &Organisation) -> Members {
    let told = json!({
        "id": number_of(answer.uuid),
        "uuid": answer.uuid,
        "type": if answer.is_harmless { "1" } else { "0" },
        "source": "",
        "date_sighting": answer.at.as_second().to_string(),
        "org_id": own.number(),
        "Organisation": own.in_event(),
    });
    match told {
        Value::Object(members) => members,
        _ => Members::new(),
    }
}
