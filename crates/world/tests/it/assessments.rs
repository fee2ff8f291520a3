//! The hub's own assessments: written, looked through by another, released by a third, read by members with the
//! evidence that they may see.

use std::collections::BTreeSet;

use kaname_kernel::{Pap, Role, Tlp, audience::Named};
use kaname_sharing::{
    Item, ItemState, Outlet, Text,
    assessment::{Confidence, Draft, Judgement, Likelihood, Source},
};
use kaname_testkit::{Nation, Person};
use kaname_world::{Loaded, WorldError, sharing::Seen};

use crate::story;

pub(crate) fn judgement(text: &str, evidence: Vec<Source>) -> Judgement {
    Judgement {
        text: text.to_owned(),
        likelihood: Likelihood::VeryLikely,
        confidence: Confidence::Moderate,
        caveats: String::new(),
        evidence,
    }
}

pub(crate) fn outside() -> Source {
    Source::Outside {
        name: "Example CERT".to_owned(),
        url: "https://cert.example/a".to_owned(),
        grade: "B2".parse().unwrap(),
    }
}

pub(crate) fn draft(nation: &Nation, judgements: Vec<Judgement>) -> Draft {
    Draft {
        title: Text::new(
            "VPN装置を狙う活動の見通し",
            "Outlook on activity against VPN",
        ),
        summary: Text::new("活動は年内続く見込みである。", "Activity will go on."),
        countermeasures: Text::default(),
        judgements,
        tlp: Tlp::Green,
        pap: Pap::Green,
        named: Named::default(),
        classes: BTreeSet::new(),
        duties: BTreeSet::new(),
        embargo: None,
        valid_until: None,
        outlets: Outlet::PROPOSED.into(),
        collections: [nation.library.id].into(),
    }
}

async fn second(nation: &Nation) -> Person {
    nation
        .hire(nation.analyst.party, "bunseki-2", &[Role::Analyst])
        .await
}

/// Written by the analyst, looked through by another.
async fn reviewed(nation: &Nation, draft: Draft, reviewer: &Person) -> String {
    let world = &nation.world;
    let analyst = nation.caller(&nation.analyst).await;
    let begun = world.begin_assessment(&analyst, draft).await.unwrap();
    let number = begun.state.number;
    world
        .ask_assessment_review(&analyst, &number)
        .await
        .unwrap();
    let other = nation.caller(reviewer).await;
    world
        .review_assessment(&other, &number, true, "")
        .await
        .unwrap();
    number
}

