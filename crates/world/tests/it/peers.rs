//! Other TAXII servers, read by the worker when they are due.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use jiff::SignedDuration;
use kaname_kernel::Tlp;
use kaname_sharing::{
    Collection, Text,
    collection::{Access, CollectionKind, Definition},
    peer::{Peer, PeerDefinition, Terms, Way, ask_peer, start_peer, stop_peer},
    turn::{Every, Turns},
};
use kaname_store::{NewJob, ObjectFilter, Versions};
use kaname_testkit::Nation;
use kaname_world::{
    Caller, Loaded, Settings, TurnBounds, WorldError,
    doors::{HttpsDoor, HttpsSettings},
    taxii::{PEER, PeerDuty},
    worker::Worker,
};
use serde_json::{Value, json};

use crate::taxii_sink::{Asked, Reply, TaxiiSink};

pub(crate) fn shell() -> Caller {
    Caller::system("shell")
}

/// Why the last turn stopped, in words; nothing where it did not.
pub(crate) fn said(turns: &Turns) -> String {
    let trouble = turns.trouble.as_ref();
    trouble.map_or_else(String::new, ToString::to_string)
}

pub(crate) fn indicator(n: u32) -> Value {
    json!({
        "type": "indicator",
        "spec_version": "2.1",
        "id": format!("indicator--00000000-0000-4000-8000-{n:012}"),
        "created": "2026-01-01T00:00:00.000Z",
        "modified": "2026-01-01T00:00:00.000Z",
        "pattern": format!("[domain-name:value = 'n{n}.example']"),
        "pattern_type": "stix",
        "valid_from": "2026-01-01T00:00:00Z",
    })
}

pub(crate) async fn peer_collection(nation: &Nation, alias: &str) -> Loaded<Collection> {
    let definition = Definition {
        alias: alias.to_owned(),
        title: Text::new(alias, alias),
        description: Text::default(),
        kind: CollectionKind::Peer,
        default_tlp: Some(Tlp::Green),
        default_pap: None,
        read: Access::Members,
        write: Access::Nobody,
        taxii: Default::default(),
    };
    let opened = nation.world.open_collection(&shell(), definition).await;
    opened.unwrap()
}

fn door() -> Arc<HttpsDoor> {
    let settings = HttpsSettings {
        private: false,
        loopback: true,
    };
    Arc::new(HttpsDoor::new(settings).unwrap())
}

/// A worker that gives peers their turns.
pub(crate) fn worker(nation: &Nation) -> Worker {
    let duty = PeerDuty { door: door() };
    Worker::new(Arc::clone(&nation.world), vec![Box::new(duty)])
}

/// What is due is queued and done; gives how many turns were given.
pub(crate) async fn turn(nation: &Nation, worker: &Worker) -> usize {
    nation.world.queue_turns().await.unwrap();
    worker.turn().await.unwrap()
}

pub(crate) async fn peer(nation: &Nation) -> Peer {
    nation.world.peer(&shell(), "a").await.unwrap().state
}

async fn joined(nation: &Nation, url: &str, every: &str) -> Loaded<Peer> {
    let into = peer_collection(nation, "partner").await;
    let definition = PeerDefinition {
        code: "a".to_owned(),
        url: url.to_owned(),
        way: Way::Pull { into: into.id },
        types: Vec::new(),
        tlp_at_most: None,
        every: Some(every.parse().unwrap()),
    };
    let joined = nation.world.join_peer(&shell(), definition, None).await;
    joined.unwrap()
}

/// Ids in a collection, whoever may see them.
pub(crate) async fn ids(nation: &Nation, alias: &str) -> BTreeSet<String> {
    let collection = nation.world.collection(&shell(), alias).await.unwrap();
    let audiences = nation.world.audiences().await.unwrap();
    let filter = ObjectFilter {
        collection: Some(collection.id),
        origins: Vec::new(),
        readable: Arc::new(audiences.iter().map(|(id, _)| *id).collect()),
        added_after_us: None,
        newest_first: false,
        after_us: None,
        ids: Vec::new(),
        types: Vec::new(),
        specs: Vec::new(),
        versions: Versions::All,
        search: None,
        value: None,
        limit: 10_000,
        count: false,
    };
    let page = nation.world.store().objects(&filter).await.unwrap();
    page.objects.into_iter().map(|one| one.stix_id).collect()
}

