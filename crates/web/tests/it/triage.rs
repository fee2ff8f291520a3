//! What officers are told of reports: before an opening, within it, and when nobody goes on.

use axum::http::StatusCode;
use jiff::SignedDuration;
use kaname_kernel::Role;
use kaname_store::ListQuery;
use kaname_testkit::Nation;

use crate::{
    browser::{Browser, between, leads_to},
    house::Door,
    story,
};

const VALUES: [&str; 2] = ["203.0.113.77", "files-sync.test"];

/// What the page itself says, without the frame around it.
fn main_of(page: &str) -> &str {
    between(page, "<main", "</main>")
}

#[tokio::test(flavor = "multi_thread")]
async fn before_an_opening_an_officer_is_told_neither_values_nor_sector() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let receipt = story::submit(&nation).await;
    story::submit(&nation).await;
    let desk = format!("/triage/{}", receipt.number);
    let hub = nation.administrator.party;
    let second = nation.hire(hub, "bunseki-2", &[Role::Analyst]).await;
    let analyst = Browser::of(&door, &nation, &nation.analyst).await;
    let other = Browser::of(&door, &nation, &second).await;
    let shut = async |browser: &Browser<'_>, tab: &str| {
        for path in ["/", tab, desk.as_str()] {
            let page = browser.page(path).await;
            let main = main_of(&page);
            for told in VALUES.iter().chain(&["電力"]) {
                assert!(!main.contains(told), "{path} {told}: {main}");
            }
        }
    };
    shut(&analyst, "/triage").await;
    // What is told: kinds, counts, and that two say the same.
    let list = analyst.page("/triage").await;
    assert!(
        list.contains("IPv4アドレス 1 件") && list.contains("同じ値を含む報告 2 件"),
        "{list}"
    );
    let page = analyst.page(&desk).await;
    assert!(
        page.contains("一致 2 件") && page.contains("<dt>IPv4アドレス</dt><dd>1</dd>"),
        "{page}"
    );
    // A value finds no report; the number does.
    let officer = nation.caller(&nation.analyst).await;
    let readable = nation.world.readable(&officer).await.unwrap();
    let found = async |words: &str| {
        let query = ListQuery {
            search: Some(words.to_owned()),
            ..ListQuery::of("report", readable.clone())
        };
        nation.world.store().list(&query).await.unwrap().rows.len()
    };
    assert_eq!(found(VALUES[1]).await, 0);
    assert_eq!(found(&receipt.number).await, 1);

    // Within the opening the assigned analyst sees both; nobody else does, nor the analyst after it.
    let reason = [("reason", "当番")];
    leads_to(&analyst.post(&format!("{desk}/take"), &reason).await);
    for path in ["/triage?tab=own", desk.as_str()] {
        let page = analyst.page(path).await;
        for told in VALUES.iter().chain(&["電力"]) {
            assert!(main_of(&page).contains(told), "{path} {told}: {page}");
        }
    }
    shut(&other, "/triage?tab=own").await;
    nation.clock.advance(SignedDuration::from_hours(9));
    let analyst = Browser::of(&door, &nation, &nation.analyst).await;
    shut(&analyst, "/triage?tab=own").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_that_is_left_alone_comes_up_before_those_who_may_take_it_over() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let world = &nation.world;
    let (first, second) = (story::submit(&nation).await, story::submit(&nation).await);
    let older = story::derive(&nation, first.report).await;
    nation.clock.advance(SignedDuration::from_hours(20));
    let newer = story::derive(&nation, second.report).await;
    let hub = nation.administrator.party;
    let hired = nation.hire(hub, "bunseki-2", &[Role::Analyst]).await;
    let tab = "/triage?tab=abandoned";
    let desk = format!("/triage/{}", first.number);
    let link = format!("href=\"{desk}\"");
    let hours = i64::from(world.settings().draft_hours);
    nation.clock.advance(SignedDuration::from_hours(hours - 21));
    world.settle_reports().await.unwrap();
    let other = Browser::of(&door, &nation, &hired).await;
    for path in ["/", tab] {
        assert!(!other.page(path).await.contains(&link), "{path}: too early");
    }
    nation.clock.advance(SignedDuration::from_hours(2));
    let other = Browser::of(&door, &nation, &hired).await;
    for path in ["/", tab] {
        let page = other.page(path).await;
        assert!(page.contains(&link), "{path}: {page}");
        assert!(!page.contains(&second.number), "{path}: the newer has time");
    }
    // In order of age, and of what is written nothing: neither number nor words.
    nation.clock.advance(SignedDuration::from_hours(30));
    let other = Browser::of(&door, &nation, &hired).await;
    let page = other.page(tab).await;
    let place = |number: &str| page.find(&format!("/triage/{number}\"")).unwrap();
    assert!(place(&first.number) < place(&second.number), "{page}");
    for item in [&older, &newer] {
        for told in [&item.state.number, &item.state.content.title.ja] {
            assert!(!page.contains(told.as_str()), "{told}: {page}");
        }
    }
    // Its writer goes on from the own desk; who may not take reports is not told.
    let writer = Browser::of(&door, &nation, &nation.analyst).await;
    assert!(!writer.page(tab).await.contains(&link));
    for person in [&nation.releaser, &nation.auditor, &nation.member] {
        let browser = Browser::of(&door, &nation, person).await;
        assert!(!browser.page("/").await.contains(&first.number));
        assert_eq!(browser.get(tab).await.status, StatusCode::FORBIDDEN);
    }
    // Taken and taken over, it has a writer again.
    let reason = [("reason", "前任が不在のため")];
    leads_to(&other.post(&format!("{desk}/take"), &reason).await);
    let which = [("item", older.state.number.as_str())];
    let over = other.post(&format!("{desk}/take-over"), &which).await;
    assert_eq!(leads_to(&over), format!("/items/{}", older.state.number));
    assert!(!other.page(tab).await.contains(&link));
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_offer_organisations_by_name_as_far_as_the_caller_may_know_them() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let receipt = story::submit(&nation).await;
    let item = story::derive(&nation, receipt.report).await;
    let desk = format!("/triage/{}", receipt.number);
    let analyst = Browser::of(&door, &nation, &nation.analyst).await;
    let page = analyst.page(&desk).await;
    assert!(
        page.contains("name=\"chosen\" value=\"kaihin\"") && page.contains("海浜銀行"),
        "{page}"
    );
    let offered = "<option value=\"kaihin\">海浜銀行</option>";
    for path in ["/requests-new", "/explain"] {
        let page = analyst.page(path).await;
        assert!(
            page.contains("list=\"") && page.contains(offered),
            "{path}: {page}"
        );
    }
    // Ticked by name and named by code are one list, each once.
    let form = [
        ("chosen", "kaihin"),
        ("parties", "kaihin vendor"),
        ("reason", "所管省庁への連絡"),
    ];
    leads_to(&analyst.post(&format!("{desk}/victim"), &form).await);
    let provider = nation.caller(&nation.provider).await;
    let view = nation
        .world
        .report(&provider, receipt.report)
        .await
        .unwrap();
    let asked = nation.world.telling(&view).await.unwrap().unwrap();
    let codes: Vec<&str> = asked
        .readers
        .iter()
        .map(|reader| reader.code.as_str())
        .collect();
    assert_eq!(codes, ["kaihin", "vendor"]);
    assert!(asked.readers[0].member && !asked.readers[1].member);

    // A provider that proposes changes is offered nobody it may not know of.
    let officer = nation.caller(&nation.analyst).await;
    let asking = nation.world.ask_consent(&officer, item.id, None);
    asking.await.unwrap();
    let own = Browser::of(&door, &nation, &nation.provider).await;
    let page = own
        .page(&format!("/items/{}/propose", item.state.number))
        .await;
    assert!(
        page.contains("name=\"parties\"") && !page.contains("海浜銀行"),
        "{page}"
    );
}
