//! The own account: sessions, password, second factor, language.

use axum::http::StatusCode;
use jiff::SignedDuration;
use kaname_testkit::{Nation, keys};
use kaname_web::route::Access;
use kaname_world::sign_in::second_factor::code_at;

use crate::{
    browser::{Browser, between, leads_to},
    house::Door,
};

#[tokio::test(flavor = "multi_thread")]
async fn sessions_are_listed_and_ended() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let here = Browser::of(&door, &nation, &nation.member).await;
    let there = Browser::of(&door, &nation, &nation.member).await;
    let third = Browser::of(&door, &nation, &nation.member).await;
    let page = here.page("/account").await;
    assert_eq!(page.matches("name=\"number\"").count(), 3);
    let number = page
        .split("<tr data-row>")
        .skip(1)
        .find(|row| !row.contains("この端末"))
        .map(|row| between(row, "name=\"number\" value=\"", "\"").to_owned())
        .unwrap();
    leads_to(
        &here
            .post("/account/sessions/end", &[("number", &number)])
            .await,
    );
    let left = [
        there.get("/account").await.status,
        third.get("/account").await.status,
    ];
    assert_eq!(
        left.iter()
            .filter(|status| **status == StatusCode::OK)
            .count(),
        1
    );
    leads_to(&here.post("/account/sessions/end-others", &[]).await);
    assert_eq!(there.get("/account").await.status, StatusCode::SEE_OTHER);
    assert_eq!(third.get("/account").await.status, StatusCode::SEE_OTHER);
    here.page("/account").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_password_is_changed_with_the_present_one() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let shell = kaname_world::Caller::system("shell");
    let first = nation
        .world
        .reset_password(&shell, nation.member.account)
        .await
        .unwrap();
    let member = Browser::of(&door, &nation, &nation.member).await;
    let asked = leads_to(&member.get("/account").await);
    assert!(
        member
            .page(&asked)
            .await
            .contains("ほかの人が設定した仮のものです")
    );
    let new = "たいへん長い合言葉を使います";
    let post = async |current: &str, password: &str, repeated: &str| {
        let fields = [
            ("current", current),
            ("password", password),
            ("repeated", repeated),
        ];
        member.post("/account/password", &fields).await
    };
    let wrong = post("nope nope nope", new, new).await;
    assert!(wrong.text.contains("いまのパスワードが違います"));
    assert!(
        post(&first, new, "別のもの")
            .await
            .text
            .contains("一致しません")
    );
    assert!(
        post(&first, "short", "short")
            .await
            .text
            .contains("12文字以上")
    );
    assert!(
        post(&first, &first, &first)
            .await
            .text
            .contains("違うパスワード")
    );
    assert_eq!(leads_to(&post(&first, new, new).await), "/");
    member.page("/account").await;
    nation
        .world
        .sign_in("kaihin-csirt", new, "", ("127.0.0.1", "x"))
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_that_another_set_opens_nothing_but_its_change() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let before = Browser::of(&door, &nation, &nation.member).await;
    before.page("/library").await;
    let shell = kaname_world::Caller::system("shell");
    nation
        .world
        .reset_password(&shell, nation.member.account)
        .await
        .unwrap();
    let member = Browser::of(&door, &nation, &nation.member).await;
    for endpoint in kaname_web::room::endpoints() {
        let path = endpoint.path;
        let reads = endpoint.method == axum::http::Method::GET;
        let open = matches!(endpoint.access, Access::Public(_)) && path != "/";
        if !reads || open || path.contains('{') || path == "/account/password" {
            continue;
        }
        if matches!(endpoint.access, Access::Key(_)) {
            continue;
        }
        let answer = member.get(path).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}");
        assert!(
            leads_to(&answer).starts_with("/account/password"),
            "{path} leads to {}",
            leads_to(&answer)
        );
    }
    // Neither by posting: no second factor before, no report, no word for programs but why not.
    for (path, fields) in [
        ("/account/second-factor", [("secret", "x"), ("code", "1")]),
        ("/account/act-for", [("party", ""), ("x", "")]),
        ("/submissions/new", [("text", "x"), ("title", "x")]),
    ] {
        let answer = member.post(path, &fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}");
        assert!(leads_to(&answer).starts_with("/account/password"), "{path}");
    }
    let shown = member.page("/account/password").await;
    assert!(!shown.contains("<nav class=\"side\""), "nothing is offered");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_factor_is_set_up_replaced_only_when_fresh_and_removed() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let member = Browser::of(&door, &nation, &nation.member).await;
    let page = member.page("/account/second-factor").await;
    assert!(page.contains("<svg") && page.contains("otpauth://totp/"));
    let secret = between(&page, "name=\"secret\" value=\"", "\"").to_owned();
    let wrong = member
        .post(
            "/account/second-factor",
            &[("secret", &secret), ("code", "000000")],
        )
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        wrong.text.contains(&secret),
        "the same secret is offered again"
    );
    let nonsense = member
        .post(
            "/account/second-factor",
            &[("secret", "!!"), ("code", "000000")],
        )
        .await;
    assert!(nonsense.status.is_client_error() && !nonsense.text.contains("!!"));
    let code = code_at(&secret, nation.world.now()).unwrap();
    leads_to(
        &member
            .post(
                "/account/second-factor",
                &[("secret", &secret), ("code", &code)],
            )
            .await,
    );
    assert!(member.page("/account").await.contains("登録済みです"));
    // Whoever finds an open session does not put another device in its place.
    nation.clock.advance(SignedDuration::from_mins(20));
    let gate = member.page("/account/second-factor").await;
    assert!(!gate.contains("name=\"secret\"") && gate.contains("/sign-in/again?next="));
    let other = second_secret();
    let code = code_at(other, nation.world.now()).unwrap();
    let stolen = member
        .post(
            "/account/second-factor",
            &[("secret", other), ("code", &code)],
        )
        .await;
    assert!(leads_to(&stolen).starts_with("/sign-in/again"));
    let removed = member.post("/account/second-factor/remove", &[]).await;
    assert!(leads_to(&removed).starts_with("/sign-in/again"));
    let fresh = Browser::of(&door, &nation, &nation.member).await;
    leads_to(&fresh.post("/account/second-factor/remove", &[]).await);
    assert!(fresh.page("/account").await.contains("登録していません"));
    // An officer never goes without.
    let admin = Browser::of(&door, &nation, &nation.administrator).await;
    assert!(
        admin
            .page("/account")
            .await
            .contains("職員には、第二要素が一つ以上要ります")
    );
}

