//! Distribution: how far an element may go. STIX says it by a marking, of which no hub knows that it permits anything.

use crate::json::{Members, text};

/// What becomes of the distribution of elements in STIX. It travels in the extension in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Distribution {
    /// It marks nothing: whoever publishes the events is known to mean nothing by it.
    Ignored,
    /// What may not go beyond an organisation or a sharing group is marked so.
    #[default]
    Marked,
    /// And objects by others that an event keeps have the marks of the event too, though they are then not the bytes
    /// they were: for whoever shows the objects to others.
    MarkedThroughout,
}

/// Whether an element may not go beyond the organisation that holds it (0) or a sharing group (4) (core format
/// §2.2.1, distribution). A number that nobody knows restricts; where nothing is said, nothing is restricted: the
/// files of a feed say no distribution, since they hold what may go out.
pub(crate) fn is_held(members: &Members) -> bool {
    // What inherits has nothing to inherit from but what it stands in; an event stands in nothing.
    let is_event = members.contains_key("info");
    match members.get("distribution") {
        None | Some(serde_json::Value::Null) => false,
        Some(_) => match text(members, "distribution") {
            Some("1" | "2" | "3") => false,
            Some("5") => is_event,
            _ => true,
        },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn what_is_not_known_to_permit_restricts() {
        let held = |value: Value| {
            let members = json!({ "distribution": value });
            members.as_object().is_some_and(is_held)
        };
        for open in ["1", "2", "3", "5"] {
            assert!(!held(open.into()), "{open}");
        }
        for shut in ["0", "4", "6", "", "all"] {
            assert!(held(shut.into()), "{shut}");
        }
        assert!(held(json!([3])) && !held(Value::Null));
        let event = json!({ "info": "event", "distribution": "5" });
        assert!(event.as_object().is_some_and(is_held));
        assert!(!is_held(&Members::new()));
    }
}
