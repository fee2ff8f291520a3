//! The scale-out store against the contract, on a real server, and what is PostgreSQL's alone.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests"
)]

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use jiff::Timestamp;
use kaname_kernel::{Clock, FixedClock, Rng, SeededRng};
use kaname_store::{Commit, StoreError, contract};
use kaname_store_postgres::{PostgresOptions, PostgresStore};
use kaname_testkit::postgres::Postgres;

mod backup;
mod crash;
mod nodes;
mod schema;

fn now() -> Timestamp {
    "2026-04-01T00:00:00Z".parse().unwrap()
}

fn change(rng: &dyn Rng, text: &str) -> Commit {
    contract::beginning(rng, now(), text)
}

fn in_schema(schema: &str) -> PostgresOptions {
    PostgresOptions {
        schema: schema.to_owned(),
        connections: 6,
        ..PostgresOptions::default()
    }
}

async fn try_open(server: &Postgres, schema: &str) -> Result<PostgresStore, StoreError> {
    let clock = Arc::new(FixedClock::at(now()));
    let rng = Arc::new(SeededRng::new(9));
    PostgresStore::open(&server.url(), in_schema(schema), clock, rng).await
}

async fn open(server: &Postgres, schema: &str) -> PostgresStore {
    try_open(server, schema).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn keeps_the_contract() {
    let server = Postgres::start();
    let world = AtomicU32::new(0);
    let make = async |clock: Arc<dyn Clock>, rng: Arc<dyn Rng>| {
        let schema = format!("world_{}", world.fetch_add(1, Ordering::SeqCst));
        PostgresStore::open(&server.url(), in_schema(&schema), clock, rng)
            .await
            .unwrap()
    };
    contract::run(make).await;
}
