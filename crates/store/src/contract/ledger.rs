//! Events in order, the tree over them, and what refuses a commit.

use kaname_kernel::{
    EventId,
    merkle::{self, Frontier, Hash, Subtrees},
};
use serde_json::json;

use super::bench::Bench;
use crate::{
    change::{Commit, NewJob, Notice},
    port::{Store, StoreError},
    stored::{StoredCheckpoint, StoredEvent},
    tiles,
};

pub(super) async fn numbers_events_and_keeps_them(bench: Bench) {
    let store = &bench.store;
    assert_eq!(store.ledger_size().await.unwrap(), 0);
    assert_eq!(store.events(0, 10).await.unwrap(), []);
    let (mut first, second) = (bench.record("report"), bench.record("party"));
    first.version = 3;
    let appends = vec![
        bench.append(first.clone(), 3),
        bench.append(second.clone(), 1),
    ];
    let sent: Vec<_> = appends
        .iter()
        .flat_map(|append| append.events.clone())
        .collect();
    let done = store
        .commit(Commit {
            appends,
            ..Commit::default()
        })
        .await
        .unwrap();
    assert_eq!(store.sequence().await.unwrap(), 4);
    assert!(matches!(done.first_seq, None | Some(0)), "{done:?}");
    let kept = store.events(0, 10).await.unwrap();
    let order: Vec<u64> = kept.iter().map(|stored| stored.seq).collect();
    assert_eq!(order, [0, 1, 2, 3]);
    let events: Vec<_> = kept.iter().map(|stored| stored.event.clone()).collect();
    assert_eq!(events, sent);
    assert!(
        kept.iter()
            .all(|stored| stored.leaf == stored.event.leaf_hash())
    );
    assert_eq!(store.events(2, 1).await.unwrap(), &kept[2..3]);
    assert_eq!(store.events(4, 1).await.unwrap(), []);
    assert_eq!(store.history(first.id).await.unwrap(), &kept[..3]);
    assert_eq!(store.history(second.id).await.unwrap(), &kept[3..]);
    assert_eq!(store.history(bench.id()).await.unwrap(), []);
    for stored in &kept {
        let seq = store.event_seq(stored.event.header.id).await.unwrap();
        assert_eq!(seq, Some(stored.seq));
    }
    let unknown: EventId = bench.id();
    assert_eq!(store.event_seq(unknown).await.unwrap(), None);
    first.version = 4;
    bench.put(first.clone()).await;
    store.sequence().await.unwrap();
    let last = store
        .history(first.id)
        .await
        .unwrap()
        .pop()
        .map(|stored| stored.seq);
    assert_eq!(last, Some(4));
}

pub(super) async fn refuses_a_stale_version_and_writes_nothing(bench: Bench) {
    let store = &bench.store;
    let record = bench.put(bench.record("report")).await;
    let before = store.records_digest().await.unwrap();
    // Version 1 again, then a gap, then a good append beside a stale one.
    let stale = bench.change(record.clone());
    let mut gap = record.clone();
    gap.version = 4;
    let gap = bench.change(gap);
    let mut beside = bench.change(bench.record("report"));
    beside.appends.push(bench.append(record.clone(), 1));
    // A good append, decided on what has moved on.
    let mut moved = bench.change(bench.record("report"));
    moved.stands_on = vec![(record.id, 0)];
    for mut change in [stale, gap, beside, moved] {
        change.notices.push(Notice {
            topic: "report".to_owned(),
            matter: None,
        });
        change.jobs.push(job("mail"));
        change.new_epoch = true;
        let refused = store.commit(change).await.unwrap_err();
        let StoreError::Conflict { matter, .. } = refused else {
            panic!("{refused:?}");
        };
        assert_eq!(matter, record.id);
    }
    assert_eq!(store.sequence().await.unwrap(), 1);
    assert_eq!(store.records_digest().await.unwrap(), before);
    assert_eq!(store.epoch().await.unwrap(), 0);
    assert_eq!(store.last_notice().await.unwrap(), 0);
    let (now, until) = (bench.at(0), bench.at(60));
    assert_eq!(
        store
            .lease(&["mail"], [1; 16], now, until, 10)
            .await
            .unwrap(),
        []
    );
}

fn job(kind: &str) -> NewJob {
    NewJob {
        kind: kind.to_owned(),
        dedup: None,
        priority: 0,
        run_at: super::bench::start(),
        max_attempts: 1,
        payload: json!(null),
    }
}

pub(super) async fn keeps_what_stands_on_what_has_not_moved(bench: Bench) {
    let record = bench.put(bench.record("report")).await;
    let mut change = bench.change(bench.record("report"));
    // A matter that is not there is at version 0.
    change.stands_on = vec![(record.id, 1), (bench.id(), 0)];
    bench.store.commit(change).await.unwrap();
    assert_eq!(bench.store.sequence().await.unwrap(), 2);
}

pub(super) async fn refuses_changes_that_contradict_themselves(bench: Bench) {
    let store = &bench.store;
    let record = bench.record("report");
    let good = bench.append(record.clone(), 1);
    let mut none = good.clone();
    none.events.clear();
    let mut other_matter = good.clone();
    other_matter.events[0].header.matter = bench.id();
    let mut other_version = good.clone();
    other_version.record.version = 2;
    let mut long_key = good.clone();
    long_key.record.lookups = vec![("name".to_owned(), "x".repeat(2_000))];
    for append in [none, other_matter, other_version, long_key] {
        let refused = store
            .commit(Commit {
                appends: vec![append],
                ..Commit::default()
            })
            .await;
        assert!(
            matches!(refused, Err(StoreError::Malformed(_))),
            "{refused:?}"
        );
    }
    bench.put(record.clone()).await;
    // The same event under another matter.
    let other = bench.record("report");
    let mut twice = bench.append(other.clone(), 1);
    twice.events[0].header.id = good.events[0].header.id;
    let commit = Commit {
        appends: vec![good],
        ..Commit::default()
    };
    assert!(matches!(
        store.commit(commit).await,
        Err(StoreError::Conflict { .. })
    ));
    let kept = store.history(record.id).await.unwrap();
    twice.events[0].header.id = kept[0].event.header.id;
    let refused = store
        .commit(Commit {
            appends: vec![twice],
            ..Commit::default()
        })
        .await;
    assert!(
        matches!(refused, Err(StoreError::Malformed(_))),
        "{refused:?}"
    );
    assert_eq!(store.sequence().await.unwrap(), 1);
}

