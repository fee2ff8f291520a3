//! A STIX bundle as MISP events.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::bundle::{NAMESPACE, append, is_ours, said};
use crate::container::{guess_event, guess_report};
use crate::error::{Finding, Limits, MispError};
use crate::json::{self, Members, text};
use crate::kept;
use crate::make::{Element, element};
use crate::read::{document, form};
use crate::rest::restore;
use crate::tag::{self, Marks};
use crate::to_stix::Done;

#[derive(Deserialize)]
struct Bundle<'a> {
    #[serde(borrow, default)]
    id: Cow<'a, str>,
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(borrow, default)]
    objects: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct Name<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
}

/// Appends the events of a bundle to `out`: one for each report or grouping that was one, else one
/// for all. What no element of MISP says is kept whole as an attribute, and comes back unchanged.
///
/// # Errors
/// [`MispError`] when the document is too long, no text, no JSON, or no bundle.
pub fn to_misp(data: &[u8], limits: &Limits, out: &mut Vec<u8>) -> Result<Done, MispError> {
    let document = document(data, limits)?;
    let bundle: Bundle<'_> = serde_json::from_str(document).map_err(|error| form(&error, ""))?;
    if bundle.kind != "bundle" {
        return Err(MispError::Form {
            message: "is no STIX bundle".to_owned(),
            pointer: "/type".to_owned(),
        });
    }
    if bundle.objects.len() > limits.elements {
        return Err(MispError::TooMany {
            limit: limits.elements,
        });
    }
    let mut run = Run {
        objects: bundle.objects,
        names: Vec::new(),
        at: HashMap::new(),
        used: HashSet::new(),
        depth: limits.depth,
        done: Done::default(),
    };
    run.index();
    let own = run.containers(true);
    let mut events: Vec<Made> = own.into_iter().map(|at| run.own(at)).collect();
    if events.is_empty() {
        let made = run.foreign(&bundle.id, document);
        events.push(made);
    } else {
        let mut last = events.pop().unwrap_or_default();
        run.rest(&mut last, false);
        events.push(last);
    }
    let many = events.len() > 1;
    out.extend_from_slice(if many { b"{\"response\":[" } else { b"" });
    for (index, event) in events.into_iter().enumerate() {
        out.extend_from_slice(if index > 0 { b",\n" } else { b"" });
        event.write(out);
    }
    out.extend_from_slice(if many { b"]}\n" } else { b"\n" });
    Ok(run.done)
}

/// An event being put together; its lists are text already.
#[derive(Default)]
struct Made {
    members: Members,
    marks: Marks,
    attributes: Vec<u8>,
    objects: Vec<u8>,
    reports: Vec<u8>,
}

impl Made {
    fn write(mut self, out: &mut Vec<u8>) {
        let lists = [
            ("Attribute", self.attributes),
            ("Object", self.objects),
            ("EventReport", self.reports),
        ];
        out.extend_from_slice(b"{\"Event\":{");
        let mut first = true;
        for (key, list) in lists.iter().filter(|(_, list)| !list.is_empty()) {
            self.members.remove(*key);
            out.extend_from_slice(if first { b"" } else { b"," });
            out.extend_from_slice(format!("\"{key}\":[").as_bytes());
            out.extend_from_slice(list);
            out.push(b']');
            first = false;
        }
        let mut members = Vec::new();
        append(&mut members, &self.members);
        let inner = &members[1..];
        out.extend_from_slice(if first || inner.len() == 1 { b"" } else { b"," });
        out.extend_from_slice(inner);
        out.push(b'}');
    }
}

fn item(list: &mut Vec<u8>, members: &Members) {
    if !list.is_empty() {
        list.extend_from_slice(b",\n");
    }
    append(list, members);
}

struct Run<'a> {
    objects: Vec<&'a RawValue>,
    /// Type and id of each object; none where it is left out.
    names: Vec<Option<Name<'a>>>,
    at: HashMap<String, usize>,
    used: HashSet<usize>,
    depth: usize,
    done: Done,
}

