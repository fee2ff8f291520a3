//! Lists against a brute-force oracle that reads every record and filters in plain Rust.

use std::{cmp::Reverse, collections::BTreeMap, sync::Arc};

use jiff::SignedDuration;
use kaname_kernel::{Audience, MatterId, Tlp, fold};
use roaring::RoaringBitmap;

use super::bench::{Bench, audiences};
use crate::{
    change::Record,
    query::{ListQuery, Sort},
    stored::StoredRecord,
};

const STATES: [&str; 3] = ["open", "waiting", "closed"];
const WORDS: [&str; 4] = ["電力", "水道", "phishing", "標的型攻撃"];

struct Nation {
    owners: Vec<MatterId>,
    scopes: Vec<MatterId>,
    rows: Vec<StoredRecord>,
}

async fn settle(bench: &Bench) -> Nation {
    let owners: Vec<MatterId> = (0..5).map(|_| bench.id()).collect();
    let scopes: Vec<MatterId> = (0..3).map(|_| bench.id()).collect();
    let audiences = audiences(9);
    let mut records = Vec::new();
    for _ in 0..400 {
        let words = (0..bench.below(3))
            .map(|_| *bench.pick(&WORDS))
            .collect::<Vec<_>>();
        let seconds = bench.below(40) as i64;
        records.push(Record {
            kind: (*bench.pick(&["report", "report", "party"])).to_owned(),
            audience: bench.pick(&audiences).clone(),
            state: (*bench.pick(&STATES)).to_owned(),
            owner: (bench.below(2) == 0).then(|| *bench.pick(&owners)),
            scope: (bench.below(2) == 0).then(|| *bench.pick(&scopes)),
            // Few distinct moments, so that many rows tie and the id decides.
            sort_at: bench.at(seconds),
            due_at: (bench.below(3) > 0).then(|| bench.at(bench.below(20) as i64)),
            tlp: (bench.below(3) > 0).then(|| *bench.pick(&Tlp::ALL)),
            text: words.join("、"),
            ..bench.record("report")
        });
    }
    bench.store.put_records(records.clone()).await.unwrap();
    let ids: Vec<MatterId> = records.iter().map(|record| record.id).collect();
    let rows = bench.store.records(&ids).await.unwrap();
    assert_eq!(rows.len(), records.len());
    Nation {
        owners,
        scopes,
        rows,
    }
}

fn matches(query: &ListQuery, row: &StoredRecord) -> bool {
    let record = &row.record;
    let may = if query.owners.is_empty() {
        query.readable.contains(row.audience_id)
    } else {
        record
            .owner
            .is_some_and(|owner| query.owners.contains(&owner))
    };
    let tokens = fold::tokens(&record.text);
    let found = |text: &String| {
        let wanted = fold::tokens(text);
        !wanted.is_empty() && wanted.iter().all(|token| tokens.contains(token))
    };
    may && record.kind == query.kind
        && (query.states.is_empty() || query.states.contains(&record.state))
        && (query.owner.is_none() || query.owner == record.owner)
        && (query.scope.is_none() || query.scope == record.scope)
        && (query.tlp.is_none() || query.tlp == record.tlp)
        && query
            .due_before
            .is_none_or(|before| record.due_at.is_some_and(|due| due < before))
        && query.since.is_none_or(|since| record.sort_at >= since)
        && query.search.as_ref().is_none_or(found)
}

fn expected(query: &ListQuery, nation: &Nation) -> Vec<StoredRecord> {
    let mut rows: Vec<_> = nation
        .rows
        .iter()
        .filter(|row| matches(query, row))
        .collect();
    match query.sort {
        Sort::Newest => rows.sort_by_key(|row| Reverse((row.record.sort_at, row.record.id))),
        Sort::Due => rows.sort_by_key(|row| {
            (
                row.record.due_at.is_none(),
                row.record.due_at,
                row.record.id,
            )
        }),
    }
    rows.into_iter().cloned().collect()
}

