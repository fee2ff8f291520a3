//! `misp convert`: there and back, and what is said of unsound parts.

use serde_json::{Value, json};

use super::program::Place;

fn event() -> Value {
    json!({ "Event": {
        "uuid": "0b6a1f0e-5a53-4c6e-9d3a-2f6e6b7c8d01", "info": "電力", "date": "2026-05-01",
        "timestamp": "1777600000", "published": false, "own": [null],
        "Attribute": [{ "uuid": "0b6a1f0e-5a53-4c6e-9d3a-2f6e6b7c8d02", "type": "ip-dst",
            "value": "203.0.113.77", "to_ids": true, "timestamp": "1777600000" }],
    } })
}

#[test]
fn an_event_goes_to_stix_and_comes_back_the_same() {
    let place = Place::new();
    std::fs::write(place.path("e.json"), event().to_string()).unwrap();
    let ran = place.run(&["misp", "convert", "e.json", "--out", "stix", "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let told = ran.json();
    assert_eq!(told["files"][0]["attributes"], 1);
    let written = told["files"][0]["written"][0].as_str().unwrap();
    assert_eq!(
        written,
        "stix/e.0b6a1f0e-5a53-4c6e-9d3a-2f6e6b7c8d01.stix.json"
    );
    let ran = place.run(&["misp", "convert", written]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(ran.json(), event());
}

#[test]
fn unsound_parts_are_named_and_left_out_only_when_asked() {
    let place = Place::new();
    let mut event = event();
    let list = event["Event"]["Attribute"].as_array_mut().unwrap();
    list.push(json!({ "type": "domain" }));
    std::fs::write(place.path("e.json"), event.to_string()).unwrap();
    let ran = place.run(&["misp", "convert", "e.json", "--out", "stix", "--json"]);
    assert_eq!(ran.code, 1);
    let cause = "/Event/Attribute/1/value (required): `value` is missing or no text";
    assert_eq!(ran.fault()["because"][0], cause);
    assert_eq!(std::fs::read_dir(place.path("stix")).unwrap().count(), 0);
    let ran = place.run(&[
        "misp",
        "convert",
        "e.json",
        "--out",
        "stix",
        "--skip-bad",
        "--json",
    ]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(ran.json()["files"][0]["left_out"], 1);
    assert_eq!(
        ran.json()["files"][0]["findings"][0]["pointer"],
        "/Event/Attribute/1/value"
    );
    let ran = place.run(&["misp", "convert", "missing.json"]);
    assert_eq!(ran.code, 3);
    let ran = place.run(&["misp", "convert", "e.json", "--json"]);
    assert_eq!(ran.code, 2);
}
