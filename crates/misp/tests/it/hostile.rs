use kaname_misp::{Limits, MispError, events, to_misp, to_stix};
use serde_json::{Value, json};

use super::{assert_sound, bundle_of, event_of};

fn event(parts: &str) -> String {
    format!(
        r#"{{"Event":{{"uuid":"0b6a1f0e-5a53-4c6e-9d3a-2f6e6b7c8d01","info":"i","date":"2026-05-01","timestamp":"1777600000",{parts}}}}}"#
    )
}

fn attribute(last: usize, extra: &str) -> String {
    format!(
        r#"{{"uuid":"0b6a1f0e-5a53-4c6e-9d3a-{last:012x}","type":"domain","value":"a{last}.example"{extra}}}"#
    )
}

#[test]
fn each_unsound_part_is_named_and_the_rest_converted() {
    let deep = format!("{}1{}", "[".repeat(60), "]".repeat(60));
    let attributes = [
        attribute(1, ""),
        attribute(2, r#","x":{"a/b":[{"k":1,"k":2}]}"#),
        attribute(3, &format!(r#","x":{deep}"#)),
        r#"{"type":"domain"}"#.to_owned(),
        "17".to_owned(),
        r#"{"uuid":"no","type":"domain","value":"x.example"}"#.to_owned(),
        attribute(1, ""),
        attribute(8, r#","x":1e999"#),
        attribute(9, r#","x":"\ud800""#),
        attribute(10, r#","comment":"\u0000'; DROP TABLE x; <script>""#),
    ];
    let document = event(&format!(r#""Attribute":[{}]"#, attributes.join(",")));
    let (bundle, done) = bundle_of(&document);
    let found: Vec<(&str, &str)> = done
        .findings
        .iter()
        .map(|finding| (finding.pointer.as_str(), finding.rule))
        .collect();
    let deepest = format!("/Event/Attribute/2/x{}", "/0".repeat(31));
    assert_eq!(
        found,
        [
            ("/Event/Attribute/1/x/a~1b/0/k", "duplicate-key"),
            (deepest.as_str(), "depth"),
            ("/Event/Attribute/3/value", "required"),
            ("/Event/Attribute/4", "object"),
            ("/Event/Attribute/5/uuid", "uuid"),
            ("/Event/Attribute/6/uuid", "duplicate-uuid"),
            ("/Event/Attribute/7/x", "json"),
            ("/Event/Attribute/8/x", "json"),
        ]
    );
    assert_sound(&bundle);
    let values: Vec<Value> = event_of(&bundle)["Attribute"]
        .as_array()
        .unwrap()
        .iter()
        .map(|attribute| attribute["value"].clone())
        .collect();
    assert_eq!(values, [json!("a1.example"), json!("a10.example")]);
}

#[test]
fn what_is_no_event_is_a_fault_with_its_place() {
    let limits = Limits::default();
    for bad in [
        "",
        "{",
        "{}",
        "[1]",
        "null",
        "{\"Event\":{\"info\":NaN}}",
        "{\"Event\":1,\"Event\":2}",
    ] {
        let whole = events(bad.as_bytes(), &limits);
        let part = whole.map(|list| list.iter().any(Result::is_err));
        assert!(part.unwrap_or(true), "{bad}");
        assert!(
            to_misp(bad.as_bytes(), &limits, &mut Vec::new()).is_err(),
            "{bad}"
        );
    }
    let found = events(b"\xff", &limits);
    assert!(matches!(found, Err(MispError::NotText { offset: 0 })));
    let short = Limits { bytes: 3, ..limits };
    assert!(matches!(
        events(b"{}  ", &short),
        Err(MispError::TooLong { .. })
    ));
    // One event without a UUID among others.
    let list = format!("[{},{{\"Event\":{{\"info\":\"x\"}}}}]", event("\"a\":1"));
    let found = events(list.as_bytes(), &limits).unwrap();
    assert!(found[0].is_ok());
    let Err(MispError::Form { pointer, .. }) = &found[1] else {
        panic!("an event without a UUID");
    };
    assert_eq!(pointer, "/1/Event");
}

#[test]
fn an_event_of_many_attributes_is_converted_whole() {
    let attributes: Vec<String> = (1..=10_000).map(|n| attribute(n, "")).collect();
    let document = event(&format!(r#""Attribute":[{}]"#, attributes.join(",")));
    let read = events(document.as_bytes(), &Limits::default()).unwrap();
    let mut out = Vec::new();
    let done = to_stix(read[0].as_ref().unwrap(), &mut out);
    assert_eq!((done.attributes, done.findings.len()), (10_000, 0));
    let mut back = Vec::new();
    let done = to_misp(&out, &Limits::default(), &mut back).unwrap();
    assert_eq!((done.attributes, done.findings.len()), (10_000, 0));
    let few = Limits {
        elements: 9_999,
        ..Limits::default()
    };
    assert!(matches!(
        &events(document.as_bytes(), &few).unwrap()[0],
        Err(MispError::TooMany { limit: 9_999 })
    ));
}
