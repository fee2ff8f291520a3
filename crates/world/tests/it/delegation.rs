//! A delegated corporation acts with scoped powers, and its acts say on whose behalf.

use kaname_directory::{Delegation, Party, PartyKind, Span, day_of};
use kaname_kernel::{Clock, Role};
use kaname_policy::Action;
use kaname_sharing::victim::Shown;
use kaname_testkit::Nation;
use kaname_world::WorldError;

use crate::story;

#[tokio::test(flavor = "multi_thread")]
async fn it_may_do_what_was_delegated_and_no_more_and_says_for_whom() {
    let nation = Nation::new().await;
    let world = &nation.world;
    let admin = nation.caller(&nation.administrator).await;
    let hub = nation.administrator.party;
    let corporation = nation
        .party(
            "seirei",
            PartyKind::DesignatedCorporation,
            "政令指定法人",
            "Designated Corporation",
        )
        .await;
    let today = day_of(nation.clock.now());
    let powers = Delegation {
        principal: hub,
        scopes: [
            "triage.list".parse().unwrap(),
            "triage.assign".parse().unwrap(),
        ]
        .into(),
        span: Span::since(today),
        basis: "サイバーセキュリティ基本法に基づく委託".parse().unwrap(),
    };
    world
        .change_party(&admin, corporation, None, |party: &Party| {
            party.grant_delegation(powers)
        })
        .await
        .unwrap();
    let person = nation
        .hire(corporation, "seirei-analyst", &[Role::Member])
        .await;
    let receipt = story::submit(&nation).await;
    let own = nation.caller(&person).await;
    assert!(
        world.triage_list(&own, |_| {}).await.is_err(),
        "not with its own rights"
    );
    let acting = world.on_behalf(own, hub).await.unwrap();
    assert_eq!(world.triage_list(&acting, |_| {}).await.unwrap().total, 1);
    world
        .take_report(&acting, receipt.report, "委託による分析")
        .await
        .unwrap();
    let history = world.store().history(receipt.report).await.unwrap();
    let last = history
        .last()
        .unwrap()
        .event
        .open(&world.keys().master)
        .unwrap();
    assert_eq!(last.actor.on_behalf_of, Some(hub));
    let beyond = world.allow_any(&acting, Action::PartyManage);
    assert!(matches!(
        beyond,
        Err(WorldError::Denied("why-not-delegated"))
    ));
    let stranger = nation.caller(&nation.member).await;
    assert!(world.on_behalf(stranger, hub).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_word_on_a_victim_record_is_never_delegated() {
    let nation = Nation::new().await;
    let world = &nation.world;
    let receipt = story::submit(&nation).await;
    let analyst = nation.caller(&nation.analyst).await;
    world
        .take_report(&analyst, receipt.report, "当番")
        .await
        .unwrap();
    let corporation = nation
        .party(
            "seirei",
            PartyKind::DesignatedCorporation,
            "政令指定法人",
            "Designated Corporation",
        )
        .await;
    let provider = nation.caller(&nation.provider).await;
    let powers = Delegation {
        principal: nation.provider.party,
        scopes: ["victim.consent", "submission.read_own", "submission.submit"]
            .map(|scope| scope.parse().unwrap())
            .into(),
        span: Span::since(day_of(nation.clock.now())),
        basis: "報告の代行".parse().unwrap(),
    };
    let grant = |party: &Party| party.grant_delegation(powers);
    world
        .change_party(&provider, corporation, None, grant)
        .await
        .unwrap();
    let shown = Shown {
        parties: vec![nation.member.party],
        persons: Vec::new(),
    };
    world
        .ask_showing(&analyst, receipt.report, shown, "所管省庁への連絡")
        .await
        .unwrap();
    let person = nation.hire(corporation, "daiko", &[Role::Provider]).await;
    let acting = nation.caller(&person).await;
    let acting = world
        .on_behalf(acting, nation.provider.party)
        .await
        .unwrap();
    let asked = world.asked_showings(&acting).await.unwrap();
    let report = asked.first().expect("it waits").0.id;
    let view = world.report(&provider, report).await.unwrap();
    let hash = world.telling(&view).await.unwrap().unwrap().hash;
    for answer in [
        world.show_harm(&acting, receipt.report, hash).await,
        world.decline_showing(&acting, receipt.report).await,
    ] {
        assert!(
            matches!(answer, Err(WorldError::Denied("why-not-delegated"))),
            "{answer:?}"
        );
    }
    world
        .show_harm(&provider, receipt.report, hash)
        .await
        .unwrap();
}
