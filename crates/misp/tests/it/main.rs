//! The crate's tests, in one binary.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod convert;
mod feed;
mod foreign;
mod generated;
mod hostile;
mod real;
mod round;

use kaname_misp::{Done, Limits, events, to_misp, to_stix};
use serde_json::Value;

pub(crate) const EVENT: &str = include_str!("../fixtures/event.json");

/// The bundle of the only event of a document.
pub(crate) fn bundle_of(document: &str) -> (Value, Done) {
    let events = events(document.as_bytes(), &Limits::default()).unwrap();
    assert_eq!(events.len(), 1);
    let mut out = Vec::new();
    let done = to_stix(events[0].as_ref().unwrap(), &mut out);
    (serde_json::from_slice(&out).unwrap(), done)
}

/// The event of a bundle.
pub(crate) fn event_of(bundle: &Value) -> Value {
    let text = bundle.to_string();
    let mut out = Vec::new();
    let done = to_misp(text.as_bytes(), &Limits::default(), &mut out).unwrap();
    assert!(done.findings.is_empty(), "{:?}", done.findings);
    let document: Value = serde_json::from_slice(&out).unwrap();
    document["Event"].clone()
}

pub(crate) fn objects<'b>(bundle: &'b Value, kind: &str) -> Vec<&'b Value> {
    let all = bundle["objects"].as_array().unwrap().iter();
    all.filter(|object| object["type"] == kind).collect()
}

/// Every object passes the checks of STIX 2.1 without an error.
pub(crate) fn assert_sound(bundle: &Value) {
    for object in bundle["objects"].as_array().unwrap() {
        let findings = kaname_stix::check(object);
        assert!(
            !kaname_stix::has_errors(&findings),
            "{object}: {findings:?}"
        );
    }
}
