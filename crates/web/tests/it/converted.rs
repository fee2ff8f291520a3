//! STIX and MISP that programs send to be looked for, compared and converted; nothing of it is kept.

use axum::http::StatusCode;
use kaname_directory::KeyScope;
use kaname_testkit::Nation;
use kaname_world::{Limits, Settings};
use serde_json::{Value, json};

use crate::{
    api::post,
    house::{Answer, Door},
};

const ADDRESS: &str = "ipv4-addr--9a1c8e57-2f46-5d3b-8e0a-7c6b5a4d3e2f";
const TIME: &str = "2026-01-01T00:00:00.000Z";

/// A hub, and a key that may ask.
struct Asking {
    nation: Nation,
    door: Door,
    key: String,
}

impl Asking {
    async fn new() -> Self {
        Self::of(Nation::new().await).await
    }

    async fn of(nation: Nation) -> Self {
        let door = Door::of(&nation);
        let key = nation.key(&nation.member, &[KeyScope::ApiRead]).await;
        Self { nation, door, key }
    }

    async fn ask(&self, path: &str, body: &Value) -> Answer {
        let path = format!("/api/v1/{path}");
        post(&self.door, &path, &self.key, &body.to_string(), None).await
    }

    async fn told(&self, path: &str, body: &Value) -> Value {
        let answer = self.ask(path, body).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
        answer.json()
    }

    /// Where a body is refused as one that does not read.
    async fn refused(&self, path: &str, body: &Value) -> String {
        let answer = self.ask(path, body).await;
        assert_eq!(
            answer.status,
            StatusCode::BAD_REQUEST,
            "{path}: {}",
            answer.text
        );
        let told = answer.json();
        assert_eq!(told["code"], "malformed_body");
        told["at"].as_str().unwrap().to_owned()
    }
}

fn observed(n: usize) -> Value {
    json!({ "type": "observed-data", "spec_version": "2.1", "id": format!("observed-data--5c4a3f2e-1b0d-4e9c-8a7f-{n:012}"),
        "created": TIME, "modified": TIME, "first_observed": TIME, "last_observed": TIME, "number_observed": 1, "object_refs": [ADDRESS] })
}

fn address() -> Value {
    json!({ "type": "ipv4-addr", "spec_version": "2.1", "id": ADDRESS, "value": "203.0.113.77" })
}

fn indicator(n: usize, pattern: &str) -> Value {
    json!({ "type": "indicator", "spec_version": "2.1", "id": format!("indicator--8e2e2d2b-17d4-4cbf-938f-{n:012}"),
        "created": TIME, "modified": TIME, "valid_from": TIME, "pattern": pattern, "pattern_type": "stix" })
}

