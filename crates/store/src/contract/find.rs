//! Searches among objects, and who carries a value, against a brute-force oracle.

use std::{collections::BTreeSet, sync::Arc};

use kaname_kernel::{Audience, AudienceId, Clause, MatterId, PartyId, Posting, Term, Tlp, fold};
use roaring::RoaringBitmap;

use super::{
    bench::{Bench, audiences, hex, posting},
    objects::adding,
};
use crate::{
    change::{Commit, NewObject, Removed},
    find::{Carriers, FindObjects, Spread},
    query::{ObjectFilter, StoredObject},
};

/// Words that objects are made of.
const WORDS: [&str; 6] = ["電力", "潮見作戦", "phishing", "mail", "host", "水道"];
const VALUES: [&str; 4] = ["192.0.2.1", "192.0.2.77", "198.51.100.4", "192.0.3.9"];
const TYPES: [&str; 3] = ["indicator", "malware", "tool"];

struct Library {
    collections: [MatterId; 2],
    origins: [Option<PartyId>; 3],
    rows: Vec<(StoredObject, NewObject)>,
}

/// An object of random words, value, marking and audience, of which there may be other versions.
fn object(bench: &Bench, library: &Library, n: u64) -> NewObject {
    let stix_type = *bench.pick(&TYPES);
    let name = format!("{stix_type}--{}", bench.below(150));
    let mut object = bench.object(*bench.pick(&library.collections), &name, 1 + n as i64);
    object.origin = *bench.pick(&library.origins);
    object.audience = bench.pick(&audiences(5)).clone();
    let words: Vec<&str> = (0..3).map(|_| *bench.pick(&WORDS)).collect();
    object.title = words.join(" ");
    let host = *bench.pick(&["evil.example", "www.evil.example", "notevil.example"]);
    object.text = format!("{}\n{host}", object.title);
    let value: &str = bench.pick::<&str>(&VALUES);
    object.postings = vec![posting("ipv4", value)];
    object.tlp = match bench.below(3) {
        0 => None,
        _ => Some(*bench.pick(&Tlp::ALL)),
    };
    object.raw = format!(
        "{{\"id\":\"{name}\",\"name\":\"{}\",\"v\":\"{host}\"}}",
        object.title
    )
    .into_boxed_str();
    object
}

async fn library(bench: &Bench) -> Library {
    let mut library = Library {
        collections: [bench.id(), bench.id()],
        origins: [None, Some(bench.id()), Some(bench.id())],
        rows: Vec::new(),
    };
    // Most of what comes last is seen by nobody, so that there is much to pass over.
    let hidden = Audience::officers().and(Clause::any([Term::From(1_000_000)]));
    let mut all: Vec<NewObject> = (0..500).map(|n| object(bench, &library, n)).collect();
    let covered = (500..6_000).map(|n| NewObject {
        audience: hidden.clone(),
        stix_id: format!("indicator--hidden-{n}"),
        ..object(bench, &library, n)
    });
    all.extend(covered);
    all.extend((6_000..6_100).map(|n| object(bench, &library, n)));
    for some in all.chunks(1_000) {
        bench.store.commit(adding(some.to_vec())).await.unwrap();
    }
    let everything = bench.store.audiences(0).await.unwrap();
    let everything: RoaringBitmap = everything.iter().map(|(id, _)| *id).collect();
    let mut filter = ObjectFilter::all(Arc::new(everything));
    filter.limit = 10_000;
    let stored = bench.store.objects(&filter).await.unwrap().objects;
    let new = |one: &StoredObject| all.iter().find(|new| new.key == one.key).unwrap().clone();
    library.rows = stored
        .into_iter()
        .map(|one| (one.clone(), new(&one)))
        .collect();
    library
}

