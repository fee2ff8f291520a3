//! A page of one report or item hears that it has changed, and nobody else does.

use axum::{body::BodyDataStream, http::StatusCode};
use futures_util::{FutureExt as _, StreamExt as _};
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

    // What changed between the page and its stream is told at once.
    let mut late = provider.stream(&followed).await;
    assert!(first(&mut late).await.contains(CHANGED));

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

    // Who may not open the page may not follow it either.
    let releaser = Browser::of(&door, &nation, &nation.releaser).await;
    let spied = format!("/events?of=report&number={}&mark=1", receipt.number);
    assert_eq!(releaser.get(&spied).await.status, StatusCode::FORBIDDEN);
    // A mark cannot be tried out: what the hub did not seal for this reader says nothing.
    let forged = format!("/events?of=item&number={}&mark=1", item.state.number);
    let mut guessing = analyst.stream(&forged).await;
    let mut current = analyst.stream(&follows(&analyst.page(&desk).await)).await;
    let before = world.store().last_notice().await.unwrap();
    let own = nation.caller(&nation.provider).await;
    world.refuse(&own, item.id, "出したくない").await.unwrap();
    world.pump(before).await.unwrap();
    // The page that is up to date hears of the change; the guess hears nothing at all.
    assert!(first(&mut current).await.contains(CHANGED));
    assert!(guessing.next().now_or_never().is_none());

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

#[tokio::test(flavor = "multi_thread")]
async fn the_desk_hears_of_an_item_once_its_provider_is_asked() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let world = &nation.world;
    let releaser = Browser::of(&door, &nation, &nation.releaser).await;
    let mut stream = releaser.stream("/events?topic=item").await;
    let before = world.store().last_notice().await.unwrap();
    let mut items = Vec::new();
    for _ in 0..3 {
        let report = story::submit(&nation).await.report;
        items.push(story::derive(&nation, report).await.id);
    }
    let analyst = nation.caller(&nation.analyst).await;
    world.ask_consent(&analyst, items[1], None).await.unwrap();
    world.pump(before).await.unwrap();
    let bar = first(&mut stream).await;
    assert!(bar.contains('1') && !bar.contains('3'), "{bar}");
}
