//! The port, one line of duty each: who does it is said here, how stands in `read` and `write`.

use std::path::Path;

use async_trait::async_trait;
use jiff::Timestamp;
use kaname_kernel::{Audience, AudienceId, EventId, HandleId, MatterId, merkle::Hash};
use kaname_store::{
    Batches, Carriers, Commit, Commits, Committed, FindObjects, FoundObjects, Job, JobOutcome,
    ListQuery, NewJob, ObjectBytes, ObjectFilter, ObjectPage, ObjectRow, Page, Posting, Record,
    SealedLink, Sight, Store, StoreError, StoredBlob, StoredCheckpoint, StoredEvent, StoredNotice,
    StoredRecord, Writing, check,
};
use roaring::RoaringBitmap;
use serde_json::Value;

use crate::{
    open::{Change, PostgresStore},
    read::{carried, find, ledger, list, object, object_row, plain, record},
    write::{jobs, kv, sequence},
};

#[async_trait]
impl Store for PostgresStore {
    async fn commit(&self, change: Commit) -> Result<Committed, StoreError> {
        let doing = "committing";
        let change = self
            .numbered(change)
            .await
            .map_err(|fault| self.told(fault, doing))?;
        let done = self.commit_change(Change::Commit(change)).await;
        done.map_err(|fault| self.told(fault, doing))
    }

    async fn commit_all(&self, commits: &mut dyn Commits) -> Result<Committed, StoreError> {
        let done = self.commit_many(commits).await;
        done.map_err(|fault| self.told(fault, "committing"))
    }

    async fn record(&self, id: MatterId) -> Result<Option<StoredRecord>, StoreError> {
        Ok(self.records(&[id]).await?.pop())
    }

    async fn records(&self, ids: &[MatterId]) -> Result<Vec<StoredRecord>, StoreError> {
        let read = async {
            let session = self.session().await?;
            record::by_ids(&session, &self.context.known, ids).await
        };
        read.await
            .map_err(|fault| self.told(fault, "reading records"))
    }

    async fn lookup(&self, space: &str, key: &str) -> Result<Option<MatterId>, StoreError> {
        let read = async { record::lookup(&self.session().await?, space, key).await };
        read.await
            .map_err(|fault| self.told(fault, "looking up a key"))
    }

    async fn list(&self, query: &ListQuery) -> Result<Page, StoreError> {
        let read = async {
            let session = self.session().await?;
            list::list(&session, &self.context.known, query).await
        };
        read.await
            .map_err(|fault| self.told(fault, "listing records"))
    }

    async fn states(&self, query: &ListQuery) -> Result<Vec<(String, u64)>, StoreError> {
        let read = async { list::states(&self.session().await?, query).await };
        read.await
            .map_err(|fault| self.told(fault, "counting records"))
    }

    async fn carrying(
        &self,
        kind: &str,
        values: &[Posting],
        readable: &RoaringBitmap,
    ) -> Result<Vec<(MatterId, Posting)>, StoreError> {
        let read = async { record::carrying(&self.session().await?, kind, values, readable).await };
        read.await
            .map_err(|fault| self.told(fault, "finding shared values"))
    }

    async fn history(&self, matter: MatterId) -> Result<Vec<StoredEvent>, StoreError> {
        let read = async { ledger::history(&mut self.session().await?, matter).await };
        read.await
            .map_err(|fault| self.told(fault, "reading a history"))
    }

    async fn events(&self, from: u64, limit: u32) -> Result<Vec<StoredEvent>, StoreError> {
        let read = async { ledger::events(&self.session().await?, from, limit).await };
        read.await
            .map_err(|fault| self.told(fault, "reading events"))
    }

    async fn event_seq(&self, event: EventId) -> Result<Option<u64>, StoreError> {
        let read = async { ledger::event_seq(&mut self.session().await?, event).await };
        read.await
            .map_err(|fault| self.told(fault, "placing an event"))
    }

    async fn ledger_size(&self) -> Result<u64, StoreError> {
        let read = async { sequence::size(&self.session().await?).await };
        read.await
            .map_err(|fault| self.told(fault, "reading the ledger's size"))
    }

