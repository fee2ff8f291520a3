//! What the STIX form of an element does not say: kept as text beside it, laid over what is read back.
//!
//! As text, since null and empty lists are common in MISP and forbidden in STIX (§2.1, §3.1).

use serde_json::{Value, json};

use crate::json::{self, Members};

/// The members of `original` that `guess` lacks or has otherwise, and under `-` the names that only
/// `guess` has.
pub(crate) fn rest(original: Members, guess: &Members) -> Members {
    let gone: Vec<Value> = guess
        .keys()
        .filter(|key| !original.contains_key(*key))
        .map(|key| Value::String(key.clone()))
        .collect();
    let mut rest: Members = original
        .into_iter()
        .filter(|(key, value)| guess.get(key) != Some(value) || key == GONE)
        .collect();
    // A member of that name is the sender's own; under the list it is safe.
    if !gone.is_empty() || rest.contains_key(GONE) {
        let own = rest.remove(GONE);
        rest.insert(GONE.to_owned(), json!([gone, own]));
    }
    rest
}

/// Lays `rest` over `guess`: the original again.
pub(crate) fn restore(mut guess: Members, mut rest: Members) -> Members {
    if let Some(Value::Array(mut pair)) = rest.remove(GONE)
        && pair.len() == 2
    {
        let own = pair.pop().unwrap_or_default();
        for key in pair[0].as_array().into_iter().flatten() {
            guess.remove(key.as_str().unwrap_or_default());
        }
        if !own.is_null() {
            rest.insert(GONE.to_owned(), own);
        }
    }
    guess.append(&mut rest);
    guess
}

/// The text of a rest, and back.
pub(crate) fn write(rest: &Members) -> String {
    serde_json::to_string(rest).unwrap_or_default()
}

/// A rest from its text; what is no JSON object is nothing.
pub(crate) fn read(text: &str) -> Members {
    json::members(text, 64, "").unwrap_or_default()
}

const GONE: &str = "-";
