//! What every bundle of ours shares: the extension, ids, times, and writing objects one by one.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::group::SharingGroup;
use crate::json::{Members, text};
use crate::model;
use crate::reach::Reach;
use crate::tag::Marks;

/// The extension under which travels what STIX cannot say (STIX 2.1 §7.3).
pub const EXTENSION: &str = "extension-definition--3f0a8d5e-6b0f-4c3e-9b57-1d2a7c64e9f1";

/// The namespace of ids that are made from what they name.
pub(crate) const NAMESPACE: Uuid = Uuid::from_u128(0x8b1c_64d2_0f5a_4e7b_a3c9_5d70_e21f_6a48);

/// Who defines the extension: stands in every bundle that has it.
pub(crate) const DEFINER_ID: &str = "identity--9a4f7d10-52c8-4b7e-8f36-c0b1e5d2a774";

const DEFINER: &str = r#"{"type":"identity","spec_version":"2.1","id":"identity--9a4f7d10-52c8-4b7e-8f36-c0b1e5d2a774","created":"2026-11-01T00:00:00.000Z","modified":"2026-11-01T00:00:00.000Z","name":"Kaname","identity_class":"system"}"#;

/// The marking of what may not go beyond an organisation or a sharing group: whoever does not know it may show the
/// object to nobody.
pub(crate) const HELD_ID: &str = "marking-definition--6d0c2b7e-94a1-4f58-b3d9-2e7f15c80a46";

const HELD: &str = r#"{"type":"marking-definition","spec_version":"2.1","id":"marking-definition--6d0c2b7e-94a1-4f58-b3d9-2e7f15c80a46","created":"2026-11-30T00:00:00.000Z","created_by_ref":"identity--9a4f7d10-52c8-4b7e-8f36-c0b1e5d2a774","name":"MISP distribution: not beyond the organisation or sharing group","extensions":{"extension-definition--3f0a8d5e-6b0f-4c3e-9b57-1d2a7c64e9f1":{"extension_type":"property-extension","misp_distribution":"held"}}}"#;

const DEFINITION: &str = r#"{"type":"extension-definition","spec_version":"2.1","id":"extension-definition--3f0a8d5e-6b0f-4c3e-9b57-1d2a7c64e9f1","created":"2026-11-01T00:00:00.000Z","modified":"2026-12-01T00:00:00.000Z","created_by_ref":"identity--9a4f7d10-52c8-4b7e-8f36-c0b1e5d2a774","name":"MISP core format","description":"misp_distribution: of a marking; held, what has it may not go beyond the organisation whose it is; group, not beyond the sharing group whose UUID is misp_sharing_group and whose organisations have the UUIDs of misp_organisations. misp_rest: the members of the MISP element that the object itself does not say, as JSON text; a list under '-' has first the names of those that it says and the element lacks, then a member of that name.","schema":"https://www.misp-standard.org/rfc/misp-standard-core.html","version":"1.2.0","extension_types":["new-sdo","property-extension"]}"#;

/// Types for elements that no type of STIX says.
pub(crate) const ATTRIBUTE_TYPE: &str = "misp-attribute";
pub(crate) const OBJECT_TYPE: &str = "misp-object";

/// Most sharing groups of one event; what names a further one is held.
const MOST_GROUPS: usize = 1_000;

/// The sharing groups that the elements of an event name.
#[derive(Default)]
pub(crate) struct Groups {
    /// By the UUID of their markings.
    pub(crate) named: RefCell<BTreeMap<Uuid, SharingGroup>>,
    /// Whether an element names one that cannot be known again.
    pub(crate) is_one_unknown: Cell<bool>,
}

/// What all elements of an event share.
pub(crate) struct Shared {
    pub(crate) event: Uuid,
    pub(crate) created_by: Option<String>,
    pub(crate) marks: Marks,
    /// Whether distribution marks.
    pub(crate) heeds: bool,
    /// The event's own time, for elements without one.
    pub(crate) stamp: String,
    pub(crate) groups: Groups,
}

impl Groups {
    /// The mark of a group.
    fn take(&self, group: SharingGroup) -> Marks {
        let mut named = self.named.borrow_mut();
        let marking = group.marking();
        if named.len() >= MOST_GROUPS && !named.contains_key(&marking) {
            self.is_one_unknown.set(true);
            return Marks::HELD;
        }
        named.insert(marking, group);
        Marks::within(marking)
    }
}

