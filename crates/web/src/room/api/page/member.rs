//! The members of a body or an answer, as rows of a table: a schema read with its branches side by side.

use serde_json::Value;

use super::said::Said;
use crate::frame::Page;

/// Where schemas with a name stand in the document.
const SCHEMAS: &str = "#/components/schemas/";

/// A word of a type: the name of a schema leads to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) href: Option<String>,
}

/// A bound, in words and as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Limit {
    pub(super) said: String,
    pub(super) codes: Vec<String>,
}

/// A member of a body.
pub(super) struct Member {
    /// The members that it stands in, with the dot behind them.
    pub(super) within: String,
    pub(super) name: String,
    pub(super) kind: Vec<Word>,
    pub(super) is_required: bool,
    pub(super) limits: Vec<Limit>,
    pub(super) about: Option<Said>,
}

/// The name of the schema that a reference leads to.
pub(super) fn named(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()?.strip_prefix(SCHEMAS)
}

/// The address of a schema on the page.
pub(super) fn anchor(name: &str) -> String {
    format!("schema-{name}")
}

/// All members of a schema, those of members behind them; schemas with a name are not entered.
pub(super) fn members(page: &Page, schema: &Value) -> Vec<Member> {
    let mut rows = Vec::new();
    enter(page, schema, "", &mut rows);
    rows
}

fn enter(page: &Page, schema: &Value, at: &str, rows: &mut Vec<Member>) {
    let several = branches(schema);
    // What one of several forms has to have, the others need not.
    let is_one_form = several.iter().filter(|one| has_members(one)).count() == 1;
    for one in several {
        if let Some(items) = one.get("items") {
            enter(page, items, &format!("{at}[]"), rows);
        }
        let required = one.get("required").and_then(Value::as_array);
        let properties = one.get("properties").and_then(Value::as_object);
        for (name, property) in properties.into_iter().flatten() {
            let within = if at.is_empty() {
                String::new()
            } else {
                format!("{at}.")
            };
            let whole = format!("{within}{name}");
            rows.push(Member {
                within,
                name: name.clone(),
                kind: kind(property),
                is_required: is_one_form
                    && required.is_some_and(|all| all.iter().any(|one| one == name.as_str())),
                limits: limits(page, property),
                about: about(page, property),
            });
            enter(page, property, &whole, rows);
        }
    }
}

fn has_members(schema: &Value) -> bool {
    schema.get("properties").is_some() || schema.get("items").is_some() || named(schema).is_some()
}

/// What is said of a member: by itself, else by the one branch that says something.
fn about(page: &Page, schema: &Value) -> Option<Said> {
    let mut said = std::iter::once(schema).chain(branches(schema));
    said.find_map(|one| Said::of(one, "description", page.lang()))
}

/// What a schema may be, each by itself; the schema where it has no branches.
fn branches(schema: &Value) -> Vec<&Value> {
    let several = schema.get("oneOf").or_else(|| schema.get("anyOf"));
    match several.and_then(Value::as_array) {
        Some(several) => several.iter().collect(),
        None => vec![schema],
    }
}

/// The type in words: `string | null`, `Tlp[]`, `map<string>`.
pub(super) fn kind(schema: &Value) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    for one in branches(schema) {
        if !words.is_empty() {
            words.push(plain(" | "));
        }
        words.extend(of_one(one));
    }
    words
}

fn of_one(schema: &Value) -> Vec<Word> {
    if let Some(name) = named(schema) {
        let href = Some(format!("#{}", anchor(name)));
        let text = name.to_owned();
        return vec![Word { text, href }];
    }
    let each = schema
        .get("additionalProperties")
        .filter(|each| each.is_object());
    let types: Vec<&str> = match schema.get("type") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        _ if schema.get("const").is_some() => vec!["string"],
        _ => vec!["any"],
    };
    let mut words = Vec::new();
    for one in types {
        if !words.is_empty() {
            words.push(plain(" | "));
        }
        match (one, schema.get("items"), each) {
            ("array", Some(items), _) => {
                let inner = kind(items);
                let is_long = inner.len() > 1;
                words.extend(is_long.then(|| plain("(")));
                words.extend(inner);
                words.push(plain(if is_long { ")[]" } else { "[]" }));
            }
            ("object", _, Some(each)) => {
                words.push(plain("map<"));
                words.extend(kind(each));
                words.push(plain(">"));
            }
            (one, ..) => words.push(plain(one)),
        }
    }
    words
}

