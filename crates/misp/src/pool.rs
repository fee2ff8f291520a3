//! What several elements of an event share, and what is said of it: kept until all of them are told.

use std::collections::HashMap;

use serde_json::Value;

use crate::json::{Members, text};
use crate::tag::Marks;

/// A relationship from an element to what it shares with others, by their places.
pub(crate) struct Late {
    pub(crate) from: usize,
    pub(crate) kind: &'static str,
    pub(crate) to: usize,
    pub(crate) marks: Marks,
}

/// Objects that several elements share: written once, under the marks of all that have it.
#[derive(Default)]
pub(crate) struct Pool {
    pub(crate) at: HashMap<String, usize>,
    pub(crate) objects: Vec<(String, Marks)>,
}

impl Pool {
    /// The object's place.
    pub(crate) fn put(&mut self, object: &Members, marks: Marks) -> usize {
        let id = text(object, "id").unwrap_or_default();
        if let Some(at) = self.at.get(id) {
            let held = &mut self.objects[*at].1;
            *held = held.and(marks);
            return *at;
        }
        let at = self.objects.len();
        self.at.insert(id.to_owned(), at);
        let mut written = serde_json::to_string(object).unwrap_or_default();
        // The closing brace comes with the marks.
        written.pop();
        self.objects.push((written, marks));
        at
    }
}

/// An object by others with the marks of what it stands in; as it was where it has them.
pub(crate) fn marked_too(object: String, marks: Marks) -> String {
    let Ok(mut members) = serde_json::from_str::<Members>(&object) else {
        return object;
    };
    let before = members.get("object_marking_refs").and_then(Value::as_array);
    let mut refs = before.cloned().unwrap_or_default();
    let has = refs.len();
    for id in marks.ids() {
        if !refs.iter().any(|one| one == id.as_str()) {
            refs.push(id.into());
        }
    }
    if refs.len() == has {
        return object;
    }
    members.insert("object_marking_refs".to_owned(), refs.into());
    Value::Object(members).to_string()
}
