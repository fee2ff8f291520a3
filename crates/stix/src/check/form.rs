//! The form of single values, and of objects by their table.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use super::report::{self as r, Path, Report, Severity};
use super::writing::{self, is_dictionary_key};
use super::{extension, selector};
use crate::id::{Class, ObjectId};
use crate::rules::{Entry, Form, Order, Prop, Shape, Targets, Writing, part};
use crate::time::micros;

/// The object that is checked, for what refers back to its start.
pub(super) struct Whole<'v> {
    pub(super) object: &'v Map<String, Value>,
    pub(super) type_name: &'v str,
}

pub(super) fn check_prop(
    prop: &Prop,
    whole: &Whole<'_>,
    value: &Value,
    path: &Path<'_>,
    report: &mut Report,
) {
    if !prop.list {
        return check_form(prop.form, whole, value, path, report);
    }
    let Some(items) = value.as_array() else {
        return report.must(path, r::TYPE_LIST, "is not a list");
    };
    if items.is_empty() {
        report.must(path, r::EMPTY_LIST, "a list must not be empty");
    }
    for (index, item) in items.iter().enumerate() {
        check_form(prop.form, whole, item, &path.index(index), report);
    }
}

fn check_form(form: Form, whole: &Whole<'_>, value: &Value, path: &Path<'_>, report: &mut Report) {
    match form {
        Form::Text => {
            let _ = text(value, path, report);
        }
        Form::FullText => {
            if text(value, path, report).is_some_and(|text| text.trim().is_empty()) {
                report.must(path, r::EMPTY, "must not be empty");
            }
        }
        Form::Written(writing) => check_writing(writing, whole, value, path, report),
        Form::Int(low, high) => check_int(value, low, high, path, report),
        Form::Float(low, high) => match value.as_f64() {
            Some(number) if (low..=high).contains(&number) => {}
            Some(_) => {
                let message = format_args!("must be from {low} to {high}");
                report.add(Severity::Must, path, r::RANGE, message);
            }
            None => report.must(path, r::TYPE_NUMBER, "is not a number"),
        },
        Form::Bool if value.is_boolean() => {}
        Form::Bool => report.must(path, r::TYPE_BOOLEAN, "is not true or false"),
        Form::Time => {
            if text(value, path, report).is_some_and(|text| micros(text).is_none()) {
                let message = "is not a timestamp like 2026-01-31T09:00:00Z";
                report.must(path, r::TIMESTAMP, message);
            }
        }
        Form::Hex => check_hex(value, path, report),
        Form::Binary => {
            if text(value, path, report).is_some_and(|text| STANDARD.decode(text).is_err()) {
                report.must(path, r::BINARY, "is not base64 (RFC 4648 §4)");
            }
        }
        Form::Enum(words) => check_word(words, true, value, path, report),
        Form::Vocab(words) => check_word(words, false, value, path, report),
        Form::Ref(targets) => check_ref(targets, value, path, report),
        Form::Hashes => check_hashes(value, path, report),
        Form::Dict(entry) => check_dict(entry, value, path, report),
        Form::Part(shape) => check_part(shape, whole, value, path, report),
        Form::Extensions => extension::check(whole, value, path, report),
        Form::Object if value.is_object() => check_any(value, Severity::Must, path, report),
        Form::Object => report.must(path, r::TYPE_OBJECT, "is not an object"),
    }
}

/// An object inside the object, by its own table.
pub(super) fn check_part(
    shape: &'static Shape,
    whole: &Whole<'_>,
    value: &Value,
    path: &Path<'_>,
    report: &mut Report,
) {
    report.within(shape.section, |report| {
        let Some(members) = value.as_object() else {
            return report.must(path, r::TYPE_OBJECT, "is not an object");
        };
        for (key, value) in members {
            let path = path.key(key);
            match shape.prop(key) {
                Some(prop) => check_prop(prop, whole, value, &path, report),
                None => {
                    check_name(key, &path, report);
                    check_any(value, Severity::Must, &path, report);
                }
            }
        }
        check_relations(shape, members, path, report);
        if shape.name == part::GRANULAR_MARKING.name {
            selector::check(whole.object, members, path, report);
        }
        if shape.name == part::EXTERNAL_REFERENCE.name {
            check_external_id(members, path, report);
        }
    });
}

