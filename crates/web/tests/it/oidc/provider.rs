//! A small OpenID provider with keys of its own, which says what its plan says.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use axum::{Form, Json, Router, extract::State, http::StatusCode, routing};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
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

/// An RSA key made for this test and used nowhere else, PKCS#1.
const RSA: &str = include_str!("key.txt");
pub(crate) const CLIENT: &str = "kaname hub";
pub(crate) const SECRET: &str = "s/cret";

/// What the provider puts into its next tokens.
#[derive(Clone)]
pub(crate) struct Plan {
    pub(crate) algorithm: &'static str,
    pub(crate) subject: String,
    /// Claims that replace the right ones.
    pub(crate) claims: Value,
    /// Whether the token's last byte is changed.
    pub(crate) forged: bool,
}

pub(crate) struct Inside {
    pub(crate) issuer: String,
    rsa: RsaKeyPair,
    ec: EcdsaKeyPair,
    pub(crate) plan: Mutex<Plan>,
    /// Codes given out, with what was asked.
    codes: Mutex<BTreeMap<String, BTreeMap<String, String>>>,
    now: Box<dyn Fn() -> i64 + Send + Sync>,
}

pub(crate) type Provider = Arc<Inside>;

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
    pub(crate) fn consents(&self, address: &str) -> String {
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

/// Starts to serve on a free port.
pub(crate) async fn serve(now: impl Fn() -> i64 + Send + Sync + 'static) -> Provider {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let issuer = format!("http://{}", listener.local_addr().unwrap());
    let kind = &ECDSA_P256_SHA256_FIXED_SIGNING;
    let rng = SystemRandom::new();
    let pair = EcdsaKeyPair::generate_pkcs8(kind, &rng).unwrap();
    let rsa: String = RSA.split_whitespace().collect();
    let provider = Arc::new(Inside {
        issuer,
        rsa: RsaKeyPair::from_der(&STANDARD.decode(rsa).unwrap()).unwrap(),
        ec: EcdsaKeyPair::from_pkcs8(kind, pair.as_ref(), &rng).unwrap(),
        plan: Mutex::new(Plan {
            algorithm: "RS256",
            subject: "Subject 7".to_owned(),
            claims: json!({}),
            forged: false,
        }),
        codes: Mutex::default(),
        now: Box::new(now),
    });
    let routes = Router::new()
        .route("/.well-known/openid-configuration", routing::get(discovery))
        .route("/keys", routing::get(keys))
        .route("/token", routing::post(token))
        .with_state(Arc::clone(&provider));
    tokio::spawn(async move { axum::serve(listener, routes).await });
    provider
}
