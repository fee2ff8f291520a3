//! Who may look at, and move, the traces of a provider in an item.

use jiff::SignedDuration;
use kaname_directory::{Party, party::Contact};
use kaname_kernel::{MatterId, Role};
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
        .accept_traces(&other, item.id, std::slice::from_ref(&row), "一般的な語")
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
        .accept_traces(&analyst, item.id, std::slice::from_ref(&row), "一般的な語")
        .await;
    assert!(is_shut(&accepted), "{accepted:?}");
    world
        .reopen_report(&analyst, receipt.report, "続きを書くため")
        .await
        .unwrap();
    world
        .accept_traces(&analyst, item.id, std::slice::from_ref(&row), "一般的な語")
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

/// The directory learns who works at the provider.
async fn learn(nation: &Nation, name: &str) {
    let contact: Contact = serde_json::from_value(serde_json::json!({
        "name": name,
        "phone": "03-5501-7788",
        "role": "窓口",
    }))
    .unwrap();
    let shell = Caller::system("shell");
    let contacts = |party: &Party| party.set_contacts(vec![contact]);
    let party = nation.provider.party;
    let learnt = nation.world.change_party(&shell, party, None, contacts);
    learnt.await.unwrap();
}

fn found_since<T>(tried: &Result<T, WorldError>) -> bool {
    let key = "refused-found-since";
    matches!(tried, Err(WorldError::Refused { key: told, .. }) if *told == key)
}

/// An item that says 鳴海蔵人 in its summary, whom nobody knows to be of the provider.
async fn with_a_stranger(nation: &Nation) -> Item {
    let receipt = story::submit(nation).await;
    let named = |draft: &mut ItemDraft| {
        draft.summary.ja = "鳴海蔵人という差出人からのメールだった".to_owned();
    };
    story::derive_as(nation, receipt.report, named).await
}

async fn accept_all(nation: &Nation, id: MatterId) {
    let world = &nation.world;
    let analyst = nation.caller(&nation.analyst).await;
    let item = world.see(&analyst, id).await.unwrap();
    let rows = world.checklist(&analyst, &item).await.unwrap().rows;
    for row in rows.unwrap().iter().filter(|row| row.is_open()) {
        let key = [row.key()];
        let accepted = world.accept_traces(&analyst, id, &key, "攻撃者の名乗り");
        accepted.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_directory_learns_before_the_question_is_settled_first() {
    let nation = Nation::new().await;
    let world = &nation.world;
    let item = with_a_stranger(&nation).await;
    assert_eq!(item.state.open_traces(), 0);
    learn(&nation, "鳴海 蔵人").await;
    let analyst = nation.caller(&nation.analyst).await;
    let asked = world.ask_consent(&analyst, item.id, None).await;
    assert!(found_since(&asked), "{asked:?}");
    // Who holds the report open sees the rows, and decides on them where they stand.
    let checklist = world.checklist(&analyst, &item).await.unwrap();
    assert!(checklist.open > 0);
    accept_all(&nation, item.id).await;
    let asked = world.ask_consent(&analyst, item.id, None).await;
    assert_eq!(asked.unwrap().state.state, ItemState::AwaitingConsent);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_directory_learns_while_an_item_waits_is_not_released() {
    let nation = Nation::new().await;
    let world = &nation.world;
    let item = with_a_stranger(&nation).await;
    let waiting = story::consent_to(&nation, item).await;
    assert_eq!(waiting.state.state, ItemState::AwaitingRelease);
    let id = waiting.id;
    learn(&nation, "鳴海 蔵人").await;
    let releaser = nation.caller(&nation.releaser).await;
    let released = world.release(&releaser, id, None).await;
    assert!(found_since(&released), "{released:?}");
    // Whoever releases is not told what it is, nor how many.
    let told = format!("{:?}", released.err());
    assert!(
        !told.contains("鳴海") && !told.contains("summary"),
        "{told}"
    );
    sees_the_count_alone_as_before(&nation, &releaser, &waiting).await;
    let reason = "新しい手がかりの確認";
    world.return_item(&releaser, id, reason).await.unwrap();
    accept_all(&nation, id).await;
    let analyst = nation.caller(&nation.analyst).await;
    let item = world.see(&analyst, id).await.unwrap();
    story::consent_to(&nation, item).await;
    let releaser = nation.caller(&nation.releaser).await;
    world.release(&releaser, id, None).await.unwrap();
}

async fn sees_the_count_alone_as_before(nation: &Nation, caller: &Caller, item: &Item) {
    let seen = nation.world.checklist(caller, item).await.unwrap();
    assert!(seen.open == 0 && seen.rows.is_none());
}

/// Consent counts, but the item goes to no second officer before its analyst has looked.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_directory_learns_before_the_consent_is_not_handed_over() {
    let nation = Nation::new().await;
    let world = &nation.world;
    let item = with_a_stranger(&nation).await;
    let analyst = nation.caller(&nation.analyst).await;
    let asked = world.ask_consent(&analyst, item.id, None).await.unwrap();
    learn(&nation, "鳴海 蔵人").await;
    let provider = nation.caller(&nation.provider).await;
    let hash = asked.state.manifest().hash();
    let consented = world.consent(&provider, item.id, hash).await.unwrap();
    assert_eq!(consented.state.state, ItemState::Consented);
    let analyst = nation.caller(&nation.analyst).await;
    let over = world.hand_over(&analyst, item.id).await;
    assert!(found_since(&over), "{over:?}");
    // The edit form saved as it is makes the new rows the item's.
    let same = story::draft_of(&nation, item.state.content.clone());
    let same = ItemDraft {
        summary: item.state.content.summary.clone(),
        ..same
    };
    let revised = world.revise_item(&analyst, item.id, None, same).await;
    let revised = revised.unwrap();
    assert_eq!(revised.state.state, ItemState::Derived);
    assert!(revised.state.open_traces() > 0);
    assert_eq!(revised.state.content, item.state.content);
}

/// Where an event of this kind stands in the ledger.
async fn place(nation: &Nation, matter: MatterId, kind: &str) -> Option<u64> {
    let all = nation.world.store().history(matter).await.unwrap();
    let found = all.iter().rev().find(|one| one.event.header.kind == kind);
    found.map(|one| one.seq)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_learnt_in_the_moment_of_the_release_is_never_left_out_of_it() {
    let nation = Nation::new().await;
    let world = nation.world.clone();
    let party = nation.provider.party;
    for round in 0..12_u32 {
        learn(&nation, "窓口 担当").await;
        let item = with_a_stranger(&nation).await;
        let item = story::consent_to(&nation, item).await;
        let releaser = nation.caller(&nation.releaser).await;
        let released = {
            let (world, id) = (world.clone(), item.id);
            tokio::spawn(async move { world.release(&releaser, id, None).await })
        };
        for _ in 0..round {
            tokio::task::yield_now().await;
        }
        learn(&nation, "鳴海 蔵人").await;
        let released = released.await.unwrap();
        world.store().sequence().await.unwrap();
        let learnt = place(&nation, party.cast(), "contacts_set").await.unwrap();
        match place(&nation, item.id, "released").await {
            Some(place) => assert!(released.is_ok() && place < learnt, "round {round}"),
            None => assert!(released.is_err(), "round {round}"),
        }
    }
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
