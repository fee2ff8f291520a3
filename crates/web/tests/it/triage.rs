//! What officers are told of reports: before an opening, within it, and when nobody goes on.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use jiff::SignedDuration;
use kaname_directory::PartyKind;
use kaname_kernel::{Role, Tlp};
use kaname_sharing::Item;
use kaname_store::ListQuery;
use kaname_testkit::Nation;
use kaname_world::Loaded;

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
async fn without_a_second_factor_nothing_sealed_is_opened_and_the_way_to_it_is_shown() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let receipt = story::submit(&nation).await;
    let desk = format!("/triage/{}", receipt.number);
    let weak = Browser::by_password(&door, &nation, &nation.analyst).await;
    assert!(weak.page("/triage").await.contains(&receipt.number));
    let reason = [("reason", "当番として確認する")];
    let led = leads_to(&weak.post(&format!("{desk}/take"), &reason).await);
    assert!(led.starts_with("/sign-in/again?next="), "{led}");
    // What was typed is there again.
    let page = weak.page(&desk).await;
    assert!(page.contains("当番として確認する"), "{page}");
    // What the same person opened in another session stays shut in this one.
    let strong = Browser::of(&door, &nation, &nation.analyst).await;
    leads_to(&strong.post(&format!("{desk}/take"), &reason).await);
    assert!(strong.page(&desk).await.contains(VALUES[0]));
    let page = weak.page(&desk).await;
    assert!(!main_of(&page).contains(VALUES[0]), "{page}");
    let led = leads_to(&weak.get(&format!("{desk}/derive")).await);
    assert!(led.starts_with("/sign-in/again?next="), "{led}");
}

