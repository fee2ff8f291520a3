//! One commit.

use std::collections::HashMap;

use deadpool_postgres::Transaction;
use kaname_kernel::MatterId;
use kaname_store::{Append, Commit, Committed, Record, StoreError};

use crate::{
    error::Outcome,
    form,
    open::Context,
    write::{jobs, object, record},
};

/// A commit with the numbers of its audiences.
pub(crate) struct Numbered {
    pub(crate) change: Commit,
    /// Of the appends' records, in order.
    pub(crate) records: Vec<i32>,
    /// Of the objects, in order.
    pub(crate) objects: Vec<i32>,
}

/// Refuses the commit, or writes all of it.
pub(crate) async fn write(
    transaction: &Transaction<'_>,
    context: &Context,
    numbered: &Numbered,
) -> Outcome<Committed> {
    let change = &numbered.change;
    repeated(transaction, change).await?;
    stands_on(transaction, &change.stands_on).await?;
    versions(transaction, &change.appends).await?;
    append_events(transaction, &change.appends).await?;
    let records: Vec<(&Record, i32)> = change
        .appends
        .iter()
        .map(|append| &append.record)
        .zip(numbered.records.iter().copied())
        .collect();
    record::put_all(transaction, &records).await?;
    object::withdraw_all(transaction, &change.removed).await?;
    let objects = (change.objects.as_slice(), change.only_new_objects);
    object::add_all(transaction, context, objects, &numbered.objects).await?;
    attachments(transaction, change).await?;
    jobs::queue_all(transaction, &change.jobs).await?;
    let head = if change.new_epoch {
        "UPDATE head SET epoch = epoch + 1 RETURNING epoch, ledger_size"
    } else {
        "SELECT epoch, ledger_size FROM head"
    };
    let head = transaction.query_one(head, &[]).await?;
    let (epoch, ledger_size) = (form::count(&head, 0)?, form::count(&head, 1)?);
    notices(transaction, change, epoch).await?;
    if let Some((key, answer)) = &change.idempotency {
        let put = "INSERT INTO answers (key, answer, at_us) VALUES ($1, $2, $3)";
        let at_us = context.clock.now().as_microsecond();
        transaction
            .execute(put, &[key, &answer.to_string(), &at_us])
            .await?;
    }
    Ok(Committed {
        first_seq: None,
        ledger_size,
        epoch,
    })
}

async fn repeated(transaction: &Transaction<'_>, change: &Commit) -> Outcome<()> {
    if let Some((key, _)) = &change.idempotency {
        let find = "SELECT answer FROM answers WHERE key = $1";
        if let Some(row) = transaction.query_opt(find, &[key]).await? {
            return Err(StoreError::Repeated(form::json(&row, 0, "answer")?).into());
        }
    }
    Ok(())
}

/// What was read to decide must stand where it was read, until this commit is there too: a change of it waits
/// for the lock, and a change that came first is seen.
async fn stands_on(transaction: &Transaction<'_>, read: &[(MatterId, u32)]) -> Outcome<()> {
    if read.is_empty() {
        return Ok(());
    }
    let matters: Vec<&[u8]> = read.iter().map(|(id, _)| id.bytes().as_slice()).collect();
    let find = "SELECT id, version FROM records WHERE id = ANY($1) ORDER BY id FOR SHARE";
    let mut standing: HashMap<MatterId, u32> = HashMap::new();
    for row in transaction.query(find, &[&matters]).await? {
        standing.insert(form::id(&row, 0)?, form::version(&row, 1)?);
    }
    for (matter, expected) in read {
        if standing.get(matter).copied().unwrap_or(0) != *expected {
            let (matter, expected) = (*matter, *expected);
            return Err(StoreError::Conflict { matter, expected }.into());
        }
    }
    Ok(())
}

/// Optimistic concurrency: each matter must stand where the change was decided on. A race past this
/// look ends at the table's own constraint and is tried again.
async fn versions(transaction: &Transaction<'_>, appends: &[Append]) -> Outcome<()> {
    if appends.is_empty() {
        return Ok(());
    }
    let matters: Vec<&[u8]> = appends
        .iter()
        .map(|append| append.record.id.bytes().as_slice())
        .collect();
    let find = "SELECT matter, max(version) FROM events WHERE matter = ANY($1) GROUP BY matter";
    let mut standing: HashMap<MatterId, u32> = HashMap::new();
    for row in transaction.query(find, &[&matters]).await? {
        standing.insert(form::id(&row, 0)?, form::version(&row, 1)?);
    }
    for append in appends {
        let matter = append.record.id;
        let first = append
            .events
            .first()
            .map_or(0, |event| event.header.version);
        if first != standing.get(&matter).copied().unwrap_or(0) + 1 {
            let expected = first.saturating_sub(1);
            return Err(StoreError::Conflict { matter, expected }.into());
        }
        standing.insert(matter, append.record.version);
    }
    Ok(())
}

