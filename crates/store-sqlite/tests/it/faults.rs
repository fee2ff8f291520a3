//! One bad write among many, a full disk, and what redaction leaves in the files.

use std::sync::Arc;

use kaname_kernel::{Id, SeededRng};
use kaname_store::{Blob, Commit, Store, StoreError};
use kaname_store_sqlite::{SqliteOptions, SqliteStore};

use super::{change, new_store, open_store, parts, verify};

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_breaks_unforeseen_takes_no_other_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(new_store(&folder.path().join("world.db")));
    let rng = SeededRng::new(5);
    let blob = Blob {
        id: Id::random(&rng),
        matter: Id::random(&rng),
        sha256: [1; 32],
        cipher: vec![2; 10],
        wrapped_key: vec![3; 10],
    };
    let with_blob = || Commit {
        blobs: vec![blob.clone()],
        ..change(&rng, "with a file")
    };
    store.commit(with_blob()).await.unwrap();
    let mut running = Vec::new();
    for n in 0..64 {
        // A second attachment of the same id: no check foresees it, the table refuses it.
        let bad = n % 16 == 7;
        let change = if bad {
            with_blob()
        } else {
            change(&rng, "plain")
        };
        let store = Arc::clone(&store);
        running.push(tokio::spawn(
            async move { (bad, store.commit(change).await) },
        ));
    }
    for one in running {
        let (bad, outcome) = one.await.unwrap();
        assert_eq!(outcome.is_err(), bad, "{outcome:?}");
    }
    assert_eq!(verify(&*store).await, 1 + 60);
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_loses_nothing_that_was_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("world.db");
    let (options, clock, rng) = parts(1);
    let options = SqliteOptions {
        max_pages: Some(220),
        ..options
    };
    let store = Arc::new(SqliteStore::create(&path, options, clock, rng).unwrap());
    let (mut acknowledged, mut refused) = (Vec::new(), 0);
    let made_up = SeededRng::new(6);
    for _ in 0..40 {
        let mut running = Vec::new();
        for _ in 0..16 {
            let (store, change) = (
                Arc::clone(&store),
                change(&made_up, "word ".repeat(40).trim()),
            );
            running.push(tokio::spawn(async move {
                let id = change.appends[0].record.id;
                (id, store.commit(change).await)
            }));
        }
        for one in running {
            match one.await.unwrap() {
                (id, Ok(_)) => acknowledged.push(id),
                (_, Err(StoreError::Unavailable { source, .. })) => {
                    assert!(source.to_string().contains("full"), "{source}");
                    refused += 1;
                }
                (_, Err(other)) => panic!("{other:?}"),
            }
        }
        if refused > 20 {
            break;
        }
    }
    assert!(
        refused > 20 && acknowledged.len() > 50,
        "{} {refused}",
        acknowledged.len()
    );
    assert_eq!(verify(&*store).await, acknowledged.len() as u64);
    let unfit = store.ping().await;
    assert!(
        matches!(
            &unfit,
            Err(StoreError::Unavailable {
                uncertain: false,
                ..
            })
        ),
        "{unfit:?}"
    );
    store.close().await;
    // With room again it goes on where it stood.
    let store = open_store(&path);
    for id in &acknowledged {
        assert!(store.record(*id).await.unwrap().is_some());
    }
    store.commit(change(&made_up, "room again")).await.unwrap();
    assert_eq!(verify(&store).await, acknowledged.len() as u64 + 1);
    store.close().await;
}

fn stands_in_files(folder: &std::path::Path, needle: &[u8]) -> bool {
    let files = std::fs::read_dir(folder).unwrap();
    files.into_iter().any(|file| {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        bytes.windows(needle.len()).any(|window| window == needle)
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn redaction_leaves_neither_key_nor_words_in_the_files() {
    let folder = tempfile::tempdir().unwrap();
    let store = new_store(&folder.path().join("world.db"));
    let rng = SeededRng::new(8);
    for _ in 0..30 {
        store
            .commit(change(&rng, "ordinary words of others"))
            .await
            .unwrap();
    }
    let secret = change(&rng, "zyxwvutsecret");
    let record = secret.appends[0].record.clone();
    let event = secret.appends[0].events[0].clone();
    let key = event.wrapped_key.clone().unwrap();
    store.commit(secret).await.unwrap();
    for _ in 0..30 {
        store
            .commit(change(&rng, "ordinary words of others"))
            .await
            .unwrap();
    }
    assert!(stands_in_files(folder.path(), &key));
    assert!(stands_in_files(folder.path(), b"zyxwvutsecret"));
    let tombstone = kaname_store::Record {
        text: String::new(),
        body: serde_json::json!({}),
        ..record
    };
    let events = [event.header.id];
    store
        .shred(&events, tombstone, change(&rng, "a reason"))
        .await
        .unwrap();
    assert!(!stands_in_files(folder.path(), &key));
    // FTS5 keeps terms apart from their common beginning, so a part must be gone as well.
    assert!(!stands_in_files(folder.path(), b"zyxwvutsecret"));
    assert!(!stands_in_files(folder.path(), b"yxwvutsecret"));
    assert_eq!(store.shredded().await.unwrap(), events);
    assert_eq!(verify(&store).await, 62);
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn objects_added_while_the_clock_stands_still_keep_their_order() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("world.db");
    let store = new_store(&path);
    let rng = SeededRng::new(9);
    let collection = Id::random(&rng);
    let object = |n: u32| kaname_store::NewObject {
        key: Id::random(&rng),
        collection,
        origin: None,
        stix_id: format!("indicator--{n}"),
        stix_type: "indicator".to_owned(),
        version_us: 1,
        spec: "2.1".to_owned(),
        audience: kaname_kernel::Audience::everyone(),
        tlp: None,
        expires_us: None,
        title: String::new(),
        text: String::new(),
        postings: Vec::new(),
        refs: Vec::new(),
        raw: "{}".into(),
        source: Id::random(&rng),
        dated_us: None,
    };
    for round in 0..3 {
        let objects = (0..50).map(|n| object(round * 50 + n)).collect();
        store
            .commit(Commit {
                objects,
                ..Commit::default()
            })
            .await
            .unwrap();
    }
    store.close().await;
    // The order goes on after a restart, from whatever stands in the file.
    let store = open_store(&path);
    let objects = vec![object(999)];
    store
        .commit(Commit {
            objects,
            ..Commit::default()
        })
        .await
        .unwrap();
    let filter = kaname_store::ObjectFilter {
        collection: Some(collection),
        origins: Vec::new(),
        readable: Arc::new((0..10).collect()),
        added_after_us: None,
        newest_first: false,
        after_us: None,
        ids: Vec::new(),
        types: Vec::new(),
        specs: Vec::new(),
        versions: kaname_store::Versions::Last,
        search: None,
        value: None,
        limit: 1_000,
        count: false,
    };
    let added = store.objects(&filter).await.unwrap().objects;
    let gaps: Vec<i64> = added
        .windows(2)
        .map(|two| two[1].added_us - two[0].added_us)
        .collect();
    assert_eq!(gaps.len(), 150);
    assert!(gaps.iter().all(|gap| (1..=31).contains(gap)), "{gaps:?}");
    assert!(gaps.iter().any(|gap| *gap != gaps[0]));
    store.close().await;
}