fn plain(text: &str) -> Word {
    Word {
        text: text.to_owned(),
        href: None,
    }
}

/// The bounds of a schema, with those of its branches and of what a list holds.
pub(super) fn limits(page: &Page, schema: &Value) -> Vec<Limit> {
    let mut all = Vec::new();
    bound(page, schema, &mut all);
    all.dedup();
    all
}

fn bound(page: &Page, schema: &Value, all: &mut Vec<Limit>) {
    let own = branches(schema);
    if own.len() > 1 {
        own.iter().for_each(|one| bound(page, one, all));
    }
    let written = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let mut say = |said: String, codes: Vec<String>| all.push(Limit { said, codes });
    if let Some(format) = schema.get("format").and_then(Value::as_str) {
        say(String::new(), vec![format.to_owned()]);
    }
    if let Some(Value::Array(several)) = schema.get("enum") {
        let codes = several.iter().map(written).collect();
        say(page.t("api-one-of").into_owned(), codes);
    }
    if let Some(only) = schema.get("const") {
        say(page.t("api-only").into_owned(), vec![written(only)]);
    }
    let range = |least: &str, most: &str| {
        let of = |name: &str| schema.get(name).map(Value::to_string);
        match (of(least), of(most)) {
            (Some(least), Some(most)) => Some(format!("{least}–{most}")),
            (Some(least), None) => Some(format!("≥ {least}")),
            (None, Some(most)) => Some(format!("≤ {most}")),
            (None, None) => None,
        }
    };
    if let Some(range) = range("minimum", "maximum") {
        say(range, Vec::new());
    }
    if let Some(range) = range("minLength", "maxLength") {
        say(
            page.t1("api-characters", "range", range).into_owned(),
            Vec::new(),
        );
    }
    if let Some(range) = range("minItems", "maxItems") {
        say(
            page.t1("api-entries", "range", range).into_owned(),
            Vec::new(),
        );
    }
    if let Some(default) = schema.get("default") {
        say(page.t("api-default").into_owned(), vec![written(default)]);
    }
    if let Some(items) = schema.get("items") {
        bound(page, items, all);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        frame::{Section, sample},
        text::Lang,
    };

    #[test]
    fn members_stand_with_what_they_stand_in_and_only_one_form_has_to_have_them() {
        let page = sample::page(Lang::En, Section::Elsewhere, "API");
        let schema = json!({
            "type": "object",
            "required": ["values"],
            "properties": {
                "values": { "type": "array", "maxItems": 9, "items": { "oneOf": [
                    { "type": "string" },
                    { "type": "object", "required": ["value"], "properties": {
                        "value": { "type": ["string", "null"], "format": "date-time" },
                    } },
                ] } },
                "report": { "oneOf": [
                    { "$ref": "#/components/schemas/NewReport" },
                    { "type": "object", "required": ["type"], "properties": {
                        "type": { "const": "bundle" },
                    } },
                ] },
                "links": { "type": "object", "additionalProperties": { "type": "string" } },
            },
        });
        let rows = members(&page, &schema);
        let told: Vec<(String, String, bool)> = rows
            .iter()
            .map(|row| {
                let kind = row.kind.iter().map(|word| word.text.as_str()).collect();
                (format!("{}{}", row.within, row.name), kind, row.is_required)
            })
            .collect();
        let of = |name: &str, kind: &str, required| (name.to_owned(), kind.to_owned(), required);
        assert_eq!(
            told,
            [
                of("values", "(string | object)[]", true),
                of("values[].value", "string | null", true),
                of("report", "NewReport | object", false),
                of("report.type", "string", false),
                of("links", "map<string>", false),
            ]
        );
        assert_eq!(rows[2].kind[0].href.as_deref(), Some("#schema-NewReport"));
        let entries = &rows[0].limits[0];
        assert!(entries.said.contains("9"), "{entries:?}");
        assert_eq!(rows[3].limits[0].codes, ["bundle"]);
    }
}
