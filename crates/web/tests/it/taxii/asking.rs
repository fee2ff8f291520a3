//! Discovery, media types, statuses: how a client asks.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use kaname_directory::KeyScope::FeedRead;
use kaname_sharing::collection::Access;
use serde_json::json;

use super::{COLLECTIONS, filled, is_error, setting};
use crate::house::{TAXII, get};

#[tokio::test(flavor = "multi_thread")]
async fn duty_1_discovery_root_and_basic_authentication() {
    let s = setting().await;
    let found = s.door.taxii("/taxii2/", &s.key).await;
    assert_eq!(found.status, StatusCode::OK);
    assert_eq!(
        found.json()["api_roots"],
        json!(["http://hub.test/taxii2/api/"])
    );
    assert_eq!(found.json()["default"], "http://hub.test/taxii2/api/");
    let root = s.door.taxii("/taxii2/api/", &s.key).await.json();
    assert_eq!(root["versions"], json!([TAXII]));
    assert!(root["max_content_length"].as_u64().unwrap() >= 1 << 20);
    // Basic: the key as password, or as user name.
    for pair in [format!("machine:{}", s.key), format!("{}:", s.key)] {
        let basic = format!("Basic {}", STANDARD.encode(pair));
        let request = Request::get("/taxii2/").header(header::AUTHORIZATION, basic);
        let answer = s.door.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::OK);
    }
    // Every URL ends in a slash.
    assert_eq!(
        s.door.taxii("/taxii2/api", &s.key).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn duty_2_media_types_and_statuses() {
    let s = setting().await;
    let collection = filled(&s.nation, "peer", 3, Access::Members).await;
    let objects = format!("{COLLECTIONS}{collection}/objects/");
    for path in ["/taxii2/", "/taxii2/api/", COLLECTIONS, &objects] {
        for accept in [TAXII, "application/taxii+json", "*/*"] {
            let request = get(path, &s.key).header(header::ACCEPT, accept);
            let answer = s.door.send(request.body(Body::empty()).unwrap()).await;
            assert_eq!(answer.status, StatusCode::OK, "{path} {accept}");
            assert_eq!(answer.header("content-type"), TAXII, "{path}");
        }
        for accept in [
            "application/json",
            "text/html",
            "application/taxii+json;version=2.0",
        ] {
            let request = get(path, &s.key).header(header::ACCEPT, accept);
            let answer = s.door.send(request.body(Body::empty()).unwrap()).await;
            assert_eq!(answer.status, StatusCode::NOT_ACCEPTABLE, "{path} {accept}");
            is_error(&answer);
        }
        // Without credentials, with wrong ones, and with a browser's Accept.
        let plain = Request::get(path).body(Body::empty()).unwrap();
        let browser = Request::get(path)
            .header(header::ACCEPT, "text/html")
            .body(Body::empty());
        let wrong = get(path, "kn_abcdefghijkm_0000000000000000000000000000000A");
        for request in [plain, browser.unwrap(), wrong.body(Body::empty()).unwrap()] {
            let answer = s.door.send(request).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}");
            assert!(answer.header("www-authenticate").starts_with("Basic "));
            is_error(&answer);
        }
    }
    let nothing = s
        .door
        .taxii(&format!("{COLLECTIONS}nothing/"), &s.key)
        .await;
    assert_eq!(nothing.status, StatusCode::NOT_FOUND);
    is_error(&nothing);
    let nowhere = s.door.taxii("/taxii2/elsewhere/", &s.key).await;
    assert_eq!(nowhere.status, StatusCode::NOT_FOUND);
    is_error(&nowhere);
    let request = Request::put(&objects).header(header::AUTHORIZATION, format!("Bearer {}", s.key));
    let put = s.door.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(put.status, StatusCode::METHOD_NOT_ALLOWED);
    is_error(&put);
    // A key that knows of the collection but may not read it.
    let other = s.nation.key(&s.nation.member, &[FeedRead]).await;
    let denied = s.door.taxii(&objects, &other).await;
    assert_eq!(denied.status, StatusCode::FORBIDDEN);
    is_error(&denied);
}
