//! Attributes and objects as STIX objects, and read back from them.

use serde_json::{Value, json};

use crate::bundle::{
    ATTRIBUTE_TYPE, OBJECT_TYPE, Said, Shared, extend, head, said, seconds, seen, unseen,
};
use crate::json::{Members, text};
use crate::model::{Attribute, Object};
use crate::pattern;
use crate::piece::{Form, Part, Piece, is_single, observables, pieces_of};
use crate::rest::{rest, restore};
use crate::table::{LANGUAGES, rule_of, rule_with};
use crate::template::{lines, template_with};

/// A STIX object with the observables it refers to.
pub(crate) struct Made {
    pub(crate) object: Members,
    pub(crate) observables: Vec<Members>,
}

/// An element read from a STIX object: its members, and its attributes where it is an object.
pub(crate) enum Element {
    Attribute(Members),
    Object(Members, Vec<Members>),
}

/// The STIX form of an attribute.
pub(crate) fn attribute(attribute: Attribute, shared: &Shared) -> Made {
    let sayable = |piece: &Piece| attribute.to_ids() || piece.may_be_observed();
    let pieces = pieces(&attribute).filter(|pieces| pieces.iter().all(sayable));
    let (kind, value) = (attribute.type_name(), attribute.value());
    let language = LANGUAGES.iter().find(|(misp, ..)| *misp == kind);
    let mut made = if let (Some((_, language, _)), true) = (language, attribute.to_ids())
        && is_pattern(language, value)
    {
        let mut object = head("indicator", &attribute.members, shared);
        object.insert("pattern".to_owned(), value.into());
        object.insert("pattern_type".to_owned(), (*language).into());
        Made::alone(object)
    } else if kind == "vulnerability" && Form::Property.takes(value) {
        let mut object = head("vulnerability", &attribute.members, shared);
        object.insert("name".to_owned(), value.into());
        refer(&mut object, value);
        Made::alone(object)
    } else if let Some(pieces) = pieces {
        observe(&pieces, attribute.to_ids(), &attribute.members, shared)
    } else {
        let mut object = head(ATTRIBUTE_TYPE, &attribute.members, shared);
        object.insert("misp_type".to_owned(), kind.into());
        object.insert("misp_value".to_owned(), value.into());
        Made::alone(object)
    };
    made.finish(&attribute.members);
    let seen: Vec<&Members> = made.observables.iter().collect();
    let guess = guess_attribute(&made.object, &seen).unwrap_or_default();
    extend(
        &mut made.object,
        "attribute",
        None,
        &rest(attribute.members, &guess),
    );
    made
}

/// The STIX form of an object.
pub(crate) fn object(object: Object, shared: &Shared) -> Made {
    let name = object.name().to_owned();
    let to_ids = object.attributes.iter().any(Attribute::to_ids);
    let mut pieces = object_pieces(&object);
    pieces.retain(|piece| to_ids || piece.may_be_observed());
    let first = pieces.first().map(|piece| piece.part);
    let mut made = match first {
        Some(first) if first.form == Form::Property => {
            let mut said = head(first.sco, &object.members, shared);
            for piece in &pieces {
                said.insert(piece.part.path.to_owned(), piece.value.as_str().into());
                if piece.part.sco == "vulnerability" && piece.part.path == "name" {
                    refer(&mut said, &piece.value);
                }
            }
            Made::alone(said)
        }
        Some(_) => observe(&pieces, to_ids, &object.members, shared),
        None => {
            let mut said = head(OBJECT_TYPE, &object.members, shared);
            said.insert("misp_name".to_owned(), name.as_str().into());
            Made::alone(said)
        }
    };
    made.finish(&object.members);
    let seen: Vec<&Members> = made.observables.iter().collect();
    let (guess, mut attributes) = guess_object(&made.object, &seen, Some(&name))
        .unwrap_or_else(|| (Members::new(), Vec::new()));
    let mut left = rest(object.members, &guess);
    let mut pairs: Vec<Value> = object
        .attributes
        .into_iter()
        .map(|attribute| pair(attribute.members, &mut attributes))
        .collect();
    // What is read back and nobody had said is not to come back.
    let unsaid = attributes.iter().enumerate();
    let unsaid = unsaid.filter(|(_, guess)| !guess.is_empty());
    pairs.extend(unsaid.map(|(at, _)| json!([at])));
    if !pairs.is_empty() {
        left.insert("Attribute".to_owned(), pairs.into());
    }
    extend(&mut made.object, "object", Some(&name), &left);
    made
}

