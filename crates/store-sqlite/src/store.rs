//! The port, one line of duty each: who does it is said here, how stands in `read` and `write`.

use std::{path::Path, sync::Arc};

use async_trait::async_trait;
use jiff::Timestamp;
use kaname_kernel::{Audience, AudienceId, EventId, HandleId, MatterId, merkle::Hash};
use kaname_store::{
    Batches, Carriers, Commit, Commits, Committed, FindObjects, FoundObjects, Job, JobOutcome,
    ListQuery, NewJob, ObjectBytes, ObjectFilter, ObjectPage, ObjectRow, Page, PlacedObject,
    Posting, Record, SealedLink, Sight, Store, StoreError, StoredBlob, StoredCheckpoint,
    StoredEvent, StoredNotice, StoredRecord, Writing, check,
};
use roaring::RoaringBitmap;
use rusqlite::params;
use serde_json::Value;

use crate::{
    copy::copy,
    error::{Outcome, corrupt, database},
    open::SqliteStore,
    prepared::{PreparedCommit, PreparedJob, PreparedObject, PreparedRecord},
    read::{carried, find, ledger, list, object, object_row, plain, record},
    write::{commit, jobs, kv, rebuild, shred},
};

/// Work on the caller's side that may take a while for a large change.
pub(crate) async fn prepare(change: Commit) -> Result<PreparedCommit, StoreError> {
    if change.objects.len() + change.appends.len() < 64 {
        return PreparedCommit::new(change);
    }
    let prepared = tokio::task::spawn_blocking(move || PreparedCommit::new(change));
    prepared
        .await
        .map_err(|e| database("preparing a commit", e))?
}

/// Records checked and made ready for the writer.
pub(crate) async fn prepared(
    doing: &'static str,
    records: Vec<Record>,
) -> Result<Vec<PreparedRecord>, StoreError> {
    records.iter().try_for_each(check::record)?;
    let prepare = move || records.into_iter().map(PreparedRecord::new).collect();
    let prepared = tokio::task::spawn_blocking(prepare).await;
    let prepared: Outcome<Vec<_>> = prepared.map_err(|e| database(doing, e))?;
    prepared.map_err(|fault| fault.doing(doing))
}

/// Objects of a rebuild checked and made ready for the writer.
pub(crate) async fn placed(
    doing: &'static str,
    objects: Vec<PlacedObject>,
) -> Result<Vec<(i64, PreparedObject)>, StoreError> {
    let mut all = objects.iter().map(|placed| &placed.object);
    all.try_for_each(check::object)?;
    let ready = |placed: PlacedObject| {
        PreparedObject::new(placed.object).map(|object| (placed.added_us, object))
    };
    let prepare = move || objects.into_iter().map(ready).collect();
    let prepared: Outcome<Vec<_>> = tokio::task::spawn_blocking(prepare)
        .await
        .map_err(|e| database(doing, e))?;
    prepared.map_err(|fault| fault.doing(doing))
}

#[async_trait]
impl Store for SqliteStore {
    async fn commit(&self, change: Commit) -> Result<Committed, StoreError> {
        let change = prepare(change).await?;
        self.writer
            .write("committing", move |writing| {
                commit::commit(writing, &change)
            })
            .await
    }

    async fn record(&self, id: MatterId) -> Result<Option<StoredRecord>, StoreError> {
        self.readers
            .read("reading a record", move |r| record::by_id(r, id))
            .await
    }

    async fn records(&self, ids: &[MatterId]) -> Result<Vec<StoredRecord>, StoreError> {
        let ids = ids.to_vec();
        self.readers
            .read("reading records", move |r| record::by_ids(r, &ids))
            .await
    }

    async fn lookup(&self, space: &str, key: &str) -> Result<Option<MatterId>, StoreError> {
        let (space, key) = (space.to_owned(), key.to_owned());
        self.readers
            .read("looking up a key", move |r| record::lookup(r, &space, &key))
            .await
    }

    async fn list(&self, query: &ListQuery) -> Result<Page, StoreError> {
        let query = query.clone();
        self.readers
            .read("listing records", move |r| list::list(r, &query))
            .await
    }

    async fn states(&self, query: &ListQuery) -> Result<Vec<(String, u64)>, StoreError> {
        let query = query.clone();
        self.readers
            .read("counting records", move |r| list::states(r, &query))
            .await
    }

