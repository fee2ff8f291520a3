//! An event as a STIX bundle.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};
use uuid::Uuid;

use crate::bundle::{self, NAMESPACE, Out, Shared, Writer, extend, head, seconds, stamp};
use crate::container::{container, container_id, guess_report, identity, relation};
use crate::error::Finding;
use crate::group::SharingGroup;
use crate::json::{Members, text};
use crate::kept::{self, Kept};
use crate::make::{self, Made};
use crate::model::uuid;
use crate::pool::{Late, Pool, marked_too};
use crate::reach::Distribution;
use crate::read::Event;
use crate::tag::{self, Marks};
use crate::threat::threats;

/// What a conversion came to.
#[derive(Debug, Default)]
pub struct Done {
    /// What was left out or doubted, with its place.
    pub findings: Vec<Finding>,
    /// Attributes that were converted, those inside objects too.
    pub attributes: usize,
    /// STIX objects in the bundle, or elements in the event.
    pub objects: usize,
    /// Whether something in the bundle may not go beyond an organisation or a sharing group.
    pub held: bool,
    /// The sharing groups that something in the bundle may not go beyond, each with its own organisations.
    pub groups: Vec<SharingGroup>,
}

/// Gives the bundle of an event to `out`. Elements that are unsound are left out and named.
pub fn to_stix(event: &Event<'_>, out: &mut dyn Out) -> Done {
    to_stix_with(event, Distribution::default(), out)
}

/// The same, with what its distribution is to mean.
pub fn to_stix_with(event: &Event<'_>, distribution: Distribution, out: &mut dyn Out) -> Done {
    let members = event.members();
    let time = text(members, "timestamp").and_then(stamp);
    let made_by = members.get("Orgc").and_then(Value::as_object);
    let identity = made_by.and_then(|orgc| identity(orgc, time.as_deref()));
    let mut shared = Shared {
        event: event.uuid(),
        created_by: identity.as_ref().map(|(id, _)| id.clone()),
        marks: Marks::default(),
        heeds: distribution != Distribution::Ignored,
        stamp: time.unwrap_or_else(|| "1970-01-01T00:00:00.000Z".to_owned()),
        groups: bundle::Groups::default(),
    };
    shared.marks = shared.own_marks(members);
    let mut run = Run {
        throughout: distribution == Distribution::MarkedThroughout,
        shared,
        writer: Writer::new(out, event.uuid()),
        done: Done::default(),
        refs: Vec::new(),
        known: HashMap::new(),
        references: Vec::new(),
        pool: Pool::default(),
        late: Vec::new(),
        kept: Vec::new(),
        covered: HashMap::new(),
        extended: false,
        marked: false,
        defined: HashSet::new(),
    };
    run.done.held = run.shared.marks.is_restricted();
    if let Some((_, mut identity)) = identity {
        run.heed(run.shared.marks);
        // Whoever made what is held is not told either.
        bundle::mark(&mut identity, run.shared.marks.restriction());
        run.writer.put(&identity);
    }
    run.keep(event);
    run.attributes(event);
    run.objects(event);
    run.relate();
    run.reports(event);
    run.container(event);
    if run.shared.groups.is_one_unknown.get() {
        let place = format!("{}/distribution", event.pointer);
        let finding = Finding::warning(&place, SHARING_GROUP, NO_GROUP);
        run.done.findings.push(finding);
    }
    run.end()
}

/// The rule of a finding that says that distribution 4 names nobody.
pub const SHARING_GROUP: &str = "sharing-group";

/// What is said once of an event, however many of its elements it is about.
const NO_GROUP: &str = "distribution 4 names no active sharing group with a UUID: what has it may not go beyond its organisation";

struct Run<'o> {
    shared: Shared,
    /// Whether kept objects are marked too.
    throughout: bool,
    writer: Writer<'o>,
    done: Done,
    /// The objects of the report, in order.
    refs: Vec<String>,
    /// The STIX id of each element.
    known: HashMap<Uuid, String>,
    /// References still to be told: from which object, its marks, the reference.
    references: Vec<(String, Marks, Value)>,
    pool: Pool,
    /// What elements say of the threats that they name; told when these are.
    late: Vec<Late>,
    kept: Vec<Kept>,
    /// When a kept object of a UUID was made: an element of that UUID says it again, unless it is newer.
    covered: HashMap<Uuid, i64>,
    extended: bool,
    /// Whether something refers to the marking of what is held.
    marked: bool,
    /// The sharing groups whose markings were written.
    defined: HashSet<Uuid>,
}

