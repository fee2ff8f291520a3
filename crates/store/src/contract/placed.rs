//! Where objects stand: versions that are taken out one by one, and moments that came from elsewhere.

use kaname_kernel::{Audience, MatterId, PartyId};

use super::{
    bench::Bench,
    objects::{adding, all_of},
};
use crate::{
    StoreError,
    change::{Commit, NewObject, Removed},
    query::{ObjectFilter, StoredObject, Versions},
};

/// Every version of an object.
pub(super) fn all_versions(collection: MatterId, stix_id: &str) -> Removed {
    Removed {
        collection,
        origin: None,
        stix_id: stix_id.to_owned(),
        version_us: None,
        source: None,
    }
}

/// Taken out by the matter that brought it: what another brought under the same id stays, marked as what is left.
pub(super) async fn are_withdrawn_by_who_brought_them(bench: Bench) {
    let collection = bench.id();
    let (one, other) = (bench.id(), bench.id());
    let brought = |version, source| NewObject {
        source,
        ..bench.object(collection, "indicator--1", version)
    };
    let objects = vec![
        brought(1, other),
        brought(2, one),
        brought(3, other),
        brought(4, one),
    ];
    bench.store.commit(adding(objects)).await.unwrap();
    let mut filter = all_of(bench.readable(&[Audience::everyone()]).await);
    filter.collection = Some(collection);
    for (source, left) in [
        (Some(one), vec![1, 3]),
        (Some(one), vec![1, 3]),
        (None, vec![]),
    ] {
        let gone = Removed {
            source,
            ..all_versions(collection, "indicator--1")
        };
        let change = Commit {
            removed: vec![gone],
            ..Commit::default()
        };
        bench.store.commit(change).await.unwrap();
        for (versions, expected) in [
            (Versions::All, left.clone()),
            (Versions::First, left.first().copied().into_iter().collect()),
            (Versions::Last, left.last().copied().into_iter().collect()),
        ] {
            filter.versions = versions;
            let page = bench.store.objects(&filter).await.unwrap();
            let given: Vec<i64> = page.objects.iter().map(|one| one.version_us).collect();
            assert_eq!(given, expected, "{:?}", filter.versions);
        }
    }
}

pub(super) async fn are_withdrawn_version_by_version(bench: Bench) {
    let collection = bench.id();
    let named = |name: &str, version| bench.object(collection, name, version);
    let mut objects: Vec<_> = (1..=4).map(|n| named("indicator--1", n)).collect();
    objects.push(named("indicator--2", 2));
    bench.store.commit(adding(objects)).await.unwrap();
    let mut filter = all_of(bench.readable(&[Audience::everyone()]).await);
    filter.collection = Some(collection);
    let versions = async |which| {
        let filter = ObjectFilter {
            versions: which,
            ids: vec!["indicator--1".to_owned()],
            ..filter.clone()
        };
        let page = bench.store.objects(&filter).await.unwrap();
        let versions = page.objects.iter().map(|object| object.version_us);
        versions.collect::<Vec<_>>()
    };
    for (gone, first, last, left) in [
        (4, 1, 3, vec![1, 2, 3]),
        (1, 2, 3, vec![2, 3]),
        (9, 2, 3, vec![2, 3]),
        (3, 2, 2, vec![2]),
    ] {
        let one = Removed {
            version_us: Some(gone),
            ..all_versions(collection, "indicator--1")
        };
        let removed = vec![one];
        let change = Commit {
            removed,
            ..Commit::default()
        };
        bench.store.commit(change).await.unwrap();
        assert_eq!(versions(Versions::All).await, left);
        assert_eq!(versions(Versions::First).await, [first]);
        assert_eq!(versions(Versions::Last).await, [last]);
    }
    let rows = bench.store.object_rows(i64::MIN, 100).await.unwrap();
    assert_eq!(rows.len(), 2, "the other object stays");
    assert!(rows.iter().all(|row| row.marked == row.ends));
}

