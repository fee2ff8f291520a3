//! OpenID Connect against a real, small provider on loopback: discovery, keys, tokens, and every way in
//! which its answer must not be believed.

mod provider;

use std::sync::Arc;

use axum::{Json, Router, http::StatusCode};
use jiff::SignedDuration;
use kaname_testkit::{Nation, Person};
use kaname_web::house::House;
use kaname_world::sign_in::oidc::{OpenId, OpenIdSettings};
use serde_json::json;
use url::Url;

use self::provider::{CLIENT, Plan, Provider, SECRET};
use crate::{
    browser::{Browser, leads_to},
    house::{Answer, Door},
};

struct Setting {
    nation: Nation,
    provider: Provider,
    door: Door,
}

impl Setting {
    async fn new() -> Self {
        Self::with(|_| {}).await
    }

    async fn with(change: impl FnOnce(&mut OpenIdSettings)) -> Self {
        let nation = Nation::new().await;
        let world = Arc::clone(&nation.world);
        let provider = provider::serve(move || world.now().as_second()).await;
        let issuer = provider.issuer.clone();
        let mut settings = OpenIdSettings {
            issuer,
            client_id: CLIENT.to_owned(),
            client_secret: Some(SECRET.to_owned()),
            label: ["庁内ID".to_owned(), "Agency ID".to_owned()],
            ..OpenIdSettings::default()
        };
        change(&mut settings);
        let openid = OpenId::new(settings).unwrap();
        let door = Door::with(&nation, "http://hub.test", |house: House| {
            house.with_openid(openid)
        });
        Self {
            nation,
            provider,
            door,
        }
    }

    fn plan(&self, change: impl FnOnce(&mut Plan)) {
        change(&mut self.provider.plan.lock().unwrap());
    }

    /// Links the planned subject to the person's account, by the pages.
    async fn link(&self, person: &Person) {
        let browser = Browser::of(&self.door, &self.nation, person).await;
        let answer = link_begun(&browser).await;
        let back = self.provider.consents(&provider_in(&answer));
        assert_eq!(leads_to(&browser.get(&back).await), "/account/openid");
        let page = browser.page("/account/openid").await;
        assert!(
            page.contains("IDを結び付けました") && page.contains("Subject 7"),
            "{page}"
        );
    }

    /// Walks from the sign-in page through the provider and back.
    async fn enter(&self, browser: &Browser<'_>) -> Answer {
        let to = leads_to(&browser.get("/sign-in/openid?next=%2Flibrary").await);
        browser.get(&self.provider.consents(&to)).await
    }
}

async fn link_begun(browser: &Browser<'_>) -> Answer {
    let answer = browser.post("/account/openid/link", &[]).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    answer
}

/// The address at the provider that a page leads to.
fn provider_in(answer: &Answer) -> String {
    let rest = answer.text.split("href=\"http://127.0.0.1").nth(1).unwrap();
    let address = format!("http://127.0.0.1{}", rest.split('"').next().unwrap());
    address.replace("&amp;", "&").replace("&#38;", "&")
}

fn refused(answer: &Answer, words: &str) {
    assert_eq!(
        answer.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        answer.text
    );
    assert!(answer.text.contains(words), "not {words}: {}", answer.text);
}

const UNTRUSTED: &str = "認証プロバイダーの応答を信頼できない";

