//! Accepting connections, within bounds: how many at a time, how long a handshake and a request's
//! header may take, and how long an idle connection is kept.

use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError, atomic::Ordering::Relaxed},
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{Request, Response, header},
};
use futures_util::StreamExt as _;
use hyper::body::Incoming;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto::Builder, graceful::GracefulShutdown},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    time::timeout,
};
use tokio_rustls::TlsAcceptor;
use tower::Service as _;

use super::{
    first_bytes::begun,
    handles,
    metrics::Metrics,
    peers::{Peers, Place},
    telling::Seldom,
    tls,
};
use crate::{
    config::Config,
    fault::{Exit, Fault},
};

/// Longest wait for open requests at the end.
const ENDING: Duration = Duration::from_secs(10);
/// How often connections that were turned away or given up are told, for each reason.
const TELL_EVERY: Duration = Duration::from_secs(10);
/// How often a want of file handles is told.
const TELL_HANDLES_EVERY: Duration = Duration::from_secs(60);
/// File handles that the store, the bus and what goes out need beside the connections.
const OTHER_HANDLES: usize = 64;
/// Pause after the system refused to hand over a connection (no file handles left).
const REFUSED_PAUSE: Duration = Duration::from_millis(100);

/// Where the server listens, ready to accept.
pub(crate) struct Doors {
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    permits: Arc<Semaphore>,
    /// None behind a proxy, where all come from one address.
    peers: Option<Arc<Peers>>,
    bounds: Bounds,
}

/// How long a connection is waited for, and how much of it is taken.
#[derive(Clone, Copy)]
struct Bounds {
    /// For its first byte, its TLS handshake, and the header of each request.
    header_timeout: Duration,
    /// Largest header of a request, in bytes.
    header_bytes: u32,
    /// HTTP/2 requests at a time.
    streams: u32,
}

impl Doors {
    /// Binds the address and reads the certificate.
    pub(crate) async fn open(config: &Config) -> Result<Self, Fault> {
        let address = config.address();
        let tls = match (
            config.path("listen.tls_cert"),
            config.path("listen.tls_key"),
        ) {
            (Some(cert), Some(key)) => Some(tls::acceptor(cert, key)?),
            _ => None,
        };
        let listener = TcpListener::bind(address).await.map_err(|error| {
            let (why, hint) = match error.kind() {
                std::io::ErrorKind::AddrInUse => (
                    ": it is in use",
                    "is another server running there? choose another address or port",
                ),
                std::io::ErrorKind::PermissionDenied => (
                    ": this user may not",
                    "ports below 1024 are the system's: choose a higher one, behind a proxy, or give the \
                     program CAP_NET_BIND_SERVICE",
                ),
                _ => ("", "is it an address of this machine?"),
            };
            Fault::new(Exit::Failed, format!("{address} cannot be listened on{why}"))
                .because(&error)
                .at(config.origin("listen.address").to_string())
                .hint(hint)
        })?;
        let number = |key| usize::try_from(config.number(key)).unwrap_or(2_048);
        let small = |key| u32::try_from(config.number(key)).unwrap_or(u32::MAX);
        let connections = number("listen.max_connections");
        let of_one = number("listen.max_connections_per_address");
        warn_of_handles(connections);
        let behind_proxy = config.switch("listen.behind_proxy");
        Ok(Self {
            listener,
            tls,
            permits: Arc::new(Semaphore::new(connections)),
            peers: (!behind_proxy).then(|| Peers::new(of_one)),
            bounds: Bounds {
                header_timeout: Duration::from_secs(
                    config.number("listen.header_timeout_s").max(1),
                ),
                header_bytes: small("listen.max_header"),
                streams: small("listen.max_streams"),
            },
        })
    }

    /// The address bound, with its port.
    pub(crate) fn address(&self) -> Option<SocketAddr> {
        self.listener.local_addr().ok()
    }

    /// Serves until told to stop; then waits for open requests.
    pub(crate) async fn serve(
        self,
        router: Router,
        metrics: Arc<Metrics>,
        mut stop: watch::Receiver<bool>,
    ) {
        let graceful = GracefulShutdown::new();
        let seldom = Arc::new(Mutex::new(Seldom::new(TELL_EVERY)));
        let mut want = Seldom::new(TELL_HANDLES_EVERY);
        loop {
            let permit = Arc::clone(&self.permits).acquire_owned();
            let accepted = async {
                let permit = permit.await.ok()?;
                Some((permit, self.listener.accept().await))
            };
            let accepted = tokio::select! {
                _ = stop.wait_for(|stop| *stop) => break,
                accepted = accepted => accepted,
            };
            let Some((permit, accepted)) = accepted else {
                break;
            };
            match accepted {
                Ok((stream, peer)) => {
                    let place = self.peers.as_ref().map(|peers| peers.admit(peer.ip()));
                    if matches!(place, Some(None)) {
                        metrics.turned_away.fetch_add(1, Relaxed);
                        if worth_telling(&seldom, "turned away") {
                            tracing::warn!(
                                peer = %peer.ip(),
                                so_far = metrics.turned_away.load(Relaxed),
                                "a connection was turned away: its address has too many open \
                                 (listen.max_connections_per_address)"
                            );
                        }
                        continue;
                    }
                    let connection = Connection {
                        router: router.clone(),
                        metrics: Arc::clone(&metrics),
                        tls: self.tls.clone(),
                        bounds: self.bounds,
                        peer,
                        stop: stop.clone(),
                        watcher: graceful.watcher(),
                        seldom: Arc::clone(&seldom),
                        _permit: permit,
                        _place: place.flatten(),
                    };
                    tokio::spawn(connection.serve(stream));
                }
                Err(error) => {
                    if want.now(&error.to_string()) {
                        tracing::error!(
                            %error,
                            hint = "are there file handles left? raise the hard limit (ulimit -Hn, \
                                    LimitNOFILE=) or lower listen.max_connections",
                            "connections cannot be accepted"
                        );
                    }
                    tokio::time::sleep(REFUSED_PAUSE).await;
                }
            }
        }
        drop(self.listener);
        if timeout(ENDING, graceful.shutdown()).await.is_err() {
            tracing::warn!("some requests were still open after ten seconds");
        }
    }
}

