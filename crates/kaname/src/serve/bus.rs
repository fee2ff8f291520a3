//! The bus between nodes: how far the outbox has come, said over a NATS JetStream stream that keeps
//! its last word. A node that was away hears that word as soon as it is back. What the news is stands
//! in the outbox table that all nodes share, so a word that gets lost all the same costs two seconds.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use async_nats::{
    ConnectOptions, Event,
    jetstream::{
        self, Context,
        consumer::{DeliverPolicy, pull::OrderedConfig},
        context::{CreateStreamError, CreateStreamErrorKind},
        message::PublishMessage,
        stream,
    },
};
use futures_util::StreamExt as _;
use tokio::{
    sync::{Mutex, watch},
    task::JoinSet,
    time::{sleep, timeout},
};

use crate::{config::Config, fault::Fault};

/// How long the server may take to answer at the start.
const CONNECTING: Duration = Duration::from_secs(10);
/// How long the server may take to say that it keeps a word.
const ACKNOWLEDGING: Duration = Duration::from_secs(5);
/// Pause before what failed is tried again, when no new connection ends it earlier.
const PAUSE: Duration = Duration::from_secs(1);
/// How long the same word of two nodes is taken for one.
const SAME: Duration = Duration::from_secs(120);
/// Largest word in bytes: a number in decimals.
const MAX_WORD: i32 = 256;
/// JetStream's numbers for "not enabled": on the server, and for the account.
const NOT_ENABLED: [u64; 2] = [10_076, 10_039];

/// A connection to the bus.
pub(crate) struct Bus {
    look_every: Duration,
    said: watch::Sender<u64>,
    heard: Mutex<watch::Receiver<u64>>,
    _tasks: JoinSet<()>,
}

/// Where the words of one ledger stand.
#[derive(Clone)]
struct Place {
    context: Context,
    stream: String,
    subject: String,
    line: Arc<Line>,
}

/// Whether the server is connected. Its going and its coming back are told once each, and what fails
/// in between is not told beside.
#[derive(Default)]
struct Line {
    is_gone: AtomicBool,
}

impl Line {
    fn gone(&self) {
        if !self.is_gone.swap(true, Relaxed) {
            tracing::warn!(
                "the bus is gone; other nodes' news come with a delay (bus.look_every_s) until it is back"
            );
        }
    }

    fn back(&self) {
        if self.is_gone.swap(false, Relaxed) {
            tracing::warn!("the bus is back");
        }
    }

    fn is_gone(&self) -> bool {
        self.is_gone.load(Relaxed)
    }
}

impl Bus {
    /// Connects when the configuration names a server, and makes the ledger's stream if it is not
    /// there. Later the client connects again by itself.
    pub(crate) async fn connect(config: &Config, ledger: &str) -> Result<Option<Self>, Fault> {
        let Some(url) = config.text("bus.nats_url") else {
            return Ok(None);
        };
        let failed = |why: &dyn std::error::Error| {
            Fault::failed("the bus cannot be reached")
                .at("option bus.nats_url")
                .because(why)
                .hint("is a NATS server running there? without one a single node needs no bus")
        };
        let (connected, connections) = watch::channel(());
        let line = Arc::new(Line::default());
        let watched = Arc::clone(&line);
        let options = ConnectOptions::new().name("kaname");
        let options = options.event_callback(move |event| {
            match event {
                Event::Connected => {
                    watched.back();
                    connected.send_replace(());
                }
                Event::Disconnected => watched.gone(),
                _ => {}
            }
            std::future::ready(())
        });
        let client = match timeout(CONNECTING, options.connect(url)).await {
            Ok(Ok(client)) => client,
            Ok(Err(error)) => return Err(failed(&error)),
            Err(late) => return Err(failed(&late)),
        };
        let mut context = jetstream::new(client);
        context.set_timeout(ACKNOWLEDGING);
        let place = Place::of(context, ledger, line);
        place.open().await.map_err(|error| no_stream(&error))?;
        tracing::info!(
            stream = place.stream,
            subject = place.subject,
            "bus connected"
        );
        let (said, saying) = watch::channel(0);
        let (hearing, heard) = watch::channel(0);
        let mut tasks = JoinSet::new();
        tasks.spawn(say(place.clone(), saying, connections.clone()));
        tasks.spawn(hear(place, hearing, connections));
        Ok(Some(Self {
            look_every: Duration::from_secs(config.number("bus.look_every_s").max(1)),
            said,
            heard: Mutex::new(heard),
            _tasks: tasks,
        }))
    }

    /// How often the outbox is read when the bus says nothing.
    pub(crate) fn look_every(&self) -> Duration {
        self.look_every
    }

    /// Tells the other nodes that the outbox has come to `position`. Waits for nothing: it is said
    /// again until the server keeps it.
    pub(crate) fn wake(&self, position: u64) {
        self.said.send_replace(position);
    }

