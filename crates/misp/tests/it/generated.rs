//! Generated events come back as they were, whatever their members are.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{assert_sound, bundle_of, event_of};

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(".{0,6}", inner, 0..4)
                .prop_map(|map| { Value::Object(map.into_iter().collect()) }),
        ]
    })
}

fn typed() -> impl Strategy<Value = (String, String)> {
    let types = prop::sample::select(vec![
        "ip-dst",
        "ip-src",
        "domain",
        "hostname",
        "domain|ip",
        "ip-dst|port",
        "url",
        "email",
        "AS",
        "md5",
        "filename|sha1",
        "regkey|value",
        "mutex",
        "vulnerability",
        "yara",
        "stix2-pattern",
        "btc",
        "",
    ]);
    let values = prop_oneof![
        Just("203.0.113.7".to_owned()),
        Just("2001:db8::/32".to_owned()),
        Just("evil.example".to_owned()),
        Just("evil.example|203.0.113.7".to_owned()),
        Just("203.0.113.7|443".to_owned()),
        Just("http://evil.example/a?b='c'\\".to_owned()),
        Just("a@evil.example".to_owned()),
        Just("AS64496".to_owned()),
        Just("d41d8cd98f00b204e9800998ecf8427e".to_owned()),
        Just("HKLM\\Run|x|y".to_owned()),
        Just(
            "[file:name = 'a' AND file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e']".to_owned()
        ),
        ".{0,20}",
    ];
    (types.prop_map(str::to_owned), values)
}

fn attribute() -> impl Strategy<Value = Value> {
    let time = prop_oneof![
        Just(json!("1777600000")),
        Just(json!("0")),
        Just(json!("-3")),
        Just(json!("99999999999999")),
        Just(Value::Null),
    ];
    let tag = prop::sample::select(vec!["tlp:red", "TLP:WHITE", "tlp:ex:chr", "a:b=\"c\"", ""]);
    let tags = prop::collection::vec(
        tag.prop_map(|name| json!({ "name": name, "id": "1" })),
        0..3,
    );
    let seen = prop::sample::select(vec!["2026-01-01T00:00:00.000000+00:00", "2026-01-01", "x"]);
    let extra = prop::collection::btree_map("[a-z-]{0,4}", value(), 0..3);
    let uuid = any::<u128>().prop_map(|bits| uuid::Uuid::from_u128(bits).to_string());
    let rest = (time, tags, seen, extra, any::<bool>(), any::<bool>());
    (uuid, typed(), rest).prop_map(|(uuid, (kind, value), rest)| {
        let (time, tags, seen, extra, to_ids, deleted) = rest;
        let mut members: serde_json::Map<String, Value> = extra.into_iter().collect();
        let said = json!({
            "uuid": uuid, "type": kind, "value": value, "timestamp": time, "Tag": tags,
            "first_seen": seen, "to_ids": to_ids, "deleted": deleted,
        });
        // The format writes these two otherwise when they are numbers.
        members.remove("id");
        members.append(&mut said.as_object().unwrap().clone());
        Value::Object(members)
    })
}

fn object() -> impl Strategy<Value = Value> {
    let names = vec![
        "file",
        "domain-ip",
        "asn",
        "vulnerability",
        "email",
        "network-connection",
        "own",
    ];
    let relations = vec![
        "filename",
        "md5",
        "domain",
        "ip",
        "asn",
        "id",
        "description",
        "from",
        "dst-port",
        "x",
    ];
    let relation = prop::sample::select(relations);
    let attributes = (attribute(), relation).prop_map(|(mut attribute, relation)| {
        attribute["object_relation"] = json!(relation);
        attribute
    });
    let attributes = prop::collection::vec(attributes, 0..5);
    let name = prop::sample::select(names);
    (attribute(), name, attributes).prop_map(|(mut object, name, attributes)| {
        object["name"] = json!(name);
        object["Attribute"] = json!(attributes);
        object
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_event_comes_back_the_same(
        attributes in prop::collection::vec(attribute(), 0..4),
        objects in prop::collection::vec(object(), 0..3),
        published in any::<bool>(),
        extra in value(),
        info in ".{0,12}",
    ) {
        let event = json!({
            "uuid": "0b6a1f0e-5a53-4c6e-9d3a-2f6e6b7c8d01", "info": info, "date": "2026-05-01",
            "timestamp": "1777600000", "published": published, "extra": extra,
            "Attribute": attributes, "Object": objects, "Tag": [{ "name": "tlp:green" }],
        });
        let (bundle, done) = bundle_of(&json!({ "Event": event }).to_string());
        prop_assert!(done.findings.is_empty(), "{:?}", done.findings);
        assert_sound(&bundle);
        prop_assert_eq!(event_of(&bundle), event);
    }
}