impl Run<'_> {
    /// Notes how far something may go before it is written: a group's marking stands before all that refer to it, so
    /// that whoever takes the bundle part by part knows it.
    fn heed(&mut self, marks: Marks) {
        self.done.held |= marks.is_restricted();
        self.marked |= marks.is_held();
        let Some(marking) = marks.group() else { return };
        if !self.defined.insert(marking) {
            return;
        }
        let named = self.shared.groups.named.borrow().get(&marking).cloned();
        if let Some(group) = named {
            self.writer.raw(&group.definition());
            self.done.groups.push(group);
            self.extended = true;
        }
    }

    /// Notes the objects by others that attributes keep.
    fn keep(&mut self, event: &Event<'_>) {
        if !event.attributes.iter().any(|raw| kept::may_be(raw.get())) {
            return;
        }
        for attribute in event.attributes().flatten() {
            if let Some(mut kept) = kept::kept(attribute.members()) {
                self.cover(&kept);
                if self.throughout {
                    let own = self.shared.own_marks(attribute.members());
                    let marks = self.shared.marks.and(own);
                    kept.object = marked_too(kept.object, marks);
                    self.heed(marks);
                }
                self.kept.push(kept);
            }
        }
    }

    fn cover(&mut self, kept: &Kept) {
        let uuid = kept.id.split_once("--").map(|(_, uuid)| uuid);
        if let Some(uuid) = uuid.and_then(|uuid| Uuid::try_parse(uuid).ok()) {
            self.covered.insert(uuid, kept.modified);
        }
    }

    /// Whether a kept object says this element already. A newer element takes the object's place.
    fn is_covered(&mut self, object: &Members) -> bool {
        if self.covered.is_empty() {
            return false;
        }
        let id = text(object, "id").and_then(|id| id.split_once("--"));
        let uuid = id.and_then(|(_, uuid)| Uuid::try_parse(uuid).ok());
        let Some((uuid, kept)) = uuid.and_then(|uuid| Some((uuid, *self.covered.get(&uuid)?)))
        else {
            return false;
        };
        let modified = text(object, "modified").and_then(seconds).unwrap_or(0);
        if modified <= kept {
            return true;
        }
        let end = format!("--{uuid}");
        self.kept.retain(|kept| !kept.id.ends_with(&end));
        self.covered.remove(&uuid);
        false
    }

    /// Whether a UUID is new in this event.
    fn is_new(&mut self, members: &Members, pointer: &str) -> bool {
        let twice = uuid(members).is_some_and(|uuid| self.known.contains_key(&uuid));
        if twice {
            let message = "another element of the event has this UUID";
            let place = format!("{pointer}/uuid");
            self.done
                .findings
                .push(Finding::error(&place, "duplicate-uuid", message));
        }
        !twice
    }

    fn attributes(&mut self, event: &Event<'_>) {
        for (index, attribute) in event.attributes().enumerate() {
            let attribute = match attribute {
                Ok(attribute) => attribute,
                Err(finding) => {
                    self.done.findings.push(finding);
                    continue;
                }
            };
            let pointer = format!("{}/Attribute/{index}", event.pointer);
            let is_kept = kept::may_be(event.attributes[index].get())
                && kept::kept(attribute.members()).is_some();
            if is_kept || !self.is_new(attribute.members(), &pointer) {
                continue;
            }
            self.done.attributes += 1;
            let own = uuid(attribute.members());
            let found = threats(attribute.members(), &self.shared);
            let own_marks = self.shared.own_marks(attribute.members());
            let marks = self.shared.marks.and(own_marks);
            let sightings = attribute.members().get("Sighting").cloned();
            let made = make::attribute(attribute, &self.shared);
            let Some(id) = self.put(made, own, marks) else {
                continue;
            };
            self.threats(Some(&id), found, marks);
            self.sightings(&id, sightings, marks);
        }
    }

    fn objects(&mut self, event: &Event<'_>) {
        for (index, (object, findings)) in event.objects().enumerate() {
            self.done.findings.extend(findings);
            let pointer = format!("{}/Object/{index}", event.pointer);
            let Some(object) = object.filter(|object| self.is_new(&object.members, &pointer))
            else {
                continue;
            };
            self.done.attributes += object.attributes.len();
            let own = uuid(&object.members);
            let inner: Vec<Uuid> = object
                .attributes
                .iter()
                .filter_map(|attribute| uuid(attribute.members()))
                .collect();
            // One object cannot say more for some of its attributes than for others.
            let marks = object
                .attributes
                .iter()
                .map(|attribute| self.shared.own_marks(attribute.members()))
                .fold(self.shared.marks, Marks::and);
            let marks = marks.and(self.shared.own_marks(&object.members));
            let references = object.members.get("ObjectReference").cloned();
            let mut made = make::object(object, &self.shared);
            bundle::mark(&mut made.object, marks);
            let Some(id) = self.put(made, own, marks) else {
                continue;
            };
            for uuid in inner {
                self.known.entry(uuid).or_insert_with(|| id.clone());
            }
            if let Some(Value::Array(references)) = references {
                let told = references.into_iter();
                self.references
                    .extend(told.map(|reference| (id.clone(), marks, reference)));
            }
        }
    }

    /// Writes an element's object; its id, unless a kept object stands for it.
    fn put(&mut self, made: Made, own: Option<Uuid>, marks: Marks) -> Option<String> {
        if self.is_covered(&made.object) {
            return None;
        }
        let id = text(&made.object, "id")?.to_owned();
        if let Some(own) = own {
            self.known.insert(own, id.clone());
        }
        self.heed(marks);
        for observable in &made.observables {
            self.pool.put(observable, marks);
        }
        self.writer.put(&made.object);
        self.extended = true;
        self.refs.push(id.clone());
        Some(id)
    }

    fn threats(&mut self, from: Option<&str>, found: Vec<(String, Members)>, marks: Marks) {
        for (id, mut threat) in found {
            threat.remove("object_marking_refs");
            extend(&mut threat, "derived", None, &Members::new());
            self.extended = true;
            self.heed(marks);
            let to = self.pool.put(&threat, marks);
            match from {
                None => self.refs.push(id),
                Some(from) => {
                    let hostile = !id.starts_with("identity") && !id.starts_with("vulnerability");
                    let hostile = hostile && !id.starts_with("course-of-action");
                    let kind = match from.starts_with("indicator") && hostile {
                        true => "indicates",
                        false => "related-to",
                    };
                    // It is the element that was written last.
                    let from = self.refs.len().saturating_sub(1);
                    self.late.push(Late {
                        from,
                        kind,
                        to,
                        marks,
                    });
                }
            }
        }
    }

    fn relationship(
        &mut self,
        own: Uuid,
        from: &str,
        kind: &str,
        to: &str,
        comment: Option<&str>,
        marks: Marks,
    ) {
        let mut object = Members::new();
        object.insert("uuid".to_owned(), own.to_string().into());
        let mut object = head("relationship", &object, &self.shared);
        object.insert("relationship_type".to_owned(), kind.into());
        object.insert("source_ref".to_owned(), from.into());
        object.insert("target_ref".to_owned(), to.into());
        if let Some(comment) = comment.filter(|comment| !comment.is_empty()) {
            object.insert("description".to_owned(), comment.into());
        }
        bundle::mark(&mut object, marks);
        extend(&mut object, "derived", None, &Members::new());
        self.writer.put(&object);
    }

    /// References between elements, now that all of them are known. One that leads out of the event
    /// stays in its object alone.
    fn relate(&mut self) {
        let mut told: HashSet<Uuid> = HashSet::new();
        for (from, marks, reference) in std::mem::take(&mut self.references) {
            let Some(reference) = reference.as_object() else {
                continue;
            };
            let target = text(reference, "referenced_uuid").and_then(|id| Uuid::try_parse(id).ok());
            let Some(to) = target.and_then(|target| self.known.get(&target).cloned()) else {
                continue;
            };
            let kind = text(reference, "relationship_type").unwrap_or_default();
            let own = bundle::uuid_of(reference, &self.shared);
            if reference.get("deleted") == Some(&Value::Bool(true)) || !told.insert(own) {
                continue;
            }
            let comment = text(reference, "comment");
            self.relationship(own, &from, &relation(kind), &to, comment, marks);
        }
    }

    /// Sightings of an indicator. False positives and expirations STIX cannot say.
    fn sightings(&mut self, id: &str, sightings: Option<Value>, marks: Marks) {
        let Some(Value::Array(sightings)) = sightings else {
            return;
        };
        for sighting in sightings.iter().filter_map(Value::as_object) {
            let kind = text(sighting, "type").unwrap_or("0");
            let time = text(sighting, "date_sighting").and_then(stamp);
            let (Some(time), "0", true) = (time, kind, id.starts_with("indicator")) else {
                continue;
            };
            let mut object = head("sighting", sighting, &self.shared);
            for key in ["created", "modified", "first_seen", "last_seen"] {
                object.insert(key.to_owned(), time.as_str().into());
            }
            object.insert("sighting_of_ref".to_owned(), id.into());
            object.insert("count".to_owned(), 1.into());
            bundle::mark(&mut object, marks);
            extend(&mut object, "derived", None, &Members::new());
            self.writer.put(&object);
        }
    }

    fn reports(&mut self, event: &Event<'_>) {
        let container = container_id(event);
        for (index, report) in event.reports().enumerate() {
            let pointer = format!("{}/EventReport/{index}", event.pointer);
            let report = match report {
                Ok(report) if self.is_new(&report, &pointer) => report,
                Ok(_) => continue,
                Err(finding) => {
                    self.done.findings.push(finding);
                    continue;
                }
            };
            let own = uuid(&report);
            let marks = self.shared.marks.and(self.shared.own_marks(&report));
            let mut note = head("note", &report, &self.shared);
            if let Some(name) = text(&report, "name").filter(|name| !name.is_empty()) {
                note.insert("abstract".to_owned(), name.into());
            }
            let content = text(&report, "content").unwrap_or_default();
            note.insert("content".to_owned(), content.into());
            note.insert("object_refs".to_owned(), json!([container]));
            let guess = guess_report(&note);
            extend(
                &mut note,
                "report",
                None,
                &crate::rest::rest(report, &guess),
            );
            let made = Made {
                object: note,
                observables: Vec::new(),
            };
            self.put(made, own, marks);
        }
    }

    fn container(&mut self, event: &Event<'_>) {
        let members = event.members();
        let found = threats(members, &self.shared);
        self.threats(None, found, self.shared.marks);
        let bare = tag::names(members).any(|name| name == kept::BARE);
        if bare && self.refs.is_empty() {
            return;
        }
        let refs: Vec<&str> = self
            .refs
            .iter()
            .map(String::as_str)
            .chain(self.kept.iter().map(|kept| kept.id.as_str()))
            .collect();
        let none = [self
            .shared
            .created_by
            .as_deref()
            .unwrap_or(bundle::DEFINER_ID)];
        let refs = if refs.is_empty() { &none[..] } else { &refs };
        let object = container(event, refs, &self.shared);
        if !self.is_covered(&object) {
            self.writer.put(&object);
            self.extended = true;
        }
    }

    fn end(mut self) -> Done {
        let mut ids = vec![String::new(); self.pool.objects.len()];
        for (id, at) in std::mem::take(&mut self.pool.at) {
            ids[at] = id;
        }
        for (object, marks) in std::mem::take(&mut self.pool.objects) {
            // What elements of two groups share is held.
            self.marked |= marks.is_held();
            let ids = marks.ids();
            let refs = match ids.is_empty() {
                true => "}".to_owned(),
                false => format!(",\"object_marking_refs\":{}}}", json!(ids)),
            };
            self.writer.raw(&format!("{object}{refs}"));
        }
        for late in std::mem::take(&mut self.late) {
            let (Some(from), Some(to)) = (self.refs.get(late.from).cloned(), ids.get(late.to))
            else {
                continue;
            };
            let name = format!("{from} {} {to}", late.kind);
            let own = Uuid::new_v5(&NAMESPACE, name.as_bytes());
            self.relationship(own, &from, late.kind, to, None, late.marks);
        }
        for kept in &self.kept {
            self.writer.raw(&kept.object);
        }
        self.done.objects = self.writer.end((self.extended, self.marked));
        self.done
    }
}
