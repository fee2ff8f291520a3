//! How much one party may hand in, by every way in; and who hears of what.

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use jiff::SignedDuration;
use kaname_directory::KeyScope;
use kaname_kernel::Clock as _;
use kaname_testkit::Nation;
use kaname_world::{Limits, Settings};

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
async fn the_api_says_what_is_left_and_refuses_more_than_is_granted() {
    let settings = Settings {
        limits: Limits {
            api_per_minute: 3,
            ..Limits::default()
        },
        ..Settings::default()
    };
    let nation = Nation::with(settings).await;
    let door = Door::of(&nation);
    let key = nation.key(&nation.member, &[KeyScope::ApiRead]).await;
    let other = nation.key(&nation.provider, &[KeyScope::ApiRead]).await;
    for left in ["2", "1", "0"] {
        let answer = door.get("/api/v1/items", &key).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.header("ratelimit-policy"), "\"api\";q=3;w=60");
        let told = answer.header("ratelimit");
        assert!(told.starts_with(&format!("\"api\";r={left};t=")), "{told}");
    }
    let over = door.get("/api/v1/items/S-2611-9QX3E", &key).await;
    assert_eq!(over.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(over.json()["code"], "too_many");
    assert!(over.header("ratelimit").starts_with("\"api\";r=0;t="));
    let wait: u64 = over.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    // Nobody else's, no other door's, and who is not known has one by the address.
    assert_eq!(
        door.get("/api/v1/items", &other).await.status,
        StatusCode::OK
    );
    assert_eq!(
        door.get("/api/v1/items", "kn_nobody").await.status,
        StatusCode::UNAUTHORIZED
    );
    let page = door.get("/taxii2/", &key).await;
    assert_ne!(page.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(page.headers.get("ratelimit").is_none());
    let anyone = async || {
        let request = Request::get("/api/v1/sectors").body(Body::empty());
        door.send(request.unwrap()).await
    };
    let mut refused = 0;
    for _ in 0..4 {
        let answer = anyone().await;
        assert!(answer.header("ratelimit").starts_with("\"api\";r="));
        refused += u32::from(answer.status == StatusCode::TOO_MANY_REQUESTS);
    }
    assert!(refused >= 1, "{refused}");
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
        (&nation.member, "assessment", StatusCode::FORBIDDEN),
        (&nation.releaser, "campaign", StatusCode::FORBIDDEN),
    ] {
        let path = format!("/events?topic={topic}");
        let answer = Browser::of(&door, &nation, person).await.get(&path).await;
        assert_eq!(answer.status, status, "{topic}");
    }
    for (person, topic) in [
        (&nation.analyst, "report"),
        (&nation.releaser, "item"),
        (&nation.analyst, "assessment"),
        (&nation.auditor, "assessment"),
        (&nation.analyst, "campaign"),
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

fn refused(answer: &Answer, status: StatusCode, words: &[&str]) {
    assert_eq!(answer.status, status, "{words:?}: {}", answer.text);
    for word in words {
        assert!(
            answer.text.contains(word),
            "{word:?} is not in: {}",
            answer.text
        );
    }
}

async fn lowered() -> (Nation, Door) {
    let limits = Limits {
        max_body_bytes: 100 << 10,
        max_form_bytes: 20 << 10,
        max_post_bytes: 5_000,
        max_parts: 64,
        max_text_bytes: 2_000,
        max_attachment_bytes: 6_000,
        max_attachments: 2,
        max_objects: 2,
        max_object_bytes: 1_500,
        max_depth: 8,
        max_string_bytes: 7_000,
        max_table_bytes: 3_000,
        max_rows: 9,
        max_columns: 3,
        ..Limits::default()
    };
    let settings = Settings {
        limits,
        ..Settings::default()
    };
    let nation = Nation::with(settings).await;
    let door = Door::of(&nation);
    (nation, door)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_over_a_lowered_bound_is_told_what_where_and_the_bound() {
    let (nation, door) = lowered().await;
    let provider = Browser::of(&door, &nation, &nation.provider)
        .await
        .english();
    let handed_in = async |parts: &[Part<'_>]| {
        let terms = [
            Part::Field("tlp", "GREEN"),
            Part::Field("pap", "GREEN"),
            Part::Field("urgency", "high"),
        ];
        let all: Vec<Part<'_>> = terms.iter().chain(parts).cloned().collect();
        provider.upload("/submissions/new", &all).await
    };
    let body = "x".repeat(110 << 10);
    let answer = handed_in(&[Part::Field("technique", &body)]).await;
    refused(&answer, StatusCode::PAYLOAD_TOO_LARGE, &["100 KiB"]);
    let field = "x".repeat(4_001);
    let answer = handed_in(&[Part::Field("technique", &field)]).await;
    refused(
        &answer,
        StatusCode::UNPROCESSABLE_ENTITY,
        &["technique", "4001", "4000"],
    );
    let text = "x ".repeat(1_001);
    let answer = handed_in(&[Part::Field("technique", &text)]).await;
    refused(&answer, StatusCode::UNPROCESSABLE_ENTITY, &["2000"]);
    let file = "x".repeat(3_001);
    let answer = handed_in(&[Part::File("file", "list.csv", file.as_bytes())]).await;
    refused(&answer, StatusCode::UNPROCESSABLE_ENTITY, &["3000"]);
    let many: Vec<Part<'_>> = (0..64).map(|_| Part::Field("group", "x")).collect();
    let answer = handed_in(&many).await;
    refused(
        &answer,
        StatusCode::UNPROCESSABLE_ENTITY,
        &["form", "65", "64"],
    );
    let rows: String = (0..12).map(|n| format!("203.0.113.{n},a\r\n")).collect();
    let answer = handed_in(&[Part::File("file", "rows.csv", rows.as_bytes())]).await;
    refused(
        &answer,
        StatusCode::UNPROCESSABLE_ENTITY,
        &["more than 9 rows", "line 10"],
    );
    // Rows that are too wide are left out, and the page says which.
    let wide = "203.0.113.1,a,b,c\r\n203.0.113.2,a\r\n";
    leads_to(&handed_in(&[Part::File("file", "wide.csv", wide.as_bytes())]).await);
    let confirm = provider.page("/submissions/confirm").await;
    for word in ["203.0.113.2", "Line 1", "cells beyond 3"] {
        assert!(confirm.contains(word), "{word:?} is not in: {confirm}");
    }
    // A plain form.
    let long = "x".repeat(21 << 10);
    let answer = provider
        .post("/submissions/draft/drop", &[("x", &long)])
        .await;
    refused(&answer, StatusCode::PAYLOAD_TOO_LARGE, &["20 KiB"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_over_a_lowered_bound_is_told_what_where_and_the_bound() {
    let (nation, door) = lowered().await;
    let key = nation.key(&nation.provider, &[KeyScope::TaxiiPost]).await;
    let root = door.taxii("/taxii2/api/", &key).await.json();
    assert_eq!(root["max_content_length"], 5_000);
    let intake = format!("/taxii2/api/collections/{}/objects/", nation.intake.id);
    let post = async |objects: &[String]| {
        let envelope = format!(r#"{{"objects":[{}]}}"#, objects.join(","));
        door.post(&intake, &key, envelope).await
    };
    let note = |more: &str| {
        format!(
            r#"{{"type":"note","spec_version":"2.1","id":"note--11111111-1111-4111-8111-111111111111","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","object_refs":[],"content":{more}}}"#
        )
    };
    let short = note("\"x\"");
    let large = note(&format!("\"{}\"", "x".repeat(5_000)));
    let answer = post(&[large]).await;
    refused(&answer, StatusCode::PAYLOAD_TOO_LARGE, &["5000 bytes"]);
    let answer = post(&vec![short; 3]).await;
    refused(
        &answer,
        StatusCode::UNPROCESSABLE_ENTITY,
        &["more than 2 objects"],
    );
    let answer = post(&[note(&format!("\"{}\"", "x".repeat(1_500)))]).await;
    refused(
        &answer,
        StatusCode::UNPROCESSABLE_ENTITY,
        &["object 0", "1500"],
    );
    let deep = format!("{}{}", "[".repeat(9), "]".repeat(9));
    let answer = post(&[note(&deep)]).await;
    refused(
        &answer,
        StatusCode::UNPROCESSABLE_ENTITY,
        &["deeper than 8 levels", "content"],
    );
    let text = axum::http::Request::post(&intake)
        .header("authorization", format!("Bearer {key}"))
        .header("accept", "application/taxii+json;version=2.1")
        .header("content-type", "text/plain");
    let answer = door.send(text.body("{}".into()).unwrap()).await;
    refused(
        &answer,
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        &["application/taxii+json;version=2.1"],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_over_a_lowered_bound_is_told_what_where_and_the_bound() {
    let (nation, door) = lowered().await;
    let key = nation.key(&nation.provider, &[KeyScope::Submit]).await;
    let post = async |body: String| {
        crate::api::post(&door, "/api/v1/submissions", &key, &body, None).await
    };
    let answer = post("x".repeat(101 << 10)).await;
    refused(
        &answer,
        StatusCode::PAYLOAD_TOO_LARGE,
        &["\"limit\":102400"],
    );
    let long = format!(r#"{{"report":{{"title":"{}"}}}}"#, "x".repeat(7_001));
    let answer = post(long).await;
    refused(
        &answer,
        StatusCode::BAD_REQUEST,
        &["longer than 7000 bytes", "$.report.title"],
    );
    let deep = format!(r#"{{"report":{}1{}}}"#, "[".repeat(9), "]".repeat(9));
    let answer = post(deep).await;
    refused(
        &answer,
        StatusCode::BAD_REQUEST,
        &["deeper than 8 levels", "$.report"],
    );
    let words = format!(
        r#"{{"report":{{"title":"x","technique":"{}"}}}}"#,
        "x ".repeat(1_001)
    );
    let answer = post(words).await;
    refused(
        &answer,
        StatusCode::UNPROCESSABLE_ENTITY,
        &["$.report.technique", "2000"],
    );
    let file = r#"{"name":"a","media_type":"text/plain","base64":"eA=="}"#;
    let files = format!(
        r#"{{"report":{{"title":"x","technique":"x","attachments":[{file},{file},{file}]}}}}"#
    );
    let answer = post(files).await;
    refused(
        &answer,
        StatusCode::UNPROCESSABLE_ENTITY,
        &["$.report.attachments", "2"],
    );
}

/// A title made of a pasted first line and a list at its bound go through; a typed title that is too long
/// is told at its field, with how long it is, the bound and the unit.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_confirm_page_shows_is_taken() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let provider = Browser::of(&door, &nation, &nation.provider).await;
    let terms = [
        Part::Field("tlp", "GREEN"),
        Part::Field("pap", "GREEN"),
        Part::Field("urgency", "normal"),
    ];
    let reads = async |parts: &[Part<'_>]| {
        let all: Vec<Part<'_>> = terms.iter().chain(parts).cloned().collect();
        provider.upload("/submissions/new", &all).await
    };
    let hands_in = async |values: usize| {
        let confirm = provider.page("/submissions/confirm").await;
        let once = between(&confirm, "name=\"once\" value=\"", "\"").to_owned();
        let ticks: Vec<String> = (0..values).map(|n| format!("v{n}")).collect();
        let ticks = ticks.iter().map(|tick| Part::Field("value", tick));
        let parts: Vec<Part<'_>> = std::iter::once(Part::Field("once", &once))
            .chain(ticks)
            .collect();
        leads_to(&provider.upload("/submissions", &parts).await)
    };
    let pasted = format!("𠮷{}\n203.0.113.77", "あ".repeat(220));
    leads_to(&reads(&[Part::Field("technique", &pasted)]).await);
    assert!(hands_in(1).await.starts_with("/submissions/R-"));
    let long = "あ".repeat(201);
    let typed = [
        Part::Field("title", &long),
        Part::Field("technique", "侵入"),
    ];
    let told = "件名が上限を超えています（201 文字、上限 200 文字）。";
    refused(
        &reads(&typed).await,
        StatusCode::UNPROCESSABLE_ENTITY,
        &[told],
    );
    provider.post("/submissions/draft/drop", &[]).await;
    let rows: String = (0..5_200)
        .map(|n| format!("203.0.{}.{}\r\n", n / 250, n % 250))
        .collect();
    leads_to(&reads(&[Part::File("file", "list.csv", rows.as_bytes())]).await);
    let confirm = provider.page("/submissions/confirm").await;
    assert!(confirm.contains("値が多すぎるため") && confirm.contains("5,000"));
    assert!(hands_in(5_000).await.starts_with("/submissions/R-"));
}
