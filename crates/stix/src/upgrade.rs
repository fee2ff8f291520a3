//! STIX 2.0 made STIX 2.1.
//!
//! What 2.1 has under another name moves; what it has no place for is left out
//! and told. Ids stay, so that an upgraded object remains the same object;
//! observables, which have none in 2.0, get their deterministic ids.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::canonical::sco_id;
use crate::id::{Class, class_of};
use crate::marking::tlp1_label;
use crate::time::{digits, micros};
use crate::{ObjectId, StixError};

/// What became of one object of STIX 2.0.
#[derive(Debug, Clone, PartialEq)]
pub struct Upgraded {
    /// The object, with `spec_version` 2.1.
    pub object: Value,
    /// Observables that stood inside it (`observed-data`), in the order of their keys.
    pub observables: Vec<Value>,
    /// JSON pointers into the old object to what STIX 2.1 has no place for.
    pub left_out: Vec<String>,
}

/// Lists that 2.0 kept in `labels` and 2.1 keeps under their own names.
const LABELS: &[(&str, &str)] = &[
    ("indicator", "indicator_types"),
    ("malware", "malware_types"),
    ("report", "report_types"),
    ("threat-actor", "threat_actor_types"),
    ("tool", "tool_types"),
];

/// Properties of observables that have another name in 2.1: type, old, new.
const RENAMED: &[(&str, &str, &str)] = &[
    ("directory", "created", "ctime"),
    ("directory", "modified", "mtime"),
    ("directory", "accessed", "atime"),
    ("file", "created", "ctime"),
    ("file", "modified", "mtime"),
    ("file", "accessed", "atime"),
    ("process", "created", "created_time"),
    ("process", "binary_ref", "image_ref"),
    (
        "user-account",
        "password_last_changed",
        "credential_last_changed",
    ),
    ("windows-registry-key", "modified", "modified_time"),
];

/// Properties of observables that 2.1 no longer has.
const GONE: &[(&str, &str)] = &[
    ("file", "is_encrypted"),
    ("file", "encryption_algorithm"),
    ("file", "decryption_key"),
    ("process", "name"),
    ("process", "arguments"),
];

/// The same of predefined extensions.
const GONE_IN_EXTENSIONS: &[(&str, &str)] = &[
    ("archive-ext", "version"),
    ("raster-image-ext", "image_compression_algorithm"),
    ("socket-ext", "protocol_family"),
];

/// Makes an object of STIX 2.0 one of 2.1; one of 2.1 comes back as it is.
///
/// # Errors
/// When it is no object or has no `type`.
pub fn upgrade(object: &Value) -> Result<Upgraded, StixError> {
    let Some(old) = object.as_object() else {
        let (message, path) = ("expected a JSON object", String::new());
        return Err(StixError::NotStix { message, path });
    };
    let Some(type_name) = old.get("type").and_then(Value::as_str) else {
        return Err(StixError::Missing { property: "type" });
    };
    let mut upgraded = Upgraded {
        object: Value::Null,
        observables: Vec::new(),
        left_out: Vec::new(),
    };
    let is_21 = old
        .get("spec_version")
        .is_some_and(|version| version == "2.1");
    let mut new = old.clone();
    if !is_21 && class_of(type_name) != Some(Class::Sco) {
        new.insert("spec_version".to_owned(), "2.1".into());
        let is_empty = |value: &Value| value.as_array().is_some_and(Vec::is_empty);
        new.retain(|key, value| {
            let gone = is_empty(value);
            if gone {
                upgraded.left_out.push(format!("/{key}"));
            }
            !gone
        });
        for property in ["created", "modified"] {
            let millis = new
                .get(property)
                .and_then(Value::as_str)
                .and_then(with_millis);
            new.extend(millis.map(|text| (property.to_owned(), text.into())));
        }
        of_type(type_name, &mut new, &mut upgraded);
    }
    upgraded.object = Value::Object(new);
    Ok(upgraded)
}

/// A time with three digits after the point, where it has fewer (§3.2).
fn with_millis(text: &str) -> Option<String> {
    let missing = 3_usize.checked_sub(digits(text))?;
    micros(text)?;
    let start = text.strip_suffix('Z')?;
    let point = if start.contains('.') { "" } else { "." };
    (missing > 0).then(|| format!("{start}{point}{}Z", "0".repeat(missing)))
}

