//! PyMISP, unchanged, against the program: what members' scripts read, and what they hand in.

use std::process::Command;

use serde_json::{Value, json};

use crate::{
    client::{Demo, python},
    program::Place,
    serving::Server,
    taxii::{OPEN, layout},
};

/// What the script tells; `None` where there is no PyMISP.
fn told(arguments: &[&str]) -> Option<Value> {
    let Some(python) = python() else {
        eprintln!("skipped: no PyMISP; run ./setup --test and set KANAME_PYTHON");
        return None;
    };
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../e2e/misp_client.py");
    let ran = Command::new(python)
        .arg(script)
        .args(arguments)
        .output()
        .unwrap();
    let error = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{error}");
    Some(serde_json::from_slice(&ran.stdout).unwrap())
}

#[test]
fn a_members_script_reads_what_was_released() {
    let place = Place::new();
    let demo = Demo::start(&place);
    let url = demo.guide["url"].as_str().unwrap().trim_end_matches('/');
    let Some(answer) = told(&[&format!("{url}/misp/"), demo.key()]) else {
        return;
    };
    let read = &answer["read"];
    let events = read["events"].as_array().unwrap();
    assert!(events.len() > 3, "{read}");
    for event in events {
        let tags = event["tags"].as_array().unwrap();
        let has = |start: &str| {
            tags.iter()
                .any(|tag| tag.as_str().unwrap().starts_with(start))
        };
        assert!(has("tlp:") && has("PAP:"), "{event}");
    }
    assert!(read["attributes"].as_u64().unwrap() >= events.len() as u64);
    assert_eq!(
        (&read["missing"], &read["unknown"]),
        (&json!(false), &json!(400))
    );
}

#[test]
fn a_script_hands_in_an_event_and_claims_another() {
    let place = Place::founded();
    for party in ["minato", "kaihin"] {
        place.add_member(party);
    }
    place.write("layout.json", &layout(0).to_string());
    place.done(&["taxii", "load", "layout.json"]);
    let mine = place.key(
        "minato",
        &["taxii:read", "taxii:post", "submissions:read", "feedback"],
    );
    let theirs = place.key("kaihin", &["taxii:read"]);
    let server = Server::start(&place);
    let url = format!("http://{}/misp/", server.address);
    let Some(answer) = told(&[&url, &theirs, "--post", &mine]) else {
        return;
    };
    let posted = &answer["posted"];
    assert_eq!(posted["added"], "203.0.113.99");
    assert_eq!(posted["published"], false);
    let said = posted["said"].as_str().unwrap();
    assert!(said.starts_with("Handed in"), "{posted}");
    assert_eq!(posted["sighting"], 404);
    let own = &answer["own"];
    assert_eq!((&own["tagged"], &own["left"]), (&json!(403), &json!(false)));
    assert!(
        own["gone"].as_str().unwrap().contains("taken back"),
        "{own}"
    );
    let none = &answer["after"]["events"];
    assert_eq!(*none, json!([]), "nobody reads what was handed in");
    let others = place.key("kaihin", &["taxii:read", "taxii:post"]);
    let asked = [
        &url,
        &theirs,
        "--post",
        &mine,
        "--collection",
        OPEN,
        "--propose",
        &others,
    ];
    let claimed = told(&asked).unwrap();
    let posted = &claimed["posted"];
    assert_eq!(posted["said"], "Published.");
    assert_eq!(claimed["referred"], json!([1, "downloaded-from", true]));
    let own = &claimed["own"];
    assert_eq!(
        own["tags"],
        json!(["kill-chain:delivery", "workflow:state=\"draft\""])
    );
    assert_eq!(
        (&own["local"], &own["restored"]),
        (&json!(403), &json!(403))
    );
    assert_eq!(own["values"], json!(["with a word in Japanese: 偽の更新"]));
    assert_eq!(
        (&own["gone"], &own["left"]),
        (&json!("Event deleted."), &json!(false))
    );
    let proposed = &claimed["proposed"];
    assert_eq!(
        (&proposed["listed"], &proposed["left"], &proposed["seen"]),
        (&json!(3), &json!(0), &json!("proposed.bad.example"))
    );
    for refused in ["refused", "own", "group"] {
        assert_eq!(proposed[refused], 403, "{proposed}");
    }
    assert_eq!(proposed["missing"], 404);
    // What was proposed stands beside the event, in the name of whoever proposed it.
    let events = claimed["after"]["events"].as_array().unwrap();
    let is_proposal = |one: &&Value| one["info"].as_str().unwrap().starts_with("Proposal");
    let (proposals, own): (Vec<&Value>, Vec<&Value>) = events.iter().partition(is_proposal);
    assert_eq!(proposals.len(), 2, "{claimed}");
    let [event] = own.as_slice() else {
        panic!("{claimed}");
    };
    assert_eq!(
        (&event["uuid"], &event["distribution"]),
        (&posted["uuid"], &json!(1))
    );
    assert_eq!(event["values"], proposed["values"]);
    let values = event["values"].as_array().unwrap();
    assert_eq!(values.len(), 4, "{values:?}");
    assert!(values.contains(&json!("changed.bad.example")));
    assert_eq!(event["objects"], json!(["file"]));
}
