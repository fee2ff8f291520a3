//! What a party decides for itself is not offered to the hub's administrator, and is to its steward.

use axum::http::StatusCode;
use kaname_directory::PartyKind;
use kaname_testkit::Nation;

use crate::{
    browser::{Browser, leads_to},
    house::Door,
};

const OWN_STEWARD: &str = "その組織の組織管理者だけができます";

#[tokio::test(flavor = "multi_thread")]
async fn a_key_for_submitting_is_offered_to_the_party_alone() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let at = "/directory/minato/keys";
    let submit = "value=\"submit\"";
    let steward = Browser::of(&door, &nation, &nation.provider).await;
    assert!(steward.page(at).await.contains(submit));
    let admin = Browser::of(&door, &nation, &nation.administrator).await;
    let page = admin.page(at).await;
    assert!(page.contains("taxii:read") && !page.contains(submit));
    let key = [("label", "x"), ("scopes", "submit"), ("expires", "")];
    let tried = admin.post(at, &key).await;
    assert_eq!(tried.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(tried.text.contains(OWN_STEWARD), "{}", tried.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_steward_gives_powers_of_the_own_party_and_nobody_for_it() {
    let nation = Nation::new().await;
    let kind = PartyKind::DesignatedCorporation;
    nation.party("seirei", kind, "政令指定法人", "Corp").await;
    let door = Door::of(&nation);
    let from = kaname_directory::day_of(nation.world.now()).to_string();
    let powers = |principal: &'static str| {
        [
            ("principal", principal),
            ("scopes", "submission.read_own"),
            ("basis", "業務の委託"),
            ("from", from.as_str()),
            ("until", ""),
        ]
    };
    let admin = Browser::of(&door, &nation, &nation.administrator).await;
    for to in ["centre", "seirei"] {
        let at = format!("/directory/{to}/delegate");
        let tried = admin.post(&at, &powers("minato")).await;
        assert_eq!(tried.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(tried.text.contains(OWN_STEWARD), "{}", tried.text);
    }
    let steward = Browser::of(&door, &nation, &nation.provider).await;
    let at = "/directory/seirei/delegate";
    let page = steward.page("/directory/seirei").await;
    assert!(page.contains(at) && !page.contains("/directory/seirei/retire"));
    assert!(steward.page(at).await.contains("value=\"minato\""));
    leads_to(&steward.post(at, &powers("minato")).await);
    let end = [("principal", "minato"), ("on", from.as_str())];
    leads_to(&steward.post("/directory/seirei/undelegate", &end).await);
    let centre = steward.page("/directory/centre").await;
    assert!(!centre.contains("/directory/centre/delegate"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_is_told_why_a_stewards_people_are_not_managed() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let admin = Browser::of(&door, &nation, &nation.administrator).await;
    let page = admin.page("/directory/minato").await;
    let account = nation.provider.account;
    assert!(page.contains("この組織には組織管理者がいます"), "{page}");
    assert!(page.contains(&format!("/accounts/{account}/disable")));
    let reset = format!("/accounts/{account}/password");
    assert!(!page.contains(&reset) && !page.contains("/directory/minato/accounts"));
    let tried = admin.post(&reset, &[]).await;
    assert_eq!(tried.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(tried.text.contains("この組織には組織管理者がいます"));
    let vendor = admin.page("/directory/vendor").await;
    assert!(vendor.contains("/directory/vendor/accounts"));
}
