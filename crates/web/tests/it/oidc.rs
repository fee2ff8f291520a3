//! OpenID Connect against a real, small provider on loopback: discovery, keys, tokens, and every way in
//! which its answer must not be believed.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use axum::{Form, Json, Router, extract::State, http::StatusCode, routing};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use jiff::SignedDuration;
use kaname_testkit::{Nation, Person};
use kaname_web::house::House;
use kaname_world::sign_in::oidc::{OpenId, OpenIdSettings};
use ring::{
    digest::{SHA256, digest},
    rand::SystemRandom,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair,
        RsaPublicKeyComponents,
    },
};
use serde_json::{Value, json};
use url::Url;

use crate::{
    browser::{Browser, leads_to},
    house::{Answer, Door},
};

/// An RSA key made for this test and used nowhere else, PKCS#1.
const RSA: &str = include_str!("oidc_key.txt");
const CLIENT: &str = "kaname hub";
const SECRET: &str = "s/cret";

/// What the provider puts into its next tokens.
#[derive(Clone)]
struct Plan {
    algorithm: &'static str,
    subject: String,
    /// Claims that replace the right ones.
    claims: Value,
    /// Whether the token's last byte is changed.
    forged: bool,
}

struct Inside {
    issuer: String,
    rsa: RsaKeyPair,
    ec: EcdsaKeyPair,
    plan: Mutex<Plan>,
    /// Codes given out, with what was asked.
    codes: Mutex<BTreeMap<String, BTreeMap<String, String>>>,
    now: Box<dyn Fn() -> i64 + Send + Sync>,
}

type Provider = Arc<Inside>;

fn encoded(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

impl Inside {
    fn token(&self, nonce: &str) -> String {
        let plan = self.plan.lock().unwrap().clone();
        let now = (self.now)();
        let mut claims = json!({
            "iss": self.issuer, "sub": plan.subject, "aud": CLIENT, "nonce": nonce,
            "iat": now, "exp": now + 300,
        });
        let replaced = plan.claims.as_object().unwrap().clone();
        claims.as_object_mut().unwrap().extend(replaced);
        let header = json!({"alg": plan.algorithm, "typ": "JWT", "kid": plan.algorithm});
        let signed = format!("{}.{}", encoded(&header), encoded(&claims));
        let rng = SystemRandom::new();
        let mut signature = match plan.algorithm {
            "RS256" => {
                let mut signature = vec![0; self.rsa.public().modulus_len()];
                self.rsa
                    .sign(&RSA_PKCS1_SHA256, &rng, signed.as_bytes(), &mut signature)
                    .unwrap();
                signature
            }
            "ES256" => self
                .ec
                .sign(&rng, signed.as_bytes())
                .unwrap()
                .as_ref()
                .to_vec(),
            _ => Vec::new(),
        };
        if plan.forged {
            *signature.last_mut().unwrap() ^= 1;
        }
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// What a person does there: they are known, and are led back with a code.
    fn consents(&self, address: &str) -> String {
        let address = Url::parse(address).unwrap();
        assert!(
            address
                .as_str()
                .starts_with(&format!("{}/authorize?", self.issuer))
        );
        let asked: BTreeMap<String, String> = address.query_pairs().into_owned().collect();
        assert_eq!(asked["response_type"], "code");
        assert_eq!(asked["client_id"], CLIENT);
        assert_eq!(asked["code_challenge_method"], "S256");
        let mut codes = self.codes.lock().unwrap();
        let code = format!("code-{}", codes.len());
        codes.insert(code.clone(), asked.clone());
        let redirect = Url::parse(&asked["redirect_uri"]).unwrap();
        assert_eq!(redirect.host_str(), Some("hub.test"));
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("code", &code)
            .append_pair("state", &asked["state"])
            .append_pair("iss", &self.issuer)
            .finish();
        format!("{}?{query}", redirect.path())
    }
}

async fn discovery(State(provider): State<Provider>) -> Json<Value> {
    let issuer = &provider.issuer;
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/keys"),
        "authorization_response_iss_parameter_supported": true,
    }))
}

