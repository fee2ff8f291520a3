//! What is changed over the API: by persons with their session and its token, once for each key, refused as the pages refuse
//! it; a machine's key decides nothing.

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use kaname_directory::KeyScope;
use kaname_testkit::Nation;
use serde_json::{Value, json};

use crate::{
    browser::Browser,
    campaigns,
    house::{Answer, Door},
    reference::operations,
    sources, story,
};

const SEARCHES: &str = "/api/v1/searches";
const SEARCH: &str = r#"{ "name": "電力", "query": "sector:electricity", "alert": "daily" }"#;

async fn kept(person: &Browser<'_>) -> usize {
    let all = person.ask(&Method::GET, SEARCHES, None).await.json();
    all["searches"].as_array().unwrap().len()
}

fn told(answer: &Answer) -> (u16, String) {
    let code = answer.json()["code"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    (answer.status.as_u16(), code)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_changes_nothing_without_its_token_nor_from_another_site() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let member = Browser::of(&door, &nation, &nation.member).await;
    let other = Browser::of(&door, &nation, &nation.analyst).await;
    let cookie = format!("kaname-session={}", member.cookie("kaname-session"));
    let own = member.csrf().await;
    let anothers = other.csrf().await;
    let sent = async |token: Option<&str>, site: Option<&str>| {
        let mut request = Request::post(SEARCHES)
            .header(header::COOKIE, &cookie)
            .header(header::CONTENT_TYPE, "application/json");
        if let Some(token) = token {
            request = request.header("x-csrf-token", token);
        }
        if let Some(site) = site {
            request = request.header("sec-fetch-site", site);
        }
        door.send(request.body(Body::from(SEARCH)).unwrap()).await
    };
    for (token, site) in [
        (None, None),
        (Some("00"), None),
        (Some(anothers.as_str()), None),
        (Some(own.as_str()), Some("cross-site")),
        (Some(own.as_str()), Some("same-site")),
    ] {
        let refused = sent(token, site).await;
        assert_eq!(told(&refused), (403, "csrf_token".to_owned()));
    }
    assert_eq!(kept(&member).await, 0);
    let taken = sent(Some(&own), Some("same-origin")).await;
    assert_eq!(taken.status, StatusCode::CREATED, "{}", taken.text);
    assert_eq!(kept(&member).await, 1);
    // Nobody has no session to speak of.
    let nobody = Request::post(SEARCHES).header(header::CONTENT_TYPE, "application/json");
    let nobody = door.send(nobody.body(Body::from(SEARCH)).unwrap()).await;
    assert_eq!(told(&nobody), (401, "not_signed_in".to_owned()));
}

/// Whatever a key may do, the operations that are for persons tell it so, of things that are there and of things that are
/// not.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_told_that_a_person_decides() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let key = nation.key(&nation.analyst, &KeyScope::ALL).await;
    let mut asked = 0;
    for (method, path, operation) in operations() {
        let security = operation["security"].as_array().unwrap();
        let by_session = security.iter().any(|one| one["session"].is_array());
        let by_key = security.iter().any(|one| one["key"].is_array());
        if method == Method::GET || by_key || !by_session {
            continue;
        }
        let path = path
            .replace("{number}", "S-2611-00000")
            .replace("{code}", "x")
            .replace("{key}", "x")
            .replace("{id}", "019ac3f0-77aa-7b10-8c2d-5e6f7a8b9c0d");
        for language in ["ja", "en"] {
            let request = Request::builder()
                .method(&method)
                .uri(&path)
                .header(header::AUTHORIZATION, format!("Bearer {key}"))
                .header(header::ACCEPT_LANGUAGE, language)
                .header(header::CONTENT_TYPE, "application/json");
            let refused = door.send(request.body(Body::from("{}")).unwrap()).await;
            assert_eq!(
                told(&refused),
                (403, "forbidden".to_owned()),
                "{method} {path}"
            );
            let detail = refused.json()["detail"].as_str().unwrap().to_owned();
            let says = match language {
                "ja" => "APIキーではできません",
                _ => "An API key can't do this",
            };
            assert!(detail.contains(says), "{method} {path}: {detail}");
        }
        asked += 1;
    }
    assert!(asked > 30, "{asked}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_again_under_its_key_is_done_once() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let member = Browser::of(&door, &nation, &nation.member).await;
    let send = async |person: &Browser<'_>, body: &str, key: &str| {
        person
            .ask_once(&Method::POST, SEARCHES, Some(body), Some(key))
            .await
    };
    let first = send(&member, SEARCH, "search-1").await;
    assert_eq!(first.status, StatusCode::CREATED, "{}", first.text);
    for _ in 0..2 {
        let again = send(&member, SEARCH, "search-1").await;
        assert_eq!(again.status, StatusCode::CREATED);
        assert_eq!(again.json(), first.json());
        assert_eq!(again.header("location"), first.header("location"));
    }
    assert_eq!(kept(&member).await, 1);
    // Another request under the same key is told so, and not done.
    let other = SEARCH.replace("電力", "鉄道");
    let refused = send(&member, &other, "search-1").await;
    assert_eq!(told(&refused), (409, "refused".to_owned()));
    let to = format!("{SEARCHES}/{}", first.json()["id"].as_str().unwrap());
    let elsewhere = member
        .ask_once(&Method::PUT, &to, Some(SEARCH), Some("search-1"))
        .await;
    assert_eq!(told(&elsewhere), (409, "refused".to_owned()));
    assert_eq!(kept(&member).await, 1);
    // Another person's keys are their own.
    let analyst = Browser::of(&door, &nation, &nation.analyst).await;
    let theirs = send(&analyst, SEARCH, "search-1").await;
    assert_ne!(theirs.json()["id"], first.json()["id"]);
    // What failed and changed nothing may be mended and sent under its key.
    let empty = SEARCH.replace("sector:electricity", "");
    let failed = send(&member, &empty, "search-2").await;
    assert!(failed.status.is_client_error(), "{}", failed.text);
    let mended = send(&member, &other, "search-2").await;
    assert_eq!(mended.status, StatusCode::CREATED, "{}", mended.text);
    assert_eq!(kept(&member).await, 2);
    // A key that is none is told; so is one of signs that no header should have.
    let long = "x".repeat(201);
    assert_eq!(told(&send(&member, SEARCH, &long).await).0, 422);
    // Thirty days later nobody remembers.
    nation
        .clock
        .advance(jiff::SignedDuration::from_hours(24 * 31));
    member.signs_in(&nation, &nation.member).await;
    let later = send(&member, SEARCH, "search-1").await;
    assert_ne!(later.json()["id"], first.json()["id"]);
}

