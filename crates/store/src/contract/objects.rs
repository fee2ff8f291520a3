//! Threat objects: order of addition, versions, filters and bytes, against a brute-force oracle.

use std::sync::Arc;

use kaname_kernel::{Audience, AudienceId, Clause, MatterId, PartyId, Posting, Term, fold};
use roaring::RoaringBitmap;

use super::{
    bench::{Bench, audiences, hex, posting},
    placed,
};
use crate::{
    StoreError,
    change::{Commit, NewObject},
    query::{ObjectFilter, Search, Sight, StoredObject, Versions},
};

pub(super) fn all_of(readable: Arc<RoaringBitmap>) -> ObjectFilter {
    ObjectFilter {
        limit: 100,
        count: true,
        ..ObjectFilter::all(readable)
    }
}

pub(super) fn adding(objects: Vec<NewObject>) -> Commit {
    Commit {
        objects,
        ..Commit::default()
    }
}

pub(super) async fn are_added_in_strictly_rising_order(bench: Bench) {
    let collections: [MatterId; 2] = [bench.id(), bench.id()];
    let mut names = Vec::new();
    for round in 0..20 {
        let mut objects = Vec::new();
        for n in 0..10 {
            let name = format!("indicator--{round}-{n}");
            objects.push(bench.object(*bench.pick(&collections), &name, 1));
            names.push(name);
        }
        bench.store.commit(adding(objects)).await.unwrap();
    }
    let mut filter = all_of(bench.readable(&[Audience::everyone()]).await);
    filter.limit = 1_000;
    let now_us = bench.clock.now().as_microsecond();
    let page = bench.store.objects(&filter).await.unwrap();
    let given: Vec<_> = page
        .objects
        .iter()
        .map(|object| object.stix_id.clone())
        .collect();
    assert_eq!(given, names);
    let added: Vec<i64> = page.objects.iter().map(|object| object.added_us).collect();
    assert!(added.is_sorted_by(|a, b| a < b), "unique and rising");
    assert!(
        added.last().is_some_and(|last| *last <= now_us),
        "never in the future"
    );
    for collection in collections {
        filter.collection = Some(collection);
        let bytes = bench.store.object_bytes(&filter).await.unwrap();
        let own = page
            .objects
            .iter()
            .filter(|object| object.collection == collection);
        let own: Vec<_> = own.map(|object| (object.added_us, &*object.raw)).collect();
        let joined = own
            .iter()
            .map(|(_, raw)| *raw)
            .collect::<Vec<_>>()
            .join(",");
        assert_eq!(bytes.joined, joined);
        assert_eq!(bytes.added, Some((own[0].0, own[own.len() - 1].0)));
        assert_eq!((bytes.count as usize, bytes.more), (own.len(), false));
    }
    filter.collection = Some(bench.id());
    assert_eq!(bench.store.objects(&filter).await.unwrap().total, Some(0));
    assert_eq!(bench.store.object_bytes(&filter).await.unwrap().count, 0);
    // Where all must be new, one that is there already refuses the others with it.
    filter.collection = None;
    let known = bench.object(collections[0], "indicator--known", 1);
    bench
        .store
        .commit(adding(vec![known.clone()]))
        .await
        .unwrap();
    let new = bench.object(collections[0], "indicator--new", 1);
    let strict = Commit {
        only_new_objects: true,
        ..adding(vec![new, known])
    };
    let refused = bench.store.commit(strict).await;
    assert!(matches!(refused, Err(StoreError::Conflict { .. })));
    let page = bench.store.objects(&filter).await.unwrap();
    assert_eq!(page.total, Some(201));
}

/// Everything stored, beside what each object was given to be found by.
struct Library {
    collections: Vec<MatterId>,
    origins: [Option<PartyId>; 3],
    rows: Vec<(StoredObject, NewObject)>,
}

/// An audience that no reader of these checks is in.
fn hidden() -> Audience {
    Audience::officers().and(Clause::any([Term::From(1_000_000)]))
}

/// Much that nobody sees.
async fn hide(bench: &Bench, collections: &[MatterId]) {
    let objects = (0..1_500).map(|_| {
        let stix_type = *bench.pick(&["indicator", "malware", "relationship"]);
        let name = format!("{stix_type}--{}", hex(&bench.rng().bytes::<8>()));
        let mut object = bench.object(*bench.pick(collections), &name, 1);
        object.audience = hidden();
        object
    });
    let objects = objects.collect();
    bench.store.commit(adding(objects)).await.unwrap();
}

/// All audiences but the hidden one.
async fn known(bench: &Bench) -> Vec<AudienceId> {
    let all = bench.store.audiences(0).await.unwrap();
    let seen = all.iter().filter(|(_, audience)| *audience != hidden());
    seen.map(|(id, _)| *id).collect()
}

