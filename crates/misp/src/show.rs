//! STIX objects as the parts of an event, one by one: for an event that is told while it is read, and
//! never held whole. What the objects of others say and no element does is kept as [`crate::to_misp`] keeps it.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::bundle::{NAMESPACE, is_ours, said};
use crate::container::{guess_event, guess_report};
use crate::error::Finding;
use crate::json::{self, Members, text};
use crate::kept;
use crate::make::{Element, element};
use crate::model;
use crate::rest::restore;
use crate::tag::{self, Marks};

/// An event without its parts, and which objects they are made from.
#[derive(Debug, Clone)]
pub struct Frame {
    /// Its members but attributes, objects and reports.
    pub members: Map<String, Value>,
    /// Ids of the objects in it, in order.
    pub refs: Vec<String>,
    /// What its author says in prose, as a report of the event; of an event by MISP it stands among its parts.
    pub prose: Option<Map<String, Value>>,
    marks: Marks,
    created_by: Option<String>,
}

/// A part of an event.
#[derive(Debug, Clone, PartialEq)]
pub enum Shown {
    /// An attribute (core format §2.4).
    Attribute(Map<String, Value>),
    /// An object, its attributes under `Attribute` (core format §2.5).
    Object(Map<String, Value>),
    /// A report in prose (core format §2.8).
    Report(Map<String, Value>),
}

/// Types of STIX objects that are shown as an event.
pub const CONTAINERS: [&str; 2] = ["report", "grouping"];

impl Frame {
    /// The event that a report or grouping is.
    ///
    /// # Errors
    /// A [`Finding`] when the text is no object within bounds.
    pub fn read(container: &str, depth: usize) -> Result<Self, Finding> {
        let object = json::members(container, depth, "")?;
        let own = said(&object).filter(|said| said.element == "event");
        let prose = match own {
            Some(_) => None,
            None => prose(&object),
        };
        let is_foreign = own.is_none();
        let rest = own.map(|own| own.rest).unwrap_or_default();
        let mut members = restore(guess_event(&object), rest);
        for list in ["Attribute", "Object", "EventReport"] {
            members.remove(list);
        }
        tag::reconcile(&mut members, &object, Marks::default());
        if is_foreign {
            members.insert("threat_level_id".to_owned(), "4".into());
            members.insert("analysis".to_owned(), "2".into());
        }
        let refs = object.get("object_refs").and_then(Value::as_array);
        let refs = refs.into_iter().flatten().filter_map(Value::as_str);
        Ok(Self {
            refs: refs.map(str::to_owned).collect(),
            prose,
            marks: Marks::on(&object),
            created_by: text(&object, "created_by_ref").map(str::to_owned),
            members,
        })
    }

    /// The STIX id of whoever made it, where its own members do not say who that is.
    #[must_use]
    pub fn made_by(&self) -> Option<&str> {
        match self.members.contains_key("Orgc") {
            true => None,
            false => self.created_by.as_deref(),
        }
    }

    /// The part that an object is; `None` for what only says again what another part says. `observed` are the
    /// objects that it refers to ([`observed`]).
    ///
    /// # Errors
    /// A [`Finding`] when the text is no object within bounds.
    pub fn part(
        &self,
        object: &str,
        observed: &[&str],
        depth: usize,
    ) -> Result<Option<Shown>, Finding> {
        let members = json::members(object, depth, "")?;
        let id = text(&members, "id").unwrap_or_default();
        let said = said(&members);
        let says_again = said.as_ref().is_some_and(|said| said.element == "derived");
        if is_ours(&members) || says_again || self.created_by.as_deref() == Some(id) {
            return Ok(None);
        }
        if let Some(said) = said.filter(|said| said.element == "report") {
            let report = restore(guess_report(&members), said.rest);
            return Ok(Some(Shown::Report(report)));
        }
        let parts: Result<Vec<Members>, Finding> = observed
            .iter()
            .map(|text| json::members(text, depth, ""))
            .collect();
        let parts = parts?;
        let mut seen: Vec<&Members> = parts.iter().collect();
        let kind = text(&members, "type").unwrap_or_default();
        if kaname_stix::class_of(kind) == Some(kaname_stix::Class::Sco) {
            seen.push(&members);
        }
        Ok(Some(match element(&members, &seen) {
            Some(Element::Attribute(mut attribute)) => {
                tag::reconcile(&mut attribute, &members, self.marks);
                Shown::Attribute(attribute)
            }
            Some(Element::Object(mut told, attributes)) => {
                let within = attributes.iter().map(tag::marks);
                let inherited = within.fold(self.marks, Marks::and);
                tag::reconcile(&mut told, &members, inherited);
                told.insert("Attribute".to_owned(), named(&told, attributes));
                Shown::Object(told)
            }
            None => {
                let mut kept = kept::keep(id, object);
                let mut marked = kept::labelled();
                crate::bundle::mark(&mut marked, Marks::on(&members));
                tag::reconcile(&mut kept, &marked, self.marks);
                Shown::Attribute(kept)
            }
        }))
    }
}

/// What an author says in prose of a report.
fn prose(object: &Members) -> Option<Members> {
    let content = text(object, "description").filter(|said| !said.is_empty())?;
    let id = text(object, "id").unwrap_or_default();
    let mut report = guess_report(object);
    let mut put = |key: &str, value: Value| report.insert(key.to_owned(), value);
    let uuid = Uuid::new_v5(&NAMESPACE, format!("{id} description").as_bytes());
    put("uuid", uuid.to_string().into());
    put("name", text(object, "name").unwrap_or_default().into());
    put("content", content.into());
    put("distribution", "5".into());
    Some(report)
}

/// Attributes of an object, each with a UUID: its own, else one made from what it says.
fn named(object: &Members, attributes: Vec<Members>) -> Value {
    let of = text(object, "uuid").unwrap_or_default().to_owned();
    let named = attributes.into_iter().map(|mut attribute| {
        if model::uuid(&attribute).is_none() {
            let part = |key: &str| text(&attribute, key).unwrap_or_default();
            let said = format!("{of} {} {}", part("object_relation"), part("value"));
            let uuid = Uuid::new_v5(&NAMESPACE, said.as_bytes());
            attribute.insert("uuid".to_owned(), uuid.to_string().into());
        }
        Value::Object(attribute)
    });
    json!(named.collect::<Vec<Value>>())
}

/// Ids of the observables that observed data refers to (STIX 2.1 §4.14).
#[must_use]
pub fn observed(object: &str) -> Vec<String> {
    #[derive(serde::Deserialize)]
    struct Refs {
        #[serde(default)]
        object_refs: Vec<String>,
    }
    let refs = serde_json::from_str::<Refs>(object);
    refs.map(|refs| refs.object_refs).unwrap_or_default()
}
