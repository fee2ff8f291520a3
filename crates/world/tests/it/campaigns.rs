//! Reports that belong together: proposed without telling what they say, taken together, taken apart, undone.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use kaname_directory::PartyKind;
use kaname_intake::Kind;
use kaname_kernel::{MatterId, Role};
use kaname_sharing::{Campaign, Report, Value, campaign::CampaignState, report::Closing};
use kaname_testkit::{Nation, Person};
use kaname_world::{
    Caller, WorldError,
    sharing::{NewCampaign, NewReport, OffCampaign, Proposed, Receipt},
};

use crate::story;

const WAVE: &str = "件名「配達のお知らせ」のメールに記載されたリンクを開くと、偽の宅配業者の画面に移り、\
                    利用者の口座番号と暗証番号の入力を求められる。";
const OTHER: &str = "境界の装置の脆弱性を突いて侵入され、設定の書き出しと新しい管理者の作成を確認した。\
                     外部への通信は止めており、影響の調べを続けている。";

fn saying(domains: &[&str], text: &str) -> NewReport {
    let domain = |name: &&str| Value {
        kind: Kind::Domain,
        value: (*name).to_owned(),
    };
    NewReport {
        title: "不審な通信".to_owned(),
        technique: text.to_owned(),
        values: domains.iter().map(domain).collect(),
        ..story::report()
    }
}

pub(crate) async fn report(nation: &Nation, by: &Person, domains: &[&str], text: &str) -> Receipt {
    let caller = nation.caller(by).await;
    let new = saying(domains, text);
    nation.world.submit(&caller, new, None).await.unwrap()
}

/// A second provider, of another organisation.
async fn second(nation: &Nation) -> Person {
    let party = nation
        .party("ominato", PartyKind::Operator, "大湊ガス", "Ominato Gas")
        .await;
    nation.hire(party, "ominato", &[Role::Provider]).await
}

async fn proposals(nation: &Nation) -> Vec<Proposed> {
    let analyst = nation.caller(&nation.analyst).await;
    nation.world.proposals(&analyst).await.unwrap()
}