    /// Until a node, this one too, has said a position; gives the newest one.
    pub(crate) async fn woken(&self) -> u64 {
        let mut heard = self.heard.lock().await;
        if heard.changed().await.is_err() {
            // The listening task is gone; the ticks go on.
            std::future::pending::<()>().await;
        }
        *heard.borrow_and_update()
    }
}

impl Place {
    fn of(context: Context, ledger: &str, line: Arc<Line>) -> Self {
        // Names of streams and words of subjects: any other sign of the ledger's name becomes a dash.
        let word: String = ledger
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
            .collect();
        Self {
            context,
            stream: format!("kaname-{word}"),
            subject: format!("kaname.{word}.news"),
            line,
        }
    }

    /// The stream, made if it is not there: one word on disk, the last.
    async fn open(&self) -> Result<stream::Stream, CreateStreamError> {
        let wanted = stream::Config {
            name: self.stream.clone(),
            subjects: vec![self.subject.clone()],
            description: Some("how far a hub's outbox has come; kept: the last word".to_owned()),
            storage: stream::StorageType::File,
            max_messages: 1,
            max_messages_per_subject: 1,
            max_message_size: MAX_WORD,
            duplicate_window: SAME,
            num_replicas: 1,
            ..stream::Config::default()
        };
        self.context.get_or_create_stream(wanted).await
    }

    /// Says a position and waits until the server keeps it. Two nodes that say the same are one.
    async fn publish(&self, position: u64) -> Result<(), async_nats::Error> {
        let word = position.to_string();
        let message = PublishMessage::build()
            .message_id(&word)
            .payload(word.into());
        let acknowledgement = self.context.send_publish(self.subject.clone(), message);
        acknowledgement.await?.await?;
        Ok(())
    }

    /// Tells `heard` each word from the last one kept on, until there is a new connection.
    async fn listen(
        &self,
        heard: &watch::Sender<u64>,
        connections: &mut watch::Receiver<()>,
    ) -> Result<(), async_nats::Error> {
        let config = OrderedConfig {
            filter_subject: self.subject.clone(),
            deliver_policy: DeliverPolicy::Last,
            ..OrderedConfig::default()
        };
        let consumer = self.open().await?.create_consumer(config).await?;
        let mut words = consumer.messages().await?;
        loop {
            let word = tokio::select! {
                _ = connections.changed() => return Ok(()),
                word = words.next() => word.ok_or("the stream ended")??,
            };
            let position = std::str::from_utf8(&word.payload)?.parse()?;
            heard.send_replace(position);
        }
    }
}

/// Says the newest position until the server keeps it, then waits for the next.
async fn say(place: Place, mut saying: watch::Receiver<u64>, mut connections: watch::Receiver<()>) {
    while saying.changed().await.is_ok() {
        let mut told = false;
        loop {
            let position = *saying.borrow_and_update();
            let Err(error) = place.publish(position).await else {
                break;
            };
            if !told && !place.line.is_gone() {
                tracing::warn!(%error, position, "the bus took no word; it is said again");
                told = true;
            }
            // A server that lost its store has no stream either.
            if let Err(error) = place.open().await {
                tracing::debug!(%error, "the bus has no stream");
            }
            pause(&mut connections).await;
        }
    }
}

/// Listens, and begins again from the last word after each new connection.
async fn hear(place: Place, heard: watch::Sender<u64>, mut connections: watch::Receiver<()>) {
    let mut told = false;
    loop {
        connections.mark_unchanged();
        match place.listen(&heard, &mut connections).await {
            Ok(()) => told = false,
            Err(error) => {
                if !told && !place.line.is_gone() {
                    tracing::warn!(%error, "the bus cannot be listened to; it is tried again");
                    told = true;
                }
                pause(&mut connections).await;
            }
        }
    }
}

/// Until it is worth another try.
async fn pause(connections: &mut watch::Receiver<()>) {
    tokio::select! {
        () = sleep(PAUSE) => {}
        changed = connections.changed() => {
            if changed.is_err() {
                sleep(PAUSE).await;
            }
        }
    }
}

/// Why the ledger's stream could not be made.
fn no_stream(error: &CreateStreamError) -> Fault {
    let missing = match error.kind() {
        CreateStreamErrorKind::JetStreamUnavailable => true,
        CreateStreamErrorKind::JetStream(error) => NOT_ENABLED.contains(&error.error_code().0),
        _ => false,
    };
    let (what, hint) = if missing {
        (
            "the NATS server has no JetStream",
            "start it with `nats-server --jetstream --store_dir FOLDER`, or write `jetstream { store_dir: FOLDER }` into its configuration",
        )
    } else {
        (
            "the bus has no stream for this ledger",
            "may the account of this connection make a stream, and has its JetStream room for one?",
        )
    };
    Fault::failed(what)
        .at("option bus.nats_url")
        .because(error)
        .hint(hint)
}
