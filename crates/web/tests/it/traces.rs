//! Where an item names its provider is on no page but the one of who holds the report open.

use jiff::SignedDuration;
use kaname_kernel::Role;
use kaname_testkit::Nation;

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
    for person in [&other, &nation.releaser, &nation.auditor, &nation.provider] {
        let page = Browser::of(&door, &nation, person).await.page(&show).await;
        assert!(!page.contains("<mark>"), "{page}");
        assert!(page.contains("未確認の手がかり"), "the count is told");
    }
    // Whoever was never assigned writes nothing, and is not told which report it is.
    let other = Browser::of(&door, &nation, &other).await;
    let back = leads_to(&other.get(&edit).await);
    let page = other.page(&back).await;
    assert!(page.contains("理由を書いて開いてください"), "{page}");
    assert!(!page.contains(&report));
    let tried = [
        ("row", "/summary/ja#value#name#plain#0"),
        ("reason", "一般語"),
    ];
    let back = leads_to(&other.post(&format!("{show}/trace"), &tried).await);
    assert!(
        other
            .page(&back)
            .await
            .contains("理由を書いて開いてください")
    );

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
