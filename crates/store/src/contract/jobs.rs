//! Work done later: leased once, taken over, tried again, buried.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::json;

use super::bench::Bench;
use crate::{
    change::{Commit, NewJob},
    jobs::{Job, JobOutcome},
    port::StoreError,
};

fn job(kind: &str, priority: i16, run_at: Timestamp, n: i64) -> NewJob {
    NewJob {
        kind: kind.to_owned(),
        dedup: None,
        priority,
        run_at,
        max_attempts: 2,
        payload: json!({ "n": n }),
    }
}

fn numbers(jobs: &[Job]) -> Vec<i64> {
    jobs.iter()
        .map(|job| job.payload["n"].as_i64().unwrap())
        .collect()
}

pub(super) async fn are_leased_by_priority_once(bench: Bench) {
    let store = &bench.store;
    let (now, until) = (bench.at(100), bench.at(160));
    let jobs = vec![
        job("mail", 0, bench.at(2), 1),
        job("mail", 0, bench.at(1), 2),
        job("mail", 9, bench.at(3), 3),
        job("mail", 9, bench.at(101), 4),
        job("webhook", 5, bench.at(1), 5),
    ];
    store
        .commit(Commit {
            jobs,
            ..Commit::default()
        })
        .await
        .unwrap();
    store
        .enqueue(job("other", 9, bench.at(1), 6))
        .await
        .unwrap();
    let first = store
        .lease(&["mail", "webhook"], [1; 16], now, until, 2)
        .await
        .unwrap();
    assert_eq!(numbers(&first), [3, 5]);
    assert!(
        first
            .iter()
            .all(|job| (job.attempt, job.leased_until) == (1, until))
    );
    let rest = store
        .lease(&["mail", "webhook"], [2; 16], now, until, 10)
        .await
        .unwrap();
    assert_eq!(numbers(&rest), [2, 1]);
    assert_eq!(
        store
            .lease(&["mail"], [3; 16], now, until, 10)
            .await
            .unwrap(),
        []
    );
    let later = store
        .lease(&["mail"], [3; 16], bench.at(101), until, 10)
        .await
        .unwrap();
    assert_eq!(numbers(&later), [4]);
    assert_eq!(store.lease(&[], [3; 16], now, until, 10).await.unwrap(), []);
    // Many workers at once: each job goes to one of them.
    let many = (0..40).map(|n| job("scan", 0, bench.at(1), n)).collect();
    store
        .commit(Commit {
            jobs: many,
            ..Commit::default()
        })
        .await
        .unwrap();
    let mut workers = Vec::new();
    for worker in 0..8u8 {
        let store = Arc::clone(&bench.store);
        workers.push(tokio::spawn(async move {
            store
                .lease(&["scan"], [worker; 16], now, until, 6)
                .await
                .unwrap()
        }));
    }
    let mut leased = Vec::new();
    for worker in workers {
        leased.extend(numbers(&worker.await.unwrap()));
    }
    leased.sort_unstable();
    leased.dedup();
    let left = store
        .lease(&["scan"], [9; 16], now, until, 100)
        .await
        .unwrap();
    assert_eq!(leased.len() + left.len(), 40);
}

