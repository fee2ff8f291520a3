//! `cargo xtask bench find [-- OBJECTS]`: searches among objects on the embedded store, 100,000 by default.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a measurement: it takes the time, and stops where something is wrong"
)]

mod work;

use std::sync::{Arc, atomic::AtomicU64};

use kaname_kernel::Rng;
use kaname_store_sqlite::{SqliteOptions, SqliteStore};
use work::{Cheap, SystemClock, all, wanted};

#[tokio::main]
async fn main() {
    let folder = tempfile::tempdir().unwrap();
    let rng = Arc::new(Cheap(AtomicU64::new(5)));
    let store = SqliteStore::create(
        &folder.path().join("find.db"),
        SqliteOptions::default(),
        Arc::new(SystemClock),
        Arc::clone(&rng) as Arc<dyn Rng>,
    );
    all(&store.unwrap(), &rng, wanted()).await;
}
