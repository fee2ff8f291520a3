use jiff::Timestamp;
use kaname_stix::{author::revoked, check, head};
use serde_json::{Value, json};

const AT: &str = "2026-11-30T01:02:03.004Z";
const AUTHOR: &str = "identity--0f0f0f0f-0000-4000-8000-000000000001";
const MARK: &str = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb";

fn at() -> Timestamp {
    AT.parse().unwrap()
}

fn id(type_name: &str, n: u8) -> String {
    format!("{type_name}--0f0f0f0f-0000-4000-8000-{n:012}")
}

fn object(type_name: &str, more: Value) -> Value {
    let mut object = json!({
        "type": type_name, "spec_version": "2.1", "id": id(type_name, 9), "created_by_ref": AUTHOR,
        "created": "2026-01-01T00:00:00.000Z", "modified": "2026-02-01T00:00:00.000Z",
        "object_marking_refs": [MARK], "labels": ["secret-label"], "lang": "ja", "confidence": 80,
        "external_references": [{"source_name": "secret-source", "url": "https://secret.example/"}],
    });
    for (name, value) in more.as_object().unwrap() {
        object[name] = value.clone();
    }
    assert_eq!(check(&object), [], "{object}");
    object
}

#[test]
fn the_last_version_says_that_it_is_over_and_nothing_else() {
    let observed = "ipv4-addr--eefa6aa1-2e9a-5f9d-b5c0-ebd9ee0a2d2e";
    let cases = [
        object(
            "indicator",
            json!({
                "name": "secret", "description": "secret", "pattern": "[ipv4-addr:value = '203.0.113.77']",
                "pattern_type": "stix", "pattern_version": "2.1", "valid_from": "2026-01-01T00:00:00Z",
                "valid_until": "2027-01-01T00:00:00Z", "indicator_types": ["malicious-activity"],
            }),
        ),
        object(
            "indicator",
            json!({
                "name": "secret", "pattern": "rule secret { condition: true }", "pattern_type": "yara",
                "valid_from": "2026-01-01T00:00:00Z",
            }),
        ),
        object(
            "malware",
            json!({"name": "secret", "is_family": true, "aliases": ["secret"]}),
        ),
        object(
            "attack-pattern",
            json!({"name": "secret", "description": "secret"}),
        ),
        object("campaign", json!({"name": "secret"})),
        object(
            "threat-actor",
            json!({"name": "secret", "aliases": ["secret"]}),
        ),
        object("vulnerability", json!({"name": "secret"})),
        object(
            "course-of-action",
            json!({"name": "secret", "description": "secret"}),
        ),
        object(
            "note",
            json!({"abstract": "secret", "content": "secret", "object_refs": [id("campaign", 1)]}),
        ),
        object(
            "report",
            json!({
                "name": "secret", "description": "secret", "published": "2026-01-01T00:00:00Z",
                "object_refs": [id("campaign", 1), observed],
            }),
        ),
        object(
            "report",
            json!({
                "name": "secret", "published": "2026-01-01T00:00:00Z", "object_refs": [observed],
            }),
        ),
        object(
            "grouping",
            json!({"name": "secret", "context": "suspicious-activity", "object_refs": [observed]}),
        ),
        object(
            "relationship",
            json!({
                "relationship_type": "indicates", "description": "secret",
                "source_ref": id("indicator", 1), "target_ref": id("malware", 2),
            }),
        ),
        object(
            "sighting",
            json!({"sighting_of_ref": id("indicator", 1), "description": "secret", "count": 3}),
        ),
    ];
    for object in cases {
        let last = revoked(&object.to_string(), at()).unwrap();
        for gone in ["secret", "203.0.113.77", observed] {
            assert!(!last.contains(gone), "{gone} is left in {last}");
        }
        let last: Value = serde_json::from_str(&last).unwrap();
        assert_eq!(check(&last), [], "{last}");
        assert_eq!(
            (&last["revoked"], &last["modified"]),
            (&json!(true), &json!(AT))
        );
        for stays in [
            "type",
            "id",
            "created",
            "created_by_ref",
            "object_marking_refs",
        ] {
            assert_eq!(last[stays], object[stays], "{stays}");
        }
        let head = head(&last.to_string()).unwrap();
        assert!(head.revoked);
        let carried = head.values.iter().map(|value| value.text.as_str());
        assert!(
            carried.clone().all(|text| text == "Withdrawn (取り下げ)"),
            "{last}"
        );
        assert_eq!(revoked(&last.to_string(), at()), None, "once");
    }
}

#[test]
fn what_has_no_versions_or_says_who_speaks_is_not_revoked() {
    let address = json!({"type": "ipv4-addr", "spec_version": "2.1", "value": "203.0.113.77",
        "id": "ipv4-addr--eefa6aa1-2e9a-5f9d-b5c0-ebd9ee0a2d2e"});
    let hub = object(
        "identity",
        json!({"name": "Hub", "identity_class": "organization"}),
    );
    // Nothing would be left of it but what it saw.
    let observed = object(
        "observed-data",
        json!({
            "first_observed": "2026-01-01T00:00:00Z", "last_observed": "2026-01-01T00:00:00Z",
            "number_observed": 1, "object_refs": ["ipv4-addr--eefa6aa1-2e9a-5f9d-b5c0-ebd9ee0a2d2e"],
        }),
    );
    for kept in [address, hub, observed] {
        assert_eq!(revoked(&kept.to_string(), at()), None, "{kept}");
    }
    for wrong in ["", "{", "[]", "{}", "{\"type\":5,\"modified\":\"x\"}"] {
        assert_eq!(revoked(wrong, at()), None, "{wrong}");
    }
}
