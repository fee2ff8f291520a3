//! Who may look at, and move, the traces of a provider in an item.

use jiff::SignedDuration;
use kaname_kernel::Role;
use kaname_sharing::{ItemState, ManifestHash};
use kaname_testkit::Nation;
use kaname_world::{
    Caller, Loaded, WorldError,
    sharing::{ItemDraft, Receipt},
};

use crate::story;

type Item = Loaded<kaname_sharing::Item>;

/// An item with the provider's name in its summary, and the receipt of its report.
async fn with_a_trace(nation: &Nation) -> (Item, Receipt) {
    let receipt = story::submit(nation).await;
    let named = |draft: &mut ItemDraft| draft.summary.ja = "みなと電力の装置が狙われた".to_owned();
    let item = story::derive_as(nation, receipt.report, named).await;
    (item, receipt)
}

fn is_shut<T>(tried: &Result<T, WorldError>) -> bool {
    let key = "refused-not-open";
    matches!(tried, Err(WorldError::Refused { key: told, .. }) if *told == key)
}

fn is_missing<T>(tried: &Result<T, WorldError>) -> bool {
    matches!(tried, Err(WorldError::NotFound("item")))
}

/// One that asks by trial which organisation is marked.
fn probe(nation: &Nation, item: &Item) -> ItemDraft {
    let mut draft = story::draft_of(nation, item.state.content.clone());
    draft.summary.ja = "海浜銀行 みなと電力 北斗機器".to_owned();
    draft
}

async fn sees_the_count_alone(nation: &Nation, caller: &Caller, item: &Item) {
    let seen = nation.world.checklist(caller, item).await.unwrap();
    assert!(seen.open > 0 && seen.rows.is_none() && seen.reopen.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_for_who_holds_the_report_open_and_nobody_else_writes() {
    let nation = Nation::new().await;
    let world = &nation.world;
    let (item, receipt) = with_a_trace(&nation).await;
    let analyst = nation.caller(&nation.analyst).await;
    let held = world.checklist(&analyst, &item).await.unwrap();
    let row = held.rows.unwrap()[0].key();
    let hub = nation.administrator.party;
    let other = nation.hire(hub, "bunseki-2", &[Role::Analyst]).await;
    let other = nation.caller(&other).await;
    sees_the_count_alone(&nation, &other, &item).await;
    for person in [&nation.releaser, &nation.auditor, &nation.provider] {
        let caller = nation.caller(person).await;
        sees_the_count_alone(&nation, &caller, &item).await;
    }
    let draft = probe(&nation, &item);
    // For whoever has no part in it, it is not there.
    let revised = world
        .revise_item(&other, item.id, None, draft.clone())
        .await;
    assert!(is_missing(&revised), "{revised:?}");
    let accepted = world
        .accept_trace(&other, item.id, &row, "一般的な語")
        .await;
    assert!(is_missing(&accepted), "{accepted:?}");
    // The opening is over after a shift, for its own analyst too.
    nation.clock.advance(SignedDuration::from_hours(9));
    let analyst = nation.caller(&nation.analyst).await;
    let seen = world.checklist(&analyst, &item).await.unwrap();
    assert_eq!(
        (seen.rows, seen.reopen.as_ref()),
        (None, Some(&receipt.number))
    );
    let revised = world
        .revise_item(&analyst, item.id, None, draft.clone())
        .await;
    assert!(is_shut(&revised), "{revised:?}");
    let accepted = world
        .accept_trace(&analyst, item.id, &row, "一般的な語")
        .await;
    assert!(is_shut(&accepted), "{accepted:?}");
    world
        .reopen_report(&analyst, receipt.report, "続きを書くため")
        .await
        .unwrap();
    world
        .accept_trace(&analyst, item.id, &row, "一般的な語")
        .await
        .unwrap();
    world
        .revise_item(&analyst, item.id, None, draft)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proposal_is_taken_by_who_holds_the_report_open() {
    let nation = Nation::new().await;
    let world = &nation.world;
    let receipt = story::submit(&nation).await;
    let item = story::derive(&nation, receipt.report).await;
    let analyst = nation.caller(&nation.analyst).await;
    let asked = world.ask_consent(&analyst, item.id, None).await.unwrap();
    let provider = nation.caller(&nation.provider).await;
    let hash: ManifestHash = asked.state.asked.as_ref().unwrap().hash;
    let mut draft = story::draft_of(&nation, item.state.content.clone());
    draft.summary.ja.push_str("（追記）");
    world
        .propose(&provider, item.id, hash, draft, "一文を加えてください")
        .await
        .unwrap();
    nation.clock.advance(SignedDuration::from_hours(9));
    let analyst = nation.caller(&nation.analyst).await;
    let shut = world.accept_proposal(&analyst, item.id, None).await;
    assert!(is_shut(&shut), "{shut:?}");
    world
        .reopen_report(&analyst, receipt.report, "提案を確かめるため")
        .await
        .unwrap();
    let taken = world.accept_proposal(&analyst, item.id, None).await;
    assert_eq!(taken.unwrap().state.state, ItemState::AwaitingConsent);
}

/// Consent gives the item to the second officer in the name of who wrote it last, not of the smallest id.
#[tokio::test(flavor = "multi_thread")]
async fn it_is_handed_over_in_the_name_of_who_wrote_it_last() {
    let nation = Nation::new().await;
    let world = &nation.world;
    let receipt = story::submit(&nation).await;
    let item = story::derive(&nation, receipt.report).await;
    let hub = nation.administrator.party;
    let hired = nation.hire(hub, "bunseki-2", &[Role::Analyst]).await;
    let second = nation.caller(&hired).await;
    let taken = world.take_report(&second, receipt.report, "前任が休みのため");
    taken.await.unwrap();
    let number = &item.state.number;
    let over = world.take_over_item(&second, receipt.report, number).await;
    over.unwrap();
    let mut draft = story::draft_of(&nation, item.state.content.clone());
    draft.summary.ja = "引き継いで直した".to_owned();
    let revised = world.revise_item(&second, item.id, None, draft).await;
    let revised = revised.unwrap();
    assert!(*revised.state.derivers.first().unwrap() != hired.account);
    let asked = world.ask_consent(&second, item.id, None).await.unwrap();
    let provider = nation.caller(&nation.provider).await;
    let hash = asked.state.manifest().hash();
    world.consent(&provider, item.id, hash).await.unwrap();
    let auditor = nation.caller(&nation.auditor).await;
    let written = world.written(&auditor, None, 200).await.unwrap();
    let over = written.iter().find(|one| {
        let header = one.header.as_ref();
        header.is_some_and(|header| header.kind == "handed_over")
    });
    let over = over.unwrap().event.as_ref().unwrap();
    assert_eq!(over.data["by"], serde_json::json!(hired.account));
}