async fn fill(bench: &Bench, collections: Vec<MatterId>) -> Library {
    let audiences = audiences(6);
    let origins = [None, Some(bench.id()), Some(bench.id())];
    let mut sent: Vec<NewObject> = Vec::new();
    for _ in 0..30 {
        let mut objects = Vec::new();
        for _ in 0..12 {
            let stix_type = *bench.pick(&["indicator", "malware", "relationship"]);
            let stix_id = format!("{stix_type}--{}", bench.below(50));
            let collection = *bench.pick(&collections);
            // Versions come in any order, and some come again.
            let mut object = bench.object(collection, &stix_id, 1 + bench.below(6) as i64);
            object.audience = bench.pick(&audiences).clone();
            object.origin = *bench.pick(&origins);
            object.spec = (*bench.pick(&["2.1", "2.1", "2.0"])).to_owned();
            object.text = (*bench.pick(&["電力の攻撃", "水道 phishing", ""])).to_owned();
            object.postings = vec![posting(
                "domain",
                bench.pick::<&str>(&["a.example", "b.example"]),
            )];
            let same = |old: &&NewObject| {
                (old.collection, old.origin, &old.stix_id, old.version_us)
                    == (
                        collection,
                        object.origin,
                        &object.stix_id,
                        object.version_us,
                    )
            };
            let known = sent.iter().chain(&objects).find(same).is_some();
            objects.push(object.clone());
            if !known {
                sent.push(object);
            }
        }
        bench.store.commit(adding(objects)).await.unwrap();
    }
    let mut filter = all_of(Arc::new(known(bench).await.into_iter().collect()));
    filter.limit = 1_000;
    let stored = bench.store.objects(&filter).await.unwrap().objects;
    assert_eq!(
        stored.len(),
        sent.len(),
        "a version that is there already is left as it is"
    );
    let rows = stored.into_iter().map(|row| {
        let new = sent.iter().find(|new| new.key == row.key).unwrap();
        assert_eq!(
            (&row.raw, &row.title, row.source, row.origin),
            (&new.raw, &new.title, new.source, new.origin)
        );
        (row, new.clone())
    });
    Library {
        collections,
        origins,
        rows: rows.collect(),
    }
}

fn shown(filter: &ObjectFilter, row: &StoredObject, library: &Library) -> bool {
    let sees = |id: AudienceId| filter.readable.contains(id);
    let other_visible = |newer: bool| {
        library.rows.iter().any(|(other, _)| {
            (&other.stix_id, other.collection, other.origin)
                == (&row.stix_id, row.collection, row.origin)
                && sees(other.audience_id)
                && if newer {
                    other.version_us > row.version_us
                } else {
                    other.version_us < row.version_us
                }
        })
    };
    let one = |versions: &Versions| match versions {
        Versions::All => true,
        Versions::Last => !other_visible(true),
        Versions::First => !other_visible(false),
        Versions::At(versions) => versions.contains(&row.version_us),
        Versions::AnyOf(_) => panic!("this oracle knows one level"),
    };
    let version = match &filter.versions {
        Versions::AnyOf(several) => several.iter().any(one),
        single => one(single),
    };
    sees(row.audience_id) && version
}

fn expected(filter: &ObjectFilter, library: &Library) -> Vec<StoredObject> {
    let listed = |list: &[String], item: &String| list.is_empty() || list.contains(item);
    let wanted = filter.search.as_ref().map(|search| fold::tokens(&search.0));
    let matching = library.rows.iter().filter(|(row, new)| {
        let tokens = fold::tokens(&new.text);
        shown(filter, row, library)
            && filter
                .collection
                .is_none_or(|collection| collection == row.collection)
            && filter
                .added_after_us
                .is_none_or(|after| row.added_us > after)
            && (filter.origins.is_empty() || filter.origins.contains(&row.origin))
            && listed(&filter.ids, &row.stix_id)
            && listed(&filter.types, &row.stix_type)
            && listed(&filter.specs, &row.spec)
            && wanted
                .as_ref()
                .is_none_or(|all| all.iter().all(|word| tokens.contains(word)))
            && filter
                .value
                .as_ref()
                .is_none_or(|value| new.postings.contains(value))
    });
    let mut rows: Vec<_> = matching.map(|(row, _)| row.clone()).collect();
    if filter.newest_first {
        rows.reverse();
    }
    rows
}

