//! The victim record and its readers: asked for, consented to by its hash, seen by exactly those, taken
//! back.

use axum::http::StatusCode;
use jiff::SignedDuration;
use kaname_directory::{KeyScope, PartyKind};
use kaname_kernel::{MatterId, Role};
use kaname_sharing::Item;
use kaname_testkit::Nation;
use kaname_world::Loaded;

use crate::{
    browser::{Browser, between, leads_to},
    house::Door,
    story,
};

pub(crate) const HARM: &str = "閲覧用端末 3 台が暗号化された";

#[tokio::test(flavor = "multi_thread")]
async fn the_victim_record_is_shown_by_consent_to_exactly_its_readers() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let (receipt, item) = story::released(&nation).await;
    let ministry = nation
        .party(
            "sangyo-sho",
            PartyKind::Ministry,
            "産業省",
            "Ministry of Industry",
        )
        .await;
    let official = nation.hire(ministry, "sangyo", &[Role::Member]).await;
    let in_library = format!("/library/{}", item.state.number);
    let in_api = format!("/api/v1/items/{}", item.state.number);
    let report = format!("/submissions/{}", receipt.number);
    let desk = format!("/triage/{}", receipt.number);
    let provider = Browser::of(&door, &nation, &nation.provider).await;
    let analyst = Browser::of(&door, &nation, &nation.analyst).await;
    let reader = Browser::of(&door, &nation, &official).await;
    let member = Browser::of(&door, &nation, &nation.member).await;
    let key = nation.key(&official, &[KeyScope::ApiRead]).await;
    let other_key = nation.key(&nation.member, &[KeyScope::ApiRead]).await;
    assert!(!reader.page(&in_library).await.contains("id=\"victim\""));

    // A code that is nobody's is told at once; then the provider is asked, and nothing is shown yet.
    let unknown = [("parties", "nobody-9"), ("reason", "所管省庁への連絡")];
    let unknown = analyst.post(&format!("{desk}/victim"), &unknown).await;
    assert!(analyst.page(&leads_to(&unknown)).await.contains("nobody-9"));
    let asked = [("parties", "sangyo-sho"), ("reason", "所管省庁への連絡")];
    let asked = analyst.post(&format!("{desk}/victim"), &asked).await;
    assert!(
        analyst
            .page(&leads_to(&asked))
            .await
            .contains("同意を求めました")
    );
    assert!(!reader.page(&in_library).await.contains(HARM));
    // Whoever is not the provider cannot answer, nor learn that something is asked.
    for verb in ["show", "decline", "hide"] {
        let answer = member
            .post(&format!("{report}/victim/{verb}"), &[("hash", "")])
            .await;
        assert!(
            matches!(answer.status, StatusCode::NOT_FOUND | StatusCode::FORBIDDEN),
            "{verb}"
        );
    }

    // The provider sees who would read what and why, and consents to that alone.
    let page = provider.page(&report).await;
    assert!(
        page.contains("産業省") && page.contains("所管省庁への連絡"),
        "{page}"
    );
    // Before the button: where the readers will see it, and what that tells them.
    let before_button = page.split("/victim/show").next().unwrap();
    let number = format!("<code>{}</code>", item.state.number);
    for said in [
        "並べて表示されます",
        number.as_str(),
        "今後この報告から公開される共有情報も",
        "構成員として負う次の義務を、まだ引き受けていません",
        "守秘義務",
    ] {
        assert!(before_button.contains(said), "{said}");
    }
    let hash = between(&page, "name=\"hash\" value=\"", "\"").to_owned();
    let show = format!("{report}/victim/show");
    let wrong = provider.post(&show, &[("hash", &"0".repeat(64))]).await;
    assert!(
        provider
            .page(&leads_to(&wrong))
            .await
            .contains("一致しません")
    );
    assert!(!reader.page(&in_library).await.contains(HARM));
    let before = member.page(&in_library).await;
    let counted = member.page("/library").await;
    let shown = provider.post(&show, &[("hash", &hash)]).await;
    let page = provider.page(&leads_to(&shown)).await;
    assert!(
        page.contains("開示に同意しました") && page.contains("産業省"),
        "{page}"
    );
    assert!(reader.page(&in_library).await.contains(HARM));
    let seen = door.get(&in_api, &key).await.json();
    assert!(seen["victim"].as_str().unwrap().contains(HARM));

    // The reader finds it by a list of its own, on the first page while it is new, and by machine.
    let first = reader.page("/").await;
    assert!(first.contains("新しく開示された被害情報") && first.contains("href=\"/records\""));
    let list = reader.page("/records").await;
    let record = format!("/records/{}", between(&list, "href=\"/records/", "\""));
    let page = reader.page(&record).await;
    assert!(page.contains(HARM) && page.contains(&in_library), "{page}");
    assert!(!page.contains(&receipt.number) && !page.contains("みなと電力"));
    assert!(page.contains("報告の受付"));
    let at_desk = analyst.page(&desk).await;
    assert!(at_desk.contains("並べて表示されています"));
    assert!(!at_desk.contains("共有情報には使いません"));
    let listed = door.get("/api/v1/records", &key).await.json();
    assert_eq!(listed["records"][0]["acknowledged"], false);
    let by_machine = format!("/api/v1{record}");
    let read = door.get(&by_machine, &key).await.json();
    assert!(read["text"].as_str().unwrap().contains(HARM));
    assert_eq!(read["items"][0], item.state.number.as_str());
    let none = door.get("/api/v1/records", &other_key).await.json();
    assert_eq!(none["records"].as_array().unwrap().len(), 0);
    assert_eq!(
        door.get(&by_machine, &other_key).await.status,
        StatusCode::NOT_FOUND
    );
    assert!(member.page("/records").await.contains("ありません"));
    assert!(!member.page("/").await.contains("/records"));
    let acknowledge = format!("{record}/acknowledge");
    for other in [&member, &analyst] {
        for answer in [
            other.get(&record).await,
            other.post(&acknowledge, &[]).await,
        ] {
            assert!(
                matches!(answer.status, StatusCode::NOT_FOUND | StatusCode::FORBIDDEN),
                "{}",
                answer.text
            );
        }
    }
    assert!(provider.page(&report).await.contains("未確認"));
    reader.post(&acknowledge, &[]).await;
    assert!(provider.page(&report).await.contains("確認済み"));
    assert!(!reader.page("/").await.contains("新しく開示された被害情報"));
    assert!(reader.page("/records").await.contains("確認済み"));

    // Nobody else notices, officers and the item's own bytes included.
    let same = |page: &str| between(page, "<main", "</main>").to_owned();
    assert_eq!(same(&before), same(&member.page(&in_library).await));
    assert_eq!(same(&counted), same(&member.page("/library").await));
    assert!(
        door.get(&in_api, &other_key)
            .await
            .json()
            .get("victim")
            .is_none()
    );
    for person in [
        &nation.analyst,
        &nation.releaser,
        &nation.auditor,
        &nation.provider,
    ] {
        let other = Browser::of(&door, &nation, person).await;
        assert!(!other.get(&in_library).await.text.contains(HARM));
        assert!(
            !other
                .get(&format!("/items/{}", item.state.number))
                .await
                .text
                .contains(HARM)
        );
    }
    let objects = item.state.content.objects.concat();
    assert!(!objects.contains(HARM));

    // The auditor reads in the ledger that it was asked and shown.
    let auditor = Browser::of(&door, &nation, &nation.auditor).await;
    let ledger = auditor.page("/ledger").await;
    for said in [
        "被害情報の開示について提供者に同意を要請",
        "提供者が被害情報の開示先を変更",
        "開示された被害情報を確認",
    ] {
        assert!(ledger.contains(said), "{said}");
    }
    assert!(!ledger.contains(HARM));

    // Taken back, it is gone at once.
    let hidden = provider.post(&format!("{report}/victim/hide"), &[]).await;
    assert!(
        provider
            .page(&leads_to(&hidden))
            .await
            .contains("取りやめました")
    );
    // Both sides read what happened, newest first; who acknowledged stays unnamed but for the party.
    for (browser, page) in [(&provider, &report), (&analyst, &desk)] {
        let page = browser.page(page).await;
        let history = page.split("開示の経過").nth(1).unwrap();
        let mut rest = history;
        for said in [
            "開示の取りやめ",
            "開示先が確認",
            "開示に同意",
            "開示の求め（",
        ] {
            rest = rest
                .split_once(said)
                .unwrap_or_else(|| panic!("{said}: {history}"))
                .1;
        }
        assert!(
            rest.contains("所管省庁への連絡") && !history.contains(">sangyo<"),
            "{history}"
        );
    }
    assert!(!reader.page(&in_library).await.contains(HARM));
    assert!(door.get(&in_api, &key).await.json().get("victim").is_none());
    assert_eq!(reader.get(&record).await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        door.get(&by_machine, &key).await.status,
        StatusCode::NOT_FOUND
    );
}

