//! `kaname stix`: files of STIX, without any hub.

use serde_json::{Value, json};

use crate::program::Place;

const A: &str = "0a3ead4e-6d47-4ccb-854c-a6a4f9d96b22";

fn tool(further: Value) -> Value {
    let mut object = json!({ "type": "tool", "spec_version": "2.1", "id": format!("tool--{A}"),
        "created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-01T00:00:00.000Z", "name": "t" });
    for (key, value) in further.as_object().unwrap() {
        object[key] = value.clone();
    }
    object
}

fn bundle(objects: &[Value]) -> String {
    json!({ "type": "bundle", "id": format!("bundle--{A}"), "objects": objects }).to_string()
}

#[test]
fn validate_names_place_rule_and_section_and_ends_with_5() {
    let place = Place::new();
    place.write("good.json", &bundle(&[tool(json!({}))]));
    let good = place.done(&["stix", "validate", "good.json"]);
    assert_eq!(good["files"][0]["refused"], 0);
    let other = tool(json!({ "description": "other" }));
    place.write(
        "bad.json",
        &bundle(&[tool(json!({ "confidence": 101 })), other]),
    );
    let ran = place.run(&["stix", "validate", "bad.json", "--json"]);
    assert_eq!(ran.code, 5, "{}", ran.err);
    let said = ran.json();
    let found = &said["files"][0]["findings"];
    assert_eq!(found[0]["path"], "/objects/0/confidence");
    assert_eq!(found[0]["rule"], "range");
    assert_eq!(found[0]["section"], "3.2");
    assert_eq!(found[0]["severity"], "must");
    assert_eq!(found[1]["path"], "/objects/1");
    assert_eq!(found[1]["rule"], "version");
    // A hub takes both, and relays them as they are.
    let wire = place.run(&["stix", "validate", "bad.json", "--level", "wire"]);
    assert_eq!(wire.code, 0, "{}", wire.err);
    assert!(
        wire.out
            .contains("bad.json:/objects/0/confidence: MUST range (§3.2)"),
        "{}",
        wire.out
    );
    let ran = place.run(&["stix", "validate", "none.json"]);
    assert_eq!(ran.code, 3);
    place.write("text.json", "{\"a\": 1, \"a\": 2}");
    assert_eq!(place.run(&["stix", "validate", "text.json"]).code, 1);
}

