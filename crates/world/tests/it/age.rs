//! What is out ages to each reader by what that reader may know, waits for officers, and is left out of what machines
//! are given.

use std::sync::Arc;

use jiff::SignedDuration;
use kaname_directory::PartyKind;
use kaname_kernel::{MatterId, Role, Tlp};
use kaname_sharing::{
    Item, ItemState,
    blocking::FEWEST_ORGANISATIONS,
    decay::{Aged, Witness},
    feedback::{Given, Sighting, SightingKind},
    item::Review,
};
use kaname_testkit::{Nation, Person};
use kaname_world::{Caller, Loaded, Settings, WorldError, outlet::Feed};

use crate::story;

fn days(count: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * count)
}

fn answer(kind: SightingKind, may_name: bool) -> Given {
    Given {
        sighting: Some(Sighting {
            kind,
            count: None,
            first: None,
            last: None,
        }),
        may_name,
        ..Given::default()
    }
}

async fn says(nation: &Nation, by: &Person, item: MatterId, kind: SightingKind, may_name: bool) {
    let by = nation.caller(by).await;
    let given = nation
        .world
        .give_feedback(&by, item, answer(kind, may_name));
    given.await.unwrap();
}

async fn other_member(nation: &Nation, code: &str) -> Person {
    let party = nation.party(code, PartyKind::Operator, code, code).await;
    nation.hire(party, code, &[Role::Member]).await
}

