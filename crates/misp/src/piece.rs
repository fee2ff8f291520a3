//! Values as parts of observables: made into observables, read from them.

use std::net::IpAddr;

use kaname_stix::{canonical_json, fuzzy_hash::Tlsh, sco_id};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::bundle::NAMESPACE;
use crate::json::{Members, text};
use crate::table::part_of;

/// A property of an observable. The type `ip` stands for both `ipv4-addr` and `ipv6-addr`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) sco: &'static str,
    pub(crate) path: &'static str,
    pub(crate) form: Form,
}

/// What a value must look like to stand in a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Text,
    /// Hexadecimal digits, so many.
    Hex(usize),
    /// A hash of TLSH, with its form before it or without.
    Tlsh,
    /// A number as a decimal.
    Number,
    Port,
    /// `AS64496` or `64496`.
    Asn,
    Ip,
    Host,
    Url,
    Email,
    Mac,
    /// A fuzzy hash, `size:block:block`.
    Fuzzy,
    /// Text of a domain object.
    Property,
}

/// A value in its part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) part: Part,
    pub(crate) value: String,
}

impl Form {
    /// Whether a value may stand there and comes back as it was.
    pub(crate) fn takes(self, value: &str) -> bool {
        let plain = !value.is_empty() && !value.contains(char::is_control);
        let word = plain && !value.contains(char::is_whitespace);
        match self {
            Self::Text | Self::Property => plain,
            Self::Hex(digits) => {
                value.len() == digits && value.bytes().all(|byte| byte.is_ascii_hexdigit())
            }
            Self::Tlsh => Tlsh::parse(value).is_some(),
            Self::Number => number(value).is_some(),
            Self::Port => number(value).is_some_and(|number| number <= 65_535),
            Self::Asn => number(value.strip_prefix("AS").unwrap_or(value)).is_some(),
            Self::Ip => family(value).is_some(),
            Self::Host => word && value.contains('.') && !value.contains(['/', ':', '@', '|', '[']),
            Self::Url => value.contains("://") && kaname_stix::is_uri(value),
            Self::Email => {
                word && value.split_once('@').is_some_and(|(name, host)| {
                    !name.is_empty() && Self::Host.takes(host) && value.is_ascii()
                })
            }
            Self::Mac => {
                value.len() == 17
                    && value.split(':').count() == 6
                    && value.split(':').all(|pair| {
                        pair.len() == 2
                            && pair
                                .bytes()
                                .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
                    })
            }
            Self::Fuzzy => word && value.is_ascii() && value.split(':').count() == 3,
        }
    }

    pub(crate) fn is_number(self) -> bool {
        matches!(self, Self::Number | Self::Port | Self::Asn)
    }
}

/// A decimal that is written again as it stands, exact in JSON.
fn number(value: &str) -> Option<u64> {
    let number: u64 = value.parse().ok().filter(|number| *number < 1 << 53)?;
    (number.to_string() == value).then_some(number)
}

/// The observable type of an address or a network in CIDR form.
pub(crate) fn family(value: &str) -> Option<&'static str> {
    let (address, prefix) = match value.split_once('/') {
        Some((address, prefix)) => (address, Some(prefix)),
        None => (value, None),
    };
    let (kind, most) = match address.parse::<IpAddr>().ok()? {
        IpAddr::V4(_) => ("ipv4-addr", 32),
        IpAddr::V6(_) => ("ipv6-addr", 128),
    };
    let fits = prefix.is_none_or(|prefix| number(prefix).is_some_and(|prefix| prefix <= most));
    fits.then_some(kind)
}

impl Piece {
    /// The observable type, the family of an address being known.
    pub(crate) fn sco(&self) -> &'static str {
        match self.part.sco {
            "ip" => family(&self.value).unwrap_or("ipv4-addr"),
            other => other,
        }
    }

    /// Whether an observable may say it: a registry key's root is written out there (STIX 2.1 §6.17).
    pub(crate) fn may_be_observed(&self) -> bool {
        let short = ["hklm", "hkcc", "hkcr", "hkcu", "hku"];
        let key = self.part.sco == "windows-registry-key" && self.part.path == "key";
        let value = self.value.to_lowercase();
        !(key && short.iter().any(|root| value.contains(root)))
    }

    fn json(&self) -> Value {
        if self.part.form.is_number() {
            let digits = self.value.strip_prefix("AS").unwrap_or(&self.value);
            return digits.parse::<u64>().unwrap_or_default().into();
        }
        self.value.as_str().into()
    }
}

/// Whether an observable has one value alone, so that many may stand beside each other.
pub(crate) fn is_single(part: Part) -> bool {
    part.path == "value" && !matches!(part.form, Form::Number)
}

