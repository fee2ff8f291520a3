//! What warninglists know, left out where that is asked for (`enforceWarninglist`).

use kaname_intake::read_listed;
use kaname_misp::Shown;
use kaname_world::{misp::Said, sharing::Warnings};
use serde_json::{Map, Value};

/// Longest value that is looked up, in bytes.
const LONGEST: usize = 2_000;
/// Types whose values are said by people, and are no value that a list could know.
const SAID: [&str; 3] = ["comment", "text", "other"];

/// Parts without the attributes whose values a list knows. An object that has none left is left out too.
pub(super) fn left(said: Vec<Said>, lists: &Warnings) -> Vec<Said> {
    let left = said.into_iter().filter_map(|mut one| {
        let stays = match &mut one.shown {
            Shown::Attribute(attribute) => !is_listed(attribute, lists),
            Shown::Object(object) => {
                let (any, is_cut) = keep_unlisted(object, lists);
                one.is_cut = is_cut;
                any
            }
            Shown::Report(_) => true,
        };
        stays.then_some(one)
    });
    left.collect()
}

/// Takes attributes out of an object; whether something of it is left, and whether something was taken.
fn keep_unlisted(object: &mut Map<String, Value>, lists: &Warnings) -> (bool, bool) {
    let Some(Value::Array(inner)) = object.get_mut("Attribute") else {
        return (true, false);
    };
    let before = inner.len();
    inner.retain(|one| one.as_object().is_none_or(|one| !is_listed(one, lists)));
    (before == 0 || !inner.is_empty(), inner.len() < before)
}

/// Whether a list knows an attribute's value, or a part of it.
fn is_listed(attribute: &Map<String, Value>, lists: &Warnings) -> bool {
    let said = |key: &str| attribute.get(key).and_then(Value::as_str);
    let (kind, value) = (said("type").unwrap_or_default(), said("value"));
    let Some(value) = value.filter(|value| value.len() <= LONGEST && !SAID.contains(&kind)) else {
        return false;
    };
    let parts = value.split('|').filter(|_| kind.contains('|'));
    std::iter::once(value).chain(parts).any(|text| {
        let read = read_listed(text);
        read.is_some_and(|read| !lists.of(read.kind, &read.value).is_empty())
    })
}
