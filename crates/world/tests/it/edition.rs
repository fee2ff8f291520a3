//! A feed's edition begins anew with what is put out to its reader or taken away, and with nothing else.

use std::sync::Arc;

use jiff::SignedDuration;
use kaname_directory::{KeyScope, Name2, PartyKind};
use kaname_kernel::{GroupId, MatterId, Role, Tlp};
use kaname_sharing::{
    Collection, Text,
    collection::{Access, CollectionKind, Definition},
    feedback::{Given, Sighting, SightingKind},
};
use kaname_testkit::{Nation, Person};
use kaname_world::{
    Caller, Loaded,
    outlet::{Edition, Feed},
    sharing::NewItem,
};

use crate::story;

async fn edition_of(nation: &Nation, by: &Person, collection: &Loaded<Collection>) -> Edition {
    let caller = nation.caller(by).await;
    let alias = &collection.state.definition.alias;
    let feed = Feed::open(Arc::clone(&nation.world), &caller, alias).await;
    feed.unwrap().edition().await.unwrap()
}

async fn edition(nation: &Nation) -> Edition {
    edition_of(nation, &nation.member, &nation.library).await
}

/// A whole report with an item that never comes out: asked, other words wanted and declined, refused
/// and withdrawn; and all that is said about it meanwhile.
async fn hidden(nation: &Nation) {
    let world = &nation.world;
    let analyst = nation.caller(&nation.analyst).await;
    let provider = nation.caller(&nation.provider).await;
    let receipt = story::submit(nation).await;
    let item = story::derive(nation, receipt.report).await;
    world
        .ask_provider(&analyst, receipt.report, "いつからですか")
        .await
        .unwrap();
    world
        .answer_hub(&provider, receipt.report, "昨日から")
        .await
        .unwrap();
    let mut draft = story::draft_of(nation, item.state.content.clone());
    draft.summary.ja.push_str("（追記）");
    let revised = world.revise_item(&analyst, item.id, None, draft.clone());
    revised.await.unwrap();
    let asked = world.ask_consent(&analyst, item.id, None).await.unwrap();
    let shown = asked.state.manifest().hash();
    draft.summary.ja.push_str("（提案）");
    world
        .propose(&provider, item.id, shown, draft, "言い換えたい")
        .await
        .unwrap();
    world
        .decline_proposal(&analyst, item.id, "事実と異なるため")
        .await
        .unwrap();
    world.consent(&provider, item.id, shown).await.unwrap();
    let releaser = nation.caller(&nation.releaser).await;
    world
        .return_item(&releaser, item.id, "書き直し")
        .await
        .unwrap();
    world.ask_consent(&analyst, item.id, None).await.unwrap();
    world.refuse(&provider, item.id, "出さない").await.unwrap();
    world
        .withdraw_item(&analyst, item.id, "出せないため")
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stays_inside_begins_no_edition() {
    let nation = Nation::new().await;
    story::released(&nation).await;
    let before = edition(&nation).await;
    for _ in 0..3 {
        hidden(&nation).await;
        // An item left unanswered until its deadline.
        let receipt = story::submit(&nation).await;
        let item = story::derive(&nation, receipt.report).await;
        let analyst = nation.caller(&nation.analyst).await;
        let asked = nation.world.ask_consent(&analyst, item.id, None);
        asked.await.unwrap();
        nation.clock.advance(SignedDuration::from_hours(100));
        assert!(nation.world.sweep().await.unwrap() > 0);
        nation.key(&nation.provider, &[KeyScope::FeedRead]).await;
        assert_eq!(edition(&nation).await, before);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_receive_begins_no_edition_for_who_does_not() {
    let nation = Nation::new().await;
    story::released(&nation).await;
    let (member, provider) = (&nation.member, &nation.provider);
    let library = &nation.library;
    let before = edition(&nation).await;
    let theirs = edition_of(&nation, provider, library).await;
    let others = nation.provider.party;
    let item = story::released_as(&nation, |draft| {
        draft.tlp = Tlp::AmberStrict;
        draft.named.parties = vec![others];
    });
    let item = item.await;
    assert_eq!(edition_of(&nation, member, library).await, before);
    let received = edition_of(&nation, provider, library).await;
    assert_ne!(received, theirs);
    let releaser = nation.caller(&nation.releaser).await;
    let withdrawn = nation.world.withdraw_item(&releaser, item.id, "取り下げ");
    withdrawn.await.unwrap();
    assert_eq!(edition_of(&nation, member, library).await, before);
    assert_ne!(edition_of(&nation, provider, library).await, received);
}

/// Runs what changes something for the member; fails unless a new edition begins with it.
async fn begins(nation: &Nation, what: &str, change: impl Future<Output = ()>) {
    let before = edition(nation).await;
    assert_eq!(edition(nation).await, before, "{what}: asking is no change");
    change.await;
    assert_ne!(edition(nation).await, before, "{what}");
}

async fn false_positive(nation: &Nation, by: &Person, item: MatterId) {
    let given = Given {
        sighting: Some(Sighting {
            kind: SightingKind::FalsePositive,
            count: None,
            first: None,
            last: None,
        }),
        ..Given::default()
    };
    let by = nation.caller(by).await;
    nation.world.give_feedback(&by, item, given).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_out_or_goes_begins_an_edition() {
    let nation = Nation::new().await;
    let world = &nation.world;
    let mut first = None;
    begins(&nation, "a release", async {
        first = Some(story::released(&nation).await.1.id);
    })
    .await;
    let first = first.unwrap();
    let releaser = nation.caller(&nation.releaser).await;
    begins(&nation, "a withdrawal", async {
        let done = world.withdraw_item(&releaser, first, "取り下げ").await;
        done.unwrap();
    })
    .await;

    let old = story::released(&nation).await.1;
    let analyst = nation.caller(&nation.analyst).await;
    let provider = nation.caller(&nation.provider).await;
    let receipt = story::submit(&nation).await;
    world
        .take_report(&analyst, receipt.report, "当直として分析")
        .await
        .unwrap();
    let new = NewItem {
        report: receipt.report,
        draft: story::draft_of(&nation, old.state.content.clone()),
        replaces: Some(old.id),
        once: None,
    };
    let new = world.derive_item(&analyst, new).await.unwrap().id;
    let asked = world.ask_consent(&analyst, new, None).await.unwrap();
    let hash = asked.state.manifest().hash();
    world.consent(&provider, new, hash).await.unwrap();
    begins(&nation, "a supersession", async {
        world.release(&releaser, new, None).await.unwrap();
    })
    .await;
    begins(&nation, "taken back by its provider", async {
        world.take_back(&provider, new).await.unwrap();
    })
    .await;

    // By feed alone: no object stands in the collection.
    let by_feed = story::released_as(&nation, |draft| {
        draft.outlets = [kaname_sharing::Outlet::Feed].into();
    });
    let by_feed = by_feed.await.id;
    begins(&nation, "withdrawn from feeds alone", async {
        let done = world.withdraw_item(&releaser, by_feed, "取り下げ").await;
        done.unwrap();
    })
    .await;

    let end = world.now() + SignedDuration::from_hours(6);
    story::released_as(&nation, |draft| draft.valid_until = Some(end)).await;
    nation.clock.advance(SignedDuration::from_hours(7));
    begins(&nation, "an expiry", async {
        assert_eq!(world.sweep().await.unwrap(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_be_blocked_by_and_who_sees_what_begin_an_edition() {
    let nation = Nation::new().await;
    let world = &nation.world;
    let item = story::released(&nation).await.1.id;
    let mut against = vec![nation.member.clone()];
    for code in ["tetsudo", "suido"] {
        let party = nation.party(code, PartyKind::Operator, code, code).await;
        against.push(nation.hire(party, code, &[Role::Member]).await);
    }
    let before = edition(&nation).await;
    for one in &against[..2] {
        false_positive(&nation, one, item).await;
    }
    assert_eq!(edition(&nation).await, before, "two are not enough");
    begins(&nation, "a suspension", async {
        false_positive(&nation, &against[2], item).await;
    })
    .await;
    let decides = nation.caller(&nation.releaser).await;
    begins(&nation, "a resumption", async {
        let done = world.decide_blocking(&decides, item, true, "誤検知ではない");
        done.await.unwrap();
    })
    .await;

    let admin = nation.caller(&nation.administrator).await;
    let name = Name2::parse("name", "電力SIG", "Power SIG").unwrap();
    let group = world.found_group(&admin, "power".parse().unwrap(), name, true);
    let group: GroupId = group.await.unwrap().id.cast();
    let provider = nation.provider.party;
    world.join_group(&admin, group, provider).await.unwrap();
    story::released_as(&nation, |draft| {
        draft.tlp = Tlp::AmberStrict;
        draft.named.groups = vec![group];
    })
    .await;
    begins(&nation, "a group that opens what it was given", async {
        let joined = world.join_group(&admin, group, nation.member.party);
        joined.await.unwrap();
    })
    .await;
    begins(&nation, "who leaves the group", async {
        let left = world.change_group(&admin, group, None, |group| {
            group.leave(nation.member.party)
        });
        left.await.unwrap();
    })
    .await;
    begins(&nation, "a redaction", async {
        world.redact(&admin, item, "誤って公開").await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_begins_an_edition_of_its_collection_alone() {
    let nation = Nation::new().await;
    let admin: Caller = nation.caller(&nation.administrator).await;
    let definition = Definition {
        alias: "peer".to_owned(),
        title: Text::new("相互提供", "Peer"),
        description: Text::default(),
        kind: CollectionKind::Peer,
        default_tlp: Some(Tlp::Green),
        default_pap: None,
        read: Access::Members,
        write: Access::Nobody,
        taxii: Default::default(),
    };
    let peer = nation.world.open_collection(&admin, definition);
    let peer = peer.await.unwrap();
    let both = async || {
        let library = edition(&nation).await;
        (
            edition_of(&nation, &nation.member, &peer).await.changed,
            library.changed,
        )
    };
    let before = both().await;
    let object = r#"{"type":"malware","spec_version":"2.1","id":"malware--00000000-0000-4000-8000-000000000001","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","name":"つなみ","is_family":false}"#;
    let taken = nation
        .world
        .import(&admin, &peer, ("試験", false), &[object], &|_| {})
        .await;
    assert_eq!(taken.unwrap().taken, 1);
    let after = both().await;
    assert!(after.0 > before.0);
    assert_eq!(after.1, before.1);
}
