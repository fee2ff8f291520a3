//! The victim record and its readers: asked for, consented to by its hash, seen by exactly those, taken
//! back.

use axum::http::StatusCode;
use kaname_directory::{KeyScope, PartyKind};
use kaname_kernel::Role;
use kaname_testkit::Nation;

use crate::{
    browser::{Browser, between, leads_to},
    house::Door,
    story,
};

const HARM: &str = "閲覧用端末 3 台が暗号化された";

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
    assert!(ledger.contains("被害情報の開示を依頼") && ledger.contains("被害情報の閲覧者を変更"));

    // Taken back, it is gone at once.
    let hidden = provider.post(&format!("{report}/victim/hide"), &[]).await;
    assert!(
        provider
            .page(&leads_to(&hidden))
            .await
            .contains("取りやめました")
    );
    assert!(!reader.page(&in_library).await.contains(HARM));
    assert!(door.get(&in_api, &key).await.json().get("victim").is_none());
}
