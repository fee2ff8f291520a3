use serde_json::{Value, json};

use super::{EVENT, assert_sound, bundle_of, event_of, objects};

/// The fixture as the format writes it: three of its members come as numbers or as a text.
fn written() -> Value {
    let document: Value = serde_json::from_str(EVENT).unwrap();
    let mut event = document["response"][0]["Event"].clone();
    event["id"] = json!("42");
    event["timestamp"] = json!("1777600000");
    event["locked"] = json!(false);
    event
}

#[test]
fn an_event_with_every_feature_comes_back_the_same() {
    let (bundle, done) = bundle_of(EVENT);
    assert_eq!(done.findings, []);
    assert_eq!(done.attributes, 25);
    assert_sound(&bundle);
    assert_eq!(event_of(&bundle), written());
}

#[test]
fn each_element_becomes_what_says_the_most_of_it() {
    let (bundle, _) = bundle_of(EVENT);
    let by_id = |id: &str| {
        let all = bundle["objects"].as_array().unwrap();
        let found = all.iter().find(|object| object["id"] == id);
        found.unwrap_or_else(|| panic!("no {id}")).clone()
    };
    let uuid = |last: &str| format!("0b6a1f0e-5a53-4c6e-9d3a-2f6e6b7c8d{last}");
    let indicator = by_id(&format!("indicator--{}", uuid("02")));
    assert_eq!(indicator["pattern"], "[ipv4-addr:value = '203.0.113.77']");
    assert_eq!(indicator["valid_until"], "2026-05-02T00:00:00.000000Z");
    assert_eq!(indicator["description"], "C2");
    let two = by_id(&format!("indicator--{}", uuid("04")));
    assert_eq!(
        two["pattern"],
        "[domain-name:value = 'evil.example' AND ipv4-addr:value = '203.0.113.77']"
    );
    let gone = by_id(&format!("indicator--{}", uuid("05")));
    assert_eq!(gone["revoked"], true, "a deleted attribute detects nothing");
    assert_eq!(
        gone["pattern"],
        "[file:name = 'it\\'s a \\\\ trick.exe' AND file:hashes.'SHA-256' = \
         'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855']"
    );
    assert_eq!(
        by_id(&format!("indicator--{}", uuid("06")))["pattern_type"],
        "yara"
    );
    assert_eq!(
        by_id(&format!("vulnerability--{}", uuid("07")))["name"],
        "CVE-2026-12345"
    );
    assert_eq!(
        by_id(&format!("misp-attribute--{}", uuid("08")))["misp_type"],
        "btc"
    );
    assert_eq!(
        by_id(&format!("misp-attribute--{}", uuid("0a")))["misp_value"],
        "not a hash"
    );
    // A root's short name stands in a pattern, never in an observable.
    let key = by_id(&format!("indicator--{}", uuid("0c")));
    assert!(key["pattern"].as_str().unwrap().contains("key = 'HKLM"));
    assert_eq!(
        by_id(&format!("misp-attribute--{}", uuid("0d")))["misp_type"],
        "regkey"
    );
    let file = by_id(&format!("indicator--{}", uuid("10")));
    assert_eq!(
        file["pattern"],
        "[file:name = 'a.exe' AND file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e']"
    );
    assert_eq!(
        by_id(&format!("attack-pattern--{}", uuid("1c")))["name"],
        "Spearphishing"
    );
    assert_eq!(by_id(&format!("note--{}", uuid("1e")))["abstract"], "経過");
    let relationship = by_id(&format!("relationship--{}", uuid("20")));
    assert_eq!(relationship["relationship_type"], "connects-to");
    assert_eq!(
        relationship["target_ref"],
        format!("observed-data--{}", uuid("11"))
    );
    let actor = by_id("intrusion-set--f512de42-f76b-40d2-9923-59e7dbdfec35");
    assert_eq!(actor["aliases"], json!(["Voodoo Bear", "TeleBots"]));
    let sighting = by_id(&format!("sighting--{}", uuid("30")));
    assert_eq!(sighting["sighting_of_ref"], indicator["id"]);
    assert_eq!(
        objects(&bundle, "sighting").len(),
        1,
        "a false positive is no sighting"
    );
    let report = by_id(&format!("report--{}", uuid("01")));
    assert_eq!(report["created"], "2026-05-01T00:00:00.000Z");
    assert_eq!(report["name"], "電力分野への標的型攻撃");
}