fn of_type(type_name: &str, new: &mut Map<String, Value>, upgraded: &mut Upgraded) {
    if let Some((_, types)) = LABELS.iter().find(|(name, _)| *name == type_name)
        && let Some(labels) = new.remove("labels")
    {
        new.entry(*types).or_insert(labels);
    }
    let mut default = |name: &str, value: Value| {
        new.entry(name.to_owned()).or_insert(value);
    };
    match type_name {
        // The malware of 2.0 has a name and no samples: it speaks of the family.
        "malware" => default("is_family", true.into()),
        "indicator" => {
            default("pattern_type", "stix".into());
            default("pattern_version", "2.0".into());
        }
        "marking-definition" => {
            let id = new.get("id").and_then(Value::as_str);
            let id = id.and_then(|id| ObjectId::parse(id).ok());
            if let Some(label) = id.and_then(|id| tlp1_label(&id)) {
                new.insert(
                    "name".to_owned(),
                    format!("TLP:{}", label.to_uppercase()).into(),
                );
            }
        }
        "observed-data" => of_observed_data(new, upgraded),
        _ => {}
    }
}

/// Takes the observables out of `objects` and refers to them instead.
fn of_observed_data(new: &mut Map<String, Value>, upgraded: &mut Upgraded) {
    let Some(Value::Object(objects)) = new.remove("objects") else {
        return;
    };
    let types: BTreeMap<&str, &str> = objects
        .iter()
        .filter_map(|(key, object)| Some((key.as_str(), object.get("type")?.as_str()?)))
        .collect();
    let mut made: BTreeMap<String, Value> = BTreeMap::new();
    let mut left_out = Vec::new();
    for (key, object) in &objects {
        let mut object = object.clone();
        if let (Some(members), Some(type_name)) = (object.as_object_mut(), types.get(key.as_str()))
        {
            let path = format!("/objects/{}", key.replace('~', "~0").replace('/', "~1"));
            of_observable(type_name, members, &path, &mut left_out);
        }
        made.insert(key.clone(), object);
    }
    let owner = new
        .get("id")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    let ids = identify(&owner, &mut made, &types, &mut left_out);
    let mut refs: Vec<Value> = Vec::new();
    for (key, object) in made {
        match ids.get(&key) {
            Some(id) => {
                refs.push(id.to_string().into());
                upgraded.observables.push(object);
            }
            None => left_out.push(format!("/objects/{key}")),
        }
    }
    refs.dedup();
    new.insert("object_refs".to_owned(), Value::Array(refs));
    upgraded.left_out.append(&mut left_out);
}

fn of_observable(
    type_name: &str,
    members: &mut Map<String, Value>,
    path: &str,
    left_out: &mut Vec<String>,
) {
    for (_, old, new) in RENAMED.iter().filter(|(of, _, _)| *of == type_name) {
        if let Some(value) = members.remove(*old) {
            members.insert((*new).to_owned(), value);
        }
    }
    for (_, gone) in GONE.iter().filter(|(of, _)| *of == type_name) {
        if members.remove(*gone).is_some() {
            left_out.push(format!("{path}/{gone}"));
        }
    }
    if let Some(Value::Object(extensions)) = members.get_mut("extensions") {
        for (name, extension) in extensions.iter_mut() {
            let gone = GONE_IN_EXTENSIONS.iter().filter(|(of, _)| of == name);
            for (_, gone) in gone {
                let removed = extension.as_object_mut().and_then(|of| of.remove(*gone));
                if removed.is_some() {
                    left_out.push(format!("{path}/extensions/{name}/{gone}"));
                }
            }
        }
        extensions.retain(|_, extension| extension.as_object().is_none_or(|of| !of.is_empty()));
        if extensions.is_empty() {
            members.remove("extensions");
        }
    }
}

