//! A page of one report or item hears that it has changed, and nobody else does.

use axum::{body::BodyDataStream, http::StatusCode};
use futures_util::StreamExt as _;
use kaname_testkit::Nation;

use crate::{
    browser::{Browser, between},
    house::Door,
    story,
};

const CHANGED: &str = "この内容は更新されました";

/// The stream that a page says it follows.
fn follows(page: &str) -> String {
    between(page, "data-hx-sse:connect=\"", "\"")
        .replace("&amp;", "&")
        .replace("&#38;", "&")
}

async fn first(stream: &mut BodyDataStream) -> String {
    loop {
        let piece = stream.next().await.unwrap().unwrap();
        let piece = String::from_utf8(piece.to_vec()).unwrap();
        if piece.contains("data:") {
            return piece;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_one_matter_hear_that_it_changed() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let world = &nation.world;
    let receipt = story::submit(&nation).await;
    let provider = Browser::of(&door, &nation, &nation.provider).await;
    let address = format!("/submissions/{}", receipt.number);
    let followed = follows(&provider.page(&address).await);
    let mut stream = provider.stream(&followed).await;
    let before = world.store().last_notice().await.unwrap();
    let item = story::derive(&nation, receipt.report).await;
    world.pump(before).await.unwrap();
    assert!(first(&mut stream).await.contains(CHANGED));

    // What changed between the page and its stream is told at once; the page as it is now is quiet.
    let mut late = provider.stream(&followed).await;
    assert!(first(&mut late).await.contains(CHANGED));
    assert_ne!(follows(&provider.page(&address).await), followed);

    // An item too, at the officers' desk.
    let analyst = Browser::of(&door, &nation, &nation.analyst).await;
    let desk = format!("/items/{}", item.state.number);
    let followed_item = follows(&analyst.page(&desk).await);
    let mut stream = analyst.stream(&followed_item).await;
    let before = world.store().last_notice().await.unwrap();
    let caller = nation.caller(&nation.analyst).await;
    world.ask_consent(&caller, item.id, None).await.unwrap();
    world.pump(before).await.unwrap();
    assert!(first(&mut stream).await.contains(CHANGED));

    // Whoever may not see the matter is told that there is none, as for one that is not there.
    let member = Browser::of(&door, &nation, &nation.member).await;
    for (of, number) in [
        ("report", receipt.number.as_str()),
        ("item", item.state.number.as_str()),
        ("report", "KNM-0000-0000"),
    ] {
        let tried = member
            .get(&format!("/events?of={of}&number={number}&mark=1"))
            .await;
        assert_eq!(tried.status, StatusCode::NOT_FOUND, "{number}");
    }
}