/// A random search.
fn search(bench: &Bench, library: &Library, readable: Arc<RoaringBitmap>) -> FindObjects {
    let mut query = FindObjects {
        readable,
        limit: 1 + bench.below(40) as u32,
        groups: vec![
            vec!["電力".to_owned(), "phishing".to_owned()],
            vec!["無い語".to_owned()],
        ],
        ..FindObjects::default()
    };
    let word = |bench: &Bench| (*bench.pick(&WORDS)).to_owned();
    match bench.below(6) {
        0 => {}
        1 => query.values = vec![vec![posting("ipv4", VALUES[0]), posting("ipv4", VALUES[1])]],
        2 => query.hosts = vec!["evil.example".to_owned()],
        3 => query.phrases = vec![format!("{} {}", word(bench), word(bench))],
        _ => query.words = vec![vec![word(bench)], vec![word(bench), word(bench)]],
    }
    match bench.below(9) {
        0 => query.types = vec!["malware".to_owned()],
        1 => query.not_types = vec!["tool".to_owned()],
        2 => query.collections = vec![library.collections[0]],
        3 => query.origins = vec![*bench.pick(&library.origins)],
        4 => query.tlps = vec![Tlp::Green, Tlp::Red],
        5 => query.without = vec![word(bench)],
        6 => query.ids = (0..40).map(|n| format!("malware--{n}")).collect(),
        7 => query.without_phrases = vec!["mail".to_owned()],
        _ => {}
    }
    let moment = |bench: &Bench| bench.pick(&library.rows).0.added_us;
    if bench.below(4) == 0 {
        query.since_us = Some(moment(bench));
    }
    if bench.below(4) == 0 {
        query.until_us = Some(moment(bench));
    }
    query
}

fn has_words(text: &str, words: &str) -> bool {
    let tokens = fold::tokens(text);
    fold::tokens(words).iter().all(|word| tokens.contains(word))
}

/// Whether it is the newest version that the reader may see of its originator in its collection.
fn is_last(query: &FindObjects, library: &Library, stored: &StoredObject) -> bool {
    !library.rows.iter().any(|(other, _)| {
        other.stix_id == stored.stix_id
            && other.collection == stored.collection
            && other.origin == stored.origin
            && other.version_us > stored.version_us
            && query.readable.contains(other.audience_id)
    })
}

fn matches(query: &FindObjects, library: &Library, row: &(StoredObject, NewObject)) -> bool {
    let (stored, new) = row;
    let is_in = |list: &[String], one: &String| list.is_empty() || list.contains(one);
    let texts = query.hosts.iter().chain(&query.phrases);
    query.readable.contains(stored.audience_id)
        && is_in(&query.types, &stored.stix_type)
        && !query.not_types.contains(&stored.stix_type)
        && is_in(&query.ids, &stored.stix_id)
        && (query.collections.is_empty() || query.collections.contains(&stored.collection))
        && (query.origins.is_empty() || query.origins.contains(&stored.origin))
        && (query.tlps.is_empty() || new.tlp.is_some_and(|tlp| query.tlps.contains(&tlp)))
        && query.since_us.is_none_or(|since| stored.added_us >= since)
        && query.until_us.is_none_or(|until| stored.added_us < until)
        && query
            .values
            .iter()
            .all(|group| group.iter().any(|value| new.postings.contains(value)))
        && query
            .words
            .iter()
            .all(|group| group.iter().any(|text| has_words(&new.text, text)))
        && texts.clone().all(|text| has_words(&new.text, text))
        && !query.without.iter().any(|text| has_words(&new.text, text))
        && query.texts_hold(&stored.title, &stored.raw)
        && is_last(query, library, stored)
}

