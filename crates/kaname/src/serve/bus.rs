//! The bus between nodes: a word over NATS that there is news. What the news is stands in the outbox
//! table that all nodes share, so a word that gets lost costs two seconds and nothing else.

use std::time::Duration;

use async_nats::{Client, ConnectOptions, Subscriber};
use futures_util::StreamExt as _;
use tokio::{sync::Mutex, time::timeout};

use crate::{config::Config, fault::Fault};

/// How long the server may take to answer at the start.
const CONNECTING: Duration = Duration::from_secs(10);

/// A connection to the bus.
pub(crate) struct Bus {
    client: Client,
    subject: String,
    heard: Mutex<Subscriber>,
    own: String,
}

impl Bus {
    /// Connects when the configuration names a server. Later the client connects again by itself.
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
        let connecting = ConnectOptions::new().name("kaname").connect(url);
        let client = match timeout(CONNECTING, connecting).await {
            Ok(Ok(client)) => client,
            Ok(Err(error)) => return Err(failed(&error)),
            Err(late) => return Err(failed(&late)),
        };
        // Subjects are words with dots between: any other sign of the ledger's name becomes a dash.
        let word: String = ledger
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
            .collect();
        let subject = format!("kaname.{word}.news");
        let heard = client.subscribe(subject.clone()).await;
        let heard = heard.map_err(|error| failed(&error))?;
        let own = client.new_inbox();
        tracing::info!(subject, "bus connected");
        Ok(Some(Self {
            client,
            subject,
            heard: Mutex::new(heard),
            own,
        }))
    }

    /// Tells the other nodes that there is news. Failing is no fault: they look by themselves.
    pub(crate) async fn wake(&self) {
        let word = self.own.clone().into_bytes();
        if let Err(error) = self.client.publish(self.subject.clone(), word.into()).await {
            tracing::warn!(%error, "the bus took no word");
        }
    }

    /// Until another node has news.
    pub(crate) async fn woken(&self) {
        let mut heard = self.heard.lock().await;
        while let Some(message) = heard.next().await {
            if message.payload.as_ref() != self.own.as_bytes() {
                return;
            }
        }
        // The connection was closed for good; the ticks go on.
        std::future::pending::<()>().await;
    }
}