#[test]
fn what_two_elements_share_is_under_the_markings_of_both() {
    let (bundle, _) = bundle_of(EVENT);
    let amber = kaname_stix::tlp_marking_id(kaname_stix::TlpMark::Amber).to_string();
    let red = kaname_stix::tlp_marking_id(kaname_stix::TlpMark::Red).to_string();
    let address = objects(&bundle, "ipv4-addr");
    let address = address
        .iter()
        .find(|ip| ip["value"] == "203.0.113.77")
        .unwrap();
    // The event is for a sharing group, whose marking stands before all that refer to it.
    let group = objects(&bundle, "marking-definition")[0];
    let extension = &group["extensions"][kaname_misp::EXTENSION];
    assert_eq!(extension["misp_distribution"], "group");
    assert_eq!(bundle["objects"][0], *group);
    let group = &group["id"];
    assert_eq!(address["object_marking_refs"], json!([amber, red, group]));
    let malware = objects(&bundle, "malware")[0];
    assert_eq!(malware["object_marking_refs"], json!([amber, group]));
    // An attribute inside an object marks the whole object.
    let observed = objects(&bundle, "observed-data");
    let pair = observed
        .iter()
        .find(|seen| seen["id"].as_str().unwrap().ends_with("8d11"));
    assert_eq!(
        pair.unwrap()["object_marking_refs"],
        json!([amber, red, group])
    );
}

#[test]
fn what_stands_beside_two_groups_is_for_neither() {
    let group = |uuid: &str| json!({ "uuid": uuid, "SharingGroupOrg": [] });
    let mut event = event_at("4", "4");
    event["SharingGroup"] = group("5f1c2d3e-0000-4000-8000-00000000b001");
    event["Attribute"][0]["SharingGroup"] = group("5f1c2d3e-0000-4000-8000-00000000b002");
    let (bundle, done) = bundle_of(&json!({ "Event": event }).to_string());
    assert_sound(&bundle);
    assert_eq!(done.findings, []);
    let first = |object: &Value| object["id"].as_str().unwrap().ends_with("a003");
    let all = bundle["objects"].as_array().unwrap();
    let apart = all.iter().find(|one| first(one)).unwrap();
    assert_eq!(apart["object_marking_refs"], json!([HELD]));
    assert!(all.iter().any(|one| one["id"] == HELD));
    // A group that nobody can know again is told once, and holds what names it.
    event["SharingGroup"] = json!({ "id": "7" });
    let (bundle, done) = bundle_of(&json!({ "Event": event }).to_string());
    let [told] = done.findings.as_slice() else {
        panic!("{:?}", done.findings);
    };
    assert_eq!(told.rule, kaname_misp::SHARING_GROUP);
    assert_eq!(told.severity, kaname_misp::Severity::Warning);
    let report = objects(&bundle, "report")[0];
    assert_eq!(report["object_marking_refs"], json!([HELD]));
}

#[test]
fn what_elements_say_of_threats_comes_when_these_are_there() {
    let (bundle, _) = bundle_of(EVENT);
    let all = bundle["objects"].as_array().unwrap();
    let place = |id: &Value| all.iter().position(|one| one["id"] == *id).unwrap();
    let mut count = 0;
    for (at, one) in all.iter().enumerate() {
        if one["type"] == "relationship" {
            count += 1;
            assert!(
                place(&one["source_ref"]) < at && place(&one["target_ref"]) < at,
                "{one}"
            );
        }
    }
    assert!(count > 1);
}

#[test]
fn what_is_changed_in_the_stix_reaches_the_event() {
    let (mut bundle, _) = bundle_of(EVENT);
    let red = kaname_stix::tlp_marking_id(kaname_stix::TlpMark::Red).to_string();
    for object in bundle["objects"].as_array_mut().unwrap() {
        if object["type"] == "report" {
            object["name"] = json!("another name");
            object["object_marking_refs"] = json!([red]);
        }
        if object["id"] == "indicator--0b6a1f0e-5a53-4c6e-9d3a-2f6e6b7c8d02" {
            object["pattern"] = json!("[ipv4-addr:value = '198.51.100.1']");
            object["labels"] = json!(["new:label=\"x\""]);
        }
    }
    let event = event_of(&bundle);
    assert_eq!(event["info"], "another name");
    let names: Vec<&Value> = event["Tag"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tag| &tag["name"])
        .collect();
    assert!(names.contains(&&json!("tlp:red")), "{names:?}");
    assert!(!names.contains(&&json!("tlp:amber")), "{names:?}");
    assert_eq!(event["Attribute"][0]["value"], "198.51.100.1");
    assert_eq!(event["Attribute"][0]["Tag"][0]["name"], "new:label=\"x\"");
}

/// The marking of what may not go beyond an organisation or a sharing group.
const HELD: &str = "marking-definition--6d0c2b7e-94a1-4f58-b3d9-2e7f15c80a46";