async fn any_query(bench: &Bench, nation: &Nation) -> ListQuery {
    let all = bench.store.audiences(0).await.unwrap();
    let readable: RoaringBitmap = all
        .iter()
        .filter(|_| bench.below(3) > 0)
        .map(|(id, _)| *id)
        .collect();
    let maybe = |one_in: u64| bench.below(one_in) == 0;
    let mut query = ListQuery::of(bench.pick::<&str>(&["report", "party"]), Arc::new(readable));
    if maybe(3) {
        query.states = STATES[..1 + bench.below(2) as usize]
            .iter()
            .map(|s| (*s).to_owned())
            .collect();
    }
    query.owner = maybe(5).then(|| *bench.pick(&nation.owners));
    if maybe(4) {
        query.owners = nation.owners[..1 + bench.below(3) as usize].to_vec();
    }
    query.scope = maybe(4).then(|| *bench.pick(&nation.scopes));
    query.tlp = maybe(5).then(|| *bench.pick(&Tlp::ALL));
    query.due_before = maybe(4).then(|| bench.at(bench.below(25) as i64));
    query.since = maybe(5).then(|| bench.at(bench.below(25) as i64));
    query.search =
        maybe(4).then(|| (*bench.pick(&["電力", "水道 PHISHING", "攻撃", "無い"])).to_owned());
    query.sort = *bench.pick(&[Sort::Newest, Sort::Due]);
    query.limit = 1 + bench.below(60) as u32;
    query
}

pub(super) async fn agree_with_brute_force(bench: Bench) {
    let nation = settle(&bench).await;
    for round in 0..150 {
        let mut query = any_query(&bench, &nation).await;
        let expected = expected(&query, &nation);
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for row in &expected {
            *counts.entry(row.record.state.clone()).or_default() += 1;
        }
        let mut states = bench.store.states(&query).await.unwrap();
        states.sort();
        assert_eq!(
            states,
            counts.into_iter().collect::<Vec<_>>(),
            "round {round}: {query:?}"
        );
        let mut given = Vec::new();
        for _ in 0..=expected.len() {
            let page = bench.store.list(&query).await.unwrap();
            assert_eq!(
                page.total as usize,
                expected.len(),
                "round {round}: {query:?}"
            );
            assert!(page.rows.len() <= query.limit as usize);
            given.extend(page.rows);
            query.after = page.next;
            if page.next.is_none() {
                break;
            }
        }
        assert_eq!(given, expected, "round {round}: {query:?}");
    }
    let mut nobody = ListQuery::of("report", Arc::default());
    assert_eq!(bench.store.list(&nobody).await.unwrap().total, 0);
    nobody.owners = vec![bench.id()];
    assert_eq!(bench.store.list(&nobody).await.unwrap().total, 0);
}

pub(super) async fn count_exactly_to_ten_thousand(bench: Bench) {
    let mut query = ListQuery::of("report", Arc::default());
    for (add, total) in [(9_990u32, 9_990u32), (10, 10_000), (30, 10_001)] {
        let records = (0..add).map(|n| Record {
            audience: Audience::everyone(),
            sort_at: bench.at(0) + SignedDuration::from_secs(i64::from(n / 3)),
            ..bench.record("report")
        });
        bench.store.put_records(records.collect()).await.unwrap();
        query.readable = bench.readable(&[Audience::everyone()]).await;
        assert_eq!(bench.store.list(&query).await.unwrap().total, total);
    }
    // With many matches the walk goes by order: still no gap and no double.
    for sort in [Sort::Newest, Sort::Due] {
        (query.sort, query.after, query.limit) = (sort, None, 1_000);
        let mut given = Vec::new();
        for _ in 0..12 {
            let page = bench.store.list(&query).await.unwrap();
            given.extend(
                page.rows
                    .iter()
                    .map(|row| (row.record.sort_at, row.record.id)),
            );
            query.after = page.next;
            if page.next.is_none() {
                break;
            }
        }
        assert_eq!(given.len(), 10_030);
        if sort == Sort::Newest {
            assert!(given.is_sorted_by_key(|key| Reverse(*key)));
        }
        given.sort_unstable();
        given.dedup();
        assert_eq!(given.len(), 10_030);
    }
}
