//! What the embedded store does in a second, and how long a page waits: prints a table.
//! `cargo xtask bench store`, or `cargo bench -p kaname-world --bench store [-- OBJECTS [RECORDS]]`, a
//! million each by default.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a benchmark: it measures real time and stops at the first error"
)]

mod work;

use std::{path::Path, sync::Arc, time::Instant};

use kaname_store::Store;
use kaname_store_sqlite::{SqliteOptions, SqliteStore};
use work::{SystemClock, all, cheap, line, resident, sizes};

/// A fresh process opens the store and answers: what an idle server costs.
fn idle(path: &Path) {
    let child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--idle", &path.display().to_string()])
        .output()
        .unwrap();
    print!("{}", String::from_utf8_lossy(&child.stdout));
}

async fn idle_child(path: &Path) {
    let begin = Instant::now();
    let options = SqliteOptions::default();
    let store = SqliteStore::open(path, options, Arc::new(SystemClock), cheap(3)).unwrap();
    store.ping().await.unwrap();
    store.ledger_size().await.unwrap();
    line(
        "open until the first answer",
        format!("{:.0} ms", begin.elapsed().as_secs_f64() * 1e3),
    );
    line("memory of a process that only opened it", resident());
    store.close().await;
}

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    if arguments.next().as_deref() == Some("--idle") {
        return idle_child(arguments.next().unwrap().as_ref()).await;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bench.db");
    let clock = Arc::new(SystemClock);
    let store = SqliteStore::create(&path, SqliteOptions::default(), clock, cheap(1)).unwrap();
    let store = Arc::new(store);
    let worked: Arc<dyn Store> = Arc::clone(&store) as _;
    all(&worked, sizes(1_000_000)).await;
    store.close().await;
    let size = path.metadata().unwrap().len();
    line(
        "database file",
        format!("{:.0} MiB", size as f64 / 1048576.0),
    );
    idle(&path);
}
