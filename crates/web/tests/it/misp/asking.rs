//! Filters, forms of answers, and what is refused.

use axum::http::Method;
use axum::{
    body::Body,
    http::{Request, header},
};
use kaname_directory::KeyScope;
use kaname_kernel::Tlp;
use serde_json::json;

use super::{misp_event, setting, text};

#[tokio::test(flavor = "multi_thread")]
async fn filters_cut_what_they_say() {
    let s = setting().await;
    s.item("S-2611-ABCDE", (Tlp::Green, Default::default()))
        .await;
    s.peer("peer", &misp_event()).await;
    let all = s.values(json!({})).await;
    assert_eq!(all.len(), 4 + 5, "{all:?}");
    for (asked, expected) in [
        (
            json!({ "value": "UPDATE.bad.example" }),
            vec!["update.bad.example"],
        ),
        (
            json!({ "value": "%.example", "to_ids": 1 }),
            vec!["abcde.example", "update.bad.example"],
        ),
        (
            json!({ "value": "198.51.100.9" }),
            vec!["198.51.100.9|8443"],
        ),
        (
            json!({ "value": ["192.0.2.7", "seen at night"] }),
            vec!["192.0.2.7", "seen at night"],
        ),
        (
            json!({ "type": ["md5", "filename"] }),
            vec!["0cc175b9c0f1b6a831c399e269772661", "update.exe"],
        ),
        (
            json!({ "type": { "NOT": ["domain"], "OR": ["dom%", "url"] } }),
            vec![],
        ),
        (
            json!({ "category": "Other" }),
            vec!["Phishing", "seen at night"],
        ),
        (
            json!({ "tags": "misp-galaxy:banker=%", "type": "text" }),
            vec!["seen at night"],
        ),
        (
            json!({ "tags": { "NOT": ["misp-galaxy:%"] }, "type": "domain" }),
            vec!["abcde.example"],
        ),
        (
            json!({ "org": "CIRCL", "type": "domain" }),
            vec!["update.bad.example"],
        ),
        (
            json!({ "org": "!CIRCL", "type": "domain" }),
            vec!["abcde.example"],
        ),
        (
            json!({ "eventid": "5c93d7f7-7de4-4548-ae4c-403ec0a8ab16", "type": "text" }),
            vec!["seen at night"],
        ),
        (
            json!({ "uuid": "5c93d7f7-0001-4548-ae4c-403ec0a8ab16" }),
            vec!["update.bad.example"],
        ),
        (
            json!({ "timestamp": [1_763_400_000, 1_763_550_000] }),
            vec!["198.51.100.9|8443"],
        ),
        (
            json!({ "from": "2026-11-20", "to": "2026-11-20", "type": "domain" }),
            vec!["update.bad.example"],
        ),
        (
            json!({ "publish_timestamp": [1_763_600_000, 1_763_600_200], "type": "text" }),
            vec!["seen at night"],
        ),
        (json!({ "deleted": 1 }), vec!["https://gone.bad.example/x"]),
        (
            json!({ "searchall": "first stage" }),
            vec!["update.bad.example"],
        ),
        (
            json!({ "quickFilter": "stage" }),
            vec!["update.bad.example"],
        ),
        (
            json!({ "object_name": "file", "type": "md5" }),
            vec!["0cc175b9c0f1b6a831c399e269772661"],
        ),
        (json!({ "object_relation": "filename" }), vec!["update.exe"]),
        (
            json!({ "eventinfo": "%false%", "type": "text" }),
            vec!["seen at night"],
        ),
        (json!({ "value": "nothing.of.the.kind" }), vec![]),
        (
            json!({ "limit": 1, "page": 1, "type": "text" }),
            vec!["Phishing"],
        ),
        (
            json!({ "limit": 1, "page": 2, "type": "text" }),
            vec!["seen at night"],
        ),
        (json!({ "limit": 1, "page": 3, "type": "text" }), vec![]),
    ] {
        let mut found = s.values(asked.clone()).await;
        found.sort();
        // Which of two pages has which depends on the collections' names.
        let by_page = asked.get("page").is_some() && !expected.is_empty();
        assert!(
            found == expected || by_page && found.len() == 1,
            "{asked}: {found:?}"
        );
    }
    // As PyMISP sends what nobody asked for.
    let plain = json!({
        "returnFormat": "json", "page": 1, "limit": 100, "withAttachments": 0, "metadata": 0,
        "enforceWarninglist": 0, "includeEventUuid": 1, "includeEventTags": 1, "sgReferenceOnly": 0,
        "includeContext": 1, "headerless": 0, "includeSightings": 0, "includeDecayScore": 0,
        "includeCorrelations": 0, "excludeDecayed": 0, "type": "domain",
    });
    let found = s.found("attributes", plain).await;
    let one = &found["Attribute"][0];
    assert_eq!(one["event_uuid"], one["Event"]["uuid"]);
    assert!(
        one["Tag"]
            .as_array()
            .unwrap()
            .iter()
            .any(|tag| tag["inherited"] == 1)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn events_and_objects_are_found_by_what_is_in_them() {
    let s = setting().await;
    s.item("S-2611-ABCDE", (Tlp::Green, Default::default()))
        .await;
    s.peer("peer", &misp_event()).await;
    let infos = async |asked: serde_json::Value| {
        let found = s.found("events", asked).await;
        let found = found.as_array().unwrap().clone();
        let mut infos: Vec<String> = found
            .iter()
            .map(|one| text(&one["Event"]["info"]))
            .collect();
        infos.sort();
        infos
    };
    let wave = "Wave of false updates";
    let item = "波濤作戦 S-2611-ABCDE / Operation S-2611-ABCDE";
    assert_eq!(infos(json!({})).await, [wave, item]);
    assert_eq!(infos(json!({ "value": "update.exe" })).await, [wave]);
    assert_eq!(infos(json!({ "tags": "tlp:green" })).await, [wave, item]);
    assert_eq!(infos(json!({ "tags": ["PAP:GREEN"] })).await, [item]);
    assert_eq!(infos(json!({ "searchall": "%波濤%" })).await, [item]);
    assert_eq!(
        infos(json!({ "type": "text", "metadata": 1 })).await.len(),
        2
    );
    assert_eq!(infos(json!({ "org": "Centre" })).await, [wave, item]);
    let bare = s
        .found("events", json!({ "value": "update.exe", "metadata": 1 }))
        .await;
    assert!(bare[0]["Event"].get("Attribute").is_none());
    let some = s
        .found("events", json!({ "eventinfo": wave, "to_ids": 1 }))
        .await;
    assert_eq!(some[0]["Event"]["Attribute"].as_array().unwrap().len(), 1);
    let objects = s.found("objects", json!({ "object_name": "file" })).await;
    assert_eq!(
        objects[0]["Object"]["Attribute"].as_array().unwrap().len(),
        2
    );
    assert_eq!(objects[0]["Object"]["Event"]["info"], wave);
    // The index knows the same filters by its own names.
    for (asked, expected) in [
        (json!({ "eventinfo": "false" }), vec![wave]),
        (json!({ "attribute": "update.exe" }), vec![wave]),
        (
            json!({ "datefrom": "2026-11-20", "dateuntil": "2026-11-20" }),
            vec![wave],
        ),
        (json!({ "threatlevel": ["2"] }), vec![wave]),
        (
            json!({ "sort": "info", "direction": "desc" }),
            vec![item, wave],
        ),
        (
            json!({ "sort": "info", "desc": false, "limit": 1, "page": 2 }),
            vec![item],
        ),
        (json!({ "org": "CIRCL", "minimal": null }), vec![wave]),
    ] {
        let index = s.post("events/index", &s.key, &asked).await.json();
        let infos: Vec<String> = index
            .as_array()
            .unwrap()
            .iter()
            .map(|one| text(&one["info"]))
            .collect();
        assert_eq!(infos, expected, "{asked}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_and_hashes() {
    let s = setting().await;
    s.peer("peer", &misp_event()).await;
    let asked = json!({ "returnFormat": "csv", "type": ["domain", "md5"] });
    let answer = s.post("attributes/restSearch", &s.key, &asked).await;
    assert!(answer.header("content-type").starts_with("text/csv"));
    let lines: Vec<&str> = answer.text.lines().collect();
    assert_eq!(
        lines[0],
        "uuid,event_id,category,type,value,comment,to_ids,date,object_relation,attribute_tag,object_uuid,object_name,object_meta_category"
    );
    assert_eq!(lines.len(), 3);
    assert!(
        lines[1].starts_with("\"5c93d7f7-0001-4548-ae4c-403ec0a8ab16\","),
        "{}",
        lines[1]
    );
    assert!(
        lines[1].contains(",\"domain\",\"update.bad.example\",\"first stage\",1,\"20251120\","),
        "{}",
        lines[1]
    );
    assert!(lines[2].ends_with("\"5c93d7f7-0005-4548-ae4c-403ec0a8ab16\",\"file\",\"file\""));
    let asked = json!({
        "returnFormat": "csv", "type": "domain", "headerless": 1,
        "requested_attributes": ["value", "event_info", "event_source_org"],
    });
    let answer = s.post("events/restSearch", &s.key, &asked).await;
    assert_eq!(
        answer.text,
        "\"update.bad.example\",\"Wave of false updates\",\"CIRCL\"\n"
    );
    let asked = json!({ "returnFormat": "cache", "value": "198.51.100.9" });
    let answer = s.post("attributes/restSearch", &s.key, &asked).await;
    let lines: Vec<&str> = answer.text.lines().collect();
    assert_eq!(lines.len(), 2, "each part of a composite value");
    assert!(
        lines
            .iter()
            .all(|line| line.ends_with(",5c93d7f7-7de4-4548-ae4c-403ec0a8ab16"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_known_is_refused_by_its_name() {
    let s = setting().await;
    for (what, asked, name) in [
        ("events/restSearch", json!({ "nonsense": 1 }), "nonsense"),
        (
            "attributes/restSearch",
            json!({ "includeDecayScore": 1 }),
            "includeDecayScore",
        ),
        (
            "attributes/restSearch",
            json!({ "returnFormat": "suricata" }),
            "returnFormat",
        ),
        (
            "objects/restSearch",
            json!({ "returnFormat": "csv" }),
            "returnFormat",
        ),
        ("attributes/restSearch", json!({ "limit": "many" }), "limit"),
        (
            "attributes/restSearch",
            json!({ "timestamp": "soon" }),
            "timestamp",
        ),
        (
            "attributes/restSearch",
            json!({ "timestamp": [1, 2, 3] }),
            "timestamp",
        ),
        (
            "attributes/restSearch",
            json!({ "value": [["deep"]] }),
            "value",
        ),
        (
            "attributes/restSearch",
            json!({ "tags": { "NOR": [] } }),
            "tags",
        ),
        (
            "attributes/restSearch",
            json!({ "returnFormat": "csv", "requested_attributes": ["secret"] }),
            "requested_attributes",
        ),
        ("events/index", json!({ "email": "a@b.example" }), "email"),
        ("events/index", json!({ "sort": "Org.name" }), "sort"),
        ("events/view/1", json!({ "nonsense": 1 }), "nonsense"),
    ] {
        let answer = s.post(what, &s.key, &asked).await;
        assert_eq!(answer.status, 400, "{what} {asked}: {}", answer.text);
        let told = answer.json();
        assert!(told["errors"][name].is_array(), "{what} {asked}: {told}");
        assert!(text(&told["message"]).starts_with(name), "{told}");
    }
    for body in ["", "[]", "{}"] {
        let answer = s
            .post_text("attributes/restSearch", &s.key, body.to_owned())
            .await;
        assert_eq!(answer.status, 200, "{body:?}");
    }
    let deep = "[".repeat(100_000);
    for body in ["{", "[1]", "nonsense", "\u{0}", &deep] {
        let answer = s
            .post_text("attributes/restSearch", &s.key, body.to_owned())
            .await;
        assert_eq!(answer.status, 400, "{body:.20}");
    }
    let long = json!({ "value": "x".repeat(20_000) });
    assert_eq!(
        s.post("attributes/restSearch", &s.key, &long).await.status,
        400
    );
    let names = "a:b/".repeat(500);
    assert_eq!(
        s.get(&format!("events/index/{names}"), &s.key).await.status,
        400
    );
    for name in [
        "0",
        "-1",
        "9223372036854775807",
        "99999999999999999999",
        "nonsense",
        "00000000-0000-4000-8000-000000000000",
    ] {
        for (what, said) in [
            ("events", "Invalid event"),
            ("attributes", "Invalid attribute"),
            ("objects", "Invalid object"),
        ] {
            let answer = s.get(&format!("{what}/view/{name}"), &s.key).await;
            assert_eq!(answer.status, 404, "{what} {name}");
            let told = answer.json();
            assert_eq!(told["message"], said, "{what} {name}");
            assert_eq!(told["url"], format!("/{what}/view/{name}"));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_key_that_fits_nothing_is_told() {
    let s = setting().await;
    let feeds = s.nation.key(&s.nation.member, &[KeyScope::FeedRead]).await;
    for key in [
        "",
        "nonsense",
        "kn_aaaaaaaaaaaa_bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
    ] {
        let answer = s.get("servers/getVersion", key).await;
        assert_eq!(answer.status, 403, "{key}: {}", answer.text);
        assert!(text(&answer.json()["message"]).starts_with("Authentication failed"));
    }
    assert_eq!(
        s.get("servers/getVersion", &feeds).await.json()["perm_sync"],
        false
    );
    let refused = s.get("events/index", &feeds).await;
    assert_eq!(refused.status, 403);
    assert_eq!(refused.json()["url"], "/events/index");
    // As elsewhere too, and in the other header.
    for (name, value) in [
        ("authorization", format!("Bearer {}", s.key)),
        ("x-misp-auth", s.key.clone()),
    ] {
        let request = Request::get("/misp/users/view/me").header(name, value);
        assert_eq!(
            s.door
                .send(request.body(Body::empty()).unwrap())
                .await
                .status,
            200,
            "{name}"
        );
    }
    let request = Request::builder()
        .method(Method::PUT)
        .uri("/misp/events/index");
    let request = request.header(header::AUTHORIZATION, &s.key);
    let answer = s.door.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, 405);
    assert_eq!(answer.json()["url"], "/events/index");
    let answer = s.get("feeds/index", &s.key).await;
    assert_eq!(
        (answer.status.as_u16(), &answer.json()["message"]),
        (404, &json!("Not found."))
    );
    let request = Request::head("/misp/events/view/17").header(header::AUTHORIZATION, &s.key);
    let answer = s.door.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (404, ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_warninglists_know_is_left_out_where_that_is_asked_for() {
    let s = setting().await;
    let mut event = misp_event();
    event["Event"]["Tag"] = json!([{ "name": "tlp:green" }]);
    s.peer("peer", &event).await;
    let all = s.values(json!({})).await;
    let domain = s.values(json!({ "type": "domain" })).await.remove(0);
    let in_object = s.values(json!({ "type": "md5" })).await.remove(0);
    let list = json!({
        "name": "Widely used", "description": "", "version": 1, "type": "string",
        "matching_attributes": ["domain", "md5"], "list": [domain, in_object],
    });
    let admin = s.nation.caller(&s.nation.administrator).await;
    let world = &s.nation.world;
    world
        .load_warninglist(&admin, list.to_string().as_bytes())
        .await
        .unwrap();
    assert_eq!(s.values(json!({ "enforceWarninglist": 0 })).await, all);
    let asked = json!({ "enforceWarninglist": true });
    let left = s.values(asked.clone()).await;
    let wanted: Vec<String> = all
        .iter()
        .filter(|one| **one != domain && **one != in_object)
        .cloned()
        .collect();
    assert_eq!(left, wanted);
    assert_ne!(left, all);
    // So it is in events, objects, lines, and in the objects themselves.
    let answer = async |what: &str, form: &str| {
        let asked = json!({ "enforceWarninglist": 1, "returnFormat": form });
        let answer = s.post(&format!("{what}/restSearch"), &s.key, &asked).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.text
    };
    for (what, form) in [
        ("events", "json"),
        ("attributes", "csv"),
        ("objects", "json"),
        ("events", "stix2"),
    ] {
        let text = answer(what, form).await;
        for value in [&domain, &in_object] {
            assert!(!text.contains(value.as_str()), "{what} {form}: {text}");
        }
    }
    let none = json!({ "enforceWarninglist": 1, "value": domain });
    assert_eq!(s.values(none).await, [""; 0]);
}
