//! The JSON API, as a member's or provider's machine uses it.

use std::collections::BTreeSet;

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use kaname_directory::KeyScope;
use kaname_testkit::Nation;
use serde_json::{Value, json};

use crate::{
    house::{Answer, Door},
    library::released_with,
    story,
};

pub(crate) async fn post(
    door: &Door,
    path: &str,
    key: &str,
    body: &str,
    once: Option<&str>,
) -> Answer {
    let mut request = Request::post(path)
        .header(header::AUTHORIZATION, format!("Bearer {key}"))
        .header(header::CONTENT_TYPE, "application/json");
    if let Some(once) = once {
        request = request.header("idempotency-key", once);
    }
    door.send(request.body(Body::from(body.to_owned())).unwrap())
        .await
}

pub(crate) fn report() -> String {
    json!({
        "report": {
            "title": "みなと電力のVPN装置への侵入",
            "technique": "hxxp://files-sync[.]test/a.bin へ通信した",
            "victim": "端末 3 台",
            "occurred": "2026-04-30T10:20:00+09:00",
            "values": ["203[.]0[.]113[.]77", { "value": "vpn.minato.example", "kind": "domain" }],
            "attachments": [{ "name": "../a.eml", "media_type": "message/rfc822", "base64": "RnJvbTogYQ0KDQp4" }],
        },
        "terms": { "tlp": "GREEN", "pap": "GREEN", "sector": "electricity", "urgency": "high" },
    })
    .to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_submits_once_and_follows_its_report() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let key = nation.key(&nation.provider, &[KeyScope::Submit]).await;
    let first = post(
        &door,
        "/api/v1/submissions",
        &key,
        &report(),
        Some("once-1"),
    )
    .await;
    assert_eq!(first.status, StatusCode::CREATED, "{}", first.text);
    let number = first.json()["number"].as_str().unwrap().to_owned();
    assert_eq!(
        first.header("location"),
        format!("/api/v1/submissions/{number}")
    );
    assert_eq!(
        first.json()["left_out"][0]["value"],
        "vpn.minato.example",
        "{}",
        first.text
    );
    let again = post(
        &door,
        "/api/v1/submissions",
        &key,
        &report(),
        Some("once-1"),
    )
    .await;
    assert_eq!(again.json()["number"], number.as_str());
    // Another report under a used key is told that it went nowhere; so are other terms of the same one.
    for changed in [("侵入", "障害"), ("GREEN", "AMBER")] {
        let body = report().replacen(changed.0, changed.1, 1);
        let dropped = post(&door, "/api/v1/submissions", &key, &body, Some("once-1")).await;
        assert_eq!(dropped.status, StatusCode::CONFLICT, "{}", dropped.text);
        assert_eq!(dropped.json()["code"], "refused");
        assert!(dropped.text.contains("冪等キー"), "{}", dropped.text);
    }
    let other = post(
        &door,
        "/api/v1/submissions",
        &key,
        &report(),
        Some("once-2"),
    )
    .await;
    assert_ne!(other.json()["number"], number.as_str());

    let key = nation
        .key(&nation.provider, &[KeyScope::SubmissionsRead])
        .await;
    let list = door.get("/api/v1/submissions?limit=1", &key).await.json();
    assert_eq!(
        (
            &list["total"],
            list["submissions"].as_array().unwrap().len()
        ),
        (&json!(2), 1)
    );
    let next = list["next"].as_str().unwrap();
    let rest = door.get(next, &key).await.json();
    assert_eq!(rest["submissions"][0]["number"], number.as_str());
    assert_eq!(rest["next"], Value::Null);
    let one = door
        .get(&format!("/api/v1/submissions/{number}"), &key)
        .await
        .json();
    assert_eq!(one["title"], "みなと電力のVPN装置への侵入");
    assert_eq!(one["tlp"], "GREEN");
    let values = one["values"].to_string();
    assert!(
        values.contains("203.0.113.77") && !values.contains("minato"),
        "{values}"
    );
    // Whoever holds the number may have its proof; another party may not read the report.
    let proof = door
        .get(&format!("/api/v1/receipts/{number}"), "none")
        .await;
    assert_eq!(proof.status, StatusCode::OK, "{}", proof.text);
    assert!(
        proof.json()["checkpoint"]
            .as_str()
            .unwrap()
            .contains("kaname")
    );
    let theirs = nation
        .key(&nation.member, &[KeyScope::SubmissionsRead])
        .await;
    let shut = door
        .get(&format!("/api/v1/submissions/{number}"), &theirs)
        .await;
    assert_eq!(shut.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_only_hands_in_reads_nothing_of_what_was_handed_in() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let key = nation.key(&nation.provider, &[KeyScope::Submit]).await;
    let sent = post(&door, "/api/v1/submissions", &key, &report(), None).await;
    assert_eq!(sent.status, StatusCode::CREATED, "{}", sent.text);
    let number = sent.json()["number"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/submissions/{number}");
    let told = door.get(&path, &key).await;
    assert_eq!(told.status, StatusCode::OK, "{}", told.text);
    let told = told.json();
    let members: Vec<&String> = told.as_object().unwrap().keys().collect();
    assert_eq!(members, ["number", "state", "received", "links"]);
    assert_eq!(told["state"], "submitted");
    // Nor which reports there are, nor by any other address.
    let list = door.get("/api/v1/submissions", &key).await;
    assert_eq!(list.status, StatusCode::FORBIDDEN, "{}", list.text);
    for address in ["/api/v1/items", "/api/v1/records"] {
        let shut = door.get(address, &key).await;
        assert_eq!(shut.status, StatusCode::FORBIDDEN, "{address}");
    }
    // A key for reading reads it, and hands nothing in.
    let reads = nation
        .key(&nation.provider, &[KeyScope::SubmissionsRead])
        .await;
    let read = door.get(&path, &reads).await.json();
    assert_eq!(read["victim"], "端末 3 台");
    let shut = post(&door, "/api/v1/submissions", &reads, &report(), None).await;
    assert_eq!(shut.status, StatusCode::FORBIDDEN, "{}", shut.text);
    // Another party's keys are told that there is no such report.
    for scope in [KeyScope::Submit, KeyScope::SubmissionsRead] {
        let theirs = nation.key(&nation.member, &[scope]).await;
        let shut = door.get(&path, &theirs).await;
        assert_eq!(shut.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn faults_are_told_with_their_places() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let key = nation.key(&nation.provider, &[KeyScope::Submit]).await;
    let send = async |body: &str| post(&door, "/api/v1/submissions", &key, body, None).await;
    for (body, status, at) in [
        ("{", StatusCode::BAD_REQUEST, "line 1"),
        (
            "{\"report\":{},\"report\":{}}",
            StatusCode::BAD_REQUEST,
            "$.report",
        ),
        (
            "{\"report\":{},\"more\":1}",
            StatusCode::BAD_REQUEST,
            "line 1",
        ),
        (
            "{\"report\":{\"title\":\"\\ud800\"}}",
            StatusCode::BAD_REQUEST,
            "$",
        ),
    ] {
        let answer = send(body).await;
        assert_eq!(answer.status, status, "{body}: {}", answer.text);
        assert_eq!(answer.header("content-type"), "application/problem+json");
        assert!(
            answer.json()["at"].as_str().unwrap().contains(at),
            "{}",
            answer.text
        );
    }
    let wrong = r#"{"report":{"title":1,"values":[{"value":"x","kind":"nothing"}],"odd":true}}"#;
    let answer = send(wrong).await;
    assert_eq!(
        answer.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        answer.text
    );
    let told = answer.json();
    let places: BTreeSet<&str> = told["faults"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| fault["at"].as_str().unwrap())
        .collect();
    assert!(
        places.contains("$.report.title") && places.contains("$.report.odd"),
        "{places:?}"
    );
    assert!(places.contains("$.report.values[0].kind"), "{places:?}");
    assert_eq!(
        send(r#"{"report":{}}"#).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let sector = r#"{"report":{"technique":"x"},"terms":{"sector":"no-such"}}"#;
    assert_eq!(send(sector).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let bare = Request::post("/api/v1/submissions")
        .header(header::AUTHORIZATION, format!("Bearer {key}"))
        .header(header::CONTENT_TYPE, "text/plain");
    let bare = door.send(bare.body(Body::from("{}")).unwrap()).await;
    assert_eq!(bare.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(bare.json()["expected"], "application/json");
    let read_only = nation.key(&nation.provider, &[KeyScope::ApiRead]).await;
    let refused = post(&door, "/api/v1/submissions", &read_only, &report(), None).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let nobody = post(
        &door,
        "/api/v1/submissions",
        "kn_wrong_key",
        &report(),
        None,
    )
    .await;
    assert_eq!(nobody.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_members_machine_reads_answers_and_acknowledges() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let item = released_with(&nation, |_| {}).await.state;
    let hidden = story::submit(&nation).await;
    let hidden = story::derive(&nation, hidden.report).await.state;
    let scopes = [KeyScope::ApiRead, KeyScope::Feedback];
    let key = nation.key(&nation.member, &scopes).await;
    let list = door
        .get(
            "/api/v1/items?q=203%5B.%5D0%5B.%5D113%5B.%5D77&tlp=GREEN",
            &key,
        )
        .await
        .json();
    assert_eq!(
        (&list["total"], &list["items"][0]["number"]),
        (&json!(1), &json!(item.number))
    );
    let at = format!("/api/v1/items/{}", item.number);
    let one = door.get(&at, &key).await;
    let said = one.json();
    assert_eq!(said["countermeasures"]["en"], "Update the appliance.");
    assert_eq!(said["values"][0]["use"], "block");
    // Nothing of the item's own record: for whom it stands, who derived it, what was looked at.
    for secret in [
        "handle",
        "derivers",
        "rows",
        "asked",
        &item.handle.to_string(),
    ] {
        assert!(!one.text.contains(secret), "{secret}");
    }
    for deriver in &item.derivers {
        assert!(!one.text.contains(&deriver.to_string()));
    }
    let naming = json!({ "comment": "海浜銀行でも同じ通信を止めた" }).to_string();
    let naming = post(&door, &format!("{at}/feedback"), &key, &naming, None).await;
    assert_eq!(naming.status, StatusCode::CONFLICT);
    assert!(naming.text.contains("海浜銀行"), "{}", naming.text);
    let answer = json!({ "sighting": { "kind": "seen", "count": 2 }, "usefulness": 5 }).to_string();
    let kept = post(&door, &format!("{at}/feedback"), &key, &answer, None).await;
    assert_eq!(kept.status, StatusCode::OK, "{}", kept.text);
    // Sent again by who did not hear of it: the same answer, and nothing more in the ledger.
    let size = nation.world.store().ledger_size().await.unwrap();
    let same = post(&door, &format!("{at}/feedback"), &key, &answer, None).await;
    assert_eq!((same.status, same.text), (StatusCode::OK, kept.text));
    assert_eq!(nation.world.store().ledger_size().await.unwrap(), size);
    let odd = json!({ "usefulness": 9 }).to_string();
    let odd = post(&door, &format!("{at}/feedback"), &key, &odd, None).await;
    assert_eq!(odd.status, StatusCode::CONFLICT, "{}", odd.text);
    let mut told = Vec::new();
    for first in [true, false, false] {
        let before = nation.world.store().ledger_size().await.unwrap();
        let done = post(&door, &format!("{at}/acknowledge"), &key, "", None).await;
        assert_eq!(done.json()["first"], first, "{}", done.text);
        let after = nation.world.store().ledger_size().await.unwrap();
        assert_eq!(after > before, first, "only the first leaves an event");
        told.push(done.json()["at"].clone());
    }
    assert!(told[0].is_string() && told[0] == told[1] && told[1] == told[2]);
    let at = format!("/api/v1/items/{}", hidden.number);
    assert_eq!(door.get(&at, &key).await.status, StatusCode::NOT_FOUND);
    let shut = post(&door, &format!("{at}/feedback"), &key, &answer, None).await;
    assert_eq!(shut.status, StatusCode::NOT_FOUND);
    assert_eq!(
        door.get("/api/v1/funnel", &key).await.status,
        StatusCode::FORBIDDEN
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn sectors_are_those_of_the_day() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let count = async |on: &str| {
        let answer = door.get(&format!("/api/v1/sectors?on={on}"), "none").await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        answer.json()["sectors"].as_array().unwrap().len()
    };
    assert!(count("2018-08-01").await < count("2025-08-01").await);
    let wrong = door.get("/api/v1/sectors?on=yesterday", "none").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
}

/// Two words of letters one after the other.
fn has_english(said: &str) -> bool {
    let words: Vec<&str> = said.split_whitespace().collect();
    let is_word = |word: &&str| word.len() > 1 && word.bytes().all(|b| b.is_ascii_alphabetic());
    words.windows(2).any(|pair| pair.iter().all(is_word))
}

fn has_japanese(said: &str) -> bool {
    said.chars().any(|sign| sign >= '\u{3001}')
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_told_in_one_language() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let key = nation.key(&nation.provider, &[KeyScope::Submit]).await;
    let long = format!(
        r#"{{"report":{{"title":"{}","technique":"x"}}}}"#,
        "x".repeat(700)
    );
    let bodies = [
        r#"{"report":{}}"#,
        r#"{"report":{"title":5,"odd":1,"seen":"x","values":[7,{"kind":"nokind","value":"x"},{"kind":"ipv4","value":"zz"}]}}"#,
        r#"{"report":{"technique":"x"},"terms":{"sector":"no-such"}}"#,
        &long,
    ];
    for (lang, other) in [
        ("ja", has_english as fn(&str) -> bool),
        ("en", has_japanese),
    ] {
        for body in bodies {
            let request = Request::post("/api/v1/submissions")
                .header(header::AUTHORIZATION, format!("Bearer {key}"))
                .header(header::CONTENT_TYPE, "application/json")
                .header(header::ACCEPT_LANGUAGE, lang)
                .body(Body::from(body.to_owned()));
            let answer = door.send(request.unwrap()).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
            let told = answer.json();
            let faults = told["faults"].as_array().unwrap();
            assert!(!faults.is_empty(), "{told}");
            let said = faults.iter().map(|fault| &fault["said"]);
            for said in said.chain([&told["title"], &told["detail"]]) {
                let said = said.as_str().unwrap();
                assert!(!said.is_empty() && !other(said), "{lang}: {said}");
            }
        }
    }
}
