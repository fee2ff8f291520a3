//! kill -9 at random points: nothing acknowledged is lost, nothing is half done.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
    sync::Arc,
};

use kaname_kernel::{Clock, FixedClock, MatterId, Rng, SeededRng};
use kaname_store::Store;
use kaname_store_sqlite::{SqliteOptions, SqliteStore};

use super::{change, new_store, now, open_store, verify};

/// Set for the child: the file to write to, and a seed.
const CHILD: &str = "KANAME_KILL_TEST_CHILD";

/// The child's part; in an ordinary run there is nothing to do.
#[expect(
    clippy::disallowed_methods,
    reason = "the child is this very test, told by its environment what to do"
)]
#[test]
fn child_that_commits_until_killed() {
    let Ok(told) = std::env::var(CHILD) else {
        return;
    };
    let (seed, path) = told.split_once(':').unwrap();
    let rng = Arc::new(SeededRng::new(seed.parse().unwrap()));
    let clock: Arc<dyn Clock> = Arc::new(FixedClock::at(now()));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let options = SqliteOptions::default();
        let store = SqliteStore::open(path.as_ref(), options, clock, rng.clone()).unwrap();
        let store = Arc::new(store);
        let mut callers = Vec::new();
        for _ in 0..8 {
            let (store, rng) = (Arc::clone(&store), Arc::clone(&rng));
            callers.push(tokio::spawn(async move {
                // More than can be done before the parent kills us; it is bounded all the same.
                for _ in 0..100_000 {
                    let change = change(&*rng, "before the end");
                    let id = change.appends[0].record.id;
                    store.commit(change).await.unwrap();
                    // One write call a line, past any buffer.
                    let line = format!("acknowledged {id}\n");
                    std::io::stderr().write_all(line.as_bytes()).unwrap();
                }
            }));
        }
        for caller in callers {
            caller.await.unwrap();
        }
    });
}

/// Lets a child commit until it has acknowledged `count` matters, then kills it.
fn run_and_kill(path: &std::path::Path, seed: u64, count: u64) -> Vec<MatterId> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "kill::child_that_commits_until_killed",
            "--nocapture",
        ])
        .env(CHILD, format!("{seed}:{}", path.display()))
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut acknowledged: Vec<MatterId> = Vec::new();
    let mut take = |line: String| {
        if let Some(id) = line.strip_prefix("acknowledged ") {
            acknowledged.push(id.parse().unwrap());
        }
        acknowledged.len() as u64
    };
    while let Some(Ok(line)) = lines.next() {
        if take(line) >= count {
            break;
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
    // What it had said before it died counts too; a last line may be cut.
    for line in lines.map_while(Result::ok).filter(|line| line.len() == 49) {
        take(line);
    }
    acknowledged
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_to_kill_9() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("world.db");
    new_store(&path).close().await;
    let rng = SeededRng::new(77);
    let chance: &dyn Rng = &rng;
    let mut acknowledged = Vec::new();
    for round in 0..20 {
        let count = chance.between(1, 150);
        let (at, seed) = (path.clone(), 1_000 + round);
        let killed = tokio::task::spawn_blocking(move || run_and_kill(&at, seed, count));
        let killed = killed.await.unwrap();
        assert!(killed.len() as u64 >= count, "the child ended early");
        acknowledged.extend(killed);
        let store = open_store(&path);
        let size = verify(&store).await;
        assert!(size >= acknowledged.len() as u64);
        for id in &acknowledged {
            assert!(
                store.record(*id).await.unwrap().is_some(),
                "round {round} lost {id}"
            );
        }
        store.commit(change(&rng, "and on")).await.unwrap();
        store.close().await;
    }
}
