use serde_json::{Value, json};

use super::{assert_sound, bundle_of, event_of};

/// A bundle as others write it, without a report.
fn bundle() -> Value {
    let red = kaname_stix::tlp_marking_id(kaname_stix::TlpMark::Red).to_string();
    let time = "2026-05-01T00:00:00.000Z";
    json!({ "type": "bundle", "id": "bundle--0b6a1f0e-5a53-4c6e-9d3a-2f6e6b7c8d01", "objects": [
        { "type": "indicator", "spec_version": "2.1", "id": "indicator--0b6a1f0e-5a53-4c6e-9d3a-2f6e6b7c8d02",
          "created": time, "modified": time, "name": "C2", "confidence": 80, "pattern_type": "stix", "valid_from": time,
          "pattern": "[ipv4-addr:value = '203.0.113.77']", "object_marking_refs": [red] },
        { "type": "indicator", "spec_version": "2.1", "id": "indicator--0b6a1f0e-5a53-4c6e-9d3a-2f6e6b7c8d03",
          "created": time, "modified": time, "pattern_type": "stix", "valid_from": time,
          "pattern": "[file:name = 'a' AND file:size = 3 AND file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e']" },
        { "type": "indicator", "spec_version": "2.1", "id": "indicator--0b6a1f0e-5a53-4c6e-9d3a-2f6e6b7c8d04",
          "created": time, "modified": time, "pattern_type": "stix", "valid_from": time,
          "pattern": "[url:value LIKE 'x%'] FOLLOWEDBY [file:name = 'a']" },
        { "type": "threat-actor", "spec_version": "2.1", "id": "threat-actor--0b6a1f0e-5a53-4c6e-9d3a-2f6e6b7c8d05",
          "created": time, "modified": time, "name": "K", "x_own": [1, { "a": "ü\u{1f600}" }] },
        { "type": "domain-name", "spec_version": "2.1", "id": "domain-name--0b6a1f0e-5a53-5c6e-9d3a-2f6e6b7c8d06",
          "value": "evil.example" },
        { "type": "relationship", "spec_version": "2.1", "id": "relationship--0b6a1f0e-5a53-4c6e-9d3a-2f6e6b7c8d07",
          "created": time, "modified": time, "relationship_type": "indicates",
          "source_ref": "indicator--0b6a1f0e-5a53-4c6e-9d3a-2f6e6b7c8d02",
          "target_ref": "threat-actor--0b6a1f0e-5a53-4c6e-9d3a-2f6e6b7c8d05" },
    ] })
}

fn attribute<'e>(event: &'e Value, kind: &str) -> &'e Value {
    let mut all = event["Attribute"].as_array().unwrap().iter();
    all.find(|attribute| attribute["type"] == kind).unwrap()
}

#[test]
fn stix_by_others_becomes_elements_of_an_event() {
    let event = event_of(&bundle());
    assert_eq!(event["uuid"], "0b6a1f0e-5a53-4c6e-9d3a-2f6e6b7c8d01");
    assert_eq!(event["distribution"], "0", "nobody said how far it may go");
    let names: Vec<&Value> = event["Tag"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tag| &tag["name"])
        .collect();
    assert!(
        names.contains(&&json!("tlp:red")),
        "the event is as strict as its strictest object"
    );
    assert_eq!(attribute(&event, "ip-dst")["value"], "203.0.113.77");
    assert_eq!(attribute(&event, "ip-dst")["to_ids"], true);
    assert_eq!(attribute(&event, "domain")["value"], "evil.example");
    assert!(
        attribute(&event, "stix2-pattern")["value"]
            .as_str()
            .unwrap()
            .contains("FOLLOWEDBY")
    );
    assert_eq!(event["Object"][0]["name"], "file");
    assert_eq!(event["Object"][0]["Attribute"].as_array().unwrap().len(), 3);
}

#[test]
fn stix_by_others_comes_back_unchanged() {
    let bundle = bundle();
    let event = json!({ "Event": event_of(&bundle) });
    let (again, done) = bundle_of(&event.to_string());
    assert_eq!(done.findings, []);
    assert_eq!(again, bundle);
}

#[test]
fn what_is_changed_in_misp_takes_the_place_of_what_was_kept() {
    let mut event = json!({ "Event": event_of(&bundle()) });
    let attributes = event["Event"]["Attribute"].as_array_mut().unwrap();
    let changed = attributes
        .iter_mut()
        .find(|attribute| attribute["type"] == "ip-dst")
        .unwrap();
    changed["value"] = json!("198.51.100.1");
    changed["timestamp"] = json!("1800000000");
    let (again, _) = bundle_of(&event.to_string());
    assert_sound(&again);
    let patterns: Vec<&Value> = again["objects"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|object| object["id"] == "indicator--0b6a1f0e-5a53-4c6e-9d3a-2f6e6b7c8d02")
        .map(|object| &object["pattern"])
        .collect();
    assert_eq!(patterns, [&json!("[ipv4-addr:value = '198.51.100.1']")]);
}
