//! A store that counts what is asked of it, for tests that bound the cost of a page.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use jiff::Timestamp;
use kaname_kernel::{Audience, AudienceId, EventId, HandleId, MatterId, merkle::Hash};
use kaname_store::{
    Batches, Carriers, Commit, Commits, Committed, FindObjects, FoundObjects, Job, JobOutcome,
    ListQuery, NewJob, ObjectBytes, ObjectFilter, ObjectPage, ObjectRow, Page, Posting, Record,
    SealedLink, Sight, Store, StoreError, StoredBlob, StoredCheckpoint, StoredEvent, StoredNotice,
    StoredRecord,
};
use serde_json::Value;

/// Hands everything on to a store and counts the calls by name.
pub struct CountingStore {
    inner: Arc<dyn Store>,
    calls: Mutex<BTreeMap<&'static str, u32>>,
}

impl CountingStore {
    /// Counts what goes to `inner`.
    pub fn over(inner: Arc<dyn Store>) -> Self {
        Self {
            inner,
            calls: Mutex::default(),
        }
    }

    /// The calls since this was last asked, by name of the operation.
    pub fn taken(&self) -> BTreeMap<&'static str, u32> {
        std::mem::take(&mut *self.calls.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn note(&self, name: &'static str) {
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        *calls.entry(name).or_default() += 1;
    }
}

#[async_trait]
impl Store for CountingStore {
    async fn commit(&self, change: Commit) -> Result<Committed, StoreError> {
        self.note("commit");
        self.inner.commit(change).await
    }

    async fn commit_all(&self, commits: &mut dyn Commits) -> Result<Committed, StoreError> {
        self.note("commit_all");
        self.inner.commit_all(commits).await
    }

    async fn record(&self, id: MatterId) -> Result<Option<StoredRecord>, StoreError> {
        self.note("record");
        self.inner.record(id).await
    }

    async fn records(&self, ids: &[MatterId]) -> Result<Vec<StoredRecord>, StoreError> {
        self.note("records");
        self.inner.records(ids).await
    }

    async fn lookup(&self, space: &str, key: &str) -> Result<Option<MatterId>, StoreError> {
        self.note("lookup");
        self.inner.lookup(space, key).await
    }

    async fn list(&self, query: &ListQuery) -> Result<Page, StoreError> {
        self.note("list");
        self.inner.list(query).await
    }

    async fn states(&self, query: &ListQuery) -> Result<Vec<(String, u64)>, StoreError> {
        self.note("states");
        self.inner.states(query).await
    }

    async fn carrying(
        &self,
        kind: &str,
        values: &[Posting],
        readable: &roaring::RoaringBitmap,
    ) -> Result<Vec<(MatterId, Posting)>, StoreError> {
        self.note("carrying");
        self.inner.carrying(kind, values, readable).await
    }

    async fn history(&self, matter: MatterId) -> Result<Vec<StoredEvent>, StoreError> {
        self.note("history");
        self.inner.history(matter).await
    }

    async fn events(&self, from: u64, limit: u32) -> Result<Vec<StoredEvent>, StoreError> {
        self.note("events");
        self.inner.events(from, limit).await
    }

    async fn event_seq(&self, event: EventId) -> Result<Option<u64>, StoreError> {
        self.note("event_seq");
        self.inner.event_seq(event).await
    }

    async fn ledger_size(&self) -> Result<u64, StoreError> {
        self.note("ledger_size");
        self.inner.ledger_size().await
    }

    async fn sequence(&self) -> Result<u64, StoreError> {
        self.note("sequence");
        self.inner.sequence().await
    }

    async fn tile(&self, row: u8, index: u64) -> Result<Option<Vec<u8>>, StoreError> {
        self.note("tile");
        self.inner.tile(row, index).await
    }

    async fn checkpoints(
        &self,
        size: u64,
        limit: u32,
    ) -> Result<Vec<StoredCheckpoint>, StoreError> {
        self.note("checkpoints");
        self.inner.checkpoints(size, limit).await
    }

    async fn put_checkpoint(&self, checkpoint: StoredCheckpoint) -> Result<(), StoreError> {
        self.note("put_checkpoint");
        self.inner.put_checkpoint(checkpoint).await
    }

    async fn checkpoint(&self, size: u64) -> Result<Option<StoredCheckpoint>, StoreError> {
        self.note("checkpoint");
        self.inner.checkpoint(size).await
    }

    async fn shred(
        &self,
        events: &[EventId],
        tombstone: Record,
        change: Commit,
    ) -> Result<Committed, StoreError> {
        self.note("shred");
        self.inner.shred(events, tombstone, change).await
    }

    async fn replace_rows(&self, batches: &mut dyn Batches) -> Result<(), StoreError> {
        self.note("replace_rows");
        self.inner.replace_rows(batches).await
    }

    async fn put_records(&self, records: Vec<Record>) -> Result<(), StoreError> {
        self.note("put_records");
        self.inner.put_records(records).await
    }

    async fn records_digest(&self) -> Result<Hash, StoreError> {
        self.note("records_digest");
        self.inner.records_digest().await
    }

    async fn audiences(&self, from: AudienceId) -> Result<Vec<(AudienceId, Audience)>, StoreError> {
        self.note("audiences");
        self.inner.audiences(from).await
    }

    async fn epoch(&self) -> Result<u64, StoreError> {
        self.note("epoch");
        self.inner.epoch().await
    }

    async fn object_rows(&self, after_us: i64, limit: u32) -> Result<Vec<ObjectRow>, StoreError> {
        self.note("object_rows");
        self.inner.object_rows(after_us, limit).await
    }

