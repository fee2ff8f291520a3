//! JSON with a mapping: paths to the entries, and in each to the value and what is said of it.

use serde_json::Value as Json;

use super::{Found, ListError, ListLimits, Listed, MAX_LABEL, Mapping, Reader, cut, why};
use crate::json::{JsonLimits, guard};
use crate::table::kind_of_word;
use crate::value::{Value, read_listed, read_value_as};
use crate::when::read_when;

/// Most steps of one path.
const MAX_STEPS: usize = 20;
/// Most values of one entry.
const MAX_VALUES: usize = 1_000;

pub(super) fn read(
    bytes: &[u8],
    mapping: &Mapping,
    limits: &ListLimits,
    bounds: &JsonLimits,
) -> Result<Listed, ListError> {
    let document = guard(bytes, bounds)?;
    let path = mapping.entries.as_deref().unwrap_or_default();
    let mut found = Vec::new();
    reach(&document, &steps(path), &mut found);
    if found.is_empty() {
        return Err(ListError::Nowhere(path.to_owned()));
    }
    let mut reader = Reader::new(limits);
    for one in found {
        // A list at the end of the path is its elements.
        match one {
            Json::Array(elements) => {
                for element in elements {
                    read_entry(element, mapping, &mut reader)?;
                }
            }
            other => read_entry(other, mapping, &mut reader)?,
        }
    }
    Ok(reader.listed)
}

fn read_entry(entry: &Json, mapping: &Mapping, reader: &mut Reader<'_>) -> Result<(), ListError> {
    reader.count()?;
    let place = reader.count;
    let texts = |path: &Option<String>| {
        let mut found = Vec::new();
        if let Some(path) = path {
            reach(entry, &steps(path), &mut found);
        }
        found.into_iter().flat_map(texts_of).collect::<Vec<_>>()
    };
    let said = match &mapping.value {
        Some(_) => texts(&mapping.value),
        None => texts_of(entry),
    };
    let word = texts(&mapping.kind).into_iter().next().unwrap_or_default();
    let seen = texts(&mapping.first_seen);
    let label = texts(&mapping.label).join(", ");
    let label = cut(&label, MAX_LABEL);
    if said.is_empty() {
        reader.refuse(place, why::NOTHING, "");
    }
    if said.len() > MAX_VALUES {
        reader.refuse(place, why::MANY, "");
    }
    for said in said.into_iter().take(MAX_VALUES) {
        match value(&said, &word) {
            Some(value) => reader.take(Found {
                line: place,
                value,
                said: &said,
                label,
                first_seen: seen.first().and_then(|seen| read_when(seen)),
            }),
            None => reader.refuse(place, why::NO_VALUE, &said),
        }
    }
    Ok(())
}

/// The value of a text, as the kind that its entry says, where it can be that.
fn value(said: &str, word: &str) -> Option<Value> {
    let kinds = kind_of_word(word).unwrap_or_default();
    let named = kinds.iter().find_map(|kind| read_value_as(*kind, said));
    named.or_else(|| read_listed(said))
}

fn steps(path: &str) -> Vec<&str> {
    let steps = path.split('.').filter(|step| !step.is_empty());
    steps.take(MAX_STEPS).collect()
}

/// What stands at the end of a path, in order.
fn reach<'v>(from: &'v Json, steps: &[&str], found: &mut Vec<&'v Json>) {
    let Some((first, rest)) = steps.split_first() else {
        found.push(from);
        return;
    };
    match (from, *first) {
        (Json::Object(members), "*") => members.values().for_each(|one| reach(one, rest, found)),
        (Json::Array(elements), "*") => elements.iter().for_each(|one| reach(one, rest, found)),
        (Json::Object(members), name) => {
            if let Some(one) = members.get(name) {
                reach(one, rest, found);
            }
        }
        (Json::Array(elements), number) => {
            let one = number
                .parse::<usize>()
                .ok()
                .and_then(|place| elements.get(place));
            if let Some(one) = one {
                reach(one, rest, found);
            }
        }
        _ => {}
    }
}

/// The text of a scalar, or those of a list of scalars.
fn texts_of(value: &Json) -> Vec<String> {
    let one = |value: &Json| match value {
        Json::String(text) => Some(text.trim().to_owned()),
        Json::Number(number) => Some(number.to_string()),
        _ => None,
    };
    match value {
        Json::Array(all) => all.iter().filter_map(one).collect(),
        other => one(other).into_iter().collect(),
    }
}
