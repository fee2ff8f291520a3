//! What is kept beside the ledger: short-lived values, attachments, sealed links, notices.

use std::sync::Arc;

use kaname_kernel::HandleId;
use serde_json::json;

use super::bench::Bench;
use crate::{
    change::{Blob, Commit, Notice, SealedLink},
    stored::StoredBlob,
};

pub(super) async fn short_lived_values_expire(bench: Bench) {
    let store = &bench.store;
    let (now, soon, late) = (bench.at(0), bench.at(10), bench.at(20));
    store
        .kv_put("session", "a1", json!({ "who": "職員" }), soon)
        .await
        .unwrap();
    store.kv_put("session", "a2", json!(2), late).await.unwrap();
    store.kv_put("session", "b", json!(3), late).await.unwrap();
    store.kv_put("draft", "a3", json!(4), late).await.unwrap();
    let get = |key: &'static str, at| store.kv_get("session", key, at);
    assert_eq!(
        get("a1", now).await.unwrap(),
        Some(json!({ "who": "職員" }))
    );
    assert_eq!(get("a1", soon).await.unwrap(), None);
    assert_eq!(get("none", now).await.unwrap(), None);
    let listed = store.kv_list("session", "a", now).await.unwrap();
    assert_eq!(
        listed
            .iter()
            .map(|(key, _)| key.as_str())
            .collect::<Vec<_>>(),
        ["a1", "a2"]
    );
    assert_eq!(
        store.kv_list("session", "a", soon).await.unwrap(),
        [("a2".to_owned(), json!(2))]
    );
    assert_eq!(store.kv_list("session", "", now).await.unwrap().len(), 3);
    assert_eq!(store.kv_list("session", "a%", now).await.unwrap(), []);
    store
        .kv_put("session", "a1", json!("again"), late)
        .await
        .unwrap();
    assert_eq!(get("a1", soon).await.unwrap(), Some(json!("again")));
    store.kv_put("session", "b", json!(3), soon).await.unwrap();
    assert_eq!(store.kv_sweep(soon).await.unwrap(), 1);
    assert_eq!(store.kv_sweep(soon).await.unwrap(), 0);
    assert_eq!(get("a2", soon).await.unwrap(), Some(json!(2)));
}

pub(super) async fn values_are_taken_and_counted_once(bench: Bench) {
    let store = &bench.store;
    let (now, soon, late) = (bench.at(0), bench.at(10), bench.at(20));
    store
        .kv_put("challenge", "c", json!("x"), soon)
        .await
        .unwrap();
    let mut takers = Vec::new();
    for _ in 0..12 {
        let store = Arc::clone(&bench.store);
        takers.push(tokio::spawn(async move {
            let taken = store.kv_take("challenge", "c", now).await.unwrap();
            let count = store.kv_count("limit", "login", now, soon).await.unwrap();
            (taken, count)
        }));
    }
    let (mut taken, mut counts) = (0, Vec::new());
    for taker in takers {
        let (value, count) = taker.await.unwrap();
        taken += u32::from(value == Some(json!("x")));
        counts.push(count);
    }
    assert_eq!(taken, 1);
    counts.sort_unstable();
    assert_eq!(counts, (1..=12).collect::<Vec<u64>>());
    // What is taken back many times at once is taken back as often, and never below zero.
    let mut takers = Vec::new();
    for _ in 0..5 {
        let store = Arc::clone(&bench.store);
        takers.push(tokio::spawn(async move {
            store.kv_uncount("limit", "login", now).await.unwrap();
        }));
    }
    for taker in takers {
        taker.await.unwrap();
    }
    for count in 8..=12 {
        assert_eq!(
            store.kv_count("limit", "login", now, late).await.unwrap(),
            count
        );
    }
    store.kv_uncount("limit", "nobody", now).await.unwrap();
    store.kv_count("limit", "once", now, soon).await.unwrap();
    store.kv_uncount("limit", "once", now).await.unwrap();
    store.kv_uncount("limit", "once", now).await.unwrap();
    assert_eq!(store.kv_count("limit", "once", now, soon).await.unwrap(), 1);
    // The window is that of the first count; after it, counting starts again.
    assert_eq!(
        store.kv_count("limit", "login", now, late).await.unwrap(),
        13
    );
    assert_eq!(
        store.kv_count("limit", "login", soon, late).await.unwrap(),
        1
    );
    assert_eq!(
        store.kv_count("limit", "other", soon, late).await.unwrap(),
        1
    );
    store
        .kv_put("challenge", "old", json!(1), soon)
        .await
        .unwrap();
    assert_eq!(store.kv_take("challenge", "old", soon).await.unwrap(), None);
}

