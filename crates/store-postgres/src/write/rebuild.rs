//! Rows forgotten and written again from the ledger.

use std::collections::HashSet;

use deadpool_postgres::Transaction;
use kaname_store::{PlacedObject, Record, StoreError};

use crate::{
    error::Outcome,
    write::{audience, object, record, tally},
};

/// Rows written by one statement.
const CHUNK: usize = 1_000;

/// Forgets every projection, and what objects are found by when those are written anew too; what is
/// primary stays. Objects are read while this goes on, so their tables are not locked.
pub(crate) async fn clear(transaction: &Transaction<'_>, with_objects: bool) -> Outcome<()> {
    // However long it takes.
    transaction
        .batch_execute("SET LOCAL statement_timeout = 0; TRUNCATE records, lookups, postings")
        .await?;
    audience::take(transaction).await?;
    if with_objects {
        transaction
            .batch_execute("DELETE FROM object_values; DELETE FROM object_refs")
            .await?;
    }
    Ok(())
}

/// What only shows when all rows are there.
pub(crate) async fn end(transaction: &Transaction<'_>, with_objects: bool) -> Outcome<()> {
    if with_objects {
        object::mark_all(transaction).await?;
        tally::anew(transaction).await?;
    }
    audience::drop_unused(transaction).await
}

/// Writes anew what is kept beside the bytes of objects.
pub(crate) async fn put_objects(
    transaction: &Transaction<'_>,
    objects: &[PlacedObject],
    audiences: &[i32],
) -> Outcome<()> {
    for (objects, audiences) in objects.chunks(CHUNK).zip(audiences.chunks(CHUNK)) {
        object::put_anew(transaction, objects, audiences).await?;
    }
    Ok(())
}

/// Writes projections without events.
pub(crate) async fn put(transaction: &Transaction<'_>, records: &[(&Record, i32)]) -> Outcome<()> {
    let mut seen = HashSet::new();
    if let Some((twice, _)) = records.iter().find(|(record, _)| !seen.insert(record.id)) {
        return Err(StoreError::Malformed(format!("record {} is given twice", twice.id)).into());
    }
    for chunk in records.chunks(CHUNK) {
        record::put_all(transaction, chunk).await?;
    }
    Ok(())
}
