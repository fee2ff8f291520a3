use kaname_stix::{Severity, check};
use serde_json::{Value, json};

const A: &str = "0a3ead4e-6d47-4ccb-854c-a6a4f9d96b22";

fn base(type_name: &str, further: Value) -> Value {
    let mut object = json!({
        "type": type_name,
        "spec_version": "2.1",
        "id": format!("{type_name}--{A}"),
        "created": "2026-01-31T09:00:00.000Z",
        "modified": "2026-01-31T09:00:00.000Z",
    });
    for (key, value) in further.as_object().unwrap() {
        object[key] = value.clone();
    }
    object
}

/// `path rule` of every finding of a severity, sorted: the order of members in a JSON object, and so
/// of findings, depends on whether serde_json keeps it.
fn found(value: &Value, severity: Severity) -> Vec<String> {
    let findings = check(value);
    let of = findings
        .iter()
        .filter(|finding| finding.severity == severity);
    sorted(of.map(|finding| format!("{} {}", finding.path, finding.rule)))
}

fn sorted(said: impl IntoIterator<Item = impl Into<String>>) -> Vec<String> {
    let mut said: Vec<String> = said.into_iter().map(Into::into).collect();
    said.sort();
    said
}

fn errors(value: &Value) -> Vec<String> {
    found(value, Severity::Must)
}

#[test]
fn good_objects_have_no_findings() {
    let indicator = base(
        "indicator",
        json!({
            "pattern": "[url:value = 'x']", "pattern_type": "stix", "valid_from": "2026-01-31T09:00:00Z",
            "valid_until": "2026-02-28T09:00:00Z", "indicator_types": ["malicious-activity"], "confidence": 100,
        }),
    );
    assert_eq!(check(&indicator), vec![]);
    let report = base(
        "report",
        json!({
            "name": "r", "published": "2026-01-31T09:00:00Z",
            "object_refs": [format!("x-new--{A}"), format!("indicator--{A}"), format!("url--{A}")],
            "granular_markings": [{ "lang": "ja", "selectors": ["name", "object_refs.[0]"] }],
        }),
    );
    assert_eq!(check(&report), vec![]);
}

#[test]
fn each_rule_finds() {
    let cases = [
        (
            base("indicator", json!({})),
            vec![
                "/pattern required",
                "/pattern_type required",
                "/valid_from required",
            ],
        ),
        (
            base(
                "indicator",
                json!({ "pattern": " ", "pattern_type": "stix",
            "valid_from": "2026-01-31T09:00:00Z", "valid_until": "2026-01-31T09:00:00Z" }),
            ),
            vec!["/pattern empty", "/valid_until time-order"],
        ),
        (
            base(
                "tool",
                json!({ "name": 1, "confidence": 101, "labels": [], "lang": null }),
            ),
            vec![
                "/confidence range",
                "/labels empty-list",
                "/lang type-string",
                "/name type-string",
            ],
        ),
        (
            base("tool", json!({ "name": "t", "created": "yesterday" })),
            vec!["/created timestamp"],
        ),
        (
            base(
                "tool",
                json!({ "name": "t", "modified": "2025-01-31T09:00:00.000Z" }),
            ),
            vec!["/modified time-order"],
        ),
        (
            base("tool", json!({ "name": "t", "id": format!("file--{A}") })),
            vec!["/id id-type"],
        ),
        (
            base(
                "tool",
                json!({ "name": "t", "created_by_ref": format!("tool--{A}") }),
            ),
            vec!["/created_by_ref reference-type"],
        ),
        (
            base(
                "tool",
                json!({ "name": "t", "external_references": [{ "url": "https://example.org/" }, { "source_name": "s" }] }),
            ),
            vec![
                "/external_references/0/source_name required",
                "/external_references/1 any-of",
            ],
        ),
        (
            base(
                "opinion",
                json!({ "opinion": "maybe", "object_refs": [format!("tool--{A}")] }),
            ),
            vec!["/opinion enum"],
        ),
        (
            base("malware", json!({ "is_family": true })),
            vec!["/name required"],
        ),
        (
            base(
                "relationship",
                json!({ "relationship_type": "x", "source_ref": format!("sighting--{A}"),
            "target_ref": format!("x-mine--{A}") }),
            ),
            vec!["/source_ref reference-type"],
        ),
        (
            base(
                "tool",
                json!({ "name": "t", "granular_markings": [{ "lang": "ja", "selectors": ["nope"] }] }),
            ),
            vec!["/granular_markings/0/selectors/0 selector"],
        ),
        (
            base("tool", json!({ "name": "t", "Bad-Name": 1, "x_ok": null })),
            vec!["/Bad-Name property-name", "/x_ok null"],
        ),
        (
            base("location", json!({ "latitude": 91 })),
            vec!["/latitude range", "/longitude needs"],
        ),
        (
            base(
                "observed-data",
                json!({ "first_observed": "2026-01-31T09:00:00Z",
            "last_observed": "2026-01-30T09:00:00Z", "number_observed": 0 }),
            ),
            vec![
                "/number_observed range",
                " any-of",
                "/last_observed time-order",
            ],
        ),
    ];
    for (object, expected) in cases {
        assert_eq!(errors(&object), sorted(expected), "{object}");
    }
}

#[test]
fn observables_are_checked() {
    let file = json!({ "type": "file", "id": format!("file--{A}"), "hashes": { "MD5": "xyz", "HAVAL": "1" } });
    assert_eq!(errors(&file), ["/hashes/MD5 hash"]);
    assert_eq!(
        found(&file, Severity::Should),
        sorted(["/hashes/HAVAL hash-algorithm", "/id sco-id"])
    );
    let domain = json!({ "type": "domain-name", "id": format!("domain-name--{A}") });
    assert_eq!(errors(&domain), ["/value required"]);
    let traffic = json!({ "type": "network-traffic", "id": format!("network-traffic--{A}"),
        "src_port": 70000, "protocols": ["tcp"],
        "extensions": { "socket-ext": { "address_family": "AF_X" } } });
    assert_eq!(
        errors(&traffic),
        sorted([
            "/extensions/socket-ext/address_family enum",
            "/src_port range",
            " any-of",
        ])
    );
}

#[test]
fn warnings_are_no_errors() {
    let object = base(
        "tool",
        json!({ "name": "t", "x_own": 1, "strange": 2, "tool_types": ["own"],
        "created": "2026-01-31T09:00:00.0000Z" }),
    );
    assert_eq!(errors(&object), Vec::<String>::new());
    let expected = [
        "/strange unknown-property",
        "/tool_types/0 vocabulary",
        "/x_own custom-property",
        "/created precision",
    ];
    assert_eq!(found(&object, Severity::Should), sorted(expected));
    let extended = base(
        "tool",
        json!({ "name": "t", "strange": 2, "extensions": {
        format!("extension-definition--{A}"): { "extension_type": "toplevel-property-extension" } } }),
    );
    assert_eq!(check(&extended), vec![]);
}

#[test]
fn odd_values_are_findings() {
    for value in [
        json!(1),
        json!(null),
        json!([]),
        json!({}),
        json!({ "type": 3 }),
        json!({ "type": "bundle" }),
    ] {
        assert!(!errors(&value).is_empty(), "{value}");
    }
    assert!(
        check(&base("tool", json!({ "name": "t" })))
            .iter()
            .all(|finding| finding.section.starts_with(|c: char| c.is_ascii_digit()))
    );
    let many: Vec<Value> = (0..5_000).map(|_| json!(null)).collect();
    assert_eq!(
        check(&base("tool", json!({ "name": "t", "x_list": many }))).len(),
        1_000
    );
}