impl Shared {
    /// How an element is marked by its own word.
    pub(crate) fn own_marks(&self, members: &Members) -> Marks {
        let tags = crate::tag::marks(members);
        if !self.heeds {
            return tags;
        }
        match crate::reach::reach(members) {
            Reach::Open => tags,
            Reach::Held => {
                if crate::reach::lacks_group(members) {
                    self.groups.is_one_unknown.set(true);
                }
                tags.and(Marks::HELD)
            }
            Reach::Group(group) => tags.and(self.groups.take(group)),
        }
    }
}

/// Seconds since 1970 as STIX writes a time, to the millisecond. `None` past the year 9999.
pub(crate) fn stamp(seconds: &str) -> Option<String> {
    let seconds: i64 = seconds.parse().ok().filter(|seconds| *seconds >= 0)?;
    let time = Timestamp::from_second(seconds).ok()?;
    Some(format!("{time:.3}"))
}

/// The seconds since 1970 of a time as STIX writes it.
pub(crate) fn seconds(time: &str) -> Option<i64> {
    time.parse::<Timestamp>().ok().map(Timestamp::as_second)
}

/// A time as MISP writes `first_seen`, to the microsecond (core format §2.4).
pub(crate) fn seen(time: &str) -> Option<String> {
    let time: Timestamp = time.parse().ok()?;
    let text = format!("{time:.6}");
    Some(text.replace('Z', "+00:00"))
}

/// A time of MISP as STIX writes it.
pub(crate) fn unseen(time: &str) -> Option<String> {
    let time: Timestamp = time.parse().ok()?;
    Some(format!("{time:.6}"))
}

/// Whether a UUID may stand in a STIX id: its version and variant are those of RFC 4122.
fn is_usable(uuid: Uuid) -> bool {
    matches!(uuid.get_version_num(), 1..=5) && uuid.get_variant() == uuid::Variant::RFC4122
}

/// The UUID an element has in STIX: its own, else one made from what it says.
pub(crate) fn uuid_of(members: &Members, shared: &Shared) -> Uuid {
    if let Some(uuid) = model::uuid(members).filter(|uuid| is_usable(*uuid)) {
        return uuid;
    }
    // In an order of its own: members may come in any.
    let said = kaname_stix::canonical_json(&Value::Object(members.clone()));
    let name = format!("{} {said}", shared.event);
    Uuid::new_v5(&NAMESPACE, name.as_bytes())
}

/// The members that every object with versions has.
pub(crate) fn head(kind: &str, members: &Members, shared: &Shared) -> Members {
    let uuid = uuid_of(members, shared);
    let time = text(members, "timestamp").and_then(stamp);
    let time = time.unwrap_or_else(|| shared.stamp.clone());
    let mut object = Members::new();
    let mut put = |key: &str, value: Value| object.insert(key.to_owned(), value);
    put("type", kind.into());
    put("spec_version", "2.1".into());
    put("id", format!("{kind}--{uuid}").into());
    put("created", time.as_str().into());
    put("modified", time.into());
    if let Some(by) = &shared.created_by {
        put("created_by_ref", by.as_str().into());
    }
    let labels = crate::tag::labels(members);
    if !labels.is_empty() {
        put("labels", labels.into());
    }
    mark(&mut object, shared.marks.and(shared.own_marks(members)));
    if members.get("deleted") == Some(&Value::Bool(true)) {
        object.insert("revoked".to_owned(), true.into());
    }
    object
}

/// Puts markings on an object.
pub(crate) fn mark(object: &mut Members, marks: Marks) {
    let ids = marks.ids();
    if !ids.is_empty() {
        object.insert("object_marking_refs".to_owned(), json!(ids));
    }
}

/// Lays down what an object does not say.
pub(crate) fn extend(object: &mut Members, element: &str, template: Option<&str>, rest: &Members) {
    let own = matches!(text(object, "type"), Some(ATTRIBUTE_TYPE | OBJECT_TYPE));
    let mut said = Members::new();
    said.insert("misp_element".to_owned(), element.into());
    if let Some(template) = template {
        said.insert("misp_template".to_owned(), template.into());
    }
    if !rest.is_empty() {
        said.insert("misp_rest".to_owned(), crate::rest::write(rest).into());
    }
    let kind = if own { "new-sdo" } else { "property-extension" };
    let mut extension = Members::new();
    extension.insert("extension_type".to_owned(), kind.into());
    extension.append(&mut said);
    if own {
        object.append(&mut split(&mut extension));
    }
    object.insert("extensions".to_owned(), json!({ EXTENSION: extension }));
}

