//! Words of an organisation that are shown to others without its name.

use std::collections::BTreeSet;

use serde_json::json;

use super::traced;
use crate::{evidence::Evidence, row::Sign};

/// Most characters that are said of one place.
const MOST_SAID: usize = 80;

/// What in a text names its own author, as it stands there: by what the directory knows of it. What a desk
/// is called, and 当社, are anybody's.
pub(crate) fn names_itself(text: &str, author: &Evidence) -> Vec<String> {
    let mut author = author.clone();
    author.hints.retain(|hint| hint.sign != Sign::Person);
    let rows = traced(&json!({ "text": text }), &author).merged();
    let own = rows
        .iter()
        .filter(|row| row.signs().any(|sign| sign != Sign::FirstPerson));
    let mut said: Vec<String> = own
        .filter_map(|row| text.get(row.span.0..row.span.1))
        .map(|found| found.chars().take(MOST_SAID).collect())
        .collect();
    let mut known = BTreeSet::new();
    said.retain(|found| known.insert(found.clone()));
    said
}
