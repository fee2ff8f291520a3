//! What is posted: a submission or a claim, never anything in a library; and sightings.

use kaname_directory::KeyScope::{Feedback, SubmissionsRead, TaxiiPost, TaxiiRead};
use kaname_kernel::Tlp;
use kaname_sharing::feedback::SightingKind;
use serde_json::{Value as Json, json};

use super::{misp_event, setting, text};
use crate::taxii::claims::{is_proved, peer};

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_is_posted_becomes_a_submission_and_nothing_else() {
    let s = setting().await;
    let poster = s
        .nation
        .key(&s.nation.provider, &[TaxiiRead, TaxiiPost, SubmissionsRead])
        .await;
    let mut sent = misp_event();
    sent["Event"]["Attribute"][2]["value"] = "夜間に観測した".into();
    let body = sent.to_string();
    let answer = s.post_text("events/add", &poster, body.clone()).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let receipt = answer.header("kaname-receipt").to_owned();
    assert!(receipt.starts_with("R-"), "{receipt}");
    let told = answer.json();
    let uuid = text(&sent["Event"]["uuid"]);
    assert_eq!(told["Event"]["uuid"], sent["Event"]["uuid"]);
    assert_eq!(told["Event"]["Attribute"][2]["value"], "夜間に観測した");
    assert_eq!(
        told["Event"]["EventReport"][0]["content"],
        "It began at night."
    );
    // The same again is the same.
    let again = s.post_text("events/add", &poster, body.clone()).await;
    assert_eq!(again.header("kaname-receipt"), receipt);
    let analyst = s.nation.caller(&s.nation.analyst).await;
    let world = &s.nation.world;
    let waiting = world.triage_list(&analyst, |_| {}).await.unwrap();
    assert_eq!(waiting.total, 1);
    let report = &waiting.rows[0];
    assert_eq!(report.state.submission.tlp, Tlp::Green);
    let values: Vec<&str> = report
        .state
        .submission
        .values
        .iter()
        .map(|one| one.value.as_str())
        .collect();
    assert!(values.contains(&"update.bad.example"), "{values:?}");
    // Whoever posted finds it for a while, nobody else does, and no library holds anything of it.
    let found = s.get(&format!("events/view/{uuid}"), &poster).await.json();
    assert_eq!(found["Event"]["id"], told["Event"]["id"]);
    assert_eq!(found["Event"]["EventReport"], told["Event"]["EventReport"]);
    let number = text(&told["Event"]["id"]);
    assert_eq!(
        s.get(&format!("events/view/{number}"), &poster)
            .await
            .status,
        200
    );
    for name in [&uuid, &number] {
        assert_eq!(
            s.get(&format!("events/view/{name}"), &s.key).await.status,
            404
        );
    }
    assert_eq!(s.values(json!({})).await, [""; 0]);
    assert_eq!(s.get("events/index", &poster).await.json(), json!([]));
    // More of it is one more submission; what changes it, too.
    let more = json!({ "type": "ip-dst", "value": "203.0.113.99", "to_ids": true });
    let added = s
        .post(&format!("attributes/add/{number}"), &poster, &more)
        .await;
    assert_eq!(added.status, 200, "{}", added.text);
    assert_eq!(added.json()["Attribute"]["value"], "203.0.113.99");
    let edited = s
        .post(&format!("events/edit/{uuid}"), &poster, &sent_anew(&sent))
        .await;
    assert_eq!(edited.status, 200, "{}", edited.text);
    assert_eq!(world.triage_list(&analyst, |_| {}).await.unwrap().total, 3);
    let said = s
        .post(&format!("events/publish/{uuid}"), &poster, &json!({}))
        .await
        .json();
    assert!(text(&said["message"]).starts_with("Handed in"));
    assert_eq!(
        s.post(&format!("events/publish/{uuid}"), &s.key, &json!({}))
            .await
            .status,
        403
    );
    // A server that pushes is told what it has brought already, and nothing of others.
    let pushed = json!([
        { "Event": { "uuid": uuid, "timestamp": "1763600000" } },
        { "Event": { "uuid": uuid, "timestamp": "1999999999" } },
        { "Event": { "uuid": "5c93d7f7-9999-4548-ae4c-403ec0a8ab16", "timestamp": "1" } },
    ]);
    let wanted = s
        .post("events/filterEventIdsForPush", &poster, &pushed)
        .await;
    let other = "5c93d7f7-9999-4548-ae4c-403ec0a8ab16";
    assert_eq!(wanted.json(), json!([uuid, other]));
    let edited = format!("events/edit/{uuid}/metadata:1");
    let edited = s.post(&edited, &poster, &sent_anew(&sent)).await;
    assert_eq!(edited.status, 200, "{}", edited.text);
    // The original lies with the report, byte for byte.
    world
        .take_report(&analyst, report.id, "当番")
        .await
        .unwrap();
    is_proved(&s.nation).await;
}

