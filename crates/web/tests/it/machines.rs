//! A member finds on the pages alone what its machine needs, and the key does what the page says.

use axum::http::StatusCode;
use kaname_kernel::Role;
use kaname_testkit::Nation;

use crate::{
    browser::{Browser, between},
    house::Door,
    story,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_member_finds_what_its_machine_needs_and_the_key_reads() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let (_, item) = story::released(&nation).await;
    let member = Browser::of(&door, &nation, &nation.member).await;
    for from in ["/", "/library", &format!("/library/{}", item.state.number)] {
        assert!(
            member
                .page(from)
                .await
                .contains("href=\"/library/machines\""),
            "{from}"
        );
    }
    let page = member.page("/library/machines").await;
    let library = nation.library.id.to_string();
    assert!(
        page.contains("/taxii2/\"") && page.contains(&library),
        "{page}"
    );
    assert!(page.contains("from taxii2client.v21 import Collection"));
    assert!(page.contains("from pymisp import PyMISP") && page.contains("http://hub.test/misp/"));
    assert!(page.contains("curl --fail") && page.contains("/feeds/library.jsonl"));
    assert!(
        !page.contains(&nation.intake.id.to_string()),
        "what is not readable is not told"
    );
    // Whoever may not issue keys is told who does.
    let plain = nation.hire(nation.member.party, "kaihin-ban", &[Role::Member]);
    let plain = plain.await;
    let plain = Browser::of(&door, &nation, &plain).await;
    let page = plain.page("/library/machines").await;
    assert!(page.contains("あなたの組織の管理者") && !page.contains("/keys\""));

    // The steward issues one where the page leads, is shown it once, and comes back.
    let steward = nation.hire(
        nation.member.party,
        "kaihin-kanri",
        &[Role::Steward, Role::Member],
    );
    let steward = steward.await;
    let steward = Browser::of(&door, &nation, &steward).await;
    let page = steward.page("/library/machines").await;
    let to = between(&page, "<div class=\"buttons\"><a", ">").to_owned();
    let to = between(&to, "href=\"", "\"");
    let issued = steward
        .post(
            to,
            &[("label", "SIEM"), ("scopes", "taxii:read"), ("expires", "")],
        )
        .await;
    assert_eq!(issued.status, StatusCode::OK, "{}", issued.text);
    let key = between(&issued.text, "data-copy=\"", "\"").to_owned();
    assert!(key.starts_with("kn_") && issued.text.contains("href=\"/library/machines\""));
    let collections = door.taxii("/taxii2/api/collections/", &key).await.json();
    assert!(collections.to_string().contains(&library));
    let objects = door
        .taxii(&format!("/taxii2/api/collections/{library}/objects/"), &key)
        .await;
    assert!(objects.text.contains("203.0.113.77"), "{}", objects.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_report_says_opens_in_the_ledger_with_a_reason_that_its_provider_sees() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let receipt = story::submit(&nation).await;
    let auditor = Browser::of(&door, &nation, &nation.auditor).await;
    let page = auditor.page("/ledger").await;
    assert!(page.contains("報告を受付"));
    assert!(
        !page.contains("203.0.113.77") && !page.contains("files-sync.test"),
        "{page}"
    );
    let row = page.split("報告を受付").nth(1).unwrap();
    let form = between(
        row,
        "<form class=\"form\" method=\"post\" action=\"/ledger/inspect\"",
        "</form>",
    );
    let seq = between(form, "name=\"seq\" value=\"", "\"").to_owned();
    let refused = auditor
        .post("/ledger/inspect", &[("seq", &seq), ("reason", " ")])
        .await;
    assert_eq!(refused.status, StatusCode::SEE_OTHER);
    let report = format!("/submissions/{}", receipt.number);
    let provider = Browser::of(&door, &nation, &nation.provider).await;
    assert!(!provider.page(&report).await.contains("定期監査"));
    let opened = auditor
        .post("/ledger/inspect", &[("seq", &seq), ("reason", "定期監査")])
        .await;
    assert!(opened.text.contains("203.0.113.77"), "{}", opened.text);
    assert!(opened.text.contains(&receipt.number));
    assert!(provider.page(&report).await.contains("定期監査"));
    assert!(auditor.page("/ledger/openings").await.contains("定期監査"));
    // Nobody else, and for nothing else.
    for person in [&nation.analyst, &nation.member] {
        let other = Browser::of(&door, &nation, person).await;
        let tried = other
            .post("/ledger/inspect", &[("seq", &seq), ("reason", "x")])
            .await;
        assert_eq!(tried.status, StatusCode::FORBIDDEN);
    }
    let missing = auditor
        .post("/ledger/inspect", &[("seq", "999999"), ("reason", "x")])
        .await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
    let other = auditor
        .post("/ledger/inspect", &[("seq", "0"), ("reason", "x")])
        .await;
    assert_eq!(other.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_still_being_written_is_not_shown_in_the_ledger() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let receipt = story::submit(&nation).await;
    let item = story::derive(&nation, receipt.report).await;
    let caller = nation.caller(&nation.analyst).await;
    let auditor = Browser::of(&door, &nation, &nation.auditor).await;
    let title = &item.state.content.title.ja;
    let page = auditor.page("/ledger").await;
    assert!(
        page.contains("item.derived") && !page.contains(title.as_str()),
        "{page}"
    );
    // What is asked of the provider afterwards is shown as before.
    let world = &nation.world;
    world.ask_consent(&caller, item.id, None).await.unwrap();
    let page = auditor.page("/ledger").await;
    assert!(
        page.contains("&#34;what&#34;: &#34;consent_asked&#34;")
            || page.contains("\"what\": \"consent_asked\"")
    );
}
