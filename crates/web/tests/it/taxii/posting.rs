//! What a client posts, and what it may not delete.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use kaname_directory::KeyScope::{Submit, TaxiiPost, TaxiiRead};
use kaname_sharing::collection::Access;
use serde_json::json;

use super::{COLLECTIONS, filled, is_error, setting, stix_id};
use crate::house::TAXII;

#[tokio::test(flavor = "multi_thread")]
async fn duty_2_posts_are_bounded_and_checked() {
    let s = setting().await;
    let intake = format!("{COLLECTIONS}{}/objects/", s.nation.intake.id);
    let key = s.nation.key(&s.nation.provider, &[TaxiiPost]).await;
    let request = Request::post(&intake)
        .header(header::AUTHORIZATION, format!("Bearer {key}"))
        .header(header::CONTENT_TYPE, "application/json");
    let other_media = s.door.send(request.body(Body::from("{}")).unwrap()).await;
    assert_eq!(other_media.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    is_error(&other_media);
    for bad in [
        "",
        "{",
        "{}",
        "[]",
        r#"{"objects":[]}"#,
        r#"{"objects":[{"id":"a","id":"b"}]}"#,
    ] {
        let answer = s.door.post(&intake, &key, bad).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
        is_error(&answer);
    }
    let large = vec![b' '; 33 << 20];
    let answer = s.door.post(&intake, &key, large).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    is_error(&answer);
}

#[tokio::test(flavor = "multi_thread")]
async fn duty_8_a_post_becomes_a_submission_with_a_status() {
    let s = setting().await;
    let key = s.nation.key(&s.nation.provider, &[TaxiiPost]).await;
    let intake = format!("{COLLECTIONS}{}/objects/", s.nation.intake.id);
    let good = r#"{"type":"indicator","spec_version":"2.1","id":"indicator--11111111-1111-4111-8111-111111111111","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","name":"C2","pattern":"[ipv4-addr:value = '203.0.113.77']","pattern_type":"stix","valid_from":"2026-01-01T00:00:00Z"}"#;
    let envelope = format!(r#"{{"objects":[{good},{{"type":"indicator","id":"nonsense"}}]}}"#);
    let posted = s.door.post(&intake, &key, envelope.clone()).await;
    assert_eq!(posted.status, StatusCode::ACCEPTED, "{}", posted.text);
    let status = posted.json();
    for (name, value) in [
        ("status", json!("complete")),
        ("total_count", json!(2)),
        ("success_count", json!(1)),
        ("failure_count", json!(1)),
        ("pending_count", json!(0)),
    ] {
        assert_eq!(status[name], value, "{name}");
    }
    assert_eq!(
        status["successes"][0]["version"],
        "2026-01-01T00:00:00.000000Z"
    );
    assert_eq!(status["failures"][0]["id"], "nonsense");
    let id = status["id"].as_str().unwrap();
    let path = format!("/taxii2/api/status/{id}/");
    // Still there after 24 hours, and nobody else's.
    s.nation.clock.advance(jiff::SignedDuration::from_hours(25));
    assert_eq!(s.door.taxii(&path, &key).await.json(), status);
    let stranger = s.nation.key(&s.nation.member, &[TaxiiPost]).await;
    assert_eq!(
        s.door.taxii(&path, &stranger).await.status,
        StatusCode::NOT_FOUND
    );
    // It is a report in triage, once, however often it is sent.
    let again = s.door.post(&intake, &key, envelope).await;
    assert_eq!(again.status, StatusCode::ACCEPTED);
    assert_eq!(again.json()["successes"], status["successes"]);
    let analyst = s.nation.caller(&s.nation.analyst).await;
    let waiting = s.nation.world.triage_list(&analyst, |_| {}).await.unwrap();
    assert_eq!(waiting.total, 1);
    let submission = &waiting.rows[0].state.submission;
    assert_eq!(submission.values.len(), 1);
    assert_eq!(submission.tlp, kaname_kernel::Tlp::AmberStrict);
    // Nobody reads what was posted, and nothing is posted where nothing belongs.
    let read = s
        .nation
        .key(&s.nation.provider, &[TaxiiRead, TaxiiPost])
        .await;
    assert_eq!(
        s.door.taxii(&intake, &read).await.status,
        StatusCode::FORBIDDEN
    );
    let library = format!("{COLLECTIONS}{}/objects/", s.nation.library.id);
    let refused = s
        .door
        .post(&library, &read, format!(r#"{{"objects":[{good}]}}"#))
        .await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    is_error(&refused);
    let listed = s.door.taxii(COLLECTIONS, &read).await.json();
    let rights = |id: &str| {
        let all = listed["collections"].as_array().unwrap();
        let one = all.iter().find(|one| one["id"] == id).unwrap();
        (one["can_read"].clone(), one["can_write"].clone())
    };
    assert_eq!(
        rights(&s.nation.library.id.to_string()),
        (json!(true), json!(false))
    );
    assert_eq!(
        rights(&s.nation.intake.id.to_string()),
        (json!(false), json!(true))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_holds_no_value_is_a_submission_all_the_same() {
    let s = setting().await;
    let intake = format!("{COLLECTIONS}{}/objects/", s.nation.intake.id);
    let post = s.nation.key(&s.nation.provider, &[TaxiiPost]).await;
    let hand_in = s.nation.key(&s.nation.provider, &[Submit]).await;
    let objects = [
        r#""type":"malware","id":"malware--11111111-1111-4111-8111-111111111111","is_family":true,"description":"owl""#,
        r#""type":"indicator","id":"indicator--11111111-1111-4111-8111-111111111112","pattern_type":"yara","pattern":"rule owl { condition: true }","valid_from":"2026-01-01T00:00:00Z""#,
        r#""type":"indicator","id":"indicator--11111111-1111-4111-8111-111111111113","pattern_type":"stix","pattern":"[file:name MATCHES '^evil']","valid_from":"2026-01-01T00:00:00Z""#,
        r#""type":"sighting","id":"sighting--11111111-1111-4111-8111-111111111114","sighting_of_ref":"indicator--11111111-1111-4111-8111-111111111112""#,
    ];
    for object in objects {
        let object = format!(
            r#"{{"spec_version":"2.1","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z",{object}}}"#
        );
        let posted = s
            .door
            .post(&intake, &post, format!(r#"{{"objects":[{object}]}}"#))
            .await;
        assert_eq!(posted.status, StatusCode::ACCEPTED, "{}", posted.text);
        assert_eq!(posted.json()["success_count"], 1, "{}", posted.text);
        let report = format!(
            r#"{{"report":{{"type":"bundle","id":"bundle--11111111-1111-4111-8111-111111111115","objects":[{object}]}}}}"#
        );
        let handed_in = crate::api::post(&s.door, "/api/v1/submissions", &hand_in, &report, None);
        let handed_in = handed_in.await;
        assert_eq!(handed_in.status, StatusCode::CREATED, "{}", handed_in.text);
    }
    let analyst = s.nation.caller(&s.nation.analyst).await;
    let waiting = s.nation.world.triage_list(&analyst, |_| {}).await.unwrap();
    assert_eq!(waiting.total, 8);
}

#[tokio::test(flavor = "multi_thread")]
async fn duty_9_nobody_deletes_what_was_released() {
    let s = setting().await;
    let collection = filled(&s.nation, "peer", 2, Access::Members).await;
    for (id, status) in [(1, StatusCode::FORBIDDEN), (77, StatusCode::NOT_FOUND)] {
        let path = format!("{COLLECTIONS}{collection}/objects/{}/", stix_id(id));
        let request = Request::delete(&path)
            .header(header::AUTHORIZATION, format!("Bearer {}", s.key))
            .header(header::ACCEPT, TAXII);
        let answer = s.door.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, status);
        is_error(&answer);
    }
}
