//! Projections forgotten and written again from the ledger.

use kaname_store::StoreError;

use crate::{error::Outcome, prepared::PreparedRecord, write::record, writer::Writing};

/// Forgets every projection; what is primary stays.
pub(crate) fn clear(writing: &Writing<'_>) -> Outcome<()> {
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
