//! From a provider's report to a member's eyes and back.

use jiff::SignedDuration;
use kaname_sharing::{
    ItemState, ManifestHash, ReportState,
    feedback::{Given, Sighting, SightingKind},
};
use kaname_testkit::Nation;
use kaname_world::{
    WorldError,
    sharing::{ItemDraft, Once},
};

use crate::story;

#[tokio::test(flavor = "multi_thread")]
async fn a_report_becomes_a_released_item_that_members_see_and_answer() {
    let nation = Nation::new().await;
    let (receipt, item) = story::released(&nation).await;
    assert_eq!(item.state.state, ItemState::Released);
    let member = nation.caller(&nation.member).await;
    let library = nation.world.library(&member, |_| {}).await.unwrap();
    assert_eq!(library.total, 1);
    let objects = nation.world.objects(&member, |_| {}).await.unwrap();
    assert!(
        objects.objects.len() >= 3,
        "two indicators and a report at least"
    );
    // Whose membership is not in force sees nothing of it.
    let outsider = nation.caller(&nation.outsider).await;
    let shut = nation.world.library(&outsider, |_| {}).await;
    assert!(matches!(shut, Err(WorldError::Denied("why-not-member"))));
    let gone = nation.world.item(&outsider, item.id).await;
    assert!(matches!(gone, Err(WorldError::NotFound(_))));
    // Feedback returns without the member's name.
    let given = Given {
        sighting: Some(Sighting {
            kind: SightingKind::Seen,
            count: Some(3),
            first: None,
            last: None,
        }),
        usefulness: Some(4),
        comment: "当行の出口で遮断した".to_owned(),
        may_name: false,
    };
    nation
        .world
        .give_feedback(&member, item.id, given)
        .await
        .unwrap();
    let provider = nation.caller(&nation.provider).await;
    let heard = nation
        .world
        .feedback_for_provider(&provider, item.id)
        .await
        .unwrap();
    assert_eq!(
        (heard.seen, heard.named.len(), heard.comments.len() as u32),
        (1, 0, 1)
    );
    let report = nation
        .world
        .report(&provider, receipt.report)
        .await
        .unwrap();
    assert_eq!(report.report.state.state, ReportState::Derived);
    assert_eq!(
        report.items,
        [item.id],
        "the provider finds what became of its report"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn replayed_consent_to_an_older_revision_is_refused() {
    let nation = Nation::new().await;
    let receipt = story::submit(&nation).await;
    let item = story::derive(&nation, receipt.report).await;
    let analyst = nation.caller(&nation.analyst).await;
    let provider = nation.caller(&nation.provider).await;
    let world = &nation.world;
    let first = world.ask_consent(&analyst, item.id, None).await.unwrap();
    let old = first.state.manifest().hash();
    let mut draft = story::draft_of(&nation, first.state.content.clone());
    draft.summary.ja.push_str("（追記）");
    world
        .revise_item(&analyst, item.id, None, draft)
        .await
        .unwrap();
    world.ask_consent(&analyst, item.id, None).await.unwrap();
    let replayed = world.consent(&provider, item.id, old).await;
    assert!(matches!(
        replayed,
        Err(WorldError::Refused {
            key: "refused-other-manifest",
            ..
        })
    ));
    let guessed = world
        .consent(&provider, item.id, ManifestHash([0; 32]))
        .await;
    assert!(guessed.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_after_consent_asks_again() {
    let nation = Nation::new().await;
    let (_, item) = story::consented(&nation).await;
    assert_eq!(item.state.state, ItemState::AwaitingRelease);
    let analyst = nation.caller(&nation.analyst).await;
    let mut draft = story::draft_of(&nation, item.state.content.clone());
    draft.tlp = kaname_kernel::Tlp::Clear;
    let edited = nation
        .world
        .revise_item(&analyst, item.id, None, draft)
        .await
        .unwrap();
    assert_eq!(edited.state.state, ItemState::Derived);
    assert!(edited.state.consent.is_none());
    let releaser = nation.caller(&nation.releaser).await;
    // What is written anew is for who writes it; nobody else finds it to release it.
    let early = nation.world.release(&releaser, item.id, None).await;
    assert!(matches!(early, Err(WorldError::NotFound("item"))));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_releases_what_they_derived_nor_without_a_fresh_second_factor() {
    let nation = Nation::new().await;
    let admin = nation.caller(&nation.administrator).await;
    let world = &nation.world;
    // An analyst who is releaser too still may not release the own derivation.
    let both = [kaname_kernel::Role::Analyst, kaname_kernel::Role::Releaser].into();
    let hub = world.hub().await.unwrap().unwrap();
    let analyst_id = nation.analyst.account;
    world
        .change_account(&admin, analyst_id, None, |account| {
            account.set_roles(both, &hub.state)
        })
        .await
        .unwrap();
    let (_, item) = story::consented(&nation).await;
    let analyst = nation.caller(&nation.analyst).await;
    let own = world.release(&analyst, item.id, None).await;
    assert!(
        matches!(own, Err(WorldError::Denied("why-not-deriver"))),
        "{own:?}"
    );
    let stale = nation.stale_caller(&nation.releaser).await;
    let late = world.release(&stale, item.id, None).await;
    assert!(matches!(late, Err(WorldError::StepUp)), "{late:?}");
    let provider = nation.caller(&nation.provider).await;
    assert!(world.release(&provider, item.id, None).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn traces_of_the_provider_block_the_question() {
    let nation = Nation::new().await;
    let receipt = story::submit(&nation).await;
    let analyst = nation.caller(&nation.analyst).await;
    let world = &nation.world;
    let named = |draft: &mut ItemDraft| draft.summary.ja = "みなと電力の装置が狙われた".to_owned();
    let item = story::derive_as(&nation, receipt.report, named).await;
    let asked = world.ask_consent(&analyst, item.id, None).await;
    assert!(matches!(
        asked,
        Err(WorldError::Refused {
            key: "refused-open-traces",
            ..
        })
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_that_grew_after_consent_stops_the_release() {
    let nation = Nation::new().await;
    let admin = nation.caller(&nation.administrator).await;
    let world = &nation.world;
    let name = kaname_directory::Name2::parse("name", "電力SIG", "Power SIG").unwrap();
    let group = world
        .found_group(&admin, "power".parse().unwrap(), name, false)
        .await
        .unwrap();
    world
        .join_group(&admin, group.id.cast(), nation.member.party)
        .await
        .unwrap();
    let receipt = story::submit(&nation).await;
    let analyst = nation.caller(&nation.analyst).await;
    let to_group = |draft: &mut ItemDraft| {
        draft.tlp = kaname_kernel::Tlp::Amber;
        draft.named.groups = vec![group.id.cast()];
    };
    let item = story::derive_as(&nation, receipt.report, to_group).await;
    let asked = world.ask_consent(&analyst, item.id, None).await.unwrap();
    let provider = nation.caller(&nation.provider).await;
    let hash = asked.state.manifest().hash();
    world.consent(&provider, item.id, hash).await.unwrap();
    world
        .join_group(&admin, group.id.cast(), nation.outsider.party)
        .await
        .unwrap();
    let releaser = nation.caller(&nation.releaser).await;
    let widened = world.release(&releaser, item.id, None).await;
    assert!(
        matches!(
            widened,
            Err(WorldError::Refused {
                key: "refused-told-otherwise",
                ..
            })
        ),
        "{widened:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn silence_is_refusal_and_validity_ends() {
    let nation = Nation::new().await;
    let world = &nation.world;
    let receipt = story::submit(&nation).await;
    let silent = story::derive(&nation, receipt.report).await;
    let analyst = nation.caller(&nation.analyst).await;
    world.ask_consent(&analyst, silent.id, None).await.unwrap();
    let (_, out) = story::released(&nation).await;
    assert_eq!(world.sweep().await.unwrap(), 0);
    nation.clock.advance(SignedDuration::from_hours(73));
    assert_eq!(world.sweep().await.unwrap(), 1);
    let silent = world
        .load::<kaname_sharing::Item>(silent.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(silent.state.state, ItemState::Refused);
    nation.clock.advance(SignedDuration::from_hours(24 * 91));
    assert_eq!(world.sweep().await.unwrap(), 1);
    let out = world
        .load::<kaname_sharing::Item>(out.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(out.state.state, ItemState::Expired);
    let member = nation.caller(&nation.member).await;
    let only = |filter: &mut kaname_store::ObjectFilter| filter.types = vec!["indicator".into()];
    let objects = world.objects(&member, only).await.unwrap();
    assert_eq!(
        objects.objects.len(),
        0,
        "expired objects leave the collections"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn three_organisations_suspend_blocking_and_one_counts_once() {
    let nation = Nation::new().await;
    let (_, item) = story::released(&nation).await;
    let world = &nation.world;
    let false_positive = |comment: &str| Given {
        sighting: Some(Sighting {
            kind: SightingKind::FalsePositive,
            count: None,
            first: None,
            last: None,
        }),
        comment: comment.to_owned(),
        ..Given::default()
    };
    let mut members = vec![nation.member.clone()];
    for code in ["tetsudo", "suido"] {
        let party = nation
            .party(code, kaname_directory::PartyKind::Operator, code, code)
            .await;
        members.push(
            nation
                .hire(party, code, &[kaname_kernel::Role::Member])
                .await,
        );
    }
    let once = nation.caller(&members[0]).await;
    world
        .give_feedback(&once, item.id, false_positive("a"))
        .await
        .unwrap();
    world
        .give_feedback(&once, item.id, false_positive("b"))
        .await
        .unwrap();
    let second = nation.caller(&members[1]).await;
    world
        .give_feedback(&second, item.id, false_positive("c"))
        .await
        .unwrap();
    let held = world
        .load::<kaname_sharing::Item>(item.id)
        .await
        .unwrap()
        .unwrap();
    assert!(
        held.state.blocking.allows(),
        "two organisations are not three"
    );
    let third = nation.caller(&members[2]).await;
    world
        .give_feedback(&third, item.id, false_positive("d"))
        .await
        .unwrap();
    let held = world
        .load::<kaname_sharing::Item>(item.id)
        .await
        .unwrap()
        .unwrap();
    assert!(!held.state.blocking.allows());
    let releaser = nation.caller(&nation.releaser).await;
    world
        .decide_blocking(&releaser, item.id, true, "確認済み")
        .await
        .unwrap();
}

/// Whoever counts the ledger does not learn whether a value was reported before.
#[tokio::test(flavor = "multi_thread")]
async fn reports_with_the_same_values_are_found_and_the_ledger_says_nothing() {
    let nation = Nation::new().await;
    let world = &nation.world;
    let size = async || world.store().ledger_size().await.unwrap();
    let before = size().await;
    let first = story::submit(&nation).await;
    let alone = size().await - before;
    let member = nation.caller(&nation.member).await;
    let second = world.submit(&member, story::report(), None).await.unwrap();
    assert_eq!(size().await - before, 2 * alone);
    let analyst = nation.caller(&nation.analyst).await;
    let similar = world.report(&analyst, second.report).await.unwrap().similar;
    assert_eq!(similar.len(), 1);
    assert_eq!(similar[0].report, first.report);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_submission_key_gives_the_same_receipt() {
    let nation = Nation::new().await;
    let provider = nation.caller(&nation.provider).await;
    let world = &nation.world;
    let k1 = |sent| Some(Once { key: "k1", sent });
    let once = world
        .submit(&provider, story::report(), k1(b"a"))
        .await
        .unwrap();
    let again = world
        .submit(&provider, story::report(), k1(b"a"))
        .await
        .unwrap();
    assert_eq!(once, again);
    let another = world.submit(&provider, story::report(), k1(b"b")).await;
    let Err(WorldError::Refused { key, .. }) = another else {
        panic!("what else is sent under the key is not dropped in silence: {another:?}");
    };
    assert_eq!(key, "error-idempotency-used");
    let other = nation.caller(&nation.member).await;
    let theirs = world
        .submit(&other, story::report(), k1(b"a"))
        .await
        .unwrap();
    assert_ne!(
        once.number, theirs.number,
        "another party's key is another key"
    );
}