/// An answer may say what somebody has redacted since: it is told that the request was carried out, and no more.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_answered_goes_with_a_redaction_and_is_not_done_again() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let (_, item) = story::released(&nation).await;
    let member = Browser::of(&door, &nation, &nation.member).await;
    let send = async |body: &str, key: &str| {
        member
            .ask_once(&Method::POST, SEARCHES, Some(body), Some(key))
            .await
    };
    let first = send(SEARCH, "search-1").await;
    assert_eq!(first.status, StatusCode::CREATED, "{}", first.text);
    let admin = nation.caller(&nation.administrator).await;
    let redacted = nation.world.redact(&admin, item.id, "誤って公開").await;
    redacted.unwrap();
    for _ in 0..2 {
        let again = send(SEARCH, "search-1").await;
        assert_eq!(told(&again), (410, "answer_gone".to_owned()));
        assert!(!again.text.contains("sector:electricity"), "{}", again.text);
        let detail = again.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains("すでに行われており"), "{detail}");
    }
    let other = send(&SEARCH.replace("電力", "鉄道"), "search-1").await;
    assert_eq!(told(&other), (409, "refused".to_owned()));
    assert_eq!(kept(&member).await, 1);
    let later = send(SEARCH, "search-2").await;
    assert_eq!(later.status, StatusCode::CREATED, "{}", later.text);
    assert_eq!(send(SEARCH, "search-2").await.json(), later.json());
    assert_eq!(kept(&member).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn sources_are_the_administrators_with_a_fresh_second_factor() {
    let nation = Nation::new().await;
    let door = sources::door(&nation);
    let admin = Browser::of(&door, &nation, &nation.administrator).await;
    sources::agreed(&nation, &admin).await;
    let (stop, body) = ("/api/v1/sources/blocklist/stop", r#"{ "reason": "移転" }"#);
    let by_password = Browser::by_password(&door, &nation, &nation.administrator).await;
    let weak = by_password.ask(&Method::POST, stop, Some(body)).await;
    assert_eq!(told(&weak), (401, "second_factor_needed".to_owned()));
    nation.clock.advance(jiff::SignedDuration::from_mins(16));
    let stale = admin.ask(&Method::POST, stop, Some(body)).await;
    assert_eq!(told(&stale), (401, "second_factor_needed".to_owned()));
    for other in [&nation.analyst, &nation.member, &nation.auditor] {
        let other = Browser::of(&door, &nation, other).await;
        let refused = other.ask(&Method::POST, stop, Some(body)).await;
        assert_eq!(told(&refused), (403, "forbidden".to_owned()));
    }
    let admin = Browser::of(&door, &nation, &nation.administrator).await;
    let stopped = admin.ask(&Method::POST, stop, Some(body)).await.json();
    assert_eq!(stopped["stopped"], "移転");
    assert!(admin.page("/sources/blocklist").await.contains("移転"));
    let twice = admin.ask(&Method::POST, stop, Some(body)).await;
    assert_eq!(told(&twice), (409, "refused".to_owned()));
    let nowhere = admin
        .ask(&Method::POST, "/api/v1/sources/none/now", None)
        .await;
    assert_eq!(told(&nowhere), (404, "not_found".to_owned()));
    // One unit, and its bounds.
    let collection = stopped["collection"].as_str().unwrap();
    let source = |most: u32, url: &str| {
        let terms =
            json!({ "publisher": "例示CERT", "url": url, "form": "list", "most_mib": most });
        json!({ "code": "second", "collection": collection, "terms": terms }).to_string()
    };
    let there = "https://feed.partner.test/b.txt";
    for (most, url) in [(65, there), (0, there), (8, "file:///etc/passwd")] {
        let refused = admin
            .ask(&Method::POST, "/api/v1/sources", Some(&source(most, url)))
            .await;
        assert_eq!(told(&refused), (409, "refused".to_owned()), "{most} {url}");
    }
    let joined = admin
        .ask(&Method::POST, "/api/v1/sources", Some(&source(8, there)))
        .await;
    assert_eq!(joined.status, StatusCode::CREATED, "{}", joined.text);
    assert_eq!(joined.json()["most_mib"], 8);
    assert!(admin.page("/sources/second").await.contains("8 MiB"));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_persons_searches_and_the_officers_desks_are_nobody_elses() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let member = Browser::of(&door, &nation, &nation.member).await;
    let analyst = Browser::of(&door, &nation, &nation.analyst).await;
    let mine = member.ask(&Method::POST, SEARCHES, Some(SEARCH)).await;
    let mine = mine.header("location").to_owned();
    for (method, body) in [
        (Method::GET, None),
        (Method::PUT, Some(SEARCH)),
        (Method::DELETE, None),
    ] {
        let hidden = analyst.ask(&method, &mine, body).await;
        assert_eq!(told(&hidden), (404, "not_found".to_owned()), "{method}");
        let none = format!("{SEARCHES}/019ac3f0-77aa-7b10-8c2d-5e6f7a8b9c0d");
        let none = analyst.ask(&method, &none, body).await;
        let but_place = |answer: &Answer| {
            let mut told = answer.json();
            told["instance"] = Value::Null;
            told
        };
        assert_eq!(but_place(&hidden), but_place(&none));
    }
    let report = campaigns::report(&nation, &["alone.test"], "").await.number;
    let new = json!({ "title": "まとめ", "reports": [report, "R-2611-00000"] }).to_string();
    let refused = member
        .ask(&Method::POST, "/api/v1/campaigns", Some(&new))
        .await;
    assert_eq!(told(&refused), (403, "forbidden".to_owned()));
    let unknown = analyst
        .ask(&Method::POST, "/api/v1/campaigns", Some(&new))
        .await;
    assert_eq!(told(&unknown), (422, "invalid".to_owned()));
    assert_eq!(unknown.json()["faults"][0]["at"], "reports");
    // Release stays the second officer's.
    let (_, item) = story::released(&nation).await;
    let to = format!("/api/v1/items/{}/release", item.state.number);
    let revision = format!("{{ \"revision\": {} }}", item.version);
    let refused = analyst.ask(&Method::POST, &to, Some(&revision)).await;
    assert_eq!(told(&refused), (403, "forbidden".to_owned()));
    let releaser = Browser::of(&door, &nation, &nation.releaser).await;
    let again = releaser.ask(&Method::POST, &to, Some(&revision)).await;
    assert_eq!(told(&again), (409, "refused".to_owned()));
}
