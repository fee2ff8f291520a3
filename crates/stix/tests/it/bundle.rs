use kaname_stix::{Container, Limits, StixError, bundle, object};
use proptest::prelude::*;
use serde_json::Value;

const FILE: &str =
    r#"{ "type":"file", "id":"file--ced31cd4-bdcb-537d-aefa-92d291bfc11d",  "name":"a" }"#;

fn read(text: &str) -> Result<(Container, Vec<String>), StixError> {
    let found = bundle(text.as_bytes(), &Limits::default())?;
    Ok((
        found.container,
        found
            .objects
            .iter()
            .map(|raw| raw.get().to_owned())
            .collect(),
    ))
}

#[test]
fn all_containers_keep_the_bytes() {
    let one = vec![FILE.to_owned()];
    let in_bundle = format!(r#"{{"type":"bundle","id":"bundle--x","objects":[ {FILE} ]}}"#);
    assert_eq!(read(&in_bundle).unwrap(), (Container::Bundle, one.clone()));
    assert_eq!(
        read(&format!(r#"{{"more":false,"objects":[{FILE}]}}"#))
            .unwrap()
            .0,
        Container::Envelope
    );
    assert_eq!(
        read(&format!("[{FILE}]")).unwrap(),
        (Container::List, one.clone())
    );
    assert_eq!(
        read(&format!("\u{feff} {FILE}\n")).unwrap(),
        (Container::Single, one)
    );
    assert_eq!(
        read(r#"{"type":"bundle","id":"bundle--x"}"#)
            .unwrap()
            .1
            .len(),
        0
    );
}

#[test]
fn an_object_with_objects_is_one_object() {
    let text = r#"{"type":"observed-data","objects":{"0":{"type":"file"}}}"#;
    assert_eq!(
        read(text).unwrap(),
        (Container::Single, vec![text.to_owned()])
    );
}

#[test]
fn errors_say_where() {
    let text =
        format!(r#"{{"objects":[{FILE},{{"type":"x","a":{{"b":[{{"c":1,"\u0063":2}}]}}}}]}}"#);
    let error = read(&text).unwrap_err();
    let at = text.find("\"\\u0063").unwrap();
    let expected = format!("object 1: duplicate key `c` at `/a/b/0`, byte {at}");
    assert_eq!(error.to_string(), expected);
    let many: String = (0..40).map(|n| format!("\"k{n}\":1,")).collect();
    let error = read(&format!("{{\"type\":\"t\",{many}\"k3\":2}}")).unwrap_err();
    assert!(matches!(error, StixError::DuplicateKey { ref key, .. } if key == "k3"));
}

#[test]
fn limits_are_kept() {
    let small = Limits {
        bytes: 200,
        objects: 2,
        object_bytes: 90,
        depth: 3,
    };
    let error = |text: &str| bundle(text.as_bytes(), &small).unwrap_err().to_string();
    assert_eq!(
        error(&" ".repeat(201)),
        "input has 201 bytes, the limit is 200"
    );
    assert_eq!(error("[{},{},{}]"), "more than 2 objects");
    let long = format!(r#"[{{"a":"{}"}}]"#, "x".repeat(100));
    assert_eq!(
        error(&long),
        "object 0: has 108 bytes, the limit for one object is 90"
    );
    assert!(bundle(br#"{"objects":[{"a":[{}]}]}"#, &small).is_ok());
    let deep = error(r#"{"objects":[{"a":[{"b":[]}]}]}"#);
    assert!(deep.starts_with("object 0: nested deeper than"), "{deep}");
    let hostile = "[".repeat(150);
    assert!(read(&format!(r#"{{"type":"x","a":{hostile}"#)).is_err());
}

#[test]
fn what_is_not_json_is_refused() {
    for bad in [
        "",
        "nul",
        "[1]",
        "{}",
        "[{}] x",
        "[{},]",
        "{\"a\":1,}",
        "[{\"a\":NaN}]",
        "[{\"a\":01}]",
        "[{\"a\":1e999}]",
        "[{\"a\":\"\\ud800\"}]",
        "[{\"a\":\"\\udc00\\ud800\"}]",
        "[{\"a\":\"\n\"}]",
        "[{\"a\":\"\\q\"}]",
        "[{'a':1}]",
        "[{\"a\":-}]",
        "[{\"a\":1.}]",
        "[{\"a\"}]",
        "[{",
    ] {
        assert!(read(bad).is_err(), "{bad}");
    }
    let error = bundle(b"[{\"a\":\"\xff\"}]", &Limits::default()).unwrap_err();
    assert_eq!(error, StixError::Utf8 { offset: 7 });
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>()
            .prop_filter("finite", |n| n.is_finite())
            .prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(".{0,4}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn whatever_serde_writes_is_read(inner in json()) {
        let text = serde_json::json!([{ "type": "x", "inner": inner }]);
        let compact = text.to_string();
        let pretty = serde_json::to_string_pretty(&text).unwrap();
        prop_assert_eq!(&read(&compact).unwrap().1[0], &compact[1..compact.len() - 1]);
        prop_assert!(read(&pretty).is_ok());
    }

    #[test]
    fn agrees_with_serde_on_broken_text(inner in json(), cut in 0_usize..200, put in any::<u8>()) {
        let mut bytes = serde_json::json!([{ "inner": inner }]).to_string().into_bytes();
        let at = cut % bytes.len();
        bytes[at] = put;
        if bundle(&bytes, &Limits::default()).is_ok() {
            prop_assert!(serde_json::from_slice::<Value>(&bytes).is_ok());
        }
    }

    #[test]
    fn never_panics(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = bundle(&bytes, &Limits::default());
    }
}

#[test]
fn what_is_not_json_is_told_as_that() {
    // The first section of a TOML file looks like the beginning of a list.
    for text in ["[store]\npath = 1\n", "[[groups]]\n", "name = 1\n"] {
        let refused = read(text);
        assert!(
            matches!(refused, Err(StixError::Syntax { .. })),
            "{refused:?}"
        );
    }
    let refused = read("[1]").unwrap_err();
    assert!(matches!(refused, StixError::InObject { index: 0, .. }));
}

#[test]
fn an_object_by_itself_is_checked_whole() {
    let read = |text: &str| object(text, &Limits::default());
    assert_eq!(read(FILE).unwrap().type_name(), "file");
    let twice = FILE.replace(r#""name":"a""#, r#""x":{"b":1,"b":2}"#);
    assert!(matches!(read(&twice), Err(StixError::DuplicateKey { .. })));
    let half = FILE.replace(r#""name":"a""#, r#""name":"\ud800""#);
    assert!(matches!(read(&half), Err(StixError::Syntax { .. })));
    let deep = FILE.replace(r#""a""#, &format!("{}{}", "[".repeat(60), "]".repeat(60)));
    assert!(matches!(read(&deep), Err(StixError::TooDeep { .. })));
    for other in [format!("[{FILE}]"), format!(r#"{{"objects":[{FILE}]}}"#)] {
        let refused = read(&other);
        assert!(matches!(refused, Err(StixError::NotStix { .. })), "{other}");
    }
}
