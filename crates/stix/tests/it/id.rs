use kaname_stix::{
    Class, Coarse, ObjectId, TlpMark, canonical_json, check, class_of, coarsen, head, sco_id,
    time::{format_millis, micros},
    tlp_marking_id, tlp_object, tlp_of, tlp1_marking_id,
};
use proptest::prelude::*;
use serde_json::{Value, json};

#[test]
fn ids_are_parsed() {
    let text = "x-mitre-tactic--0a3ead4e-6d47-4ccb-854c-a6a4f9d96b22";
    let id = ObjectId::parse(text).unwrap();
    assert_eq!(
        (id.type_name(), id.to_string().as_str()),
        ("x-mitre-tactic", text)
    );
    assert_eq!(id.class(), None);
    assert_eq!(class_of("sighting"), Some(Class::Sro));
    for bad in [
        "",
        "--",
        "file",
        "File--0a3ead4e-6d47-4ccb-854c-a6a4f9d96b22",
        "file--x",
        "a--0a3ead4e-6d47-4ccb-854c-a6a4f9d96b22",
        "-ab--0a3ead4e-6d47-4ccb-854c-a6a4f9d96b22",
        "file--0a3ead4e6d474ccb854ca6a4f9d96b22",
        "file--{0a3ead4e-6d47-4ccb-854c-a6a4f9d96b22}",
        "file---0a3ead4e-6d47-4ccb-854c-a6a4f9d96b22",
        "日本--0a3ead4e-6d47-4ccb-854c-a6a4f9d96b22",
    ] {
        assert!(ObjectId::parse(bad).is_err(), "{bad}");
    }
}

fn id_of(type_name: &str, object: &Value) -> String {
    sco_id(type_name, object.as_object().unwrap())
        .unwrap()
        .to_string()
}

/// Ids that the reference implementation gives.
#[test]
fn deterministic_ids_agree_with_others() {
    let file = json!({
        "name": "example.exe",
        "size": 68000,
        "hashes": { "SHA-256": "841a8921140aba50671ebb0770fecc4ee308c4952cfeff8de154ab14eeef4649" },
        "extensions": { "windows-pebinary-ext": {
            "pe_type": "exe",
            "machine_hex": "014c",
            "sections": [{
                "name": ".data",
                "size": 4096,
                "entropy": 7.980693,
                "hashes": { "SHA-256": "6e3b6f3978e5cd96ba7abee35c24e867b7e64072e2ecb22d0ee7a6e6af6894d0" },
            }],
        } },
    });
    assert_eq!(
        id_of("file", &file),
        "file--ced31cd4-bdcb-537d-aefa-92d291bfc11d"
    );
    let key = json!({ "values": [
        { "name": "Foo", "data": "qwerty" }, { "name": "Bar", "data": "42" },
    ] });
    let expected = "windows-registry-key--36594eba-bcc7-5014-9835-0e154264e588";
    assert_eq!(id_of("windows-registry-key", &key), expected);
}

#[test]
fn one_hash_contributes_and_processes_have_none() {
    let both = json!({ "hashes": { "SHA-256": "b", "MD5": "a" } });
    assert_eq!(
        id_of("file", &both),
        id_of("file", &json!({ "hashes": { "MD5": "a" } }))
    );
    assert!(sco_id("process", json!({ "pid": 1 }).as_object().unwrap()).is_none());
    assert!(sco_id("file", json!({ "size": 1 }).as_object().unwrap()).is_none());
}

/// The number and key examples of RFC 8785 §3.2.
#[test]
fn canonical_json_is_rfc_8785() {
    let text = r#"{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],
        "string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}"#;
    let expected = "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],\
        \"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}";
    assert_eq!(
        canonical_json(&serde_json::from_str(text).unwrap()),
        expected
    );
    let keys: Value = serde_json::from_str(
        r#"{"\u20ac":1,"\r":2,"\ufb33":3,"1":4,"\ud83d\ude00":5,"\u0080":6,"\u00f6":7}"#,
    )
    .unwrap();
    let expected = "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"ö\":7,\"€\":1,\"😀\":5,\"\u{fb33}\":3}";
    assert_eq!(canonical_json(&keys), expected);
}

#[test]
fn tlp_objects_are_valid_and_map_both_ways() {
    for mark in TlpMark::ALL {
        let value: Value = serde_json::from_str(tlp_object(mark)).unwrap();
        assert_eq!(check(&value), vec![], "{mark:?}");
        let id = head(tlp_object(mark)).unwrap().id;
        assert_eq!((tlp_of(&id), tlp_marking_id(mark)), (Some(mark), id));
        if let Some(old) = tlp1_marking_id(mark) {
            assert_eq!(tlp_of(&old), Some(mark));
        }
    }
    let white = "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9"
        .parse()
        .unwrap();
    assert_eq!(tlp_of(&white), Some(TlpMark::Clear));
    let other = "identity--613f2e26-407d-48c7-9eca-b8e91df99dc9"
        .parse()
        .unwrap();
    assert_eq!(tlp_of(&other), None);
}

#[test]
fn times_are_read_strictly() {
    assert_eq!(micros("1970-01-01T00:00:00Z"), Some(0));
    assert_eq!(
        micros("2016-05-07T11:22:30.1234569Z"),
        Some(1_462_620_150_123_456)
    );
    assert_eq!(
        micros("2016-12-31T23:59:60Z"),
        micros("2017-01-01T00:00:00.000Z")
    );
    assert!(micros("2024-02-29T00:00:00Z").is_some() && micros("2023-02-29T00:00:00Z").is_none());
    for bad in [
        "2016-05-07 11:22:30Z",
        "2016-05-07T11:22:30",
        "2016-05-07T11:22:30+00:00",
        "2016-13-07T11:22:30Z",
        "2016-05-07T24:22:30Z",
        "2016-05-07T11:22:30.Z",
        "",
        "Z",
    ] {
        assert_eq!(micros(bad), None, "{bad}");
    }
}

/// A moment within the second after a full hour's end, before 1970.
#[test]
fn before_1970_parts_of_a_second_are_coarsened_downwards() {
    let moment = jiff::Timestamp::from_millisecond(-6_213_488_400_001).unwrap();
    for to in [Coarse::Hour, Coarse::Day, Coarse::Month] {
        assert!(coarsen(moment, to) <= moment, "{to:?}");
    }
}

proptest! {
    #[test]
    fn times_agree_with_jiff(at in -60_000_000_000_000_i64..200_000_000_000_000) {
        let moment = jiff::Timestamp::from_millisecond(at).unwrap();
        prop_assert_eq!(micros(&format_millis(moment)), Some(at * 1_000));
        for to in [Coarse::Hour, Coarse::Day, Coarse::Month] {
            let coarse = coarsen(moment, to);
            prop_assert!(coarse <= moment);
            prop_assert_eq!(coarsen(coarse, to), coarse);
        }
        let month = format_millis(coarsen(moment, Coarse::Month));
        prop_assert_eq!(month, format!("{}-01T00:00:00.000Z", &format_millis(moment)[..7]));
    }

    #[test]
    fn ids_never_panic(text in ".{0,60}") {
        if let Ok(id) = ObjectId::parse(&text) {
            prop_assert_eq!(ObjectId::parse(&id.to_string()).unwrap(), id);
        }
    }
}