    async fn object_links(&self) -> Result<u64, StoreError> {
        self.note("object_links");
        self.inner.object_links().await
    }

    async fn withdrawn(
        &self,
        collection: MatterId,
        stix_id: &str,
    ) -> Result<Vec<(i64, MatterId)>, StoreError> {
        self.note("withdrawn");
        self.inner.withdrawn(collection, stix_id).await
    }

    async fn objects(&self, filter: &ObjectFilter) -> Result<ObjectPage, StoreError> {
        self.note("objects");
        self.inner.objects(filter).await
    }

    async fn object_bytes(&self, filter: &ObjectFilter) -> Result<ObjectBytes, StoreError> {
        self.note("object_bytes");
        self.inner.object_bytes(filter).await
    }

    async fn sights(&self, stix_ids: &[String]) -> Result<Vec<Sight>, StoreError> {
        self.note("sights");
        self.inner.sights(stix_ids).await
    }

    async fn referring(
        &self,
        stix_id: &str,
        readable: &roaring::RoaringBitmap,
        limit: u32,
    ) -> Result<Vec<String>, StoreError> {
        self.note("referring");
        self.inner.referring(stix_id, readable, limit).await
    }

    async fn find_objects(&self, query: &FindObjects) -> Result<FoundObjects, StoreError> {
        self.note("find_objects");
        self.inner.find_objects(query).await
    }

    async fn values_beginning(
        &self,
        space: &str,
        beginnings: &[String],
        readable: &roaring::RoaringBitmap,
        limit: u32,
    ) -> Result<Vec<String>, StoreError> {
        self.note("values_beginning");
        self.inner
            .values_beginning(space, beginnings, readable, limit)
            .await
    }

    async fn carriers(
        &self,
        values: &[Posting],
        readable: &roaring::RoaringBitmap,
        except: &[String],
    ) -> Result<Vec<Carriers>, StoreError> {
        self.note("carriers");
        self.inner.carriers(values, readable, except).await
    }

    async fn blob(&self, id: MatterId) -> Result<Option<StoredBlob>, StoreError> {
        self.note("blob");
        self.inner.blob(id).await
    }

    async fn sealed_link(&self, handle: HandleId) -> Result<Option<SealedLink>, StoreError> {
        self.note("sealed_link");
        self.inner.sealed_link(handle).await
    }

    async fn handles(&self, tag: &[u8; 32]) -> Result<Vec<HandleId>, StoreError> {
        self.note("handles");
        self.inner.handles(tag).await
    }

    async fn enqueue(&self, job: NewJob) -> Result<(), StoreError> {
        self.note("enqueue");
        self.inner.enqueue(job).await
    }

    async fn lease(
        &self,
        kinds: &[&str],
        lease: [u8; 16],
        now: Timestamp,
        until: Timestamp,
        limit: u32,
    ) -> Result<Vec<Job>, StoreError> {
        self.note("lease");
        self.inner.lease(kinds, lease, now, until, limit).await
    }

    async fn finish(&self, job: &Job, outcome: JobOutcome) -> Result<(), StoreError> {
        self.note("finish");
        self.inner.finish(job, outcome).await
    }

    async fn dead_letters(&self, limit: u32) -> Result<Vec<(String, String, Value)>, StoreError> {
        self.note("dead_letters");
        self.inner.dead_letters(limit).await
    }

    async fn notices(&self, after: u64) -> Result<Vec<StoredNotice>, StoreError> {
        self.note("notices");
        self.inner.notices(after).await
    }

    async fn last_notice(&self) -> Result<u64, StoreError> {
        self.note("last_notice");
        self.inner.last_notice().await
    }

    async fn kv_put(
        &self,
        space: &str,
        key: &str,
        value: Value,
        expires: Timestamp,
    ) -> Result<(), StoreError> {
        self.note("kv_put");
        self.inner.kv_put(space, key, value, expires).await
    }

    async fn kv_get(
        &self,
        space: &str,
        key: &str,
        now: Timestamp,
    ) -> Result<Option<Value>, StoreError> {
        self.note("kv_get");
        self.inner.kv_get(space, key, now).await
    }

    async fn kv_take(
        &self,
        space: &str,
        key: &str,
        now: Timestamp,
    ) -> Result<Option<Value>, StoreError> {
        self.note("kv_take");
        self.inner.kv_take(space, key, now).await
    }

    async fn kv_list(
        &self,
        space: &str,
        prefix: &str,
        now: Timestamp,
    ) -> Result<Vec<(String, Value)>, StoreError> {
        self.note("kv_list");
        self.inner.kv_list(space, prefix, now).await
    }

    async fn kv_count(
        &self,
        space: &str,
        key: &str,
        now: Timestamp,
        expires: Timestamp,
    ) -> Result<u64, StoreError> {
        self.note("kv_count");
        self.inner.kv_count(space, key, now, expires).await
    }

    async fn kv_uncount(&self, space: &str, key: &str, now: Timestamp) -> Result<(), StoreError> {
        self.note("kv_uncount");
        self.inner.kv_uncount(space, key, now).await
    }

    async fn kv_sweep(&self, now: Timestamp) -> Result<u64, StoreError> {
        self.note("kv_sweep");
        self.inner.kv_sweep(now).await
    }

    async fn backup(&self, to: &std::path::Path) -> Result<(), StoreError> {
        self.note("backup");
        self.inner.backup(to).await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.note("ping");
        self.inner.ping().await
    }
}