#[tokio::test(flavor = "multi_thread")]
async fn patterns_are_found_in_what_was_observed() {
    let asking = Asking::new().await;
    let size = asking.nation.world.store().ledger_size().await.unwrap();
    let seen = json!([observed(1), observed(2), address()]);
    let pattern = "[ipv4-addr:value ISSUBSET '203.0.113.0/24']";
    let told = asking
        .told(
            "stix/match",
            &json!({ "pattern": pattern, "observed": seen }),
        )
        .await;
    assert_eq!(
        (&told["patterns"], &told["observed"]),
        (&json!(1), &json!(2)),
        "{told}"
    );
    assert_eq!(told["found"][0]["pattern"], pattern);
    assert_eq!(told["found"][0]["observed"], json!([observed(1)["id"]]));
    let none = json!({ "pattern": "[ipv4-addr:value = '192.0.2.1']", "observed": seen });
    assert_eq!(asking.told("stix/match", &none).await["found"], json!([]));
    // The patterns of indicators; what cannot be looked for is named, and the others are looked for.
    let indicators = json!({ "type": "bundle", "id": "bundle--5d0092c5-5f74-4287-9642-33f4c354e56d", "objects": [
        indicator(1, "[ipv4-addr:value = '203.0.113.77'] REPEATS 2 TIMES"), indicator(2, "[ipv4-addr:value = "),
        indicator(3, "[ipv4-addr:value MATCHES '(?=x)']"), address() ] });
    let mut broken = observed(3);
    broken["number_observed"] = json!(0);
    let asked = json!({ "indicators": indicators, "observed": [observed(1), observed(2), broken, address()] });
    let told = asking.told("stix/match", &asked).await;
    assert_eq!(told["found"][0]["from"], indicator(1, "")["id"], "{told}");
    assert_eq!(
        told["found"][0]["observed"],
        json!([observed(1)["id"], observed(2)["id"]])
    );
    assert_eq!(told["passed_over"].as_array().unwrap().len(), 2, "{told}");
    assert_eq!(told["unusable"][0]["id"], observed(3)["id"]);
    assert_eq!(
        asking.nation.world.store().ledger_size().await.unwrap(),
        size
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_looked_for_is_told_with_its_place() {
    let asking = Asking::new().await;
    let seen = json!([observed(1), address()]);
    for (asked, place) in [
        (
            json!({ "pattern": "[ipv4-addr:value = ]", "observed": seen }),
            "pattern, byte 19",
        ),
        (
            json!({ "pattern": "[ipv4-addr:value ISSUBSET 'a']", "observed": seen }),
            "pattern",
        ),
        (json!({ "observed": seen }), "body"),
        (
            json!({ "pattern": "[a:b = 1]", "observed": {} }),
            "observed",
        ),
        (
            json!({ "pattern": "[a:b = 1]", "observed": [1] }),
            "observed, object 0",
        ),
    ] {
        assert_eq!(asking.refused("stix/match", &asked).await, place, "{asked}");
    }
    let unknown = asking
        .refused("stix/match", &json!({ "patern": "", "observed": seen }))
        .await;
    assert!(unknown.starts_with("line 1"), "{unknown}");
    // So many expressions, and no text that takes long to search.
    let many: Vec<Value> = (0..201)
        .map(|n| indicator(n, "[ipv4-addr:value MATCHES '^203']"))
        .collect();
    let told = asking
        .told(
            "stix/match",
            &json!({ "indicators": many, "observed": seen }),
        )
        .await;
    assert_eq!(
        (
            told["found"].as_array().unwrap().len(),
            told["passed_over"].as_array().unwrap().len()
        ),
        (200, 1)
    );
    let mut long = address();
    long["value"] = json!("x".repeat((1 << 20) + 1));
    let asked =
        json!({ "pattern": "[ipv4-addr:value MATCHES 'y']", "observed": [observed(1), long] });
    assert_eq!(asking.refused("stix/match", &asked).await, "body");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_documents_are_compared_object_by_object() {
    let asking = Asking::new().await;
    let mut newer = indicator(1, "[a:b = 1]");
    newer["modified"] = json!("2026-02-01T00:00:00.000Z");
    newer["name"] = json!("C2");
    let pair = json!({ "before": [indicator(1, "[a:b = 1]"), indicator(2, "[a:b = 2]")],
        "after": { "objects": [newer, indicator(1, "[a:b = 1]"), indicator(3, "[a:b = 3]")] } });
    let told = asking.told("stix/diff", &pair).await;
    assert_eq!(told["added"], json!([indicator(3, "")["id"]]));
    assert_eq!(told["removed"], json!([indicator(2, "")["id"]]));
    assert_eq!(
        told["changed"][0]["changes"],
        json!([
        { "path": "/modified", "before": TIME, "after": "2026-02-01T00:00:00.000Z" }, { "path": "/name", "after": "C2" }])
    );
    assert_eq!(told["more"], false);
    assert_eq!(
        asking
            .refused(
                "stix/diff",
                &json!({ "before": [], "after": { "type": 1 } })
            )
            .await,
        "after"
    );
    // A long name over many differences is not repeated without end.
    let long = "n".repeat(1 << 20);
    let list = |value: usize| json!([{ "type": "x-a", "id": "x-a--1", long.as_str(): vec![value; 1_000] }]);
    let told = asking
        .told("stix/diff", &json!({ "before": list(1), "after": list(2) }))
        .await;
    assert_eq!(told["more"], true);
    assert!(told["changed"][0]["changes"].as_array().unwrap().len() < 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn stix_20_becomes_a_bundle_of_21() {
    let asking = Asking::new().await;
    let old = json!({ "type": "indicator", "id": indicator(1, "")["id"], "created": TIME, "modified": TIME,
        "labels": ["malicious-activity"], "valid_from": TIME, "pattern": "[a:b = 1]", "external_references": [] });
    let seen = json!({ "type": "observed-data", "id": observed(1)["id"], "created": TIME, "modified": TIME,
        "first_observed": TIME, "last_observed": TIME, "number_observed": 1, "objects": { "0": { "type": "ipv4-addr", "value": "203.0.113.77" } } });
    let bundle = json!({ "type": "bundle", "id": "bundle--5d0092c5-5f74-4287-9642-33f4c354e56d", "spec_version": "2.0", "objects": [old, seen] });
    let told = asking.told("stix/upgrade", &bundle).await;
    assert_eq!(told["bundle"]["id"], bundle["id"]);
    assert_eq!(
        (&told["objects"], &told["observables"]),
        (&json!(3), &json!(1)),
        "{told}"
    );
    assert_eq!(
        told["bundle"]["objects"][0]["indicator_types"],
        json!(["malicious-activity"])
    );
    assert_eq!(told["left_out"], json!(["/objects/0/external_references"]));
    let verdict = asking.told("stix/check", &told["bundle"]).await;
    assert_eq!(verdict["refused"], 0, "{verdict}");
    // Without an id of its own the bundle gets one.
    let alone = asking
        .told(
            "stix/upgrade",
            &json!([{ "type": "tool", "id": "tool--1" }]),
        )
        .await;
    assert!(
        alone["bundle"]["id"]
            .as_str()
            .unwrap()
            .starts_with("bundle--")
    );
    let nothing = json!({ "type": "bundle", "objects": [{ "id": "tool--1" }] });
    assert_eq!(
        asking.refused("stix/upgrade", &nothing).await,
        "body, object 0"
    );
}

fn event(attributes: &Value) -> Value {
    json!({ "Event": { "uuid": "5f2b8d3a-6c14-4e70-9b58-0d1e2f3a4b5c", "info": "VPN", "date": "2026-01-01", "timestamp": "1767225600",
        "threat_level_id": "2", "analysis": "2", "distribution": "0", "Attribute": attributes } })
}

fn attribute(value: &str) -> Value {
    json!({ "uuid": "0c9e7d5b-3a18-4f26-8e04-b2c6d8f0a1e3", "type": "ip-dst", "category": "Network activity", "value": value,
        "to_ids": true, "timestamp": "1767225600", "distribution": "5" })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_misp_event_becomes_stix_and_comes_back() {
    let asking = Asking::new().await;
    let told = asking
        .told("misp/convert", &event(&json!([attribute("203.0.113.77")])))
        .await;
    assert_eq!(
        (&told["to"], &told["attributes"], &told["left_out"]),
        (&json!("stix"), &json!(1), &json!(0)),
        "{told}"
    );
    assert_eq!(
        told["documents"][0]["event"],
        "5f2b8d3a-6c14-4e70-9b58-0d1e2f3a4b5c"
    );
    let bundle = &told["documents"][0]["document"];
    assert_eq!(asking.told("stix/check", bundle).await["refused"], 0);
    let back = asking.told("misp/convert", bundle).await;
    assert_eq!(
        (&back["to"], &back["documents"][0]["event"]),
        (&json!("misp"), &Value::Null)
    );
    let same = &back["documents"][0]["document"]["Event"];
    assert_eq!(same["Attribute"][0]["value"], "203.0.113.77", "{back}");
    assert_eq!(same["info"], "VPN");
    let other = asking
        .nation
        .key(&asking.nation.member, &[KeyScope::TaxiiRead])
        .await;
    for path in ["misp/convert", "stix/match", "stix/diff", "stix/upgrade"] {
        let path = format!("/api/v1/{path}");
        let denied = post(&asking.door, &path, &other, "{}", None).await;
        assert_eq!(denied.status, StatusCode::FORBIDDEN, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn unsound_parts_refuse_the_whole_unless_they_are_to_be_left_out() {
    let asking = Asking::new().await;
    let unsound = event(
        &json!([attribute("203.0.113.77"), { "type": "ip-dst", "category": 7, "value": { "a": 1 } }]),
    );
    let refused = asking.ask("misp/convert", &unsound).await;
    assert_eq!(
        refused.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        refused.text
    );
    let fault = &refused.json()["faults"][0];
    assert!(
        fault["at"]
            .as_str()
            .unwrap()
            .starts_with("/Event/Attribute/1"),
        "{fault}"
    );
    assert!(fault["why"].is_string());
    let told = asking.told("misp/convert?skip_bad=true", &unsound).await;
    assert_eq!(
        (&told["attributes"], &told["left_out"]),
        (&json!(1), &json!(1)),
        "{told}"
    );
    assert_eq!(told["findings"][0]["severity"], "error");
    assert_eq!(
        asking.refused("misp/convert", &json!({ "a": 1 })).await,
        "body"
    );
    assert_eq!(
        asking
            .refused("misp/convert?to=misp", &json!({ "a": 1 }))
            .await,
        "body"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn bounds_of_the_house_hold_for_what_is_looked_at() {
    let limits = Limits {
        max_attachment_bytes: 20_000,
        max_body_bytes: 30_000,
        max_objects: 3,
        max_object_bytes: 2_000,
        max_depth: 9,
        ..Limits::default()
    };
    let settings = Settings {
        limits,
        ..Settings::default()
    };
    let asking = Asking::of(Nation::with(settings).await).await;
    let many: Vec<Value> = (0..4).map(|n| indicator(n, "[a:b = 1]")).collect();
    let seen = json!([observed(1), address()]);
    for (path, asked, place) in [
        (
            "stix/match",
            json!({ "indicators": many, "observed": seen }),
            "indicators",
        ),
        (
            "stix/match",
            json!({ "pattern": "[a:b = 1]", "observed": many }),
            "observed",
        ),
        (
            "stix/diff",
            json!({ "before": many, "after": [] }),
            "before",
        ),
        (
            "stix/diff",
            json!({ "before": [], "after": [{ "type": "x-a", "id": "x-a--1", "a": "x".repeat(2_100) }] }),
            "after, object 0",
        ),
        ("stix/upgrade", json!(many), "body"),
        (
            "misp/convert",
            event(&json!([
                attribute("192.0.2.1"),
                attribute("192.0.2.2"),
                attribute("192.0.2.3"),
                attribute("192.0.2.4")
            ])),
            "body",
        ),
    ] {
        let at = asking.refused(path, &asked).await;
        assert_eq!(at, place, "{path} {asked}");
    }
    let long = json!({ "before": "x".repeat(31_000), "after": [] });
    assert_eq!(
        asking.ask("stix/diff", &long).await.status,
        StatusCode::PAYLOAD_TOO_LARGE
    );
    let mut deep = json!(1);
    for _ in 0..12 {
        deep = json!([deep]);
    }
    let at = asking
        .refused("stix/diff", &json!({ "before": deep, "after": [] }))
        .await;
    assert!(at.starts_with("$.before"), "{at}");
}