async fn any_filter(bench: &Bench, library: &Library) -> ObjectFilter {
    let all = known(bench).await;
    let readable = all.into_iter().filter(|_| bench.below(3) > 0).collect();
    let maybe = |one_in: u64| bench.below(one_in) == 0;
    let mut filter = all_of(Arc::new(readable));
    filter.collection = (!maybe(4)).then(|| *bench.pick(&library.collections));
    filter.added_after_us = maybe(4).then(|| bench.pick(&library.rows).0.added_us);
    filter.newest_first = maybe(3);
    if maybe(4) {
        filter.origins = vec![library.origins[0], *bench.pick(&library.origins)];
    }
    if maybe(4) {
        filter.ids = (0..3)
            .map(|_| bench.pick(&library.rows).0.stix_id.clone())
            .collect();
    }
    if maybe(3) {
        filter.types = vec!["indicator".to_owned(), "relationship".to_owned()];
    }
    if maybe(4) {
        filter.specs = vec!["2.0".to_owned()];
    }
    filter.versions = match bench.below(7) {
        3 => Versions::AnyOf(vec![Versions::First, Versions::Last]),
        4 => Versions::AnyOf(vec![Versions::At(vec![3]), Versions::First]),
        0 => Versions::All,
        1 => Versions::First,
        2 => Versions::At(vec![2, 5]),
        _ => Versions::Last,
    };
    filter.search = maybe(4).then(|| Search((*bench.pick(&["攻撃", "PHISHING 水道"])).to_owned()));
    filter.value = maybe(4).then(|| posting("domain", "a.example"));
    filter.limit = 1 + bench.below(40) as u32;
    filter
}

/// As many audiences as objects, more than are merged: pages come in the same order by another way.
pub(super) async fn are_paged_through_however_many_audiences(bench: Bench) {
    let collection = bench.id();
    let audiences = audiences(1_200);
    let mut names = Vec::new();
    for (part, some) in audiences.chunks(400).enumerate() {
        let objects = some.iter().enumerate().map(|(n, audience)| {
            let mut object = bench.object(collection, &format!("indicator--{part}-{n}"), 1);
            object.audience = audience.clone();
            object
        });
        let objects: Vec<NewObject> = objects.collect();
        names.extend(objects.iter().map(|object| object.stix_id.clone()));
        bench.store.commit(adding(objects)).await.unwrap();
    }
    names.reverse();
    let all = bench.store.audiences(0).await.unwrap();
    let mut filter = all_of(Arc::new(all.iter().map(|(id, _)| *id).collect()));
    filter.newest_first = true;
    for named in [None, Some(collection)] {
        (filter.collection, filter.after_us) = (named, None);
        let mut given = Vec::new();
        for _ in 0..20 {
            let page = bench.store.objects(&filter).await.unwrap();
            assert_eq!(page.total, Some(1_200));
            filter.after_us = page.objects.last().map(|last| last.added_us);
            given.extend(page.objects.into_iter().map(|one| one.stix_id));
            if !page.more {
                break;
            }
        }
        assert_eq!(given, names);
    }
}

pub(super) async fn agree_with_brute_force(bench: Bench) {
    let collections: Vec<MatterId> = (0..3).map(|_| bench.id()).collect();
    let library = fill(&bench, collections).await;
    agree(&bench, &library).await;
}

/// Before and after what readers see stands much that they do not.
pub(super) async fn agree_among_much_that_is_hidden(bench: Bench) {
    let collections: Vec<MatterId> = (0..3).map(|_| bench.id()).collect();
    hide(&bench, &collections).await;
    let library = fill(&bench, collections.clone()).await;
    hide(&bench, &collections).await;
    agree(&bench, &library).await;
}

/// Who may see what stands under ids is told as the rows say it, of the hub and of each other apart.
async fn sights_agree(bench: &Bench, library: &Library) {
    for _ in 0..20 {
        let ids: Vec<String> = (0..4)
            .map(|_| bench.pick(&library.rows).0.stix_id.clone())
            .collect();
        let mut expected: Vec<Sight> = library
            .rows
            .iter()
            .filter(|(row, _)| ids.contains(&row.stix_id))
            .map(|(row, _)| Sight {
                stix_id: row.stix_id.clone(),
                origin: row.origin,
                collection: row.collection,
                audience_id: row.audience_id,
                first_us: row.added_us,
            })
            .collect();
        // Of the versions of one originator in one place that the same readers see, since the first of them.
        expected.sort();
        expected.dedup_by(|one, first| {
            let group = |sight: &Sight| (sight.origin, sight.collection, sight.audience_id);
            one.stix_id == first.stix_id && group(one) == group(first)
        });
        assert_eq!(bench.store.sights(&ids).await.unwrap(), expected);
    }
    let none = ["indicator--none".to_owned()];
    assert_eq!(bench.store.sights(&none).await.unwrap(), []);
    assert_eq!(bench.store.sights(&[]).await.unwrap(), []);
}

