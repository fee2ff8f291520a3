//! One commit: checks, then rows.

use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, PoisonError},
};

use kaname_kernel::{MatterId, SealedEvent, merkle::Hash};
use kaname_store::{Committed, StoreError};
use rusqlite::{OptionalExtension, params};
use tokio::sync::mpsc::Receiver;

use crate::{
    error::{Outcome, corrupt, database},
    form,
    prepared::{PreparedAppend, PreparedCommit},
    write::{jobs, object, record},
    writer::Writing,
};

/// Refuses the commit, or writes all of it.
pub(crate) fn commit(writing: &mut Writing<'_>, change: &PreparedCommit) -> Outcome<Committed> {
    check(writing, change)?;
    write(writing, change)
}

/// Writes every change that comes, each on those before it; gives what the last one gave. When they end
/// without saying so, they were cut off. What is refused is kept in `refused`: half of the whole is in
/// the transaction then, which has to be undone.
pub(crate) fn commit_all(
    writing: &mut Writing<'_>,
    changes: &mut Receiver<Option<PreparedCommit>>,
    refused: &Mutex<Option<StoreError>>,
) -> Outcome<Committed> {
    let doing = "committing many changes";
    let mut last = Committed {
        first_seq: None,
        ledger_size: writing.head.edge.size(),
        epoch: writing.head.epoch,
    };
    loop {
        match changes.blocking_recv() {
            Some(Some(change)) => match commit(writing, &change) {
                Ok(committed) => last = committed,
                Err(fault) => {
                    let mut slot = refused.lock().unwrap_or_else(PoisonError::into_inner);
                    slot.get_or_insert(fault.doing(doing));
                    return Err(database(doing, "one of them was refused").into());
                }
            },
            Some(None) => return Ok(last),
            None => return Err(database(doing, "they were cut off").into()),
        }
    }
}

/// Says no before anything is written.
pub(crate) fn check(writing: &Writing<'_>, change: &PreparedCommit) -> Outcome<()> {
    if let Some((key, _)) = &change.answer {
        let find = "SELECT answer FROM answers WHERE key = ?1";
        let mut find = writing.connection.prepare_cached(find)?;
        let mut rows = find.query([key])?;
        if let Some(row) = rows.next()? {
            return Err(StoreError::Repeated(form::json(row, 0, "answer")?).into());
        }
    }
    for (matter, expected) in &change.rest.stands_on {
        if standing_version(writing, *matter)? != *expected {
            let (matter, expected) = (*matter, *expected);
            return Err(StoreError::Conflict { matter, expected }.into());
        }
    }
    versions(writing, &change.appends)?;
    if change.rest.only_new_objects {
        object::check_new(writing, &change.objects)?;
    }
    let records = change.appends.iter().map(|append| &append.record);
    record::check_lookups(writing, records)
}

/// Optimistic concurrency: the matter must stand where the change was decided on.
fn versions(writing: &Writing<'_>, appends: &[PreparedAppend]) -> Outcome<()> {
    let mut standing: HashMap<MatterId, u32> = HashMap::with_capacity(appends.len());
    let mut ids = HashSet::with_capacity(appends.len());
    for append in appends {
        let matter = append.record.record.id;
        let version = match standing.get(&matter) {
            Some(version) => *version,
            None => standing_version(writing, matter)?,
        };
        let first = append
            .events
            .first()
            .map_or(0, |(event, _)| event.header.version);
        if first != version + 1 {
            let expected = first.saturating_sub(1);
            return Err(StoreError::Conflict { matter, expected }.into());
        }
        standing.insert(matter, append.record.record.version);
        for (event, _) in &append.events {
            let id = event.header.id;
            if !ids.insert(id) || event_exists(writing, event)? {
                return Err(StoreError::Malformed(format!("event {id} is in the ledger")).into());
            }
        }
    }
    Ok(())
}