    async fn carrying(
        &self,
        kind: &str,
        values: &[Posting],
        readable: &RoaringBitmap,
    ) -> Result<Vec<(MatterId, Posting)>, StoreError> {
        let (kind, values, readable) = (kind.to_owned(), values.to_vec(), readable.clone());
        self.readers
            .read("finding shared values", move |r| {
                record::carrying(r, &kind, &values, &readable)
            })
            .await
    }

    async fn history(&self, matter: MatterId) -> Result<Vec<StoredEvent>, StoreError> {
        self.readers
            .read("reading a history", move |r| ledger::history(r, matter))
            .await
    }

    async fn events(&self, from: u64, limit: u32) -> Result<Vec<StoredEvent>, StoreError> {
        self.readers
            .read("reading events", move |r| ledger::events(r, from, limit))
            .await
    }

    async fn event_seq(&self, event: EventId) -> Result<Option<u64>, StoreError> {
        self.readers
            .read("placing an event", move |r| ledger::event_seq(r, event))
            .await
    }

    async fn ledger_size(&self) -> Result<u64, StoreError> {
        self.readers
            .read("reading the ledger's size", ledger::size)
            .await
    }

    async fn sequence(&self) -> Result<u64, StoreError> {
        // Events get their number inside the commit.
        self.ledger_size().await
    }

    async fn tile(&self, row: u8, index: u64) -> Result<Option<Vec<u8>>, StoreError> {
        self.readers
            .read("reading a ledger tile", move |r| {
                ledger::tile(r, row, index)
            })
            .await
    }

    async fn checkpoints(
        &self,
        size: u64,
        limit: u32,
    ) -> Result<Vec<StoredCheckpoint>, StoreError> {
        self.readers
            .read("reading checkpoints", move |r| {
                ledger::checkpoints(r, size, limit)
            })
            .await
    }

    async fn put_checkpoint(&self, checkpoint: StoredCheckpoint) -> Result<(), StoreError> {
        let put = "INSERT INTO checkpoints (size, note, at_us) VALUES (?1, ?2, ?3)
                   ON CONFLICT (size) DO UPDATE SET note = excluded.note, at_us = excluded.at_us";
        self.writer
            .write("keeping a checkpoint", move |writing| {
                let size = i64::try_from(checkpoint.size);
                let size = size.map_err(|e| corrupt("checkpoint size", e))?;
                let at_us = checkpoint.at.as_microsecond();
                let mut put = writing.connection.prepare_cached(put)?;
                put.execute(params![size, checkpoint.note, at_us])?;
                Ok(())
            })
            .await
    }

    async fn checkpoint(&self, size: u64) -> Result<Option<StoredCheckpoint>, StoreError> {
        self.readers
            .read("reading a checkpoint", move |r| ledger::checkpoint(r, size))
            .await
    }

    async fn shred(
        &self,
        events: &[EventId],
        tombstone: Record,
        change: Commit,
    ) -> Result<Committed, StoreError> {
        let doing = "redacting";
        check::record(&tombstone)?;
        let (events, change) = (events.to_vec(), prepare(change).await?);
        let tombstone = PreparedRecord::new(tombstone).map_err(|fault| fault.doing(doing))?;
        self.writer
            .write(doing, move |writing| {
                shred::shred(writing, &events, &tombstone, &change)
            })
            .await
    }

    async fn commit_all(&self, commits: &mut dyn Commits) -> Result<Committed, StoreError> {
        crate::many::commit_all(self, commits).await
    }

    async fn replace_rows(&self, batches: &mut dyn Batches) -> Result<(), StoreError> {
        let replaced = crate::many::replace_rows(self, batches).await;
        self.readers.forget_places();
        replaced
    }

    async fn put_records(&self, records: Vec<Record>) -> Result<(), StoreError> {
        let doing = "writing records";
        let prepared = prepared(doing, records).await?;
        self.writer
            .write(doing, move |writing| rebuild::put(writing, &prepared))
            .await
    }

    async fn records_digest(&self) -> Result<Hash, StoreError> {
        self.readers.read("digesting records", record::digest).await
    }

    async fn audiences(&self, from: AudienceId) -> Result<Vec<(AudienceId, Audience)>, StoreError> {
        self.readers
            .read("reading audiences", move |r| plain::audiences(r, from))
            .await
    }

    async fn epoch(&self) -> Result<u64, StoreError> {
        self.readers.read("reading the epoch", plain::epoch).await
    }

