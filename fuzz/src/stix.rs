//! Parsers of STIX.

use kaname_stix::fuzzy_hash::{FuzzyHash, Ssdeep, Tlsh};
use kaname_stix::pattern::matcher::{Matcher, ObservedSet, PatternIndex};
use kaname_stix::pattern::{Language, canonical_pattern, explain_pattern, parse_pattern};
use kaname_stix::redact::{Trace, TraceKind, find_leads, find_traces};
use kaname_stix::{
    Limits, ObjectId, Stamp, bundle as read_bundle, canonical_json, head, pattern_values, sco_id,
};
use serde_json::Value;

/// What is read as a bundle is JSON, and its objects are parts of the bytes.
pub(crate) fn bundle(data: &[u8]) {
    let Ok(read) = read_bundle(data, &Limits::default()) else {
        return;
    };
    for object in &read.objects {
        let inside = data
            .windows(object.get().len().max(1))
            .any(|part| part == object.get().as_bytes());
        assert!(inside, "an object is not a part of its input");
        if let Ok(head) = head(object.get()) {
            assert_eq!(head.id.type_name(), head.type_name());
            let _ = head.version_micros();
        }
    }
}

/// Of two hashes, line by line, one is as much alike the other as the other way round, and what is alike is led to.
pub(crate) fn fuzzy_hash(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let ssdeep = |line| Ssdeep::parse(line).map(FuzzyHash::Ssdeep);
    let read = |line| ssdeep(line).or_else(|| Tlsh::parse(line).map(FuzzyHash::Tlsh));
    let hashes: Vec<FuzzyHash> = text.lines().filter_map(read).take(2).collect();
    let [one, other] = hashes.as_slice() else {
        return;
    };
    let likeness = one.likeness(other);
    assert_eq!(likeness, other.likeness(one));
    assert!(one.likeness(one).is_some(), "a hash is not alike itself");
    if likeness.is_some() {
        let kept = other.pieces();
        let is_led_to = one.sought().iter().any(|piece| kept.contains(piece));
        assert!(is_led_to, "nothing leads from {one:?} to {other:?}");
    }
}

/// Checking never fails; canonical JSON is stable.
pub(crate) fn check(data: &[u8]) {
    let Ok(value) = serde_json::from_slice::<Value>(data) else {
        return;
    };
    let _ = kaname_stix::check(&value);
    if let Ok(upgraded) = kaname_stix::upgrade(&value) {
        let again = kaname_stix::upgrade(&upgraded.object).expect("an upgraded object is one");
        assert_eq!(again.object, upgraded.object);
    }
    let canonical = canonical_json(&value);
    let again: Value = serde_json::from_str(&canonical).expect("canonical JSON is JSON");
    assert_eq!(canonical_json(&again), canonical);
    if let (Some(object), Some(Value::String(type_name))) = (value.as_object(), value.get("type")) {
        let _ = sco_id(type_name, object);
    }
}

/// Any pattern gives values, or none. What is read by the grammar has a canonical form that reads as itself.
pub(crate) fn pattern(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Ok(tree) = parse_pattern(&text) {
        let canonical = canonical_pattern(&tree);
        let again = parse_pattern(&canonical).expect("a canonical pattern is a pattern");
        assert_eq!(canonical_pattern(&again), canonical);
        assert!(!explain_pattern(&tree, Language::Ja).is_empty());
    }
    for value in pattern_values(&text) {
        if let Some(pattern) = kaname_stix::pattern_for(value.kind, &value.text) {
            let read = pattern_values(&pattern);
            assert!(
                read.iter().any(|found| found.text == value.text),
                "{pattern}"
            );
        }
    }
}

/// A pattern is found by itself and through an index alike, and so is its canonical form.
pub(crate) fn matching(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let Some((pattern, observed)) = text.split_once('\n') else {
        return;
    };
    let (Ok(pattern), Ok(observed)) = (
        parse_pattern(pattern),
        serde_json::from_str::<Vec<Value>>(observed),
    ) else {
        return;
    };
    let (set, _) = ObservedSet::read(observed);
    let Ok(matcher) = Matcher::new(&pattern) else {
        return;
    };
    let Ok(found) = matcher.find(&set) else {
        return;
    };
    let mut index = PatternIndex::default();
    index.add(7, &pattern).expect("a matcher was made of it");
    let indexed = index.find(&set).expect("it was found by itself");
    assert_eq!(indexed.is_empty(), found.is_none());
    let canonical =
        parse_pattern(&canonical_pattern(&pattern)).expect("a canonical pattern is one");
    if let Ok(again) = Matcher::new(&canonical)
        .expect("it has the same constants")
        .find(&set)
    {
        assert_eq!(again.is_some(), found.is_some());
    }
}

/// Traces of a provider are found in any document, leads to anybody in any text, and what is found points to
/// its text.
pub(crate) fn traces(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    for lead in find_leads(&text) {
        let found = text.get(lead.span.clone());
        assert!(found.is_some_and(|found| !found.is_empty()), "{lead:?}");
    }
    let Ok(value) = serde_json::from_slice::<Value>(data) else {
        return;
    };
    let traces = [
        Trace::new(TraceKind::Name, "要電力株式会社"),
        Trace::new(TraceKind::Domain, "own.example"),
        Trace::new(TraceKind::Address, "203.0.113.0/24"),
    ];
    for hit in find_traces(&value, &traces) {
        assert!(hit.trace < traces.len());
        let at = value.pointer(&hit.path);
        assert!(at.is_some(), "{} points to nothing", hit.path);
        if let (Some(Value::String(text)), false) = (at, hit.in_key) {
            assert!(
                text.get(hit.span.clone()).is_some(),
                "{:?} is no part of {text:?}",
                hit.span
            );
        }
    }
}

/// Identifiers and times.
pub(crate) fn words(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Ok(id) = ObjectId::parse(&text) {
        let again = ObjectId::parse(&id.to_string()).expect("a written id reads");
        assert_eq!(again, id);
    }
    let _ = Stamp::parse(&text);
}
