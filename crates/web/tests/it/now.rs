//! The first page: what waits for whom, and what no longer does.

use jiff::SignedDuration;
use kaname_directory::PartyKind;
use kaname_kernel::Role;
use kaname_sharing::feedback::{Given, Sighting, SightingKind};
use kaname_testkit::Nation;
use kaname_world::ClockDoubt;

use crate::{
    browser::{Browser, leads_to},
    house::Door,
    story,
};

pub(crate) fn false_positive() -> Given {
    Given {
        sighting: Some(Sighting {
            kind: SightingKind::FalsePositive,
            count: None,
            first: None,
            last: None,
        }),
        ..Given::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspended_export_waits_for_those_who_decide() {
    let (nation, store) = Nation::counted().await;
    let door = Door::of(&nation);
    let (_, item) = story::released(&nation).await;
    let world = &nation.world;
    let mut members = vec![nation.member.clone()];
    for code in ["tetsudo", "suido"] {
        let party = nation.party(code, PartyKind::Operator, code, code).await;
        members.push(nation.hire(party, code, &[Role::Member]).await);
    }
    for member in &members {
        let member = nation.caller(member).await;
        world
            .give_feedback(&member, item.id, false_positive())
            .await
            .unwrap();
    }
    let (asked, verb) = ("止まっている遮断用出力", "再開するか決める");
    let analyst = Browser::of(&door, &nation, &nation.analyst).await;
    let releaser = Browser::of(&door, &nation, &nation.releaser).await;
    for officer in [&analyst, &releaser] {
        let now = officer.page("/").await;
        assert!(now.contains(asked) && now.contains(verb), "{now}");
        assert!(now.contains(&item.state.number));
        let desk = officer.page("/desk?tab=out").await;
        assert!(desk.contains("遮断用出力を停止中") && desk.contains(verb));
    }
    let auditor = Browser::of(&door, &nation, &nation.auditor).await;
    assert!(!auditor.page("/").await.contains(asked));
    let reader = Browser::of(&door, &nation, &nation.member).await;
    assert!(!reader.page("/").await.contains(asked));

    // Found by itself: no list of answers is read for it.
    let decides = nation.caller(&nation.releaser).await;
    store.taken();
    assert_eq!(world.suspended_items(&decides).await.unwrap().len(), 1);
    let calls = store.taken();
    assert_eq!(calls.get("list"), None, "{calls:?}");
    world
        .decide_blocking(&decides, item.id, true, "誤検知ではない")
        .await
        .unwrap();
    assert!(!releaser.page("/").await.contains(asked));
    assert!(
        !releaser
            .page("/desk?tab=out")
            .await
            .contains("遮断用出力を停止中")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_officer_kept_out_of_block_lists_comes_back_by_a_button() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let (_, item) = story::released(&nation).await;
    let world = &nation.world;
    let mut members = vec![nation.member.clone()];
    for code in ["tetsudo", "suido"] {
        let party = nation.party(code, PartyKind::Operator, code, code).await;
        members.push(nation.hire(party, code, &[Role::Member]).await);
    }
    for member in &members {
        let member = nation.caller(member).await;
        let given = world.give_feedback(&member, item.id, false_positive());
        given.await.unwrap();
    }
    let releaser = Browser::of(&door, &nation, &nation.releaser).await;
    let at = format!("/items/{}", item.state.number);
    let to = format!("{at}/blocking");
    let button = |resume: bool| format!("name=\"resume\" value=\"{resume}\"");
    let both = releaser.page(&at).await;
    assert!(both.contains(&button(true)) && both.contains(&button(false)));
    let keeps = [("resume", "false"), ("reason", "確認中")];
    leads_to(&releaser.post(&to, &keeps).await);
    let kept = releaser.page(&at).await;
    assert!(kept.contains("遮断用の出力から外しています"), "{kept}");
    assert!(
        kept.contains(&button(true)) && !kept.contains(&button(false)),
        "{kept}"
    );
    let auditor = Browser::of(&door, &nation, &nation.auditor).await;
    assert!(!auditor.page(&at).await.contains(&button(true)));
    let lets = [("resume", "true"), ("reason", "確認の結果、正しい")];
    leads_to(&releaser.post(&to, &lets).await);
    assert!(!releaser.page(&at).await.contains(&button(true)));
    let caller = nation.caller(&nation.releaser).await;
    let item = world.item(&caller, item.id).await.unwrap();
    assert!(item.state.blocking.allows());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_or_answered_waits_no_longer() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let (_, first) = story::released(&nation).await;
    let (_, second) = story::released(&nation).await;
    let member = Browser::of(&door, &nation, &nation.member).await;
    let now = member.page("/").await;
    assert!(now.contains(&first.state.number) && now.contains(&second.state.number));
    let at = format!("/library/{}", first.state.number);
    leads_to(&member.post(&format!("{at}/acknowledge"), &[]).await);
    let caller = nation.caller(&nation.member).await;
    nation
        .world
        .give_feedback(&caller, second.id, false_positive())
        .await
        .unwrap();
    let now = member.page("/").await;
    assert!(!now.contains(&first.state.number) && !now.contains(&second.state.number));
    // Another organisation has done neither.
    let provider = Browser::of(&door, &nation, &nation.provider).await;
    assert!(provider.page("/").await.contains(&first.state.number));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_the_steward_does_is_told_to_the_others_too() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let minato = nation.provider.party;
    let reader = nation.hire(minato, "minato-reader", &[Role::Member]).await;
    let analyst = Browser::of(&door, &nation, &nation.analyst).await;
    let steward = Browser::of(&door, &nation, &nation.provider).await;
    let reader = Browser::of(&door, &nation, &reader).await;
    let new = [
        ("party", "minato"),
        ("kind", "marking"),
        ("subject", "AMBERの転送"),
        ("body", "会員以外に転送した"),
    ];
    let breach = leads_to(&analyst.post("/breaches-new", &new).await);
    assert!(!steward.page("/").await.contains("AMBERの転送"));
    leads_to(&analyst.post(&format!("{breach}/tell"), &[]).await);
    let now = steward.page("/").await;
    assert!(now.contains("AMBERの転送") && now.contains(&format!("href=\"{breach}\"")));
    let now = reader.page("/").await;
    assert!(now.contains("AMBERの転送") && now.contains("組織の管理者が対応します"));
    assert!(!now.contains(&format!("href=\"{breach}\"")), "{now}");
    let other = Browser::of(&door, &nation, &nation.member).await;
    assert!(!other.page("/").await.contains("AMBERの転送"));

    let side = [("side", "誤送信でした")];
    leads_to(&steward.post(&format!("{breach}/state"), &side).await);
    assert!(!steward.page("/").await.contains("AMBERの転送"));
}

#[tokio::test(flavor = "multi_thread")]
async fn new_reports_and_questions_are_not_hidden_behind_what_was_done() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let world = &nation.world;
    let asked = story::submit(&nation).await;
    let analyst_now = nation.caller(&nation.analyst).await;
    world
        .take_report(&analyst_now, asked.report, "当直として分析")
        .await
        .unwrap();
    world
        .ask_provider(&analyst_now, asked.report, "いつからですか")
        .await
        .unwrap();
    for _ in 0..31 {
        let receipt = story::submit(&nation).await;
        story::derive(&nation, receipt.report).await;
    }
    let new = story::submit(&nation).await;
    let analyst = Browser::of(&door, &nation, &nation.analyst).await;
    let now = analyst.page("/").await;
    assert!(now.contains(&new.number), "{now}");
    let provider = Browser::of(&door, &nation, &nation.provider).await;
    let now = provider.page("/").await;
    let question = format!("/submissions/{}#thread", asked.number);
    assert!(now.contains(&question), "{now}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_a_consent_says_until_when_and_what_silence_means() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let world = &nation.world;
    let receipt = story::submit(&nation).await;
    let item = story::derive(&nation, receipt.report).await;
    let provider = Browser::of(&door, &nation, &nation.provider).await;
    let at = format!("/items/{}", item.state.number);
    let page = provider.page(&at).await;
    assert!(page.contains("まだ同意を求められていません"), "{page}");
    let analyst = nation.caller(&nation.analyst).await;
    world.ask_consent(&analyst, item.id, None).await.unwrap();
    let page = provider.page(&at).await;
    assert!(page.contains("あなたが同意するもの"));
    assert!(page.contains("回答期限：") && page.contains("不同意として扱います"));
    let now = provider.page("/").await;
    assert!(
        now.contains("class=\"when\""),
        "the day and the hour stand in the row"
    );
    nation.clock.advance(SignedDuration::from_hours(73));
    world.sweep().await.unwrap();
    let page = Browser::of(&door, &nation, &nation.provider)
        .await
        .page(&at)
        .await;
    assert!(page.contains("期限までに回答がなかったため"), "{page}");
}

/// Where each of these texts stands on a page: fails unless they stand in this order.
fn in_order(page: &str, texts: &[&str]) {
    let mut reached = 0;
    for text in texts {
        let found = page[reached..].find(text);
        reached += found.unwrap_or_else(|| panic!("{text} is not there, or too early: {page}"));
    }
}

/// A report whose only value is this domain, so that it stands with no other.
async fn reported(nation: &Nation, domain: &str) -> kaname_world::sharing::Receipt {
    let mut report = story::report();
    report.values = vec![kaname_sharing::Value {
        kind: kaname_intake::Kind::Domain,
        value: domain.to_owned(),
    }];
    let provider = nation.caller(&nation.provider).await;
    nation.world.submit(&provider, report, None).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_a_provider_stands_in_order_of_its_deadline() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let world = &nation.world;
    let hour = SignedDuration::from_hours(1);
    let asked = reported(&nation, "first.test").await;
    let analyst = nation.caller(&nation.analyst).await;
    let take = world.take_report(&analyst, asked.report, "当番");
    take.await.unwrap();
    let question = world.ask_provider(&analyst, asked.report, "いつからですか");
    question.await.unwrap();
    let mut items = Vec::new();
    for (title, domain) in [("先の項目", "second.test"), ("後の項目", "third.test")] {
        nation.clock.advance(hour);
        let receipt = reported(&nation, domain).await;
        let item = story::derive_as(&nation, receipt.report, |draft| {
            draft.title = kaname_sharing::Text::new(title, title);
        });
        let item = item.await.id;
        let analyst = nation.caller(&nation.analyst).await;
        world.ask_consent(&analyst, item, None).await.unwrap();
        items.push(item);
        if title == "先の項目" {
            nation.clock.advance(hour);
            let analyst = Browser::of(&door, &nation, &nation.analyst).await;
            let readers = [("parties", "kaihin"), ("reason", "連絡のため")];
            let to = format!("/triage/{}/victim", asked.number);
            leads_to(&analyst.post(&to, &readers).await);
        }
    }
    nation.clock.advance(hour);
    let provider = Browser::of(&door, &nation, &nation.provider).await;
    let question = format!("/submissions/{}#thread", asked.number);
    let showing = format!("/submissions/{}#showing", asked.number);
    let now = provider.page("/").await;
    in_order(&now, &["先の項目", &showing, "後の項目", &question]);
    assert!(
        now.contains("残り 2日20時間") && now.contains("残り 2日22時間"),
        "{now}"
    );
    let own = provider.page("/submissions").await;
    in_order(&own, &["先の項目", &showing, "後の項目", &question]);
    // Near the end it reads to the minute.
    nation
        .clock
        .advance(SignedDuration::from_mins(60 * 56 + 20));
    let provider = Browser::of(&door, &nation, &nation.provider).await;
    let now = provider.page("/").await;
    assert!(now.contains("残り 12時間39分"), "{now}");
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_stand_in_order_of_their_deadline_new_or_taken() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let taken = reported(&nation, "taken.test").await;
    let analyst = nation.caller(&nation.analyst).await;
    let take = nation.world.take_report(&analyst, taken.report, "当番");
    take.await.unwrap();
    nation.clock.advance(SignedDuration::from_hours(1));
    let new = reported(&nation, "new.test").await;
    let mut urgent = story::report();
    urgent.values.truncate(1);
    urgent.urgency = kaname_sharing::report::Urgency::High;
    let provider = nation.caller(&nation.provider).await;
    let urgent = nation.world.submit(&provider, urgent, None).await.unwrap();
    let browser = Browser::of(&door, &nation, &nation.analyst).await;
    let now = browser.page("/").await;
    in_order(&now, &[&urgent.number, &taken.number, &new.number]);
    // What is overdue says so, before all.
    nation.clock.advance(SignedDuration::from_hours(24 * 10));
    let browser = Browser::of(&door, &nation, &nation.analyst).await;
    let now = browser.page("/").await;
    in_order(&now, &[&urgent.number, "超過", &taken.number, &new.number]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_is_told_of_a_clock_that_is_not_believed() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let administrator = Browser::of(&door, &nation, &nation.administrator).await;
    let member = Browser::of(&door, &nation, &nation.member).await;
    let told = "台帳の最新の記録より前を指しています";
    assert!(!administrator.page("/").await.contains(told));
    nation.world.doubt_clock(Some(ClockDoubt::Behind));
    assert!(administrator.page("/").await.contains(told));
    assert!(!member.page("/").await.contains(told));
    nation.world.doubt_clock(None);
    assert!(!administrator.page("/").await.contains(told));
}

/// After the last word of a provider on an item, its pages tell how it went on, and nothing of who answered.
#[tokio::test(flavor = "multi_thread")]
async fn a_provider_is_told_what_became_of_its_reports() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let (receipt, item) = story::released(&nation).await;
    let (_, other) = story::released(&nation).await;
    let world = &nation.world;
    let member = nation.caller(&nation.member).await;
    let given = Given {
        comment: "うちでも".to_owned(),
        ..false_positive()
    };
    world.give_feedback(&member, item.id, given).await.unwrap();
    nation.clock.advance(SignedDuration::from_hours(1));
    let releaser = nation.caller(&nation.releaser).await;
    let withdrawn = world.withdraw_item(&releaser, other.id, "誤りがあったため");
    withdrawn.await.unwrap();
    let provider = Browser::of(&door, &nation, &nation.provider).await;
    let now = provider.page("/").await;
    let (_, became) = now.split_once("提出した報告のその後").unwrap();
    let href = |number: &str| format!("href=\"/items/{number}\"");
    in_order(
        became,
        &[
            &href(&other.state.number),
            "取り下げ",
            &href(&item.state.number),
            "誤検知",
        ],
    );
    let name = "かいひん";
    assert!(!became.contains("海浜") && !became.contains(name) && !became.contains("うちでも"));
    // The list and the report say the same, and when it came.
    let own = provider.page("/submissions").await;
    let own = own.split_once("/submissions/R-").unwrap().1;
    assert!(
        own.contains("提供中") && !own.contains("共有情報を作成"),
        "{own}"
    );
    let report = provider
        .page(&format!("/submissions/{}", receipt.number))
        .await;
    let received = report.split_once("<dt>受付</dt><dd>").unwrap().1;
    let (received, _) = received.split_once("</dd>").unwrap();
    assert!(received.contains("JST"), "{received}");
    // After a month it is no news.
    nation.clock.advance(SignedDuration::from_hours(24 * 31));
    let provider = Browser::of(&door, &nation, &nation.provider).await;
    assert!(!provider.page("/").await.contains("提出した報告のその後"));
}
