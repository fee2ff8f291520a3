//! Passkeys through the pages: made on the account page, shown at the sign-in page.

use axum::http::StatusCode;
use kaname_kernel::AccountId;
use kaname_testkit::{Nation, Person};
use kaname_world::sign_in::passkey::{PasskeyQuestion, Shown};
use serde_json::Value;

use crate::{
    authenticator::{Authenticator, PRESENT},
    browser::{Browser, between, leads_to},
    house::{Answer, Door},
};

const ORIGIN: &str = "https://hub.test";
const PASSWORD: &str = "three quiet herons";

fn door(nation: &Nation) -> Door {
    Door::with(nation, ORIGIN, |house| house)
}

/// What the script asks before it turns to the authenticator.
async fn ask(browser: &Browser<'_>, purpose: &str, ticket: &str) -> PasskeyQuestion {
    let fields = [("for", purpose), ("ticket", ticket)];
    let answer = browser.post("/sign-in/passkey/question", &fields).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    read(&answer.json())
}

fn read(value: &Value) -> PasskeyQuestion {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let known = value["known"].as_array().unwrap().iter().map(text);
    let user = value
        .get("user")
        .map(|user| kaname_world::sign_in::passkey::PasskeyUser {
            id: text(&user["id"]),
            name: text(&user["name"]),
            title: text(&user["title"]),
        });
    PasskeyQuestion {
        challenge: text(&value["challenge"]),
        rp: text(&value["rp"]),
        verify: if value["verify"] == "required" {
            "required"
        } else {
            "preferred"
        },
        known: known.collect(),
        user,
        algorithms: [-7, -8, -257],
        timeout_ms: value["timeout_ms"].as_i64().unwrap(),
    }
}

async fn enrol(browser: &Browser<'_>, device: &mut Authenticator) -> Answer {
    let made = device.make(&ask(browser, "enrol", "").await);
    let fields = [
        ("next", ""),
        ("ticket", ""),
        ("client_data", made.client_data.as_str()),
        ("attestation", made.attestation.as_str()),
        ("label", "業務用スマートフォン"),
    ];
    browser.post("/account/passkeys", &fields).await
}

async fn show(browser: &Browser<'_>, to: &str, ticket: &str, shown: &Shown) -> Answer {
    let fields = [
        ("next", "/library"),
        ("ticket", ticket),
        ("id", shown.id.as_str()),
        ("client_data", shown.client_data.as_str()),
        ("authenticator_data", shown.authenticator_data.as_str()),
        ("signature", shown.signature.as_str()),
        ("user_handle", shown.user_handle.as_str()),
    ];
    browser.post(to, &fields).await
}

async fn who(nation: &Nation, browser: &Browser<'_>) -> AccountId {
    let (caller, _) = nation
        .world
        .resume(&browser.cookie("kaname-session"))
        .await
        .unwrap();
    assert!(caller.principal.second_factor);
    caller.account_id().unwrap()
}

