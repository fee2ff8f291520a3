//! The files of a MISP feed: `manifest.json`, `hashes.csv` and one file for each event, as PyMISP's
//! feed generator writes them. Pure functions over bytes: who has the folder or the server reads it.

use md5::{Digest as _, Md5};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::error::{Finding, Limits, MispError};
use crate::json::{self, Members, text};
use crate::read::{Event, document};

/// An event in the manifest.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The event's UUID, which names its file.
    pub event: Uuid,
    /// What the manifest says of it: `info`, `date`, `timestamp`, `Orgc`, `Tag` and what else is there.
    pub members: Map<String, Value>,
}

/// A value that stands in an event, by its hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hash {
    /// MD5 of the value; of a composite value, of each of its parts.
    pub md5: [u8; 16],
    /// The event.
    pub event: Uuid,
}

/// What the manifest says of an event.
const SAID: &[&str] = &[
    "info",
    "date",
    "timestamp",
    "publish_timestamp",
    "analysis",
    "threat_level_id",
    "Tag",
];

/// What the manifest says of an event that has these members.
#[must_use]
pub fn said(event: &Map<String, Value>) -> Map<String, Value> {
    let mut members = Members::new();
    for key in SAID {
        if let Some(value) = event.get(*key) {
            members.insert((*key).to_owned(), value.clone());
        }
    }
    if let Some(Value::Object(orgc)) = event.get("Orgc") {
        let said = orgc
            .iter()
            .filter(|(key, _)| matches!(key.as_str(), "name" | "uuid"));
        let said: Members = said
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        members.insert("Orgc".to_owned(), Value::Object(said));
    }
    members
}

impl Entry {
    /// The entry of an event.
    #[must_use]
    pub fn of(event: &Event<'_>) -> Self {
        Self {
            event: event.uuid(),
            members: said(event.members()),
        }
    }

    /// When the event was last changed, in seconds since 1970.
    #[must_use]
    pub fn timestamp(&self) -> Option<i64> {
        match self.members.get("timestamp")? {
            Value::Number(number) => number.as_i64(),
            _ => text(&self.members, "timestamp")?.parse().ok(),
        }
    }
}

/// Reads `manifest.json`. An entry that is unsound is left out and named.
///
/// # Errors
/// [`MispError`] when the document is too long, no text, or no JSON object.
pub fn read_manifest(
    data: &[u8],
    limits: &Limits,
) -> Result<(Vec<Entry>, Vec<Finding>), MispError> {
    let document = document(data, limits)?;
    let members = json::members(document, limits.depth, "").map_err(|finding| MispError::Form {
        message: finding.message,
        pointer: finding.pointer,
    })?;
    let mut entries = Vec::new();
    let mut findings = Vec::new();
    for (key, value) in members {
        let pointer = json::join("", &key);
        match (Uuid::try_parse(&key), value) {
            (Ok(event), Value::Object(members)) if key.len() == 36 => {
                entries.push(Entry { event, members });
            }
            (Ok(_), Value::Object(_)) | (Err(_), _) => {
                let message = "is not named by an event's UUID";
                findings.push(Finding::error(&pointer, "uuid", message));
            }
            _ => findings.push(Finding::error(&pointer, "object", "is not a JSON object")),
        }
    }
    Ok((entries, findings))
}

/// Writes `manifest.json`.
#[must_use]
pub fn write_manifest(entries: &[Entry]) -> Vec<u8> {
    let members: Members = entries
        .iter()
        .map(|entry| {
            let said = Value::Object(entry.members.clone());
            (entry.event.to_string(), said)
        })
        .collect();
    let mut out = Vec::new();
    crate::bundle::append(&mut out, &members);
    out
}

/// The hashes of an event's values, in order, each once.
#[must_use]
pub fn hashes(event: &Event<'_>) -> Vec<Hash> {
    let mut found = Vec::new();
    let mut put = |kind: &str, value: &str| {
        let event = event.uuid();
        found.extend(hashes_of(kind, value).map(|md5| Hash { md5, event }));
    };
    for attribute in event.attributes().flatten() {
        put(attribute.type_name(), attribute.value());
    }
    for object in event.objects().filter_map(|(object, _)| object) {
        for attribute in &object.attributes {
            put(attribute.type_name(), attribute.value());
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// MD5 of a value; of a composite value, of each of its parts.
pub fn hashes_of(kind: &str, value: &str) -> impl Iterator<Item = [u8; 16]> {
    let composite = kind.contains('|') || kind == "malware-sample";
    let parts = value.split('|').filter(move |_| composite);
    let whole = Some(value).filter(|_| !composite);
    let all = parts.chain(whole);
    all.map(|part| Md5::digest(part.as_bytes()).into())
}

/// Reads `hashes.csv`: an MD5 and an event's UUID on each line. Lines that are none are named by
/// their number from 1, as `/7`.
///
/// # Errors
/// [`MispError`] when the document is too long, no text, or has too many lines.
pub fn read_hashes(data: &[u8], limits: &Limits) -> Result<(Vec<Hash>, Vec<Finding>), MispError> {
    let document = document(data, limits)?;
    let mut found = Vec::new();
    let mut findings = Vec::new();
    for (index, line) in document.lines().enumerate() {
        if index >= limits.elements {
            return Err(MispError::TooMany {
                limit: limits.elements,
            });
        }
        let line = line.trim_end_matches('\r');
        let parts = line.split_once(',').and_then(|(hash, event)| {
            let mut md5 = [0; 16];
            hex::decode_to_slice(hash, &mut md5).ok()?;
            let event = Some(event).filter(|event| event.len() == 36)?;
            let event = Uuid::try_parse(event).ok()?;
            Some(Hash { md5, event })
        });
        match parts {
            Some(hash) => found.push(hash),
            None if line.is_empty() => {}
            None => {
                let message = "is not an MD5 and a UUID";
                let pointer = format!("/{}", index + 1);
                findings.push(Finding::error(&pointer, "hash-line", message));
            }
        }
    }
    Ok((found, findings))
}

/// Writes `hashes.csv`.
#[must_use]
pub fn write_hashes(hashes: &[Hash]) -> Vec<u8> {
    let mut out = String::with_capacity(hashes.len() * 70);
    for hash in hashes {
        out.push_str(&hex::encode(hash.md5));
        out.push(',');
        out.push_str(&hash.event.to_string());
        out.push('\n');
    }
    out.into_bytes()
}

/// The name of an event's file.
#[must_use]
pub fn file_name(event: Uuid) -> String {
    format!("{event}.json")
}
