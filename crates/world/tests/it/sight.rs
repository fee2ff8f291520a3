//! What a reader's eyes cost, and that they are never older than the last change.

use std::sync::Arc;

use jiff::SignedDuration;
use kaname_directory::{Group, Name2, PartyKind};
use kaname_kernel::{GroupId, Role, Tlp};
use kaname_testkit::{CountingStore, Nation};
use kaname_world::{Caller, Loaded, Settings, World, WorldError, ambient::SystemRng};

use crate::story;

async fn group(nation: &Nation) -> Loaded<Group> {
    let admin = nation.caller(&nation.administrator).await;
    let name = Name2::parse("name", "電力SIG", "Power SIG").unwrap();
    let found = nation
        .world
        .found_group(&admin, "power".parse().unwrap(), name, false);
    found.await.unwrap()
}

/// Another node: a world of its own over the same store.
fn node(nation: &Nation, store: Arc<CountingStore>) -> World {
    let keys = nation.world.keys().clone();
    let clock = nation.clock.clone();
    World::new(store, keys, clock, Arc::new(SystemRng), Settings::default()).unwrap()
}

fn is_in(caller: &Caller, group: GroupId) -> bool {
    caller.reader.groups.contains_key(&group)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_membership_that_ended_is_seen_by_the_next_request_on_every_node() {
    let (nation, store) = Nation::counted().await;
    let group: GroupId = group(&nation).await.id.cast();
    let elsewhere = node(&nation, store);
    let member = nation.member.account;
    let admin = nation.caller(&nation.administrator).await;
    for _ in 0..3 {
        let joined = nation.world.join_group(&admin, group, nation.member.party);
        joined.await.unwrap();
        for world in [&elsewhere, &nation.world] {
            let caller = world.person(member, None, None).await.unwrap();
            assert!(is_in(&caller, group));
        }
        let left = nation.world.change_group(&admin, group, None, |group| {
            group.leave(nation.member.party)
        });
        left.await.unwrap();
        for world in [&elsewhere, &nation.world] {
            let caller = world.person(member, None, None).await.unwrap();
            assert!(!is_in(&caller, group));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_are_read_once_for_an_epoch() {
    let (nation, store) = Nation::counted().await;
    group(&nation).await;
    let member = nation.member.account;
    nation.world.person(member, None, None).await.unwrap();
    store.taken();
    nation.world.person(member, None, None).await.unwrap();
    let calls = store.taken();
    assert_eq!(calls.get("list"), None, "{calls:?}");
    assert_eq!(calls.get("record"), Some(&2), "the account and its party");
    assert_eq!(calls.values().sum::<u32>(), 3, "{calls:?}");
}

/// Whoever joins in the very second of a release does not see what was released in it.
#[tokio::test(flavor = "multi_thread")]
async fn joining_in_the_second_of_a_release_does_not_open_it() {
    let nation = Nation::new().await;
    let world = &nation.world;
    let admin = nation.caller(&nation.administrator).await;
    let group: GroupId = group(&nation).await.id.cast();
    let bank = nation.member.party;
    world.join_group(&admin, group, bank).await.unwrap();
    let late = nation
        .party("kita", PartyKind::Operator, "北電力", "Kita")
        .await;
    let late = nation.hire(late, "kita-csirt", &[Role::Member]).await;
    nation.clock.advance(SignedDuration::from_secs(2));
    for _ in 0..3 {
        let item = story::released_as(&nation, |draft| {
            draft.tlp = Tlp::Amber;
            draft.named.groups = vec![group];
        });
        let item = item.await;
        world.join_group(&admin, group, late.party).await.unwrap();
        let early = nation.caller(&nation.member).await;
        assert!(world.item(&early, item.id).await.is_ok());
        let late = nation.caller(&late).await;
        let unseen = world.item(&late, item.id).await;
        assert!(matches!(unseen, Err(WorldError::NotFound(_))), "{unseen:?}");
        let party = late.party_id().unwrap();
        let leave = |group: &kaname_directory::Group| group.leave(party);
        world
            .change_group(&admin, group, None, leave)
            .await
            .unwrap();
    }
}
