//! The form of single values.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use super::selector::check_granular;
use super::{Report, Severity, check_custom};
use crate::id::{Class, ObjectId};
use crate::rules::vocabulary as v;
use crate::rules::{Form, Prop, Targets};
use crate::time::micros;

/// A JSON pointer one step further (RFC 6901).
pub(super) fn join(path: &str, step: &str) -> String {
    format!("{path}/{}", step.replace('~', "~0").replace('/', "~1"))
}

pub(super) fn check_prop(
    prop: &Prop,
    object: &Map<String, Value>,
    value: &Value,
    path: &str,
    report: &mut Report,
) {
    if !prop.list {
        return check_form(prop.form, object, value, path, report);
    }
    let Some(items) = value.as_array() else {
        return report.error(path, "type-list", "is not a list");
    };
    if items.is_empty() {
        report.error(path, "empty-list", "a list must not be empty");
    }
    for (index, item) in items.iter().enumerate() {
        check_form(prop.form, object, item, &format!("{path}/{index}"), report);
    }
}

fn check_form(
    form: Form,
    object: &Map<String, Value>,
    value: &Value,
    path: &str,
    report: &mut Report,
) {
    match form {
        Form::Text => {
            let _ = text(value, path, report);
        }
        Form::FullText => {
            if text(value, path, report).is_some_and(|text| text.trim().is_empty()) {
                report.error(path, "empty", "must not be empty");
            }
        }
        Form::Int(low, high) => check_int(value, low, high, path, report),
        Form::Float(low, high) => match value.as_f64() {
            Some(number) if (low..=high).contains(&number) => {}
            Some(_) => report.error(path, "range", format!("must be from {low} to {high}")),
            None => report.error(path, "type-number", "is not a number"),
        },
        Form::Bool if value.is_boolean() => {}
        Form::Bool => report.error(path, "type-boolean", "is not true or false"),
        Form::Time => {
            if text(value, path, report).is_some_and(|text| micros(text).is_none()) {
                report.error(
                    path,
                    "timestamp",
                    "is not a timestamp like 2026-01-31T09:00:00Z",
                );
            }
        }
        Form::Hex => check_hex(value, path, report),
        Form::Binary => {
            if text(value, path, report).is_some_and(|text| STANDARD.decode(text).is_err()) {
                report.error(path, "binary", "is not base64 (RFC 4648 §4)");
            }
        }
        Form::Enum(words) => check_word(words, true, value, path, report),
        Form::Vocab(words) => check_word(words, false, value, path, report),
        Form::Ref(targets) => check_ref(targets, value, path, report),
        Form::Hashes => check_hashes(value, path, report),
        Form::Dict => check_dict(value, path, report),
        Form::KillChain => check_kill_chain(value, path, report),
        Form::Granular => check_granular(object, value, path, report),
        Form::External => check_external(value, path, report),
        Form::Extensions => check_extensions(value, path, report),
        Form::Object if value.is_object() => check_any(value, Severity::Error, path, report),
        Form::Object => report.error(path, "type-object", "is not an object"),
        Form::Any => check_any(value, Severity::Error, path, report),
    }
}

fn text<'v>(value: &'v Value, path: &str, report: &mut Report) -> Option<&'v str> {
    if !value.is_string() {
        report.error(path, "type-string", "is not a string");
    }
    value.as_str()
}

fn check_int(value: &Value, low: i64, high: i64, path: &str, report: &mut Report) {
    match (value.as_i64(), value.as_u64()) {
        (Some(number), _) if (low..=high).contains(&number) => {}
        (None, None) => report.error(path, "type-integer", "is not a whole number"),
        _ => report.error(path, "range", format!("must be from {low} to {high}")),
    }
}