    async fn objects(&self, filter: &ObjectFilter) -> Result<ObjectPage, StoreError> {
        let filter = filter.clone();
        self.readers
            .read("reading objects", move |r| object::page(r, &filter))
            .await
    }

    async fn object_bytes(&self, filter: &ObjectFilter) -> Result<ObjectBytes, StoreError> {
        let filter = filter.clone();
        self.readers
            .read("reading objects", move |r| object::bytes(r, &filter))
            .await
    }

    async fn object_rows(&self, after_us: i64, limit: u32) -> Result<Vec<ObjectRow>, StoreError> {
        self.readers
            .read("reading rows of objects", move |r| {
                object_row::page(r, after_us, limit)
            })
            .await
    }

    async fn object_links(&self) -> Result<u64, StoreError> {
        self.readers
            .read("counting links of objects", object_row::links)
            .await
    }

    async fn withdrawn(
        &self,
        collection: MatterId,
        stix_id: &str,
    ) -> Result<Vec<(i64, MatterId)>, StoreError> {
        let stix_id = stix_id.to_owned();
        self.readers
            .read("reading what was withdrawn", move |r| {
                object_row::withdrawn(r, collection, &stix_id)
            })
            .await
    }

    async fn sights(&self, stix_ids: &[String]) -> Result<Vec<Sight>, StoreError> {
        let stix_ids = stix_ids.to_owned();
        self.readers
            .read("finding who may see objects", move |r| {
                object::sights(r, &stix_ids)
            })
            .await
    }

    async fn referring(
        &self,
        stix_id: &str,
        readable: &RoaringBitmap,
        limit: u32,
    ) -> Result<Vec<String>, StoreError> {
        let (stix_id, readable) = (stix_id.to_owned(), readable.clone());
        self.readers
            .read("finding references", move |r| {
                object::referring(r, &stix_id, &readable, limit)
            })
            .await
    }

    async fn find_objects(&self, query: &FindObjects) -> Result<FoundObjects, StoreError> {
        let query = query.clone();
        self.readers
            .read("searching objects", move |r| find::find(r, &query))
            .await
    }

    async fn values_beginning(
        &self,
        space: &str,
        beginnings: &[String],
        readable: &RoaringBitmap,
        limit: u32,
    ) -> Result<Vec<String>, StoreError> {
        let (space, beginnings) = (space.to_owned(), beginnings.to_vec());
        let readable = readable.clone();
        self.readers
            .read("looking for values", move |r| {
                carried::values_beginning(r, (&space, &beginnings), &readable, limit)
            })
            .await
    }

    async fn carriers(
        &self,
        values: &[Posting],
        readable: &RoaringBitmap,
        except: &[String],
    ) -> Result<Vec<Carriers>, StoreError> {
        let (values, readable) = (values.to_vec(), readable.clone());
        let except = except.to_vec();
        self.readers
            .read("counting carriers", move |r| {
                carried::carriers(r, &values, &readable, &except)
            })
            .await
    }

    async fn blob(&self, id: MatterId) -> Result<Option<StoredBlob>, StoreError> {
        self.readers
            .read("reading an attachment", move |r| plain::blob(r, id))
            .await
    }

    async fn sealed_link(&self, handle: HandleId) -> Result<Option<SealedLink>, StoreError> {
        self.readers
            .read("reading a sealed link", move |r| {
                plain::sealed_link(r, handle)
            })
            .await
    }

    async fn handles(&self, tag: &[u8; 32]) -> Result<Vec<HandleId>, StoreError> {
        let tag = *tag;
        self.readers
            .read("finding handles", move |r| plain::handles(r, &tag))
            .await
    }

    async fn enqueue(&self, job: NewJob) -> Result<(), StoreError> {
        let job = [PreparedJob::new(job)];
        self.writer
            .write("queueing a job", move |writing| {
                jobs::queue_all(writing, &job)
            })
            .await
    }

    async fn lease(
        &self,
        kinds: &[&str],
        lease: [u8; 16],
        now: Timestamp,
        until: Timestamp,
        limit: u32,
    ) -> Result<Vec<Job>, StoreError> {
        let kinds: Arc<[String]> = kinds.iter().map(|&kind| kind.to_owned()).collect();
        let ask = jobs::Lease {
            kinds,
            lease,
            now,
            until,
            limit: limit.min(1_000),
        };
        let look = ask.clone();
        let doing = "leasing jobs";
        let due = self
            .readers
            .read(doing, move |r| jobs::any_due(r.connection, &look))
            .await?;
        if !due {
            return Ok(Vec::new());
        }
        self.writer
            .write(doing, move |writing| jobs::lease(writing, &ask))
            .await
    }