/// An attribute of an object beside the one that is read back, by its number.
fn pair(members: Members, guessed: &mut [Members]) -> Value {
    let same = |guess: &Members| {
        let equal = |key: &str| guess.get(key) == members.get(key);
        equal("object_relation") && equal("value")
    };
    match guessed.iter().position(same) {
        Some(at) => {
            let guess = std::mem::take(&mut guessed[at]);
            json!([at, rest(members, &guess)])
        }
        None => json!([null, members]),
    }
}

impl Made {
    fn alone(object: Members) -> Self {
        Self {
            object,
            observables: Vec::new(),
        }
    }

    /// Adds what depends on the kind of object: comment, times of validity or observation.
    fn finish(&mut self, members: &Members) {
        let object = &mut self.object;
        let comment = text(members, "comment").filter(|comment| !comment.is_empty());
        if let (Some(comment), false) = (comment, object.contains_key("description")) {
            // Observed data has no description.
            if text(object, "type") != Some("observed-data") {
                object.insert("description".to_owned(), comment.into());
            }
        }
        let created = object.get("created").cloned().unwrap_or_default();
        let time = |key: &str| text(members, key).and_then(unseen);
        let (first, last) = (time("first_seen"), time("last_seen"));
        let start = first.map_or(created, Value::String);
        // Same form, so the order of texts is the order of times.
        let after = last.filter(|last| seconds_of(&start) < seconds(last));
        match text(object, "type") {
            Some("indicator") => {
                object.insert("valid_from".to_owned(), start);
                if let Some(last) = after {
                    object.insert("valid_until".to_owned(), last.into());
                }
            }
            Some("observed-data") => {
                let end = after.map_or_else(|| start.clone(), Value::String);
                object.insert("first_observed".to_owned(), start);
                object.insert("last_observed".to_owned(), end);
                object.insert("number_observed".to_owned(), 1.into());
            }
            _ => {}
        }
    }
}

fn seconds_of(time: &Value) -> Option<i64> {
    time.as_str().and_then(seconds)
}

/// Whether a text may be a pattern in a language.
fn is_pattern(language: &str, value: &str) -> bool {
    !value.trim().is_empty() && (language != "stix" || value.starts_with('['))
}

fn refer(object: &mut Members, name: &str) {
    if name.starts_with("CVE-") {
        let reference = json!([{ "source_name": "cve", "external_id": name }]);
        object.insert("external_references".to_owned(), reference);
    }
}

/// An indicator for what is meant for detection, observed data otherwise.
fn observe(pieces: &[Piece], to_ids: bool, members: &Members, shared: &Shared) -> Made {
    if to_ids {
        let mut object = head("indicator", members, shared);
        object.insert("pattern".to_owned(), pattern::write(pieces).into());
        object.insert("pattern_type".to_owned(), "stix".into());
        return Made::alone(object);
    }
    let mut object = head("observed-data", members, shared);
    let observables = observables(pieces);
    let mut ids: Vec<&Value> = observables
        .iter()
        .filter_map(|seen| seen.get("id"))
        .collect();
    ids.dedup();
    object.insert("object_refs".to_owned(), json!(ids));
    Made {
        object,
        observables,
    }
}

/// The pieces of an attribute's value; `None` when its type or form has none.
fn pieces(attribute: &Attribute) -> Option<Vec<Piece>> {
    let rule = rule_of(attribute.type_name())?;
    let values: Vec<&str> = match rule.parts.len() {
        1 => vec![attribute.value()],
        parts => attribute.value().splitn(parts, '|').collect(),
    };
    let fits = values.len() == rule.parts.len()
        && rule
            .parts
            .iter()
            .zip(&values)
            .all(|(part, value)| part.form.takes(value));
    let pieces = rule.parts.iter().zip(values);
    fits.then(|| {
        pieces
            .map(|(part, value)| Piece {
                part: *part,
                value: value.to_owned(),
            })
            .collect()
    })
}

