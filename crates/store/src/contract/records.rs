//! Projections, the keys that lead to them, and who may see them.

use jiff::SignedDuration;
use kaname_kernel::{Audience, Tlp};
use serde_json::json;

use super::bench::{Bench, audiences, posting};
use crate::{
    change::{Commit, Record},
    port::{Batches, Rows, StoreError},
};

/// A record with every field filled, in Japanese where people write.
fn full(bench: &Bench) -> Record {
    Record {
        owner: Some(bench.id()),
        scope: Some(bench.id()),
        due_at: Some(bench.at(3_600)),
        tlp: Some(Tlp::AmberStrict),
        text: "標的型攻撃 Targeted \"attack\" -- 100%".to_owned(),
        postings: vec![posting("domain", "例え.jp"), posting("ipv4", "192.0.2.1")],
        lookups: vec![("receipt".to_owned(), "R-2026-0001".to_owned())],
        body: json!({ "題名": "標的型攻撃", "n": [1, -2, 0.5, null], "深": { "い": true } }),
        ..bench.record("report")
    }
}

pub(super) async fn come_back_as_they_were_written(bench: Bench) {
    let store = &bench.store;
    let (record, plain) = (full(&bench), bench.record("party"));
    bench.put(record.clone()).await;
    bench.put(plain.clone()).await;
    let kept = store.record(record.id).await.unwrap().unwrap();
    assert_eq!(kept.record, record);
    assert_eq!(store.record(bench.id()).await.unwrap(), None);
    let ids = [plain.id, bench.id(), record.id];
    let mut several = store.records(&ids).await.unwrap();
    several.sort_by_key(|row| row.record.id);
    let several: Vec<_> = several.into_iter().map(|row| row.record).collect();
    assert_eq!(several, [record.clone(), plain]);
    let mut next = Record {
        version: 2,
        tlp: None,
        due_at: None,
        owner: None,
        ..record.clone()
    };
    next.body = json!({});
    next.sort_at += SignedDuration::from_secs(1);
    bench.put(next.clone()).await;
    assert_eq!(store.record(record.id).await.unwrap().unwrap().record, next);
}

pub(super) async fn unique_keys_lead_to_one_matter(bench: Bench) {
    let store = &bench.store;
    let key = |name: &str| ("login".to_owned(), name.to_owned());
    let named = |names: &[&str]| Record {
        lookups: names.iter().map(|name| key(name)).collect(),
        ..bench.record("account")
    };
    let first = bench.put(named(&["a", "b"])).await;
    assert_eq!(store.lookup("login", "a").await.unwrap(), Some(first.id));
    assert_eq!(store.lookup("login", "c").await.unwrap(), None);
    assert_eq!(store.lookup("receipt", "a").await.unwrap(), None);
    let refused = store
        .commit(bench.change(named(&["c", "b"])))
        .await
        .unwrap_err();
    let StoreError::Taken { space, key: taken } = refused else {
        panic!("{refused:?}");
    };
    assert_eq!((space.as_str(), taken.as_str()), ("login", "b"));
    assert_eq!(store.lookup("login", "c").await.unwrap(), None);
    // Two matters of one commit cannot have the same key either.
    let both = [named(&["d"]), named(&["d"])].map(|record| bench.append(record, 1));
    let refused = store
        .commit(Commit {
            appends: both.into(),
            ..Commit::default()
        })
        .await;
    assert!(
        matches!(refused, Err(StoreError::Taken { .. })),
        "{refused:?}"
    );
    // A key given up is free, and may move within one commit, whichever stands first.
    let freed = Record {
        version: 2,
        lookups: vec![key("a")],
        ..first.clone()
    };
    bench.put(freed.clone()).await;
    assert_eq!(store.lookup("login", "b").await.unwrap(), None);
    let second = bench.put(named(&["b"])).await;
    assert_eq!(store.lookup("login", "b").await.unwrap(), Some(second.id));
    let swapped = [
        Record {
            version: 3,
            lookups: vec![key("b")],
            ..freed
        },
        Record {
            version: 2,
            lookups: vec![key("a")],
            ..second.clone()
        },
    ];
    let appends = swapped.map(|record| bench.append(record, 1)).into();
    store
        .commit(Commit {
            appends,
            ..Commit::default()
        })
        .await
        .unwrap();
    assert_eq!(store.lookup("login", "b").await.unwrap(), Some(first.id));
    assert_eq!(store.lookup("login", "a").await.unwrap(), Some(second.id));
}

