//! What types of attributes there are, as `attributes/describeTypes` tells it: those that say something in
//! STIX. Others are taken and given back as they came.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde_json::{Value, json};

use crate::table::{LANGUAGES, RULES};
use crate::template::TEMPLATES;

/// Types that are texts, with the category each has by default.
const TEXTS: &[(&str, &str)] = &[
    ("vulnerability", "External analysis"),
    ("comment", "Other"),
    ("other", "Other"),
    ("text", "Other"),
    ("threat-actor", "Attribution"),
    ("campaign-name", "Attribution"),
    ("attachment", "External analysis"),
];

/// Types that are not for detection unless somebody says so.
const NOT_FOR_DETECTION: &[&str] = &[
    "AS",
    "attachment",
    "campaign-name",
    "comment",
    "email-subject",
    "link",
    "mime-type",
    "other",
    "port",
    "size-in-bytes",
    "target-user",
    "text",
    "threat-actor",
    "tlsh",
    "vulnerability",
];

/// Each type with its category by default, by name.
fn types() -> BTreeMap<&'static str, &'static str> {
    let rules = RULES.iter().map(|rule| (rule.misp, rule.category));
    let languages = LANGUAGES
        .iter()
        .map(|(misp, _, category)| (*misp, *category));
    let lines = TEMPLATES.iter().flat_map(|(_, lines)| *lines);
    let lines = lines.map(|line| (line.misp, "Other"));
    let mut all: BTreeMap<&str, &str> = lines.collect();
    all.extend(TEXTS.iter().copied());
    all.extend(rules.chain(languages));
    all
}

/// The category that attributes of a type have by default.
#[must_use]
pub fn category_of(kind: &str) -> &'static str {
    static TYPES: OnceLock<BTreeMap<&str, &str>> = OnceLock::new();
    let types = TYPES.get_or_init(types);
    types.get(kind).copied().unwrap_or("Other")
}

/// The colour of a tag: of the Traffic Light Protocol's as FIRST gives them, of others a quiet one.
#[must_use]
pub fn colour_of(tag: &str) -> &'static str {
    match tag.to_lowercase().as_str() {
        "tlp:red" | "pap:red" => "#FF2B2B",
        "tlp:amber" | "tlp:amber+strict" | "pap:amber" => "#FFC000",
        "tlp:green" | "pap:green" => "#33FF00",
        "tlp:clear" | "tlp:white" | "pap:clear" => "#FFFFFF",
        _ => "#5A6B7B",
    }
}

/// Tags that the hub itself gives.
pub const OWN_TAGS: [&str; 9] = [
    "tlp:clear",
    "tlp:green",
    "tlp:amber",
    "tlp:amber+strict",
    "tlp:red",
    "PAP:CLEAR",
    "PAP:GREEN",
    "PAP:AMBER",
    "PAP:RED",
];

/// Whether attributes of a type are meant for detection by default.
#[must_use]
pub fn detects(kind: &str) -> bool {
    !NOT_FOR_DETECTION.contains(&kind)
}

/// The document: types, categories, which go together, and what a type is by default.
#[must_use]
pub fn describe_types() -> Value {
    let types = types();
    let mut categories: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (kind, category) in &types {
        categories.entry(category).or_default().push(kind);
    }
    let by_default = types.iter().map(|(kind, category)| {
        let said = json!({ "default_category": category, "to_ids": u8::from(detects(kind)) });
        ((*kind).to_owned(), said)
    });
    let by_default: serde_json::Map<String, Value> = by_default.collect();
    json!({
        "sane_defaults": by_default,
        "types": types.keys().collect::<Vec<_>>(),
        "categories": categories.keys().collect::<Vec<_>>(),
        "category_type_mappings": categories,
    })
}