/// Number of events a matter has.
pub(crate) fn standing_version(writing: &Writing<'_>, matter: MatterId) -> Outcome<u32> {
    let find = "SELECT version FROM events WHERE matter = ?1 ORDER BY version DESC LIMIT 1";
    let mut find = writing.connection.prepare_cached(find)?;
    let version = find.query_row([matter.bytes()], |row| row.get(0));
    Ok(version.optional()?.unwrap_or(0))
}

fn event_exists(writing: &Writing<'_>, event: &SealedEvent) -> Outcome<bool> {
    let mut find = writing
        .connection
        .prepare_cached("SELECT 1 FROM events WHERE id = ?1")?;
    let found: Option<i64> = find
        .query_row([event.header.id.bytes()], |row| row.get(0))
        .optional()?;
    Ok(found.is_some())
}

/// Writes what was checked.
pub(crate) fn write(writing: &mut Writing<'_>, change: &PreparedCommit) -> Outcome<Committed> {
    let rest = &change.rest;
    if rest.new_epoch {
        writing.head.epoch += 1;
    }
    let any = change
        .appends
        .iter()
        .any(|append| !append.events.is_empty());
    let first_seq = any.then(|| writing.head.edge.size());
    for append in &change.appends {
        for (event, leaf) in &append.events {
            append_event(writing, event, *leaf)?;
        }
    }
    record::put_all(writing, change.appends.iter().map(|append| &append.record))?;
    for removed in &rest.removed {
        object::withdraw(writing, removed)?;
    }
    object::add_all(writing, &change.objects)?;
    attachments(writing, change)?;
    jobs::queue_all(writing, &change.jobs)?;
    let epoch = writing.head.epoch;
    for notice in &rest.notices {
        let put = "INSERT INTO notices (topic, matter, epoch) VALUES (?1, ?2, ?3)";
        let matter = notice.matter.as_ref().map(|id| id.bytes());
        let mut put = writing.connection.prepare_cached(put)?;
        put.execute(params![notice.topic, matter, epoch as i64])?;
    }
    if let Some((key, answer)) = &change.answer {
        let put = "INSERT INTO answers (key, answer, at_us) VALUES (?1, ?2, ?3)";
        let at_us = writing.clock.now().as_microsecond();
        writing
            .connection
            .prepare_cached(put)?
            .execute(params![key, answer, at_us])?;
    }
    Ok(Committed {
        first_seq,
        ledger_size: writing.head.edge.size(),
        epoch,
    })
}

fn append_event(writing: &mut Writing<'_>, event: &SealedEvent, leaf: Hash) -> Outcome<()> {
    let seq = i64::try_from(writing.head.edge.size()).map_err(|e| corrupt("ledger size", e))?;
    let header = &event.header;
    let put = "INSERT INTO events (seq, id, matter, version, matter_kind, kind, recorded_us,
                                   cipher, wrapped_key, leaf)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    writing.connection.prepare_cached(put)?.execute(params![
        seq,
        header.id.bytes(),
        header.matter.bytes(),
        header.version,
        header.matter_kind,
        header.kind,
        header.recorded.as_microsecond(),
        event.cipher,
        event.wrapped_key,
        leaf,
    ])?;
    writing.head.edge.push(leaf);
    Ok(())
}

fn attachments(writing: &Writing<'_>, change: &PreparedCommit) -> Outcome<()> {
    for blob in &change.rest.blobs {
        let put = "INSERT INTO blobs (id, matter, sha256, cipher, wrapped_key)
                   VALUES (?1, ?2, ?3, ?4, ?5)";
        writing.connection.prepare_cached(put)?.execute(params![
            blob.id.bytes(),
            blob.matter.bytes(),
            blob.sha256,
            blob.cipher,
            blob.wrapped_key,
        ])?;
    }
    for link in &change.rest.sealed {
        let put = "INSERT INTO sealed_links (handle, tag, boxed) VALUES (?1, ?2, ?3)";
        let mut put = writing.connection.prepare_cached(put)?;
        put.execute(params![link.handle.bytes(), link.tag, link.boxed])?;
    }
    Ok(())
}
