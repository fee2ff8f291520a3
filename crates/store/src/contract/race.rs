//! Many callers at once.

use std::sync::Arc;

use kaname_kernel::merkle::Hash;
use serde_json::json;

use super::bench::Bench;
use crate::{
    change::{Commit, Record},
    port::StoreError,
};

pub(super) async fn one_of_many_wins_a_version(bench: Bench) {
    let mut record = bench.put(bench.record("report")).await;
    record.version = 2;
    let mut racing = Vec::new();
    for _ in 0..16 {
        let (store, change) = (Arc::clone(&bench.store), bench.change(record.clone()));
        racing.push(tokio::spawn(async move { store.commit(change).await }));
    }
    let mut won = 0;
    for one in racing {
        match one.await.unwrap() {
            Ok(_) => won += 1,
            Err(StoreError::Conflict { matter, expected }) => {
                assert_eq!((matter, expected), (record.id, 1));
            }
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!(won, 1);
    assert_eq!(bench.store.history(record.id).await.unwrap().len(), 2);
}

/// A commit that must be refused, of the kind `n` chooses.
fn bad(bench: &Bench, n: usize, standing: &Record) -> Commit {
    let mut record = bench.record("report");
    match n % 4 {
        0 => bench.change(standing.clone()),
        1 => {
            record.lookups = standing.lookups.clone();
            bench.change(record)
        }
        2 => {
            let mut change = bench.change(record);
            change.idempotency = Some(("once".to_owned(), json!(2)));
            change
        }
        _ => {
            record.version = 9;
            bench.change(record)
        }
    }
}

pub(super) async fn bad_commits_leave_good_ones_alone(bench: Bench) {
    let mut standing = bench.record("report");
    standing.lookups = vec![("receipt".to_owned(), "R-1".to_owned())];
    let mut first = bench.change(standing.clone());
    first.idempotency = Some(("once".to_owned(), json!(1)));
    bench.store.commit(first).await.unwrap();
    let mut racing = Vec::new();
    for n in 0..96 {
        let good = n % 3 != 0;
        let change = if good {
            bench.change(bench.record("report"))
        } else {
            bad(&bench, n / 3, &standing)
        };
        let matter = change.appends[0].record.id;
        let store = Arc::clone(&bench.store);
        racing.push(tokio::spawn(async move {
            (good, matter, store.commit(change).await)
        }));
    }
    let mut good_ones = 1;
    for one in racing {
        let (good, matter, outcome) = one.await.unwrap();
        assert_eq!(outcome.is_ok(), good, "{outcome:?}");
        if good {
            good_ones += 1;
            assert!(bench.store.record(matter).await.unwrap().is_some());
        }
    }
    assert_eq!(bench.store.sequence().await.unwrap(), good_ones);
    let kept = bench.store.record(standing.id).await.unwrap().unwrap();
    assert_eq!(kept.record, standing);
}

pub(super) async fn many_writers_keep_one_order(bench: Bench) {
    let callers = 32;
    let each = 12u32;
    let mut running = Vec::new();
    for _ in 0..callers {
        let store = Arc::clone(&bench.store);
        let record = bench.record("report");
        let changes: Vec<Commit> = (1..=each)
            .map(|version| {
                bench.change(Record {
                    version,
                    ..record.clone()
                })
            })
            .collect();
        running.push(tokio::spawn(async move {
            for change in changes {
                store.commit(change).await.unwrap();
            }
            record.id
        }));
    }
    for one in running {
        let history = bench.store.history(one.await.unwrap()).await.unwrap();
        let versions: Vec<u32> = history
            .iter()
            .map(|stored| stored.event.header.version)
            .collect();
        assert_eq!(versions, (1..=each).collect::<Vec<_>>());
    }
    let size = bench.store.sequence().await.unwrap();
    assert_eq!(size, callers * u64::from(each));
    let kept = bench.store.events(0, 1_000).await.unwrap();
    let order: Vec<u64> = kept.iter().map(|stored| stored.seq).collect();
    assert_eq!(order, (0..size).collect::<Vec<_>>());
    for stored in kept.iter().step_by(7) {
        let leaf: Hash = bench.store.subtree(0, stored.seq).await.unwrap();
        assert_eq!(leaf, stored.event.leaf_hash());
    }
}
