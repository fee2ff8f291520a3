//! What the STIX form of an element does not say: kept as text beside it, laid over what is read back.
//!
//! As text, since null and empty lists are common in MISP and forbidden in STIX (§2.1, §3.1).

use serde_json::Value;

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
        let mut kept = vec![Value::Array(gone)];
        kept.extend(rest.remove(GONE));
        rest.insert(GONE.to_owned(), kept.into());
    }
    rest
}

/// Lays `rest` over `guess`: the original again.
pub(crate) fn restore(mut guess: Members, mut rest: Members) -> Members {
    if let Some(Value::Array(kept)) = rest.remove(GONE) {
        let mut kept = kept.into_iter();
        if let Some(Value::Array(gone)) = kept.next() {
            for key in gone.iter().filter_map(Value::as_str) {
                guess.remove(key);
            }
        }
        if let Some(own) = kept.next() {
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
