//! A party's webhooks, by its steward.

use axum::http::StatusCode;
use kaname_testkit::Nation;

use crate::{
    browser::{Browser, between},
    house::Door,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_steward_adds_stops_and_rekeys_and_sees_a_secret_once() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let steward = Browser::of(&door, &nation, &nation.member).await;
    let at = "/directory/kaihin/webhooks";
    assert!(steward.page("/directory/kaihin").await.contains(at));
    let page = steward.page(at).await;
    assert!(page.contains("まだ登録していません"));

    let wrong = steward
        .post(at, &[("url", "http://soc.kaihin.example/<b>")])
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text.contains("href=\"#url\"") && wrong.text.contains("id=\"url-error\""));
    assert!(
        wrong
            .text
            .contains("value=\"http://soc.kaihin.example/&#60;b&#62;\"")
    );

    let added = steward
        .post(at, &[("url", "https://soc.kaihin.example/hook")])
        .await;
    assert_eq!(added.status, StatusCode::OK, "{}", added.text);
    let first = between(&added.text, "data-copy=\"kwh_", "\"").to_owned();
    let page = steward.page(at).await;
    assert!(page.contains("https://soc.kaihin.example/hook") && !page.contains("kwh_"));
    let rekey = format!("/webhooks/{}/rekey", between(&page, "/webhooks/", "/rekey"));
    let again = steward.post(&rekey, &[]).await;
    let second = between(&again.text, "data-copy=\"kwh_", "\"");
    assert_ne!(first, second);

    let stop = rekey.replace("rekey", "stop");
    steward.post(&stop, &[("reason", "")]).await;
    let page = steward.page(at).await;
    assert!(page.contains("理由を書いてください") && page.contains("知らせています"));
    steward.post(&stop, &[("reason", "保守のため")]).await;
    let page = steward.page(at).await;
    super::sample::keep(&door, "webhooks", &page).await;
    assert!(page.contains("停止中") && page.contains("保守のため"));
    steward.post(&rekey.replace("rekey", "start"), &[]).await;
    assert!(steward.page(at).await.contains("知らせています"));

    // Another party's steward knows neither the page nor the webhook.
    let other = Browser::of(&door, &nation, &nation.provider).await;
    assert_eq!(other.get(at).await.status, StatusCode::NOT_FOUND);
    for path in [&rekey, &stop] {
        let answer = other.post(path, &[("reason", "x")]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
    // A member who is no steward may not.
    let party = nation.member.party;
    let reader = nation
        .hire(party, "kaihin-reader", &[kaname_kernel::Role::Member])
        .await;
    let reader = Browser::of(&door, &nation, &reader).await;
    assert_eq!(reader.get(at).await.status, StatusCode::FORBIDDEN);
    assert!(!reader.page("/directory/kaihin").await.contains(at));
    let admin = Browser::of(&door, &nation, &nation.administrator).await;
    admin.page(at).await;
}