/// The pieces of an object by its template. Of a property that can be said once the first is.
fn object_pieces(object: &Object) -> Vec<Piece> {
    let Some(lines) = lines(object.name()) else {
        return Vec::new();
    };
    let mut pieces: Vec<Piece> = Vec::new();
    for attribute in &object.attributes {
        let line = lines
            .iter()
            .find(|line| Some(line.relation) == attribute.relation());
        let Some(line) = line.filter(|line| line.part.form.takes(attribute.value())) else {
            continue;
        };
        let again = pieces.iter().any(|piece| {
            piece.part == line.part && (!is_single(line.part) || piece.value == attribute.value())
        });
        if attribute.members.get("deleted") != Some(&Value::Bool(true)) && !again {
            pieces.push(Piece {
                part: line.part,
                value: attribute.value().to_owned(),
            });
        }
    }
    // A domain object needs its name.
    let nameless = !pieces.iter().any(|piece| piece.part.path == "name");
    if nameless && pieces.iter().any(|piece| piece.part.form == Form::Property) {
        pieces.clear();
    }
    pieces
}

/// An element from a STIX object, whoever wrote it. `None` when no element says what the object says.
pub(crate) fn element(object: &Members, seen: &[&Members]) -> Option<Element> {
    let Some(Said {
        element,
        template,
        mut rest,
    }) = said(object)
    else {
        if let Some(members) = guess_attribute(object, seen) {
            return Some(Element::Attribute(members));
        }
        let (members, attributes) = guess_object(object, seen, None)?;
        return Some(Element::Object(members, attributes));
    };
    match element.as_str() {
        "attribute" => {
            let guess = guess_attribute(object, seen).unwrap_or_default();
            Some(Element::Attribute(restore(guess, rest)))
        }
        "object" => {
            let (guess, guessed) = guess_object(object, seen, template.as_deref())
                .unwrap_or_else(|| (Members::new(), Vec::new()));
            let pairs = match rest.get("Attribute") {
                Some(Value::Array(pairs)) if !pairs.is_empty() => rest.remove("Attribute"),
                _ => None,
            };
            let attributes = unpair(pairs, guessed);
            Some(Element::Object(restore(guess, rest), attributes))
        }
        _ => None,
    }
}

fn unpair(pairs: Option<Value>, guessed: Vec<Members>) -> Vec<Members> {
    let mut guessed: Vec<Option<Members>> = guessed.into_iter().map(Some).collect();
    let mut attributes = Vec::new();
    let Some(Value::Array(pairs)) = pairs else {
        return guessed.into_iter().flatten().collect();
    };
    for pair in pairs {
        let Value::Array(pair) = pair else { continue };
        let at = pair.first().and_then(Value::as_u64);
        let at = at.and_then(|at| usize::try_from(at).ok());
        let guess = at.and_then(|at| guessed.get_mut(at)?.take());
        let Ok([_, Value::Object(rest)]) = <[Value; 2]>::try_from(pair) else {
            continue;
        };
        match at {
            None => attributes.push(rest),
            // Gone from the STIX object, gone from the event.
            Some(_) => attributes.extend(guess.map(|guess| restore(guess, rest))),
        }
    }
    attributes.extend(guessed.into_iter().flatten());
    attributes
}

/// What an object of any kind says as an element of MISP.
fn guess(object: &Members) -> Members {
    let mut members = Members::new();
    let mut put = |key: &str, value: Value| members.insert(key.to_owned(), value);
    let uuid = text(object, "id").and_then(|id| id.split_once("--"));
    if let Some((_, uuid)) = uuid {
        put("uuid", uuid.into());
    }
    let modified = text(object, "modified").and_then(seconds);
    if let Some(modified) = modified {
        put("timestamp", modified.to_string().into());
    }
    put("comment", text(object, "description").unwrap_or("").into());
    let revoked = object.get("revoked") == Some(&Value::Bool(true));
    put("deleted", revoked.into());
    put("distribution", "5".into());
    let time = |key: &str| text(object, key);
    let created = time("created");
    let (first, last) = match text(object, "type") {
        Some("indicator") => (time("valid_from"), time("valid_until")),
        _ => (time("first_observed"), time("last_observed")),
    };
    if let Some(seen) = first.filter(|_| first != created).and_then(seen) {
        put("first_seen", seen.into());
    }
    if let Some(seen) = last.filter(|_| last != first).and_then(seen) {
        put("last_seen", seen.into());
    }
    members
}

