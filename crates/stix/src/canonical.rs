//! Canonical JSON (RFC 8785) and deterministic ids of observables (STIX 2.1 §2.9).

use serde_json::{Map, Value};
use uuid::Uuid;

use crate::id::ObjectId;
use crate::rules;

/// The namespace of deterministic ids of observables.
pub const SCO_NAMESPACE: Uuid = Uuid::from_u128(0x00ab_edb4_aa42_466c_9c01_fed2_3315_a9b7);

/// A value in the canonical form of RFC 8785: no space, keys in the order of
/// their UTF-16 code units, numbers as ECMAScript writes them.
#[must_use]
pub fn canonical_json(value: &Value) -> String {
    let mut out = String::new();
    write(value, &mut out);
    out
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Value::Number(number) => {
            let mut buffer = ryu_js::Buffer::new();
            out.push_str(buffer.format(number.as_f64().unwrap_or(0.0)));
        }
        Value::String(text) => write_text(text, out),
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push(']');
        }
        Value::Object(members) => {
            let mut sorted: Vec<(&String, &Value)> = members.iter().collect();
            sorted.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
            out.push('{');
            for (index, (key, member)) in sorted.into_iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_text(key, out);
                out.push(':');
                write(member, out);
            }
            out.push('}');
        }
    }
}

/// A JSON string; the escapes of RFC 8785 §3.2.2.2.
pub(crate) fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            control if control < ' ' => {
                out.push_str(&format!("\\u{:04x}", u32::from(control)));
            }
            other => out.push(other),
        }
    }
    out.push('"');
}

/// The deterministic id of an observable: UUIDv5 over the canonical JSON of its
/// contributing properties. Of `hashes` only one contributes: the first present
/// of MD5, SHA-1, SHA-256, SHA-512, else the first by name. `None` for a type
/// without such properties (`process`, custom ones) or when none is present.
#[must_use]
pub fn sco_id(type_name: &str, object: &Map<String, Value>) -> Option<ObjectId> {
    let rule = rules::rule(type_name)?;
    let mut contributing = Map::new();
    for property in rule.id_properties {
        let Some(value) = object.get(*property) else {
            continue;
        };
        let value = if *property == "hashes" {
            one_hash(value)?
        } else {
            value.clone()
        };
        contributing.insert((*property).to_owned(), value);
    }
    if contributing.is_empty() {
        return None;
    }
    let name = canonical_json(&Value::Object(contributing));
    Some(ObjectId::of(
        rule.name,
        Uuid::new_v5(&SCO_NAMESPACE, name.as_bytes()),
    ))
}

fn one_hash(hashes: &Value) -> Option<Value> {
    let hashes = hashes.as_object()?;
    let preferred = ["MD5", "SHA-1", "SHA-256", "SHA-512"];
    let preferred = preferred
        .iter()
        .find_map(|name| hashes.get_key_value(*name));
    let (name, value) = preferred.or_else(|| hashes.iter().min_by_key(|(name, _)| *name))?;
    let mut one = Map::new();
    one.insert(name.clone(), value.clone());
    Some(Value::Object(one))
}