/// Takes everything but the kind: a type of its own has its properties at the top.
fn split(extension: &mut Members) -> Members {
    let kind = extension.remove("extension_type").unwrap_or_default();
    let said = std::mem::take(extension);
    extension.insert("extension_type".to_owned(), kind);
    said
}

/// What was laid down beside an object: the element it was, its template, the rest.
pub(crate) struct Said {
    pub(crate) element: String,
    pub(crate) template: Option<String>,
    pub(crate) rest: Members,
}

pub(crate) fn said(object: &Members) -> Option<Said> {
    let extension = object.get("extensions")?.get(EXTENSION)?.as_object()?;
    let own = matches!(text(object, "type"), Some(ATTRIBUTE_TYPE | OBJECT_TYPE));
    let from = if own { object } else { extension };
    Some(Said {
        element: text(from, "misp_element")?.to_owned(),
        template: text(from, "misp_template").map(str::to_owned),
        rest: text(from, "misp_rest")
            .map(crate::rest::read)
            .unwrap_or_default(),
    })
}

/// Where the objects of a bundle go, one after the other.
pub trait Out {
    /// A bundle with this UUID begins.
    fn begin(&mut self, bundle: Uuid);
    /// An object as JSON text; `place` counts those before it.
    fn object(&mut self, text: &str, place: usize);
    /// The bundle ends.
    fn end(&mut self);
}

/// Appends the bundle as text.
impl Out for Vec<u8> {
    fn begin(&mut self, bundle: Uuid) {
        let start = format!("{{\"type\":\"bundle\",\"id\":\"bundle--{bundle}\",\"objects\":[\n");
        self.extend_from_slice(start.as_bytes());
    }

    fn object(&mut self, text: &str, place: usize) {
        if place > 0 {
            self.extend_from_slice(b",\n");
        }
        self.extend_from_slice(text.as_bytes());
    }

    fn end(&mut self) {
        self.extend_from_slice(b"\n]}\n");
    }
}

/// Hands each object on by itself, so that a large bundle is never whole in memory.
pub struct Each<F>(pub F);

impl<F: FnMut(&str)> Out for Each<F> {
    fn begin(&mut self, _: Uuid) {}

    fn object(&mut self, text: &str, _: usize) {
        (self.0)(text);
    }

    fn end(&mut self) {}
}

/// Writes a bundle object by object.
pub(crate) struct Writer<'o> {
    out: &'o mut dyn Out,
    /// The object that is being written.
    text: Vec<u8>,
    pub(crate) objects: usize,
}

impl<'o> Writer<'o> {
    pub(crate) fn new(out: &'o mut dyn Out, uuid: Uuid) -> Self {
        out.begin(uuid);
        Self {
            out,
            text: Vec::new(),
            objects: 0,
        }
    }

    pub(crate) fn raw(&mut self, object: &str) {
        self.out.object(object, self.objects);
        self.objects += 1;
    }

    pub(crate) fn put(&mut self, object: &Members) {
        let mut text = std::mem::take(&mut self.text);
        text.clear();
        append(&mut text, object);
        self.raw(std::str::from_utf8(&text).unwrap_or_default());
        self.text = text;
    }

    /// Ends the bundle. `extended` says whether anything in it has the extension, `held` whether anything is marked
    /// so.
    pub(crate) fn end(mut self, (extended, held): (bool, bool)) -> usize {
        if held {
            self.raw(HELD);
        }
        if extended || held {
            self.raw(DEFINER);
            self.raw(DEFINITION);
        }
        self.out.end();
        self.objects
    }
}

/// Appends members as JSON. Memory takes every byte, so there is nothing to fail.
pub(crate) fn append(out: &mut Vec<u8>, members: &Members) {
    let written = serde_json::to_writer(out, members);
    debug_assert!(written.is_ok());
}

/// Whether an object is one of those that bundles of ours have beside what they say.
pub(crate) fn is_ours(object: &Members) -> bool {
    let id = text(object, "id").unwrap_or_default();
    let is_marking = || {
        let said = object.get("extensions").and_then(|all| all.get(EXTENSION));
        text(object, "type") == Some("marking-definition")
            && said.is_some_and(|said| said.get("misp_distribution").is_some())
    };
    [EXTENSION, DEFINER_ID].contains(&id) || is_marking()
}