fn check_hex(value: &Value, path: &str, report: &mut Report) {
    let is_hex = |text: &str| {
        text.len().is_multiple_of(2) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    if text(value, path, report).is_some_and(|text| !is_hex(text)) {
        report.error(path, "hex", "is not an even number of hexadecimal digits");
    }
}

pub(super) fn check_word(
    words: &[&str],
    closed: bool,
    value: &Value,
    path: &str,
    report: &mut Report,
) {
    let Some(word) = text(value, path, report) else {
        return;
    };
    if words.contains(&word) {
        return;
    }
    if closed {
        report.error(path, "enum", format!("is not one of {}", words.join(", ")));
    } else {
        report.warn(path, "vocabulary", "is not a word of the open vocabulary");
    }
}

fn check_ref(targets: Targets, value: &Value, path: &str, report: &mut Report) {
    let Some(text) = text(value, path, report) else {
        return;
    };
    let id = match ObjectId::parse(text) {
        Ok(id) => id,
        Err(error) => return report.error(path, "identifier", error.to_string()),
    };
    let class_name = match id.class() {
        Some(Class::Sdo) => "SDO",
        Some(Class::Sro) => "SRO",
        Some(Class::Sco) => "SCO",
        Some(Class::Meta) => "SMO",
        None => "custom",
    };
    let custom = id.class().is_none() && targets.iter().any(|name| name.starts_with('S'));
    let named = targets
        .iter()
        .any(|name| *name == class_name || *name == id.type_name());
    if !targets.is_empty() && !named && !custom {
        let message = format!(
            "refers to `{}`, not to {}",
            id.type_name(),
            targets.join(", ")
        );
        report.error(path, "reference-type", message);
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

fn check_hashes(value: &Value, path: &str, report: &mut Report) {
    let Some(hashes) = value.as_object() else {
        return report.error(path, "type-hashes", "is not a dictionary of hashes");
    };
    if hashes.is_empty() {
        report.error(path, "empty", "must not be empty");
    }
    for (algorithm, hash) in hashes {
        let path = join(path, algorithm);
        let Some(hash) = text(hash, &path, report) else {
            continue;
        };
        match (hash_digits(algorithm), algorithm.as_str()) {
            (Some(digits), _) => {
                let is_hex = hash.bytes().all(|byte| byte.is_ascii_hexdigit());
                if hash.len() != digits || !is_hex {
                    let message = format!("is not {digits} hexadecimal digits");
                    report.error(&path, "hash", message);
                }
            }
            (None, "SSDEEP") if hash.split(':').count() < 3 => {
                report.error(&path, "hash", "is not `size:hash:hash`");
            }
            (None, "SSDEEP" | "TLSH") => {}
            (None, _) => report.warn(&path, "hash-algorithm", "is not an algorithm of the list"),
        }
    }
}

fn check_dict(value: &Value, path: &str, report: &mut Report) {
    let Some(members) = value.as_object() else {
        return report.error(path, "type-dictionary", "is not a dictionary");
    };
    if members.is_empty() {
        report.error(path, "empty", "must not be empty");
    }
    check_any(value, Severity::Error, path, report);
}

fn check_kill_chain(value: &Value, path: &str, report: &mut Report) {
    for property in ["kill_chain_name", "phase_name"] {
        if value.get(property).and_then(Value::as_str).is_none() {
            let message = format!("a kill chain phase needs the string `{property}`");
            report.error(&join(path, property), "required", message);
        }
    }
}

fn check_external(value: &Value, path: &str, report: &mut Report) {
    let Some(reference) = value.as_object() else {
        return report.error(path, "type-object", "is not an object");
    };
    if !reference.contains_key("source_name") {
        let path = join(path, "source_name");
        report.error(
            &path,
            "required",
            "required property `source_name` is missing",
        );
    }
    if !["description", "url", "external_id"]
        .iter()
        .any(|name| reference.contains_key(*name))
    {
        let message = "needs at least one of description, url, external_id";
        report.error(path, "any-of", message);
    }
    for (key, value) in reference {
        let path = join(path, key);
        match key.as_str() {
            "source_name" | "description" | "url" | "external_id" => {
                let _ = text(value, &path, report);
            }
            "hashes" => check_hashes(value, &path, report),
            _ => check_custom(true, key, &path, report),
        }
    }
}

/// Closed vocabularies inside the extensions that STIX 2.1 itself defines (§6).
const EXTENSION_WORDS: &[(&str, &str, bool, &[&str])] = &[
    ("socket-ext", "address_family", true, v::SOCKET_FAMILY),
    ("socket-ext", "socket_type", false, v::SOCKET_TYPE),
    (
        "windows-process-ext",
        "integrity_level",
        false,
        v::INTEGRITY_LEVEL,
    ),
    ("windows-service-ext", "start_type", false, v::SERVICE_START),
    (
        "windows-service-ext",
        "service_type",
        false,
        v::SERVICE_TYPE,
    ),
    (
        "windows-service-ext",
        "service_status",
        false,
        v::SERVICE_STATUS,
    ),
];

fn check_extensions(value: &Value, path: &str, report: &mut Report) {
    let Some(extensions) = value.as_object() else {
        return report.error(path, "type-dictionary", "is not a dictionary");
    };
    if extensions.is_empty() {
        report.error(path, "empty", "must not be empty");
    }
    for (name, extension) in extensions {
        let path = join(path, name);
        if name.starts_with("extension-definition--") {
            if let Err(error) = ObjectId::parse(name) {
                report.error(&path, "identifier", error.to_string());
            }
            match extension.get("extension_type") {
                None => {}
                Some(kind) => {
                    let path = join(&path, "extension_type");
                    check_word(v::EXTENSION_TYPE, true, kind, &path, report);
                }
            }
        }
        for (of, property, required, words) in EXTENSION_WORDS {
            if name != of {
                continue;
            }
            let path = join(&path, property);
            match extension.get(*property) {
                Some(word) => check_word(words, true, word, &path, report),
                None if *required => report.error(&path, "required", "is missing"),
                None => {}
            }
        }
        check_any(extension, Severity::Error, &path, report);
    }
}

/// What holds everywhere: no null, no empty list. The latter is only a warning
/// (`empty`) in custom properties, where well-known feeds have them.
pub(super) fn check_any(value: &Value, empty: Severity, path: &str, report: &mut Report) {
    match value {
        Value::Null => report.error(path, "null", "null is not allowed"),
        Value::Array(items) => {
            if items.is_empty() {
                report.add(empty, path, "empty-list", "a list must not be empty");
            }
            for (index, item) in items.iter().enumerate() {
                check_any(item, empty, &format!("{path}/{index}"), report);
            }
        }
        Value::Object(members) => {
            for (key, member) in members {
                check_any(member, empty, &join(path, key), report);
            }
        }
        Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
