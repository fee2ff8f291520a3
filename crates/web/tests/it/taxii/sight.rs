//! What each reader is shown.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use kaname_directory::KeyScope::{self, FeedRead, TaxiiRead};
use kaname_sharing::collection::Access;
use serde_json::{Value, json};

use super::{COLLECTIONS, filled, ids, setting};
use crate::story;

#[tokio::test(flavor = "multi_thread")]
async fn what_a_reader_may_not_know_is_not_there() {
    let s = setting().await;
    let secret = filled(
        &s.nation,
        "secret",
        2,
        Access::Parties {
            parties: vec![s.nation.provider.party],
        },
    )
    .await;
    let listed = s.door.taxii(COLLECTIONS, &s.key).await.json();
    let aliases: Vec<&Value> = listed["collections"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["alias"])
        .collect();
    assert!(!aliases.contains(&&json!("secret")), "{aliases:?}");
    let missing = "11111111-1111-4111-8111-111111111111";
    for end in [
        "",
        "objects/",
        "manifest/",
        "objects/malware--1/",
        "objects/malware--1/versions/",
    ] {
        let hidden = s
            .door
            .taxii(&format!("{COLLECTIONS}{secret}/{end}"), &s.key)
            .await;
        let absent = s
            .door
            .taxii(&format!("{COLLECTIONS}{missing}/{end}"), &s.key)
            .await;
        assert_eq!(hidden.status, StatusCode::NOT_FOUND, "{end}");
        assert_eq!(hidden.text, absent.text, "{end}");
        assert_eq!(hidden.headers, absent.headers, "{end}");
    }
    let theirs = s.nation.key(&s.nation.provider, &[TaxiiRead]).await;
    let path = format!("{COLLECTIONS}{secret}/objects/");
    assert_eq!(ids(&s.door.taxii(&path, &theirs).await).len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_reads_what_was_released_and_an_outsider_does_not() {
    let s = setting().await;
    let (_, item) = story::released(&s.nation).await;
    let path = format!(
        "{COLLECTIONS}{}/objects/?match[type]=indicator",
        s.nation.library.id
    );
    let answer = s.door.taxii(&path, &s.key).await;
    assert_eq!(ids(&answer).len(), 2);
    let released = &item.state.content.objects;
    let indicators = released
        .iter()
        .filter(|raw| raw.contains("\"type\":\"indicator\""));
    for raw in indicators {
        assert!(
            answer.text.contains(raw),
            "byte for byte what was consented to"
        );
    }
    // By alias too.
    let alias = &s.nation.library.state.definition.alias;
    let by_alias = s
        .door
        .taxii(&format!("{COLLECTIONS}{alias}/objects/"), &s.key)
        .await;
    assert_eq!(by_alias.status, StatusCode::OK);
    let outside = s.nation.key(&s.nation.outsider, &[TaxiiRead]).await;
    let shut = s.door.taxii(&path, &outside).await;
    assert!(matches!(
        shut.status,
        StatusCode::FORBIDDEN | StatusCode::NOT_FOUND
    ));
    let objects = format!("{COLLECTIONS}{}/objects/", s.nation.library.id);
    let before = ids(&s.door.taxii(&objects, &s.key).await);
    let releaser = s.nation.caller(&s.nation.releaser).await;
    s.nation
        .world
        .withdraw_item(&releaser, item.id, "誤りがあったため")
        .await
        .unwrap();
    // What it said is gone. Whoever has it finds that it is over; nothing else went but what has no versions.
    let after = s.door.taxii(&objects, &s.key).await;
    for said in ["203.0.113.77", "files-sync.test", "VPN"] {
        assert!(!after.text.contains(said), "{said} in {}", after.text);
    }
    let last = after.json();
    let last = last["objects"].as_array().unwrap().iter();
    let revoked: Vec<&Value> = last.filter(|object| object["revoked"] == true).collect();
    let had = |name: &str| before.iter().filter(|id| id.starts_with(name)).count();
    let over = |name: &str| revoked.iter().filter(|one| one["type"] == name).count();
    for name in ["indicator", "report", "relationship"] {
        assert_eq!(over(name), had(name), "{name}");
    }
    assert_eq!(over("indicator"), 2);
    // The versions before are not asked for by any means.
    let all = format!("{objects}?match[version]=all");
    assert!(
        !s.door
            .taxii(&all, &s.key)
            .await
            .text
            .contains("203.0.113.77")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn markings_and_author_of_what_is_released_stand_beside_it() {
    let s = setting().await;
    story::released(&s.nation).await;
    let path = format!("{COLLECTIONS}{}/objects/", s.nation.library.id);
    let all = s.door.taxii(&path, &s.key).await;
    let there = ids(&all);
    for object in all.json()["objects"].as_array().unwrap() {
        let marks = object["object_marking_refs"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        for id in marks.iter().chain(object.get("created_by_ref")) {
            assert!(
                there.iter().any(|one| id == one),
                "{id} of {} is missing",
                object["id"]
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_session_opens_nothing_here() {
    let s = setting().await;
    let request = Request::get("/taxii2/").header(header::COOKIE, "kaname-session=abc");
    let answer = s.door.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(
        answer.header("set-cookie"),
        "",
        "and gives a machine no cookies"
    );
    let scopes: [KeyScope; 1] = [FeedRead];
    let key = s.nation.key(&s.nation.member, &scopes).await;
    assert_eq!(s.door.taxii("/taxii2/", &key).await.status, StatusCode::OK);
}