/// When an item was seen last in what a reader's machine is given.
async fn in_feed(nation: &Nation, by: &Person, item: MatterId) -> jiff::Timestamp {
    let caller = nation.caller(by).await;
    let feed = Feed::open(Arc::clone(&nation.world), &caller, "library").await;
    let mut feed = feed.unwrap();
    while let Some(objects) = feed.page().await.unwrap() {
        let own = objects
            .iter()
            .find(|one| one.item.as_ref().is_some_and(|of| of.id == item));
        if let Some(own) = own {
            return own.seen_at.unwrap();
        }
    }
    panic!("it is not given");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_reader_s_own_sighting_keeps_it_fresh_for_that_reader() {
    let nation = Nation::new().await;
    let (_, item) = story::released(&nation).await;
    let world = &nation.world;
    let other = other_member(&nation, "tetsudo").await;
    let released = item.state.release.unwrap().at;
    nation.clock.advance(days(20));
    says(&nation, &nation.member, item.id, SightingKind::Seen, false).await;
    let seen = world.now();
    nation.clock.advance(days(10));
    let fresh = async |by: &Person| {
        let caller = nation.caller(by).await;
        world.freshness(&caller, &item).await.unwrap().unwrap()
    };
    let own = fresh(&nation.member).await;
    assert_eq!((own.seen.by.clone(), own.aged()), (Witness::Own, Aged::No));
    assert!(own.seen.at <= seen && seen - own.seen.at < days(1));
    // Whoever may not know of it does not see by it, nor do officers while it does not want to be named.
    for by in [&other, &nation.analyst] {
        let theirs = fresh(by).await;
        assert_eq!(theirs.seen.at, released);
        assert_eq!(
            (theirs.seen.by.clone(), theirs.aged()),
            (Witness::Released, Aged::Partly)
        );
    }
    assert_eq!(in_feed(&nation, &other, item.id).await, released);
    assert_eq!(in_feed(&nation, &nation.member, item.id).await, own.seen.at);
    let mut named = answer(SightingKind::Seen, true);
    named.comment = "再び".to_owned();
    let by = nation.caller(&nation.member).await;
    world.give_feedback(&by, item.id, named).await.unwrap();
    assert_eq!(fresh(&nation.analyst).await.seen.by, Witness::Answer);
    assert_eq!(fresh(&other).await.seen.at, released);
    // What is taken to be false keeps nothing fresh.
    says(
        &nation,
        &nation.member,
        item.id,
        SightingKind::FalsePositive,
        true,
    )
    .await;
    assert_eq!(fresh(&nation.member).await.seen.at, released);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_organisation_saw_begins_an_edition_for_it_alone() {
    let nation = Nation::new().await;
    let (_, item) = story::released(&nation).await;
    let other = other_member(&nation, "tetsudo").await;
    let edition = async |by: &Person| {
        let caller = nation.caller(by).await;
        let feed = Feed::open(Arc::clone(&nation.world), &caller, "library").await;
        feed.unwrap().edition().await.unwrap()
    };
    let (own, theirs) = (edition(&nation.member).await, edition(&other).await);
    says(&nation, &nation.member, item.id, SightingKind::Seen, false).await;
    assert_ne!(edition(&nation.member).await.changed, own.changed);
    assert_eq!(edition(&other).await, theirs);
    let own = edition(&nation.member).await;
    says(
        &nation,
        &nation.member,
        item.id,
        SightingKind::NotSeen,
        false,
    )
    .await;
    assert_ne!(edition(&nation.member).await.changed, own.changed);
    assert_eq!(edition(&other).await, theirs);
    // A confirmation is for everyone.
    let analyst = nation.caller(&nation.analyst).await;
    let confirmed = nation.world.confirm_item(&analyst, item.id, "観測が続く");
    confirmed.await.unwrap();
    assert_ne!(edition(&other).await.changed, theirs.changed);
}

async fn reload(nation: &Nation, item: &Loaded<Item>) -> Loaded<Item> {
    nation.world.load::<Item>(item.id).await.unwrap().unwrap()
}

async fn waiting(nation: &Nation, by: &Caller) -> Vec<MatterId> {
    let all = nation.world.reviews(by).await.unwrap();
    all.iter().map(|one| one.item.id).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ages_waits_for_officers_and_they_decide() {
    let nation = Nation::new().await;
    let (_, item) = story::released(&nation).await;
    let world = &nation.world;
    let analyst = nation.caller(&nation.analyst).await;
    assert!(waiting(&nation, &analyst).await.is_empty());
    assert_eq!(world.sweep().await.unwrap(), 0);
    nation.clock.advance(days(22));
    assert_eq!(world.sweep().await.unwrap(), 1);
    assert_eq!(world.sweep().await.unwrap(), 0, "once");
    for by in [&nation.analyst, &nation.releaser, &nation.auditor] {
        let by = nation.caller(by).await;
        assert_eq!(waiting(&nation, &by).await, [item.id]);
    }
    // Members and providers have no such list, and administrators do not look after items.
    for by in [&nation.member, &nation.provider, &nation.administrator] {
        let by = nation.caller(by).await;
        let denied = world.reviews(&by).await;
        assert!(matches!(denied, Err(WorldError::Denied(_))), "{denied:?}");
    }
    let auditor = nation.caller(&nation.auditor).await;
    let denied = world.confirm_item(&auditor, item.id, "まだ").await;
    assert!(matches!(denied, Err(WorldError::Denied(_))));
    let shell = Caller::system("shell");
    assert_eq!(waiting(&nation, &shell).await, [item.id]);
    assert!(world.confirm_item(&shell, item.id, "まだ").await.is_err());
    let member = nation.caller(&nation.member).await;
    assert!(world.let_item_end(&member, item.id, "古い").await.is_err());

    let left = world
        .let_item_end(&analyst, item.id, "使われていない")
        .await;
    assert!(matches!(left.unwrap().state.review, Review::Left { .. }));
    assert!(waiting(&nation, &analyst).await.is_empty());
    let confirmed = world.confirm_item(&analyst, item.id, "再び観測した").await;
    let confirmed = confirmed.unwrap();
    assert_eq!(confirmed.state.content, item.state.content);
    let fresh = world.freshness(&member, &confirmed).await.unwrap().unwrap();
    assert_eq!(
        (fresh.seen.by.clone(), fresh.score()),
        (Witness::Confirmed, Some(100))
    );
    // The ledger says who and why, and the rows follow from it.
    let proved = kaname_world::verify::verify(world.store(), world.keys(), &[], &|_| {}).await;
    assert_eq!(proved.unwrap().ledger.fault, None);
    let rebuilt = world.rebuild(&|_| {}).await.unwrap();
    assert!(rebuilt.identical, "{rebuilt:?}");
    let kinds: Vec<String> = world
        .store()
        .history(item.id)
        .await
        .unwrap()
        .into_iter()
        .map(|event| event.event.header.kind)
        .collect();
    for kind in ["review_due", "left_to_end", "confirmed"] {
        assert!(kinds.iter().any(|one| one == kind), "{kinds:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_members_still_see_waits_for_nobody() {
    let nation = Nation::new().await;
    let (_, item) = story::released(&nation).await;
    nation.clock.advance(days(19));
    says(&nation, &nation.member, item.id, SightingKind::Seen, false).await;
    nation.clock.advance(days(3));
    assert_eq!(nation.world.sweep().await.unwrap(), 1);
    let later = reload(&nation, &item).await;
    assert!(matches!(later.state.review, Review::Later { at } if at > nation.world.now()));
    let analyst = nation.caller(&nation.analyst).await;
    assert!(waiting(&nation, &analyst).await.is_empty());
    assert_eq!(nation.world.sweep().await.unwrap(), 0);
    nation.clock.advance(days(30));
    assert_eq!(nation.world.sweep().await.unwrap(), 1);
    assert_eq!(waiting(&nation, &analyst).await, [item.id]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_officer_may_not_see_is_in_no_list_of_theirs() {
    let nation = Nation::new().await;
    let reader = nation.member.account;
    let red = story::released_as(&nation, |draft| {
        draft.tlp = Tlp::Red;
        draft.named.parties.clear();
        draft.named.persons = vec![reader];
    });
    let red = red.await;
    nation.clock.advance(days(22));
    nation.world.sweep().await.unwrap();
    let other = nation
        .hire(nation.analyst.party, "betsu", &[Role::Analyst])
        .await;
    let other = nation.caller(&other).await;
    assert!(waiting(&nation, &other).await.is_empty());
    let wrote = nation.caller(&nation.analyst).await;
    assert_eq!(waiting(&nation, &wrote).await, [red.id]);
    assert!(
        nation
            .world
            .confirm_item(&other, red.id, "まだ")
            .await
            .is_err()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_library_is_filtered_by_what_has_aged_to_its_reader() {
    let nation = Nation::new().await;
    let world = &nation.world;
    let old = story::released(&nation).await.1.id;
    nation.clock.advance(days(40));
    let new = story::released(&nation).await.1.id;
    let member = nation.caller(&nation.member).await;
    let list = async |by: &Caller, aged: bool| -> Vec<MatterId> {
        let found = world
            .library_by_age(by, aged, |query| query.limit = 10)
            .await;
        found
            .unwrap()
            .rows
            .iter()
            .map(|(item, _)| item.id)
            .collect()
    };
    assert_eq!(list(&member, true).await, [old]);
    assert_eq!(list(&member, false).await, [new]);
    says(&nation, &nation.member, old, SightingKind::Seen, false).await;
    assert!(list(&member, true).await.is_empty());
    assert_eq!(list(&member, false).await, [new, old]);
    let provider = nation.caller(&nation.provider).await;
    assert_eq!(list(&provider, true).await, [old]);
    // Page by page nothing is left out and nothing comes twice.
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let page = world.library_by_age(&member, false, |query| {
            query.limit = 1;
            query.after = after;
        });
        let page = page.await.unwrap();
        seen.extend(page.rows.iter().map(|(item, _)| item.id));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen, [new, old]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_quota_is_set_and_answers_are_bounded() {
    let settings = Settings {
        false_positive_quota: 4,
        max_answers_per_hour: 3,
        ..Settings::default()
    };
    let nation = Nation::with(settings).await;
    let (_, item) = story::released(&nation).await;
    let mut against = vec![nation.member.clone()];
    for code in ["tetsudo", "suido", "gas"] {
        against.push(other_member(&nation, code).await);
    }
    let (last, first) = against.split_last().unwrap();
    assert_eq!(u32::try_from(first.len()).unwrap(), FEWEST_ORGANISATIONS);
    for by in first {
        says(&nation, by, item.id, SightingKind::FalsePositive, false).await;
    }
    assert!(reload(&nation, &item).await.state.blocking.allows());
    says(&nation, last, item.id, SightingKind::FalsePositive, false).await;
    assert!(!reload(&nation, &item).await.state.blocking.allows());
    let analyst = nation.caller(&nation.analyst).await;
    let waiting = nation.world.reviews(&analyst).await.unwrap();
    assert_eq!(waiting[0].suspended.map(|(_, count)| count), Some(4));
    assert_eq!(waiting[0].due_since, None);
    // One organisation writes no more than so much of the ledger.
    for kind in [SightingKind::Seen, SightingKind::FalsePositive] {
        says(&nation, last, item.id, kind, false).await;
    }
    let by = nation.caller(last).await;
    let given = nation
        .world
        .give_feedback(&by, item.id, answer(SightingKind::Seen, false));
    assert!(matches!(given.await, Err(WorldError::TooMany(_))));
}

/// A quota under three is three all the same.
#[tokio::test(flavor = "multi_thread")]
async fn one_organisation_never_suspends_alone() {
    let settings = Settings {
        false_positive_quota: 1,
        ..Settings::default()
    };
    let nation = Nation::with(settings).await;
    let (_, item) = story::released(&nation).await;
    says(
        &nation,
        &nation.member,
        item.id,
        SightingKind::FalsePositive,
        false,
    )
    .await;
    let held = reload(&nation, &item).await;
    assert!(held.state.blocking.allows() && held.state.state == ItemState::Released);
}
