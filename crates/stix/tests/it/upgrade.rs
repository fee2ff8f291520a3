use kaname_stix::{check, has_errors, sco_id, upgrade};
use serde_json::{Value, json};

const A: &str = "0a3ead4e-6d47-4ccb-854c-a6a4f9d96b22";

fn old(type_name: &str, further: Value) -> Value {
    let mut object = json!({ "type": type_name, "id": format!("{type_name}--{A}"),
        "created": "2026-01-31T09:00:00.000Z", "modified": "2026-01-31T09:00:00.000Z" });
    for (key, value) in further.as_object().unwrap() {
        object[key] = value.clone();
    }
    object
}

#[test]
fn labels_become_types_and_what_2_1_needs_is_there() {
    let cases = [
        (
            "indicator",
            json!({ "labels": ["benign"], "pattern": "[url:value = 'https://a.example/']", "valid_from": "2026-01-31T09:00:00Z" }),
            "indicator_types",
        ),
        (
            "malware",
            json!({ "labels": ["trojan"], "name": "n" }),
            "malware_types",
        ),
        (
            "report",
            json!({ "labels": ["tool"], "name": "n", "published": "2026-01-31T09:00:00Z", "object_refs": [format!("tool--{A}")] }),
            "report_types",
        ),
        (
            "threat-actor",
            json!({ "labels": ["spy"], "name": "n" }),
            "threat_actor_types",
        ),
        (
            "tool",
            json!({ "labels": ["remote-access"], "name": "n" }),
            "tool_types",
        ),
    ];
    for (name, further, types) in cases {
        let before = old(name, further);
        let after = upgrade(&before).unwrap();
        assert_eq!(check(&after.object), vec![], "{}", after.object);
        assert_eq!(after.object[types], before["labels"]);
        assert_eq!(after.object.get("labels"), None);
        assert_eq!(after.object["id"], before["id"]);
        // What is upgraded already comes back as it is.
        assert_eq!(upgrade(&after.object).unwrap().object, after.object);
    }
}

#[test]
fn observables_leave_observed_data_and_get_their_ids() {
    let observed = old(
        "observed-data",
        json!({ "first_observed": "2026-01-31T09:00:00Z", "last_observed": "2026-01-31T09:00:00Z", "number_observed": 1,
            "objects": {
                "0": { "type": "file", "name": "a", "parent_directory_ref": "1", "created": "2026-01-31T09:00:00Z", "is_encrypted": true },
                "1": { "type": "directory", "path": "C:\\", "contains_refs": ["0"] },
                "2": { "type": "process", "name": "a", "pid": 3, "binary_ref": "0", "parent_ref": "9" },
                "3": { "type": "file", "name": "b", "extensions": { "archive-ext": { "contains_refs": ["0"], "version": "5" } } },
            } }),
    );
    let after = upgrade(&observed).unwrap();
    assert_eq!(check(&after.object), {
        let none: Vec<kaname_stix::Finding> = vec![];
        none
    });
    let refs = after.object["object_refs"].as_array().unwrap();
    assert_eq!(refs.len(), 4);
    let mut types: Vec<&str> = after
        .observables
        .iter()
        .map(|one| one["type"].as_str().unwrap())
        .collect();
    types.sort_unstable();
    assert_eq!(types, ["directory", "file", "file", "process"]);
    for one in &after.observables {
        assert!(!has_errors(&check(one)), "{one} {:?}", check(one));
        assert!(refs.contains(&one["id"]));
        let expected = sco_id(one["type"].as_str().unwrap(), one.as_object().unwrap());
        assert!(
            expected.is_none_or(|id| one["id"] == id.to_string()),
            "{one}"
        );
    }
    let file = after
        .observables
        .iter()
        .find(|one| one["name"] == "a")
        .unwrap();
    assert_eq!(file["ctime"], "2026-01-31T09:00:00Z");
    let process = after
        .observables
        .iter()
        .find(|one| one["type"] == "process")
        .unwrap();
    assert_eq!(process["image_ref"], file["id"]);
    let mut left_out = after.left_out.clone();
    left_out.sort();
    assert_eq!(
        left_out,
        [
            "/objects/0/is_encrypted",
            "/objects/2/name",
            "/objects/2/parent_ref",
            "/objects/3/extensions/archive-ext/version"
        ]
    );
    assert_eq!(upgrade(&observed).unwrap(), after, "the same each time");
}