impl Run<'_> {
    fn index(&mut self) {
        for at in 0..self.objects.len() {
            let pointer = format!("/objects/{at}");
            let name = serde_json::from_str::<Name<'_>>(self.objects[at].get());
            let name = match name {
                Ok(name) => name,
                Err(error) => {
                    let finding = Finding::error(&pointer, "object", error.to_string());
                    self.done.findings.push(finding);
                    self.names.push(None);
                    continue;
                }
            };
            // Of several versions the last one counts.
            if let Some(earlier) = self.at.insert(name.id.clone().into_owned(), at) {
                let message = "a later object of the bundle has this id";
                let place = format!("/objects/{earlier}/id");
                let finding = Finding::warning(&place, "duplicate-id", message);
                self.done.findings.push(finding);
                self.names[earlier] = None;
            }
            self.names.push(Some(name));
        }
    }

    fn members(&mut self, at: usize) -> Option<Members> {
        let pointer = format!("/objects/{at}");
        match json::members(self.objects[at].get(), self.depth, &pointer) {
            Ok(members) => Some(members),
            Err(finding) => {
                if self.used.insert(at) {
                    self.done.findings.push(finding);
                }
                None
            }
        }
    }

    fn kind(&self, at: usize) -> &str {
        self.names[at].as_ref().map_or("", |name| &name.kind)
    }

    /// Reports and groupings: those that an event was, or those of others.
    fn containers(&mut self, own: bool) -> Vec<usize> {
        let all =
            (0..self.objects.len()).filter(|at| matches!(self.kind(*at), "report" | "grouping"));
        let all: Vec<usize> = all.collect();
        let is_own = |members: &Members| said(members).is_some_and(|said| said.element == "event");
        all.into_iter()
            .filter(|at| {
                self.members(*at)
                    .is_some_and(|members| is_own(&members) == own)
            })
            .collect()
    }

    /// The event that a container was.
    fn own(&mut self, at: usize) -> Made {
        self.used.insert(at);
        let object = self.members(at).unwrap_or_default();
        let rest = said(&object).map(|said| said.rest).unwrap_or_default();
        let mut members = restore(guess_event(&object), rest);
        tag::reconcile(&mut members, &object, Marks::default());
        let mut made = Made {
            members,
            marks: Marks::on(&object),
            ..Made::default()
        };
        if let Some(by) = text(&object, "created_by_ref").and_then(|by| self.at.get(by)) {
            self.used.insert(*by);
        }
        let refs = object.get("object_refs").and_then(Value::as_array);
        for id in refs.into_iter().flatten().filter_map(Value::as_str) {
            let Some(at) = self.at.get(id).copied() else {
                continue;
            };
            if let Some(members) = self.members(at)
                && said(&members).is_some()
                && !self.used.contains(&at)
            {
                self.element(at, &members, &mut made);
            }
        }
        made
    }

    /// One event for a bundle that no event was.
    fn foreign(&mut self, bundle: &str, document: &str) -> Made {
        let containers = self.containers(false);
        let mut made = Made::default();
        if let [at] = containers[..] {
            let object = self.members(at).unwrap_or_default();
            made.members = guess_event(&object);
            made.marks = Marks::on(&object);
            tag::reconcile(&mut made.members, &object, Marks::default());
        } else {
            let uuid = bundle.split_once("--").map(|(_, uuid)| uuid);
            let uuid = uuid.and_then(|uuid| Uuid::try_parse(uuid).ok());
            let uuid = uuid.unwrap_or_else(|| Uuid::new_v5(&NAMESPACE, document.as_bytes()));
            made.members = guess_event(&Members::new());
            made.members
                .insert("uuid".to_owned(), uuid.to_string().into());
            // The strictest of all that is in it.
            for at in 0..self.objects.len() {
                let members = json::members(self.objects[at].get(), self.depth, "");
                made.marks = made.marks.and(Marks::on(&members.unwrap_or_default()));
            }
            let mut marked = Members::new();
            crate::bundle::mark(&mut marked, made.marks);
            marked.insert("labels".to_owned(), json!([kept::BARE]));
            tag::reconcile(&mut made.members, &marked, Marks::default());
        }
        // Nobody said how far it may go.
        for (key, value) in [
            ("distribution", "0"),
            ("threat_level_id", "4"),
            ("analysis", "0"),
        ] {
            made.members.insert(key.to_owned(), value.into());
        }
        made.members.insert("published".to_owned(), false.into());
        self.rest(&mut made, true);
        made
    }

    /// Everything that is not yet in an event.
    fn rest(&mut self, made: &mut Made, foreign: bool) {
        // Observables that observed data refers to go with it.
        let mut observed: HashSet<usize> = HashSet::new();
        for at in 0..self.objects.len() {
            if self.kind(at) == "observed-data" && !self.used.contains(&at) {
                let members = self.members(at).unwrap_or_default();
                observed.extend(self.observed(&members));
            }
        }
        for at in 0..self.objects.len() {
            if self.names[at].is_none() || self.used.contains(&at) {
                continue;
            }
            let Some(members) = self.members(at) else {
                continue;
            };
            let id = text(&members, "id").unwrap_or_default().to_owned();
            let said = said(&members);
            if is_ours(&members) || said.as_ref().is_some_and(|said| said.element == "derived") {
                continue;
            }
            if said.is_some() && !foreign {
                self.element(at, &members, made);
                continue;
            }
            if !observed.contains(&at) {
                self.element(at, &members, made);
            }
            let mut kept = kept::keep(&id, self.objects[at].get());
            let mut marked = kept::labelled();
            crate::bundle::mark(&mut marked, Marks::on(&members));
            tag::reconcile(&mut kept, &marked, made.marks);
            item(&mut made.attributes, &kept);
            self.done.objects += 1;
        }
    }

    fn observed(&self, object: &Members) -> Vec<usize> {
        let refs = object.get("object_refs").and_then(Value::as_array);
        let ids = refs.into_iter().flatten().filter_map(Value::as_str);
        ids.filter_map(|id| self.at.get(id).copied()).collect()
    }

    /// Adds an object to the event as the element it is, if it is one.
    fn element(&mut self, at: usize, object: &Members, made: &mut Made) {
        self.used.insert(at);
        let said = said(object);
        if let Some(said) = said.filter(|said| said.element == "report") {
            let members = restore(guess_report(object), said.rest);
            item(&mut made.reports, &members);
            self.done.objects += 1;
            return;
        }
        let parts = match text(object, "type") {
            Some("observed-data") => self.observed(object),
            _ if kaname_stix::class_of(self.kind(at)) == Some(kaname_stix::Class::Sco) => vec![at],
            _ => Vec::new(),
        };
        let parts: Vec<Members> = parts
            .into_iter()
            .filter_map(|part| {
                self.used.insert(part);
                self.members(part)
            })
            .collect();
        let seen: Vec<&Members> = parts.iter().collect();
        match element(object, &seen) {
            Some(Element::Attribute(mut members)) => {
                tag::reconcile(&mut members, object, made.marks);
                item(&mut made.attributes, &members);
                self.done.attributes += 1;
            }
            Some(Element::Object(mut members, attributes)) => {
                let within = attributes.iter().map(tag::marks);
                let inherited = within.fold(made.marks, Marks::and);
                tag::reconcile(&mut members, object, inherited);
                self.done.attributes += attributes.len();
                if !attributes.is_empty() {
                    members.insert("Attribute".to_owned(), json!(attributes));
                }
                item(&mut made.objects, &members);
            }
            None => return,
        }
        self.done.objects += 1;
    }
}
