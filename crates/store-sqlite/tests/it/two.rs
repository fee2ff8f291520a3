//! Two stores on one file, as a command beside a running server is.

use std::sync::Arc;

use kaname_kernel::SeededRng;
use kaname_store::{Commit, Store};

use super::{change, new_store, open_store, verify};

#[tokio::test(flavor = "multi_thread")]
async fn two_writers_on_one_file_keep_one_ledger() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("world.db");
    let stores = [Arc::new(new_store(&path)), Arc::new(open_store(&path))];
    let rng = Arc::new(SeededRng::new(4));
    let mut running = Vec::new();
    for n in 0..8 {
        let (store, rng) = (Arc::clone(&stores[n % 2]), Arc::clone(&rng));
        running.push(tokio::spawn(async move {
            for _ in 0..40 {
                let mut change = change(&*rng, "from either side");
                change.new_epoch = true;
                store.commit(change).await.unwrap();
            }
        }));
    }
    for one in running {
        one.await.unwrap();
    }
    for store in &stores {
        assert_eq!(verify(&**store).await, 320);
        assert_eq!(store.epoch().await.unwrap(), 320);
        assert_eq!(store.audiences(0).await.unwrap().len(), 1);
    }
    let done = stores[0]
        .commit(Commit {
            new_epoch: true,
            ..Commit::default()
        })
        .await
        .unwrap();
    assert_eq!(
        (done.ledger_size, done.epoch, done.first_seq),
        (320, 321, None)
    );
    for store in &stores {
        store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_that_is_not_given_fails_all_who_wait_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("world.db");
    new_store(&path).close().await;
    let (options, clock, rng) = super::parts(3);
    let options = kaname_store_sqlite::SqliteOptions {
        busy_timeout_ms: 50,
        ..options
    };
    let store = kaname_store_sqlite::SqliteStore::open(&path, options, clock, rng).unwrap();
    let store = Arc::new(store);
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let made_up = SeededRng::new(5);
    let mut waiting = Vec::new();
    for _ in 0..200 {
        let (store, change) = (Arc::clone(&store), change(&made_up, "in vain"));
        waiting.push(tokio::spawn(async move { store.commit(change).await }));
    }
    for one in waiting {
        assert!(one.await.unwrap().is_err());
    }
    other.execute_batch("ROLLBACK").unwrap();
    let free = change(&made_up, "free again");
    store.commit(free).await.unwrap();
    assert_eq!(verify(&*store).await, 1);
    store.close().await;
}
