//! How much one party may hand in, by every way in; and who hears of what.

use axum::http::StatusCode;
use jiff::SignedDuration;
use kaname_directory::KeyScope;
use kaname_kernel::Clock as _;
use kaname_testkit::Nation;
use kaname_world::Settings;

use crate::{
    browser::{Browser, Part, between, leads_to},
    house::{Answer, Door},
    story,
};

fn says_when(answer: &Answer) {
    assert_eq!(
        answer.status,
        StatusCode::TOO_MANY_REQUESTS,
        "{}",
        answer.text
    );
    let wait: u64 = answer.header("retry-after").parse().unwrap();
    assert!((1..=3_600).contains(&wait));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_party_that_hands_in_too_much_is_told_when_to_come_back_by_every_way() {
    let nation = Nation::with(Settings {
        max_submissions_per_hour: 1,
        ..Settings::default()
    })
    .await;
    let door = Door::of(&nation);
    let second = nation.clock.now().as_second().rem_euclid(3_600);
    nation
        .clock
        .advance(SignedDuration::from_secs(3_600 - second));
    story::submit(&nation).await;
    let scopes = [KeyScope::Submit, KeyScope::TaxiiPost];
    let key = nation.key(&nation.provider, &scopes).await;
    // The JSON API.
    let report = crate::api::report();
    let api = crate::api::post(&door, "/api/v1/submissions", &key, &report, None).await;
    says_when(&api);
    assert_eq!(api.json()["code"], "too_many");
    // TAXII.
    let indicator = r#"{"type":"indicator","spec_version":"2.1","id":"indicator--11111111-1111-4111-8111-111111111111","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","name":"C2","pattern":"[ipv4-addr:value = '203.0.113.77']","pattern_type":"stix","valid_from":"2026-01-01T00:00:00Z"}"#;
    let envelope = format!(r#"{{"objects":[{indicator}]}}"#);
    let intake = format!("/taxii2/api/collections/{}/objects/", nation.intake.id);
    says_when(&door.post(&intake, &key, envelope).await);
    // The form; what was typed stays as a draft.
    let provider = Browser::of(&door, &nation, &nation.provider).await;
    let parts = [
        Part::Field("title", "VPN装置への侵入"),
        Part::Field("technique", "203.0.113.77 から接続"),
        Part::Field("tlp", "GREEN"),
        Part::Field("pap", "GREEN"),
        Part::Field("urgency", "high"),
    ];
    leads_to(&provider.upload("/submissions/new", &parts).await);
    let confirm = provider.page("/submissions/confirm").await;
    let once = between(&confirm, "name=\"once\" value=\"", "\"");
    let parts = [Part::Field("once", once), Part::Field("value", "v0")];
    says_when(&provider.upload("/submissions", &parts).await);
    nation.clock.advance(SignedDuration::from_hours(1));
    let taken = provider.upload("/submissions", &parts).await;
    assert!(leads_to(&taken).starts_with("/submissions/R-"));
}

#[tokio::test(flavor = "multi_thread")]
async fn officers_who_do_not_triage_hear_nothing_of_reports() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    for (person, topic, status) in [
        (&nation.releaser, "report", StatusCode::FORBIDDEN),
        (&nation.auditor, "report", StatusCode::FORBIDDEN),
        (&nation.administrator, "report", StatusCode::FORBIDDEN),
        (&nation.administrator, "item", StatusCode::FORBIDDEN),
        (&nation.provider, "report", StatusCode::FORBIDDEN),
        (&nation.member, "item", StatusCode::FORBIDDEN),
        (&nation.outsider, "library", StatusCode::FORBIDDEN),
    ] {
        let path = format!("/events?topic={topic}");
        let answer = Browser::of(&door, &nation, person).await.get(&path).await;
        assert_eq!(answer.status, status, "{topic}");
    }
    for (person, topic) in [
        (&nation.analyst, "report"),
        (&nation.releaser, "item"),
        (&nation.administrator, "now"),
        (&nation.provider, "now"),
        (&nation.member, "library"),
    ] {
        let browser = Browser::of(&door, &nation, person).await;
        drop(browser.stream(&format!("/events?topic={topic}")).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_only_reads_deliveries_is_offered_no_retry() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let auditor = Browser::of(&door, &nation, &nation.auditor).await;
    auditor.page("/deliveries").await;
    let path = format!("/deliveries/{}/retry", nation.library.id);
    let denied = auditor.post(&path, &[]).await;
    assert_eq!(denied.status, StatusCode::FORBIDDEN);
}
