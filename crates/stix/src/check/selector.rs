//! Granular markings and their selectors (§7.2.3).

use serde_json::{Map, Value};

use super::Report;
use super::form::join;
use crate::id::ObjectId;

pub(super) fn check_granular(
    object: &Map<String, Value>,
    value: &Value,
    path: &str,
    report: &mut Report,
) {
    let Some(marking) = value.as_object() else {
        return report.error(path, "type-object", "is not an object");
    };
    match (marking.get("marking_ref"), marking.get("lang")) {
        (Some(reference), None) => {
            let id = reference
                .as_str()
                .and_then(|text| ObjectId::parse(text).ok());
            if id.is_none_or(|id| id.type_name() != "marking-definition") {
                let message = "does not refer to a marking definition";
                report.error(&join(path, "marking_ref"), "reference-type", message);
            }
        }
        (None, Some(lang)) if lang.is_string() => {}
        (None, Some(_)) => report.error(&join(path, "lang"), "type-string", "is not a string"),
        (Some(_), Some(_)) | (None, None) => {
            report.error(
                path,
                "exclusive",
                "needs one of `marking_ref` and `lang`, not both",
            );
        }
    }
    let selectors = marking.get("selectors").and_then(Value::as_array);
    let Some(selectors) = selectors.filter(|selectors| !selectors.is_empty()) else {
        return report.error(
            &join(path, "selectors"),
            "required",
            "needs a list of selectors",
        );
    };
    for (index, selector) in selectors.iter().enumerate() {
        let found = selector
            .as_str()
            .and_then(|selector| select(object, selector));
        if found.is_none() {
            let path = format!("{path}/selectors/{index}");
            report.error(&path, "selector", "selects nothing in this object");
        }
    }
}

/// What a selector such as `external_references.[0].url` names in an object.
fn select<'v>(object: &'v Map<String, Value>, selector: &str) -> Option<&'v Value> {
    let mut steps = selector.split('.');
    let mut here = object.get(steps.next()?)?;
    for step in steps {
        let index = step
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'));
        here = match index {
            Some(index) => here.as_array()?.get(index.parse::<usize>().ok()?)?,
            None => here.as_object()?.get(step)?,
        };
    }
    Some(here)
}
