//! What a reader's eyes cost, and that they are never older than the last change.

use std::sync::Arc;

use jiff::SignedDuration;
use kaname_directory::{Group, Membership, Name2, Party, PartyKind, Span, day_of};
use kaname_kernel::{Clock, GroupId, Rng, Role, SeededRng, Tlp};
use kaname_sharing::victim::Shown;
use kaname_testkit::{CountingStore, Nation};
use kaname_world::{Caller, Loaded, Readable, Settings, World, WorldError, ambient::SystemRng};

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

/// The bitmap of a caller, which is what it would be if nothing had been kept.
async fn as_anew(nation: &Nation, caller: &Caller, step: u32) -> Readable {
    loop {
        let second = nation.clock.now().as_second();
        let kept = nation.world.readable(caller).await.unwrap();
        let all = nation.world.store().audiences(0).await.unwrap();
        let all = all.iter().map(|(id, audience)| (*id, audience));
        let now = nation.clock.now();
        let anew = caller.reader.readable(all, now);
        // Both at one moment: the clock runs.
        if now.as_second() == second {
            assert_eq!(*kept, anew, "step {step}");
            return kept;
        }
    }
}

/// Something that may change who sees what, chosen by a number.
async fn change_something(nation: &Nation, group: GroupId, what: u64) {
    let (world, shell) = (&nation.world, Caller::system("shell"));
    let admin = nation.caller(&nation.administrator).await;
    let today = day_of(nation.clock.now());
    let (bank, provider) = (nation.member.party, nation.provider.party);
    let party = if what.is_multiple_of(2) {
        bank
    } else {
        provider
    };
    // What is refused, such as to join twice, changes nothing.
    match what % 9 {
        0 | 1 => drop(world.join_group(&admin, group, party).await),
        2 => {
            let leave = |group: &Group| group.leave(party);
            drop(world.change_group(&admin, group, None, leave).await);
        }
        3 => {
            let end = |party: &Party| party.end_membership(today);
            drop(world.change_party(&shell, bank, None, end).await);
        }
        4 => {
            let again = Membership {
                classes: ["general".parse().unwrap()].into(),
                span: Span::since(today),
            };
            let set = |party: &Party| party.set_membership(again, world.catalogue());
            drop(world.change_party(&shell, bank, None, set).await);
        }
        5 | 6 => {
            let (now, tlp) = (
                nation.clock.now(),
                [Tlp::Green, Tlp::Amber][what as usize % 2],
            );
            let embargo = now + SignedDuration::from_secs(what as i64 % 7);
            let released = story::released_as(nation, |draft| {
                draft.tlp = tlp;
                draft.embargo = Some(embargo);
                if tlp == Tlp::Amber {
                    draft.named.parties = vec![party];
                    draft.named.groups = vec![group];
                }
            });
            released.await;
        }
        7 => nation.clock.advance(SignedDuration::from_secs(1)),
        _ => nation.clock.advance(SignedDuration::from_hours(25)),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bitmap_that_was_kept_is_what_it_would_be_anew_whatever_happens() {
    let nation = Nation::new().await;
    let group: GroupId = group(&nation).await.id.cast();
    let rng = SeededRng::new(7);
    let rng: &dyn Rng = &rng;
    let people = [
        nation.member.account,
        nation.provider.account,
        nation.analyst.account,
        nation.outsider.account,
    ];
    let mut seen = 0;
    for step in 0..60 {
        change_something(&nation, group, rng.between(0, 1_000)).await;
        for account in people {
            let caller = nation.world.person(account, None, None).await.unwrap();
            seen += as_anew(&nation, &caller, step).await.len();
        }
        as_anew(&nation, &Caller::public(), step).await;
    }
    assert!(seen > 0);
}

/// What happens to others is not told by the time an answer takes: whoever it does not touch is answered by
/// the same look-ups, from the same bitmap.
#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_touch_a_reader_costs_it_nothing() {
    let (nation, store) = Nation::counted().await;
    let world = &nation.world;
    let group: GroupId = group(&nation).await.id.cast();
    let (receipt, _) = story::released(&nation).await;
    let analyst = nation.caller(&nation.analyst).await;
    let provider = nation.caller(&nation.provider).await;
    let admin = nation.caller(&nation.administrator).await;
    let ministry = nation.party("sho", PartyKind::Ministry, "産業省", "Industry");
    let ministry = ministry.await;
    let bystander = async || {
        // As every node does when a notice comes in.
        world.pump(0).await.unwrap();
        store.taken();
        let caller = world.person(nation.member.account, None, None).await;
        let readable = world.readable(&caller.unwrap()).await.unwrap();
        (store.taken(), readable)
    };
    bystander().await;
    let (usual, bitmap) = bystander().await;
    assert_eq!(usual.get("list"), None, "{usual:?}");
    let shown = Shown {
        parties: vec![ministry],
        persons: Vec::new(),
    };
    let asked = world.ask_showing(&analyst, receipt.report, shown, "連絡");
    asked.await.unwrap();
    let view = world.report(&provider, receipt.report).await.unwrap();
    let hash = world.telling(&view).await.unwrap().unwrap().hash;
    let showing = world.show_harm(&provider, receipt.report, hash);
    showing.await.unwrap();
    let (calls, after) = bystander().await;
    assert_eq!(
        (calls, after),
        (usual.clone(), Arc::clone(&bitmap)),
        "consent"
    );
    world.hide_harm(&provider, receipt.report).await.unwrap();
    let (calls, after) = bystander().await;
    assert_eq!(calls, usual, "the end of a showing");
    // The members of a group and a membership are what readers are: a new epoch, for others all the same.
    world.join_group(&admin, group, ministry).await.unwrap();
    let (calls, again) = bystander().await;
    assert_eq!(calls, usual, "another joined a group");
    assert_eq!(after, again, "another joined a group");
}
