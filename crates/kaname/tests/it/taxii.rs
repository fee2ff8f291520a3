//! A whole TAXII layout through the program: loaded, served to the clients people use, dumped, and left
//! out whole when something is wrong or in the way.

use std::process::{Child, Command};

use serde_json::{Value, json};

use crate::{client::python, program::Place, serving::Server};

pub(crate) const OPEN: &str = "91a7b528-80eb-42ed-a74d-c6fbd5a26116";
const SHUT: &str = "64993447-4d7e-4f70-b94d-d7f33742ee63";

pub(crate) fn indicator(n: u32) -> Value {
    json!({
        "type": "indicator", "spec_version": "2.1", "name": format!("偽サイト {n}"),
        "id": format!("indicator--00000000-0000-4000-8000-{n:012}"),
        "created": "2016-01-01T00:00:00.000Z", "modified": "2016-01-01T00:00:00.000Z",
        "pattern": format!("[ipv4-addr:value = '198.51.100.{}']", n % 250),
        "pattern_type": "stix", "valid_from": "2016-01-01T00:00:00Z",
        "indicator_types": ["malicious-activity"],
    })
}

pub(crate) fn layout(count: u32) -> Value {
    // Out of order, and seven at each moment.
    let objects: Vec<Value> = (0..count)
        .rev()
        .map(|n| {
            let second = n / 7 % 60;
            let minute = n / 420 % 60;
            let at = format!("2017-01-27T13:{minute:02}:{second:02}.000000Z");
            json!({ "date_added": at, "object": indicator(n) })
        })
        .collect();
    json!({
        "discovery": {
            "title": "Some TAXII Server", "description": "This TAXII Server contains a listing of",
            "contact": "string containing contact information",
            "default": "http://localhost:5000/trustgroup1/",
            "api_roots": [
                "http://localhost:5000/api1/",
                "http://localhost:5000/trustgroup1/",
            ],
        },
        "roots": [{
            "path": "trustgroup1", "title": "Malware Research Group",
            "description": "A trust group setup for malware researchers",
            "max_content_length": 104_857_600,
            "collections": [
                {
                    "id": OPEN, "alias": "high-value", "title": "High Value Indicator Collection",
                    "description": "for collecting high value IOCs", "kind": "peer",
                    "can_read": true, "can_write": true,
                    "media_types": ["application/stix+json;version=2.1"], "objects": objects,
                },
                {
                    "id": SHUT, "title": "Secret Indicators", "can_read": false,
                    "can_write": false, "objects": [
                        { "date_added": "2017-01-27T13:00:00.000000Z", "object": indicator(1) },
                    ],
                },
            ],
            "statuses": [{
                "id": "2d086da7-4bdc-4f91-900e-d77486753710", "status": "complete",
                "request_timestamp": "2016-11-02T12:34:34.123450Z", "total_count": 1,
                "success_count": 1, "failure_count": 0, "pending_count": 0,
                "successes": [{ "id": "indicator--1", "version": "2016-01-01T00:00:00.000000Z" }],
            }],
        }],
    })
}

/// Objects in one order.
fn in_order(mut layout: Value) -> Value {
    let collections = layout["roots"][0]["collections"].as_array_mut().unwrap();
    collections.sort_by_key(|one| one["id"].to_string());
    for collection in collections {
        let objects = collection["objects"].as_array_mut().unwrap();
        objects.sort_by_key(|one| one["object"]["id"].to_string());
    }
    layout
}

