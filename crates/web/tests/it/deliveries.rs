//! Deliveries over the API: what the page of deliveries shows.

use axum::http::{Method, StatusCode};
use kaname_directory::KeyScope;
use kaname_sharing::Outlet;
use kaname_testkit::Nation;
use serde_json::{Value, json};

use crate::{
    acted::undelivered,
    browser::Browser,
    house::Door,
    leak::pushed::{work, worker},
    library::released_with,
    sink::MailSink,
};

#[tokio::test(flavor = "multi_thread")]
async fn officers_read_what_was_delivered_page_by_page() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let item = released_with(&nation, |_| {}).await;
    let other = released_with(&nation, |_| {}).await;
    let mails = MailSink::open().await;
    work(&worker(&nation, &mails)).await;
    let number = &item.state.number;
    let officer = Browser::of(&door, &nation, &nation.auditor).await;
    let whole = officer.get("/api/v1/deliveries").await.json();
    let rows = whole["deliveries"].as_array().unwrap();
    assert!(rows.len() >= 2, "{whole}");
    assert_eq!(whole["total"], rows.len());
    assert_eq!(whole["states"]["queued"], rows.len());
    let row = rows.iter().find(|row| row["item"] == *number).unwrap();
    assert_eq!(
        (&row["outlet"], &row["mode"], &row["state"]),
        (&json!("web"), &json!("fetch"), &json!("queued"))
    );
    assert!(row["organisation"]["name"]["ja"].is_string(), "{row}");
    // Of one item, in one state, one by one.
    let (mut paged, mut next) = (
        Vec::new(),
        "/api/v1/deliveries?limit=1&state=queued".to_owned(),
    );
    loop {
        let page = officer.get(&next).await.json();
        paged.extend(page["deliveries"].as_array().unwrap().clone());
        match page["next"].as_str() {
            Some(more) => next = more.to_owned(),
            None => break,
        }
    }
    assert_eq!(&Value::from(paged), &whole["deliveries"]);
    let of_item = officer
        .get(&format!("/api/v1/deliveries?item={number}"))
        .await
        .json();
    let of_item = of_item["deliveries"].as_array().unwrap();
    assert!(!of_item.is_empty() && of_item.iter().all(|row| row["item"] == *number));
    assert!(of_item.iter().all(|row| row["item"] != other.state.number));
    for (asked, status) in [
        ("state=lost", StatusCode::BAD_REQUEST),
        ("item=S-2611-ZZZZZZ", StatusCode::NOT_FOUND),
        ("after=q3vZ8mXK2c0bT1n5Yw", StatusCode::BAD_REQUEST),
    ] {
        let answer = officer.get(&format!("/api/v1/deliveries?{asked}")).await;
        assert_eq!(answer.status, status, "{asked}: {}", answer.text);
    }
    // Nobody else, and no key.
    let member = Browser::of(&door, &nation, &nation.member).await;
    assert_eq!(
        member.get("/api/v1/deliveries").await.status,
        StatusCode::FORBIDDEN
    );
    let key = nation
        .key(&nation.member, &[KeyScope::ApiRead, KeyScope::Feedback])
        .await;
    assert_eq!(
        door.get("/api/v1/deliveries", &key).await.status,
        StatusCode::FORBIDDEN
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_over_is_told_with_who_knows() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let item = released_with(&nation, |_| {}).await;
    let mails = MailSink::open().await;
    let worker = worker(&nation, &mails);
    work(&worker).await;
    let number = &item.state.number;
    let key = nation.key(&nation.member, &[KeyScope::Feedback]).await;
    let acknowledge = format!("/api/v1/items/{number}/acknowledge");
    let done = crate::api::post(&door, &acknowledge, &key, "", None).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text);
    let officer = Browser::of(&door, &nation, &nation.analyst).await;
    let asked = format!("/api/v1/deliveries?item={number}");
    let before = officer.get(&asked).await.json();
    assert_eq!(before["recalled"], Value::Null);
    assert_eq!(before["states"]["acknowledged"], 1, "{before}");
    let releaser = nation.caller(&nation.releaser).await;
    let withdrawn = nation.world.withdraw_item(&releaser, item.id, "誤り").await;
    withdrawn.unwrap();
    let after = officer.get(&asked).await.json();
    assert_eq!(after["recalled"]["had"], 1, "{after}");
    let rows = after["deliveries"].as_array().unwrap();
    let unaware = rows.iter().filter(|row| row["not_told_of_end"] == true);
    let told = after["recalled"]["told"].as_u64().unwrap();
    assert_eq!(unaware.count() as u64, 1 - told, "{after}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_given_up_is_sent_again_by_those_who_may() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let item = released_with(&nation, |draft| draft.outlets = Outlet::ALL.into()).await;
    let (_, failed) = undelivered(&nation).await.remove(0);
    let administrator = Browser::of(&door, &nation, &nation.administrator).await;
    let told = administrator
        .get("/api/v1/deliveries?state=failed")
        .await
        .json();
    assert_eq!(told["deliveries"][0]["id"], *failed);
    assert_eq!(told["deliveries"][0]["item"], *item.state.number);
    assert!(told["deliveries"][0]["failure"].is_string(), "{told}");
    assert!(!told["given_up"].as_array().unwrap().is_empty(), "{told}");
    let path = format!("/api/v1/deliveries/{failed}/retry");
    let auditor = Browser::of(&door, &nation, &nation.auditor).await;
    let denied = auditor.ask(&Method::POST, &path, None).await;
    assert_eq!(denied.status, StatusCode::FORBIDDEN);
    let again = administrator.ask(&Method::POST, &path, None).await;
    assert_eq!(again.status, StatusCode::OK, "{}", again.text);
    assert_eq!(again.json()["state"], "queued");
    let twice = administrator.ask(&Method::POST, &path, None).await;
    assert_eq!(twice.status, StatusCode::CONFLICT, "{}", twice.text);
    for id in [nation.library.id.to_string(), "7".to_owned()] {
        let path = format!("/api/v1/deliveries/{id}/retry");
        let none = administrator.ask(&Method::POST, &path, None).await;
        assert_eq!(none.status, StatusCode::NOT_FOUND, "{id}");
    }
}
