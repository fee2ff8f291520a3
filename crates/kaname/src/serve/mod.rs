//! `serve` and `worker`: the hub as a running program.

mod background;
mod bus;
mod doors;
mod ending;
mod first_bytes;
mod handles;
mod health;
mod listen;
mod log;
mod metrics;
mod openid;
mod peers;
mod steady;
mod telling;
mod tls;
mod validity;

use std::{future::Future, net::SocketAddr, sync::Arc, time::Duration};

use kaname_web::{
    frame::{Cast, CsrfKey, Settings},
    house::House,
};
use kaname_world::{
    World,
    ambient::{SystemClock, SystemRng},
};
use tokio::{sync::watch, time::timeout};

use self::{bus::Bus, ending::Ending, metrics::Metrics, steady::Steady};
pub(crate) use self::{
    doors::{to_peers, to_sources},
    listen::Doors,
};
use crate::{
    config::{Config, load::Mistake},
    fault::Fault,
    open::Hub,
};

/// Longest wait for the store at the end.
const CLOSING: Duration = Duration::from_secs(5);

/// Runs the server until it is told to end.
pub(crate) async fn run(config: Config, with_worker: bool) -> Result<(), Fault> {
    log::start(&config);
    handles::raise();
    let mut ending = Ending::listen()?;
    let hub = Hub::open_to_serve(&config).await?;
    let steady = look_at_clock(&hub.world).await;
    let started = async {
        let doors = Doors::open(&config).await?;
        let running = Running::start(&config, doors, Arc::clone(&hub.world), None)?;
        let shifts = if with_worker {
            doors::shifts(&config, &public_url(&config, running.address))?
        } else {
            Vec::new()
        };
        let bus = Bus::connect(&config, &hub.world.settings().origin).await?;
        Ok::<_, Fault>((running, shifts, bus))
    };
    let (running, shifts, bus) = match started.await {
        Ok(started) => started,
        Err(fault) => {
            hub.close().await;
            return Err(fault);
        }
    };
    let tasks = background::start(&hub.world, shifts, bus, steady, running.stop.subscribe());
    ending.told().await;
    tracing::info!("ending: no new connections, open requests are finished");
    tokio::join!(running.end(), background::end(tasks));
    close(&hub, async {
        // Whoever got a receipt in the last moment finds it under a signed checkpoint.
        if let Err(error) = hub.world.checkpoint().await {
            tracing::error!(%error, "the last checkpoint could not be signed");
        }
    })
    .await
}

/// Compares the clock with what the ledger holds; known before anybody can ask.
async fn look_at_clock(world: &World) -> Steady {
    let steady = Steady::begin(world.now(), steady::newest(world).await);
    world.doubt_clock(steady.doubt());
    steady
}

/// Does the last thing and lets go of the store. One that does not answer does not keep the program alive.
async fn close(hub: &Hub, last: impl Future<Output = ()>) -> Result<(), Fault> {
    let closed = async {
        last.await;
        hub.close().await;
    };
    if timeout(CLOSING, closed).await.is_ok() {
        tracing::info!("ended");
        return Ok(());
    }
    let what = "the store did not answer at the end: this program ended without it";
    tracing::error!(waited_s = CLOSING.as_secs(), "{what}");
    Err(Fault::failed(what).hint("what was acknowledged is kept; look after the database"))
}

/// Starts the log for a program that prints something else than its log.
pub(crate) fn start_log(config: &Config, level: &str) {
    log::start_at(config, level);
}

/// Serves a store that the demo made, until told to end; the front page offers its `cast`. `ready` is told
/// the address.
pub(crate) async fn demo(
    config: &Config,
    doors: Doors,
    world: Arc<World>,
    cast: Cast,
    ready: impl FnOnce(&str) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut ending = Ending::listen()?;
    let running = Running::start(config, doors, Arc::clone(&world), Some(cast))?;
    let shifts = doors::shifts(config, &public_url(config, running.address))?;
    let steady = look_at_clock(&world).await;
    let tasks = background::start(&world, shifts, None, steady, running.stop.subscribe());
    let told = ready(&format!("http://{}", running.address));
    if told.is_ok() {
        ending.told().await;
    }
    running.end().await;
    background::end(tasks).await;
    told
}