pub(super) async fn are_taken_over_and_buried(bench: Bench) {
    let store = &bench.store;
    store.enqueue(job("mail", 0, bench.at(0), 1)).await.unwrap();
    let lost = store
        .lease(&["mail"], [1; 16], bench.at(1), bench.at(61), 1)
        .await
        .unwrap();
    assert_eq!(
        store
            .lease(&["mail"], [2; 16], bench.at(60), bench.at(99), 1)
            .await
            .unwrap(),
        []
    );
    let taken = store
        .lease(&["mail"], [2; 16], bench.at(61), bench.at(121), 1)
        .await
        .unwrap();
    assert_eq!((taken[0].id, taken[0].attempt), (lost[0].id, 2));
    let late = store.finish(&lost[0], JobOutcome::Done).await;
    assert!(
        matches!(late, Err(StoreError::LeaseLost(id)) if id == lost[0].id),
        "{late:?}"
    );
    store.finish(&taken[0], JobOutcome::Done).await.unwrap();
    let again = store.finish(&taken[0], JobOutcome::Done).await;
    assert!(matches!(again, Err(StoreError::LeaseLost(_))), "{again:?}");
    // Tried again later, then no more.
    store.enqueue(job("mail", 0, bench.at(0), 2)).await.unwrap();
    let retry = |at| JobOutcome::Retry {
        at,
        error: "refused".to_owned(),
    };
    let first = store
        .lease(&["mail"], [3; 16], bench.at(1), bench.at(61), 1)
        .await
        .unwrap();
    store.finish(&first[0], retry(bench.at(50))).await.unwrap();
    assert_eq!(
        store
            .lease(&["mail"], [3; 16], bench.at(49), bench.at(99), 1)
            .await
            .unwrap(),
        []
    );
    let second = store
        .lease(&["mail"], [3; 16], bench.at(50), bench.at(99), 1)
        .await
        .unwrap();
    assert_eq!(second[0].attempt, 2);
    assert_eq!(store.dead_letters(10).await.unwrap(), []);
    store.finish(&second[0], retry(bench.at(60))).await.unwrap();
    // Given up at once, and abandoned by its last worker.
    store.enqueue(job("mail", 0, bench.at(0), 3)).await.unwrap();
    let third = store
        .lease(&["mail"], [4; 16], bench.at(1), bench.at(61), 9)
        .await
        .unwrap();
    let dead = JobOutcome::Dead {
        error: "no such address".to_owned(),
    };
    store.finish(&third[0], dead).await.unwrap();
    store
        .enqueue(NewJob {
            max_attempts: 1,
            ..job("mail", 0, bench.at(0), 4)
        })
        .await
        .unwrap();
    store
        .lease(&["mail"], [5; 16], bench.at(1), bench.at(61), 9)
        .await
        .unwrap();
    assert_eq!(
        store
            .lease(&["mail"], [6; 16], bench.at(61), bench.at(99), 9)
            .await
            .unwrap(),
        []
    );
    let letters = store.dead_letters(10).await.unwrap();
    let numbers: Vec<_> = letters
        .iter()
        .map(|(_, _, payload)| payload["n"].as_i64())
        .collect();
    assert_eq!(numbers.len(), 3);
    for n in [2, 3, 4] {
        assert!(numbers.contains(&Some(n)), "{letters:?}");
    }
    assert!(
        letters
            .iter()
            .any(|(kind, error, _)| kind == "mail" && error == "no such address")
    );
    assert_eq!(store.dead_letters(2).await.unwrap().len(), 2);
}

pub(super) async fn wait_once_under_one_key(bench: Bench) {
    let store = &bench.store;
    let keyed = |kind: &str, n| NewJob {
        dedup: Some("digest".to_owned()),
        ..job(kind, 0, bench.at(0), n)
    };
    store.enqueue(keyed("mail", 1)).await.unwrap();
    let jobs = vec![keyed("mail", 2), keyed("webhook", 3)];
    store
        .commit(Commit {
            jobs,
            ..Commit::default()
        })
        .await
        .unwrap();
    let (now, until) = (bench.at(1), bench.at(61));
    let leased = store
        .lease(&["mail", "webhook"], [1; 16], now, until, 9)
        .await
        .unwrap();
    let mut given = numbers(&leased);
    given.sort_unstable();
    assert_eq!(given, [1, 3]);
    // The first is running and may have looked already: a second one waits behind it.
    store.enqueue(keyed("mail", 4)).await.unwrap();
    store.enqueue(keyed("mail", 5)).await.unwrap();
    let next = store
        .lease(&["mail"], [2; 16], now, until, 9)
        .await
        .unwrap();
    assert_eq!(numbers(&next), [4]);
}