fn dumped(place: &Place) -> Value {
    let ran = place.run(&["taxii", "dump"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    ran.json()
}

/// Kills a process when it has written that much beside the database's file; whether it was still running.
pub(crate) fn killed_after(place: &Place, mut child: Child, bytes: u64) -> bool {
    let log = place.path("kaname-data/kaname.db-wal");
    let begun = std::fs::metadata(&log).map_or(0, |about| about.len());
    while child.try_wait().unwrap().is_none() {
        let now = std::fs::metadata(&log).map_or(0, |about| about.len());
        if now >= begun + bytes {
            child.kill().unwrap();
            return !child.wait().unwrap().success();
        }
        std::thread::yield_now();
    }
    false
}

/// A key of a member.
pub(crate) fn key(place: &Place) -> String {
    place.add_member("minato");
    place.key("minato", &["taxii:read", "taxii:post"])
}

#[test]
fn a_layout_comes_in_and_goes_out_the_same() {
    let place = Place::founded();
    let own = dumped(&place);
    assert_eq!(own["discovery"]["api_roots"], json!(["/taxii2/api/"]));
    assert_eq!(own["roots"][0]["collections"].as_array().unwrap().len(), 2);
    let layout = layout(500);
    place.write("layout.json", &layout.to_string());
    let loaded = place.done(&["taxii", "load", "layout.json"]);
    assert_eq!(
        loaded["loaded"],
        json!({ "roots": 1, "collections": 2, "objects": 501, "statuses": 1 })
    );
    assert_eq!(in_order(dumped(&place)), in_order(layout.clone()));
    let told = place.done(&["taxii", "dump", "--out", "out.json"]);
    assert_eq!(told["dumped"]["objects"], 501);
    let written = std::fs::read_to_string(place.path("out.json")).unwrap();
    assert_eq!(
        in_order(serde_json::from_str(&written).unwrap()),
        in_order(layout)
    );
    let again = place.run(&["taxii", "dump", "--out", "out.json"]);
    assert_eq!(again.code, 4, "none is overwritten");
    assert_eq!(place.done(&["verify", "--rows"])["fault"], Value::Null);
    // What was dumped is a layout for another hub.
    let other = Place::founded();
    other.write("layout.json", &written);
    other.done(&["taxii", "load", "layout.json"]);
    assert_eq!(
        dumped(&other),
        serde_json::from_str::<Value>(&written).unwrap()
    );
}

#[test]
fn a_wrong_layout_is_refused_whole_with_pointer_and_rule() {
    let place = Place::founded();
    let before = dumped(&place);
    let mut wrong = layout(30);
    wrong["roots"][0]["collections"][0]["objects"][7]["date_added"] = json!("yesterday");
    for (text, place_of_it, rule) in [
        (
            wrong.to_string(),
            "wrong.json#/roots/0/collections/0/objects/7/date_added",
            "a moment in UTC",
        ),
        (
            "{\"discovery\": {".to_owned(),
            "wrong.json:1:15#/discovery",
            "not JSON",
        ),
        (
            layout(30).to_string().replacen("偽サイト 29", "\\ud800", 1),
            "wrong.json#/roots/0/collections/0/objects/0/object",
            "at `/name`",
        ),
    ] {
        place.write("wrong.json", &text);
        let ran = place.run(&["taxii", "load", "wrong.json", "--json"]);
        assert_eq!(ran.code, 1, "{}", ran.err);
        let fault = ran.fault();
        assert_eq!(fault["at"], place_of_it);
        assert!(fault["what"].as_str().unwrap().contains(rule), "{fault}");
    }
    assert_eq!(place.run(&["taxii", "load", "nowhere.json"]).code, 3);
    assert_eq!(dumped(&place), before);
}

#[test]
fn a_load_that_is_killed_left_nothing_and_is_done_again() {
    let place = Place::founded();
    let before = dumped(&place);
    let layout = layout(12_000);
    place.write("layout.json", &layout.to_string());
    for written in [1, 400_000, 2_000_000] {
        let load = place
            .command(&["taxii", "load", "layout.json"])
            .spawn()
            .unwrap();
        if !killed_after(&place, load, written) {
            break;
        }
        assert_eq!(dumped(&place), before, "killed after {written} bytes");
    }
    let _ = place.run(&["taxii", "load", "layout.json"]);
    assert_eq!(in_order(dumped(&place)), in_order(layout));
    assert_eq!(place.done(&["verify"])["fault"], Value::Null);
}

#[test]
fn the_clients_people_use_read_post_and_take_out_of_a_loaded_root() {
    let Some(python) = python() else {
        eprintln!("skipped: no taxii2-client and stix2; run ./setup --test and set KANAME_PYTHON");
        return;
    };
    let place = Place::founded();
    place.write("layout.json", &layout(23).to_string());
    place.done(&["taxii", "load", "layout.json"]);
    let key = key(&place);
    let server = Server::start_in(&place, &[], &[("KANAME_TAXII__MAX_PAGE_SIZE", "5")]);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../e2e/taxii_layout.py");
    let url = format!("http://{}/taxii2/", server.address);
    let ran = Command::new(python)
        .args([script, &url, &key])
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{told}");
    let answer: Value = serde_json::from_slice(&ran.stdout).unwrap();
    assert_eq!(
        answer,
        json!({
            "title": "Some TAXII Server", "absent": [404], "roots": ["Malware Research Group"],
            "rights": { OPEN: [true, true], SHUT: [false, false] },
            "objects": 23, "largest_page": 5, "after": 16, "shut": 403,
            "posted": "complete", "there": 24, "gone": 23, "status": 1,
        })
    );
}