    async fn sequence(&self) -> Result<u64, StoreError> {
        let order = async { sequence::sequence(&mut self.session().await?).await };
        order
            .await
            .map_err(|fault| self.told(fault, "ordering events"))
    }

    async fn tile(&self, row: u8, index: u64) -> Result<Option<Vec<u8>>, StoreError> {
        let read = async { ledger::tile(&self.session().await?, row, index).await };
        read.await
            .map_err(|fault| self.told(fault, "reading a ledger tile"))
    }

    async fn checkpoints(
        &self,
        size: u64,
        limit: u32,
    ) -> Result<Vec<StoredCheckpoint>, StoreError> {
        let read = async { ledger::checkpoints(&self.session().await?, size, limit).await };
        read.await
            .map_err(|fault| self.told(fault, "reading checkpoints"))
    }

    async fn put_checkpoint(&self, checkpoint: StoredCheckpoint) -> Result<(), StoreError> {
        let put = async { ledger::put_checkpoint(&self.session().await?, &checkpoint).await };
        put.await
            .map_err(|fault| self.told(fault, "keeping a checkpoint"))
    }

    async fn checkpoint(&self, size: u64) -> Result<Option<StoredCheckpoint>, StoreError> {
        let read = async { ledger::checkpoint(&self.session().await?, size).await };
        read.await
            .map_err(|fault| self.told(fault, "reading a checkpoint"))
    }

    async fn shred(
        &self,
        events: &[EventId],
        tombstone: Record,
        change: Commit,
    ) -> Result<Committed, StoreError> {
        check::record(&tombstone)?;
        let shred = async {
            let with = self.numbered(change).await?;
            let audience = self.numbers(&[&tombstone.audience]).await?;
            let audience = audience.first().copied().unwrap_or_default();
            let (events, tombstone) = (events.to_vec(), Box::new(tombstone));
            let shred = Change::Shred {
                events,
                tombstone,
                audience,
                with,
            };
            let committed = self.commit_change(shred).await?;
            // Old versions of the rows stand in the pages until they are vacuumed.
            let session = self.session().await?;
            let clean = "VACUUM events, blobs, records, lookups, postings";
            if let Err(error) = session.batch_execute(clean).await {
                tracing::warn!(%error, "tables could not be vacuumed after redaction");
            }
            Ok(committed)
        };
        shred
            .await
            .map_err(|fault: crate::error::Fault| self.told(fault, "redacting"))
    }

    async fn replace_rows(&self, batches: &mut dyn Batches) -> Result<(), StoreError> {
        let done = self.replace(batches).await;
        done.map_err(|fault| self.told(fault, "rebuilding"))
    }

    async fn put_records(&self, records: Vec<Record>) -> Result<(), StoreError> {
        records.iter().try_for_each(check::record)?;
        let put = async {
            let audiences: Vec<_> = records.iter().map(|record| &record.audience).collect();
            let audiences = self.numbers(&audiences).await?;
            self.write(&Change::Put(records, audiences)).await
        };
        put.await
            .map(|_| ())
            .map_err(|fault| self.told(fault, "writing records"))
    }

    async fn records_digest(&self) -> Result<Hash, StoreError> {
        let read = async { record::digest(&self.session().await?).await };
        read.await
            .map_err(|fault| self.told(fault, "digesting records"))
    }

    async fn audiences(&self, from: AudienceId) -> Result<Vec<(AudienceId, Audience)>, StoreError> {
        let read = async { plain::audiences(&self.session().await?, from).await };
        read.await
            .map_err(|fault| self.told(fault, "reading audiences"))
    }

    async fn epoch(&self) -> Result<u64, StoreError> {
        let read = async { plain::epoch(&self.session().await?).await };
        read.await
            .map_err(|fault| self.told(fault, "reading the epoch"))
    }

    async fn objects(&self, filter: &ObjectFilter) -> Result<ObjectPage, StoreError> {
        let read = async { object::page(&self.session().await?, filter).await };
        read.await
            .map_err(|fault| self.told(fault, "reading objects"))
    }

    async fn object_bytes(&self, filter: &ObjectFilter) -> Result<ObjectBytes, StoreError> {
        let read = async { object::bytes(&self.session().await?, filter).await };
        read.await
            .map_err(|fault| self.told(fault, "reading objects"))
    }