pub(super) async fn agrees_with_brute_force(bench: Bench) {
    let library = library(&bench).await;
    let own: Vec<Audience> = audiences(5);
    for round in 0..150 {
        let chosen: Vec<Audience> = own
            .iter()
            .filter(|_| bench.below(2) == 0)
            .cloned()
            .collect();
        let query = search(&bench, &library, bench.readable(&chosen).await);
        let mut expected: Vec<&(StoredObject, NewObject)> = library
            .rows
            .iter()
            .filter(|row| matches(&query, &library, row))
            .collect();
        expected.sort_by_key(|(stored, _)| std::cmp::Reverse(stored.added_us));
        let found = bench.store.find_objects(&query).await.unwrap();
        assert_eq!(
            found.total as usize,
            expected.len(),
            "round {round}: {query:?}"
        );
        let mut spread = Spread::default();
        for (stored, new) in &expected {
            assert_eq!(stored.tlp, new.tlp);
            spread.add(
                &stored.stix_type,
                stored.collection,
                stored.added_us,
                new.tlp,
            );
        }
        let groups = query.groups.iter().map(|group| {
            let has = |(_, new): &&&(StoredObject, NewObject)| {
                group.iter().any(|text| has_words(&new.text, text))
            };
            expected.iter().filter(has).count() as u32
        });
        spread.groups = groups.collect();
        assert_eq!(found.spread, spread, "round {round}: {query:?}");
        all_pages(&bench, query, &expected).await;
    }
}

/// The pages in order are what is expected, nothing twice.
async fn all_pages(bench: &Bench, mut query: FindObjects, expected: &[&(StoredObject, NewObject)]) {
    let mut given: Vec<StoredObject> = Vec::new();
    loop {
        let page = bench.store.find_objects(&query).await.unwrap();
        assert!(page.objects.len() <= query.limit as usize);
        given.extend(page.objects);
        if !page.more {
            break;
        }
        query.before_us = given.last().map(|last| last.added_us);
    }
    let expected: Vec<&StoredObject> = expected.iter().map(|(stored, _)| stored).collect();
    assert_eq!(given.iter().collect::<Vec<_>>(), expected, "{query:?}");
}

pub(super) async fn carriers_are_counted_as_they_are_seen(bench: Bench) {
    let mut library = library(&bench).await;
    carriers_agree(&bench, &library).await;
    for _ in 0..120 {
        let (stored, _) = bench.pick(&library.rows);
        let removed = Removed {
            collection: stored.collection,
            origin: stored.origin,
            stix_id: stored.stix_id.clone(),
            version_us: (bench.below(2) == 0).then_some(stored.version_us),
            source: None,
        };
        let change = Commit {
            removed: vec![removed.clone()],
            ..Commit::default()
        };
        bench.store.commit(change).await.unwrap();
        library.rows.retain(|(one, _)| {
            one.collection != removed.collection
                || one.origin != removed.origin
                || one.stix_id != removed.stix_id
                || removed
                    .version_us
                    .is_some_and(|version| version != one.version_us)
        });
    }
    carriers_agree(&bench, &library).await;
}

/// What is told of each value is what brute force counts, for who sees little and who sees much.
async fn carriers_agree(bench: &Bench, library: &Library) {
    let everyone = bench.readable(&[Audience::everyone()]).await;
    let officers = bench.readable(&audiences(5)).await;
    let unknown = posting("domain", VALUES[0]);
    let values = VALUES.iter().map(|value| posting("ipv4", value));
    let asked: Vec<_> = values.chain([unknown, Posting::every()]).collect();
    for readable in [everyone, officers] {
        let except: Vec<String> = library
            .rows
            .iter()
            .step_by(500)
            .map(|(stored, _)| stored.stix_id.clone())
            .collect();
        let told = bench.store.carriers(&asked, &readable, &except);
        let told = told.await.unwrap();
        let expected: Vec<Carriers> = asked
            .iter()
            .map(|value| {
                let carry = library.rows.iter().filter(|(stored, new)| {
                    (*value == Posting::every() || new.postings.contains(value))
                        && readable.contains(stored.audience_id)
                        && !except.contains(&stored.stix_id)
                });
                let carry: Vec<_> = carry.map(|(stored, _)| stored).collect();
                let ids: BTreeSet<&str> = carry.iter().map(|one| one.stix_id.as_str()).collect();
                let origins: BTreeSet<_> = carry.iter().map(|one| one.origin).collect();
                Carriers {
                    objects: ids.len() as u64,
                    origins: origins.len() as u64,
                }
            })
            .collect();
        assert_eq!(told, expected);
    }
}

