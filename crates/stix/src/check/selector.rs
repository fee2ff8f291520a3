//! Selectors of granular markings (§7.2.3.1).

use serde_json::{Map, Value};

use super::report::{self as r, Path, Report};

/// Checks that each selector of a granular marking selects something.
pub(super) fn check(
    object: &Map<String, Value>,
    marking: &Map<String, Value>,
    path: &Path<'_>,
    report: &mut Report,
) {
    let selectors = marking.get("selectors").and_then(Value::as_array);
    for (index, selector) in selectors.into_iter().flatten().enumerate() {
        let Some(selector) = selector.as_str() else {
            continue;
        };
        if select(object, selector).is_none() {
            let list = path.key("selectors");
            let message = "selects nothing in this object";
            report.must(&list.index(index), r::SELECTOR, message);
        }
    }
}

/// What a selector such as `external_references.[0].url` names in an object.
pub(crate) fn select<'v>(object: &'v Map<String, Value>, selector: &str) -> Option<&'v Value> {
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