pub(super) async fn keep_the_moments_they_come_with(bench: Bench) {
    let (moved, other) = (bench.id(), bench.id());
    let elsewhere = |n: u32, dated_us: i64| NewObject {
        dated_us: Some(dated_us),
        ..bench.object(moved, &format!("indicator--{n}"), 1)
    };
    // Several at one moment, and the same moments in another collection.
    let moments = [1_000, 1_000, 1_000, 2_000, 3_000, 3_000];
    let objects: Vec<_> = (0u32..)
        .zip(moments)
        .map(|(n, at)| elsewhere(n, at))
        .collect();
    let beside = objects.iter().take(2).map(|object| NewObject {
        collection: other,
        ..object.clone()
    });
    let beside = beside.collect();
    bench.store.commit(adding(objects)).await.unwrap();
    bench.store.commit(adding(beside)).await.unwrap();
    let here = bench.object(moved, "indicator--here", 1);
    bench.store.commit(adding(vec![here])).await.unwrap();
    let mut filter = all_of(bench.readable(&[Audience::everyone()]).await);
    filter.collection = Some(moved);
    let all = bench.store.objects(&filter).await.unwrap().objects;
    let dates: Vec<i64> = all.iter().map(StoredObject::date_added_us).collect();
    assert_eq!(dates[..6], moments);
    assert_eq!(dates[6], all[6].added_us);
    let bytes = bench.store.object_bytes(&filter).await.unwrap();
    assert_eq!(bytes.added, Some((1_000, all[6].added_us)));
    assert_eq!(bytes.last_us, Some(all[6].added_us));
    for (after, left) in [
        (0, 7),
        (999, 7),
        (1_000, 4),
        (1_999, 4),
        (2_000, 3),
        (3_000, 1),
        (3_001, 1),
        (all[0].added_us, 1),
        (all[5].added_us, 1),
        (all[6].added_us, 0),
    ] {
        filter.added_after_us = Some(after);
        let page = bench.store.objects(&filter).await.unwrap();
        assert_eq!(page.objects, all[7 - left..], "after {after}");
        let bytes = bench.store.object_bytes(&filter).await.unwrap();
        assert_eq!(bytes.count as usize, left, "after {after}");
    }
}

/// The same id and version by two originators stand side by side, each with its own first and last.
pub(super) async fn stand_beside_those_of_others(bench: Bench) {
    let collection = bench.id();
    let [hub, one, other]: [Option<PartyId>; 3] = [None, Some(bench.id()), Some(bench.id())];
    let by = |origin, version_us| NewObject {
        origin,
        ..bench.object(collection, "indicator--1", version_us)
    };
    let all = [
        by(hub, 2),
        by(one, 1),
        by(one, 2),
        by(other, 2),
        by(other, 3),
    ];
    bench.store.commit(adding(all.to_vec())).await.unwrap();
    // The same of the same originator is there already; of another it is new.
    let again = Commit {
        only_new_objects: true,
        ..adding(vec![by(one, 2)])
    };
    let refused = bench.store.commit(again).await;
    assert!(matches!(refused, Err(StoreError::Conflict { .. })));
    let beside = Commit {
        only_new_objects: true,
        ..adding(vec![by(hub, 1)])
    };
    bench.store.commit(beside).await.unwrap();
    let filter = all_of(bench.readable(&[Audience::everyone()]).await);
    let given = async |origins: &[Option<PartyId>], versions| {
        let filter = ObjectFilter {
            origins: origins.to_vec(),
            versions,
            ids: vec!["indicator--1".to_owned()],
            ..filter.clone()
        };
        let page = bench.store.objects(&filter).await.unwrap();
        assert_eq!(page.total, Some(page.objects.len() as u32));
        let mut all: Vec<_> = page
            .objects
            .iter()
            .map(|object| (object.origin, object.version_us))
            .collect();
        all.sort();
        all
    };
    let mut last = vec![(hub, 2), (one, 2), (other, 3)];
    last.sort();
    assert_eq!(given(&[], Versions::Last).await, last);
    let mut first = vec![(hub, 1), (one, 1), (other, 2)];
    first.sort();
    assert_eq!(given(&[], Versions::First).await, first);
    assert_eq!(given(&[hub], Versions::All).await, [(hub, 1), (hub, 2)]);
    assert_eq!(given(&[other], Versions::First).await, [(other, 2)]);
    // Taken out is what one originator brought, whatever the others have.
    let gone = |origin, version_us| Removed {
        origin,
        version_us,
        ..all_versions(collection, "indicator--1")
    };
    let removed = vec![gone(one, None), gone(other, Some(3))];
    bench
        .store
        .commit(Commit {
            removed,
            ..Commit::default()
        })
        .await
        .unwrap();
    let mut left = vec![(hub, 1), (hub, 2), (other, 2)];
    left.sort();
    assert_eq!(given(&[], Versions::All).await, left);
    assert_eq!(given(&[other], Versions::Last).await, [(other, 2)]);
    let rows = bench.store.object_rows(i64::MIN, 100).await.unwrap();
    assert!(rows.iter().all(|row| row.marked == row.ends));
    // Of what was withdrawn only the hub's is asked.
    let withdrawn = async || {
        let store = &bench.store;
        store.withdrawn(collection, "indicator--1").await.unwrap()
    };
    assert_eq!(withdrawn().await, []);
    bench
        .store
        .commit(Commit {
            removed: vec![gone(hub, Some(1))],
            ..Commit::default()
        })
        .await
        .unwrap();
    assert_eq!(withdrawn().await.len(), 1);
}
