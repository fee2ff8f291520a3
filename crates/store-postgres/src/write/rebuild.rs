//! Projections forgotten and written again from the ledger.

use std::collections::HashSet;

use deadpool_postgres::Transaction;
use kaname_store::{Record, StoreError};

use crate::{error::Outcome, write::record};

/// Records written by one statement.
const CHUNK: usize = 1_000;

/// Forgets every projection; what is primary stays.
pub(crate) async fn clear(transaction: &Transaction<'_>) -> Outcome<()> {
    Ok(transaction
        .batch_execute("TRUNCATE records, lookups, postings")
        .await?)
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
