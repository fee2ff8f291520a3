//! Several nodes on one world.

use std::{collections::BTreeSet, sync::Arc};

use kaname_kernel::SeededRng;
use kaname_store::{Commit, NewJob, Notice, Store, contract::verify};
use kaname_testkit::postgres::Postgres;

use super::{change, now, open};

#[tokio::test(flavor = "multi_thread")]
async fn three_nodes_keep_one_ledger_and_lose_no_notice() {
    let server = Postgres::start();
    let mut nodes = Vec::new();
    for _ in 0..3 {
        nodes.push(Arc::new(open(&server, "live").await));
    }
    let rng = Arc::new(SeededRng::new(4));
    let mut running = Vec::new();
    for n in 0..9 {
        let (node, rng) = (Arc::clone(&nodes[n % 3]), Arc::clone(&rng));
        running.push(tokio::spawn(async move {
            for round in 0..20 {
                let mut change = change(&*rng, "from any node");
                let matter = Some(change.appends[0].record.id);
                change.notices.push(Notice {
                    topic: "report".to_owned(),
                    matter,
                });
                change.new_epoch = true;
                node.commit(change).await.unwrap();
                if round % 5 == 0 {
                    node.sequence().await.unwrap();
                }
            }
        }));
    }
    // Someone who reads on from the last position while they write must see each notice once.
    let reader = Arc::clone(&nodes[0]);
    let follow = tokio::spawn(async move {
        let (mut seen, mut after) = (BTreeSet::new(), 0);
        // However often it looks before the writers are done: what is lost shows as a gap, or as a wait
        // that ends with the test.
        loop {
            for notice in reader.notices(after).await.unwrap() {
                assert_eq!(notice.position, after + 1);
                after = notice.position;
                seen.insert(notice.matter);
            }
            if seen.len() == 180 {
                return;
            }
            tokio::task::yield_now().await;
        }
    });
    for one in running {
        one.await.unwrap();
    }
    follow.await.unwrap();
    for node in &nodes {
        assert_eq!(verify(&**node).await, 180);
        assert_eq!(node.epoch().await.unwrap(), 180);
        assert_eq!(node.audiences(0).await.unwrap().len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_goes_to_one_node_and_a_key_waits_once() {
    let server = Postgres::start();
    let nodes = [
        Arc::new(open(&server, "live").await),
        Arc::new(open(&server, "live").await),
    ];
    let job = NewJob {
        kind: "digest".to_owned(),
        dedup: Some("daily".to_owned()),
        priority: 0,
        run_at: now(),
        max_attempts: 3,
        payload: serde_json::json!({}),
    };
    let mut queueing = Vec::new();
    for n in 0..12 {
        let (node, job) = (Arc::clone(&nodes[n % 2]), job.clone());
        queueing.push(tokio::spawn(async move {
            let commit = Commit {
                jobs: vec![job],
                ..Commit::default()
            };
            node.commit(commit).await.unwrap();
        }));
    }
    for one in queueing {
        one.await.unwrap();
    }
    let until = now() + jiff::SignedDuration::from_secs(60);
    let mut leasing = Vec::new();
    for worker in 0..8u8 {
        let node = Arc::clone(&nodes[usize::from(worker) % 2]);
        leasing.push(tokio::spawn(async move {
            node.lease(&["digest"], [worker; 16], now(), until, 5)
                .await
                .unwrap()
                .len()
        }));
    }
    let mut leased = 0;
    for one in leasing {
        leased += one.await.unwrap();
    }
    assert_eq!(leased, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn worlds_in_one_database_do_not_see_each_other() {
    let server = Postgres::start();
    let (live, exercise) = (
        open(&server, "live").await,
        open(&server, "exercise_1").await,
    );
    let rng = SeededRng::new(5);
    let real = change(&rng, "real");
    let id = real.appends[0].record.id;
    live.commit(real).await.unwrap();
    assert!(live.record(id).await.unwrap().is_some());
    assert!(exercise.record(id).await.unwrap().is_none());
    assert_eq!((verify(&live).await, verify(&exercise).await), (1, 0));
}
