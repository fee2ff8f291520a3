//! The server is killed while nodes write: nothing acknowledged is lost, and they go on after.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use kaname_kernel::{MatterId, SeededRng};
use kaname_store::{Store, contract::verify};
use kaname_testkit::postgres::Postgres;

use super::{change, open};

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_when_the_server_is_killed() {
    let server = Arc::new(Postgres::start());
    let rng = Arc::new(SeededRng::new(6));
    let mut acknowledged: Vec<MatterId> = Vec::new();
    for round in 0..4u64 {
        let store = Arc::new(open(&server, "live").await);
        let stop = Arc::new(AtomicBool::new(false));
        let mut writers = Vec::new();
        for _ in 0..6 {
            let (store, rng, stop) = (Arc::clone(&store), Arc::clone(&rng), Arc::clone(&stop));
            writers.push(tokio::spawn(async move {
                let mut durable = Vec::new();
                // Bounded; the server dies long before.
                for _ in 0..100_000 {
                    let change = change(&*rng, "before the end");
                    let id = change.appends[0].record.id;
                    if stop.load(Ordering::Relaxed) || store.commit(change).await.is_err() {
                        break;
                    }
                    durable.push(id);
                }
                durable
            }));
        }
        // Far enough into the writing, at another point each time.
        let reached = 40 + 17 * round;
        for _ in 0..100_000 {
            if store.sequence().await.unwrap() >= acknowledged.len() as u64 + reached {
                break;
            }
        }
        let killed = Arc::clone(&server);
        tokio::task::spawn_blocking(move || killed.crash_and_restart())
            .await
            .unwrap();
        stop.store(true, Ordering::Relaxed);
        for writer in writers {
            acknowledged.extend(writer.await.unwrap());
        }
        // The same store goes on with new connections.
        for _ in 0..20 {
            if store.ping().await.is_ok() {
                break;
            }
        }
        assert!(verify(&*store).await >= acknowledged.len() as u64);
        for id in &acknowledged {
            assert!(
                store.record(*id).await.unwrap().is_some(),
                "round {round} lost {id}"
            );
        }
    }
    assert!(acknowledged.len() > 100);
}
