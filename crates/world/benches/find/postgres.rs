//! The same searches on the scale-out store: a PostgreSQL server of its own, on a Unix socket.
//! `cargo xtask bench find-postgres [-- OBJECTS]`, 100,000 by default.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a measurement: it takes the time, and stops where something is wrong"
)]

mod work;

use std::sync::{Arc, atomic::AtomicU64};

use kaname_kernel::Rng;
use kaname_store_postgres::{PostgresOptions, PostgresStore};
use kaname_testkit::postgres::Postgres;
use work::{Cheap, SystemClock, all, wanted};

#[tokio::main]
async fn main() {
    // What an operator gives a server of 24 GiB; the default of 128 MB is for trying out.
    let server = Postgres::start_with("shared_buffers='4GB'\nmax_wal_size='4GB'\nautovacuum=on\n");
    let rng = Arc::new(Cheap(AtomicU64::new(5)));
    let store = PostgresStore::open(
        &server.url(),
        PostgresOptions::default(),
        Arc::new(SystemClock),
        Arc::clone(&rng) as Arc<dyn Rng>,
    )
    .await
    .unwrap();
    all(&store, &rng, wanted()).await;
    store.close().await;
}
