//! Requests for cooperation and the breach log.

use axum::http::StatusCode;
use jiff::{SignedDuration, tz::offset};
use kaname_testkit::Nation;

use crate::{
    browser::{Browser, leads_to},
    house::Door,
};

const ASKED: [(&str, &str); 6] = [
    ("to", "minato"),
    ("subject", "VPN装置の記録の提出"),
    (
        "body",
        "2026年11月1日から15日までの認証の記録をお送りください。<script>",
    ),
    ("basis", "サイバーセキュリティ基本法第17条第3項"),
    ("deadline", "2099-12-01T17:00"),
    ("about", ""),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_asked_extended_and_answered() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let analyst = Browser::of(&door, &nation, &nation.analyst).await;
    let steward = Browser::of(&door, &nation, &nation.provider).await;
    let other = Browser::of(&door, &nation, &nation.member).await;
    assert!(
        steward
            .page("/requests")
            .await
            .contains("回答待ちの求めはありません")
    );

    let mut wrong = ASKED;
    wrong[0] = ("to", "nobody");
    let refused = analyst.post("/requests-new", &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.text.contains("この組織コードは名簿にありません")
            && refused.text.contains("&#60;script&#62;")
    );
    wrong[0] = ASKED[0];
    wrong[4] = ("deadline", "2001-01-01T00:00");
    assert!(
        analyst
            .post("/requests-new", &wrong)
            .await
            .text
            .contains("期限がすでに過ぎた")
    );

    let request = leads_to(&analyst.post("/requests-new", &ASKED).await);
    assert!(
        steward
            .page("/requests")
            .await
            .contains("VPN装置の記録の提出")
    );
    assert!(
        !other
            .page("/requests")
            .await
            .contains("VPN装置の記録の提出")
    );
    assert_eq!(other.get(&request).await.status, StatusCode::NOT_FOUND);
    let page = steward.page(&request).await;
    assert!(page.contains("2099年12月1日（火）17:00 JST") && page.contains("id=\"answer\""));

    let extend = format!("{request}/extend");
    let earlier = analyst
        .post(&extend, &[("deadline", "2099-11-01T00:00")])
        .await;
    assert_eq!(earlier.status, StatusCode::UNPROCESSABLE_ENTITY);
    leads_to(
        &analyst
            .post(&extend, &[("deadline", "2099-12-20T17:00")])
            .await,
    );
    let by_steward = steward
        .post(&extend, &[("deadline", "2100-01-01T00:00")])
        .await;
    assert_eq!(by_steward.status, StatusCode::FORBIDDEN);

    let answer = format!("{request}/answer");
    assert!(
        steward
            .post(&answer, &[("answer", "")])
            .await
            .text
            .contains("入力してください")
    );
    leads_to(&steward.post(&answer, &[("answer", "別送しました。")]).await);
    assert!(analyst.page(&request).await.contains("別送しました。"));
    assert!(
        analyst
            .page("/requests?tab=closed")
            .await
            .contains("回答済み")
    );
    let again = steward.post(&answer, &[("answer", "もう一度")]).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_refused_with_a_justification_or_withdrawn() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let analyst = Browser::of(&door, &nation, &nation.analyst).await;
    let steward = Browser::of(&door, &nation, &nation.provider).await;
    let request = leads_to(&analyst.post("/requests-new", &ASKED).await);
    let refuse = format!("{request}/refuse");
    let empty = steward.post(&refuse, &[("justification", " ")]).await;
    assert_eq!(
        empty.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "a refusal needs its reason"
    );
    leads_to(
        &steward
            .post(&refuse, &[("justification", "捜査に支障があるため")])
            .await,
    );
    assert!(
        analyst
            .page(&request)
            .await
            .contains("捜査に支障があるため")
    );
    let second = leads_to(&analyst.post("/requests-new", &ASKED).await);
    let withdraw = format!("{second}/withdraw");
    leads_to(
        &analyst
            .post(&withdraw, &[("reason", "別の経路で入手")])
            .await,
    );
    assert!(steward.page(&second).await.contains("別の経路で入手"));
    let releaser = Browser::of(&door, &nation, &nation.releaser).await;
    assert_eq!(
        releaser.post("/requests-new", &ASKED).await.status,
        StatusCode::FORBIDDEN
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_breach_is_seen_by_the_party_once_it_was_told() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let analyst = Browser::of(&door, &nation, &nation.analyst).await;
    let steward = Browser::of(&door, &nation, &nation.provider).await;
    let new = [
        ("party", "minato"),
        ("kind", "duty"),
        ("duty", ""),
        ("subject", "守秘義務"),
        ("body", "会員以外に転送した"),
    ];
    let unnamed = analyst.post("/breaches-new", &new).await;
    assert!(unnamed.text.contains("どの義務に反したか"));
    let mut named = new;
    named[2] = ("duty", "secrecy");
    let breach = leads_to(&analyst.post("/breaches-new", &named).await);
    assert_eq!(steward.get(&breach).await.status, StatusCode::NOT_FOUND);
    let side = format!("{breach}/state");
    assert_eq!(
        steward.post(&side, &[("side", "…")]).await.status,
        StatusCode::NOT_FOUND
    );
    leads_to(&analyst.post(&format!("{breach}/tell"), &[]).await);
    assert!(steward.page("/breaches").await.contains("守秘義務"));
    leads_to(&steward.post(&side, &[("side", "誤送信でした")]).await);
    assert!(analyst.page(&breach).await.contains("誤送信でした"));
    leads_to(
        &analyst
            .post(&format!("{breach}/close"), &[("measure", "注意した")])
            .await,
    );
    assert!(steward.page(&breach).await.contains("注意した"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_answered_in_time_is_put_down_beside_its_request() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let analyst = Browser::of(&door, &nation, &nation.analyst).await;
    let steward = Browser::of(&door, &nation, &nation.provider).await;
    let soon = nation.world.now() + SignedDuration::from_hours(2);
    let soon = offset(9).to_datetime(soon);
    let soon = soon.strftime("%Y-%m-%dT%H:%M").to_string();
    let mut asked = ASKED;
    asked[4] = ("deadline", &soon);
    let request = leads_to(&analyst.post("/requests-new", &asked).await);
    let put_down = format!(
        "/breaches-new?about={}",
        request.rsplit('/').next().unwrap()
    );
    assert!(!analyst.page(&request).await.contains(&put_down));

    nation.clock.advance(SignedDuration::from_hours(3));
    assert!(analyst.page(&request).await.contains(&put_down));
    assert!(!steward.page(&request).await.contains(&put_down));
    let form = analyst.page(&put_down).await;
    assert!(form.contains("value=\"minato\"") && form.contains("VPN装置の記録の提出"));
    let about = request.rsplit('/').next().unwrap();
    let entry = [
        ("about", about),
        ("party", "minato"),
        ("kind", "deadline"),
        ("duty", ""),
        ("subject", "期限までに回答がない"),
        ("body", "電話でも確かめた"),
    ];
    let mut elsewhere = entry;
    elsewhere[1] = ("party", "kaihin");
    let refused = analyst.post("/breaches-new", &elsewhere).await;
    assert!(refused.text.contains("別の組織です"), "{}", refused.text);
    let breach = leads_to(&analyst.post("/breaches-new", &entry).await);
    assert!(analyst.page(&breach).await.contains(&request));
    let page = analyst.page(&request).await;
    assert!(page.contains(&breach) && !page.contains(&put_down));
    // The party sees it beside its request once it was told.
    assert!(!steward.page(&request).await.contains(&breach));
    leads_to(&analyst.post(&format!("{breach}/tell"), &[]).await);
    assert!(steward.page(&request).await.contains(&breach));
    // Once answered, the page still says until when the answer was wanted.
    let late = [("answer", "遅れてお送りします。")];
    leads_to(&steward.post(&format!("{request}/answer"), &late).await);
    let page = steward.page(&request).await;
    assert!(page.contains("回答期限") && !page.contains("期限なし"));
}