pub(super) async fn replace_their_search_text_and_postings(bench: Bench) {
    let store = &bench.store;
    let record = bench.put(full(&bench)).await;
    let other = Record {
        audience: Audience::everyone(),
        ..full(&bench)
    };
    let other = bench
        .put(Record {
            lookups: Vec::new(),
            ..other
        })
        .await;
    let everything = bench
        .readable(&[Audience::officers(), Audience::everyone()])
        .await;
    let public = bench.readable(&[Audience::everyone()]).await;
    let values = [
        posting("ipv4", "192.0.2.1"),
        posting("domain", "unknown.example"),
    ];
    let mut carrying = store
        .carrying("report", &values, &everything)
        .await
        .unwrap();
    carrying.sort();
    let mut expected = vec![
        (record.id, values[0].clone()),
        (other.id, values[0].clone()),
    ];
    expected.sort();
    assert_eq!(carrying, expected);
    let visible = store.carrying("report", &values, &public).await.unwrap();
    assert_eq!(visible, [(other.id, values[0].clone())]);
    assert_eq!(
        store.carrying("party", &values, &everything).await.unwrap(),
        []
    );
    for words in ["攻撃", "標的", "TARGETED", "ａｔｔａｃｋ 攻撃", "100"] {
        assert_eq!(bench.found("report", words).await.len(), 2, "{words}");
    }
    for words in ["撃標", "attack missing", "\" OR \"", "*", "text:attack", ""] {
        assert_eq!(bench.found("report", words).await, [], "{words}");
    }
    let next = Record {
        version: 2,
        text: "電力 grid".to_owned(),
        postings: vec![posting("ipv4", "192.0.2.9"), posting("domain", "例え.jp")],
        ..record.clone()
    };
    bench.put(next).await;
    assert_eq!(bench.found("report", "攻撃").await, [other.id]);
    assert_eq!(bench.found("report", "電力 grid").await, [record.id]);
    let carrying = store
        .carrying("report", &values, &everything)
        .await
        .unwrap();
    assert_eq!(carrying, [(other.id, values[0].clone())]);
    let domain = [posting("domain", "例え.jp")];
    assert_eq!(
        store
            .carrying("report", &domain, &everything)
            .await
            .unwrap()
            .len(),
        2
    );
    let last = Record {
        version: 3,
        text: String::new(),
        postings: Vec::new(),
        ..record
    };
    bench.put(last).await;
    assert_eq!(bench.found("report", "grid").await, []);
}

pub(super) async fn audiences_are_interned_and_epochs_counted(bench: Bench) {
    let store = &bench.store;
    assert_eq!(store.epoch().await.unwrap(), 0);
    let all = audiences(5);
    let mut ids = Vec::new();
    for audience in all.iter().chain(&all) {
        let record = Record {
            audience: audience.clone(),
            ..bench.record("report")
        };
        let id = bench.put(record).await.id;
        ids.push(store.record(id).await.unwrap().unwrap().audience_id);
    }
    assert_eq!(ids[..5], ids[5..]);
    let mut interned = store.audiences(0).await.unwrap();
    interned.sort_by_key(|(id, _)| *id);
    assert_eq!(interned.len(), 5);
    for (id, audience) in &interned {
        let place = all.iter().position(|each| each == audience).unwrap();
        assert_eq!(ids[place], *id);
    }
    let later = store.audiences(interned[3].0).await.unwrap();
    assert_eq!(later, &interned[3..]);
    let mut change = bench.change(bench.record("report"));
    change.new_epoch = true;
    assert_eq!(store.commit(change).await.unwrap().epoch, 1);
    assert_eq!(
        store
            .commit(bench.change(bench.record("report")))
            .await
            .unwrap()
            .epoch,
        1
    );
    let alone = Commit {
        new_epoch: true,
        ..Commit::default()
    };
    assert_eq!(store.commit(alone).await.unwrap().epoch, 2);
    assert_eq!(store.epoch().await.unwrap(), 2);
}

/// Batches given in order, some of which fail.
struct Given(Vec<Result<Vec<Record>, &'static str>>);

#[async_trait::async_trait]
impl Batches for Given {
    fn with_objects(&self) -> bool {
        false
    }

    async fn next(&mut self) -> Result<Option<Rows>, StoreError> {
        if self.0.is_empty() {
            return Ok(None);
        }
        let next = self.0.remove(0);
        next.map(|records| Some(Rows::Records(records)))
            .map_err(|why| StoreError::Malformed(why.to_owned()))
    }
}

pub(super) async fn rebuild_gives_the_same_digest(bench: Bench) {
    let store = &bench.store;
    let empty = store.records_digest().await.unwrap();
    let mut records = Vec::new();
    for n in 0..40 {
        let mut record = full(&bench);
        record.audience = audiences(7)[n % 7].clone();
        record.lookups = vec![("receipt".to_owned(), format!("R-{n}"))];
        records.push(bench.put(record).await);
    }
    let before = store.records_digest().await.unwrap();
    assert_ne!(before, empty);
    // A rebuild that stops leaves what was there.
    let half = vec![Ok(records[..25].to_vec()), Err("the ledger is broken")];
    let stopped = store.replace_rows(&mut Given(half)).await;
    assert!(stopped.is_err());
    let twice = vec![vec![records[0].clone(); 2]]
        .into_iter()
        .map(Ok)
        .collect();
    let refused = store.replace_rows(&mut Given(twice)).await;
    assert!(refused.is_err(), "a record is given twice");
    assert_eq!(store.records_digest().await.unwrap(), before);
    assert!(!bench.found("report", "攻撃").await.is_empty());
    store.replace_rows(&mut Given(Vec::new())).await.unwrap();
    assert_eq!(store.records_digest().await.unwrap(), empty);
    assert_eq!(store.record(records[0].id).await.unwrap(), None);
    assert_eq!(store.lookup("receipt", "R-3").await.unwrap(), None);
    assert_eq!(bench.found("report", "攻撃").await, []);
    assert_eq!(store.history(records[0].id).await.unwrap().len(), 1);
    records.reverse();
    let both = vec![Ok(records[..25].to_vec()), Ok(records[25..].to_vec())];
    store.replace_rows(&mut Given(both)).await.unwrap();
    assert_eq!(store.records_digest().await.unwrap(), before);
    assert_eq!(
        store.lookup("receipt", "R-39").await.unwrap(),
        Some(records[0].id)
    );
    assert!(!bench.found("report", "攻撃").await.is_empty());
    let next = Record {
        version: 2,
        ..records[0].clone()
    };
    bench.put(next).await;
    assert_ne!(store.records_digest().await.unwrap(), before);
}