#[test]
fn the_id_of_the_bundle_itself_is_checked() {
    let place = Place::new();
    let right = bundle(&[tool(json!({}))]);
    for (name, id, rule) in [
        ("none.json", "", "required"),
        ("word.json", r#""id":"bundle--1","#, "identifier"),
        (
            "other.json",
            r#""id":"report--00000000-0000-4000-8000-000000000001","#,
            "identifier",
        ),
    ] {
        let value: serde_json::Value = serde_json::from_str(&right).unwrap();
        let objects = &value["objects"];
        place.write(
            name,
            &format!(r#"{{"type":"bundle",{id}"objects":{objects}}}"#),
        );
        let ran = place.run(&["stix", "validate", name, "--json"]);
        assert_eq!(ran.code, 5, "{name}: {}", ran.err);
        let found = &ran.json()["files"][0]["findings"][0];
        assert_eq!(
            (&found["path"], &found["rule"]),
            (&"/id".into(), &rule.into()),
            "{name}"
        );
        let wire = place.run(&["stix", "validate", name, "--level", "wire"]);
        assert_eq!(wire.code, 0, "{name}: {}", wire.err);
    }
}

/// What does not split is told as it was ever told; an object may have a list of its own that is called `objects`.
#[test]
fn what_is_no_bundle_is_told_with_its_place() {
    let place = Place::new();
    for (text, place_of, said) in [
        ("{\"objects\":[1]}", "odd.json", "the file is no STIX"),
        (
            "{\"objects\":[\n{},\n{oops}]}",
            "odd.json:3:2",
            "the file is not JSON",
        ),
        ("{\"objects\":[{}]", "odd.json:1:16", "the file is not JSON"),
        ("", "odd.json:1:1", "the file is not JSON"),
    ] {
        place.write("odd.json", text);
        let ran = place.run(&["stix", "validate", "odd.json"]);
        assert_eq!(ran.code, 1, "{text}: {}", ran.err);
        assert!(ran.err.contains(said), "{text}: {}", ran.err);
        assert!(ran.err.contains(place_of), "{text}: {}", ran.err);
    }
    let own = tool(json!({ "objects": [{ "a": 1 }] }));
    place.write("own.json", &own.to_string());
    let ran = place.run(&["stix", "validate", "own.json", "--level", "wire", "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(ran.json()["files"][0]["objects"], 1);
}

#[test]
fn upgrade_writes_a_bundle_that_validates() {
    let place = Place::new();
    let old = json!({ "type": "bundle", "id": format!("bundle--{A}"), "spec_version": "2.0", "objects": [
        { "type": "observed-data", "id": format!("observed-data--{A}"), "created": "2026-01-01T00:00:00.000Z",
          "modified": "2026-01-01T00:00:00.000Z", "first_observed": "2026-01-01T00:00:00Z", "last_observed": "2026-01-01T00:00:00Z",
          "number_observed": 1, "objects": { "0": { "type": "process", "pid": 1, "name": "gone" } } },
    ] });
    place.write("old.json", &old.to_string());
    let said = place.done(&["stix", "upgrade", "old.json", "--out", "new.json"]);
    assert_eq!(said["left_out"], json!(["/objects/0/objects/0/name"]));
    assert_eq!(
        place.done(&["stix", "validate", "new.json"])["files"][0]["objects"],
        2
    );
    let printed = place.run(&["stix", "upgrade", "old.json"]);
    assert_eq!(
        printed.out.trim(),
        std::fs::read_to_string(place.path("new.json")).unwrap()
    );
    assert!(printed.err.contains("left out: /objects/0/objects/0/name"));
}

#[test]
fn canonical_ids_and_diff_say_what_they_find() {
    let place = Place::new();
    let domain = json!({ "type": "domain-name", "spec_version": "2.1", "id": format!("domain-name--{A}"), "value": "a.example" });
    place.write("one.json", &bundle(&[tool(json!({})), domain.clone()]));
    let ids = place.done(&["stix", "ids", "one.json"]);
    assert_eq!(ids["differing"], 1);
    assert_eq!(ids["observables"][0]["path"], "/objects/1");
    let right = ids["observables"][0]["deterministic"].as_str().unwrap();
    assert!(right.starts_with("domain-name--"));
    let lines = place.run(&["stix", "canonical", "one.json"]).out;
    assert_eq!(lines.lines().count(), 2);
    assert!(lines.starts_with(r#"{"created":"2026"#), "{lines}");
    place.write("two.json", &bundle(&[tool(json!({ "name": "u" }))]));
    let found = place.done(&["stix", "diff", "one.json", "two.json"]);
    assert_eq!(found["removed"], json!([domain["id"]]));
    let change = json!({ "path": "/name", "before": "t", "after": "u" });
    assert_eq!(found["changed"][0]["changes"], json!([change]));
}

#[test]
fn a_hostile_file_sends_nothing_to_the_terminal_and_its_data_stay_as_they_are() {
    let place = Place::new();
    // OSC 52 would set the clipboard of whoever looks.
    let id = "tool--\u{1b}]52;c;cm0gLXJm\u{7}\u{9b}2J";
    place.write("bad.json", &bundle(&[tool(json!({ "id": id }))]));
    let ran = place.run(&["stix", "validate", "bad.json"]);
    assert_eq!(ran.code, 5, "{}", ran.err);
    let acts = |c: char| c.is_control() && c != '\n';
    assert!(!ran.out.contains(acts), "{:?}", ran.out);
    let shown = r"tool--\u{1b}]52;c;cm0gLXJm\u{7}\u{9b}2J";
    assert!(ran.out.contains(shown), "{}", ran.out);
    let told = place
        .run(&["stix", "validate", "bad.json", "--json"])
        .json();
    assert_eq!(told["files"][0]["findings"][0]["id"], id);
    let canonical = place.run(&["stix", "canonical", "bad.json"]);
    let canonical: Value = serde_json::from_str(&canonical.out).unwrap();
    assert_eq!(canonical["id"], id);
}

#[test]
fn a_device_is_no_file_without_end() {
    let place = Place::new();
    let ran = place.run(&["misp", "convert", "/dev/zero"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.err.contains("over the limit of"), "{}", ran.err);
    assert!(ran.err.contains("at: /dev/zero"), "{}", ran.err);
}

#[test]
fn match_says_which_patterns_are_found_and_where() {
    let place = Place::new();
    let seen = |n: u8, minute: u8, value: &str| {
        json!({ "type": "observed-data", "id": format!("observed-data--{n}"), "number_observed": 1,
            "first_observed": format!("2026-01-01T00:{minute:02}:00Z"), "last_observed": format!("2026-01-01T00:{minute:02}:00Z"),
            "objects": { "0": { "type": "ipv4-addr", "value": value } } })
    };
    let observed = [
        seen(1, 5, "198.51.100.7"),
        seen(2, 6, "203.0.113.9"),
        json!({"type": "observed-data", "id": "observed-data--3"}),
    ];
    place.write("observed.json", &bundle(&observed));
    let pattern = "[ipv4-addr:value ISSUBSET '198.51.100.0/24'] FOLLOWEDBY [ipv4-addr:value = '203.0.113.9'] WITHIN 60 SECONDS";
    let said = place.done(&["stix", "match", pattern, "observed.json"]);
    assert_eq!(
        said["found"][0]["observed"],
        json!(["observed-data--1", "observed-data--2"])
    );
    assert_eq!(said["observed"], 2);
    assert_eq!(said["unusable"][0]["id"], "observed-data--3");

    let none = place.run(&[
        "stix",
        "match",
        "[ipv4-addr:value = '192.0.2.1']",
        "observed.json",
    ]);
    assert_eq!(none.code, 3, "{}", none.err);
    let indicator = |n: u8, pattern: &str| json!({ "type": "indicator", "id": format!("indicator--{n}"), "pattern_type": "stix", "pattern": pattern });
    place.write(
        "indicators.json",
        &bundle(&[
            indicator(1, "[ipv4-addr:value = '203.0.113.9']"),
            indicator(2, "[ipv4-addr:value = '192.0.2.1']"),
            indicator(3, "[ipv4-addr:value = "),
            indicator(4, "[ipv4-addr:value MATCHES '(?=x)']"),
        ]),
    );
    let said = place.done(&["stix", "match", "indicators.json", "observed.json"]);
    assert_eq!(said["found"].as_array().unwrap().len(), 1);
    assert_eq!(said["found"][0]["from"], "indicator--1");
    assert_eq!(said["passed_over"][0]["from"], "indicator--3");
    assert_eq!(said["passed_over"][1]["from"], "indicator--4");
    place.write(
        "lines.txt",
        "[ipv4-addr:value = '192.0.2.1']\n\n[ipv4-addr:value LIKE '203.%']\n",
    );
    let ran = place.run(&["stix", "match", "lines.txt", "observed.json"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("lines.txt:3"), "{}", ran.out);
    assert!(
        ran.out.contains("1 of 2 patterns found in 2 observations"),
        "{}",
        ran.out
    );
    let wrong = place.run(&["stix", "match", "[ipv4-addr:value = x]", "observed.json"]);
    assert_eq!(wrong.code, 2);
    assert!(
        wrong.err.contains("byte 19 of the pattern"),
        "{}",
        wrong.err
    );
    assert_eq!(
        place
            .run(&["stix", "match", "none.json", "observed.json"])
            .code,
        3
    );
}

#[test]
fn from_makes_a_bundle_that_can_be_imported() {
    let place = Place::new();
    let record = |number: u32| {
        json!({ "dataType": "CVE_RECORD", "cveMetadata": { "cveId": format!("CVE-2026-{number}"), "state": "PUBLISHED",
            "assignerShortName": "vendor", "datePublished": "2026-05-01T10:00:00Z" },
            "containers": { "cna": { "references": [{ "url": "none" }] } } })
    };
    place.write("one.json", &record(12345).to_string());
    place.write("two.json", &record(12346).to_string());
    let said = place.done(&["stix", "from", "one.json", "two.json", "--out", "made.json"]);
    // One identity for both.
    assert_eq!(said["objects"], 3);
    assert_eq!(said["left_out"][0]["path"], "/containers/cna/references/0");
    assert_eq!(
        place.done(&["stix", "validate", "made.json"])["files"][0]["must"],
        0
    );
    let printed = place.run(&["stix", "from", "one.json"]);
    assert!(
        printed.out.contains("CVE-2026-12345") && printed.err.contains("left out: one.json:"),
        "{}",
        printed.err
    );
    place.write("other.json", "{}");
    let wrong = place.run(&["stix", "from", "other.json"]);
    assert_eq!(wrong.code, 1);
    assert!(wrong.err.contains("neither a CVE record"), "{}", wrong.err);
}
