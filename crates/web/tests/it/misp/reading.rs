//! Events, attributes and objects as they are told.

use kaname_kernel::Tlp;
use serde_json::{Value as Json, json};

use super::{misp_event, setting, text};
use crate::story;

#[tokio::test(flavor = "multi_thread")]
async fn a_client_learns_what_this_is_and_whose_key_it_has() {
    let s = setting().await;
    let version = s.get("servers/getVersion", &s.key).await.json();
    assert_eq!(version["perm_sync"], true);
    assert_eq!(version["perm_sighting"], false);
    let told = s.get("servers/getPyMISPVersion.json", &s.key).await.json();
    assert_eq!(told["version"], version["version"]);
    let me = s.get("users/view/me", &s.key).await.json();
    assert_eq!(me["Organisation"]["name"], "Kaihin Bank");
    assert_eq!(
        (&me["Role"]["perm_sync"], &me["Role"]["perm_add"]),
        (&true.into(), &false.into())
    );
    assert_eq!(s.get("users/view/2", &s.key).await.status, 404);
    let types = s.get("attributes/describeTypes.json", &s.key).await.json();
    let defaults = &types["result"]["sane_defaults"];
    assert_eq!(
        defaults["domain"],
        json!({ "default_category": "Network activity", "to_ids": 1 })
    );
    for (list, at) in [
        ("taxonomies/index", ""),
        ("galaxies/index", ""),
        ("warninglists/index", "/Warninglists"),
        ("sharingGroups/index", "/response"),
    ] {
        let answer = s.get(list, &s.key).await.json();
        assert_eq!(answer.pointer(at), Some(&json!([])), "{list}");
    }
    let tags = s.get("tags/index", &s.key).await.json();
    assert!(
        tags["Tag"]
            .as_array()
            .unwrap()
            .iter()
            .any(|tag| tag["name"] == "tlp:amber")
    );
    let all = s.get("organisations/index/scope:all", &s.key).await.json();
    let names: Vec<String> = all
        .as_array()
        .unwrap()
        .iter()
        .map(|one| text(&one["Organisation"]["name"]))
        .collect();
    // A member knows the institutions and itself.
    assert_eq!(names, ["Centre", "Kaihin Bank"]);
    let id = text(&me["Organisation"]["id"]);
    let own = s
        .get(&format!("organisations/view/{id}"), &s.key)
        .await
        .json();
    assert_eq!(own["Organisation"]["name"], "Kaihin Bank");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_released_item_is_an_event() {
    let s = setting().await;
    s.item("S-2611-ABCDE", (Tlp::Green, Default::default()))
        .await;
    let index = s.get("events/index", &s.key).await.json();
    let [line] = index.as_array().unwrap().as_slice() else {
        panic!("{index}");
    };
    assert_eq!(
        line["info"],
        "波濤作戦 S-2611-ABCDE / Operation S-2611-ABCDE"
    );
    assert_eq!(line["Orgc"]["name"], "Centre");
    assert_eq!(
        (&line["distribution"], &line["published"]),
        (&json!("1"), &json!(true))
    );
    let tags: Vec<&Json> = line["EventTag"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["Tag"]["name"])
        .collect();
    assert_eq!(tags, ["tlp:green", "PAP:GREEN"]);
    let minimal = s
        .post(
            "events/index",
            &s.key,
            &json!({ "minimal": 1, "published": 1 }),
        )
        .await
        .json();
    assert_eq!(minimal[0]["uuid"], line["uuid"]);
    assert!(minimal[0].get("info").is_none());
    let [id, uuid] = ["id", "uuid"].map(|name| text(&line[name]));
    assert!(id.parse::<i64>().is_ok());
    let by_id = s.get(&format!("events/view/{id}"), &s.key).await.json();
    let event = &by_id["Event"];
    assert_eq!(
        by_id,
        s.get(&format!("events/view/{uuid}"), &s.key).await.json()
    );
    let suffix = format!("events/view/{uuid}/deleted[]:0/deleted[]:1/excludeGalaxy:1");
    assert_eq!(
        s.get(&suffix, &s.key).await.json()["Event"]["uuid"],
        event["uuid"]
    );
    let told: Vec<(String, String, bool)> = event["Attribute"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (
                text(&one["type"]),
                text(&one["value"]),
                one["to_ids"] == true,
            )
        })
        .collect();
    let expected = [
        ("domain", "abcde.example", true),
        ("ip-dst", "192.0.2.7", true),
        ("vulnerability", "CVE-2026-12345", false),
    ];
    let expected =
        expected.map(|(kind, value, detects)| (kind.to_owned(), value.to_owned(), detects));
    assert_eq!(told, expected);
    assert_eq!(event["attribute_count"], "4");
    assert_eq!(event["Object"][0]["name"], "attack-pattern");
    assert_eq!(event["Object"][0]["Attribute"][0]["value"], "Phishing");
    assert_eq!(
        event["EventReport"][0]["content"],
        "偽の更新が配られた。\n\nA false update was spread."
    );
    for one in event["Attribute"].as_array().unwrap() {
        assert_eq!(
            (&one["event_id"], &one["distribution"]),
            (&event["id"], &json!("5"))
        );
        let [id, uuid] = ["id", "uuid"].map(|name| text(&one[name]));
        for name in [id, uuid] {
            let alone = s
                .get(&format!("attributes/view/{name}"), &s.key)
                .await
                .json();
            assert_eq!(alone["Attribute"]["value"], one["value"]);
        }
    }
    let object = &event["Object"][0];
    let inner = text(&object["Attribute"][0]["id"]);
    let inner = s
        .get(&format!("attributes/view/{inner}"), &s.key)
        .await
        .json();
    assert_eq!(inner["Attribute"]["value"], "Phishing");
    let path = format!("objects/view/{}", text(&object["uuid"]));
    assert_eq!(
        s.get(&path, &s.key).await.json()["Object"]["id"],
        object["id"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_by_a_peer_comes_back_as_it_was() {
    let s = setting().await;
    let sent = misp_event();
    s.peer("peer", &sent).await;
    let uuid = text(&sent["Event"]["uuid"]);
    let told = s.get(&format!("events/view/{uuid}"), &s.key).await.json();
    let (event, sent) = (&told["Event"], &sent["Event"]);
    for name in [
        "uuid",
        "info",
        "date",
        "timestamp",
        "publish_timestamp",
        "published",
        "analysis",
        "threat_level_id",
    ] {
        assert_eq!(event[name], sent[name], "{name}");
    }
    assert_eq!(event["Orgc"]["name"], "CIRCL");
    assert_eq!(event["Org"]["name"], "Centre");
    // Marked green, so no further than this community, whatever it says of itself.
    assert_eq!(event["distribution"], "1");
    let values = |event: &Json| -> Vec<String> {
        event["Attribute"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| text(&one["value"]))
            .collect()
    };
    assert_eq!(
        values(event),
        ["update.bad.example", "198.51.100.9|8443", "seen at night"]
    );
    let first = &event["Attribute"][0];
    for name in ["uuid", "comment", "category", "timestamp", "Sighting"] {
        assert_eq!(first[name], sent["Attribute"][0][name], "{name}");
    }
    assert_ne!(first["id"], sent["Attribute"][0]["id"]);
    let object = &event["Object"][0];
    for name in ["uuid", "name", "template_uuid", "meta-category"] {
        assert_eq!(object[name], sent["Object"][0][name], "{name}");
    }
    assert_eq!(
        object["Attribute"][1]["uuid"],
        sent["Object"][0]["Attribute"][1]["uuid"]
    );
    assert_eq!(event["EventReport"][0]["content"], "It began at night.");
    let all = s
        .post(
            &format!("events/view/{uuid}"),
            &s.key,
            &json!({ "deleted": true }),
        )
        .await
        .json();
    assert_eq!(values(&all["Event"]).len(), 4);
    assert_eq!(all["Event"]["Attribute"][3]["deleted"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_event_is_told_whole_and_in_pages() {
    let s = setting().await;
    let mut event = misp_event();
    let many: Vec<Json> = (0..2_500)
        .map(|n| {
            json!({
                "uuid": format!("5c93d7f7-aaaa-4548-ae4c-{n:012}"), "type": "domain",
                "category": "Network activity", "value": format!("n{n}.bad.example"),
                "to_ids": true, "timestamp": "1763600000", "distribution": "5",
            })
        })
        .collect();
    event["Event"]["Attribute"] = many.into();
    s.peer("peer", &event).await;
    let uuid = text(&event["Event"]["uuid"]);
    let told = s.get(&format!("events/view/{uuid}"), &s.key).await.json();
    assert_eq!(told["Event"]["Attribute"].as_array().unwrap().len(), 2_500);
    assert_eq!(told["Event"]["attribute_count"], "2502");
    assert_eq!(told["Event"]["Object"].as_array().unwrap().len(), 1);
    assert_eq!(told["Event"]["EventReport"].as_array().unwrap().len(), 1);
    // Beyond what is kept for look-ups.
    let last = "attributes/view/5c93d7f7-aaaa-4548-ae4c-000000002400";
    let last = s.get(last, &s.key).await.json();
    assert_eq!(last["Attribute"]["value"], "n2400.bad.example");
    let found = s
        .found("events", json!({ "value": "n2321.bad.example" }))
        .await;
    assert_eq!(found[0]["Event"]["attribute_count"], "2502");
    let found = s
        .found("events", json!({ "value": "n9999.bad.example" }))
        .await;
    assert_eq!(found, json!([]));
    let mut all = Vec::new();
    for page in 1..=3 {
        let asked = json!({ "limit": 1_000, "page": page, "type": "domain" });
        all.extend(s.values(asked).await);
    }
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 2_500);
    let answer = s
        .post(
            "events/restSearch",
            &s.key,
            &json!({ "returnFormat": "stix2" }),
        )
        .await;
    let bundle = answer.json();
    let of = |kind: &str| {
        bundle["objects"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|one| one["type"] == kind)
            .count()
    };
    assert_eq!((of("indicator"), of("report"), of("note")), (2_501, 1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_withdrawn_is_an_event_that_says_so_and_nothing_else() {
    let s = setting().await;
    let (_, item) = story::released(&s.nation).await;
    let before = s.get("events/index", &s.key).await.json();
    let uuid = text(&before[0]["uuid"]);
    let whole = format!("events/view/{uuid}/deleted[]:0/deleted[]:1");
    assert!(s.get(&whole, &s.key).await.text.contains("203.0.113.77"));
    s.nation.clock.advance(jiff::SignedDuration::from_secs(90));
    let releaser = s.nation.caller(&s.nation.releaser).await;
    let withdrawn = s
        .nation
        .world
        .withdraw_item(&releaser, item.id, "誤りがあったため");
    withdrawn.await.unwrap();
    let after = s.get("events/index", &s.key).await.json();
    assert_eq!(text(&after[0]["uuid"]), uuid, "{after}");
    assert_eq!(after[0]["info"], "Withdrawn (取り下げ)");
    let (was, is) = (&before[0]["timestamp"], &after[0]["timestamp"]);
    assert!(text(is) > text(was), "a client that pulls takes it anew");
    for view in [whole, format!("events/view/{uuid}")] {
        let event = s.get(&view, &s.key).await;
        assert_eq!(event.status, 200);
        for said in ["203.0.113.77", "files-sync.test", "VPN"] {
            assert!(!event.text.contains(said), "{said}: {}", event.text);
        }
        let attributes = event.json()["Event"]["Attribute"].clone();
        let attributes = attributes.as_array().cloned().unwrap_or_default();
        assert!(
            attributes.iter().all(|one| one["deleted"] == true),
            "{attributes:?}"
        );
    }
    let found = json!({ "value": "203.0.113.77" });
    let found = s.post("attributes/restSearch", &s.key, &found).await;
    assert!(!found.text.contains("203.0.113.77"), "{}", found.text);
}