fn sent_anew(sent: &Json) -> Json {
    let mut anew = sent.clone();
    anew["Event"]["info"] = "Wave of false updates, corrected".into();
    anew
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_posted_into_a_peer_collection_is_a_claim_that_its_party_changes() {
    let s = setting().await;
    let read = kaname_sharing::collection::Access::Members;
    peer(&s.nation, "exchange", Some(Tlp::Green), read).await;
    let poster = s
        .nation
        .key(&s.nation.provider, &[TaxiiRead, TaxiiPost])
        .await;
    let mut sent = misp_event();
    sent["Event"]["published"] = false.into();
    let answer = s
        .post("events/add?collection=exchange", &poster, &sent)
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let event = answer.json()["Event"].take();
    assert_eq!(event["Org"]["name"], "Minato Electric Power");
    assert_eq!(event["Orgc"]["name"], "CIRCL");
    let uuid = text(&event["uuid"]);
    let twice = s
        .post("events/add?collection=exchange", &poster, &sent)
        .await;
    assert_eq!(twice.status, 403, "{}", twice.text);
    assert!(text(&twice.json()["message"]).starts_with("Event already exists"));
    // Another party reads it and may not change it.
    let other = s
        .nation
        .key(&s.nation.member, &[TaxiiRead, TaxiiPost])
        .await;
    assert_eq!(
        s.get(&format!("events/view/{uuid}"), &other).await.status,
        200
    );
    let more = json!([
        { "type": "domain", "value": "more.bad.example", "to_ids": true },
        { "type": "ip-dst", "value": "203.0.113.99", "to_ids": true },
    ]);
    for (what, body) in [
        ("attributes/add", &more),
        ("events/edit", &sent),
        ("events/delete", &more),
        ("events/publish", &more),
    ] {
        let refused = s.post(&format!("{what}/{uuid}"), &other, body).await;
        assert_eq!(refused.status, 403, "{what}: {}", refused.text);
    }
    let added = s
        .post(&format!("attributes/add/{uuid}"), &poster, &more)
        .await;
    assert_eq!(added.status, 200, "{}", added.text);
    assert_eq!(
        s.values(json!({ "value": "more.bad.example" })).await,
        ["more.bad.example"]
    );
    s.nation.clock.advance(jiff::SignedDuration::from_secs(2));
    let object = json!({ "Object": { "name": "domain-ip", "Attribute": [
        { "type": "domain", "object_relation": "domain", "value": "pair.bad.example", "to_ids": true },
        { "type": "ip-dst", "object_relation": "ip", "value": "203.0.113.98", "to_ids": true },
    ]}});
    let added = s
        .post(&format!("objects/add/{uuid}"), &poster, &object)
        .await;
    assert_eq!(added.status, 200, "{}", added.text);
    assert_eq!(added.json()["Object"]["name"], "domain-ip");
    s.nation.clock.advance(jiff::SignedDuration::from_secs(2));
    let published = s
        .post(&format!("events/publish/{uuid}"), &poster, &json!({}))
        .await;
    assert_eq!(published.status, 200, "{}", published.text);
    // One event, with all that was added, and published.
    let index = s.get("events/index", &s.key).await.json();
    assert_eq!(index.as_array().unwrap().len(), 1, "{index}");
    assert_eq!(
        (&index[0]["published"], &index[0]["uuid"]),
        (&json!(true), &json!(uuid))
    );
    let whole = s.get(&format!("events/view/{uuid}"), &s.key).await.json();
    assert_eq!(whole["Event"]["Attribute"].as_array().unwrap().len(), 5);
    assert_eq!(whole["Event"]["Object"].as_array().unwrap().len(), 2);
    s.nation.clock.advance(jiff::SignedDuration::from_secs(2));
    let edit = json!({ "Event": { "uuid": uuid, "info": "Wave, renamed", "Attribute": [
        { "uuid": "5c93d7f7-0001-4548-ae4c-403ec0a8ab16", "deleted": true, "timestamp": "1799999999" },
    ]}});
    let edited = s.post(&format!("events/edit/{uuid}"), &poster, &edit).await;
    assert_eq!(edited.status, 200, "{}", edited.text);
    let whole = s.get(&format!("events/view/{uuid}"), &s.key).await.json();
    assert_eq!(whole["Event"]["info"], "Wave, renamed");
    assert_eq!(whole["Event"]["Attribute"].as_array().unwrap().len(), 4);
    // No report, and nothing in a library.
    let analyst = s.nation.caller(&s.nation.analyst).await;
    assert_eq!(
        s.nation
            .world
            .triage_list(&analyst, |_| {})
            .await
            .unwrap()
            .total,
        0
    );
    is_proved(&s.nation).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_posted_is_refused_and_says_why() {
    let s = setting().await;
    let poster = s
        .nation
        .key(&s.nation.provider, &[TaxiiRead, TaxiiPost])
        .await;
    let event = misp_event();
    let into = |target: &str| format!("events/add?collection={target}");
    for (path, key, body, status) in [
        ("events/add".to_owned(), &s.key, event.clone(), 403),
        (into("library"), &poster, event.clone(), 403),
        (into("nowhere"), &poster, event.clone(), 404),
        (
            "events/add".to_owned(),
            &poster,
            json!({ "Event": [] }),
            400,
        ),
        (
            "events/add".to_owned(),
            &poster,
            json!({ "Event": { "uuid": "x" } }),
            400,
        ),
        (
            "events/add".to_owned(),
            &poster,
            json!({ "Event": { "info": "x", "uuid": "no-uuid" } }),
            400,
        ),
        ("events/edit/17".to_owned(), &poster, event.clone(), 404),
        (
            "attributes/add/00000000-0000-4000-8000-000000000000".to_owned(),
            &poster,
            json!({}),
            404,
        ),
        ("attributes/edit/17".to_owned(), &poster, json!({}), 404),
        ("tags/attachTagToObject".to_owned(), &poster, json!({}), 400),
    ] {
        let answer = s.post(&path, key, &body).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.text);
        assert!(!text(&answer.json()["message"]).is_empty());
    }
    // The hub's own event stays as it is.
    s.item("S-2611-ABCDE", (Tlp::Green, Default::default()))
        .await;
    let found = s.found("events", json!({})).await;
    let uuid = text(&found[0]["Event"]["uuid"]);
    for what in ["events/edit", "attributes/add", "events/delete"] {
        let refused = s.post(&format!("{what}/{uuid}"), &poster, &event).await;
        assert_eq!(refused.status, 403, "{what}: {}", refused.text);
    }
    let attribute = text(&found[0]["Event"]["Attribute"][0]["uuid"]);
    for what in ["attributes/delete", "attributes/restore", "objects/delete"] {
        let refused = s
            .post(&format!("{what}/{attribute}"), &poster, &json!({}))
            .await;
        assert_eq!(refused.status, 403, "{what}: {}", refused.text);
    }
    for what in ["tags/attachTagToObject", "tags/removeTagFromObject"] {
        for named in [&uuid, &attribute] {
            let body = json!({ "uuid": named, "tag": "tlp:clear" });
            let refused = s.post(what, &poster, &body).await;
            assert_eq!(refused.status, 403, "{what}: {}", refused.text);
        }
        let body = json!({ "uuid": "00000000-0000-4000-8000-000000000000", "tag": "x" });
        assert_eq!(s.post(what, &poster, &body).await.status, 404, "{what}");
    }
    assert_eq!(s.found("events", json!({})).await, found);
}

#[tokio::test(flavor = "multi_thread")]
async fn sightings_answer_the_items_that_carry_the_value() {
    let s = setting().await;
    s.item("S-2611-ABCDE", (Tlp::Green, Default::default()))
        .await;
    let key = s.nation.key(&s.nation.member, &[TaxiiRead, Feedback]).await;
    let member = s.nation.caller(&s.nation.member).await;
    let item = s
        .nation
        .world
        .item_of(&member, "S-2611-ABCDE")
        .await
        .unwrap()
        .id;
    let given = async || {
        let own = s.nation.world.own_feedback(&member, item).await.unwrap();
        own.map(|own| own.state.given).unwrap_or_default()
    };
    let seen = json!({ "value": "ABCDE.example", "type": "0", "timestamp": 1_700_000_000, "source": "proxy" });
    let answer = s.post("sightings/add", &key, &seen).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.json()["Sighting"]["date_sighting"], "1700000000");
    let sighting = given().await.sighting.unwrap();
    assert_eq!(
        (sighting.kind, sighting.count),
        (SightingKind::Seen, Some(1))
    );
    // Of an attribute by its name; one more.
    let found = s.found("attributes", json!({ "type": "domain" })).await;
    let uuid = text(&found["Attribute"][0]["uuid"]);
    let answer = s
        .post(&format!("sightings/add/{uuid}"), &key, &json!({}))
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(given().await.sighting.unwrap().count, Some(2));
    let expired = json!({ "uuid": uuid, "type": "2" });
    assert_eq!(s.post("sightings/add", &key, &expired).await.status, 200);
    assert!(given().await.comment.contains("expired"));
    let harmless = json!({ "values": ["192.0.2.7"], "type": "1" });
    assert_eq!(s.post("sightings/add", &key, &harmless).await.status, 200);
    assert_eq!(
        given().await.sighting.unwrap().kind,
        SightingKind::FalsePositive
    );
    for (path, body, status) in [
        (
            "sightings/add",
            json!({ "value": "nobody.has.this.example" }),
            404,
        ),
        ("sightings/add", json!({}), 400),
        (
            "sightings/add",
            json!({ "value": "192.0.2.7", "type": "9" }),
            400,
        ),
        ("sightings/add", json!({ "values": vec!["x"; 500] }), 400),
        ("sightings/add/17", json!({}), 404),
    ] {
        let answer = s.post(path, &key, &body).await;
        assert_eq!(answer.status, status, "{path} {body}: {}", answer.text);
    }
    assert_eq!(s.post("sightings/add", &s.key, &seen).await.status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_for_its_own_organisation_is_shown_to_nobody_else() {
    let s = setting().await;
    let read = kaname_sharing::collection::Access::Members;
    peer(&s.nation, "exchange", Some(Tlp::Clear), read).await;
    let poster = s
        .nation
        .key(&s.nation.provider, &[TaxiiRead, TaxiiPost])
        .await;
    let mut sent = misp_event();
    sent["Event"]["distribution"] = "0".into();
    sent["Event"]["published"] = true.into();
    sent["Event"]["Tag"] = json!([]);
    let uuid = text(&sent["Event"]["uuid"]);
    let view = format!("events/view/{uuid}");
    let posted = s
        .post("events/add?collection=exchange", &poster, &sent)
        .await;
    assert_eq!(posted.status, 200, "{}", posted.text);
    assert_eq!(posted.json()["Event"]["distribution"], "0");
    assert_eq!(s.get(&view, &s.key).await.status, 404);
    assert_eq!(s.values(json!({})).await, [""; 0]);
    // Its party opens it: then it is for whoever reads the collection.
    let mut opened = sent.clone();
    opened["Event"]["distribution"] = "3".into();
    let edited = s
        .post(&format!("events/edit/{uuid}"), &poster, &opened)
        .await;
    assert_eq!(edited.status, 200, "{}", edited.text);
    assert_eq!(s.get(&view, &s.key).await.status, 200);
    // What a client sends back as it was told is not its word: all stays as far as it went.
    let mut told = s.get(&view, &poster).await.json();
    assert_ne!(told["Event"]["distribution"], "3");
    told["Event"]["info"] = "told anew".into();
    let edited = s.post(&format!("events/edit/{uuid}"), &poster, &told).await;
    assert_eq!(edited.status, 200, "{}", edited.text);
    let seen = s.get(&view, &s.key).await;
    assert_eq!(seen.status, 200);
    let seen = seen.json();
    assert_eq!(seen["Event"]["info"], "told anew");
    let all = |event: &Json| event["Event"]["Attribute"].as_array().unwrap().len();
    assert_eq!(all(&seen), all(&told));
    // One attribute that is closed narrows nothing but itself.
    let mut more = told.clone();
    let list = more["Event"]["Attribute"].as_array_mut().unwrap();
    list.push(json!({
        "uuid": "5c93d7f7-8888-4548-ae4c-403ec0a8ab16", "type": "ip-dst", "category": "Network activity",
        "value": "203.0.113.200", "to_ids": true, "distribution": "0",
    }));
    let edited = s.post(&format!("events/edit/{uuid}"), &poster, &more).await;
    assert_eq!(edited.status, 200, "{}", edited.text);
    let seen = s.get(&view, &s.key).await.json();
    assert_eq!(all(&seen), all(&told));
    let own = s.get(&view, &poster).await.json();
    assert_eq!(all(&own), all(&told) + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_handed_in_for_its_own_organisation_is_at_most_amber_strict() {
    let s = setting().await;
    let poster = s
        .nation
        .key(&s.nation.provider, &[TaxiiRead, TaxiiPost])
        .await;
    let analyst = s.nation.caller(&s.nation.analyst).await;
    let mut sent = misp_event();
    sent["Event"]["Tag"] = json!([]);
    sent["Event"]["distribution"] = "0".into();
    let posted = s.post("events/add", &poster, &sent).await;
    assert_eq!(posted.status, 200, "{}", posted.text);
    let waiting = s.nation.world.triage_list(&analyst, |_| {}).await.unwrap();
    let tlp = waiting.rows[0].state.submission.tlp;
    assert!(tlp >= Tlp::AmberStrict, "{tlp}");
}