    async fn finish(&self, job: &Job, outcome: JobOutcome) -> Result<(), StoreError> {
        let job = job.clone();
        self.writer
            .write("ending a job", move |writing| {
                jobs::finish(writing, &job, &outcome)
            })
            .await
    }

    async fn dead_letters(&self, limit: u32) -> Result<Vec<(String, String, Value)>, StoreError> {
        self.readers
            .read("reading dead letters", move |r| {
                plain::dead_letters(r, limit)
            })
            .await
    }

    async fn notices(&self, after: u64) -> Result<Vec<StoredNotice>, StoreError> {
        self.readers
            .read("reading notices", move |r| plain::notices(r, after))
            .await
    }

    async fn last_notice(&self) -> Result<u64, StoreError> {
        self.readers
            .read("reading notices", plain::last_notice)
            .await
    }

    async fn kv_put(
        &self,
        space: &str,
        key: &str,
        value: Value,
        expires: Timestamp,
    ) -> Result<(), StoreError> {
        let (space, key, value) = (space.to_owned(), key.to_owned(), value.to_string());
        self.writer
            .write("keeping a value", move |w| {
                kv::put(w, (&space, &key), &value, expires)
            })
            .await
    }

    async fn kv_get(
        &self,
        space: &str,
        key: &str,
        now: Timestamp,
    ) -> Result<Option<Value>, StoreError> {
        let (space, key) = (space.to_owned(), key.to_owned());
        self.readers
            .read("reading a value", move |r| {
                plain::kv_get(r, &space, &key, now)
            })
            .await
    }

    async fn kv_take(
        &self,
        space: &str,
        key: &str,
        now: Timestamp,
    ) -> Result<Option<Value>, StoreError> {
        let (space, key) = (space.to_owned(), key.to_owned());
        self.writer
            .write("taking a value", move |w| kv::take(w, (&space, &key), now))
            .await
    }

    async fn kv_list(
        &self,
        space: &str,
        prefix: &str,
        now: Timestamp,
    ) -> Result<Vec<(String, Value)>, StoreError> {
        let (space, prefix) = (space.to_owned(), prefix.to_owned());
        self.readers
            .read("listing values", move |r| {
                plain::kv_list(r, &space, &prefix, now)
            })
            .await
    }

    async fn kv_count(
        &self,
        space: &str,
        key: &str,
        now: Timestamp,
        expires: Timestamp,
    ) -> Result<u64, StoreError> {
        let (space, key) = (space.to_owned(), key.to_owned());
        self.writer
            .write("counting", move |w| {
                kv::count(w, (&space, &key), now, expires)
            })
            .await
    }

    async fn kv_uncount(&self, space: &str, key: &str, now: Timestamp) -> Result<(), StoreError> {
        let (space, key) = (space.to_owned(), key.to_owned());
        self.writer
            .write("taking a count back", move |w| {
                kv::uncount(w, (&space, &key), now)
            })
            .await
    }

    async fn kv_sweep(&self, now: Timestamp) -> Result<u64, StoreError> {
        self.writer
            .write("sweeping values", move |writing| kv::sweep(writing, now))
            .await
    }

    async fn backup(&self, to: &Path) -> Result<(), StoreError> {
        let (from, to) = (self.path.clone(), to.to_owned());
        let doing = "backing up";
        let copied = tokio::task::spawn_blocking(move || copy(&from, &to));
        let copied = copied.await.map_err(|e| database(doing, e))?;
        copied.map_err(|fault| fault.doing(doing))
    }

    async fn ping(&self) -> Result<(), StoreError> {
        if let Some(why) = self.watch.gone() {
            let error = StoreError::unavailable("looking for its file", why, false);
            self.watch.failed(&error, true);
            return Err(error);
        }
        match self.watch.writing() {
            Writing::Works => {}
            Writing::Fails(cause) => return Err(StoreError::unavailable("writing", cause, false)),
            // What is written here has expired: the next sweep takes it away.
            Writing::Doubtful => {
                let past = Timestamp::UNIX_EPOCH;
                self.kv_put("probe", "writing", Value::Null, past).await?;
            }
        }
        let probe = "SELECT 1";
        self.readers
            .read("pinging", move |r| {
                Ok(r.connection.query_row(probe, [], |_| Ok(()))?)
            })
            .await
    }
}
