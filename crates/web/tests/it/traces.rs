//! Where an item names its provider is on no page but the one of who holds the report open.

use axum::http::StatusCode;
use jiff::SignedDuration;
use kaname_directory::{Party, party::Contact};
use kaname_kernel::Role;
use kaname_testkit::Nation;
use kaname_world::Caller;

use crate::{
    browser::{Browser, leads_to},
    house::Door,
    story,
};

const MARK: &str = "<mark>みなと電力</mark>";

/// The number of an item whose summary names its provider, and of its report.
async fn named(nation: &Nation) -> (String, String) {
    let receipt = story::submit(nation).await;
    let item = story::derive(nation, receipt.report).await;
    let analyst = nation.caller(&nation.analyst).await;
    let mut draft = story::draft_of(nation, item.state.content.clone());
    draft.summary.ja = "みなと電力の装置が狙われた".to_owned();
    let revised = nation.world.revise_item(&analyst, item.id, None, draft);
    let item = revised.await.unwrap();
    assert!(item.state.open_traces() > 0);
    (item.state.number, receipt.number)
}

#[tokio::test(flavor = "multi_thread")]
async fn traces_are_shown_to_who_holds_the_report_open_alone() {
    let nation = Nation::new().await;
    let (item, report) = named(&nation).await;
    let door = Door::of(&nation);
    let (show, edit) = (format!("/items/{item}"), format!("/items/{item}/edit"));
    let analyst = Browser::of(&door, &nation, &nation.analyst).await;
    assert!(analyst.page(&show).await.contains(MARK));
    assert!(analyst.page(&edit).await.contains(MARK));
    let hub = nation.administrator.party;
    let other = nation.hire(hub, "bunseki-2", &[Role::Analyst]).await;
    let own = Browser::of(&door, &nation, &nation.provider).await;
    let page = own.page(&show).await;
    assert!(!page.contains("<mark>"), "{page}");
    assert!(page.contains("未確認の手がかり"), "the count is told");
    // Officers without a part in it find nothing: the same answer as for a number that nobody has.
    let tried = [
        ("row", "/summary/ja#value#name#plain#0"),
        ("reason", "一般語"),
    ];
    for person in [&other, &nation.releaser, &nation.auditor] {
        let browser = Browser::of(&door, &nation, person).await;
        for path in [&show, &edit] {
            let hidden = browser.get(path).await;
            let missing = browser.get(&path.replace(&item, "S-2611-ZZZZZZ")).await;
            assert_eq!(hidden.status, missing.status, "{path}");
            assert!(hidden.status.is_client_error(), "{path}");
            assert!(!hidden.text.contains("みなと"), "{}", hidden.text);
        }
        let posted = browser.post(&format!("{show}/trace"), &tried).await;
        assert!(posted.status.is_client_error());
        for path in ["/", "/desk", "/desk?tab=refused", "/triage", "/ledger"] {
            let told = browser.get(path).await.text;
            assert!(!told.contains(&item), "{path}: {told}");
            assert!(!told.contains("装置が狙われた"), "{path}: {told}");
        }
        let asked = format!("/explain?item={item}&reader=minato-soc");
        let told = browser.get(&asked).await.text;
        assert!(!told.contains("みなと電力の装置"), "{told}");
        let followed = format!("/events?of=item&number={item}&mark=1");
        assert!(browser.get(&followed).await.status.is_client_error());
    }

    // After the shift its own analyst opens the report again first, and is led there.
    nation.clock.advance(SignedDuration::from_hours(9));
    let analyst = Browser::of(&door, &nation, &nation.analyst).await;
    let page = analyst.page(&show).await;
    assert!(!page.contains("<mark>"), "{page}");
    assert!(
        page.contains(&format!("href=\"/triage/{report}\"")),
        "{page}"
    );
    assert!(!page.contains(&format!("href=\"{edit}\"")));
    assert_eq!(leads_to(&analyst.get(&edit).await), show);
    let reason = [("reason", "続きを書くため")];
    let opened = analyst
        .post(&format!("/triage/{report}/open"), &reason)
        .await;
    leads_to(&opened);
    assert!(analyst.page(&show).await.contains(MARK));
    assert!(analyst.page(&edit).await.contains(MARK));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ledger_does_not_tell_where_an_item_names_its_provider() {
    let nation = Nation::new().await;
    named(&nation).await;
    nation.clock.advance(SignedDuration::from_secs(1));
    let door = Door::of(&nation);
    let auditor = Browser::of(&door, &nation, &nation.auditor).await;
    let page = auditor.page("/ledger").await;
    assert!(page.contains("item.revised"));
    for told in ["rows", "reading", "sign", "content"] {
        assert!(!page.contains(&format!("&#34;{told}&#34;")), "{told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_analyst_goes_on_from_the_page_of_the_report() {
    let nation = Nation::new().await;
    let (item, report) = named(&nation).await;
    let door = Door::of(&nation);
    let hub = nation.administrator.party;
    let hired = nation.hire(hub, "bunseki-2", &[Role::Analyst]).await;
    let other = Browser::of(&door, &nation, &hired).await;
    let (show, desk) = (format!("/items/{item}"), format!("/triage/{report}"));
    assert!(!other.page(&desk).await.contains(&item));
    let which = [("item", item.as_str())];
    let over = format!("{desk}/take-over");
    assert_eq!(leads_to(&other.post(&over, &which).await), desk);
    assert_eq!(other.get(&show).await.status, StatusCode::NOT_FOUND);
    let reason = [("reason", "前任が休みのため")];
    leads_to(&other.post(&format!("{desk}/take"), &reason).await);
    let page = other.page(&desk).await;
    assert!(page.contains("ほかの分析担当が作成しました"), "{page}");
    assert!(page.contains(&format!("name=\"item\" value=\"{item}\"")));
    assert!(!page.contains(&format!("href=\"{show}\"")));
    assert!(other.page("/").await.contains(&report), "it waits for them");
    assert_eq!(leads_to(&other.post(&over, &which).await), show);
    assert!(other.page(&show).await.contains(MARK));
    assert!(other.page("/").await.contains(&item));
    let page = other.page(&desk).await;
    assert!(page.contains(&format!("href=\"{show}\"")), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_sends_an_item_back_is_led_to_the_desk() {
    let nation = Nation::new().await;
    let (_, item) = story::consented(&nation).await;
    let door = Door::of(&nation);
    let releaser = Browser::of(&door, &nation, &nation.releaser).await;
    let show = format!("/items/{}", item.state.number);
    assert!(releaser.page(&show).await.contains("承認"));
    let reason = [("reason", "要約を短く")];
    let back = releaser.post(&format!("{show}/return"), &reason).await;
    assert_eq!(leads_to(&back), "/desk");
    assert!(!releaser.page("/desk").await.contains(&item.state.number));
    assert_eq!(releaser.get(&show).await.status, StatusCode::NOT_FOUND);
    let analyst = Browser::of(&door, &nation, &nation.analyst).await;
    assert!(analyst.page(&show).await.contains("要約を短く"));
}

/// What a summary says stands in the objects, too: it is one row with both places, and one reason settles both.
#[tokio::test(flavor = "multi_thread")]
async fn the_same_words_in_two_places_are_one_row() {
    let nation = Nation::new().await;
    let (item, _) = named(&nation).await;
    let door = Door::of(&nation);
    let analyst = Browser::of(&door, &nation, &nation.analyst).await;
    let show = format!("/items/{item}");
    for path in [&show, &format!("{show}/edit")] {
        let page = analyst.page(path).await;
        assert_eq!(page.matches(MARK).count(), 1, "{path}");
        assert!(page.contains("概要（日本語） · "), "{path}: {page}");
    }
    let page = analyst.page(&show).await;
    let keys = page.split("name=\"row\" value=\"").skip(1);
    let keys: Vec<&str> = keys.filter_map(|key| key.split('"').next()).collect();
    assert_eq!(keys.len(), 2, "{keys:?}");
    let mut form: Vec<(&str, &str)> = keys.iter().map(|key| ("row", *key)).collect();
    form.push(("reason", "公表済みのため"));
    leads_to(&analyst.post(&format!("{show}/trace"), &form).await);
    assert!(!analyst.page(&show).await.contains(MARK));
}

/// The directory learns of somebody while the provider is asked: the item waits for its analyst, who is told
/// what to do and sees the place.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_learnt_before_the_consent_waits_for_the_analyst() {
    let nation = Nation::new().await;
    let world = &nation.world;
    let receipt = story::submit(&nation).await;
    let item = story::derive(&nation, receipt.report).await;
    let caller = nation.caller(&nation.analyst).await;
    let mut draft = story::draft_of(&nation, item.state.content.clone());
    draft.summary.ja = "鳴海蔵人という差出人からのメールだった".to_owned();
    world
        .revise_item(&caller, item.id, None, draft)
        .await
        .unwrap();
    let asked = world.ask_consent(&caller, item.id, None).await.unwrap();
    let contact: Contact = serde_json::from_value(serde_json::json!({
        "name": "鳴海 蔵人",
        "phone": "03-5501-7788",
        "role": "窓口",
    }))
    .unwrap();
    let contacts = |party: &Party| party.set_contacts(vec![contact]);
    let (shell, party) = (Caller::system("shell"), nation.provider.party);
    let learnt = world.change_party(&shell, party, None, contacts);
    learnt.await.unwrap();
    let provider = nation.caller(&nation.provider).await;
    let hash = asked.state.manifest().hash();
    world.consent(&provider, item.id, hash).await.unwrap();
    let door = Door::of(&nation);
    let analyst = Browser::of(&door, &nation, &nation.analyst).await;
    let show = format!("/items/{}", item.state.number);
    assert!(analyst.page("/").await.contains(&show));
    assert!(analyst.page(&show).await.contains("<mark>鳴海蔵人</mark>"));
    let over = analyst.post(&format!("{show}/hand-over"), &[]).await;
    let page = analyst.page(&leads_to(&over)).await;
    assert!(page.contains("まだ判断していない身元の手がかり"), "{page}");
    let releaser = Browser::of(&door, &nation, &nation.releaser).await;
    let page = releaser.page(&show).await;
    assert!(!page.contains("<mark>"), "{page}");
}
