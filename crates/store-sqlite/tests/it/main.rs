//! The embedded store against the contract, and what is SQLite's alone.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests"
)]

use std::sync::Arc;

use kaname_kernel::{FixedClock, SeededRng};
use kaname_store::Store;
use kaname_store_sqlite::{SqliteOptions, SqliteStore};

#[tokio::test(flavor = "multi_thread")]
async fn opens_closes_and_opens_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("world.db");
    let clock = Arc::new(FixedClock::at("2026-04-01T00:00:00Z".parse().unwrap()));
    let rng = Arc::new(SeededRng::new(1));
    let store = SqliteStore::create(&path, SqliteOptions::default(), clock.clone(), rng.clone());
    let store = store.unwrap();
    store.ping().await.unwrap();
    store
        .kv_put("s", "k", 1.into(), "2026-05-01T00:00:00Z".parse().unwrap())
        .await
        .unwrap();
    store.close().await;
    let store = SqliteStore::open(&path, SqliteOptions::default(), clock, rng).unwrap();
    let now = "2026-04-01T00:00:00Z".parse().unwrap();
    assert_eq!(store.kv_get("s", "k", now).await.unwrap(), Some(1.into()));
    assert_eq!(store.ledger_size().await.unwrap(), 0);
    store.close().await;
}