    async fn object_rows(&self, after_us: i64, limit: u32) -> Result<Vec<ObjectRow>, StoreError> {
        let read = async { object_row::page(&mut self.session().await?, after_us, limit).await };
        read.await
            .map_err(|fault| self.told(fault, "reading rows of objects"))
    }

    async fn object_links(&self) -> Result<u64, StoreError> {
        let read = async { object_row::links(&self.session().await?).await };
        read.await
            .map_err(|fault| self.told(fault, "counting links of objects"))
    }

    async fn withdrawn(
        &self,
        collection: MatterId,
        stix_id: &str,
    ) -> Result<Vec<(i64, MatterId)>, StoreError> {
        let read =
            async { object_row::withdrawn(&self.session().await?, collection, stix_id).await };
        read.await
            .map_err(|fault| self.told(fault, "reading what was withdrawn"))
    }

    async fn sights(&self, stix_ids: &[String]) -> Result<Vec<Sight>, StoreError> {
        let read = async { object::sights(&self.session().await?, stix_ids).await };
        read.await
            .map_err(|fault| self.told(fault, "finding who may see objects"))
    }

    async fn referring(
        &self,
        stix_id: &str,
        readable: &RoaringBitmap,
        limit: u32,
    ) -> Result<Vec<String>, StoreError> {
        let read =
            async { object::referring(&self.session().await?, stix_id, readable, limit).await };
        read.await
            .map_err(|fault| self.told(fault, "finding references"))
    }

    async fn find_objects(&self, query: &FindObjects) -> Result<FoundObjects, StoreError> {
        let read = async { find::find(&self.session().await?, query).await };
        read.await
            .map_err(|fault| self.told(fault, "searching objects"))
    }

    async fn values_beginning(
        &self,
        space: &str,
        beginnings: &[String],
        readable: &RoaringBitmap,
        limit: u32,
    ) -> Result<Vec<String>, StoreError> {
        let read = async {
            let (session, wanted) = (self.session().await?, (space, beginnings));
            carried::values_beginning(&session, wanted, readable, limit).await
        };
        read.await
            .map_err(|fault| self.told(fault, "looking for values"))
    }

    async fn carriers(
        &self,
        values: &[Posting],
        readable: &RoaringBitmap,
        except: &[String],
    ) -> Result<Vec<Carriers>, StoreError> {
        let read =
            async { carried::carriers(&self.session().await?, values, readable, except).await };
        read.await
            .map_err(|fault| self.told(fault, "counting carriers"))
    }

    async fn blob(&self, id: MatterId) -> Result<Option<StoredBlob>, StoreError> {
        let read = async { plain::blob(&self.session().await?, id).await };
        read.await
            .map_err(|fault| self.told(fault, "reading an attachment"))
    }

    async fn sealed_link(&self, handle: HandleId) -> Result<Option<SealedLink>, StoreError> {
        let read = async { plain::sealed_link(&self.session().await?, handle).await };
        read.await
            .map_err(|fault| self.told(fault, "reading a sealed link"))
    }

    async fn handles(&self, tag: &[u8; 32]) -> Result<Vec<HandleId>, StoreError> {
        let read = async { plain::handles(&self.session().await?, tag).await };
        read.await
            .map_err(|fault| self.told(fault, "finding handles"))
    }

    async fn enqueue(&self, job: NewJob) -> Result<(), StoreError> {
        let done = self.write(&Change::Queue(job)).await;
        done.map(|_| ())
            .map_err(|fault| self.told(fault, "queueing a job"))
    }

    async fn lease(
        &self,
        kinds: &[&str],
        lease: [u8; 16],
        now: Timestamp,
        until: Timestamp,
        limit: u32,
    ) -> Result<Vec<Job>, StoreError> {
        let limit = limit.min(1_000);
        let ask = jobs::Lease {
            kinds,
            lease,
            now,
            until,
            limit,
        };
        let take = async { jobs::lease(&self.session().await?, &ask).await };
        take.await.map_err(|fault| self.told(fault, "leasing jobs"))
    }