fn guess_attribute(object: &Members, seen: &[&Members]) -> Option<Members> {
    let property = |key: &str| text(object, key);
    let kind = property("type")?;
    let (misp, category, value) = match kind {
        ATTRIBUTE_TYPE => {
            let misp = property("misp_type")?;
            (misp, "Other", property("misp_value")?.to_owned())
        }
        "vulnerability" => {
            let name = property("name")?.to_owned();
            ("vulnerability", "External analysis", name)
        }
        "indicator" if property("pattern_type") != Some("stix") => {
            let language = property("pattern_type")?;
            let known = LANGUAGES.iter().find(|(_, known, _)| *known == language)?;
            (known.0, known.2, property("pattern")?.to_owned())
        }
        _ => {
            let pieces = match kind {
                "indicator" => pattern::read(property("pattern")?),
                _ => pieces_of(seen),
            };
            let whole = pieces.as_ref().and_then(|pieces| composed(pieces));
            let template = pieces.and_then(|pieces| template_with(&parts(&pieces)));
            match (whole, template) {
                (Some((rule, value)), _) => (rule.misp, rule.category, value),
                (None, None) if kind == "indicator" => {
                    let pattern = property("pattern")?.to_owned();
                    ("stix2-pattern", "Payload delivery", pattern)
                }
                _ => return None,
            }
        }
    };
    let mut members = guess(object);
    members.insert("type".to_owned(), misp.into());
    members.insert("category".to_owned(), category.into());
    members.insert("value".to_owned(), value.into());
    let detects = kind == "indicator";
    members.insert("to_ids".to_owned(), detects.into());
    members.insert("disable_correlation".to_owned(), false.into());
    Some(members)
}

fn parts(pieces: &[Piece]) -> Vec<Part> {
    pieces.iter().map(|piece| piece.part).collect()
}

/// The attribute whose value the pieces are.
fn composed(pieces: &[Piece]) -> Option<(&'static crate::table::Rule, String)> {
    let rule = rule_with(&parts(pieces))?;
    let values: Vec<&str> = rule
        .parts
        .iter()
        .filter_map(|part| pieces.iter().find(|piece| piece.part == *part))
        .map(|piece| piece.value.as_str())
        .collect();
    Some((rule, values.join("|")))
}

fn guess_object(
    object: &Members,
    seen: &[&Members],
    template: Option<&str>,
) -> Option<(Members, Vec<Members>)> {
    let kind = text(object, "type")?;
    if kind == OBJECT_TYPE {
        let mut members = guess(object);
        members.insert("name".to_owned(), text(object, "misp_name")?.into());
        return Some((members, Vec::new()));
    }
    let pieces = match kind {
        "indicator" => pattern::read(text(object, "pattern")?)?,
        "vulnerability" | "attack-pattern" | "course-of-action" => {
            let lines = lines(kind)?;
            let said = lines.iter().filter_map(|line| {
                let value = text(object, line.part.path)?.to_owned();
                let part = line.part;
                Some(Piece { part, value })
            });
            said.collect()
        }
        _ => pieces_of(seen)?,
    };
    let template = match template {
        Some(template) => template,
        None => template_with(&parts(&pieces))?,
    };
    let lines = lines(template)?;
    let mut members = guess(object);
    members.insert("name".to_owned(), template.into());
    let attributes = pieces.into_iter().filter_map(|piece| {
        let line = lines.iter().find(|line| line.part == piece.part)?;
        let mut attribute = Members::new();
        let mut put = |key: &str, value: Value| attribute.insert(key.to_owned(), value);
        put("object_relation", line.relation.into());
        put("type", line.misp.into());
        put("value", piece.value.into());
        put("to_ids", (kind == "indicator").into());
        Some(attribute)
    });
    Some((members, attributes.collect()))
}