#[tokio::test(flavor = "multi_thread")]
async fn a_linked_identity_enters_with_either_algorithm() {
    let s = Setting::new().await;
    s.link(&s.nation.member).await;
    for algorithm in ["RS256", "ES256"] {
        s.plan(|plan| plan.algorithm = algorithm);
        let browser = Browser::nobody(&s.door);
        let page = browser.page("/sign-in").await;
        assert!(page.contains("庁内IDでサインイン"), "{page}");
        assert_eq!(leads_to(&s.enter(&browser).await), "/library");
        let page = browser.page("/account").await;
        assert!(page.contains("kaihin-csirt"), "{page}");
        // Nothing says that the provider asked for more than one factor.
        let again = browser.get("/account/passkeys").await;
        assert_eq!(again.status, StatusCode::OK);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_identity_nobody_linked_stays_outside() {
    let s = Setting::new().await;
    let browser = Browser::nobody(&s.door);
    let answer = s.enter(&browser).await;
    refused(&answer, "Subject 7");
    assert_eq!(
        leads_to(&browser.get("/account").await),
        "/sign-in?next=%2Faccount"
    );
    s.link(&s.nation.member).await;
    s.plan(|plan| plan.subject = "subject 7".to_owned());
    refused(&s.enter(&Browser::nobody(&s.door)).await, "subject 7");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_linked_and_a_disabled_account_stays_outside() {
    let s = Setting::new().await;
    let world = &s.nation.world;
    let shell = kaname_world::Caller::system("shell");
    let settings = OpenIdSettings {
        issuer: s.provider.issuer.clone(),
        client_id: CLIENT.to_owned(),
        ..OpenIdSettings::default()
    };
    let openid = OpenId::new(settings).unwrap();
    let account = s.nation.member.account;
    world
        .link_identity(&shell, account, &openid, "Subject 7")
        .await
        .unwrap();
    let taken = world
        .link_identity(&shell, s.nation.provider.account, &openid, "Subject 7")
        .await;
    assert!(taken.is_err(), "an identity belongs to one account");
    let browser = Browser::nobody(&s.door);
    assert_eq!(leads_to(&s.enter(&browser).await), "/library");
    let disable = |account: &kaname_directory::Account| account.disable("離任".parse().unwrap());
    world
        .change_account(&shell, account, None, disable)
        .await
        .unwrap();
    refused(&s.enter(&Browser::nobody(&s.door)).await, "Subject 7");
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_that_do_not_fit_are_not_believed() {
    let s = Setting::new().await;
    s.link(&s.nation.member).await;
    let now = s.nation.world.now().as_second();
    let wrong = [
        ("another nonce", json!({"nonce": "other"})),
        ("another issuer", json!({"iss": "https://evil.test"})),
        ("another client", json!({"aud": "other"})),
        (
            "issued to another",
            json!({"aud": [CLIENT, "other"], "azp": "other"}),
        ),
        (
            "several clients, none named",
            json!({"aud": [CLIENT, "other"]}),
        ),
        ("expired", json!({"exp": now - 120})),
        ("without an end", json!({"exp": null})),
        ("issued long ago", json!({"iat": now - 3_600})),
        ("issued tomorrow", json!({"iat": now + 86_400})),
        ("not yet valid", json!({"nbf": now + 3_600})),
        ("nobody", json!({"sub": ""})),
    ];
    for (what, claims) in wrong {
        s.plan(|plan| plan.claims = claims);
        let answer = s.enter(&Browser::nobody(&s.door)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{what}");
        refused(&answer, UNTRUSTED);
    }
    s.plan(|plan| plan.claims = json!({"aud": [CLIENT, "other"], "azp": CLIENT}));
    assert_eq!(
        leads_to(&s.enter(&Browser::nobody(&s.door)).await),
        "/library"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_providers_own_signature_counts() {
    let s = Setting::new().await;
    s.link(&s.nation.member).await;
    for algorithm in ["none", "HS256"] {
        s.plan(|plan| plan.algorithm = algorithm);
        refused(&s.enter(&Browser::nobody(&s.door)).await, UNTRUSTED);
    }
    for algorithm in ["RS256", "ES256"] {
        s.plan(|plan| (plan.algorithm, plan.forged) = (algorithm, true));
        refused(&s.enter(&Browser::nobody(&s.door)).await, UNTRUSTED);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_counts_once_in_the_browser_that_left_and_for_ten_minutes() {
    let s = Setting::new().await;
    s.link(&s.nation.member).await;
    let unknown = "このブラウザーで始めたサインインではない";
    let browser = Browser::nobody(&s.door);
    let back = s
        .provider
        .consents(&leads_to(&browser.get("/sign-in/openid").await));
    refused(&Browser::nobody(&s.door).get(&back).await, unknown);
    refused(&browser.get(&back).await, unknown);
    let back = s
        .provider
        .consents(&leads_to(&browser.get("/sign-in/openid").await));
    assert_eq!(leads_to(&browser.get(&back).await), "/");
    let browser = Browser::nobody(&s.door);
    let back = s
        .provider
        .consents(&leads_to(&browser.get("/sign-in/openid").await));
    s.nation.clock.advance(SignedDuration::from_mins(11));
    refused(&browser.get(&back).await, unknown);
    let back = s
        .provider
        .consents(&leads_to(&browser.get("/sign-in/openid").await));
    let mixed = back.replace("iss=http", "iss=https");
    refused(&browser.get(&mixed).await, UNTRUSTED);
    let to = leads_to(&browser.get("/sign-in/openid").await);
    let to = Url::parse(&to).unwrap();
    let (_, state) = to.query_pairs().find(|(name, _)| name == "state").unwrap();
    let denied = format!("/sign-in/openid/back?error=access_denied&state={state}");
    refused(
        &browser.get(&denied).await,
        "認証プロバイダーがサインインを認めませんでした",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_identity_is_linked_to_the_account_that_asked() {
    let s = Setting::new().await;
    let one = Browser::of(&s.door, &s.nation, &s.nation.member).await;
    let back = s.provider.consents(&provider_in(&link_begun(&one).await));
    let other = Browser::of(&s.door, &s.nation, &s.nation.provider).await;
    assert_eq!(leads_to(&other.get(&back).await), "/account/openid");
    let page = other.page("/account/openid").await;
    assert!(!page.contains("Subject 7"), "{page}");
    s.link(&s.nation.member).await;
    let issuer = s.provider.issuer.as_str();
    let cut = [("issuer", issuer), ("subject", "Subject 7")];
    let one = Browser::of(&s.door, &s.nation, &s.nation.member).await;
    assert_eq!(
        leads_to(&one.post("/account/openid/unlink", &cut).await),
        "/account/openid"
    );
    refused(&s.enter(&Browser::nobody(&s.door)).await, "Subject 7");
}

#[tokio::test(flavor = "multi_thread")]
async fn claims_count_as_configured() {
    let s = Setting::with(|settings| {
        settings
            .required_claims
            .insert("groups".to_owned(), "csirt".to_owned());
        settings.second_factor_amr.insert("mfa".to_owned());
        settings.second_factor_acr.insert("urn:two".to_owned());
    })
    .await;
    s.plan(|plan| plan.claims = json!({"groups": ["csirt", "all"]}));
    s.link(&s.nation.member).await;
    s.plan(|plan| plan.claims = json!({"groups": ["all"]}));
    refused(
        &s.enter(&Browser::nobody(&s.door)).await,
        "このハブが求める項目",
    );
    let seconds = [
        (json!({"groups": "csirt"}), false),
        (json!({"groups": "csirt", "amr": ["pwd", "mfa"]}), true),
        (json!({"groups": "csirt", "acr": "urn:two"}), true),
        (
            json!({"groups": "csirt", "acr": "mfa", "amr": "urn:two"}),
            false,
        ),
    ];
    for (claims, second) in seconds {
        let said = claims.to_string();
        s.plan(|plan| plan.claims = claims);
        let browser = Browser::nobody(&s.door);
        assert_eq!(leads_to(&s.enter(&browser).await), "/library");
        let token = browser.cookie("kaname-session");
        let (caller, _) = s.nation.world.resume(&token).await.unwrap();
        assert_eq!(caller.principal.second_factor, second, "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_provider_there_is_no_such_way() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let browser = Browser::nobody(&door);
    assert!(!browser.page("/sign-in").await.contains("/sign-in/openid"));
    assert_eq!(
        browser.get("/sign-in/openid").await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        browser.get("/sign-in/openid/back").await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_away_or_calls_itself_otherwise_is_said() {
    let nation = Nation::new().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let issuer = format!("http://{}", listener.local_addr().unwrap());
    let other = json!({
        "issuer": "https://evil.test", "authorization_endpoint": "https://evil.test/a",
        "token_endpoint": "https://evil.test/t", "jwks_uri": "https://evil.test/k",
    });
    let routes = Router::new().fallback(move || async { Json(other) });
    let serving = tokio::spawn(async move { axum::serve(listener, routes).await });
    let settings = OpenIdSettings {
        issuer,
        client_id: CLIENT.to_owned(),
        ..OpenIdSettings::default()
    };
    let openid = OpenId::new(settings).unwrap();
    let door = Door::with(&nation, "http://hub.test", |house| {
        house.with_openid(openid)
    });
    let browser = Browser::nobody(&door);
    let words = "認証プロバイダーにつながりません";
    refused(&browser.get("/sign-in/openid").await, words);
    serving.abort();
    let _ = serving.await;
    refused(&browser.get("/sign-in/openid").await, words);
}

/// A steward links an identity to a colleague's account and cuts the link again; a steward of another
/// party does not know the account.
#[tokio::test(flavor = "multi_thread")]
async fn a_steward_links_and_unlinks_for_somebody() {
    let s = Setting::new().await;
    let member = &s.nation.member;
    let at = format!("/accounts/{}/openid", member.account);
    let steward = [kaname_kernel::Role::Steward];
    let steward = s.nation.hire(member.party, "kaihin-kanri", &steward).await;
    let steward = Browser::of(&s.door, &s.nation, &steward).await;
    assert!(steward.page("/directory/kaihin").await.contains(&at));
    let empty = steward.post(&at, &[("subject", "")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(empty.text.contains("id=\"subject-error\""));
    leads_to(&steward.post(&at, &[("subject", "Subject 7")]).await);
    let browser = Browser::nobody(&s.door);
    assert_eq!(leads_to(&s.enter(&browser).await), "/library");
    let twice = steward.post(&at, &[("subject", "Subject 7")]).await;
    assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY);
    let other = Browser::of(&s.door, &s.nation, &s.nation.provider).await;
    let unlink = format!("{at}/unlink");
    for path in [&at, &unlink] {
        assert_eq!(other.get(path).await.status, StatusCode::NOT_FOUND);
        let answer = other
            .post(path, &[("subject", "x"), ("identity", "0")])
            .await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
    }
    assert!(steward.page(&unlink).await.contains("Subject 7"));
    let none = steward.post(&unlink, &[("identity", "7")]).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    leads_to(&steward.post(&unlink, &[("identity", "0")]).await);
    refused(&s.enter(&Browser::nobody(&s.door)).await, "Subject 7");
    // Like every act of administration it needs a second factor shown lately.
    s.nation.clock.advance(SignedDuration::from_mins(20));
    let late = steward.post(&at, &[("subject", "Subject 7")]).await;
    assert_eq!(late.status, StatusCode::UNAUTHORIZED, "{}", late.text);
}