/// The store's subtrees as a tree the kernel can prove over.
async fn all_subtrees(store: &dyn Store, size: u64) -> Vec<Vec<Hash>> {
    let mut levels = Vec::new();
    for level in 0..=size.ilog2() {
        let mut row = Vec::new();
        for index in 0..(size >> level) {
            row.push(store.subtree(level, index).await.unwrap());
        }
        levels.push(row);
    }
    levels
}

struct Given<'a>(&'a [Vec<Hash>]);

impl Subtrees for Given<'_> {
    type Error = std::convert::Infallible;
    fn subtree(&mut self, level: u32, index: u64) -> Result<Hash, Self::Error> {
        Ok(self.0[level as usize][index as usize])
    }
}

pub(super) async fn tree_over_the_leaves_is_the_kernels(bench: Bench) {
    let store = &bench.store;
    let mut written = 0u64;
    // Uneven bites over two tile borders.
    for bite in [1u64, 2, 5, 100, 147, 1, 1, 256, 30] {
        let appends = (0..bite)
            .map(|_| bench.append(bench.record("report"), 1))
            .collect();
        store
            .commit(Commit {
                appends,
                ..Commit::default()
            })
            .await
            .unwrap();
        written += bite;
        assert_eq!(store.sequence().await.unwrap(), written);
    }
    let kept: Vec<StoredEvent> = store.events(0, 10_000).await.unwrap();
    let leaves: Vec<Hash> = kept.iter().map(|stored| stored.event.leaf_hash()).collect();
    let mut frontier = Frontier::default();
    leaves.iter().for_each(|leaf| frontier.push(*leaf));
    let levels = all_subtrees(&**store, written).await;
    assert_eq!(levels[0], leaves);
    for (index, hashes) in leaves.chunks(tiles::WIDTH).enumerate() {
        let tile = store.tile(0, index as u64).await.unwrap();
        assert_eq!(tile, Some(hashes.concat()), "tile {index}");
    }
    let above = store.tile(1, 0).await.unwrap();
    assert_eq!(above, Some(levels[8].concat()), "the tile of tiles");
    for (row, index) in [
        (0, written / 256 + 1),
        (1, 1),
        (2, 0),
        (9, 0),
        (0, u64::MAX),
    ] {
        assert_eq!(store.tile(row, index).await.unwrap(), None, "{row}/{index}");
    }
    let Ok(root) = merkle::root(&mut Given(&levels), written);
    assert_eq!(root, frontier.root());
    for index in [0, 255, 256, 300, written - 1] {
        let Ok(proof) = merkle::inclusion(&mut Given(&levels), index, written);
        let leaf = leaves[index as usize];
        assert!(merkle::verify_inclusion(
            leaf, index, written, &proof, &root
        ));
    }
    for beyond in [(0, written), (8, written >> 8), (3, u64::MAX), (200, 0)] {
        assert!(
            store.subtree(beyond.0, beyond.1).await.is_err(),
            "{beyond:?}"
        );
    }
}

pub(super) async fn keeps_checkpoints(bench: Bench) {
    let store = &bench.store;
    let note = |size: u64, text: &str| StoredCheckpoint {
        size,
        note: text.to_owned(),
        at: bench.at(size as i64),
    };
    assert_eq!(store.checkpoint(0).await.unwrap(), None);
    for kept in [note(5, "five"), note(9, "nine"), note(7, "seven")] {
        store.put_checkpoint(kept).await.unwrap();
    }
    assert_eq!(store.checkpoint(0).await.unwrap(), Some(note(9, "nine")));
    assert_eq!(store.checkpoint(9).await.unwrap(), Some(note(9, "nine")));
    assert_eq!(store.checkpoint(10).await.unwrap(), None);
    store
        .put_checkpoint(note(9, "nine, signed again"))
        .await
        .unwrap();
    let newest = note(9, "nine, signed again");
    assert_eq!(store.checkpoint(6).await.unwrap(), Some(newest.clone()));
    let all = [note(5, "five"), note(7, "seven"), newest];
    assert_eq!(store.checkpoints(0, 10).await.unwrap(), all);
    assert_eq!(store.checkpoints(6, 1).await.unwrap(), all[1..2]);
    assert_eq!(store.checkpoints(10, 10).await.unwrap(), []);
}

pub(super) async fn answers_a_repeated_request_once_more(bench: Bench) {
    let store = &bench.store;
    let mut change = bench.change(bench.record("report"));
    change.idempotency = Some(("request-1".to_owned(), json!({ "receipt": "R-1" })));
    store.commit(change.clone()).await.unwrap();
    for _ in 0..2 {
        // Told apart from a conflict, although the version is stale by now as well.
        let refused = store.commit(change.clone()).await.unwrap_err();
        let StoreError::Repeated(answer) = refused else {
            panic!("{refused:?}");
        };
        assert_eq!(answer, json!({ "receipt": "R-1" }));
    }
    assert_eq!(store.sequence().await.unwrap(), 1);
}
