//! `incident words`.

use jiff::civil::Date;
use serde_json::json;

use super::Rules;
use crate::{
    fault::Fault,
    say::{Say, table, word},
};

pub(super) fn run(rules: &Rules, on: Date, say: Say) -> Result<(), Fault> {
    let event_types = rules.words.event_types_on(on);
    let causes = rules.words.causes_on(on);
    let lists = rules.obligations.lists_on(on);
    let criteria = rules.obligations.criteria_on(on);
    let result = json!({
        "on": on, "event_types": event_types, "causes": causes, "lists": lists, "criteria": criteria,
    });
    say.result(&result, || {
        let mut rows = Vec::new();
        let mut add = |what: &str, code: String, name: String, of: String| {
            rows.push([what.to_owned(), code, name, of]);
        };
        for one in event_types {
            let one = &one.value;
            let of = word(&one.group);
            add(
                "event type",
                one.code.to_string(),
                one.name.ja.to_string(),
                of,
            );
        }
        for one in causes {
            let one = &one.value;
            let of = word(&one.group);
            add("cause", one.code.to_string(), one.name.ja.to_string(), of);
        }
        for one in lists {
            let one = &one.value;
            add(
                "list",
                one.code.to_string(),
                one.name.ja.to_string(),
                String::new(),
            );
        }
        for one in criteria {
            let one = &one.value;
            let of = one.unit.clone().unwrap_or_else(|| "yes or no".to_owned());
            add(
                "criterion",
                one.code.to_string(),
                one.name.ja.to_string(),
                of,
            );
        }
        table(["WHAT", "CODE", "NAME", ""], &rows)
    })
}
