//! What surrounds the pages: liveness, readiness, metrics, and one log line for each request.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{
    Router,
    extract::{ConnectInfo, MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse as _, Response},
    routing::get,
};
use kaname_store::StoreError;
use kaname_world::{Caller, ClockDoubt, World, WorldError};
use tokio::time::timeout;

use super::{
    metrics::{Gauges, Metrics, TurnGauges},
    telling::told,
};
use crate::ambient;

/// Header that names a request, in answers and log lines.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Longest wait of the probe for the store: whoever asks has no more patience.
const PATIENCE: Duration = Duration::from_secs(2);
/// Most dead jobs that are counted.
const MOST_DEAD: u32 = 1_000;

#[derive(Clone)]
struct Probe {
    world: Arc<World>,
    metrics: Arc<Metrics>,
    /// Whether the last probe found it not ready: told once at each change, not at each probe.
    unready: Arc<AtomicBool>,
}

impl Probe {
    /// Tells the log when readiness has changed; `why` it is not ready.
    fn tell(&self, why: Option<&WorldError>) {
        let before = self.unready.swap(why.is_some(), Ordering::Relaxed);
        match (why, before) {
            (Some(why), false) => tracing::error!(cause = told(why), "not ready"),
            (None, true) => tracing::info!("ready again"),
            _ => {}
        }
    }
}

/// The pages with the probes beside them and the log around all.
pub(crate) fn around(pages: Router, world: Arc<World>, metrics: Arc<Metrics>) -> Router {
    let probe = Probe {
        world,
        metrics: Arc::clone(&metrics),
        unready: Arc::default(),
    };
    let probes = Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(numbers))
        .with_state(probe);
    pages
        .merge(probes)
        .layer(from_fn_with_state(metrics, logged))
}

/// Ready when the store answers, can be written, and holds a founded hub.
async fn ready(State(probe): State<Probe>) -> Response {
    let founded = async {
        probe.world.store().ping().await?;
        probe.world.hub().await
    };
    let founded = timeout(PATIENCE, founded).await.unwrap_or_else(|_| {
        let cause = "it does not answer within two seconds";
        Err(StoreError::unavailable("pinging", cause, false).into())
    });
    probe.tell(founded.as_ref().err());
    match founded {
        Ok(Some(_)) => match probe.world.clock_doubt() {
            None => "ready\n".into_response(),
            Some(ClockDoubt::Behind) => "ready\nwarning: the clock is before the ledger's newest event: \
                                         is it right? deadlines wait\n"
                .into_response(),
            Some(ClockDoubt::Ahead) => "ready\nwarning: the clock went far ahead, or is long after the \
                                        ledger's newest event: is it right? deadlines wait for some minutes\n"
                .into_response(),
        },
        Ok(None) => (StatusCode::SERVICE_UNAVAILABLE, "no hub is founded\n").into_response(),
        Err(_) => {
            let said = "the store does not answer, or cannot be written\n";
            (StatusCode::SERVICE_UNAVAILABLE, said).into_response()
        }
    }
}

/// Numbers tell how much there is, so they are for this machine only: what comes through a proxy or
/// from another machine finds nothing here.
async fn numbers(
    State(probe): State<Probe>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
) -> Response {
    let forwarded = headers.contains_key("x-forwarded-for") || headers.contains_key("forwarded");
    if !peer.ip().is_loopback() || forwarded {
        return StatusCode::NOT_FOUND.into_response();
    }
    let store = probe.world.store();
    let dead = store.dead_letters(MOST_DEAD).await;
    let peers = probe.world.peers(&Caller::system("metrics")).await;
    let sources = probe.world.sources(&Caller::system("metrics")).await;
    let now = probe.world.now();
    let gauges = Gauges {
        events: store.ledger_size().await.ok(),
        epoch: store.epoch().await.ok(),
        dead_jobs: dead.map(|dead| dead.len() as u64).ok(),
        notices: store.last_notice().await.ok(),
        peers: peers
            .map(|peers| TurnGauges::of(peers.iter().map(|peer| &peer.state.turns), now))
            .ok(),
        sources: sources
            .map(|sources| {
                let own = sources.iter().map(|one| &one.state);
                // What is handed over as a file is not behind.
                let own = own.filter(|one| one.definition.terms.url.is_some());
                TurnGauges::of(own.map(|one| &one.turns), now)
            })
            .ok(),
    };
    let form = [(
        header::CONTENT_TYPE,
        "text/plain; version=0.0.4; charset=utf-8",
    )];
    (form, probe.metrics.text(&gauges)).into_response()
}

/// One line for each request: the route's pattern, never the address as sent.
#[expect(clippy::disallowed_methods, reason = "a duration that is only told")]
async fn logged(State(metrics): State<Arc<Metrics>>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = hex(ambient::random::<8>());
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map_or("-", MatchedPath::as_str).to_owned();
    let mut response = next.run(request).await;
    let took = started.elapsed();
    let status = response.status().as_u16();
    metrics.answered(status, took);
    let duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    let quiet = matches!(
        route.as_str(),
        "/healthz" | "/readyz" | "/metrics" | "/assets/{file}"
    );
    // Why the store can't be used stands in the log already, not once for each request.
    let away = status == StatusCode::SERVICE_UNAVAILABLE.as_u16();
    if status >= 500 && !away {
        tracing::error!(request = %id, %method, %route, status, duration_ms, "answered");
    } else if quiet || away {
        tracing::debug!(request = %id, %method, %route, status, duration_ms, "answered");
    } else {
        tracing::info!(request = %id, %method, %route, status, duration_ms, "answered");
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

fn hex(bytes: [u8; 8]) -> String {
    format!("{:016x}", u64::from_be_bytes(bytes))
}