async fn with_password(nation: &Nation, person: &Person) {
    let shell = kaname_world::Caller::system("shell");
    let account = nation
        .world
        .load(person.account.cast())
        .await
        .unwrap()
        .unwrap();
    nation
        .world
        .set_password_of(&shell, account, PASSWORD, false)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn made_on_the_account_page_and_shown_at_the_door() {
    let nation = Nation::new().await;
    let door = door(&nation);
    let own = Browser::of(&door, &nation, &nation.member).await;
    assert!(
        own.page("/account/passkeys")
            .await
            .contains("パスキーはまだありません")
    );
    let mut device = Authenticator::p256(b"phone", ORIGIN);
    assert_eq!(
        leads_to(&enrol(&own, &mut device).await),
        "/account/passkeys"
    );
    let page = own.page("/account/passkeys").await;
    assert!(
        page.contains("業務用スマートフォン") && page.contains("未使用"),
        "{page}"
    );

    let visitor = Browser::nobody(&door);
    let page = visitor.page("/sign-in").await;
    assert!(
        page.contains("data-passkey=\"sign_in\"") && page.contains("hidden"),
        "{page}"
    );
    let shown = device.show(&ask(&visitor, "sign_in", "").await);
    let entered = show(&visitor, "/sign-in/passkey", "", &shown).await;
    assert_eq!(leads_to(&entered), "/library");
    assert_eq!(who(&nation, &visitor).await, nation.member.account);

    let other = Browser::nobody(&door);
    let replayed = show(&other, "/sign-in/passkey", "", &shown).await;
    assert_eq!(replayed.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        replayed.text.contains("すでに使われたか"),
        "{}",
        replayed.text
    );
    let mut stranger = Authenticator::p256(b"stranger", ORIGIN);
    let shown = stranger.show(&ask(&other, "sign_in", "").await);
    let unknown = show(&other.english(), "/sign-in/passkey", "", &shown).await;
    assert_eq!(unknown.status, StatusCode::UNAUTHORIZED);
    assert!(
        unknown.text.contains("does not open an account"),
        "{}",
        unknown.text
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn after_the_password_the_passkey_is_asked_for() {
    let nation = Nation::new().await;
    with_password(&nation, &nation.member).await;
    let door = door(&nation);
    let own = Browser::of(&door, &nation, &nation.member).await;
    let mut device = Authenticator::ed25519(b"key", ORIGIN);
    enrol(&own, &mut device).await;
    device.flags = PRESENT;
    let visitor = Browser::nobody(&door);
    let fields = [
        ("login", "kaihin-csirt"),
        ("password", PASSWORD),
        ("code", ""),
        ("next", "/library"),
    ];
    let page = visitor.post("/sign-in", &fields).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(
        page.text.contains("パスキーを示してください"),
        "{}",
        page.text
    );
    assert_eq!(
        visitor.cookie("kaname-session"),
        "",
        "the password alone opens nothing"
    );
    let ticket = between(&page.text, "name=\"ticket\" value=\"", "\"");
    let question = ask(&visitor, "second", ticket).await;
    assert_eq!(question.known, [device.id()]);
    let entered = show(
        &visitor,
        "/sign-in/passkey/second",
        ticket,
        &device.show(&question),
    )
    .await;
    assert_eq!(leads_to(&entered), "/library");
    assert_eq!(who(&nation, &visitor).await, nation.member.account);
}

#[tokio::test(flavor = "multi_thread")]
async fn shown_again_it_lets_its_owner_take_it_away() {
    let nation = Nation::new().await;
    let door = door(&nation);
    let own = Browser::of(&door, &nation, &nation.member).await;
    let mut device = Authenticator::ed25519(b"key", ORIGIN);
    enrol(&own, &mut device).await;
    nation.clock.advance(jiff::SignedDuration::from_mins(20));
    let id = device.id();
    let remove = [("id", id.as_str())];
    let answer = own.post("/account/passkeys/remove", &remove).await;
    assert!(
        leads_to(&answer).starts_with("/sign-in/again"),
        "{}",
        answer.text
    );
    let page = own.page("/sign-in/again?next=%2Flibrary").await;
    assert!(
        page.contains("data-passkey=\"again\"") && !page.contains("one-time-code"),
        "{page}"
    );
    let shown = device.show(&ask(&own, "again", "").await);
    let again = show(&own, "/sign-in/passkey/again", "", &shown).await;
    assert_eq!(leads_to(&again), "/library");
    assert_eq!(
        leads_to(&own.post("/account/passkeys/remove", &remove).await),
        "/account/passkeys"
    );
    assert!(
        own.page("/account/passkeys")
            .await
            .contains("パスキーはまだありません")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn where_browsers_make_none_the_pages_say_so() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let visitor = Browser::nobody(&door);
    assert!(!visitor.page("/sign-in").await.contains("data-passkey"));
    let asked = visitor
        .post("/sign-in/passkey/question", &[("for", "sign_in")])
        .await;
    assert_eq!(asked.status, StatusCode::NOT_FOUND);
    let own = Browser::of(&door, &nation, &nation.member).await;
    assert!(
        own.page("/account/passkeys")
            .await
            .contains("このハブではパスキーを使えません")
    );
    let asked = visitor
        .post("/sign-in/passkey/question", &[("for", "enrol")])
        .await;
    assert_ne!(asked.status, StatusCode::OK, "enrolling needs an account");
}

/// A lost device: who manages the account removes its passkeys, and only those chosen.
#[tokio::test(flavor = "multi_thread")]
async fn a_steward_removes_anothers_passkeys() {
    let nation = Nation::new().await;
    let door = door(&nation);
    let own = Browser::of(&door, &nation, &nation.member).await;
    enrol(&own, &mut Authenticator::p256(b"phone", ORIGIN)).await;
    enrol(&own, &mut Authenticator::p256(b"laptop", ORIGIN)).await;
    let at = format!("/accounts/{}/passkeys", nation.member.account);
    let steward = [kaname_kernel::Role::Steward];
    let party = nation.member.party;
    let steward = nation.hire(party, "kaihin-kanri", &steward).await;
    let steward = Browser::of(&door, &nation, &steward).await;
    assert!(steward.page("/directory/kaihin").await.contains(&at));
    let page = steward.page(&at).await;
    crate::administration::sample::keep(&door, "passkeys-other", &page).await;
    assert_eq!(page.matches("業務用スマートフォン").count(), 2);
    let other = Browser::of(&door, &nation, &nation.provider).await;
    assert_eq!(other.get(&at).await.status, StatusCode::NOT_FOUND);
    let none = steward.post(&at, &[]).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    let id = between(&page, "name=\"passkey\" value=\"", "\"").to_owned();
    leads_to(&steward.post(&at, &[("passkey", &id)]).await);
    let page = steward.page(&at).await;
    assert_eq!(page.matches("業務用スマートフォン").count(), 1);
    assert!(!page.contains(&id));
    // The sessions of the account ended with it.
    assert_eq!(own.get("/account").await.status, StatusCode::SEE_OTHER);
}