    async fn finish(&self, job: &Job, outcome: JobOutcome) -> Result<(), StoreError> {
        let end =
            async { jobs::finish(&self.session().await?, &self.context, job, &outcome).await };
        end.await.map_err(|fault| self.told(fault, "ending a job"))
    }

    async fn dead_letters(&self, limit: u32) -> Result<Vec<(String, String, Value)>, StoreError> {
        let read = async { plain::dead_letters(&self.session().await?, limit).await };
        read.await
            .map_err(|fault| self.told(fault, "reading dead letters"))
    }

    async fn notices(&self, after: u64) -> Result<Vec<StoredNotice>, StoreError> {
        let read = async { plain::notices(&mut self.session().await?, after).await };
        read.await
            .map_err(|fault| self.told(fault, "reading notices"))
    }

    async fn last_notice(&self) -> Result<u64, StoreError> {
        let read = async { sequence::number_notices(&mut self.session().await?).await };
        read.await
            .map_err(|fault| self.told(fault, "reading notices"))
    }

    async fn kv_put(
        &self,
        space: &str,
        key: &str,
        value: Value,
        expires: Timestamp,
    ) -> Result<(), StoreError> {
        let put = async { kv::put(&self.session().await?, (space, key), &value, expires).await };
        put.await
            .map_err(|fault| self.told(fault, "keeping a value"))
    }

    async fn kv_get(
        &self,
        space: &str,
        key: &str,
        now: Timestamp,
    ) -> Result<Option<Value>, StoreError> {
        let read = async { plain::kv_get(&self.session().await?, (space, key), now).await };
        read.await
            .map_err(|fault| self.told(fault, "reading a value"))
    }

    async fn kv_take(
        &self,
        space: &str,
        key: &str,
        now: Timestamp,
    ) -> Result<Option<Value>, StoreError> {
        let take = async { kv::take(&self.session().await?, (space, key), now).await };
        take.await
            .map_err(|fault| self.told(fault, "taking a value"))
    }

    async fn kv_list(
        &self,
        space: &str,
        prefix: &str,
        now: Timestamp,
    ) -> Result<Vec<(String, Value)>, StoreError> {
        let read = async { plain::kv_list(&self.session().await?, (space, prefix), now).await };
        read.await
            .map_err(|fault| self.told(fault, "listing values"))
    }

    async fn kv_count(
        &self,
        space: &str,
        key: &str,
        now: Timestamp,
        expires: Timestamp,
    ) -> Result<u64, StoreError> {
        let count = async { kv::count(&self.session().await?, (space, key), now, expires).await };
        count.await.map_err(|fault| self.told(fault, "counting"))
    }

    async fn kv_uncount(&self, space: &str, key: &str, now: Timestamp) -> Result<(), StoreError> {
        let uncount = async { kv::uncount(&self.session().await?, (space, key), now).await };
        uncount
            .await
            .map_err(|fault| self.told(fault, "taking a count back"))
    }

    async fn kv_sweep(&self, now: Timestamp) -> Result<u64, StoreError> {
        let sweep = async { kv::sweep(&self.session().await?, now).await };
        sweep
            .await
            .map_err(|fault| self.told(fault, "sweeping values"))
    }

    async fn backup(&self, to: &Path) -> Result<(), StoreError> {
        let copy = async { crate::backup::write(&mut self.session().await?, to).await };
        copy.await.map_err(|fault| self.told(fault, "backing up"))
    }

    async fn ping(&self) -> Result<(), StoreError> {
        match self.watch.writing() {
            Writing::Works => {}
            Writing::Fails(cause) => {
                return Err(StoreError::unavailable("writing", cause, false));
            }
            // What is written here has expired: the next sweep takes it away.
            Writing::Doubtful => {
                let past = Timestamp::UNIX_EPOCH;
                let probe = self.kv_put("probe", "writing", Value::Null, past).await;
                self.watch.wrote(probe.as_ref().err());
                probe?;
            }
        }
        let ping = async {
            self.session().await?.query_one("SELECT 1", &[]).await?;
            self.watch.answered();
            Ok(())
        };
        let ping = self.watch.patient("pinging", false, ping).await;
        ping.map_err(|fault: crate::error::Fault| self.told(fault, "pinging"))
    }
}