#[test]
fn observables_that_name_each_other_still_end() {
    let observed = old(
        "observed-data",
        json!({ "first_observed": "2026-01-31T09:00:00Z", "last_observed": "2026-01-31T09:00:00Z", "number_observed": 1,
            "objects": { "0": { "type": "network-traffic", "src_ref": "1", "protocols": ["tcp"] },
                         "1": { "type": "network-traffic", "src_ref": "0", "protocols": ["tcp"] } } }),
    );
    assert_eq!(upgrade(&observed).unwrap().observables.len(), 2);
}

#[test]
fn times_get_their_digits_and_empty_lists_go() {
    let tool = old(
        "tool",
        json!({ "name": "n", "labels": ["unknown"], "x_none": [], "created": "2026-01-31T09:00:00.1Z", "modified": "2026-01-31T09:00:01Z" }),
    );
    let after = upgrade(&tool).unwrap();
    assert_eq!(after.object["created"], "2026-01-31T09:00:00.100Z");
    assert_eq!(after.object["modified"], "2026-01-31T09:00:01.000Z");
    assert_eq!(after.left_out, ["/x_none"]);
    assert!(!has_errors(&check(&after.object)));
}

#[test]
fn fixed_markings_stay_themselves() {
    let amber = json!({ "type": "marking-definition", "id": "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82",
        "created": "2017-01-20T00:00:00.000Z", "definition_type": "tlp", "definition": { "tlp": "amber" } });
    let after = upgrade(&amber).unwrap().object;
    assert_eq!(after["name"], "TLP:AMBER");
    assert_eq!(check(&after), vec![]);
    assert!(upgrade(&json!([])).is_err() && upgrade(&json!({})).is_err());
}

#[test]
fn a_document_becomes_a_bundle() {
    let text = r#"{"type":"bundle","id":"bundle--5d0092c5-5f74-4287-9642-33f4c354e56d","spec_version":"2.0","objects":[
        {"type":"tool","id":"tool--1","labels":["remote-access"],"aliases":[]},
        {"type":"observed-data","id":"observed-data--1","objects":{"0":{"type":"ipv4-addr","value":"192.0.2.1"}}},
        {"type":"observed-data","id":"observed-data--2","objects":{"0":{"type":"ipv4-addr","value":"192.0.2.1"}}},
        {"type":"tool","spec_version":"2.1", "id":"tool--2"}]}"#;
    let limits = kaname_stix::Limits::default();
    let bundle = kaname_stix::bundle(text.as_bytes(), &limits).unwrap();
    let own = uuid::Uuid::nil();
    let made = kaname_stix::upgrade_bundle(&bundle, own).unwrap();
    assert_eq!((made.objects, made.observables), (5, 1));
    assert_eq!(made.left_out, ["/objects/0/aliases"]);
    assert!(
        made.text
            .contains(r#"{"type":"tool","spec_version":"2.1", "id":"tool--2"}"#),
        "{}",
        made.text
    );
    assert!(
        made.text
            .contains("bundle--5d0092c5-5f74-4287-9642-33f4c354e56d")
    );
    let list = kaname_stix::bundle(br#"[{"id":"tool--1"}]"#, &limits).unwrap();
    let refused = kaname_stix::upgrade_bundle(&list, own).unwrap_err();
    assert!(refused.to_string().starts_with("object 0: "), "{refused}");
}
