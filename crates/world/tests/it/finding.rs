//! What one search finds of what officers write, assessments and campaigns, and for whom.

use jiff::SignedDuration;
use kaname_testkit::{Nation, Person};
use kaname_world::{
    find::{Found, Left, Part},
    sharing::NewCampaign,
};

use crate::{
    assessments::{draft, judgement, outside},
    campaigns::report,
};

async fn found(nation: &Nation, person: &Person, query: &str) -> Found {
    let caller = nation.caller(person).await;
    let part = Part {
        limit: 20,
        ..Part::default()
    };
    nation.world.search(&caller, query, &part).await.unwrap()
}

/// Numbers of the assessments found; the total is told beside them.
async fn assessments(nation: &Nation, person: &Person, query: &str) -> Vec<String> {
    let found = found(nation, person, query).await;
    assert!(found.search.faults.is_empty(), "{query}: {found:?}");
    let through = found.assessments.unwrap().unwrap();
    assert!(!through.cut);
    assert_eq!(through.listed.total as usize, through.listed.rows.len());
    let rows = through.listed.rows.into_iter();
    rows.map(|one| one.state.number).collect()
}

async fn campaigns(nation: &Nation, person: &Person, query: &str) -> Vec<String> {
    let found = found(nation, person, query).await;
    assert!(found.search.faults.is_empty(), "{query}: {found:?}");
    let rows = found.campaigns.unwrap().unwrap().listed.rows.into_iter();
    rows.map(|one| one.state.number).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn assessments_are_found_by_what_they_say_for_who_may_read_them() {
    let nation = Nation::new().await;
    let world = &nation.world;
    let said = judgement("hxxps://www.evil-sync[.]test/a が使われる", vec![outside()]);
    let written = draft(&nation, vec![said]);
    let analyst = nation.caller(&nation.analyst).await;
    let begun = world.begin_assessment(&analyst, written).await.unwrap();
    let number = begun.state.number;
    for query in [
        "見通し",
        "ＶＰＮ 年内",
        "activity",
        "「VPN装置を狙う活動」",
        "見通し -訓練 -「活動を狙う」",
        &number,
        &format!("id:{number}"),
        "type:assessment",
        "種別:分析評価 見通し",
        "tlp:<=green 見通し",
        "pap:green 見通し",
        "collection:library 見通し",
        "from:hub 見通し",
        "since:1d",
        "www.evil-sync.test",
        "evil-sync.test",
        "https://www.evil-sync.test/a",
        "cert.example",
    ] {
        let found = assessments(&nation, &nation.analyst, query).await;
        assert_eq!(found, [number.as_str()], "{query}");
    }
    for query in [
        "訓練",
        "見通し -年内",
        "見通し -「VPN装置を狙う」",
        "「活動を狙う」",
        "見通し tlp:red",
        "見通し pap:red",
        "見通し until:2020-01-01",
        "notevil-sync.test",
        "id:A-2611-00000",
    ] {
        let found = assessments(&nation, &nation.analyst, query).await;
        assert!(found.is_empty(), "{query}: {found:?}");
    }
    let other = found(&nation, &nation.analyst, "見通し type:campaign").await;
    assert_eq!(other.assessments.unwrap().unwrap_err(), Left::OtherType);
    let other = found(&nation, &nation.analyst, "見通し -type:assessment").await;
    assert_eq!(other.assessments.unwrap().unwrap_err(), Left::OtherType);
    // While it is first written it is its writer's alone; then its readers'. To others there are none.
    let releaser = &nation.releaser;
    for query in ["見通し", "type:assessment", &number] {
        assert!(assessments(&nation, releaser, query).await.is_empty());
    }
    let asked = world.ask_assessment_review(&analyst, &number).await;
    asked.unwrap();
    for person in [releaser, &nation.auditor] {
        for query in ["見通し", "type:assessment", &format!("id:{number}")] {
            assert_eq!(
                assessments(&nation, person, query).await,
                [number.as_str()],
                "{query}"
            );
        }
    }
    let member = found(&nation, &nation.member, "見通し").await;
    assert!(member.assessments.is_none() && member.campaigns.is_none());
    assert!(member.reports.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn campaigns_are_found_by_their_names_and_the_values_of_their_reports() {
    let nation = Nation::new().await;
    let world = &nation.world;
    let analyst = nation.caller(&nation.analyst).await;
    let mut numbers = Vec::new();
    for nth in 0..3 {
        let mut reports = Vec::new();
        for own in ["a", "b"] {
            let rare = format!("rare-{nth}.kaihin.test");
            let own = format!("{own}-{nth}.kaihin.test");
            let receipt = report(&nation, &nation.provider, &[&rare, &own], "").await;
            reports.push(receipt.number);
        }
        nation.clock.advance(SignedDuration::from_mins(1));
        let new = NewCampaign {
            title: "更新を装う波",
            reports: &reports,
        };
        let begun = world.new_campaign(&analyst, new).await.unwrap();
        numbers.push(begun.state.number);
    }
    let [first, second, third] = numbers.as_slice() else {
        panic!("three campaigns");
    };
    nation.clock.advance(SignedDuration::from_mins(1));
    let renamed = world.rename_campaign(&analyst, second, "偽の宅配").await;
    renamed.unwrap();
    let by = &nation.analyst;
    // Touched last first: the one that was renamed, which is found by its old name, too.
    let all = [second.as_str(), third.as_str(), first.as_str()];
    for query in [
        "更新を装う",
        "「更新を装う波」",
        "type:campaign",
        "種別:キャンペーン since:1d",
    ] {
        assert_eq!(campaigns(&nation, by, query).await, all, "{query}");
    }
    for query in [
        "偽の宅配",
        second,
        &format!("id:{second}"),
        "rare-1.kaihin.test",
        "a-1.kaihin.test",
        "rare-1.kaihin.test 宅配",
        "更新を装う 宅配 -訓練",
    ] {
        assert_eq!(
            campaigns(&nation, by, query).await,
            [second.as_str()],
            "{query}"
        );
    }
    for query in [
        "訓練",
        "rare-9.kaihin.test",
        "rare-1.kaihin.test rare-2.kaihin.test",
        "rare-2.kaihin.test 宅配",
        "更新を装う until:2020-01-01",
        "id:C-2611-00000",
    ] {
        let found = campaigns(&nation, by, query).await;
        assert!(found.is_empty(), "{query}: {found:?}");
    }
    for (query, why) in [
        ("更新を装う tlp:green", Left::NoMarking),
        ("更新を装う collection:library", Left::NoCollection),
        ("更新を装う type:assessment", Left::OtherType),
    ] {
        let found = found(&nation, by, query).await;
        assert_eq!(found.campaigns.unwrap().unwrap_err(), why, "{query}");
    }
    // Page by page, by words and by rows alone.
    for query in ["更新を装う", "type:campaign"] {
        let mut part = Part {
            limit: 1,
            ..Part::default()
        };
        let mut seen = Vec::new();
        loop {
            let found = world.search(&analyst, query, &part).await.unwrap();
            let listed = found.campaigns.unwrap().unwrap().listed;
            assert_eq!(listed.total, 3);
            seen.extend(listed.rows.into_iter().map(|one| one.state.number));
            part.campaigns_after = listed.next;
            if part.campaigns_after.is_none() {
                break;
            }
        }
        assert_eq!(seen, all, "{query}");
    }
    // Whoever lists none is told of none.
    for person in [&nation.releaser, &nation.auditor, &nation.member] {
        let found = found(&nation, person, "更新を装う").await;
        assert!(found.campaigns.is_none());
    }
}
