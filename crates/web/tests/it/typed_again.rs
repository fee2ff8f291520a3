//! What was typed waits for whoever has to sign in, or to show the second factor, before it is taken.

use axum::http::StatusCode;
use jiff::SignedDuration;
use kaname_testkit::Nation;

use crate::{
    browser::{Browser, leads_to},
    house::Door,
    story,
};

const TYPED: &str = "確認のため <b>\"長い\"</b> 文章";
const WRITTEN: &str = "確認のため &#60;b&#62;&#34;長い&#34;&#60;/b&#62; 文章";

#[tokio::test(flavor = "multi_thread")]
async fn what_needs_a_fresh_second_factor_is_typed_once() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let (_, item) = story::released(&nation).await;
    let releaser = Browser::of(&door, &nation, &nation.releaser).await;
    nation.clock.advance(SignedDuration::from_mins(20));
    let at = format!("/items/{}", item.state.number);
    let sent = releaser
        .post(&format!("{at}/withdraw"), &[("reason", TYPED)])
        .await;
    let next = format!("/sign-in/again?next=%2Fitems%2F{}", item.state.number);
    assert_eq!(leads_to(&sent), next);
    let asks = releaser.page(&next).await;
    assert!(asks.contains("まだ実行していません") && asks.contains("入力した文章は残っています"));
    assert!(!asks.contains(WRITTEN), "not on another page");
    // Where nothing was typed, nothing is said to be kept.
    let bare = [("version", "9"), ("reason", "")];
    leads_to(&releaser.post(&format!("{at}/withdraw"), &bare).await);
    let asks = releaser.page(&next).await;
    assert!(asks.contains("まだ実行していません") && !asks.contains("残っています"));
    // As after the second factor: the same person, with a session that is fresh.
    releaser.signs_in(&nation, &nation.releaser).await;
    let sent = releaser
        .post(&format!("{at}/withdraw"), &[("reason", TYPED)])
        .await;
    assert_eq!(leads_to(&sent), at, "done");
}

#[tokio::test(flavor = "multi_thread")]
async fn after_the_second_factor_the_form_holds_what_was_typed() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let (_, item) = story::released(&nation).await;
    let releaser = Browser::of(&door, &nation, &nation.releaser).await;
    nation.clock.advance(SignedDuration::from_mins(20));
    let at = format!("/items/{}", item.state.number);
    let sent = releaser
        .post(&format!("{at}/withdraw"), &[("reason", TYPED)])
        .await;
    leads_to(&sent);
    let page = releaser.page(&at).await;
    assert!(page.contains(WRITTEN), "{page}");
    assert!(!releaser.page(&at).await.contains(WRITTEN), "once");
}

/// A session that ended while its person wrote; the browser holds the token of the page it had.
async fn ended(nation: &Nation, browser: &Browser<'_>) -> String {
    let token = browser.token().await;
    nation.clock.advance(SignedDuration::from_hours(24 * 3));
    token
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_in_a_session_that_ended_waits_for_its_person() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let receipt = story::submit(&nation).await;
    let caller = nation.caller(&nation.analyst).await;
    let take = nation.world.take_report(&caller, receipt.report, "当番");
    take.await.unwrap();
    let analyst = Browser::of(&door, &nation, &nation.analyst).await;
    let at = format!("/triage/{}", receipt.number);
    let to = format!("{at}/victim");
    // Longer than what is kept for strangers.
    let long = format!("{TYPED}{}", "長".repeat(2_000));
    let form = [("parties", "kaihin"), ("reason", long.as_str())];
    let token = ended(&nation, &analyst).await;
    let sent = analyst.post_with(&token, &to, &form).await;
    let next = format!("/sign-in?next=%2Ftriage%2F{}", receipt.number);
    assert_eq!(leads_to(&sent), next);
    let asks = analyst.page(&next).await;
    assert!(asks.contains("まだ実行していません") && !asks.contains(WRITTEN));
    analyst.signs_in(&nation, &nation.analyst).await;
    // The report has to be opened again before its forms are there: what was typed waits for that too.
    let page = analyst.page(&at).await;
    assert!(page.contains("封印された内容を開く") && !page.contains(WRITTEN));
    let to_open = format!("{at}/open");
    let opened = analyst.post(&to_open, &[("reason", "続き")]).await;
    assert_eq!(leads_to(&opened), at);
    let page = analyst.page(&at).await;
    assert!(page.contains(WRITTEN) && page.contains("長長長"), "{page}");
    assert!(!analyst.page(&at).await.contains(WRITTEN), "once");

    // Whoever else signs in at that browser gets nothing of it, and it waits for its own person.
    let token = ended(&nation, &analyst).await;
    let sent = analyst.post_with(&token, &to, &form).await;
    leads_to(&sent);
    let other = nation
        .hire(
            nation.analyst.party,
            "bunseki-2",
            &[kaname_kernel::Role::Analyst],
        )
        .await;
    analyst.signs_in(&nation, &other).await;
    assert!(!analyst.get(&at).await.text.contains(WRITTEN));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_has_text_kept_under_a_session_that_never_was() {
    let (nation, store) = Nation::counted().await;
    let door = Door::of(&nation);
    let receipt = story::submit(&nation).await;
    let analyst = Browser::of(&door, &nation, &nation.analyst).await;
    let token = ended(&nation, &analyst).await;
    let to = format!("/triage/{}/victim", receipt.number);
    let stranger = Browser::nobody(&door);
    // Another's token, with a cookie that names the analyst's account but was never given out.
    let made_up = format!(
        "{}.{}",
        nation.analyst.account.uuid().simple(),
        "0".repeat(64)
    );
    stranger.holds("kaname-session", &made_up);
    store.taken();
    for token in [token.as_str(), "", &"0".repeat(64)] {
        let sent = stranger.post_with(token, &to, &[("reason", TYPED)]).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER);
    }
    let asked = store.taken();
    assert_eq!(asked.get("kv_put"), None, "{asked:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_holds_an_ended_session_puts_no_text_into_its_persons_forms() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let (_, item) = story::released(&nation).await;
    let at = format!("/items/{}", item.state.number);
    let to = format!("{at}/withdraw");
    let releaser = Browser::of(&door, &nation, &nation.releaser).await;
    let stolen = Browser::nobody(&door);
    stolen.holds("kaname-session", &releaser.cookie("kaname-session"));
    let token = ended(&nation, &releaser).await;
    // The person's own text is there first, so that the browser asks for what was kept.
    leads_to(
        &releaser
            .post_with(&token, &to, &[("reason", "自分の理由")])
            .await,
    );
    leads_to(&stolen.post_with(&token, &to, &[("reason", TYPED)]).await);
    releaser.signs_in(&nation, &nation.releaser).await;
    let page = releaser.page(&at).await;
    assert!(page.contains("name=\"reason\""), "{page}");
    assert!(!page.contains(WRITTEN), "{page}");
    // What was typed in the own browser alone comes back.
    let token = ended(&nation, &releaser).await;
    leads_to(&releaser.post_with(&token, &to, &[("reason", TYPED)]).await);
    releaser.signs_in(&nation, &nation.releaser).await;
    assert!(releaser.page(&at).await.contains(WRITTEN));
}
