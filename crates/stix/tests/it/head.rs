use kaname_stix::{SpecVersion, StixError, ValueKind, head};
use proptest::prelude::*;

const A: &str = "0a3ead4e-6d47-4ccb-854c-a6a4f9d96b22";

fn object(type_name: &str, rest: &str) -> String {
    format!(r#"{{"type":"{type_name}","spec_version":"2.1","id":"{type_name}--{A}"{rest}}}"#)
}

#[test]
fn a_full_header() {
    let text = object(
        "indicator",
        &format!(
            r#","created":"2026-01-31T09:00:00.000Z","modified":"2026-01-31T09:00:00.000001Z","revoked":true,
            "created_by_ref":"identity--{A}","name":"n\u0061me","labels":["l1","l2"],"confidence":70,"lang":"ja",
            "object_marking_refs":["marking-definition--{A}"],
            "granular_markings":[{{"marking_ref":"marking-definition--{A}","selectors":["name"]}}],
            "external_references":[{{"source_name":"cve","external_id":"CVE-2026-12345","hashes":{{"MD5":"no"}}}},
              {{"source_name":"x","external_id":"X-1"}}],
            "pattern":"[domain-name:value = 'a.example']","pattern_type":"stix",
            "x_deep":{{"list":[{{"some_ref":"malware--{A}","other_refs":["tool--{A}","0"]}}]}}"#
        ),
    );
    let head = head(&text).unwrap();
    assert_eq!(head.spec_version, SpecVersion::V21);
    assert_eq!(head.name.as_deref(), Some("name"));
    assert_eq!(
        head.modified.as_ref().unwrap().text,
        "2026-01-31T09:00:00.000001Z"
    );
    assert_eq!(
        head.version_micros(),
        Some(head.created.as_ref().unwrap().micros + 1)
    );
    assert!(head.revoked && head.has_granular_markings);
    assert_eq!((head.markings.len(), head.granular_markings.len()), (1, 1));
    assert_eq!(
        (head.labels.len(), head.confidence, head.lang.as_deref()),
        (2, Some(70), Some("ja"))
    );
    let refs: Vec<String> = head
        .refs
        .iter()
        .map(|one| format!("{} {}", one.property, one.target.type_name()))
        .collect();
    assert_eq!(refs, ["some_ref malware", "other_refs tool"]);
    let values: Vec<(ValueKind, &str)> = head
        .values
        .iter()
        .map(|value| (value.kind, value.text.as_str()))
        .collect();
    let expected = [
        (ValueKind::Domain, "a.example"),
        (ValueKind::Name, "name"),
        (ValueKind::ExternalId, "X-1"),
        (ValueKind::Cve, "CVE-2026-12345"),
    ];
    assert_eq!(values, expected);
}

#[test]
fn ends_of_relationships_and_sightings() {
    let text = object(
        "relationship",
        &format!(r#","source_ref":"tool--{A}","target_ref":"malware--{A}""#),
    );
    let found = head(&text).unwrap();
    assert_eq!(found.source().unwrap().type_name(), "tool");
    assert_eq!(found.ends().len(), 2);
    let text = object(
        "sighting",
        &format!(r#","sighting_of_ref":"malware--{A}","where_sighted_refs":["identity--{A}"]"#),
    );
    assert_eq!(head(&text).unwrap().ends().len(), 2);
}

#[test]
fn observables_give_their_values() {
    let text = object(
        "file",
        r#","name":"a.exe","hashes":{"SHA-256":"aa","MD5":"bb","other":"cc"}"#,
    );
    let kinds: Vec<ValueKind> = head(&text)
        .unwrap()
        .values
        .iter()
        .map(|value| value.kind)
        .collect();
    assert_eq!(
        kinds,
        [ValueKind::Md5, ValueKind::Sha256, ValueKind::FileName]
    );
    let text = object("autonomous-system", r#","number":64500"#);
    let found = head(&text).unwrap();
    assert_eq!(found.values[0].text, "64500");
}

#[test]
fn version_20_is_told() {
    let text = format!(r#"{{"type":"malware","id":"malware--{A}"}}"#);
    let found = head(&text).unwrap();
    assert_eq!(found.spec_version.as_str(), "2.0");
    assert!(matches!(
        found.require_21(),
        Err(StixError::Version20 { .. })
    ));
    let text = format!(r#"{{"type":"url","id":"url--{A}","value":"x"}}"#);
    assert!(head(&text).unwrap().require_21().is_ok());
}

#[test]
fn what_restricts_is_never_passed_over() {
    for rest in [
        r#","object_marking_refs":["nonsense"]"#,
        r#","object_marking_refs":null"#,
        r#","object_marking_refs":[1]"#,
        r#","object_marking_refs":{"a":"b"}"#,
        r#","granular_markings":"x""#,
        r#","granular_markings":[{"marking_ref":7}]"#,
        r#","granular_markings":[{"marking_ref":"x"}]"#,
        r#","created_by_ref":"x""#,
        r#","revoked":"yes""#,
        r#","modified":"today""#,
        r#","spec_version":"3.0""#,
        r#","revoked":false,"revoked":true"#,
    ] {
        assert!(head(&object("tool", rest)).is_err(), "{rest}");
    }
    let single = object(
        "tool",
        &format!(r#","granular_markings":{{"marking_ref":"marking-definition--{A}"}}"#),
    );
    assert!(head(&single).unwrap().has_granular_markings);
    for text in [
        "",
        "[]",
        "{}",
        "1",
        r#"{"type":"tool"}"#,
        &format!(r#"{{"type":"tool","id":"file--{A}"}}"#),
    ] {
        assert!(head(text).is_err(), "{text}");
    }
}

proptest! {
    #[test]
    fn never_panics(text in r#"[a-z_"{}\[\]:,0-9 ]{0,80}"#) {
        let _ = head(&text);
        let _ = head(&object("tool", &format!(",{text}")));
    }
}
