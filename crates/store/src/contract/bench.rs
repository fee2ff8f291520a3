//! What the checks work with: a fresh store and made-up matters, events and objects.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use kaname_kernel::{
    Audience, Clause, Clock, Header, Id, MatterId, Posting, Rng, SealedEvent, SeededRng, Term,
};
use roaring::RoaringBitmap;
use serde_json::json;

use crate::{
    change::{Append, Commit, NewObject, Record},
    port::Store,
    query::ListQuery,
};

pub(super) struct Bench {
    pub(super) store: Arc<dyn Store>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) rng: SeededRng,
}

impl Bench {
    pub(super) fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, seed: u64) -> Self {
        let rng = SeededRng::new(1_000 + seed);
        Self { store, clock, rng }
    }

    pub(super) fn rng(&self) -> &dyn Rng {
        &self.rng
    }

    pub(super) fn id<K>(&self) -> Id<K> {
        Id::fresh(&*self.clock, &self.rng)
    }

    /// A number below `end`.
    pub(super) fn below(&self, end: u64) -> u64 {
        self.rng().between(0, end - 1)
    }

    /// One of the items.
    pub(super) fn pick<'a, T>(&self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len() as u64) as usize]
    }

    /// A moment some seconds after the start of the fiscal year.
    pub(super) fn at(&self, seconds: i64) -> Timestamp {
        start() + SignedDuration::from_secs(seconds)
    }

    pub(super) fn record(&self, kind: &str) -> Record {
        Record {
            id: self.id(),
            kind: kind.to_owned(),
            version: 1,
            audience: Audience::officers(),
            state: "open".to_owned(),
            owner: None,
            scope: None,
            sort_at: self.at(0),
            due_at: None,
            tlp: None,
            text: String::new(),
            postings: Vec::new(),
            lookups: Vec::new(),
            body: json!({ "note": "made up" }),
        }
    }

    pub(super) fn event(&self, record: &Record, version: u32) -> SealedEvent {
        SealedEvent {
            header: Header {
                id: self.id(),
                matter: record.id,
                matter_kind: record.kind.clone(),
                version,
                kind: "changed".to_owned(),
                recorded: self.at(i64::from(version)),
            },
            cipher: self.rng().bytes::<40>().to_vec(),
            wrapped_key: Some(self.rng().bytes::<72>().to_vec()),
        }
    }

    /// The record at its version, reached by `count` events.
    pub(super) fn append(&self, record: Record, count: u32) -> Append {
        let first = record.version + 1 - count;
        let events = (first..=record.version).map(|version| self.event(&record, version));
        Append {
            events: events.collect(),
            record,
        }
    }

    /// A commit of one event that leads to this record.
    pub(super) fn change(&self, record: Record) -> Commit {
        Commit {
            appends: vec![self.append(record, 1)],
            ..Commit::default()
        }
    }

    pub(super) async fn put(&self, record: Record) -> Record {
        self.store
            .commit(self.change(record.clone()))
            .await
            .unwrap();
        record
    }

    pub(super) fn object(&self, collection: MatterId, stix_id: &str, version_us: i64) -> NewObject {
        let stix_type = stix_id.split("--").next().unwrap_or_default().to_owned();
        let note = hex(&self.rng().bytes::<6>());
        let raw = format!(r#"{{ "id":"{stix_id}", "modified": {version_us},"note":"{note}" }}"#);
        NewObject {
            key: self.id(),
            collection,
            origin: None,
            stix_id: stix_id.to_owned(),
            stix_type,
            version_us,
            spec: "2.1".to_owned(),
            audience: Audience::everyone(),
            tlp: None,
            expires_us: None,
            title: note,
            text: String::new(),
            postings: Vec::new(),
            refs: Vec::new(),
            raw: raw.into_boxed_str(),
            source: self.id(),
            dated_us: None,
        }
    }

    pub(super) async fn readable(&self, audiences: &[Audience]) -> Arc<RoaringBitmap> {
        let all = self.store.audiences(0).await.unwrap();
        let chosen = all
            .iter()
            .filter(|(_, audience)| audiences.contains(audience));
        Arc::new(chosen.map(|(id, _)| *id).collect())
    }

    /// A list of a kind as seen by whoever may read these audiences.
    pub(super) async fn seen(&self, kind: &str, audiences: &[Audience]) -> ListQuery {
        ListQuery::of(kind, self.readable(audiences).await)
    }

    /// Ids found by words among what officers may read.
    pub(super) async fn found(&self, kind: &str, words: &str) -> Vec<MatterId> {
        let mut query = self
            .seen(kind, &[Audience::officers(), Audience::everyone()])
            .await;
        query.search = Some(words.to_owned());
        let page = self.store.list(&query).await.unwrap();
        page.rows.iter().map(|row| row.record.id).collect()
    }
}

pub(super) fn start() -> Timestamp {
    "2026-04-01T00:00:00Z".parse().unwrap()
}

/// Some distinct audiences.
pub(super) fn audiences(count: i64) -> Vec<Audience> {
    let embargo = |n: i64| Audience::officers().and(Clause::any([Term::From(n)]));
    let mut all = vec![Audience::everyone(), Audience::officers()];
    all.extend((2..count).map(embargo));
    all
}

pub(super) fn posting(space: &str, value: &str) -> Posting {
    Posting {
        space: space.to_owned(),
        value: value.to_owned(),
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