/// Runs a worker until it is told to end.
pub(crate) async fn work(config: Config) -> Result<(), Fault> {
    log::start(&config);
    handles::raise();
    let mut ending = Ending::listen()?;
    let shifts = doors::shifts(&config, &public_url(&config, config.address()))?;
    let hub = Hub::open_to_serve(&config).await?;
    let steady = look_at_clock(&hub.world).await;
    let (stop, stopping) = watch::channel(false);
    let bus = Bus::connect(&config, &hub.world.settings().origin).await?;
    let tasks = background::start(&hub.world, shifts, bus, steady, stopping);
    tracing::info!("worker started");
    ending.told().await;
    let _ = stop.send(true);
    background::end(tasks).await;
    close(&hub, async {}).await
}

/// A server that accepts connections.
pub(crate) struct Running {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// Told `true` when everything is to end.
    pub(crate) stop: watch::Sender<bool>,
    accepting: tokio::task::JoinHandle<()>,
}

impl Running {
    /// Starts to accept. `demo`: the front page offers to sign in as each role; only for a store that
    /// `kaname demo` made, on loopback.
    pub(crate) fn start(
        config: &Config,
        doors: Doors,
        world: Arc<World>,
        demo: Option<Cast>,
    ) -> Result<Self, Fault> {
        let address = config.address();
        let near = address.ip().is_loopback() && !config.switch("listen.behind_proxy");
        let demo = demo.filter(|_| near);
        let address = doors.address().unwrap_or(address);
        let metrics = Arc::new(Metrics::default());
        let (stop, stopping) = watch::channel(false);
        let house = house(config, Arc::clone(&world), address, demo);
        let house = house.with_ending(stopping.clone());
        let house = house.with_sources(Arc::new(to_sources(config)?));
        let house = match openid::provider(config)? {
            Some(provider) => house.with_openid(provider),
            None => house,
        };
        let pages =
            kaname_web::route::router(&house, kaname_web::room::endpoints()).with_state(house);
        let router = health::around(pages, world, Arc::clone(&metrics));
        let accepting = tokio::spawn(doors.serve(router, metrics, stopping));
        tracing::info!(%address, tls = config.path("listen.tls_cert").is_some(), "listening");
        Ok(Self {
            address,
            stop,
            accepting,
        })
    }

    /// Stops accepting, and waits until open requests are answered (ten seconds at most).
    pub(crate) async fn end(self) {
        let _ = self.stop.send(true);
        let _ = self.accepting.await;
    }
}

/// What a server or a worker would make of the configuration and cannot: tried without starting one.
pub(crate) fn untried(config: &Config) -> Vec<Mistake> {
    let files = (
        config.path("listen.tls_cert"),
        config.path("listen.tls_key"),
    );
    let tls = match files {
        (Some(cert), Some(key)) if cert.exists() && key.exists() => tls::load(cert, key).err(),
        _ => None,
    };
    let tried = [
        ("mail.from", doors::shifts(config, "").err()),
        ("oidc.issuer", openid::provider(config).err()),
        ("listen.tls_cert", tls),
    ];
    let told = tried.into_iter().filter_map(|(key, fault)| {
        let fault = fault?;
        let place = fault
            .place
            .map_or_else(String::new, |place| format!(" ({place})"));
        Some(Mistake {
            at: config.origin(key).to_string(),
            line: config.origin(key).line(),
            key: key.to_owned(),
            what: format!("{}{place}", fault.what),
            allowed: fault.hints.into_iter().next(),
            did_you_mean: None,
        })
    });
    told.collect()
}

/// Address under which people reach the hub.
fn public_url(config: &Config, address: SocketAddr) -> String {
    let tls = config.path("listen.tls_cert").is_some();
    let scheme = if tls { "https" } else { "http" };
    let own = format!("{scheme}://{address}");
    config.text("listen.public_url").map_or(own, str::to_owned)
}

fn house(config: &Config, world: Arc<World>, address: SocketAddr, demo: Option<Cast>) -> House {
    let tls = config.path("listen.tls_cert").is_some();
    let behind_proxy = config.switch("listen.behind_proxy");
    let public_url = public_url(config, address);
    let name = |key, default: &str| config.text(key).unwrap_or(default).to_owned();
    let settings = Settings {
        hub: [name("hub.name_ja", "要"), name("hub.name_en", "Kaname")],
        csrf: CsrfKey::new(*world.keys().token.derive("csrf").expose()),
        secure: tls || behind_proxy,
        exercise: None,
        demo,
        clock: Arc::new(SystemClock),
        rng: Arc::new(SystemRng),
    };
    House::new(world, settings, public_url, behind_proxy)
}
