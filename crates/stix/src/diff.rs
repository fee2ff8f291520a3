//! What differs between two JSON values, and between two sets of objects.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use crate::time::micros;

/// Most differences that one comparison gives.
const MAX_CHANGES: usize = 10_000;
/// Most bytes of paths that one comparison gives: each difference below a long name repeats it.
const MAX_PATHS: usize = 16 << 20;

/// One difference.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// JSON pointer (RFC 6901) to what differs.
    pub path: String,
    /// What was there; none when it is new.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// What is there now; none when it is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
}

/// What differs between two values.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Diff {
    /// The differences in the order of their places.
    pub changes: Vec<Change>,
    /// Whether there are more than are given.
    pub more: bool,
}

/// The differences between two values, the smallest that can be named: members
/// of objects by key, elements of lists by place. Order of members is no
/// difference. At most 10,000.
#[must_use]
pub fn diff(before: &Value, after: &Value) -> Vec<Change> {
    compare(before, after).changes
}

/// The same, with whether there are more.
#[must_use]
pub fn compare(before: &Value, after: &Value) -> Diff {
    let mut room = Room::default();
    let changes = room.compare(before, after);
    Diff {
        changes,
        more: room.is_used_up,
    }
}

/// How much may still be told.
struct Room {
    changes: usize,
    path_bytes: usize,
    is_used_up: bool,
}

impl Default for Room {
    fn default() -> Self {
        Self {
            changes: MAX_CHANGES,
            path_bytes: MAX_PATHS,
            is_used_up: false,
        }
    }
}

impl Room {
    fn compare(&mut self, before: &Value, after: &Value) -> Vec<Change> {
        let mut changes = Vec::new();
        self.at("", Some(before), Some(after), &mut changes);
        changes
    }

    fn at(
        &mut self,
        path: &str,
        before: Option<&Value>,
        after: Option<&Value>,
        changes: &mut Vec<Change>,
    ) {
        if self.is_used_up || before == after {
            return;
        }
        match (before, after) {
            (Some(Value::Object(old)), Some(Value::Object(new))) => {
                let keys: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
                for key in keys {
                    let path = format!("{path}/{}", key.replace('~', "~0").replace('/', "~1"));
                    self.at(&path, old.get(key), new.get(key), changes);
                }
            }
            (Some(Value::Array(old)), Some(Value::Array(new))) => {
                for index in 0..old.len().max(new.len()) {
                    let path = format!("{path}/{index}");
                    self.at(&path, old.get(index), new.get(index), changes);
                }
            }
            _ => self.tell(path, before, after, changes),
        }
    }

    fn tell(
        &mut self,
        path: &str,
        before: Option<&Value>,
        after: Option<&Value>,
        changes: &mut Vec<Change>,
    ) {
        let Some((changes_left, bytes_left)) = self
            .changes
            .checked_sub(1)
            .zip(self.path_bytes.checked_sub(path.len()))
        else {
            self.is_used_up = true;
            return;
        };
        (self.changes, self.path_bytes) = (changes_left, bytes_left);
        changes.push(Change {
            path: path.to_owned(),
            before: before.cloned(),
            after: after.cloned(),
        });
    }
}

/// What differs between two sets of objects.
#[derive(Debug, Default, PartialEq, Serialize)]
pub struct Differences {
    /// Ids only in the newer.
    pub added: Vec<String>,
    /// Ids only in the older.
    pub removed: Vec<String>,
    /// What is in both and differs, by id.
    pub changed: Vec<Changed>,
    /// Whether more differs than is given.
    pub more: bool,
}

/// An object that is in both and differs.
#[derive(Debug, PartialEq, Serialize)]
pub struct Changed {
    /// Its id.
    pub id: String,
    /// The differences.
    pub changes: Vec<Change>,
}

/// The newest version of each object, by id; of objects without one the last.
#[must_use]
pub fn newest_of(objects: impl IntoIterator<Item = Value>) -> BTreeMap<String, Value> {
    let moment = |value: &Value| {
        value
            .get("modified")
            .and_then(Value::as_str)
            .and_then(micros)
    };
    let mut all: BTreeMap<String, Value> = BTreeMap::new();
    for object in objects {
        let id = object.get("id").and_then(Value::as_str).unwrap_or_default();
        match all.get(id) {
            Some(other) if moment(other) > moment(&object) => {}
            _ => {
                all.insert(id.to_owned(), object);
            }
        }
    }
    all
}

/// What differs between two sets of objects, each by its id. Of one object at most 10,000 differences are given; of all
/// as many as `most`, where that is said.
#[must_use]
pub fn differences(
    before: &BTreeMap<String, Value>,
    after: &BTreeMap<String, Value>,
    most: Option<usize>,
) -> Differences {
    let mut found = Differences::default();
    let mut all = Room {
        changes: most.unwrap_or(MAX_CHANGES),
        ..Room::default()
    };
    for (id, object) in after {
        match before.get(id) {
            None => found.added.push(id.clone()),
            Some(old) if old == object => {}
            Some(old) => {
                let mut own = Room::default();
                let room = if most.is_some() { &mut all } else { &mut own };
                let changes = room.compare(old, object);
                found.more |= room.is_used_up;
                if !changes.is_empty() {
                    let id = id.clone();
                    found.changed.push(Changed { id, changes });
                }
            }
        }
    }
    let gone = before.keys().filter(|id| !after.contains_key(*id));
    found.removed = gone.cloned().collect();
    found
}
