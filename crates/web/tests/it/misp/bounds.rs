//! What is asked before a body is read, how long it may be, and which collection is meant.

use axum::{
    body::Body,
    http::{Request, header},
};
use kaname_directory::KeyScope::{TaxiiPost, TaxiiRead};
use kaname_kernel::Tlp;
use serde_json::{Value as Json, json};

use super::{Setting, misp_event, setting, text};
use crate::{
    house::Answer,
    taxii::{claims::peer, layout::load},
};

impl Setting {
    async fn post_into(&self, collection: &str, key: &str, body: Body, length: usize) -> Answer {
        let request = Request::post("/misp/events/add")
            .header(header::AUTHORIZATION, key)
            .header(header::CONTENT_LENGTH, length)
            .header("kaname-collection", collection);
        self.door.send(request.body(body).unwrap()).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_right_and_the_length_are_asked_before_the_body_is_read() {
    let s = setting().await;
    let read = kaname_sharing::collection::Access::Members;
    peer(&s.nation, "exchange", Some(Tlp::Green), read).await;
    let poster = s
        .nation
        .key(&s.nation.provider, &[TaxiiRead, TaxiiPost])
        .await;
    // Whoever reads this body fails: it never comes.
    let never = || {
        Body::from_stream(futures_util::stream::pending::<
            Result<String, std::io::Error>,
        >())
    };
    let unknown = s.post_into("nowhere", &poster, never(), 1_000).await;
    assert_eq!(unknown.status, 404, "{}", unknown.text);
    let library = s.nation.library.id.to_string();
    let refused = s.post_into(&library, &poster, never(), 1_000).await;
    assert_eq!(refused.status, 403, "{}", refused.text);
    let most = s.nation.world.settings().limits.envelope_bytes();
    let long = s.post_into("exchange", &poster, never(), most + 1).await;
    assert_eq!(long.status, 413, "{}", long.text);
    assert!(long.text.contains("limits.max_post"), "{}", long.text);
    let reader = s.post_into("exchange", &s.key, never(), 1_000).await;
    assert_eq!(reader.status, 403, "{}", reader.text);
    // Another's event is refused so too.
    let sent = misp_event();
    let body = sent.to_string();
    let length = body.len();
    let taken = s.post_into("exchange", &poster, body.into(), length).await;
    assert_eq!(taken.status, 200, "{}", taken.text);
    let other = s
        .nation
        .key(&s.nation.member, &[TaxiiRead, TaxiiPost])
        .await;
    let uuid = text(&sent["Event"]["uuid"]);
    let request = Request::post(format!("/misp/events/edit/{uuid}"))
        .header(header::AUTHORIZATION, other.as_str())
        .header(header::CONTENT_LENGTH, 1_000);
    let refused = s.door.send(request.body(never()).unwrap()).await;
    assert_eq!(refused.status, 403, "{}", refused.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_within_its_own_bound_is_taken_whatever_it_becomes() {
    let s = setting().await;
    let poster = s
        .nation
        .key(&s.nation.provider, &[TaxiiRead, TaxiiPost])
        .await;
    let most = s.nation.world.settings().limits.max_objects;
    let mut event = misp_event();
    event["Event"]["Object"] = json!([]);
    event["Event"]["EventReport"] = json!([]);
    let attributes = |count: usize| -> Json {
        let one = |n: usize| {
            json!({
                "uuid": format!("5c93d7f7-1111-4548-ae4c-{n:012}"), "type": "ip-dst|port", "to_ids": false,
                "category": "Network activity", "value": format!("198.51.{}.{}|8443", n / 250 % 250, n % 250),
                "timestamp": "1763600000",
            })
        };
        (0..count).map(one).collect()
    };
    // Each becomes several objects.
    event["Event"]["Attribute"] = attributes(most / 2);
    let taken = s.post("events/add", &poster, &event).await;
    assert_eq!(taken.status, 200, "{}", taken.text);
    assert!(taken.header("kaname-receipt").starts_with("R-"));
    // It is answered as it is kept: without its lists.
    let told = taken.json();
    assert_eq!(told["Event"]["uuid"], event["Event"]["uuid"]);
    assert_eq!(told["Event"]["Attribute"], Json::Null);
    event["Event"]["Attribute"] = attributes(most + 1);
    let refused = s.post("events/add", &poster, &event).await;
    assert_eq!(refused.status, 400, "{}", refused.text);
    assert!(
        refused.text.contains("limits.max_objects"),
        "{}",
        refused.text
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collection_of_another_api_root_is_found_by_its_alias() {
    let s = setting().await;
    let poster = s
        .nation
        .key(&s.nation.provider, &[TaxiiRead, TaxiiPost])
        .await;
    let collection = |id: &str| {
        json!({ "id": id, "alias": "partners", "title": "Partners", "can_read": true, "can_write": true,
            "objects": [] })
    };
    let root = |path: &str, id: &str| {
        json!({ "path": path, "title": path, "max_content_length": 1_000_000,
            "collections": [collection(id)], "statuses": [] })
    };
    let layout = |roots: Vec<Json>| {
        let paths: Vec<Json> = roots.iter().map(|root| root["path"].clone()).collect();
        json!({ "discovery": { "title": "Server", "api_roots": paths }, "roots": roots })
    };
    let one = root("east", "91a7b528-80eb-42ed-a74d-c6fbd5a26116");
    load(&s.nation, &layout(vec![one])).await.unwrap();
    let posted = async |named: &str, n: u32| {
        let mut event = misp_event();
        event["Event"]["uuid"] = format!("5c93d7f7-7de4-4548-ae4c-{n:012}").into();
        let body = event.to_string();
        let length = body.len();
        s.post_into(named, &poster, body.into(), length).await
    };
    let taken = posted("partners", 1).await;
    assert_eq!(taken.status, 200, "{}", taken.text);
    let two = root("west", "64993447-4d7e-4f70-b94d-d7f33742ee63");
    load(&s.nation, &layout(vec![two])).await.unwrap();
    let which = posted("partners", 2).await;
    assert_eq!(which.status, 400, "{}", which.text);
    assert!(which.text.contains("PATH/ALIAS"), "{}", which.text);
    let taken = posted("west/partners", 3).await;
    assert_eq!(taken.status, 200, "{}", taken.text);
    assert_eq!(posted("north/partners", 4).await.status, 404);
}
