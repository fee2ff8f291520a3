//! The embedded store against the contract, and what is SQLite's alone.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests"
)]

use std::{path::Path, sync::Arc};

use jiff::Timestamp;
use kaname_kernel::{
    Audience, Clock, FixedClock, Header, Id, Rng, SealedEvent, SeededRng,
    merkle::{Frontier, Hash},
};
use kaname_store::{Append, Commit, Record, Store, contract, tiles};
use kaname_store_sqlite::{SqliteOptions, SqliteStore};

mod backup;
mod faults;
mod kill;
mod schema;
mod two;

fn now() -> Timestamp {
    "2026-04-01T00:00:00Z".parse().unwrap()
}

fn parts(seed: u64) -> (SqliteOptions, Arc<dyn Clock>, Arc<dyn Rng>) {
    let clock = Arc::new(FixedClock::at(now()));
    (
        SqliteOptions::default(),
        clock,
        Arc::new(SeededRng::new(seed)),
    )
}

fn new_store(path: &Path) -> SqliteStore {
    let (options, clock, rng) = parts(1);
    SqliteStore::create(path, options, clock, rng).unwrap()
}

fn open_store(path: &Path) -> SqliteStore {
    let (options, clock, rng) = parts(2);
    SqliteStore::open(path, options, clock, rng).unwrap()
}

/// A commit of one event that begins a matter with this text.
fn change(rng: &dyn Rng, text: &str) -> Commit {
    let id = Id::random(rng);
    let record = Record {
        id,
        kind: "report".to_owned(),
        version: 1,
        audience: Audience::everyone(),
        state: "open".to_owned(),
        owner: None,
        scope: None,
        sort_at: now(),
        due_at: None,
        tlp: None,
        text: text.to_owned(),
        postings: Vec::new(),
        lookups: Vec::new(),
        body: serde_json::json!({ "text": text }),
    };
    let header = Header {
        id: Id::random(rng),
        matter: id,
        matter_kind: record.kind.clone(),
        version: 1,
        kind: "submitted".to_owned(),
        recorded: now(),
    };
    let event = SealedEvent {
        header,
        cipher: rng.bytes::<200>().to_vec(),
        wrapped_key: Some(rng.bytes::<72>().to_vec()),
    };
    Commit {
        appends: vec![Append {
            record,
            events: vec![event],
        }],
        ..Commit::default()
    }
}

/// Checks every leaf and the root of the stored tree; gives the number of leaves.
async fn verify(store: &dyn Store) -> u64 {
    let size = store.ledger_size().await.unwrap();
    let mut frontier = Frontier::default();
    while frontier.size() < size {
        for stored in store.events(frontier.size(), 5_000).await.unwrap() {
            assert_eq!(stored.seq, frontier.size());
            assert_eq!(stored.event.leaf_hash(), stored.leaf);
            frontier.push(stored.leaf);
        }
    }
    let mut peaks: Vec<Hash> = Vec::new();
    let mut start = 0;
    for level in (0..64).rev().filter(|level| size >> level & 1 == 1) {
        peaks.push(store.subtree(level, start >> level).await.unwrap());
        start += 1 << level;
    }
    assert_eq!(frontier.peaks(), peaks, "tiles of {} rows", tiles::WIDTH);
    size
}

#[tokio::test(flavor = "multi_thread")]
async fn keeps_the_contract() {
    let folder = tempfile::tempdir().unwrap();
    let make = async |clock: Arc<dyn Clock>, rng: Arc<dyn Rng>| {
        let name = rng
            .as_ref()
            .bytes::<8>()
            .map(|byte| format!("{byte:02x}"))
            .concat();
        let path = folder.path().join(name);
        SqliteStore::create(&path, SqliteOptions::default(), clock, rng).unwrap()
    };
    contract::run(make).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn opens_closes_and_opens_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("world.db");
    let store = new_store(&path);
    assert_eq!(store.schema_version(), 0);
    let expires = "2026-05-01T00:00:00Z".parse().unwrap();
    store.kv_put("s", "k", 1.into(), expires).await.unwrap();
    store.close().await;
    assert!(store.ping().await.is_err());
    assert!(store.kv_put("s", "k", 2.into(), expires).await.is_err());
    let store = open_store(&path);
    assert_eq!(store.schema_version(), kaname_store_sqlite::SCHEMA_VERSION);
    assert_eq!(store.kv_get("s", "k", now()).await.unwrap(), Some(1.into()));
    store.close().await;
}