#[tokio::test(flavor = "multi_thread")]
async fn consent_is_asked_for_by_who_showed_a_second_factor_lately() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let receipt = story::submit(&nation).await;
    let item = story::derive(&nation, receipt.report).await;
    let analyst = Browser::of(&door, &nation, &nation.analyst).await;
    nation.clock.advance(SignedDuration::from_mins(16));
    let href = format!("/items/{}", item.state.number);
    let page = analyst.page(&href).await;
    let ask = format!("{href}/ask");
    assert!(page.contains(&format!("action=\"{ask}\"")), "{page}");
    let version = item.version.to_string();
    let fields = [("version", version.as_str())];
    let led = leads_to(&analyst.post(&ask, &fields).await);
    assert!(led.starts_with("/sign-in/again?next="), "{led}");
    let analyst = Browser::of(&door, &nation, &nation.analyst).await;
    assert_eq!(leads_to(&analyst.post(&ask, &fields).await), href);
    let caller = nation.caller(&nation.analyst).await;
    let item = nation.world.see::<Item>(&caller, item.id).await.unwrap();
    assert_eq!(item.state.state, kaname_sharing::ItemState::AwaitingConsent);
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

    // Nothing is ticked for the officer: neither a reader nor a collection, and each collection says who
    // reads it.
    let page = analyst.page(&format!("{desk}/derive")).await;
    let boxes = |page: &str, name: &str| -> Vec<(String, bool)> {
        let boxes = page.split("<input type=\"checkbox\" ").skip(1);
        let boxes = boxes.filter(|one| one.starts_with(&format!("name=\"{name}\"")));
        boxes
            .map(|one| {
                let value = between(one, "value=\"", "\"").to_owned();
                (value, between(one, "value=", ">").contains("checked"))
            })
            .collect()
    };
    let library = nation.library.id.to_string();
    assert_eq!(boxes(&page, "collections"), [(library, false)]);
    assert!(page.contains("<small>だれでも読めます"), "{page}");
    let chosen = boxes(&page, "chosen");
    assert!(!chosen.is_empty() && chosen.iter().all(|(_, ticked)| !ticked));

    // Whom an item names already stands ticked by name with the code beside, nowhere as an id.
    let officer = nation.caller(&nation.analyst).await;
    let mut draft = story::draft_of(&nation, item.state.content.clone());
    draft.tlp = Tlp::Amber;
    draft.named.parties = vec![nation.member.party, nation.outsider.party];
    let revised = nation.world.revise_item(&officer, item.id, None, draft);
    let revised = revised.await.unwrap();
    let edit = format!("/items/{}/edit", item.state.number);
    let page = analyst.page(&edit).await;
    let ticked = boxes(&page, "chosen")
        .into_iter()
        .filter(|(_, ticked)| *ticked);
    let mut ticked: Vec<String> = ticked.map(|(code, _)| code).collect();
    ticked.sort();
    assert_eq!(ticked, ["kaihin", "vendor"]);
    assert!(page.contains("海浜銀行<small>kaihin</small>"), "{page}");
    assert!(!page.contains(&nation.member.party.to_string()), "{page}");
    // Sent as it stands, it names the same.
    let version = between(&page, "name=\"version\" value=\"", "\"").to_owned();
    let mut form = vec![
        ("kind", "technique"),
        ("title_ja", "件名"),
        ("measures_ja", "修正版へ更新する。"),
        ("tlp", "AMBER"),
        ("pap", "AMBER"),
        ("outlets", "web"),
        ("version", version.as_str()),
    ];
    form.extend(ticked.iter().map(|code| ("chosen", code.as_str())));
    leads_to(&analyst.post(&edit, &form).await);
    let item = nation.world.item(&officer, item.id).await.unwrap();
    let named = |item: &Loaded<Item>| BTreeSet::from_iter(item.state.content.named.parties.clone());
    assert_eq!(named(&item), named(&revised));

    // A provider that proposes changes is told those named, and offered nobody else.
    let asking = nation.world.ask_consent(&officer, item.id, None);
    asking.await.unwrap();
    let own = Browser::of(&door, &nation, &nation.provider).await;
    let page = own
        .page(&format!("/items/{}/propose", item.state.number))
        .await;
    assert!(page.contains("name=\"parties\""), "{page}");
    let id = nation.member.party.to_string();
    assert!(boxes(&page, "chosen").contains(&(id, true)), "{page}");
    assert!(
        page.contains("海浜銀行") && !page.contains("kaihin"),
        "{page}"
    );
    let elsewhere = nation
        .party("yoso", PartyKind::Operator, "よその会社", "Elsewhere")
        .await;
    let mut form = vec![("kind", "technique"), ("title_ja", "案")];
    let id = elsewhere.to_string();
    form.push(("chosen", &id));
    let wrong = own
        .post(&format!("/items/{}/propose", item.state.number), &form)
        .await;
    assert!(!wrong.text.contains("よその会社"), "{}", wrong.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_deadline_counts_down_before_who_is_told_late_that_it_was_kept() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let (receipt, _) = story::released(&nation).await;
    let waiting = story::submit(&nation).await;
    let hub = nation.administrator.party;
    let second = nation.hire(hub, "bunseki-2", &[Role::Analyst]).await;
    let desk = format!("/triage/{}", receipt.number);
    let own = format!("/triage/{}", waiting.number);
    // Past the deadline, before the report's own history tells.
    nation.clock.advance(SignedDuration::from_hours(30));
    let other = Browser::of(&door, &nation, &second).await;
    let page = other.page(&desk).await;
    let main = main_of(&page);
    assert!(main.contains("class=\"due due-past\""), "{main}");
    assert!(
        main.contains("ほかの分析担当の期限") && main.contains("数時間遅れて表示されます"),
        "{main}"
    );
    for path in ["/", "/triage?tab=own"] {
        let page = other.page(path).await;
        let list = main_of(&page);
        let row = list.split("<li").find(|row| row.contains(&desk)).unwrap();
        assert!(row.contains("due-past") && !row.contains("超過"), "{row}");
        assert!(row.contains("数時間遅れて"), "{row}");
    }
    // What is anybody's to take is late in words, before the same reader.
    let page = other.page(&own).await;
    assert!(main_of(&page).contains("due-over") && main_of(&page).contains("超過"));
    // Who took a report keeps the deadline.
    leads_to(
        &other
            .post(&format!("{own}/take"), &[("reason", "当番")])
            .await,
    );
    let page = other.page(&own).await;
    assert!(main_of(&page).contains("due-over"), "{page}");
    assert!(!main_of(&page).contains("数時間遅れて"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_closing_tells_the_provider_has_a_form_of_its_own() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let analyst = Browser::of(&door, &nation, &nation.analyst).await;
    let provider = Browser::of(&door, &nation, &nation.provider).await;
    let (first, second) = (story::submit(&nation).await, story::submit(&nation).await);
    let desk = format!("/triage/{}", first.number);
    leads_to(
        &analyst
            .post(&format!("{desk}/take"), &[("reason", "当番")])
            .await,
    );
    let page = analyst.page(&desk).await;
    let forms: Vec<&str> = page
        .split("<form")
        .filter(|form| form.contains("/close\""))
        .collect();
    let [told, duplicate] = forms[..] else {
        panic!("{page}");
    };
    assert!(told.contains("name=\"reason\"") && told.contains("提供者に伝える理由"));
    assert!(duplicate.contains("name=\"of\"") && !duplicate.contains("name=\"reason\""));
    let close = format!("{desk}/close");
    // A number in the wrong form goes nowhere, and neither does a reason in the place of a number.
    let slips = [
        [
            ("why", "not_actionable"),
            ("reason", second.number.as_str()),
        ],
        [("why", "duplicate"), ("of", "対応できません")],
    ];
    for slip in slips {
        let page = analyst
            .page(&leads_to(&analyst.post(&close, &slip).await))
            .await;
        assert!(
            page.contains("notice-refused") || page.contains("受付番号"),
            "{page}"
        );
        assert!(page.contains("/close\""), "still open: {page}");
    }
    let ended = [("why", "duplicate"), ("of", second.number.as_str())];
    leads_to(&analyst.post(&close, &ended).await);
    let page = provider
        .page(&format!("/submissions/{}", first.number))
        .await;
    assert!(!page.contains(&second.number), "{page}");
}
