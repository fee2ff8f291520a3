//! The scale-out store against the contract, on a real server.

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

use kaname_kernel::{Clock, Rng};
use kaname_store::contract;
use kaname_store_postgres::{PostgresOptions, PostgresStore};
use kaname_testkit::postgres::Postgres;

#[tokio::test(flavor = "multi_thread")]
async fn keeps_the_contract() {
    let server = Postgres::start();
    let world = AtomicU32::new(0);
    let make = async |clock: Arc<dyn Clock>, rng: Arc<dyn Rng>| {
        let schema = format!("world_{}", world.fetch_add(1, Ordering::SeqCst));
        let options = PostgresOptions {
            schema,
            connections: 6,
            ..PostgresOptions::default()
        };
        PostgresStore::open(&server.url(), options, clock, rng)
            .await
            .unwrap()
    };
    contract::run(make).await;
}
