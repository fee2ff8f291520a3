//! Projections forgotten and written again from the ledger.

use kaname_store::StoreError;
use tokio::sync::mpsc::Receiver;

use crate::{
    error::{Outcome, database},
    prepared::PreparedRecord,
    write::record,
    writer::Writing,
};

/// What comes to the writer during a rebuild.
pub(crate) enum Step {
    /// More records.
    Batch(Vec<PreparedRecord>),
    /// There are no more.
    End,
}

/// Puts what comes in the place of every projection. When it ends without saying so, it was cut off.
pub(crate) fn replace(writing: &mut Writing<'_>, steps: &mut Receiver<Step>) -> Outcome<()> {
    clear(writing)?;
    loop {
        match steps.blocking_recv() {
            Some(Step::Batch(records)) => put(writing, &records).map_err(|fault| {
                // A refusal in the middle undoes all of it, too.
                database("rebuilding records", fault.doing("rebuilding records"))
            })?,
            Some(Step::End) => return Ok(()),
            // Not a plain refusal: half of it is in the transaction, which has to be undone.
            None => return Err(database("rebuilding records", "it was cut off").into()),
        }
    }
}

/// Forgets every projection; what is primary stays.
fn clear(writing: &Writing<'_>) -> Outcome<()> {
    for drop in [
        "DELETE FROM records",
        "DELETE FROM lookups",
        "DELETE FROM postings",
        "INSERT INTO record_text (record_text) VALUES ('delete-all')",
    ] {
        writing.connection.prepare_cached(drop)?.execute([])?;
    }
    Ok(())
}

/// Writes projections without events.
pub(crate) fn put(writing: &mut Writing<'_>, records: &[PreparedRecord]) -> Outcome<()> {
    let mut seen = std::collections::HashSet::new();
    for prepared in records {
        let id = prepared.record.id;
        if !seen.insert(id) {
            return Err(StoreError::Malformed(format!("record {id} is given twice")).into());
        }
    }
    record::check_lookups(writing, records.iter())?;
    record::put_all(writing, records.iter())
}
