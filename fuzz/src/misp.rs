//! Parsers of MISP.

use kaname_misp::{
    Frame, Limits,
    ask::{Ask, Searched},
    events, feed, observed, to_misp, to_stix,
};
use serde_json::Value;

/// What is read as an event becomes a bundle, and the event read back from it becomes the same one.
pub(crate) fn event(data: &[u8]) {
    let limits = Limits::default();
    let Ok(read) = events(data, &limits) else {
        return;
    };
    for event in read.into_iter().flatten() {
        let _ = feed::hashes(&event);
        let first = bundle_of(&event);
        let mut misp = Vec::new();
        to_misp(&first, &limits, &mut misp).expect("our own bundle reads");
        // Objects kept for others stand for elements, so that less may come out than went in.
        if misp.windows(12).any(|part| part == b"kaname:stix=") {
            continue;
        }
        let again = events(&misp, &limits).expect("our own event reads");
        assert_eq!(again.len(), 1);
        let again = again[0].as_ref().expect("our own event is sound");
        let second = bundle_of(again);
        let mut twice = Vec::new();
        to_misp(&second, &limits, &mut twice).expect("our own bundle reads");
        assert_eq!(json(&misp), json(&twice));
    }
}

fn bundle_of(event: &kaname_misp::Event<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    to_stix(event, &mut out);
    let read: Value = serde_json::from_slice(&out).expect("a bundle is JSON");
    assert!(read["objects"].is_array());
    out
}

fn json(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).expect("an event is JSON")
}

/// Any bundle becomes events that read.
pub(crate) fn bundle(data: &[u8]) {
    let mut out = Vec::new();
    if to_misp(data, &Limits::default(), &mut out).is_ok() {
        let _: Value = serde_json::from_slice(&out).expect("an event is JSON");
        events(&out, &Limits::default()).expect("our own event reads");
    }
}

/// What is read from a feed is written so that it reads the same.
pub(crate) fn feed(data: &[u8]) {
    let limits = Limits::default();
    if let Ok((entries, _)) = feed::read_manifest(data, &limits) {
        let again = feed::read_manifest(&feed::write_manifest(&entries), &limits);
        assert_eq!(
            again.expect("our own manifest reads").0.len(),
            distinct(&entries)
        );
    }
    if let Ok((hashes, _)) = feed::read_hashes(data, &limits) {
        let again = feed::read_hashes(&feed::write_hashes(&hashes), &limits);
        assert_eq!(again.expect("our own hashes read").0, hashes);
    }
}

/// The same UUID may be written in capitals and not.
fn distinct(entries: &[feed::Entry]) -> usize {
    let mut events: Vec<_> = entries.iter().map(|entry| entry.event).collect();
    events.sort_unstable();
    events.dedup();
    events.len()
}

/// A question is read or refused, and answers whether an event and its attributes are asked for. The same text as a
/// STIX object is an event or a part of one, or neither.
pub(crate) fn ask(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    if let Ok(frame) = Frame::read(text, 64) {
        let _ = frame.part(text, &[text], 64);
    }
    let _ = observed(text);
    let Ok(Value::Object(asked)) = serde_json::from_str(text) else {
        return;
    };
    for searched in [
        Searched::Events,
        Searched::Attributes,
        Searched::Objects,
        Searched::Index,
    ] {
        if let Ok(ask) = Ask::read(&asked, searched, 1_800_000_000) {
            let _ = ask.of_event(&asked, &["1", "CIRCL"]);
            let _ = ask.of_attribute(&asked, Some(&asked), &asked);
        }
    }
}