async fn keys(State(provider): State<Provider>) -> Json<Value> {
    let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let point = provider.ec.public_key().as_ref();
    let public: RsaPublicKeyComponents<Vec<u8>> = provider.rsa.public().into();
    Json(json!({"keys": [
        {"kty": "RSA", "kid": "RS256", "use": "sig", "n": text(&public.n), "e": text(&public.e)},
        {"kty": "EC", "kid": "ES256", "crv": "P-256", "x": text(&point[1..33]), "y": text(&point[33..])},
        {"kty": "oct", "kid": "HS256", "k": "c2VjcmV0"},
    ]}))
}

/// Takes the code once, with the client's secret and the verifier.
async fn token(
    State(provider): State<Provider>,
    headers: axum::http::HeaderMap,
    Form(form): Form<BTreeMap<String, String>>,
) -> Result<Json<Value>, StatusCode> {
    let asked = provider
        .codes
        .lock()
        .unwrap()
        .remove(&form["code"])
        .ok_or(StatusCode::BAD_REQUEST)?;
    let basic = format!("Basic {}", STANDARD.encode("kaname+hub:s%2Fcret"));
    let verifier = digest(&SHA256, form["code_verifier"].as_bytes());
    let fits = headers["authorization"] == basic.as_str()
        && asked["code_challenge"] == URL_SAFE_NO_PAD.encode(verifier)
        && asked["redirect_uri"] == form["redirect_uri"]
        && form["grant_type"] == "authorization_code";
    if !fits {
        return Err(StatusCode::UNAUTHORIZED);
    }
    let token = provider.token(&asked["nonce"]);
    Ok(Json(
        json!({"access_token": "x", "token_type": "Bearer", "id_token": token}),
    ))
}

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
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let kind = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let rng = SystemRandom::new();
        let pair = EcdsaKeyPair::generate_pkcs8(kind, &rng).unwrap();
        let rsa: String = RSA.split_whitespace().collect();
        let world = Arc::clone(&nation.world);
        let provider = Arc::new(Inside {
            issuer: issuer.clone(),
            rsa: RsaKeyPair::from_der(&STANDARD.decode(rsa).unwrap()).unwrap(),
            ec: EcdsaKeyPair::from_pkcs8(kind, pair.as_ref(), &rng).unwrap(),
            plan: Mutex::new(Plan {
                algorithm: "RS256",
                subject: "Subject 7".to_owned(),
                claims: json!({}),
                forged: false,
            }),
            codes: Mutex::default(),
            now: Box::new(move || world.now().as_second()),
        });
        let routes = Router::new()
            .route("/.well-known/openid-configuration", routing::get(discovery))
            .route("/keys", routing::get(keys))
            .route("/token", routing::post(token))
            .with_state(Arc::clone(&provider));
        tokio::spawn(async move { axum::serve(listener, routes).await });
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
async fn an_administrator_links_and_a_disabled_account_stays_outside() {
    let s = Setting::new().await;
    let world = &s.nation.world;
    let admin = s.nation.caller(&s.nation.administrator).await;
    let settings = OpenIdSettings {
        issuer: s.provider.issuer.clone(),
        client_id: CLIENT.to_owned(),
        ..OpenIdSettings::default()
    };
    let openid = OpenId::new(settings).unwrap();
    let account = s.nation.member.account;
    world
        .link_identity(&admin, account, &openid, "Subject 7")
        .await
        .unwrap();
    let taken = world
        .link_identity(&admin, s.nation.provider.account, &openid, "Subject 7")
        .await;
    assert!(taken.is_err(), "an identity belongs to one account");
    let browser = Browser::nobody(&s.door);
    assert_eq!(leads_to(&s.enter(&browser).await), "/library");
    let disable = |account: &kaname_directory::Account| account.disable("離任".parse().unwrap());
    world
        .change_account(&admin, account, None, disable)
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