/// A value in a space that is counted and in one that is not.
fn both(value: &str) -> Vec<Posting> {
    vec![posting("ipv4", value), posting("ipv4~", value)]
}

pub(super) async fn values_are_given_by_their_beginning(bench: Bench) {
    let collection = bench.id();
    let mut objects = Vec::new();
    for (n, value) in [
        "192.0.2.1",
        "192.0.2.1",
        "192.0.2.30",
        "192.0.20.1",
        "192.0.2",
    ]
    .iter()
    .enumerate()
    {
        let mut object = bench.object(collection, &format!("indicator--{n}"), 1);
        object.postings = [both(value), vec![posting("name", value)]].concat();
        objects.push(object);
    }
    bench.store.commit(adding(objects)).await.unwrap();
    // What is seen by few, alone and beside what all see, in one version and in two.
    let hidden = audiences(3).remove(2);
    for (stix_id, version, value) in [
        ("indicator--h", 1, "192.0.2.66"),
        ("indicator--h2", 1, "192.0.2.67"),
        ("indicator--h2", 2, "192.0.2.67"),
        ("indicator--h3", 1, "192.0.2.1"),
    ] {
        let mut object = bench.object(collection, stix_id, version);
        object.audience = hidden.clone();
        object.postings = both(value);
        bench.store.commit(adding(vec![object])).await.unwrap();
    }
    let mut seen_twice = bench.object(collection, "indicator--0", 2);
    seen_twice.postings = both("192.0.2.9");
    bench.store.commit(adding(vec![seen_twice])).await.unwrap();
    for (value, audience) in [
        ("192.0.2.200", Audience::officers()),
        ("192.0.2.201", hidden.clone()),
    ] {
        let mut record = bench.record("item");
        record.audience = audience;
        record.postings = both(value);
        bench.put(record).await;
    }
    let all = bench
        .readable(&[Audience::everyone(), Audience::officers(), hidden])
        .await;
    let officers = bench
        .readable(&[Audience::everyone(), Audience::officers()])
        .await;
    let everyone = bench.readable(&[Audience::everyone()]).await;
    let given = async |readable: &RoaringBitmap, beginnings: &[&str], limit| {
        let beginnings: Vec<String> = beginnings.iter().map(|&one| one.to_owned()).collect();
        let given = async |space: &str| {
            let store = &bench.store;
            let found = store.values_beginning(space, &beginnings, readable, limit);
            found.await.unwrap()
        };
        let found = given("ipv4").await;
        assert_eq!(given("ipv4~").await, found, "{beginnings:?}");
        found
    };
    let open = ["192.0.2.1", "192.0.2.30", "192.0.2.9"];
    assert_eq!(given(&everyone, &["192.0.2."], 10).await, open);
    let for_officers = ["192.0.2.1", "192.0.2.200", "192.0.2.30", "192.0.2.9"];
    assert_eq!(given(&officers, &["192.0.2."], 10).await, for_officers);
    assert_eq!(given(&all, &["192.0.2."], 10).await.len(), 7);
    assert_eq!(
        given(&everyone, &["192.0.2.6"], 10).await,
        Vec::<String>::new()
    );
    assert_eq!(
        given(&everyone, &["192.0.2"], 2).await,
        ["192.0.2", "192.0.2.1"]
    );
    assert_eq!(given(&everyone, &["192.0.2.1"], 10).await, ["192.0.2.1"]);
    assert_eq!(
        given(
            &officers,
            &["192.0.20.", "192.0.2.2", "192.0.2.", "203."],
            4
        )
        .await,
        for_officers
    );
    assert_eq!(
        given(&everyone, &["192.0.20.", "192.0.2.3"], 10).await,
        ["192.0.2.30", "192.0.20.1"]
    );
    assert_eq!(given(&everyone, &["203."], 10).await, Vec::<String>::new());
    assert_eq!(given(&everyone, &[], 10).await, Vec::<String>::new());
    assert_eq!(given(&everyone, &[""], 10).await.len(), 5);
}