const fn second_secret() -> &'static str {
    "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
}

#[tokio::test(flavor = "multi_thread")]
async fn language_and_address_are_kept() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let member = Browser::of(&door, &nation, &nation.member).await;
    let bad = member
        .post("/account/self", &[("lang", "en"), ("mail", "nowhere")])
        .await;
    assert!(
        bad.text.contains("メールアドレスとして読み取れません") && bad.text.contains("nowhere")
    );
    let fields = [("lang", "en"), ("mail", "duty@kaihin.example")];
    let kept = member.post("/account/self", &fields).await;
    leads_to(&kept);
    let cookies: Vec<_> = kept.headers.get_all("set-cookie").iter().collect();
    assert!(
        cookies
            .iter()
            .any(|line| line.to_str().unwrap().starts_with("kaname-lang=en"))
    );
    assert!(
        member
            .page("/account")
            .await
            .contains("duty@kaihin.example")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_for_mail_is_pasted_compared_and_removed() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let member = Browser::of(&door, &nation, &nation.member).await;
    for (text, said) in [
        ("これは鍵ではない", "OpenPGP公開鍵でも証明書でもない"),
        (keys::EXPIRED, "期限切れです"),
        (keys::SIGNER, "暗号化に使える副鍵がありません"),
        (keys::WEAK, "RSA 2048ビット以上"),
    ] {
        let refused = member.post("/account/key", &[("key", text)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text.contains(said), "{said} in {}", refused.text);
        assert!(
            refused.text.contains(text.lines().next().unwrap()),
            "typed stays"
        );
    }
    leads_to(&member.post("/account/key", &[("key", keys::PERSON)]).await);
    let page = member.page("/account").await;
    assert!(page.contains("BF78 EF70 129C D64C A48B 506C 4E60 D881 C6E1 C1B7"));
    assert!(page.contains("Duty officer"));
    leads_to(&member.post("/account/key/remove", &[]).await);
    assert!(!member.page("/account").await.contains("BF78 EF70"));
}