async fn released(nation: &Nation, number: &str) -> Loaded<Item> {
    let analyst = nation.caller(&nation.analyst).await;
    let item = nation
        .world
        .put_assessment_forward(&analyst, number, None)
        .await
        .unwrap();
    let releaser = nation.caller(&nation.releaser).await;
    nation
        .world
        .release(&releaser, item.id, None)
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_assessment_goes_out_by_the_way_of_items_and_members_read_its_evidence() {
    let nation = Nation::new().await;
    let world = &nation.world;
    let (_, cited) = story::released(&nation).await;
    let other = second(&nation).await;
    let analyst = nation.caller(&nation.analyst).await;
    let evidence = world
        .read_evidence(&analyst, &cited.state.number)
        .await
        .unwrap();
    assert_eq!(evidence, Source::Item { item: cited.id });
    let draft = draft(
        &nation,
        vec![judgement("活動は続く", vec![evidence, outside()])],
    );
    let begun = world
        .begin_assessment(&analyst, draft.clone())
        .await
        .unwrap();
    let number = begun.state.number.clone();
    // While it is first written it is its writer's.
    for person in [&other, &nation.releaser, &nation.auditor] {
        let caller = nation.caller(person).await;
        let hidden = world.assessment(&caller, &number).await;
        assert!(matches!(hidden, Err(WorldError::NotFound(_))));
    }
    let early = world.put_assessment_forward(&analyst, &number, None).await;
    assert!(matches!(
        early,
        Err(WorldError::Refused {
            key: "refused-state",
            ..
        })
    ));
    world
        .ask_assessment_review(&analyst, &number)
        .await
        .unwrap();
    let own = world.review_assessment(&analyst, &number, true, "").await;
    assert!(matches!(
        own,
        Err(WorldError::Refused {
            key: "refused-same-person",
            ..
        })
    ));
    for person in [&nation.administrator, &nation.member, &nation.provider] {
        let caller = nation.caller(person).await;
        let denied = world.assessment(&caller, &number).await;
        assert!(matches!(denied, Err(WorldError::Denied(_))));
    }
    let reviewer = nation.caller(&other).await;
    world
        .review_assessment(&reviewer, &number, true, "妥当")
        .await
        .unwrap();
    let item = world
        .put_assessment_forward(&analyst, &number, None)
        .await
        .unwrap();
    assert_eq!(item.state.state, ItemState::AwaitingRelease);
    // Nobody owns it: of the hub's own party nobody is its provider.
    assert!(
        !world
            .owns(&analyst, Some(item.state.handle.cast()))
            .await
            .unwrap()
    );
    let releaser = nation.caller(&nation.releaser).await;
    let item = world.release(&releaser, item.id, None).await.unwrap();
    let member = nation.caller(&nation.member).await;
    let seen = world.library_item(&member, item.id).await.unwrap();
    let told = world.judgements_of(&member, &seen.state).await.unwrap();
    assert_eq!(told[0].judged.likelihood, Likelihood::VeryLikely);
    assert!(
        matches!(&told[0].objects[..], [Seen::Object { id, .. }] if id.starts_with("report--"))
    );
    // The ledger proves and computes the same.
    assert!(world.rebuild(&|_| {}).await.unwrap().identical);
    // Written anew, it replaces what is out.
    let mut next = draft;
    next.summary = Text::new("活動は翌年も続く見込みである。", "");
    let saved = world
        .save_assessment(&analyst, &number, None, next, "期間を延長")
        .await
        .unwrap();
    assert_eq!(saved.state.version, 2);
    world
        .ask_assessment_review(&analyst, &number)
        .await
        .unwrap();
    world
        .review_assessment(&reviewer, &number, true, "")
        .await
        .unwrap();
    let newer = released(&nation, &number).await;
    assert_eq!(newer.state.replaces, Some(item.id));
    let old = world.see::<Item>(&analyst, item.id).await.unwrap();
    assert_eq!(old.state.state, ItemState::Superseded);
    let view = world.assessment(&analyst, &number).await.unwrap();
    assert_eq!((view.versions.len(), view.items.len()), (2, 2));
    assert_eq!(view.versions[0].note, "期間を延長");
    assert!(world.rebuild(&|_| {}).await.unwrap().identical);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_not_all_readers_may_see_is_left_out_and_its_author_is_told() {
    let nation = Nation::new().await;
    let world = &nation.world;
    let member = nation.member.party;
    let cited = story::released_as(&nation, |draft| {
        draft.tlp = Tlp::Amber;
        draft.named.parties = [member].into();
    })
    .await;
    let other = second(&nation).await;
    let analyst = nation.caller(&nation.analyst).await;
    let evidence = Source::Item { item: cited.id };
    let mut plan = draft(&nation, vec![judgement("活動は続く", vec![evidence])]);
    // More openly than what it cites it does not go.
    let number = reviewed(&nation, plan.clone(), &other).await;
    let opener = world.put_assessment_forward(&analyst, &number, None).await;
    let Err(WorldError::Refused { key, .. }) = opener else {
        panic!("{opener:?}");
    };
    assert_eq!(key, "refused-opener-than-evidence");
    let check = world.assessment(&analyst, &number).await.unwrap().check;
    assert_eq!(check.needs_tlp, Some(Tlp::Amber));
    // To others than those who may see the evidence: the author is told, and nobody is shown that there is any.
    plan.tlp = Tlp::Amber;
    plan.named.parties = [member, nation.provider.party].into();
    let check = world.check_assessment(&analyst, &plan).await.unwrap();
    assert_eq!((check.narrow.len(), check.narrow[0].bare), (1, true));
    let number = reviewed(&nation, plan.clone(), &other).await;
    let item = released(&nation, &number).await;
    let heads = cited.state.content.heads();
    let ids: Vec<String> = heads.map(|(_, head)| head.id.to_string()).collect();
    let bytes = item.state.content.objects.join("\n");
    for id in &ids {
        assert!(!bytes.contains(id.as_str()), "{id}: {bytes}");
    }
    // To those alone who may see it, it is told.
    plan.named.parties = [member].into();
    let check = world.check_assessment(&analyst, &plan).await.unwrap();
    assert!(check.narrow.is_empty(), "{check:?}");
    let number = reviewed(&nation, plan, &other).await;
    let item = released(&nation, &number).await;
    let reader = nation.caller(&nation.member).await;
    let told = world.judgements_of(&reader, &item.state).await.unwrap();
    assert_eq!(told[0].objects.len(), 1);
    // Once the evidence is taken back, its readers are told of it no more, whatever the bytes say.
    let releaser = nation.caller(&nation.releaser).await;
    world
        .withdraw_item(&releaser, cited.id, "誤り")
        .await
        .unwrap();
    let told = world.judgements_of(&reader, &item.state).await.unwrap();
    assert!(told[0].objects.len() <= 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_no_evidence_and_what_was_sent_back_comes_again_as_the_same_item() {
    let nation = Nation::new().await;
    let world = &nation.world;
    let receipt = story::submit(&nation).await;
    let other = second(&nation).await;
    let analyst = nation.caller(&nation.analyst).await;
    let releaser = nation.caller(&nation.releaser).await;
    // There or not, the answer is the same: a version that cites a report and the next that cites its item would join
    // the two.
    for number in [receipt.number.as_str(), "R-2611-00000"] {
        let error = world.read_evidence(&analyst, number).await;
        assert!(matches!(
            error,
            Err(WorldError::Invalid {
                key: "error-evidence-report",
                ..
            })
        ));
    }
    let number = reviewed(
        &nation,
        draft(&nation, vec![judgement("広がる", vec![outside()])]),
        &other,
    )
    .await;
    let plan = draft(&nation, vec![judgement("続く", vec![outside()])]);
    world
        .save_assessment(&analyst, &number, None, plan.clone(), "")
        .await
        .unwrap();
    world
        .ask_assessment_review(&analyst, &number)
        .await
        .unwrap();
    let reviewer = nation.caller(&other).await;
    world
        .review_assessment(&reviewer, &number, true, "")
        .await
        .unwrap();
    let first = world
        .put_assessment_forward(&analyst, &number, None)
        .await
        .unwrap();
    let own = world.release(&analyst, first.id, None).await;
    assert!(matches!(own, Err(WorldError::Denied(_))), "{own:?}");
    world
        .return_item(&releaser, first.id, "対策を加える")
        .await
        .unwrap();
    let mut next = plan;
    next.countermeasures = Text::new("修正版へ更新する。", "");
    world
        .save_assessment(&analyst, &number, None, next, "")
        .await
        .unwrap();
    world
        .ask_assessment_review(&analyst, &number)
        .await
        .unwrap();
    world
        .review_assessment(&reviewer, &number, true, "")
        .await
        .unwrap();
    let again = world
        .put_assessment_forward(&analyst, &number, None)
        .await
        .unwrap();
    assert_eq!(
        (again.id, again.state.state),
        (first.id, ItemState::AwaitingRelease)
    );
    world.release(&releaser, again.id, None).await.unwrap();
    assert!(world.rebuild(&|_| {}).await.unwrap().identical);
}

#[tokio::test(flavor = "multi_thread")]
async fn evidence_is_read_as_it_is_typed_and_only_what_the_writer_may_see() {
    let nation = Nation::new().await;
    let world = &nation.world;
    let analyst = nation.caller(&nation.analyst).await;
    for (typed, key) in [
        ("S-2611-00000", "error-evidence"),
        (
            "indicator--00000000-0000-4000-8000-000000000001",
            "error-evidence",
        ),
        ("名称 | G9", "error-grade"),
        ("a | b | c | A1", "error-evidence"),
        ("ただの語", "error-evidence"),
    ] {
        let error = world.read_evidence(&analyst, typed).await;
        let Err(WorldError::Invalid { key: found, .. }) = error else {
            panic!("{typed}: {error:?}");
        };
        assert_eq!(found, key, "{typed}");
    }
    let read = world
        .read_evidence(&analyst, "Example CERT ｜ https://cert.example/a ｜ b2")
        .await;
    assert_eq!(read.unwrap(), outside());
}
