//! `stix diff`.

use std::{collections::BTreeMap, fmt::Write as _, path::Path};

use kaname_stix::{Change, diff};
use serde::Serialize;
use serde_json::Value;

use super::{bytes, id, split, value};
use crate::{fault::Fault, say::Say};

/// What differs between two files.
#[derive(Debug, Default, Serialize)]
struct Differences {
    /// Ids only in the newer.
    added: Vec<String>,
    /// Ids only in the older.
    removed: Vec<String>,
    changed: Vec<Changed>,
}

/// An object that is in both and differs.
#[derive(Debug, Serialize)]
struct Changed {
    id: String,
    changes: Vec<Change>,
}

pub(super) fn run(before: &Path, after: &Path, say: Say) -> Result<(), Fault> {
    let (old, new) = (objects(before)?, objects(after)?);
    let mut found = Differences::default();
    for (id, value) in &new {
        match old.get(id) {
            None => found.added.push(id.clone()),
            Some(before) if before == value => {}
            Some(before) => found.changed.push(Changed {
                id: id.clone(),
                changes: diff(before, value),
            }),
        }
    }
    let gone = old.keys().filter(|id| !new.contains_key(*id));
    found.removed = gone.cloned().collect();
    say.result(&found, || told(&found))
}

/// The newest version of each object of a file.
fn objects(path: &Path) -> Result<BTreeMap<String, Value>, Fault> {
    let bytes = bytes(path)?;
    let mut all: BTreeMap<String, Value> = BTreeMap::new();
    for (index, raw) in split(path, &bytes)?.objects.iter().enumerate() {
        let value = value(path, index, raw.get())?;
        let moment = |value: &Value| {
            let text = value.get("modified").and_then(Value::as_str);
            text.and_then(kaname_stix::time::micros)
        };
        match all.get(id(&value)) {
            Some(other) if moment(other) > moment(&value) => {}
            _ => {
                all.insert(id(&value).to_owned(), value);
            }
        }
    }
    Ok(all)
}

fn told(found: &Differences) -> String {
    let mut text = String::new();
    for id in &found.removed {
        let _ = writeln!(text, "- {id}");
    }
    for id in &found.added {
        let _ = writeln!(text, "+ {id}");
    }
    for one in &found.changed {
        let _ = writeln!(text, "~ {}", one.id);
        for change in &one.changes {
            let side =
                |value: &Option<Value>| value.as_ref().map_or_else(|| "(none)".to_owned(), short);
            let (before, after) = (side(&change.before), side(&change.after));
            let _ = writeln!(text, "    {}: {before} -> {after}", change.path);
        }
    }
    let _ = writeln!(
        text,
        "{} added, {} removed, {} changed",
        found.added.len(),
        found.removed.len(),
        found.changed.len()
    );
    text
}

/// A value's JSON, at most 80 characters of it.
fn short(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
