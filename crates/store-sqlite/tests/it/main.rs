//! The embedded store against the contract, and what is SQLite's alone.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests"
)]

use std::{path::Path, sync::Arc};

use jiff::Timestamp;
use kaname_kernel::{Clock, FixedClock, Rng, SeededRng};
use kaname_store::{
    Commit, Store,
    contract::{self, verify},
};
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

fn change(rng: &dyn Rng, text: &str) -> Commit {
    contract::beginning(rng, now(), text)
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
