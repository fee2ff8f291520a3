//! Many changes at once: all of them, or none.

use async_trait::async_trait;
use kaname_kernel::{Audience, MatterId};

use super::bench::Bench;
use crate::{
    StoreError,
    change::{Commit, NewObject, Record},
    port::Commits,
    query::ObjectFilter,
};

/// Changes one after another; at the end of them a failure of whoever makes them, if there is one.
struct Given {
    changes: std::vec::IntoIter<Commit>,
    then: Option<StoreError>,
}

#[async_trait]
impl Commits for Given {
    async fn next(&mut self) -> Result<Option<Commit>, StoreError> {
        match (self.changes.next(), self.then.take()) {
            (Some(change), then) => {
                self.then = then;
                Ok(Some(change))
            }
            (None, Some(error)) => Err(error),
            (None, None) => Ok(None),
        }
    }
}

fn given(changes: Vec<Commit>) -> Given {
    let changes = changes.into_iter();
    Given {
        changes,
        then: None,
    }
}

/// A change with a matter's next event and some objects.
fn change(bench: &Bench, record: &Record, objects: Vec<NewObject>) -> Commit {
    Commit {
        objects,
        only_new_objects: true,
        ..bench.change(record.clone())
    }
}

async fn stand(bench: &Bench, collection: MatterId) -> usize {
    let readable = bench.readable(&[Audience::everyone()]).await;
    let filter = ObjectFilter {
        collection: Some(collection),
        ..ObjectFilter::all(readable)
    };
    bench.store.objects(&filter).await.unwrap().objects.len()
}

pub(super) async fn become_durable_together(bench: Bench) {
    let collection = bench.id();
    let first = bench.record("import");
    let second = Record {
        version: 2,
        ..first.clone()
    };
    let objects = |from: u32| {
        let all = from..from + 70;
        let all = all.map(|n| bench.object(collection, &format!("indicator--{n}"), 1));
        all.collect::<Vec<_>>()
    };
    let mut all = given(vec![
        change(&bench, &first, objects(0)),
        change(&bench, &second, objects(100)),
    ]);
    bench.store.commit_all(&mut all).await.unwrap();
    assert_eq!(bench.store.sequence().await.unwrap(), 2);
    let kept = bench.store.record(first.id).await.unwrap().unwrap();
    assert_eq!(kept.record.version, 2, "the second builds on the first");
    assert_eq!(stand(&bench, collection).await, 140);
}

pub(super) async fn leave_nothing_when_one_is_refused(bench: Bench) {
    let collection = bench.id();
    let record = bench.record("import");
    let one = || vec![bench.object(collection, "indicator--1", 1)];
    // The second has an object that came with the first; then whoever makes them fails.
    let mut twice = given(vec![
        change(&bench, &record, one()),
        change(&bench, &bench.record("import"), one()),
    ]);
    let refused = bench.store.commit_all(&mut twice).await;
    assert!(
        matches!(refused, Err(StoreError::Conflict { .. })),
        "{refused:?}"
    );
    let mut cut = Given {
        then: Some(StoreError::Malformed("no more".to_owned())),
        ..given(vec![change(&bench, &record, one())])
    };
    let refused = bench.store.commit_all(&mut cut).await;
    assert!(
        matches!(refused, Err(StoreError::Malformed(_))),
        "{refused:?}"
    );
    assert_eq!(bench.store.sequence().await.unwrap(), 0);
    assert_eq!(stand(&bench, collection).await, 0);
    assert!(bench.store.record(record.id).await.unwrap().is_none());
    // The store goes on as if nothing had been.
    let mut again = given(vec![change(&bench, &record, one())]);
    bench.store.commit_all(&mut again).await.unwrap();
    assert_eq!(stand(&bench, collection).await, 1);
}
