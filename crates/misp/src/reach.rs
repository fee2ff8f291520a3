//! Distribution: how far an element may go. STIX says it by a marking, of which no hub knows that it permits anything.

use crate::group::SharingGroup;
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

/// How far an element may go by its own word (core format §2.2.1, distribution).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reach {
    /// It restricts nobody here.
    Open,
    /// Not beyond a sharing group (4) that can be known again.
    Group(SharingGroup),
    /// Not beyond the organisation that holds it.
    Held,
}

/// How far an element may go. A number that nobody knows restricts, and so does 4 without a group; where nothing is said,
/// nothing is restricted: the files of a feed say no distribution, since they hold what may go out.
pub(crate) fn reach(members: &Members) -> Reach {
    // What inherits has nothing to inherit from but what it stands in; an event stands in nothing.
    let is_event = members.contains_key("info");
    match members.get("distribution") {
        None | Some(serde_json::Value::Null) => Reach::Open,
        Some(_) => match text(members, "distribution") {
            Some("1" | "2" | "3") => Reach::Open,
            Some("5") if !is_event => Reach::Open,
            Some("4") => SharingGroup::beside(members).map_or(Reach::Held, Reach::Group),
            _ => Reach::Held,
        },
    }
}

/// Whether an element says that it goes to a sharing group, which does not stand beside it.
pub(crate) fn lacks_group(members: &Members) -> bool {
    text(members, "distribution") == Some("4") && SharingGroup::beside(members).is_none()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn what_is_not_known_to_permit_restricts() {
        let is_held = |members: &Members| reach(members) == Reach::Held;
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
        let group = json!({ "uuid": "5d9c1f5e-2b1e-4c55-9d55-3f0f8a6f0001" });
        let event = json!({ "info": "event", "distribution": "4", "SharingGroup": group });
        let named = event.as_object().map(reach);
        assert!(matches!(named, Some(Reach::Group(_))));
    }
}
