//! STIX and patterns are pasted and seen, by page and by API; nothing of it is kept.

use axum::http::StatusCode;
use kaname_directory::KeyScope;
use kaname_testkit::Nation;

use crate::{
    api::post,
    browser::{Browser, Part},
    house::Door,
};

const BUNDLE: &str = r#"{"type":"bundle","id":"bundle--5d0092c5-5f74-4287-9642-33f4c354e56d","objects":[
 {"type":"indicator","spec_version":"2.1","id":"indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
  "created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z",
  "name":"<script>alert(1)</script>","pattern":"[ipv4-addr:value = '192.0.2.7']","pattern_type":"stix"}]}"#;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_pasted_is_seen_with_its_faults() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let member = Browser::of(&door, &nation, &nation.member).await;
    assert!(
        member
            .page("/library/objects")
            .await
            .contains("href=\"/stix\"")
    );
    let size = nation.world.store().ledger_size().await.unwrap();

    let parts = [Part::Field("text", BUNDLE), Part::Field("level", "strict")];
    let seen = member.upload("/stix", &parts).await;
    assert_eq!(seen.status, StatusCode::OK, "{}", seen.text);
    for said in [
        "必須のプロパティがない",
        "必須のプロパティ valid_from がありません。",
        "/objects/0",
        "valid_from",
        "MUST 違反",
        "検出",
    ] {
        assert!(seen.text.contains(said), "{said}: {}", seen.text);
    }
    assert!(!seen.text.contains("<script>alert"), "what was pasted acts");

    let wire = [
        Part::Field("text", ""),
        Part::Field("level", "wire"),
        Part::File("file", "a.json", BUNDLE.as_bytes()),
    ];
    let seen = member.upload("/stix", &wire).await;
    assert!(
        seen.text.contains("すべてが基準に合っています"),
        "{}",
        seen.text
    );

    let pattern = [Part::Field("text", "[ domain-name:value  =  'a.test' ]")];
    let seen = member.upload("/stix", &pattern).await;
    assert!(
        seen.text.contains("[domain-name:value = &#39;a.test&#39;]"),
        "{}",
        seen.text
    );

    for (bad, why) in [
        ("", "文書もファイルもありません"),
        ("{\"type\":", "STIX として読めません"),
        ("[domain-name:value = ]", "パターンとして読めません"),
        ("[[[[[[[[[[", "STIX として読めません"),
    ] {
        let seen = member.upload("/stix", &[Part::Field("text", bad)]).await;
        assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
        assert!(seen.text.contains(why), "{bad}: {}", seen.text);
    }
    assert_eq!(nation.world.store().ledger_size().await.unwrap(), size);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_is_given_the_same_verdict() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let key = nation.key(&nation.member, &[KeyScope::ApiRead]).await;
    let seen = post(&door, "/api/v1/stix/check", &key, BUNDLE, None).await;
    assert_eq!(seen.status, StatusCode::OK, "{}", seen.text);
    let seen = seen.json();
    assert_eq!((&seen["objects"], &seen["refused"]), (&1.into(), &1.into()));
    let missing = seen["findings"].as_array().unwrap().iter();
    let missing = missing.filter(|found| found["rule"] == "required");
    assert_eq!(missing.count(), 1, "{seen}");
    let wire = post(&door, "/api/v1/stix/check?level=wire", &key, BUNDLE, None)
        .await
        .json();
    assert_eq!(wire["refused"], 0);
    let bad = post(&door, "/api/v1/stix/check", &key, "[1]", None).await;
    assert!(
        bad.status.is_client_error() || bad.json()["refused"] == 1,
        "{}",
        bad.text
    );
    let other = nation.key(&nation.member, &[KeyScope::TaxiiRead]).await;
    let refused = post(&door, "/api/v1/stix/check", &other, BUNDLE, None).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}