/// Gives every observable its id and puts ids where keys stood. An observable's
/// id may depend on that of another, so those that wait for none come first; of
/// a circle, one is broken by an id that does not follow from the content.
fn identify(
    owner: &str,
    made: &mut BTreeMap<String, Value>,
    types: &BTreeMap<&str, &str>,
    left_out: &mut Vec<String>,
) -> BTreeMap<String, ObjectId> {
    let mut ids: BTreeMap<String, ObjectId> = BTreeMap::new();
    let mut waiting: Vec<String> = types.keys().map(|key| (*key).to_owned()).collect();
    while !waiting.is_empty() {
        let before = waiting.len();
        waiting.retain(|key| {
            let Some(object) = made.get_mut(key) else {
                return false;
            };
            let type_name = types[key.as_str()];
            if awaits(type_name, object, &ids, types) {
                return true;
            }
            ids.extend(identified(owner, key, type_name, object, &ids).map(|id| (key.clone(), id)));
            false
        });
        if waiting.len() == before {
            let key = waiting.remove(0);
            let random = named_id(owner, &key, types[key.as_str()]);
            ids.extend(random.map(|id| (key, id)));
        }
    }
    for (key, object) in made.iter_mut() {
        let path = format!("/objects/{key}");
        put_ids(object, &path, &ids, left_out);
        if let (Some(members), Some(id)) = (object.as_object_mut(), ids.get(key)) {
            members.insert("id".to_owned(), id.to_string().into());
        }
    }
    ids
}

/// Whether a property that contributes to the id names an observable without one.
fn awaits(
    type_name: &str,
    object: &Value,
    ids: &BTreeMap<String, ObjectId>,
    types: &BTreeMap<&str, &str>,
) -> bool {
    let contributing = crate::rules::rule(type_name).map_or(&[][..], |rule| rule.id_properties);
    contributing.iter().any(|property| {
        let value = object.get(*property);
        value.is_some_and(|value| names_unknown(property, value, ids, types))
    })
}

/// Whether a value names, as a property `…_ref` or `…_refs` does, an observable
/// that has no id yet.
fn names_unknown(
    property: &str,
    value: &Value,
    ids: &BTreeMap<String, ObjectId>,
    types: &BTreeMap<&str, &str>,
) -> bool {
    match value {
        Value::String(key) if property.ends_with("_ref") || property.ends_with("_refs") => {
            types.contains_key(key.as_str()) && !ids.contains_key(key)
        }
        Value::Array(items) => items
            .iter()
            .any(|item| names_unknown(property, item, ids, types)),
        Value::Object(members) => members
            .iter()
            .any(|(key, member)| names_unknown(key, member, ids, types)),
        _ => false,
    }
}

fn identified(
    owner: &str,
    key: &str,
    type_name: &str,
    object: &Value,
    ids: &BTreeMap<String, ObjectId>,
) -> Option<ObjectId> {
    let mut named = object.clone();
    put_ids(&mut named, "", ids, &mut Vec::new());
    sco_id(type_name, named.as_object()?).or_else(|| named_id(owner, key, type_name))
}

/// An id for what has nothing to make one from: the same each time, of version 4
/// in form, from the object that held it.
fn named_id(owner: &str, key: &str, type_name: &str) -> Option<ObjectId> {
    let name = format!("{owner} {key}");
    let hash = uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_OID, name.as_bytes());
    let uuid = uuid::Builder::from_random_bytes(hash.into_bytes()).into_uuid();
    ObjectId::new(type_name, uuid).ok()
}

/// Puts ids where properties `…_ref` and `…_refs` name keys. What names a key
/// that does not exist is left out.
fn put_ids(
    value: &mut Value,
    path: &str,
    ids: &BTreeMap<String, ObjectId>,
    left_out: &mut Vec<String>,
) {
    let Some(members) = value.as_object_mut() else {
        if let Value::Array(items) = value {
            for (index, item) in items.iter_mut().enumerate() {
                put_ids(item, &format!("{path}/{index}"), ids, left_out);
            }
        }
        return;
    };
    let mut gone = Vec::new();
    for (key, member) in members.iter_mut() {
        let path = format!("{path}/{key}");
        let known = |text: &str| ids.get(text).map(|id| Value::from(id.to_string()));
        match member {
            Value::String(text) if key.ends_with("_ref") => match known(text) {
                Some(id) => *member = id,
                None if ObjectId::parse(text).is_ok() => {}
                None => gone.push(key.clone()),
            },
            Value::Array(items) if key.ends_with("_refs") => {
                items.retain_mut(|item| {
                    let text = item.as_str().unwrap_or_default();
                    match known(text) {
                        Some(id) => *item = id,
                        None => return ObjectId::parse(text).is_ok(),
                    }
                    true
                });
                if items.is_empty() {
                    gone.push(key.clone());
                }
            }
            other => put_ids(other, &path, ids, left_out),
        }
    }
    for key in gone {
        members.remove(&key);
        left_out.push(format!("{path}/{key}"));
    }
}
