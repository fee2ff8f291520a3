//! The house with a nation in it, asked without a network.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode, header},
};
use kaname_kernel::{Clock, SeededRng};
use kaname_testkit::Nation;
use kaname_web::{
    frame::{Cast, CsrfKey, Settings},
    house::House,
    room,
    route::{self, Audit},
};
use kaname_world::World;
use serde_json::Value;
use tower::ServiceExt as _;

use crate::described;

pub(crate) const TAXII: &str = "application/taxii+json;version=2.1";

/// An answer, its body read.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }
}

/// The way in. Each answer is held against the table: what the endpoint says it leaves in the ledger is
/// what it left there.
pub(crate) struct Door {
    router: Router,
    world: Arc<World>,
    /// Requests begun so far, and those that are on their way.
    begun: AtomicUsize,
    running: AtomicUsize,
}

impl Door {
    pub(crate) fn of(nation: &Nation) -> Self {
        Self::with(nation, "http://hub.test/", |house| house)
    }

    /// Under another address, with more than the usual.
    pub(crate) fn with(
        nation: &Nation,
        public_url: &str,
        more: impl FnOnce(House) -> House,
    ) -> Self {
        Self::built(nation, public_url, None, more)
    }

    /// As the demo opens it, with what it says of its main people.
    pub(crate) fn of_demo(nation: &Nation, cast: Cast) -> Self {
        Self::built(nation, "http://hub.test/", Some(cast), |house| house)
    }

    fn built(
        nation: &Nation,
        public_url: &str,
        demo: Option<Cast>,
        more: impl FnOnce(House) -> House,
    ) -> Self {
        let clock: Arc<dyn Clock> = nation.clock.clone();
        let settings = Settings {
            hub: [
                "国家サイバー統括室（架空）".into(),
                "National Cyber Office".into(),
            ],
            csrf: CsrfKey::new([7; 32]),
            secure: false,
            exercise: None,
            demo,
            clock,
            rng: Arc::new(SeededRng::new(1)),
        };
        let world = Arc::clone(&nation.world);
        let house = more(House::new(world, settings, public_url, false));
        let endpoints = room::endpoints();
        assert_eq!(route::faults(&endpoints), [""; 0]);
        Self {
            router: route::router(&house, endpoints).with_state(house),
            world: Arc::clone(&nation.world),
            begun: AtomicUsize::new(0),
            running: AtomicUsize::new(0),
        }
    }

    /// The answer, after the events it left were compared with what the endpoint's row says. Requests
    /// that overlap with others cannot be told apart and are not compared.
    async fn answer(&self, request: Request<Body>) -> axum::response::Response {
        let store = self.world.store();
        let what = format!("{} {}", request.method(), request.uri());
        let others = self.running.fetch_add(1, Ordering::SeqCst);
        let mine = self.begun.fetch_add(1, Ordering::SeqCst) + 1;
        let before = store.ledger_size().await;
        let response = self.router.clone().oneshot(request).await.unwrap();
        let after = store.ledger_size().await;
        let alone = others == 0 && self.begun.load(Ordering::SeqCst) == mine;
        self.running.fetch_sub(1, Ordering::SeqCst);
        let (Ok(before), Ok(after), true) = (before, after, alone) else {
            return response;
        };
        let left = match after > before {
            true => store.events(before, 1_000).await.unwrap(),
            false => Vec::new(),
        };
        let left: Vec<String> = left
            .iter()
            .map(|stored| &stored.event.header)
            .map(|header| format!("{}.{}", header.matter_kind, header.kind))
            .collect();
        match response.extensions().get::<Audit>() {
            None => assert_eq!(left, [""; 0], "{what}: refused before any endpoint"),
            Some(Audit::None(why)) => assert_eq!(left, [""; 0], "{what} should leave none: {why}"),
            Some(audit) if says_done(&response) || !left.is_empty() => {
                let kinds = audit.kinds();
                let is_told = left.iter().all(|one| kinds.contains(&one.as_str()));
                assert!(
                    is_told && !left.is_empty(),
                    "{what} left {left:?}, the table says {kinds:?}"
                );
            }
            Some(_) => {}
        }
        response
    }

    /// The body of an answer that goes on.
    pub(crate) async fn stream(&self, request: Request<Body>) -> axum::body::BodyDataStream {
        let response = self.answer(request).await;
        assert_eq!(response.status(), StatusCode::OK);
        response.into_body().into_data_stream()
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let accept = request.headers().get(header::ACCEPT);
        let is_browser = accept.is_some_and(|accept| accept == "text/html");
        let response = self.answer(request).await;
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 256 << 20).await.unwrap();
        let answer = Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8(bytes.to_vec()).unwrap(),
        };
        if path.starts_with("/api/") && !is_browser {
            described::check(&method, &path, answer.status, &answer.headers, &answer.text);
        }
        answer
    }

    /// GET by nobody, for bodies that are no text.
    pub(crate) async fn bytes(&self, path: &str) -> (StatusCode, Vec<u8>) {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = self.answer(request).await;
        let status = response.status();
        (
            status,
            to_bytes(response.into_body(), 1 << 20)
                .await
                .unwrap()
                .to_vec(),
        )
    }

    /// GET over TAXII with a key.
    pub(crate) async fn taxii(&self, path: &str, key: &str) -> Answer {
        self.send(
            get(path, key)
                .header(header::ACCEPT, TAXII)
                .body(Body::empty())
                .unwrap(),
        )
        .await
    }

    /// GET with a key.
    pub(crate) async fn get(&self, path: &str, key: &str) -> Answer {
        self.send(get(path, key).body(Body::empty()).unwrap()).await
    }

    /// POST of an envelope with a key.
    pub(crate) async fn post(&self, path: &str, key: &str, body: impl Into<Body>) -> Answer {
        let request = Request::post(path)
            .header(header::AUTHORIZATION, format!("Bearer {key}"))
            .header(header::ACCEPT, TAXII)
            .header(header::CONTENT_TYPE, TAXII);
        self.send(request.body(body.into()).unwrap()).await
    }
}

pub(crate) fn get(path: &str, key: &str) -> axum::http::request::Builder {
    Request::get(path).header(header::AUTHORIZATION, format!("Bearer {key}"))
}

/// Whether an answer sends the browser on with the word that it is done.
fn says_done(response: &axum::response::Response) -> bool {
    let cookies = response.headers().get_all(header::SET_COOKIE);
    let mut cookies = cookies.iter().filter_map(|cookie| cookie.to_str().ok());
    cookies.any(|cookie| cookie.starts_with("kaname-flash=d"))
}
