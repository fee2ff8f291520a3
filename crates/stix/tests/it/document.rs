//! The verdict on a whole document.

use kaname_stix::{Level, Limits, Objects, Verdict, check_document, check_objects};
use serde_json::json;

const INDICATOR: &str = "indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f";

fn indicator(pattern: &str) -> serde_json::Value {
    json!({
        "type": "indicator", "spec_version": "2.1", "id": INDICATOR,
        "created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-01T00:00:00.000Z",
        "name": "C2", "indicator_types": ["malicious-activity"],
        "pattern": pattern, "pattern_type": "stix", "valid_from": "2026-01-01T00:00:00Z",
    })
}

/// The verdict, which is the same when the objects are read one after another.
fn verdict(document: &serde_json::Value, level: Level, most: usize) -> Verdict {
    let bytes = document.to_string().into_bytes();
    let limits = Limits::default();
    let whole = check_document(&bytes, &limits, level, most, &mut |_, _| ()).unwrap();
    let mut objects = Objects::new(bytes.as_slice(), &limits);
    let mut heard = 0;
    let mut progress = |byte| heard = byte;
    let apart = check_objects(&mut objects, &limits, level, most, &mut progress).unwrap();
    assert_eq!(format!("{apart:?}"), format!("{whole:?}"));
    assert!(heard < bytes.len() as u64);
    whole
}

/// Whatever stands around the objects, paths and the word on the bundle itself are the same; so are ids that lead out.
#[test]
fn objects_one_after_another_are_judged_as_the_whole_is() {
    let mut bad = indicator("[ipv4-addr:value = '192.0.2.7']");
    bad["created_by_ref"] = json!("identity--11111111-1111-4111-8111-111111111111");
    bad["modified"] = json!("yesterday");
    let good = indicator("[ipv4-addr:value = '192.0.2.8']");
    for document in [
        json!({ "type": "bundle", "objects": [good, bad, good] }),
        json!({ "type": "bundle", "id": "bundle--1", "objects": [good] }),
        json!({ "objects": [bad, good], "more": false }),
        json!([bad, good, { "type": "bundle", "objects": [] }, {}]),
        json!({ "type": "bundle", "id": "bundle--1" }),
        json!([]),
        bad.clone(),
    ] {
        for level in [Level::Wire, Level::Strict] {
            verdict(&document, level, 100);
        }
    }
}

#[test]
fn what_is_wrong_is_told_with_its_place_and_the_rest_stands() {
    let good = indicator("[ipv4-addr:value = '192.0.2.7']");
    let address = json!({
        "type": "ipv4-addr", "spec_version": "2.1", "value": "192.0.2.7",
        "id": "ipv4-addr--11111111-1111-5111-8111-111111111111",
    });
    let mut bad = good.clone();
    bad["id"] = json!("indicator--26ffb872-1dd9-446e-b6f5-d58527e5b5d2");
    bad.as_object_mut().unwrap().remove("valid_from");
    let bundle = json!({ "type": "bundle", "objects": [good, bad, address] });
    let verdict = verdict(&bundle, Level::Strict, 100);
    assert_eq!(verdict.objects, 3);
    let outcome: Vec<bool> = verdict.judged.iter().map(|one| one.refused).collect();
    assert_eq!(outcome[..2], [false, true]);
    assert!(verdict.findings.iter().any(|found| {
        found.finding.path.starts_with("/objects/1") && found.finding.rule == "required"
    }));
    let last = verdict.findings.last().unwrap();
    assert_eq!(
        (last.finding.path.as_str(), last.finding.section),
        ("/id", "8")
    );
    let first = &verdict.judged[0];
    assert_eq!(
        (first.name.as_str(), first.path.as_str()),
        ("C2", "/objects/0")
    );
    assert!(first.pattern.is_some() && first.right_id.is_none());
    let right = verdict.judged[2].right_id.as_ref().unwrap();
    assert_eq!(right.type_name(), "ipv4-addr");
}

#[test]
fn beyond_what_is_listed_everything_is_counted() {
    let mut wrong = indicator("[");
    wrong.as_object_mut().unwrap().remove("valid_from");
    let many: Vec<_> = (0..20).map(|_| wrong.clone()).collect();
    let verdict = verdict(&json!(many), Level::Strict, 5);
    assert_eq!((verdict.findings.len(), verdict.judged.len()), (5, 5));
    assert_eq!(verdict.not_listed + 5, verdict.must + verdict.should);
    assert_eq!((verdict.objects, verdict.refused), (20, 20));
}

#[test]
fn the_wire_takes_what_the_standard_does_not() {
    let mut odd = indicator("[ipv4-addr:value = '192.0.2.7']");
    odd["colour"] = json!("red");
    odd.as_object_mut().unwrap().remove("valid_from");
    assert_eq!(verdict(&odd, Level::Strict, 9).refused, 1);
    assert_eq!(verdict(&odd, Level::Wire, 9).refused, 0);
}

#[test]
fn an_object_of_the_older_standard_is_known_as_one() {
    let mut old = indicator("[ipv4-addr:value = '192.0.2.7']");
    old.as_object_mut().unwrap().remove("spec_version");
    let verdict = verdict(&old, Level::Wire, 9);
    assert!(verdict.judged[0].is_old);
}