fn ids(proposed: &Proposed) -> BTreeSet<MatterId> {
    proposed.reports.iter().map(|report| report.id).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rare_value_of_two_providers_is_proposed_and_told_within_an_opening_only() {
    let nation = Nation::new().await;
    let world = &nation.world;
    let other = second(&nation).await;
    let one = report(&nation, &nation.provider, &["rare.test", "a.test"], WAVE).await;
    let two = report(&nation, &other, &["rare.test", "b.test"], OTHER).await;
    report(&nation, &other, &["c.test"], "").await;
    let proposed = proposals(&nation).await;
    assert_eq!(proposed.len(), 1);
    assert_eq!(ids(&proposed[0]), [one.report, two.report].into());
    let evidence = &proposed[0].evidence[0];
    assert_eq!(evidence.ground.shared, [(Kind::Domain, 1)]);
    assert_eq!(evidence.ground.rarest, Some((2, 1_024)));
    assert!(!evidence.open && evidence.values.is_empty() && evidence.passages.is_empty());
    // Within an opening of one the value is told, for it is that report's; not to the colleague.
    let analyst = nation.caller(&nation.analyst).await;
    world
        .take_report(&analyst, one.report, "当直")
        .await
        .unwrap();
    let told = &proposals(&nation).await[0].evidence[0];
    assert_eq!(told.values, [(Kind::Domain, "rare.test".to_owned())]);
    let colleague = nation
        .hire(nation.analyst.party, "bunseki-2", &[Role::Analyst])
        .await;
    let colleague = nation.caller(&colleague).await;
    let seen = world.proposals(&colleague).await.unwrap();
    assert!(seen[0].evidence[0].values.is_empty());
    nation.clock.advance(SignedDuration::from_hours(9));
    assert!(
        proposals(&nation).await[0].evidence[0].values.is_empty(),
        "the opening has ended"
    );
    // Nobody else is told that there is anything.
    for person in [
        &nation.provider,
        &nation.member,
        &nation.releaser,
        &nation.administrator,
    ] {
        let caller = nation.caller(person).await;
        let denied = world.proposals(&caller).await;
        assert!(matches!(denied, Err(WorldError::Denied(_))), "{denied:?}");
    }
    // What its provider takes back speaks for nothing.
    let provider = nation.caller(&nation.provider).await;
    world.withdraw_report(&provider, one.report).await.unwrap();
    assert!(proposals(&nation).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_officer_is_proposed_nothing_of_the_own_partys_reports() {
    let nation = Nation::new().await;
    let hub = nation
        .hire(nation.analyst.party, "hub-provider", &[Role::Provider])
        .await;
    report(&nation, &hub, &["rare.test", "a.test"], "").await;
    let one = report(&nation, &nation.provider, &["rare.test", "b.test"], "").await;
    assert!(proposals(&nation).await.is_empty());
    let analyst = nation.caller(&nation.analyst).await;
    let own = report(&nation, &hub, &["d.test"], "").await;
    let names = [one.number, own.number];
    let new = NewCampaign {
        title: "波",
        reports: &names,
    };
    let refused = nation.world.new_campaign(&analyst, new).await;
    assert!(matches!(
        refused,
        Err(WorldError::Refused {
            key: "refused-own-party",
            ..
        })
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_accepted_proposal_is_a_campaign_and_undoing_it_proposes_it_again() {
    let nation = Nation::new().await;
    let world = &nation.world;
    let one = report(&nation, &nation.provider, &["rare.test", "a.test"], "").await;
    let two = report(&nation, &nation.provider, &["rare.test", "b.test"], "").await;
    let analyst = nation.caller(&nation.analyst).await;
    let key = proposals(&nation).await[0].key.clone();
    let tells = world
        .accept_proposal_of_campaign(&analyst, &key, "rare.test の波")
        .await;
    assert!(matches!(
        tells,
        Err(WorldError::Refused {
            key: "refused-tells-value",
            ..
        })
    ));
    let before = world.store().ledger_size().await.unwrap();
    let begun = world
        .accept_proposal_of_campaign(&analyst, &key, "配達を装う波")
        .await
        .unwrap();
    let written = world.store().events(before, 100).await.unwrap();
    let kinds: Vec<_> = written
        .iter()
        .map(|one| one.event.header.matter_kind.as_str())
        .collect();
    assert_eq!(kinds, ["campaign"], "no report's history says so");
    assert_eq!(begun.state.steps[0].ground.len(), 1);
    assert!(proposals(&nation).await.is_empty());
    // A copy of the database tells neither the reports nor what they are called together.
    let stored = world
        .store()
        .record(begun.id)
        .await
        .unwrap()
        .unwrap()
        .record;
    let row = format!("{stored:?}");
    for told in [
        one.report.to_string(),
        two.report.to_string(),
        "配達".to_owned(),
    ] {
        assert!(!row.contains(&told), "{told}: {row}");
    }
    // It takes in a third that carries the value, and only that is asked.
    let third = report(&nation, &nation.provider, &["rare.test", "c.test"], "").await;
    let proposed = proposals(&nation).await.remove(0);
    assert_eq!(proposed.campaigns[0].id, begun.id);
    let joined = world
        .accept_proposal_of_campaign(&analyst, &proposed.key, "")
        .await
        .unwrap();
    assert_eq!(
        joined.state.reports,
        [one.report, two.report, third.report].into()
    );
    assert_eq!(
        world
            .campaign_with(&analyst, third.report)
            .await
            .unwrap()
            .unwrap()
            .id,
        begun.id
    );
    let stale = world
        .accept_proposal_of_campaign(&analyst, &proposed.key, "")
        .await;
    assert!(matches!(
        stale,
        Err(WorldError::Refused {
            key: "refused-proposal-gone",
            ..
        })
    ));
    let number = &joined.state.number;
    let last = joined.state.last_step().unwrap().version;
    world
        .undo_campaign(&analyst, number, last, "別件")
        .await
        .unwrap();
    let ended = world
        .undo_campaign(&analyst, number, 1, "別件")
        .await
        .unwrap();
    assert_eq!(ended.state.state, CampaignState::Dissolved);
    assert_eq!(proposals(&nation).await[0].count, 3);
    assert!(
        world
            .campaign_with(&analyst, one.report)
            .await
            .unwrap()
            .is_none()
    );
    assert!(world.rebuild(&|_| {}).await.unwrap().identical);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proposal_set_aside_stays_away_until_there_is_other_evidence_or_it_is_taken_back() {
    let nation = Nation::new().await;
    let world = &nation.world;
    report(&nation, &nation.provider, &["rare.test", "a.test"], "").await;
    report(&nation, &nation.provider, &["rare.test", "b.test"], "").await;
    let analyst = nation.caller(&nation.analyst).await;
    let key = proposals(&nation).await[0].key.clone();
    let aside = world
        .dismiss_proposal(&analyst, &key, "共用の配信網")
        .await
        .unwrap();
    assert!(proposals(&nation).await.is_empty());
    nation.clock.advance(SignedDuration::from_hours(30));
    assert!(proposals(&nation).await.is_empty());
    report(&nation, &nation.provider, &["rare.test", "c.test"], "").await;
    assert_eq!(
        proposals(&nation).await[0].count,
        3,
        "another report carries it"
    );
    let analyst = nation.caller(&nation.analyst).await;
    assert_eq!(
        world.dismissals(&analyst, |_| {}).await.unwrap().rows.len(),
        1
    );
    world.restore_proposal(&analyst, aside.id).await.unwrap();
    assert_eq!(
        world.dismissals(&analyst, |_| {}).await.unwrap().rows.len(),
        0
    );
    assert!(world.rebuild(&|_| {}).await.unwrap().identical);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_split_off_stays_off_and_merging_is_undone_on_both_sides() {
    let nation = Nation::new().await;
    let world = &nation.world;
    let mut numbers = Vec::new();
    for own in ["a.test", "b.test", "c.test"] {
        numbers.push(
            report(&nation, &nation.provider, &["rare.test", own], "")
                .await
                .number,
        );
    }
    let analyst = nation.caller(&nation.analyst).await;
    let new = NewCampaign {
        title: "波",
        reports: &numbers,
    };
    let whole = world.new_campaign(&analyst, new).await.unwrap();
    let number = whole.state.number.clone();
    let off = |title| OffCampaign {
        reports: &numbers[2..],
        reason: "別の手口",
        title,
    };
    let alone = world
        .split_campaign(&analyst, &number, off(None))
        .await
        .unwrap();
    assert!(alone.is_none());
    assert!(
        proposals(&nation).await.is_empty(),
        "the same evidence brings it back no more"
    );
    // In the queue it stands alone, too.
    let queue = world
        .triage_list(&analyst, |query| query.limit = 50)
        .await
        .unwrap()
        .rows;
    let together = world.together(&analyst, &queue).await.unwrap();
    let sizes: BTreeSet<usize> = together.iter().map(|one| one.places.len()).collect();
    assert_eq!(sizes, [1, 2].into());
    let named = together.iter().find(|one| one.places.len() == 2).unwrap();
    assert_eq!(named.campaign.as_ref().unwrap().id, whole.id);
    world
        .undo_campaign(&analyst, &number, 2, "誤り")
        .await
        .unwrap();
    let split = world
        .split_campaign(&analyst, &number, off(Some("二つ目")))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(split.state.reports.len(), 1);
    let taken = world.join_campaign(&analyst, &number, &numbers[2..]).await;
    assert!(
        matches!(
            taken,
            Err(WorldError::Invalid {
                key: "error-in-campaign",
                ..
            })
        ),
        "{taken:?}"
    );
    let merged = world
        .merge_campaigns(&analyst, &number, &split.state.number)
        .await
        .unwrap();
    assert_eq!(merged.state.reports.len(), 3);
    let last = merged.state.last_step().unwrap().version;
    world
        .undo_campaign(&analyst, &number, last, "誤り")
        .await
        .unwrap();
    let view = world.campaign(&analyst, &split.state.number).await.unwrap();
    assert_eq!(view.campaign.state.state, CampaignState::Open);
    assert_eq!(view.reports.len(), 1);
    assert!(world.rebuild(&|_| {}).await.unwrap().identical);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_is_one_row_of_the_queue_and_one_proposal() {
    let nation = Nation::new().await;
    let world = &nation.world;
    for n in 0..60 {
        let own = format!("victim-{n}.test");
        let mut values = vec![
            "c2-a.test",
            "c2-b.test",
            "c2-c.test",
            "c2-d.test",
            "c2-e.test",
        ];
        if n % 3 == 0 {
            values.push(&own);
        }
        report(
            &nation,
            &nation.provider,
            &values,
            &format!("{WAVE} {own} {n}"),
        )
        .await;
    }
    report(&nation, &nation.provider, &["alone.test"], OTHER).await;
    let analyst = nation.caller(&nation.analyst).await;
    let queue = world
        .triage_list(&analyst, |query| query.limit = 200)
        .await
        .unwrap()
        .rows;
    let together = world.together(&analyst, &queue).await.unwrap();
    let mut sizes: Vec<usize> = together.iter().map(|one| one.places.len()).collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [1, 60]);
    let proposed = proposals(&nation).await;
    assert_eq!((proposed.len(), proposed[0].count), (1, 60));
    assert!(proposed[0].evidence.iter().all(|one| one.ground.same));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_of_the_hub_and_who_acts_for_it_go_the_same_way() {
    let nation = Nation::new().await;
    let world = &nation.world;
    report(&nation, &nation.provider, &["rare.test", "a.test"], WAVE).await;
    let two = report(&nation, &nation.provider, &["rare.test", "b.test"], WAVE).await;
    // From the shell nothing is open, whoever holds a report open.
    let analyst = nation.caller(&nation.analyst).await;
    world
        .take_report(&analyst, two.report, "当直")
        .await
        .unwrap();
    let shell = Caller::system("shell");
    let proposed = world.proposals(&shell).await.unwrap();
    assert!(
        proposed
            .iter()
            .all(|one| one.evidence.iter().all(|piece| !piece.open))
    );
    let key = &proposed[0].key;
    let begun = world
        .accept_proposal_of_campaign(&shell, key, "波")
        .await
        .unwrap();
    assert_eq!(begun.state.steps[0].by, None);
    // A report that is closed as a duplicate is one all the same; what cannot be acted on is not.
    let of = begun.state.reports.first().copied().unwrap();
    let third = report(&nation, &nation.provider, &["rare.test", "c.test"], "").await;
    world
        .take_report(&analyst, third.report, "当直")
        .await
        .unwrap();
    let closing = Closing::Duplicate { of };
    world
        .close_report(&analyst, third.report, closing)
        .await
        .unwrap();
    assert_eq!(proposals(&nation).await[0].count, 3);
    let campaign = world.see::<Campaign>(&analyst, begun.id).await.unwrap();
    assert_eq!(campaign.state.reports.len(), 2);
    assert!(world.see::<Report>(&analyst, third.report).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_officers_who_take_one_report_at_once_one_is_told() {
    let nation = Nation::new().await;
    let world = &nation.world;
    let hub = nation.analyst.party;
    let colleague = nation.hire(hub, "bunseki-2", &[Role::Analyst]).await;
    let other = second(&nation).await;
    let one = nation.caller(&nation.analyst).await;
    let two = nation.caller(&colleague).await;
    for round in 0..8 {
        let mut numbers = Vec::new();
        for domain in ["a", "b", "c"] {
            let domain = format!("{domain}{round}.test");
            let new = report(&nation, &other, &[&domain], "").await;
            numbers.push(new.number);
        }
        let taken = |reports: std::ops::Range<usize>| NewCampaign {
            title: "配達を装う活動",
            reports: &numbers[reports],
        };
        let (first, second) = tokio::join!(
            world.new_campaign(&one, taken(0..2)),
            world.new_campaign(&two, taken(1..3)),
        );
        let done = [first.is_ok(), second.is_ok()];
        assert_eq!(done.iter().filter(|done| **done).count(), 1, "{done:?}");
        let refused = first.err().or(second.err()).unwrap();
        assert!(
            refused.is_conflict() || matches!(refused, WorldError::Invalid { .. }),
            "{refused:?}"
        );
    }
    assert!(world.rebuild(&|_| {}).await.unwrap().identical);
}