/// What the table says of the properties together.
pub(super) fn check_relations(
    shape: &Shape,
    object: &Map<String, Value>,
    path: &Path<'_>,
    report: &mut Report,
) {
    for prop in shape.props.iter().filter(|prop| prop.required) {
        if !object.contains_key(prop.name) {
            missing(prop.name, path, report);
        }
    }
    let has = |property: &&&str| object.contains_key(**property);
    if !shape.any_of.is_empty() && !shape.any_of.iter().any(|property| has(&property)) {
        let names = shape.any_of.join(", ");
        let message = format_args!("needs at least one of {names}");
        report.add(Severity::Must, path, r::ANY_OF, message);
    }
    if shape.any_at_all && !object.contains_key("extensions") {
        let own = shape
            .props
            .iter()
            .any(|prop| object.contains_key(prop.name));
        if !own {
            let message = "needs at least one of its properties";
            report.must(path, r::ANY_OF, message);
        }
    }
    if shape.exclusive.iter().filter(has).count() > 1 {
        let names = shape.exclusive.join(", ");
        let message = format_args!("may have only one of {names}");
        report.add(Severity::Must, path, r::EXCLUSIVE, message);
    }
    for (property, needed) in shape.needs {
        if object.contains_key(*property) && !object.contains_key(*needed) {
            let message = format_args!("`{property}` needs `{needed}` beside it");
            report.add(Severity::Must, &path.key(needed), r::NEEDS, message);
        }
    }
    for order in shape.order {
        check_order(order, object, path, report);
    }
}

pub(super) fn missing(property: &str, path: &Path<'_>, report: &mut Report) {
    let message = format_args!("required property `{property}` is missing");
    report.add(Severity::Must, &path.key(property), r::REQUIRED, message);
}

pub(super) fn check_order(
    order: &Order,
    object: &Map<String, Value>,
    path: &Path<'_>,
    report: &mut Report,
) {
    let time = |name: &str| object.get(name).and_then(Value::as_str).and_then(micros);
    let (Some(start), Some(end)) = (time(order.first), time(order.last)) else {
        return;
    };
    if end < start || (order.strict && end == start) {
        let word = if order.strict { "after" } else { "at or after" };
        let message = format_args!("must be {word} `{}`", order.first);
        report.add(
            Severity::Must,
            &path.key(order.last),
            r::TIME_ORDER,
            message,
        );
    }
}

pub(super) fn text<'v>(value: &'v Value, path: &Path<'_>, report: &mut Report) -> Option<&'v str> {
    if !value.is_string() {
        report.must(path, r::TYPE_STRING, "is not a string");
    }
    value.as_str()
}

fn check_writing(
    writing: Writing,
    whole: &Whole<'_>,
    value: &Value,
    path: &Path<'_>,
    report: &mut Report,
) {
    let Some(text) = text(value, path, report) else {
        return;
    };
    // What was made harmless on purpose is no longer written as it was (§3.2).
    if whole.object.get("defanged") == Some(&Value::Bool(true)) {
        return;
    }
    if let Some(message) = writing::fault(writing, text) {
        report.must(path, r::WRITING, message);
    }
}

fn check_int(value: &Value, low: i64, high: i64, path: &Path<'_>, report: &mut Report) {
    match (value.as_i64(), value.as_u64()) {
        (Some(number), _) if (low..=high).contains(&number) => {}
        (None, None) => report.must(path, r::TYPE_INTEGER, "is not a whole number"),
        _ => {
            let message = format_args!("must be from {low} to {high}");
            report.add(Severity::Must, path, r::RANGE, message);
        }
    }
}

