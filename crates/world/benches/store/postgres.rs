//! The same work on the scale-out store: a PostgreSQL server of its own, on a Unix socket, durable
//! (`fsync` and `synchronous_commit` on). `cargo xtask bench store-postgres`, or
//! `cargo bench -p kaname-world --bench store-postgres [-- OBJECTS [RECORDS]]`, 100,000 each by default.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a benchmark: it measures real time and stops at the first error"
)]

mod work;

use std::sync::Arc;

use kaname_store::Store;
use kaname_store_postgres::{PostgresOptions, PostgresStore};
use kaname_testkit::postgres::Postgres;
use work::{SystemClock, all, cheap, sizes};

#[tokio::main]
async fn main() {
    // What an operator gives a server of 24 GiB; the default of 128 MB is for trying out.
    let server = Postgres::start_with("shared_buffers='2GB'\nmax_wal_size='4GB'\nautovacuum=on\n");
    let options = PostgresOptions {
        connections: 32,
        ..PostgresOptions::default()
    };
    let clock = Arc::new(SystemClock);
    let store = PostgresStore::open(&server.url(), options, clock, cheap(1))
        .await
        .unwrap();
    let store = Arc::new(store);
    let worked: Arc<dyn Store> = Arc::clone(&store) as _;
    all(&worked, sizes(100_000)).await;
    store.close().await;
}
