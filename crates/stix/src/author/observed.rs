//! From values that were seen: observables, what was observed, the indicator
//! that finds them again and what it is based on.

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::write::Writer;
use super::{Authored, Base, Indicator, indicator, relationship};
use crate::canonical::{canonical_json, sco_id};
use crate::check::writing::is_uri_byte;
use crate::error::StixError;
use crate::id::ObjectId;
use crate::pattern::pattern_of;
use crate::rules::vocabulary::HIVES;
use crate::value::{SearchValue, ValueKind};

/// Type and properties of the observable that holds a value.
fn form(value: &SearchValue) -> Option<(&'static str, Vec<(&'static str, Value)>)> {
    let text = value.text.as_str();
    let hash = |algorithm: &str| ("file", vec![("hashes", json!({ algorithm: text }))]);
    let one = |type_name, property| (type_name, vec![(property, json!(text))]);
    Some(match value.kind {
        ValueKind::Ipv4 => one("ipv4-addr", "value"),
        ValueKind::Ipv6 => one("ipv6-addr", "value"),
        ValueKind::Cidr if text.contains(':') => one("ipv6-addr", "value"),
        ValueKind::Cidr => one("ipv4-addr", "value"),
        ValueKind::Domain => one("domain-name", "value"),
        ValueKind::Url => ("url", vec![("value", json!(escaped_uri(text)))]),
        ValueKind::Email => one("email-addr", "value"),
        ValueKind::Mac => ("mac-addr", vec![("value", json!(mac(text)))]),
        ValueKind::Mutex => one("mutex", "name"),
        ValueKind::FileName => one("file", "name"),
        ValueKind::Directory => one("directory", "path"),
        ValueKind::Software => one("software", "name"),
        ValueKind::RegistryKey => (
            "windows-registry-key",
            vec![("key", json!(full_hive(text)))],
        ),
        ValueKind::UserAccount => one("user-account", "account_login"),
        ValueKind::CertificateSerial => one("x509-certificate", "serial_number"),
        ValueKind::Md5 => hash("MD5"),
        ValueKind::Sha1 => hash("SHA-1"),
        ValueKind::Sha256 => hash("SHA-256"),
        ValueKind::Sha512 => hash("SHA-512"),
        ValueKind::Sha3_256 => hash("SHA3-256"),
        ValueKind::Sha3_512 => hash("SHA3-512"),
        ValueKind::Ssdeep => hash("SSDEEP"),
        ValueKind::Tlsh => hash("TLSH"),
        ValueKind::EmailSubject => (
            "email-message",
            vec![("is_multipart", json!(false)), ("subject", json!(text))],
        ),
        ValueKind::AutonomousSystem => {
            let number: u32 = text.parse().ok()?;
            ("autonomous-system", vec![("number", json!(number))])
        }
        ValueKind::Name | ValueKind::Alias | ValueKind::ExternalId | ValueKind::Cve => return None,
    })
}

/// A URL with what a URI may not hold as percent escapes (RFC 3986 §2.1): people
/// write letters beyond ASCII in them.
fn escaped_uri(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if is_uri_byte(byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// As §6.10 writes it: lower case, with colons.
fn mac(text: &str) -> String {
    text.replace('-', ":").to_ascii_lowercase()
}

/// A key with its hive in full (§6.17).
fn full_hive(key: &str) -> String {
    let (hive, rest) = key.split_at(key.find('\\').unwrap_or(key.len()));
    let full = HIVES
        .iter()
        .find(|(short, _)| hive.eq_ignore_ascii_case(short));
    format!("{}{rest}", full.map_or(hive, |(_, full)| full))
}

/// Writes the observable (§6) that holds a value, under its deterministic id.
/// `None` for kinds that are no observables (names, external ids).
///
/// # Errors
/// [`StixError::Invalid`] with the rules that it would break, such as a hash of
/// the wrong length.
pub fn observable(
    value: &SearchValue,
    markings: &[ObjectId],
) -> Result<Option<Authored>, StixError> {
    let Some((type_name, properties)) = form(value) else {
        return Ok(None);
    };
    let owned = properties
        .iter()
        .map(|(key, value)| ((*key).to_owned(), value.clone()));
    let object: Map<String, Value> = owned.collect();
    let Some(id) = sco_id(type_name, &object) else {
        return Ok(None);
    };
    let mut w = Writer::bare(type_name, id.uuid());
    for (key, value) in &properties {
        w.raw(key, &canonical_json(value));
    }
    w.finish_bare(markings).map(Some)
}

/// The UUIDs that [`observed`] needs.
#[derive(Debug, Clone, Copy)]
pub struct ObservedIds {
    /// Of the `observed-data`.
    pub observed_data: Uuid,
    /// Of the `indicator`.
    pub indicator: Uuid,
    /// Of the `relationship` between them.
    pub relationship: Uuid,
}

/// Values that were seen, and when.
#[derive(Debug, Clone)]
pub struct Observed<'a> {
    /// The values; those of kinds that are no observables are left out.
    pub values: &'a [SearchValue],
    /// First time.
    pub first: Timestamp,
    /// Last time, at or after the first.
    pub last: Timestamp,
    /// How often, from 1.
    pub count: u32,
    /// The indicator's name.
    pub name: Option<&'a str>,
    /// What it finds.
    pub description: Option<&'a str>,
    /// Words such as `malicious-activity`.
    pub indicator_types: &'a [&'a str],
    /// From when the indicator holds.
    pub valid_from: Timestamp,
    /// Until when, exclusive.
    pub valid_until: Option<Timestamp>,
}

/// Writes the observables of the values (each once), the `observed-data` over
/// them, the `indicator` that finds them and `based-on` between the two, in
/// this order. `base.id` is not used.
///
/// # Errors
/// [`StixError::Invalid`] with the rules that something would break, also when
/// no value is an observable.
pub fn observed(
    base: &Base<'_>,
    ids: ObservedIds,
    observed: &Observed<'_>,
) -> Result<Vec<Authored>, StixError> {
    let mut all: Vec<Authored> = Vec::new();
    for value in observed.values {
        if let Some(one) = observable(value, base.markings)?
            && !all.iter().any(|other| other.id == one.id)
        {
            all.push(one);
        }
    }
    let refs: Vec<ObjectId> = all.iter().map(|one| one.id.clone()).collect();
    let bare = Base {
        external: &[],
        ..base.clone()
    };
    let data_base = bare.with_id(ids.observed_data);
    let mut w = Writer::start("observed-data", &data_base);
    w.time("first_observed", observed.first);
    w.time("last_observed", observed.last);
    w.raw("number_observed", &observed.count.to_string());
    w.ids("object_refs", &refs);
    let data = w.finish(&data_base)?;
    let pattern = pattern_of(observed.values).unwrap_or_default();
    let finder = indicator(
        &base.with_id(ids.indicator),
        &Indicator {
            name: observed.name,
            description: observed.description,
            indicator_types: observed.indicator_types,
            pattern: &pattern,
            valid_from: observed.valid_from,
            valid_until: observed.valid_until,
        },
    )?;
    let base_of = bare.with_id(ids.relationship);
    let link = relationship(&base_of, "based-on", &finder.id, &data.id, None)?;
    all.extend([data, finder, link]);
    Ok(all)
}