/// The objects of an event's bundle, with whether each is marked as held.
fn held(event: &Value, distribution: kaname_misp::Distribution) -> Vec<(String, bool)> {
    let text = json!({ "Event": event }).to_string();
    let events = kaname_misp::events(text.as_bytes(), &kaname_misp::Limits::default()).unwrap();
    let mut out = Vec::new();
    let done = kaname_misp::to_stix_with(events[0].as_ref().unwrap(), distribution, &mut out);
    let bundle: Value = serde_json::from_slice(&out).unwrap();
    let objects = bundle["objects"].as_array().unwrap();
    let marked = |object: &Value| {
        let refs = object["object_marking_refs"].as_array();
        refs.is_some_and(|refs| refs.contains(&json!(HELD)))
    };
    let defined = objects.iter().any(|object| object["id"] == HELD);
    assert_eq!(defined, objects.iter().any(marked));
    assert_eq!(defined, done.held);
    let all = objects.iter().filter(|one| one["id"] != HELD);
    all.map(|one| (one["type"].as_str().unwrap().to_owned(), marked(one)))
        .collect()
}

fn event_at(distribution: &str, attribute: &str) -> Value {
    json!({
        "uuid": "5f1c2d3e-0000-4000-8000-00000000a001", "info": "held", "published": true,
        "timestamp": "1763600000", "distribution": distribution,
        "Orgc": { "uuid": "5f1c2d3e-0000-4000-8000-00000000a002", "name": "maker" },
        "Attribute": [
            { "uuid": "5f1c2d3e-0000-4000-8000-00000000a003", "type": "domain", "category": "Network activity",
              "value": "a.example", "to_ids": true, "timestamp": "1763600000", "distribution": attribute },
            { "uuid": "5f1c2d3e-0000-4000-8000-00000000a004", "type": "domain", "category": "Network activity",
              "value": "b.example", "to_ids": true, "timestamp": "1763600000", "distribution": "5" },
        ],
        "EventReport": [
            { "uuid": "5f1c2d3e-0000-4000-8000-00000000a005", "name": "r", "content": "prose",
              "timestamp": "1763600000", "distribution": "5" },
        ],
    })
}

#[test]
fn what_may_not_go_beyond_its_organisation_is_marked_so() {
    use kaname_misp::Distribution::{Ignored, Marked, MarkedThroughout};
    let marked = |event: &Value| -> Vec<String> {
        let all = held(event, Marked).into_iter();
        all.filter(|(_, held)| *held)
            .map(|(kind, _)| kind)
            .collect()
    };
    for open in ["1", "2", "3"] {
        assert!(marked(&event_at(open, "5")).is_empty(), "{open}");
    }
    for shut in ["0", "4", "5", "9"] {
        let all = ["identity", "indicator", "indicator", "note", "report"];
        assert_eq!(marked(&event_at(shut, "3")), all, "{shut}");
    }
    // An attribute narrows what it says itself, and nothing else.
    assert_eq!(marked(&event_at("3", "0")), ["indicator"]);
    assert_eq!(marked(&event_at("3", "4")), ["indicator"]);
    // Where nothing is said, nothing is restricted: so the files of feeds are.
    let mut silent = event_at("3", "5");
    silent.as_object_mut().unwrap().remove("distribution");
    assert!(marked(&silent).is_empty());
    assert!(
        held(&event_at("0", "0"), Ignored)
            .iter()
            .all(|(_, held)| !held)
    );
    // What is kept of others goes with it where it is shown on.
    let mut keeping = event_at("0", "5");
    let kept = json!({ "type": "tool", "spec_version": "2.1", "id": "tool--5f1c2d3e-0000-4000-8000-00000000a006",
        "created": "2026-11-01T00:00:00.000Z", "modified": "2026-11-01T00:00:00.000Z", "name": "t" });
    keeping["Attribute"][0] = json!({ "uuid": "5f1c2d3e-0000-4000-8000-00000000a007", "type": "other",
        "category": "Other", "value": kept.to_string(), "distribution": "5", "timestamp": "1763600000",
        "Tag": [{ "name": "kaname:stix=\"object\"" }] });
    let tool = |distribution| {
        let all = held(&keeping, distribution).into_iter();
        all.filter(|(kind, _)| kind == "tool").collect::<Vec<_>>()
    };
    assert_eq!(tool(Marked), [("tool".to_owned(), false)]);
    assert_eq!(tool(MarkedThroughout), [("tool".to_owned(), true)]);
}

#[test]
fn what_is_marked_comes_back_as_it_was() {
    for (event, attribute) in [("0", "5"), ("3", "4"), ("4", "0")] {
        let said = event_at(event, attribute);
        let text = json!({ "Event": said }).to_string();
        let (bundle, _) = bundle_of(&text);
        let back = event_of(&bundle);
        assert_eq!(back, said);
    }
}
