//! `stix diff`.

use std::{collections::BTreeMap, fmt::Write as _, path::Path};

use kaname_stix::{Differences, differences, newest_of};
use serde_json::Value;

use super::{bytes, split, value};
use crate::{fault::Fault, say::Say};

pub(super) fn run(before: &Path, after: &Path, say: Say) -> Result<(), Fault> {
    let found = differences(&objects(before)?, &objects(after)?, None);
    say.result(&found, || told(&found))
}

/// The newest version of each object of a file.
fn objects(path: &Path) -> Result<BTreeMap<String, Value>, Fault> {
    let bytes = bytes(path)?;
    let mut all = Vec::new();
    for (index, raw) in split(path, &bytes)?.objects.iter().enumerate() {
        all.push(value(path, index, raw.get())?);
    }
    Ok(newest_of(all))
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
    if found.more {
        let _ = writeln!(text, "more differs than is told here");
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
