//! Redaction.

use kaname_kernel::EventId;
use serde_json::json;

use super::bench::{Bench, posting};
use crate::{
    change::{Blob, Commit, Record},
    port::StoreError,
};

pub(super) async fn destroys_keys_and_words(bench: Bench) {
    let store = &bench.store;
    let blob_id = bench.id();
    let record = Record {
        version: 2,
        text: "標的型攻撃".to_owned(),
        postings: vec![posting("domain", "a.example")],
        lookups: vec![("receipt".to_owned(), "R-1".to_owned())],
        ..bench.record("report")
    };
    let mut change = Commit {
        appends: vec![bench.append(record.clone(), 2)],
        ..Commit::default()
    };
    change.blobs.push(Blob {
        id: blob_id,
        matter: record.id,
        sha256: [7; 32],
        cipher: vec![1; 90],
        wrapped_key: vec![3; 72],
    });
    store.commit(change).await.unwrap();
    let other = bench
        .put(Record {
            text: "攻撃".to_owned(),
            ..bench.record("report")
        })
        .await;
    store.sequence().await.unwrap();
    let before = store.history(record.id).await.unwrap();
    let events: Vec<EventId> = before.iter().map(|stored| stored.event.header.id).collect();
    let tombstone = Record {
        state: "redacted".to_owned(),
        text: String::new(),
        postings: Vec::new(),
        lookups: Vec::new(),
        body: json!({ "redacted": true }),
        ..record.clone()
    };
    // Decided on a history that has grown since: refused, nothing is destroyed.
    let early = Record {
        version: 1,
        ..tombstone.clone()
    };
    let reason = bench.change(bench.record("redaction"));
    let refused = store.shred(&events, early, reason.clone()).await;
    assert!(
        matches!(refused, Err(StoreError::Conflict { .. })),
        "{refused:?}"
    );
    assert_eq!(store.history(record.id).await.unwrap(), before);
    assert!(
        store
            .blob(blob_id)
            .await
            .unwrap()
            .unwrap()
            .wrapped_key
            .is_some()
    );
    store
        .shred(&events, tombstone.clone(), reason)
        .await
        .unwrap();
    assert_eq!(store.sequence().await.unwrap(), 4);
    let after = store.history(record.id).await.unwrap();
    for (was, is) in before.iter().zip(&after) {
        assert_eq!(is.event.wrapped_key, None);
        assert_eq!(
            (is.seq, is.leaf, &is.event.cipher),
            (was.seq, was.leaf, &was.event.cipher)
        );
        assert_eq!(is.event.leaf_hash(), is.leaf, "the log stays whole");
        assert_eq!(store.subtree(0, is.seq).await.unwrap(), is.leaf);
    }
    let blob = store.blob(blob_id).await.unwrap().unwrap();
    assert_eq!(blob.wrapped_key, None);
    assert_eq!(
        store.record(record.id).await.unwrap().unwrap().record,
        tombstone
    );
    assert_eq!(store.lookup("receipt", "R-1").await.unwrap(), None);
    assert_eq!(bench.found("report", "攻撃").await, [other.id]);
    let readable = bench.readable(&[record.audience]).await;
    let value = [posting("domain", "a.example")];
    assert_eq!(
        store.carrying("report", &value, &readable).await.unwrap(),
        []
    );
    let untouched = store.history(other.id).await.unwrap();
    assert!(untouched[0].event.wrapped_key.is_some());
}