const SAME: &str = "2026-02-01T00:00:00.000000Z";

/// A page of `size` from a server that has `all`, every one of them added at the same moment: only `next` leads on.
fn page(asked: &Asked, all: u32, size: u32) -> Reply {
    let from: u32 = asked.parameter("next").parse().unwrap_or(0);
    if asked.parameter("next").is_empty() && asked.parameter("added_after") >= SAME {
        return Reply::of(200, "{}");
    }
    let limit: u32 = asked.parameter("limit").parse().unwrap();
    let until = all.min(from + size.min(limit));
    let objects: Vec<Value> = (from..until).map(indicator).collect();
    let mut envelope = json!({ "more": until < all, "objects": objects });
    if until < all {
        envelope["next"] = until.to_string().into();
    }
    Reply::of(200, envelope).with("x-taxii-date-added-last", SAME)
}

#[tokio::test]
async fn a_peer_is_read_when_it_is_due_and_once_over_all_workers() {
    let nation = Nation::new().await;
    let sink = TaxiiSink::open(|_, asked| page(asked, 25, 10)).await;
    joined(&nation, &sink.collection(), "15m").await;
    let (one, other) = (worker(&nation), worker(&nation));
    // Every node sees that it is due, and queues it.
    for _ in 0..3 {
        nation.world.queue_turns().await.unwrap();
    }
    let (first, second) = tokio::join!(one.turn(), other.turn());
    assert_eq!(first.unwrap() + second.unwrap(), 1);
    assert_eq!(sink.asked().len(), 3);
    let after = peer(&nation).await;
    assert_eq!((after.taken, after.turns.state()), (25, "active"));
    assert_eq!(ids(&nation, "partner").await.len(), 25);
    assert_eq!(turn(&nation, &one).await, 0, "it is not due");
    nation.clock.advance(SignedDuration::from_mins(16));
    assert!(after.turns.lag_s(nation.world.now()) >= 960);
    assert_eq!(turn(&nation, &one).await, 1);
    let asked = sink.asked();
    assert_eq!(asked.len(), 4, "nothing is new there");
    assert_eq!(asked[3].parameter("added_after"), SAME);
    assert!(peer(&nation).await.turns.lag_s(nation.world.now()) < 60);
    // Who will not wait asks.
    let changed = nation.world.change_peer(&shell(), "a", ask_peer).await;
    assert!(changed.unwrap().state.turns.is_due(nation.world.now()));
    assert_eq!(one.turn().await.unwrap(), 1, "asking queues the turn");
    assert_eq!(sink.asked().len(), 5);
}

#[tokio::test]
async fn what_was_stopped_or_is_never_due_is_left_alone() {
    let nation = Nation::new().await;
    let sink = TaxiiSink::open(|_, asked| page(asked, 3, 10)).await;
    joined(&nation, &sink.collection(), "never").await;
    let (worker, caller) = (worker(&nation), shell());
    nation.clock.advance(SignedDuration::from_hours(24 * 40));
    assert_eq!(turn(&nation, &worker).await, 0);
    let world = &nation.world;
    world.change_peer(&shell(), "a", ask_peer).await.unwrap();
    assert_eq!(turn(&nation, &worker).await, 1);
    assert_eq!(
        (peer(&nation).await.taken, peer(&nation).await.turns.next),
        (3, None)
    );
    let often = Terms {
        every: Every::minutes(1).unwrap(),
        ..peer(&nation).await.definition.terms()
    };
    let changed = world
        .agree_otherwise(&shell(), "a", often.clone(), None)
        .await;
    assert!(changed.unwrap().state.turns.is_due(world.now()));
    let again = world.agree_otherwise(&shell(), "a", often, None).await;
    assert!(
        matches!(again, Err(WorldError::Refused { .. })),
        "nothing changes"
    );
    // Stopped while its turn waits: it is not read.
    let stop = world.change_peer(&caller, "a", |peer| stop_peer(peer, "合意の終了"));
    stop.await.unwrap();
    turn(&nation, &worker).await;
    assert_eq!(sink.asked().len(), 1);
    assert!(world.change_peer(&shell(), "a", ask_peer).await.is_err());
    let start = world.change_peer(&caller, "a", |peer| start_peer(peer, None));
    start.await.unwrap();
    assert_eq!(turn(&nation, &worker).await, 1);
    assert_eq!(sink.asked().len(), 2);
}

