//! Several programs on one PostgreSQL and one NATS server act as one system. The bus alone carries
//! what these tests wait for: looking without being told is put off for an hour.

use std::{
    process::{Child, Stdio},
    time::Duration,
};

use kaname_sharing::{Outlet, delivery::DeliveryState};
use kaname_testkit::{nats::Nats, postgres::Postgres};
use serde_json::Value;

use crate::{
    browser::Browser,
    hub::{Backend, Hub},
    outlets::calls,
    program::{Place, ran},
    relay::Relay,
    scene,
    serving::Server,
    sink::{PATIENCE, Sink},
};

/// A worker that was started; killed when dropped.
pub(crate) struct Worker(Child);

impl Worker {
    pub(crate) fn start(place: &Place) -> Self {
        let mut command = place.command(&["worker"]);
        let child = command.stderr(Stdio::null()).spawn();
        Self(child.unwrap())
    }

    /// Kills it without a word.
    pub(crate) fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }

    /// Asks it to end and gives its exit code.
    pub(crate) fn end(mut self) -> i32 {
        let id = self.0.id().to_string();
        let mut kill = std::process::Command::new("kill");
        assert!(kill.args(["-s", "TERM", &id]).status().unwrap().success());
        self.0.wait().unwrap().code().unwrap_or(-1)
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A hub on PostgreSQL whose nodes learn of each other by the bus alone.
fn hub(nats: &Nats) -> Hub {
    let more = format!(
        "[bus]\nnats_url = \"{}\"\nlook_every_s = 3600\n[webhooks]\nloopback = true\n\
         [jobs]\nlease_s = 2\n",
        nats.url()
    );
    Hub::found(Backend::Postgres(Postgres::start()), &more)
}

/// An item at which the analyst may ask for consent; gives its page.
fn derived(hub: &Hub) -> String {
    hub.inside(async |world| {
        let receipt = scene::submit(&world, &hub.people).await;
        let place = (hub.library.as_str(), &[Outlet::Web][..]);
        let item = scene::derive(&world, &hub.people, receipt.report, place).await;
        format!("/items/{}", item.state.number)
    })
}

/// The next line of a stream that brings something.
fn next_news(lines: &mut impl Iterator<Item = String>) -> String {
    let news = lines.find(|line| line.starts_with("data:"));
    news.expect("the stream ended without news")
}

fn serve(hub: &Hub) -> Server {
    Server::start_with(&hub.place, &["--no-worker"])
}

#[test]
fn an_act_on_one_node_reaches_open_pages_of_another() {
    let nats = Nats::start();
    let hub = hub(&nats);
    let item = derived(&hub);
    let (one, two) = (serve(&hub), serve(&hub));
    let mut news = Browser::at(two.address, &hub.session(&hub.people.provider)).follow("now");
    let mut analyst = Browser::at(one.address, &hub.session(&hub.people.analyst));
    let asked = analyst.post(&format!("{item}/ask"), &[]).unwrap();
    assert_eq!(asked.status, 303, "{}", asked.text);
    assert!(next_news(&mut news).contains('1'));
    // The session of the first node is good on the second, and so is its page.
    let mut provider = Browser::at(two.address, &hub.session(&hub.people.provider));
    assert!(provider.get(&item).unwrap().text.contains("name=\"hash\""));
    assert_eq!((one.end(), two.end()), (0, 0));
}

#[test]
fn a_bus_that_was_away_loses_nothing() {
    let mut nats = Nats::start();
    let hub = hub(&nats);
    let (first, second) = (derived(&hub), derived(&hub));
    let (one, two) = (serve(&hub), serve(&hub));
    let mut news = Browser::at(two.address, &hub.session(&hub.people.provider)).follow("now");
    let mut analyst = Browser::at(one.address, &hub.session(&hub.people.analyst));
    nats.kill();
    // Acts go on; what was done meanwhile is said once the bus is back.
    let asked = analyst.post(&format!("{first}/ask"), &[]).unwrap();
    assert_eq!(asked.status, 303, "{}", asked.text);
    nats.start_again();
    next_news(&mut news);
    let mut news = Browser::at(two.address, &hub.session(&hub.people.provider)).follow("now");
    analyst.post(&format!("{second}/ask"), &[]).unwrap();
    next_news(&mut news);
    assert_eq!((one.end(), two.end()), (0, 0));
    assert_eq!(hub.place.done(&["verify"])["fault"], Value::Null);
}

#[test]
fn a_node_that_was_cut_off_hears_the_last_word_when_it_is_back() {
    let nats = Nats::start();
    let hub = hub(&nats);
    let item = derived(&hub);
    let wire = Relay::to(nats.url().trim_start_matches("nats://").to_owned());
    let one = serve(&hub);
    let through = format!("nats://{}", wire.address);
    let two = Server::start_in(
        &hub.place,
        &["--no-worker"],
        &[("KANAME_BUS__NATS_URL", &through)],
    );
    let mut news = Browser::at(two.address, &hub.session(&hub.people.provider)).follow("now");
    let mut analyst = Browser::at(one.address, &hub.session(&hub.people.analyst));
    wire.cut();
    let asked = analyst.post(&format!("{item}/ask"), &[]).unwrap();
    assert_eq!(asked.status, 303, "{}", asked.text);
    wire.mend();
    next_news(&mut news);
}

#[test]
fn a_server_without_jetstream_is_refused_with_what_to_do() {
    let nats = Nats::without_jetstream();
    let place = Place::founded();
    let mut command = place.command(&["worker"]);
    let ran = ran(command
        .env("KANAME_BUS__NATS_URL", nats.url())
        .output()
        .unwrap());
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("has no JetStream"), "{}", ran.err);
    assert!(ran.err.contains("nats-server --jetstream"), "{}", ran.err);
}

#[test]
fn what_a_killed_worker_had_begun_is_taken_over_once() {
    let nats = Nats::start();
    let hub = hub(&nats);
    let sink = Sink::open(1);
    let item = hub.inside(async |world| {
        scene::hooks(&world, &hub.people, &[sink.url("hook")]).await;
        let ways = [Outlet::Web, Outlet::Webhook];
        scene::released(&world, &hub.people, (&hub.library, &ways)).await
    });
    let first = Worker::start(&hub.place);
    let begun = sink.told.recv_timeout(PATIENCE).unwrap();
    first.kill();
    sink.hang_up();
    let (second, third) = (Worker::start(&hub.place), Worker::start(&hub.place));
    let taken_over = sink.told.recv_timeout(PATIENCE).unwrap();
    assert_eq!(
        begun, taken_over,
        "the receiver can tell that it is the same"
    );
    assert_eq!((second.end(), third.end()), (0, 0));
    assert!(sink.told.try_recv().is_err(), "once, and not once more");
    let deliveries = calls(&hub, item.id);
    assert_eq!(deliveries.len(), 1);
    assert_eq!(deliveries[0].state, DeliveryState::Sent);
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "how long a program takes to end is what is tested"
)]
fn open_streams_end_with_the_server() {
    let hub = Hub::found(Backend::Sqlite, "");
    let server = Server::start(&hub.place);
    let session = hub.session(&hub.people.analyst);
    let mut streams: Vec<_> = ["now", "report", "item"]
        .map(|topic| Browser::at(server.address, &session).follow(topic))
        .into();
    let asked = std::time::Instant::now();
    assert_eq!(server.end(), 0);
    assert!(
        asked.elapsed() < Duration::from_secs(8),
        "it waited for its streams: {:?}",
        asked.elapsed()
    );
    for stream in &mut streams {
        assert!(stream.all(|line| !line.starts_with("data:")), "it ends");
    }
}