async fn append_events(transaction: &Transaction<'_>, appends: &[Append]) -> Outcome<()> {
    let events: Vec<_> = appends.iter().flat_map(|append| &append.events).collect();
    if events.is_empty() {
        return Ok(());
    }
    let leaves: Vec<_> = events.iter().map(|event| event.leaf_hash()).collect();
    let put = "INSERT INTO events
                   (id, matter, version, matter_kind, kind, recorded_us, cipher, wrapped_key, leaf)
               SELECT id, matter, version, matter_kind, kind, recorded_us, cipher, wrapped_key, leaf
               FROM unnest($1::bytea[], $2::bytea[], $3::bigint[], $4::text[], $5::text[],
                           $6::bigint[], $7::bytea[], $8::bytea[], $9::bytea[]) WITH ORDINALITY
                   AS new (id, matter, version, matter_kind, kind, recorded_us, cipher,
                           wrapped_key, leaf, place)
               ORDER BY place";
    let header = events.iter().map(|event| &event.header);
    let ids: Vec<&[u8]> = header.clone().map(|h| h.id.bytes().as_slice()).collect();
    let matters: Vec<&[u8]> = header
        .clone()
        .map(|h| h.matter.bytes().as_slice())
        .collect();
    let versions: Vec<i64> = header.clone().map(|h| i64::from(h.version)).collect();
    let matter_kinds: Vec<&str> = header.clone().map(|h| h.matter_kind.as_str()).collect();
    let kinds: Vec<&str> = header.clone().map(|h| h.kind.as_str()).collect();
    let recorded: Vec<i64> = header.map(|h| h.recorded.as_microsecond()).collect();
    let ciphers: Vec<&[u8]> = events.iter().map(|event| event.cipher.as_slice()).collect();
    let keys: Vec<Option<&[u8]>> = events
        .iter()
        .map(|event| event.wrapped_key.as_deref())
        .collect();
    let leaves: Vec<&[u8]> = leaves.iter().map(|leaf| leaf.as_slice()).collect();
    let put = transaction.prepare_cached(put).await?;
    transaction
        .execute(
            &put,
            &[
                &ids,
                &matters,
                &versions,
                &matter_kinds,
                &kinds,
                &recorded,
                &ciphers,
                &keys,
                &leaves,
            ],
        )
        .await?;
    Ok(())
}

async fn attachments(transaction: &Transaction<'_>, change: &Commit) -> Outcome<()> {
    for blob in &change.blobs {
        let put = "INSERT INTO blobs (id, matter, sha256, cipher, wrapped_key)
                   VALUES ($1, $2, $3, $4, $5)";
        let (id, matter) = (blob.id.bytes().as_slice(), blob.matter.bytes().as_slice());
        let sha256 = blob.sha256.as_slice();
        transaction
            .execute(
                put,
                &[&id, &matter, &sha256, &blob.cipher, &blob.wrapped_key],
            )
            .await?;
    }
    if !change.sealed.is_empty() {
        let put = "INSERT INTO sealed_links (handle, tag, boxed)
                   SELECT * FROM unnest($1::bytea[], $2::bytea[], $3::bytea[])";
        let links = change.sealed.iter();
        let handles: Vec<&[u8]> = links.clone().map(|l| l.handle.bytes().as_slice()).collect();
        let tags: Vec<&[u8]> = links.clone().map(|l| l.tag.as_slice()).collect();
        let boxed: Vec<&[u8]> = links.map(|l| l.boxed.as_slice()).collect();
        transaction.execute(put, &[&handles, &tags, &boxed]).await?;
    }
    Ok(())
}

async fn notices(transaction: &Transaction<'_>, change: &Commit, epoch: u64) -> Outcome<()> {
    if change.notices.is_empty() {
        return Ok(());
    }
    let put = "INSERT INTO notices (topic, matter, epoch)
               SELECT topic, matter, $3
               FROM unnest($1::text[], $2::bytea[]) WITH ORDINALITY AS new (topic, matter, place)
               ORDER BY place";
    let topics: Vec<&str> = change
        .notices
        .iter()
        .map(|notice| notice.topic.as_str())
        .collect();
    let matters: Vec<Option<&[u8]>> = change
        .notices
        .iter()
        .map(|notice| notice.matter.as_ref().map(|id| id.bytes().as_slice()))
        .collect();
    let put = transaction.prepare_cached(put).await?;
    transaction
        .execute(&put, &[&topics, &matters, &(epoch as i64)])
        .await?;
    Ok(())
}