/// The observables that hold the pieces. Those that are referred to stand before those that refer.
pub(crate) fn observables(pieces: &[Piece]) -> Vec<Members> {
    let mut made: Vec<Members> = Vec::new();
    let mut grouped: Vec<(&'static str, Members)> = Vec::new();
    for piece in pieces {
        let sco = piece.sco();
        if is_single(piece.part) {
            made.push(named(sco, observable(sco, "value", piece.json())));
            continue;
        }
        let at = grouped.iter().position(|(name, _)| *name == sco);
        let at = at.unwrap_or_else(|| {
            grouped.push((sco, start(sco)));
            grouped.len() - 1
        });
        let object = &mut grouped[at].1;
        if let Some(property) = piece.part.path.strip_suffix(".value") {
            let target = match piece.part.form {
                Form::Ip => family(&piece.value).unwrap_or("ipv4-addr"),
                _ => "email-addr",
            };
            let target = named(target, observable(target, "value", piece.json()));
            let id = target.get("id").cloned().unwrap_or_default();
            made.push(target);
            object.insert(property.to_owned(), id);
        } else if let Some(hash) = piece.part.path.strip_prefix("hashes.") {
            let hashes = object.entry("hashes").or_insert_with(|| json!({}));
            hashes[hash] = piece.json();
        } else if let Some(property) = piece.part.path.strip_prefix("values[0].") {
            let values = object.entry("values").or_insert_with(|| json!([{}]));
            values[0][property] = piece.json();
        } else {
            object.insert(piece.part.path.to_owned(), piece.json());
        }
    }
    made.extend(grouped.into_iter().map(|(sco, object)| named(sco, object)));
    made
}

fn start(sco: &str) -> Members {
    let mut object = Members::new();
    object.insert("type".to_owned(), sco.into());
    object.insert("spec_version".to_owned(), "2.1".into());
    match sco {
        // What carries it further up nobody said.
        "network-traffic" => object.insert("protocols".to_owned(), json!(["ip"])),
        "email-message" => object.insert("is_multipart".to_owned(), false.into()),
        _ => None,
    };
    object
}

fn observable(sco: &str, property: &str, value: Value) -> Members {
    let mut object = start(sco);
    object.insert(property.to_owned(), value);
    object
}

/// Gives an observable its deterministic id (STIX 2.1 §2.9); one of ours where the type has none.
fn named(sco: &str, mut object: Members) -> Members {
    let id = match sco_id(sco, &object) {
        Some(id) => id.to_string(),
        None => {
            let name = canonical_json(&Value::Object(object.clone()));
            format!("{sco}--{}", Uuid::new_v5(&NAMESPACE, name.as_bytes()))
        }
    };
    object.insert("id".to_owned(), id.into());
    object
}

/// The pieces of observables. `None` when one says something that has no part: then the observables
/// are more than their pieces.
pub(crate) fn pieces_of(objects: &[&Members]) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let referred = |id: &str| {
        let target = objects.iter().find(|object| text(object, "id") == Some(id));
        target.and_then(|target| text(target, "value"))
    };
    let is_referred = |object: &Members| {
        let id = object.get("id");
        objects.iter().any(|other| {
            let mut refs = other.iter().filter(|(key, _)| key.ends_with("_ref"));
            refs.any(|(_, target)| Some(target) == id)
        })
    };
    for object in objects.iter().filter(|object| !is_referred(object)) {
        let sco = text(object, "type")?;
        for (key, value) in *object {
            match (key.as_str(), value) {
                ("type" | "id" | "spec_version" | "protocols" | "is_multipart", _)
                | ("object_marking_refs", _) => {}
                ("hashes", Value::Object(hashes)) => {
                    for (name, hash) in hashes {
                        pieces.push(piece(sco, &format!("hashes.{name}"), hash)?);
                    }
                }
                ("values", Value::Array(values)) if values.len() == 1 => {
                    for (name, data) in values[0].as_object()? {
                        pieces.push(piece(sco, &format!("values[0].{name}"), data)?);
                    }
                }
                (_, Value::String(id)) if key.ends_with("_ref") => {
                    let value = referred(id)?.into();
                    pieces.push(piece(sco, &format!("{key}.value"), &value)?);
                }
                _ => pieces.push(piece(sco, key, value)?),
            }
        }
    }
    Some(pieces)
}

/// A value of an observable's property, if there is such a part and the value fits it.
pub(crate) fn piece(sco: &str, path: &str, value: &Value) -> Option<Piece> {
    let part = part_of(sco, path)?;
    let value = match value {
        Value::String(text) if !part.form.is_number() => text.clone(),
        Value::Number(number) if part.form == Form::Asn => format!("AS{number}"),
        Value::Number(number) if part.form.is_number() => number.to_string(),
        _ => return None,
    };
    let fits = part.form.takes(&value) && (part.sco != "ip" || family(&value) == Some(sco));
    fits.then_some(Piece { part, value })
}
