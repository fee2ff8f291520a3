//! Rows of objects put in the place of those that are there: all, or none.

use std::sync::Arc;

use kaname_kernel::{Audience, Tlp};

use super::bench::{Bench, audiences, posting};
use crate::{
    Batches, Rows, StoreError,
    change::{Commit, NewObject, PlacedObject},
    query::{ObjectFilter, ObjectRow, Search},
};

/// Rows given in order, then the end or a failure.
struct Given(Vec<Rows>, bool);

#[async_trait::async_trait]
impl Batches for Given {
    fn with_objects(&self) -> bool {
        true
    }

    async fn next(&mut self) -> Result<Option<Rows>, StoreError> {
        match self.0.is_empty() {
            true if self.1 => Err(StoreError::Malformed("the ledger is broken".to_owned())),
            true => Ok(None),
            false => Ok(Some(self.0.remove(0))),
        }
    }
}

async fn rows(bench: &Bench) -> Vec<ObjectRow> {
    let (mut all, mut after) = (Vec::new(), i64::MIN);
    loop {
        let page = bench.store.object_rows(after, 7).await.unwrap();
        let Some(last) = page.last() else {
            return all;
        };
        after = last.object.added_us;
        all.extend(page);
    }
}

fn placed(rows: &[ObjectRow], objects: &[NewObject]) -> Rows {
    let placed = rows.iter().zip(objects).map(|(row, object)| PlacedObject {
        added_us: row.object.added_us,
        object: object.clone(),
    });
    Rows::Objects(placed.collect())
}

pub(super) async fn objects_are_written_anew_or_stay(bench: Bench) {
    let collections = [bench.id(), bench.id()];
    let all = audiences(4);
    let mut objects = Vec::new();
    for n in 0..40usize {
        let id = format!("indicator--{}", n / 3);
        let mut object = bench.object(collections[n % 2], &id, n as i64);
        object.audience = all[n % 4].clone();
        object.origin = (n % 3 == 0).then(|| bench.id());
        object.text = "電力".to_owned();
        object.postings = vec![
            posting("domain", "a.example"),
            posting("domain", "b.example"),
        ];
        object.refs = vec!["malware--1".to_owned()];
        objects.push(object);
    }
    let commit = Commit {
        objects: objects.clone(),
        ..Commit::default()
    };
    bench.store.commit(commit).await.unwrap();
    let before = rows(&bench).await;
    assert_eq!(before.len(), 40);
    assert_eq!(bench.store.object_links().await.unwrap(), 120);
    for (row, object) in before.iter().zip(&objects) {
        assert_eq!(row.object.collection, object.collection);
        assert_eq!(row.object.origin, object.origin);
        assert_eq!(row.marked, row.ends);
        assert_eq!(row.postings.len(), 2);
        assert_eq!(row.refs.len(), 1);
    }
    // Other audiences, words, links, ids: then back.
    let changed: Vec<NewObject> = objects.iter().map(other).collect();
    let broken = Given(vec![placed(&before, &changed)], true);
    assert!(bench.store.replace_rows(&mut { broken }).await.is_err());
    assert_eq!(rows(&bench).await, before, "what was there stays");
    let halves = vec![
        placed(&before[..20], &changed[..20]),
        placed(&before[20..], &changed[20..]),
    ];
    bench
        .store
        .replace_rows(&mut Given(halves, false))
        .await
        .unwrap();
    let now = rows(&bench).await;
    let everyone = bench.readable(&[Audience::everyone()]).await;
    for ((row, old), object) in now.iter().zip(&before).zip(&changed) {
        assert_eq!(row.object.raw, old.object.raw, "bytes are primary");
        assert_eq!(row.object.added_us, old.object.added_us);
        assert_eq!(
            (&row.object.title, &row.object.stix_id),
            (&object.title, &object.stix_id)
        );
        assert!(everyone.contains(row.object.audience_id));
        assert_eq!(row.object.origin, None);
        assert_eq!(row.object.tlp, Some(Tlp::Red));
        assert_eq!(row.marked, row.ends);
        assert_eq!((row.postings.len(), row.refs.len()), (1, 0));
    }
    assert_eq!(bench.store.object_links().await.unwrap(), 40);
    let mut filter = ObjectFilter::all(Arc::clone(&everyone));
    filter.count = true;
    for (word, total) in [("電力", 0), ("水道", 40)] {
        filter.search = Some(Search(word.to_owned()));
        let page = bench.store.objects(&filter).await.unwrap();
        assert_eq!(page.total, Some(total), "{word}");
    }
    // Audiences that no row names any more are forgotten, but for the last number.
    assert!(bench.store.audiences(0).await.unwrap().len() <= 2);
    let back = Given(vec![placed(&before, &objects)], false);
    bench.store.replace_rows(&mut { back }).await.unwrap();
    let known = bench.store.audiences(0).await.unwrap();
    for (row, object) in rows(&bench).await.iter().zip(&objects) {
        let audience = known.iter().find(|(id, _)| *id == row.object.audience_id);
        assert_eq!(
            audience.map(|(_, audience)| audience),
            Some(&object.audience)
        );
    }
    assert_eq!(bench.store.object_links().await.unwrap(), 120);
}

fn other(object: &NewObject) -> NewObject {
    NewObject {
        audience: Audience::everyone(),
        origin: None,
        tlp: Some(Tlp::Red),
        stix_id: format!("{}0", object.stix_id),
        title: "別".to_owned(),
        text: "水道".to_owned(),
        postings: vec![posting("domain", "c.example")],
        refs: Vec::new(),
        ..object.clone()
    }
}