fn check_hex(value: &Value, path: &Path<'_>, report: &mut Report) {
    let is_hex = |text: &str| {
        text.len().is_multiple_of(2) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    if text(value, path, report).is_some_and(|text| !is_hex(text)) {
        let message = "is not an even number of hexadecimal digits";
        report.must(path, r::HEX, message);
    }
}

fn check_word(words: &[&str], closed: bool, value: &Value, path: &Path<'_>, report: &mut Report) {
    let Some(word) = text(value, path, report) else {
        return;
    };
    if words.contains(&word) {
        return;
    }
    if closed {
        let words = words.join(", ");
        let message = format_args!("is not one of {words}");
        report.add(Severity::Must, path, r::ENUM, message);
    } else {
        let message = "is not a word of the open vocabulary";
        report.should(path, r::VOCABULARY, message);
    }
}

fn check_ref(targets: Targets, value: &Value, path: &Path<'_>, report: &mut Report) {
    let Some(text) = text(value, path, report) else {
        return;
    };
    let id = match ObjectId::parse(text) {
        Ok(id) => id,
        Err(error) => {
            return report.add(Severity::Must, path, r::IDENTIFIER, format_args!("{error}"));
        }
    };
    check_uuid(&id, path, report);
    let class = id.class();
    let class_name = match class {
        Some(Class::Sdo) => "SDO",
        Some(Class::Sro) => "SRO",
        Some(Class::Sco) => "SCO",
        Some(Class::Meta) => "SMO",
        None => "custom",
    };
    // A custom type may be of any class.
    let custom = class.is_none() && targets.iter().any(|name| name.starts_with('S'));
    let named = targets
        .iter()
        .any(|name| *name == class_name || *name == id.type_name());
    if !targets.is_empty() && !named && !custom {
        let (name, targets) = (id.type_name(), targets.join(", "));
        let message = format_args!("refers to `{name}`, not to {targets}");
        report.add(Severity::Must, path, r::REFERENCE_TYPE, message);
    }
}

/// RFC 4122 knows the variant `10` and versions 1 to 5; RFC 9562 added 6 to 8.
fn check_uuid(id: &ObjectId, path: &Path<'_>, report: &mut Report) {
    let uuid = id.uuid();
    let rfc = uuid.get_variant() == uuid::Variant::RFC4122;
    match uuid.get_version_num() {
        1..=5 if rfc => {}
        6..=8 if rfc => report.should(path, r::UUID, "the UUID's version is newer than RFC 4122"),
        _ => report.must(path, r::UUID, "is not a UUID of RFC 4122"),
    }
}

/// How many hexadecimal digits a hash of an algorithm has.
fn hash_digits(algorithm: &str) -> Option<usize> {
    match algorithm {
        "MD5" => Some(32),
        "SHA-1" => Some(40),
        "SHA-256" | "SHA3-256" => Some(64),
        "SHA-512" | "SHA3-512" => Some(128),
        _ => None,
    }
}

fn check_hashes(value: &Value, path: &Path<'_>, report: &mut Report) {
    let Some(hashes) = value.as_object() else {
        return report.must(path, r::TYPE_HASHES, "is not a dictionary of hashes");
    };
    if hashes.is_empty() {
        report.must(path, r::EMPTY, "must not be empty");
    }
    for (algorithm, hash) in hashes {
        let path = path.key(algorithm);
        if algorithm.len() < 3 {
            report.must(
                &path,
                r::HASH_ALGORITHM,
                "an algorithm is named by 3 to 250 letters",
            );
        }
        check_key(algorithm, &path, report);
        let Some(hash) = text(hash, &path, report) else {
            continue;
        };
        match (hash_digits(algorithm), algorithm.as_str()) {
            (Some(digits), _) => {
                let is_hex = hash.bytes().all(|byte| byte.is_ascii_hexdigit());
                if hash.len() != digits || !is_hex {
                    let message = format_args!("is not {digits} hexadecimal digits");
                    report.add(Severity::Must, &path, r::HASH, message);
                }
            }
            (None, "SSDEEP") if hash.split(':').count() < 3 => {
                report.must(&path, r::HASH, "is not `size:hash:hash`");
            }
            (None, "SSDEEP" | "TLSH") => {}
            (None, _) => {
                report.should(&path, r::HASH_ALGORITHM, "is not an algorithm of the list");
            }
        }
    }
}

pub(super) fn check_key(key: &str, path: &Path<'_>, report: &mut Report) {
    if !is_dictionary_key(key) {
        let message = "a key is 1 to 250 of a-z, A-Z, 0-9, -, _";
        report.must(path, r::DICTIONARY_KEY, message);
    }
}

fn check_dict(entry: Entry, value: &Value, path: &Path<'_>, report: &mut Report) {
    let Some(members) = value.as_object() else {
        return report.must(path, r::TYPE_DICTIONARY, "is not a dictionary");
    };
    if members.is_empty() {
        report.must(path, r::EMPTY, "must not be empty");
    }
    for (key, value) in members {
        let path = path.key(key);
        check_key(key, &path, report);
        let texts = |value: &Value| {
            let items = value.as_array();
            items.is_some_and(|items| items.iter().all(Value::is_string))
        };
        let whole = value.is_i64() || value.is_u64();
        let (fits, kinds) = match entry {
            Entry::Any => (true, ""),
            Entry::Text => (value.is_string(), "a string"),
            Entry::Int => (whole, "a whole number"),
            Entry::TextOrInt => (value.is_string() || whole, "a string or whole number"),
            Entry::TextOrList => (
                value.is_string() || texts(value),
                "a string or list of strings",
            ),
            Entry::TextList => (texts(value), "a list of strings"),
        };
        if fits {
            check_any(value, Severity::Must, &path, report);
        } else {
            let message = format_args!("is not {kinds}");
            report.add(Severity::Must, &path, r::DICTIONARY_VALUE, message);
        }
    }
}

/// Ids of CVE and CAPEC have a writing (§2.5.1).
fn check_external_id(reference: &Map<String, Value>, path: &Path<'_>, report: &mut Report) {
    let of = |name: &str| reference.get(name).and_then(Value::as_str);
    let good = match of("source_name") {
        Some("cve") => of("external_id").is_some_and(names_cve),
        Some(_) if of("external_id").is_some_and(names_cve) => false,
        Some("capec") => of("external_id").is_some_and(|id| {
            id.strip_prefix("CAPEC-")
                .is_some_and(|number| number.parse::<u32>().is_ok())
        }),
        _ => true,
    };
    if !good {
        let message = "is not an id such as CVE-2026-1234 or CAPEC-98, as the source's name asks";
        report.must(&path.key("external_id"), r::EXTERNAL_ID, message);
    }
}

/// Whether an id is one of CVE, which only the source `cve` gives.
fn names_cve(id: &str) -> bool {
    id.starts_with("CVE-") && crate::head::is_cve(id)
}

/// The name of a property that no table has.
pub(super) fn check_name(key: &str, path: &Path<'_>, report: &mut Report) {
    if let Some(message) = writing::fault(Writing::PropertyName, key) {
        report.must(path, r::PROPERTY_NAME, message);
    }
}

/// What holds everywhere: no null, no empty list. The latter is only advice
/// (`empty`) inside custom properties, where ATT&CK has them.
pub(super) fn check_any(value: &Value, empty: Severity, path: &Path<'_>, report: &mut Report) {
    match value {
        Value::Null => report.must(path, r::NULL, "null is not allowed"),
        Value::Array(items) => {
            if items.is_empty() {
                let message = format_args!("a list must not be empty");
                report.add(empty, path, r::EMPTY_LIST, message);
            }
            for (index, item) in items.iter().enumerate() {
                check_any(item, empty, &path.index(index), report);
            }
        }
        Value::Object(members) => {
            for (key, member) in members {
                check_any(member, empty, &path.key(key), report);
            }
        }
        Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