#[tokio::test]
async fn other_rules_begin_from_the_start() {
    let nation = Nation::new().await;
    let sink = TaxiiSink::open(|_, asked| page(asked, 3, 10)).await;
    joined(&nation, &sink.collection(), "1h").await;
    let (worker, caller) = (worker(&nation), shell());
    turn(&nation, &worker).await;
    assert!(peer(&nation).await.after_us.is_some());
    let terms = Terms {
        types: vec!["indicator".to_owned()],
        ..peer(&nation).await.definition.terms()
    };
    let world = &nation.world;
    let changed = world.agree_otherwise(&caller, "a", terms, Some(("user", "word")));
    assert_eq!(changed.await.unwrap().state.after_us, None);
    assert_eq!(turn(&nation, &worker).await, 1);
    let asked = sink.asked();
    let last = asked.last().unwrap();
    assert_eq!(
        (last.parameter("added_after"), last.parameter("match[type]")),
        ("", "indicator")
    );
    assert_eq!(last.headers["authorization"], "Basic dXNlcjp3b3Jk");
    assert_eq!(
        peer(&nation).await.taken,
        3,
        "what is there is not taken twice"
    );
}

#[tokio::test]
async fn trouble_is_told_in_the_peers_words_and_waited_out() {
    let nation = Nation::new().await;
    let sink = TaxiiSink::open(|before, asked| match before {
        0 => Reply::of(500, json!({ "title": "disk\u{202e} full" })),
        1 => Reply::of(429, "slow down").with("retry-after", 7_200),
        2 => Reply::of(200, r#"{"more":true,"next":"1","objects":[]}"#),
        _ => page(asked, 4, 10),
    })
    .await;
    joined(&nation, &sink.collection(), "15m").await;
    let worker = worker(&nation);
    for (wait, trouble) in [
        (15, "the server answered 500: disk  full"),
        (120, "the server answered 429"),
        (60, "the server says that there is more and sends nothing"),
    ] {
        assert_eq!(turn(&nation, &worker).await, 1);
        let troubled = peer(&nation).await;
        assert_eq!(said(&troubled.turns), trouble);
        assert_eq!(troubled.turns.state(), "troubled");
        nation.clock.advance(SignedDuration::from_mins(wait - 1));
        assert_eq!(
            turn(&nation, &worker).await,
            0,
            "{trouble}: not before {wait} min"
        );
        nation.clock.advance(SignedDuration::from_mins(1));
    }
    assert_eq!(turn(&nation, &worker).await, 1);
    let well = peer(&nation).await;
    assert_eq!(
        (well.turns.troubles, well.taken, well.turns.trouble),
        (0, 4, None)
    );
    let limits: Vec<_> = sink.asked();
    let limits: Vec<_> = limits
        .iter()
        .map(|one| one.parameter("limit").to_owned())
        .collect();
    assert_eq!(
        limits,
        ["1000", "500", "250", "125"],
        "less is asked of one in trouble"
    );
}

#[tokio::test]
async fn a_reading_cut_off_anywhere_goes_on_by_its_mark() {
    let nation = Nation::new().await;
    let sink = TaxiiSink::open(|before, asked| match before {
        // The answers to these never come: the worker is killed while it waits.
        2 | 5 | 6 => Reply::silent(),
        // And once the server has forgotten how the reading goes on.
        7 => Reply::of(400, json!({ "title": "next has expired" })),
        _ => page(asked, 60, 7),
    })
    .await;
    joined(&nation, &sink.collection(), "15m").await;
    nation.world.queue_turns().await.unwrap();
    for silent in [2, 5, 6] {
        let worker = worker(&nation);
        let asked = async {
            while sink.asked().len() <= silent {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            done = worker.turn() => panic!("it ended before it was killed: {done:?}"),
            () = asked => {}
        }
        // Nobody else takes the turn before the lease has ended.
        assert_eq!(turn(&nation, &worker).await, 0);
        nation.clock.advance(SignedDuration::from_secs(61));
    }
    // The job of the dead worker and the one that is due are one turn.
    let worker = worker(&nation);
    assert_eq!(turn(&nation, &worker).await, 2);
    let whole = peer(&nation).await;
    assert_eq!(
        (whole.turns.state(), whole.reading.is_some()),
        ("active", false)
    );
    assert_eq!(ids(&nation, "partner").await.len(), 60);
    assert_eq!(
        whole.taken, 60,
        "what was noted before a kill is not counted again"
    );
    let asked = sink.asked();
    assert_eq!(
        (asked[3].parameter("next"), asked[8].parameter("next")),
        ("14", "")
    );
}

#[tokio::test]
async fn a_turn_that_reaches_its_bound_is_no_trouble_and_goes_on() {
    let nation = Nation::with(Settings {
        job_lease_s: 1,
        ..Settings::default()
    })
    .await;
    let sink = TaxiiSink::open(|before, asked| match before {
        1 => Reply::silent(),
        _ => page(asked, 20, 10),
    })
    .await;
    joined(&nation, &sink.collection(), "15m").await;
    let worker = worker(&nation);
    assert_eq!(turn(&nation, &worker).await, 1);
    let half = peer(&nation).await;
    assert_eq!((half.turns.state(), half.taken), ("active", 10));
    assert!(
        half.turns.is_due(nation.world.now()),
        "what is left goes on at once"
    );
    assert_eq!(turn(&nation, &worker).await, 1);
    assert_eq!(peer(&nation).await.taken, 20);
}

#[tokio::test]
async fn who_reads_by_hand_is_not_disturbed_by_a_worker() {
    let nation = Nation::new().await;
    let sink = TaxiiSink::open(|before, asked| match before {
        1 => Reply::silent(),
        _ => page(asked, 20, 10),
    })
    .await;
    joined(&nation, &sink.collection(), "15m").await;
    let bounds = TurnBounds {
        time: Duration::from_millis(600),
        ..TurnBounds::default()
    };
    let world = &nation.world;
    let worker = worker(&nation);
    let caller = shell();
    let door = door();
    let by_hand = world.pull(&caller, door.as_ref(), "a", bounds, &|_| {});
    let beside = async {
        while sink.asked().len() < 2 {
            tokio::task::yield_now().await;
        }
        world.queue_turns().await.unwrap()
    };
    let (pulled, queued) = tokio::join!(by_hand, beside);
    assert_eq!((pulled.unwrap().taken, queued), (10, 0));
    assert_eq!(
        turn(&nation, &worker).await,
        1,
        "it goes on when the hand is gone"
    );
    assert_eq!(peer(&nation).await.taken, 20);
}

#[tokio::test]
async fn a_job_of_a_peer_that_is_gone_or_spoiled_harms_nothing() {
    let nation = Nation::new().await;
    let worker = worker(&nation);
    for payload in [json!({}), json!({ "peer": nation.library.id })] {
        let job = NewJob {
            kind: PEER.to_owned(),
            dedup: None,
            priority: 0,
            run_at: nation.world.now(),
            max_attempts: 3,
            payload,
        };
        nation.world.store().enqueue(job).await.unwrap();
        assert_eq!(worker.turn().await.unwrap(), 1);
    }
    let dead = nation.world.store().dead_letters(10).await.unwrap();
    assert_eq!(dead.len(), 1);
}