async fn agree(bench: &Bench, library: &Library) {
    sights_agree(bench, library).await;
    let rows = bench.store.object_rows(i64::MIN, 10_000).await.unwrap();
    assert!(rows.iter().all(|row| row.marked == row.ends));
    for round in 0..150 {
        let mut filter = any_filter(bench, library).await;
        let expected = expected(&filter, library);
        let mut given = Vec::new();
        for _ in 0..=expected.len() {
            let page = bench.store.objects(&filter).await.unwrap();
            let bytes = bench.store.object_bytes(&filter).await.unwrap();
            assert_eq!(
                page.total,
                Some(expected.len() as u32),
                "round {round}: {filter:?}"
            );
            let joined: Vec<&str> = page.objects.iter().map(|object| &*object.raw).collect();
            assert_eq!(bytes.joined, joined.join(","), "round {round}: {filter:?}");
            assert_eq!(
                (bytes.count as usize, bytes.more),
                (joined.len(), page.more)
            );
            filter.after_us = page.objects.last().map(|last| last.added_us);
            assert_eq!(bytes.last_us, filter.after_us);
            assert_eq!(bytes.added.map(|(_, last)| last), filter.after_us);
            given.extend(page.objects);
            if !page.more {
                break;
            }
        }
        assert_eq!(given, expected, "round {round}: {filter:?}");
    }
    let mut filter = all_of(Arc::default());
    filter.count = false;
    let page = bench.store.objects(&filter).await.unwrap();
    assert_eq!(
        (page.objects.len(), page.total, page.more),
        (0, None, false)
    );
}

pub(super) async fn are_withdrawn_and_enter_again(bench: Bench) {
    let collection = bench.id();
    let dressed = |version_us: i64| NewObject {
        text: "電力".to_owned(),
        postings: vec![posting("domain", "a.example")],
        refs: vec!["malware--1".to_owned()],
        ..bench.object(collection, "indicator--1", version_us)
    };
    bench
        .store
        .commit(adding(vec![dressed(1), dressed(2)]))
        .await
        .unwrap();
    let mut filter = all_of(bench.readable(&[Audience::everyone()]).await);
    let before = bench.store.objects(&filter).await.unwrap().objects;
    assert_eq!(before.len(), 2);
    let away = vec![
        placed::all_versions(collection, "indicator--1"),
        placed::all_versions(bench.id(), "none"),
    ];
    bench
        .store
        .commit(Commit {
            removed: away.clone(),
            ..Commit::default()
        })
        .await
        .unwrap();
    for search in [None, Some(Search("電力".to_owned()))] {
        filter.search = search;
        assert_eq!(bench.store.objects(&filter).await.unwrap().total, Some(0));
    }
    let referring = bench
        .store
        .referring("malware--1", &filter.readable, 10)
        .await
        .unwrap();
    assert_eq!(referring, Vec::<String>::new());
    // Taken out and put in again by one commit: a new moment, later than all before.
    let again = Commit {
        removed: away,
        objects: vec![dressed(1)],
        ..Commit::default()
    };
    bench.store.commit(again).await.unwrap();
    let after = bench.store.objects(&filter).await.unwrap().objects;
    assert_eq!(after.len(), 1);
    assert!(after[0].added_us > before[1].added_us);
    filter.versions = Versions::Last;
    assert_eq!(bench.store.objects(&filter).await.unwrap().objects, after);
}

pub(super) async fn count_exactly_to_ten_thousand(bench: Bench) {
    let collection = bench.id();
    let mut filter = all_of(Arc::default());
    filter.versions = Versions::Last;
    let mut stored = 0;
    for (add, total) in [(9_999u32, 9_999u32), (1, 10_000), (25, 10_001)] {
        let name = |n: u32| format!("indicator--{}", stored + n);
        let objects = (0..add).map(|n| bench.object(collection, &name(n), 1));
        bench.store.commit(adding(objects.collect())).await.unwrap();
        stored += add;
        filter.readable = bench.readable(&[Audience::everyone()]).await;
        let page = bench.store.objects(&filter).await.unwrap();
        assert_eq!(page.total, Some(total));
        let every = [Posting::every()];
        let all = bench.store.carriers(&every, &filter.readable, &[]);
        assert_eq!(all.await.unwrap()[0].objects, u64::from(stored));
    }
    assert_eq!(stored, 10_025);
    filter.limit = 1_000;
    for (within, newest_first) in [(Some(collection), false), (None, false), (None, true)] {
        (filter.collection, filter.newest_first, filter.after_us) = (within, newest_first, None);
        let mut given = Vec::new();
        for _ in 0..12 {
            let page = bench.store.objects(&filter).await.unwrap();
            given.extend(page.objects.iter().map(|object| object.added_us));
            filter.after_us = given.last().copied();
            if !page.more {
                break;
            }
        }
        assert_eq!(given.len(), 10_025);
        assert!(given.is_sorted_by(|a, b| (a < b) != newest_first));
    }
}