/// A request to show the harm, as the analyst's page makes it; the answer's page.
pub(crate) async fn ask(analyst: &Browser<'_>, receipt: &str, parties: &str) -> String {
    let form = [("parties", parties), ("reason", "所管省庁への連絡")];
    let asked = analyst
        .post(&format!("/triage/{receipt}/victim"), &form)
        .await;
    analyst.page(&leads_to(&asked)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_to_show_the_harm_waits_until_its_deadline_and_silence_is_refusal() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let (receipt, _) = story::released(&nation).await;
    let report = format!("/submissions/{}", receipt.number);
    let provider = Browser::of(&door, &nation, &nation.provider).await;
    let analyst = Browser::of(&door, &nation, &nation.analyst).await;
    assert!(
        !provider
            .page("/")
            .await
            .contains("被害の内容を開示してよいか")
    );
    let page = ask(&analyst, &receipt.number, "kaihin").await;
    assert!(page.contains("提供者の回答を待っています"), "{page}");

    // It has a place of its own, is no question, and stays after whatever else is said.
    let page = provider.page(&report).await;
    assert!(page.contains("id=\"showing\"") && page.contains("回答期限"));
    let thread = between(&page, "id=\"thread\"", "</section>");
    assert!(!thread.contains("所管省庁への連絡"), "{thread}");
    provider
        .post(&format!("{report}/answer"), &[("text", "追記です")])
        .await;
    for page in ["/", "/submissions"] {
        let page = provider.page(page).await;
        assert!(page.contains("被害の内容を開示してよいか"), "{page}");
        assert!(page.contains(&format!("{report}#showing")));
    }

    // A second one while it is open is refused, with the reason.
    let refused = ask(&analyst, &receipt.number, "minato").await;
    assert!(refused.contains("先に求めた開示について"), "{refused}");
    assert!(provider.page(&report).await.contains("海浜銀行"));

    // Nobody answers in time.
    let hours = i64::from(nation.world.settings().consent_hours);
    nation
        .clock
        .advance(SignedDuration::from_hours(hours) + SignedDuration::from_secs(60));
    let provider = Browser::of(&door, &nation, &nation.provider).await;
    assert!(
        !provider
            .page("/")
            .await
            .contains("被害の内容を開示してよいか")
    );
    assert!(nation.world.sweep().await.unwrap() >= 1);
    let page = provider.page(&report).await;
    assert!(page.contains("開示しないものとして処理") && !page.contains("id=\"showing\""));
    let auditor = Browser::of(&door, &nation, &nation.auditor).await;
    let ledger = auditor.page("/ledger").await;
    assert!(ledger.contains("被害情報を開示しないと判断"));
}

/// The whole way of another item from a report that the analyst holds open.
async fn released_again(nation: &Nation, report: MatterId) -> Loaded<Item> {
    let item = story::derive_open(nation, report, |_| {}).await;
    let item = story::consent_to(nation, item).await;
    let releaser = nation.caller(&nation.releaser).await;
    let released = nation.world.release(&releaser, item.id, None);
    released.await.unwrap()
}

/// What the provider's machine reads of its report's victim record.
pub(crate) async fn showing(
    door: &Door,
    receipt: &str,
    key: &str,
    query: &str,
) -> serde_json::Value {
    let path = format!("/api/v1/submissions/{receipt}{query}");
    door.get(&path, key).await.json()["showing"].take()
}

#[tokio::test(flavor = "multi_thread")]
async fn consent_to_show_the_harm_tells_traces_duties_and_links_and_covers_them() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let mut told = story::report();
    told.harm.text = "みなと電力の閲覧用端末 3 台が暗号化された".to_owned();
    told.harm.noticed = Some("2026-11-20T03:17:00Z".parse().unwrap());
    let caller = nation.caller(&nation.provider).await;
    let receipt = nation.world.submit(&caller, told, None).await.unwrap();
    let officer = nation.caller(&nation.analyst).await;
    let taken = nation.world.take_report(&officer, receipt.report, "当直");
    taken.await.unwrap();
    let item = released_again(&nation, receipt.report).await;
    let report = format!("/submissions/{}", receipt.number);
    let provider = Browser::of(&door, &nation, &nation.provider).await;
    let analyst = Browser::of(&door, &nation, &nation.analyst).await;
    let key = nation
        .key(&nation.provider, &[KeyScope::SubmissionsRead])
        .await;
    let before = showing(&door, &receipt.number, &key, "").await;
    assert!(before["asked"].is_null() && before["history"] == serde_json::json!([]));
    ask(&analyst, &receipt.number, "kaihin").await;

    // Page and machine tell the same.
    let page = provider.page(&report).await;
    let hash = between(&page, "name=\"hash\" value=\"", "\"").to_owned();
    let asked = showing(&door, &receipt.number, &key, "").await["asked"].take();
    assert_eq!(asked["covers"]["sha256"], hash.as_str());
    assert_eq!(
        asked["covers"]["beside_items"][0],
        item.state.number.as_str()
    );
    assert_eq!(asked["covers"]["beside_later_items"], true);
    assert_eq!(asked["readers"][0]["name"]["ja"], "海浜銀行");
    let unbound = asked["readers"][0]["duties_not_accepted"]
        .as_array()
        .unwrap();
    assert!(!unbound.is_empty());
    for duty in unbound {
        assert!(
            page.contains(duty["name"]["ja"].as_str().unwrap()),
            "{duty}"
        );
    }
    let traces = asked["traces"].as_array().unwrap();
    assert_eq!(traces.len(), 2, "{traces:?}");
    assert!(traces[0]["text"].as_str().unwrap().contains("みなと電力"));
    let mark = format!("<mark>{}</mark>", traces[0]["text"].as_str().unwrap());
    assert!(page.contains(&mark) && traces[0]["in"] == "text");
    // Noticed at a minute, not at a whole hour.
    assert_eq!(traces[1]["in"], "noticed");
    assert_eq!(traces[1]["signs"][0], "exact_time");

    // What was released after the page was read changes what consent covers: it is asked for anew.
    let second = released_again(&nation, receipt.report).await;
    let show = format!("{report}/victim/show");
    let stale = provider.post(&show, &[("hash", &hash)]).await;
    let page = provider.page(&leads_to(&stale)).await;
    assert!(
        page.contains("一致しません") && page.contains(&second.state.number),
        "{page}"
    );
    let now = between(&page, "name=\"hash\" value=\"", "\"").to_owned();
    assert_ne!(now, hash);
    provider.post(&show, &[("hash", &now)]).await;
    let after = showing(&door, &receipt.number, &key, "").await;
    assert!(after["asked"].is_null());
    assert_eq!(after["history"][0]["did"], "consented");
    assert_eq!(after["history"][0]["sha256"], now.as_str());
    assert_eq!(after["history"][1]["did"], "asked");
    assert_eq!(after["history"][1]["by"]["ja"], "bunseki");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_history_of_a_showing_keeps_older_entries_behind_more() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let (receipt, _) = story::released(&nation).await;
    let report = format!("/submissions/{}", receipt.number);
    let provider = Browser::of(&door, &nation, &nation.provider).await;
    let analyst = Browser::of(&door, &nation, &nation.analyst).await;
    let key = nation
        .key(&nation.provider, &[KeyScope::SubmissionsRead])
        .await;
    for _ in 0..11 {
        ask(&analyst, &receipt.number, "kaihin").await;
        provider
            .post(&format!("{report}/victim/decline"), &[])
            .await;
    }
    let page = provider.page(&report).await;
    assert!(page.contains("それ以前の 17 件"), "{page}");
    let newest = showing(&door, &receipt.number, &key, "").await;
    assert_eq!(newest["history"].as_array().unwrap().len(), 20);
    assert_eq!(newest["more_history"], 2);
    let all = showing(&door, &receipt.number, &key, "?history=all").await;
    assert_eq!(all["history"].as_array().unwrap().len(), 22);
    assert_eq!(all["more_history"], 0);
    // Whoever is not the provider reads none of it.
    let other = nation
        .key(&nation.member, &[KeyScope::SubmissionsRead])
        .await;
    let path = format!("/api/v1/submissions/{}", receipt.number);
    assert_eq!(door.get(&path, &other).await.status, StatusCode::NOT_FOUND);
}