pub(super) async fn lists_take_words_and_more(bench: Bench) {
    let mut made = Vec::new();
    for (n, (text, tlp)) in [
        ("電力 phishing", Some(Tlp::Green)),
        ("電力 mail", Some(Tlp::Red)),
        ("水道 phishing", None),
    ]
    .into_iter()
    .enumerate()
    {
        let mut record = bench.record("item");
        record.text = text.to_owned();
        record.tlp = tlp;
        record.sort_at = bench.at(n as i64);
        made.push(bench.put(record).await);
    }
    let readable = bench.readable(&[Audience::officers()]).await;
    let found = async |adjust: &dyn Fn(&mut crate::ListQuery)| {
        let mut query = crate::ListQuery::of("item", readable.clone());
        adjust(&mut query);
        let page = bench.store.list(&query).await.unwrap();
        assert_eq!(page.total as usize, page.rows.len());
        let mut found: Vec<usize> = page
            .rows
            .iter()
            .map(|row| made.iter().position(|one| one.id == row.record.id).unwrap())
            .collect();
        found.sort_unstable();
        found
    };
    let text = |words: &str| words.to_owned();
    assert_eq!(
        found(&|q| q.words = vec![vec![text("電力"), text("水道")]]).await,
        [0, 1, 2]
    );
    assert_eq!(
        found(&|q| q.words = vec![vec![text("電力"), text("水道")], vec![text("phishing")]]).await,
        [0, 2]
    );
    assert_eq!(
        found(&|q| q.words = vec![vec![text("。")]]).await,
        Vec::<usize>::new()
    );
    assert_eq!(
        found(&|q| q.without = vec![text("電力 mail")]).await,
        [0, 2]
    );
    assert_eq!(found(&|q| q.tlps = vec![Tlp::Red, Tlp::Amber]).await, [1]);
    assert_eq!(found(&|q| q.until = Some(bench.at(1))).await, [0]);
    assert_eq!(
        found(&|q| q.among = Some(vec![made[2].id, bench.id()])).await,
        [2]
    );
    assert_eq!(
        found(&|q| q.among = Some(Vec::new())).await,
        Vec::<usize>::new()
    );
}

/// So many objects with one value in many audiences that no list of pairs could be kept.
pub(super) async fn a_hot_value_is_counted_exactly(bench: Bench) {
    let collection = bench.id();
    for part in 0..12 {
        let objects = (0..1_000).map(|n| {
            let name = format!("indicator--{}", hex(&bench.rng().bytes::<8>()));
            let mut object = bench.object(collection, &name, 1);
            object.postings = vec![posting("domain", "hot.example")];
            object.text = "熱い hot.example".to_owned();
            object.audience = audiences(5)[(part + n) % 5].clone();
            object
        });
        bench.store.commit(adding(objects.collect())).await.unwrap();
    }
    let all = bench.store.audiences(0).await.unwrap();
    let one: AudienceId = all.iter().map(|(id, _)| *id).max().unwrap();
    let readable = RoaringBitmap::from_iter([one]);
    let value = [posting("domain", "hot.example")];
    let told = bench.store.carriers(&value, &readable, &[]).await.unwrap();
    assert_eq!(
        told,
        [Carriers {
            objects: 2_400,
            origins: 1
        }]
    );
    let everything: RoaringBitmap = all.iter().map(|(id, _)| *id).collect();
    let mut query = FindObjects {
        readable: Arc::new(everything),
        words: vec![vec!["熱い".to_owned()]],
        limit: 10,
        ..FindObjects::default()
    };
    let found = bench.store.find_objects(&query).await.unwrap();
    assert_eq!(
        (found.total, found.objects.len(), found.more),
        (10_001, 10, true)
    );
    assert_eq!(found.spread.types.values().sum::<u32>(), 10_000);
    query.readable = Arc::new(readable);
    assert_eq!(bench.store.find_objects(&query).await.unwrap().total, 2_400);
}
