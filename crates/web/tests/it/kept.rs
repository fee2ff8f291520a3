//! Searches that people keep, and what is told of who else saw a value.

use axum::http::StatusCode;
use jiff::SignedDuration;
use kaname_directory::{KeyScope, PartyKind};
use kaname_kernel::Role;
use kaname_testkit::{Nation, Person};

use crate::{
    browser::{Browser, between, leads_to},
    house::Door,
    story,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_search_is_saved_changed_and_dropped_and_stays_its_owners() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let member = Browser::of(&door, &nation, &nation.member).await;
    let page = member.page("/search?q=type%3Aindicator+%3Cb%3EVPN").await;
    let form = between(&page, "href=\"/search/saved-new?", "\"");
    let form = format!("/search/saved-new?{}", form.replace("&#38;", "&"));
    let page = member.page(&form).await;
    assert!(page.contains("type:indicator"), "{page}");
    let typed = [
        ("name", "<b>装置"),
        ("query", "種別:指標 VPN"),
        ("alert", "hourly"),
    ];
    let saved = member.post("/search/saved-new", &typed).await;
    assert_eq!(leads_to(&saved), "/search/saved");
    let page = member.page("/search/saved").await;
    assert!(page.contains("&#60;b&#62;装置") && page.contains("type:indicator VPN"));
    assert!(
        page.contains("毎時") && page.contains("メールでは知らせられません"),
        "{page}"
    );
    let id = between(&page, "href=\"/search/saved/", "\"");
    let one = format!("/search/saved/{id}");

    // What is no search stays to be mended, with what is wrong.
    let wrong = [("name", "x"), ("query", "colour:red"), ("alert", "hourly")];
    let refused = member.post(&one, &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("colour:red"), "{}", refused.text);
    let long = "語".repeat(2_000);
    for wrong in [
        [("name", ""), ("query", "VPN"), ("alert", "daily")],
        [
            ("name", long.as_str()),
            ("query", "VPN"),
            ("alert", "daily"),
        ],
        [("name", "x"), ("query", long.as_str()), ("alert", "daily")],
        [("name", "x"), ("query", "VPN"), ("alert", "always")],
    ] {
        let refused = member.post(&one, &wrong).await;
        assert_eq!(
            refused.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{wrong:?}"
        );
    }

    // Nobody else knows of it.
    for person in [&nation.analyst, &nation.administrator, &nation.auditor] {
        let other = Browser::of(&door, &nation, person).await;
        assert_eq!(other.get(&one).await.status, StatusCode::NOT_FOUND);
        let dropped = other.post(&format!("{one}/drop"), &[]).await;
        assert_eq!(dropped.status, StatusCode::NOT_FOUND);
        assert!(!other.page("/search/saved").await.contains("装置"));
    }
    let right = [("name", "新しい名"), ("query", "VPN"), ("alert", "never")];
    assert_eq!(leads_to(&member.post(&one, &right).await), "/search/saved");
    let page = member.page("/search/saved").await;
    assert!(page.contains("新しい名") && page.contains("しない"));
    assert!(
        !page.contains("メールでは知らせられません"),
        "nothing is to be told"
    );
    member.post(&format!("{one}/drop"), &[]).await;
    assert!(!member.page("/search/saved").await.contains("新しい名"));
    assert_eq!(member.get(&one).await.status, StatusCode::NOT_FOUND);
}

/// A provider of a party of its own, which reports what [`story::report`] says.
async fn another_reports(nation: &Nation, code: &str) -> Person {
    let party = nation.party(code, PartyKind::Operator, code, code).await;
    let person = nation.hire(party, code, &[Role::Provider]).await;
    let caller = nation.caller(&person).await;
    let handed_in = nation.world.submit(&caller, story::report(), None);
    handed_in.await.unwrap();
    person
}

#[tokio::test(flavor = "multi_thread")]
async fn who_else_saw_a_value_is_told_from_three_others_on_and_after_the_hour() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let key = nation.key(&nation.member, &[KeyScope::ApiRead]).await;
    let seen = async |key: &str| {
        let at = "/api/v1/seen?values=203[.]0[.]113[.]77+198.51.100.200+no-value!";
        let answer = door.get(at, key).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        let said = answer.json();
        assert_eq!(said["organisations_at_least"], 3);
        assert_eq!(said["not_read"], serde_json::json!(["no-value!"]));
        assert_eq!(said["answers"][0]["value"], "203.0.113.77");
        assert_eq!(said["answers"][1]["seen_by_others"], false, "nobody's");
        said["answers"][0]["seen_by_others"].as_bool().unwrap()
    };
    story::submit(&nation).await;
    story::submit(&nation).await;
    another_reports(&nation, "kaisha-a").await;
    nation.clock.advance(SignedDuration::from_hours(1));
    assert!(!seen(&key).await, "two organisations, three reports");
    let third = another_reports(&nation, "kaisha-b").await;
    assert!(!seen(&key).await, "within this hour");
    nation.clock.advance(SignedDuration::from_hours(1));
    assert!(seen(&key).await);
    // One of the three has two others.
    let own = nation.key(&third, &[KeyScope::ApiRead]).await;
    assert!(!seen(&own).await);

    // The page says the same, escaped, and what is too much.
    let member = Browser::of(&door, &nation, &nation.member).await;
    let page = member.page("/search?q=203.0.113.77").await;
    assert!(page.contains("/search/seen?values=203.0.113.77"), "{page}");
    let page = member
        .page("/search/seen?values=203.0.113.77%0A%3Cscript%3E")
        .await;
    assert!(page.contains("3組織以上から報告があります"), "{page}");
    assert!(!page.contains("<script>") && page.contains("値として読めないもの"));
    let many: Vec<String> = (0..51).map(|n| format!("203.0.113.{n}")).collect();
    let page = member
        .page(&format!("/search/seen?values={}", many.join("+")))
        .await;
    assert!(page.contains("一度に尋ねられるのは50個までです"), "{page}");
    let refused = door
        .get(&format!("/api/v1/seen?values={}", many.join("+")), &key)
        .await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    // Half a year later it is forgotten.
    nation.clock.advance(SignedDuration::from_hours(24 * 181));
    let key = nation.key(&nation.member, &[KeyScope::ApiRead]).await;
    assert!(!seen(&key).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organisation_asks_so_many_values_an_hour() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let key = nation.key(&nation.member, &[KeyScope::ApiRead]).await;
    let many: Vec<String> = (0..50).map(|n| format!("203.0.113.{n}")).collect();
    let at = format!("/api/v1/seen?values={}", many.join("+"));
    for _ in 0..20 {
        assert_eq!(door.get(&at, &key).await.status, StatusCode::OK);
    }
    let refused = door.get("/api/v1/seen?values=203.0.113.1", &key).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    nation.clock.advance(SignedDuration::from_hours(1));
    let again = door.get("/api/v1/seen?values=203.0.113.1", &key).await;
    assert_eq!(again.status, StatusCode::OK);
}