struct Connection {
    router: Router,
    metrics: Arc<Metrics>,
    tls: Option<TlsAcceptor>,
    bounds: Bounds,
    peer: SocketAddr,
    stop: watch::Receiver<bool>,
    watcher: hyper_util::server::graceful::Watcher,
    seldom: Arc<Mutex<Seldom>>,
    _permit: OwnedSemaphorePermit,
    _place: Option<Place>,
}

impl Connection {
    async fn serve(self, stream: TcpStream) {
        self.metrics.accepted.fetch_add(1, Relaxed);
        self.metrics.open.fetch_add(1, Relaxed);
        let metrics = Arc::clone(&self.metrics);
        let (seldom, peer) = (Arc::clone(&self.seldom), self.peer.ip());
        // Small answers go out at once.
        let _ = stream.set_nodelay(true);
        let talked = match self.tls.clone() {
            None => self.talk(stream).await,
            Some(acceptor) => {
                match timeout(self.bounds.header_timeout, acceptor.accept(stream)).await {
                    Ok(Ok(stream)) => self.talk(stream).await,
                    Ok(Err(_)) => Err("its TLS handshake is wrong"),
                    Err(_) => Err("its TLS handshake takes too long"),
                }
            }
        };
        if let Err(why) = talked {
            metrics.given_up.fetch_add(1, Relaxed);
            if worth_telling(&seldom, why) {
                let so_far = metrics.given_up.load(Relaxed);
                tracing::info!(%peer, why, so_far, "a connection was given up");
            }
        }
        metrics.open.fetch_sub(1, Relaxed);
    }

    /// Reads requests and answers them. Gives why it was given up, if it was.
    async fn talk(
        mut self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    ) -> Result<(), &'static str> {
        let begun = tokio::select! {
            _ = self.stop.wait_for(|stop| *stop) => return Ok(()),
            begun = timeout(self.bounds.header_timeout, begun(stream)) => begun,
        };
        let stream = match begun {
            Ok(Ok(Some(stream))) => stream,
            // A connection that is opened and closed again is what probes do.
            Ok(Ok(None) | Err(_)) => return Ok(()),
            Err(_) => return Err("it says nothing"),
        };
        let mut builder = Builder::new(TokioExecutor::new());
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(self.bounds.header_timeout)
            .max_buf_size(usize::try_from(self.bounds.header_bytes).unwrap_or(8_192))
            .http2()
            .timer(TokioTimer::new())
            .max_concurrent_streams(self.bounds.streams)
            .max_header_list_size(self.bounds.header_bytes)
            .keep_alive_interval(Some(Duration::from_secs(20)))
            .keep_alive_timeout(self.bounds.header_timeout);
        let (router, peer, stop) = (self.router, self.peer, self.stop);
        let service = hyper::service::service_fn(move |request: Request<Incoming>| {
            let mut router = router.clone();
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(peer));
            let stop = stop.clone();
            async move { Ok::<_, Infallible>(ending(sure(router.call(request).await), stop)) }
        });
        let connection = builder.serve_connection_with_upgrades(TokioIo::new(stream), service);
        let talked = self.watcher.watch(connection.into_owned()).await;
        talked.map_err(|_| "it is slow, broken, or does not speak HTTP")
    }
}

/// Says so when the system will not give this program as many file handles as it may have connections.
fn warn_of_handles(connections: usize) {
    let needed = u64::try_from(connections.saturating_add(OTHER_HANDLES)).unwrap_or(u64::MAX);
    if let Some(most) = handles::most().filter(|most| *most < needed) {
        tracing::warn!(
            open_files = most,
            connections,
            hint =
                "raise the hard limit (ulimit -Hn, LimitNOFILE=) or lower listen.max_connections",
            "the system gives fewer file handles than listen.max_connections needs"
        );
    }
}

fn worth_telling(seldom: &Mutex<Seldom>, what: &str) -> bool {
    let mut seldom = seldom.lock().unwrap_or_else(PoisonError::into_inner);
    seldom.now(what)
}

/// A stream of news ends when the program does: nobody waits for a page that is merely open.
fn ending(response: Response<Body>, mut stop: watch::Receiver<bool>) -> Response<Body> {
    let kind = response.headers().get(header::CONTENT_TYPE);
    if !kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream")) {
        return response;
    }
    response.map(|body| {
        let stopped = async move {
            let _ = stop.wait_for(|stop| *stop).await;
        };
        Body::from_stream(body.into_data_stream().take_until(Box::pin(stopped)))
    })
}

fn sure<T>(result: Result<T, Infallible>) -> T {
    match result {
        Ok(value) => value,
        Err(never) => match never {},
    }
}