pub(super) async fn attachments_and_sealed_links_come_back(bench: Bench) {
    let store = &bench.store;
    let record = bench.record("report");
    let mut change = bench.change(record.clone());
    let blob = Blob {
        id: bench.id(),
        matter: record.id,
        sha256: [7; 32],
        cipher: vec![0, 1, 2, 255],
        wrapped_key: vec![3; 72],
    };
    change.blobs.push(blob.clone());
    let tags = [[1u8; 32], [2; 32]];
    let links: Vec<SealedLink> = (0..3)
        .map(|n| SealedLink {
            handle: bench.id(),
            tag: tags[n % 2],
            boxed: vec![n as u8; 50],
        })
        .collect();
    change.sealed = links.clone();
    store.commit(change).await.unwrap();
    let kept = store.blob(blob.id).await.unwrap().unwrap();
    let (cipher, wrapped_key) = (blob.cipher, Some(blob.wrapped_key));
    assert_eq!(
        kept,
        StoredBlob {
            matter: record.id,
            cipher,
            wrapped_key
        }
    );
    assert_eq!(store.blob(bench.id()).await.unwrap(), None);
    let link = store.sealed_link(links[1].handle).await.unwrap().unwrap();
    assert_eq!(
        (link.handle, link.tag, &link.boxed),
        (links[1].handle, tags[1], &links[1].boxed)
    );
    assert!(store.sealed_link(bench.id()).await.unwrap().is_none());
    let mut handles = store.handles(&tags[0]).await.unwrap();
    handles.sort();
    let mut expected: Vec<HandleId> = vec![links[0].handle, links[2].handle];
    expected.sort();
    assert_eq!(handles, expected);
    assert_eq!(store.handles(&[9; 32]).await.unwrap(), []);
}

pub(super) async fn notices_follow_their_commits(bench: Bench) {
    let store = &bench.store;
    let notice = |topic: &str, matter| Notice {
        topic: topic.to_owned(),
        matter,
    };
    let record = bench.record("report");
    let mut first = bench.change(record.clone());
    first.notices = vec![notice("report", Some(record.id)), notice("desk", None)];
    store.commit(first).await.unwrap();
    let policy = Commit {
        notices: vec![notice("policy", None)],
        new_epoch: true,
        ..Commit::default()
    };
    store.commit(policy).await.unwrap();
    let all = store.notices(0).await.unwrap();
    let topics: Vec<_> = all
        .iter()
        .map(|one| (one.topic.as_str(), one.matter))
        .collect();
    assert_eq!(
        topics,
        [
            ("report", Some(record.id)),
            ("desk", None),
            ("policy", None)
        ]
    );
    assert_eq!(
        all.iter().map(|one| one.epoch).collect::<Vec<_>>(),
        [0, 0, 1]
    );
    assert!(all.is_sorted_by(|a, b| a.position < b.position));
    assert_eq!(store.last_notice().await.unwrap(), all[2].position);
    assert_eq!(store.notices(all[1].position).await.unwrap(), &all[2..]);
    assert_eq!(store.notices(all[2].position).await.unwrap(), []);
    let many = (0..1_200).map(|_| notice("desk", None)).collect();
    store
        .commit(Commit {
            notices: many,
            ..Commit::default()
        })
        .await
        .unwrap();
    assert_eq!(store.notices(all[2].position).await.unwrap().len(), 1_000);
    store.ping().await.unwrap();
}
