//! Rows forgotten and written again from the ledger.

use kaname_store::StoreError;
use rusqlite::params;
use tokio::sync::mpsc::Receiver;

use crate::{
    error::{Outcome, database},
    prepared::{PreparedObject, PreparedRecord},
    write::{object, record},
    writer::Writing,
};

/// What comes to the writer during a rebuild.
pub(crate) enum Step {
    /// More records.
    Records(Vec<PreparedRecord>),
    /// More objects, each with its place.
    Objects(Vec<(i64, PreparedObject)>),
    /// There are no more.
    End,
}

/// Puts what comes in the place of every projection, and of what is kept beside the bytes of every object
/// when those are given too. When it ends without saying so, it was cut off.
pub(crate) fn replace(
    writing: &mut Writing<'_>,
    with_objects: bool,
    steps: &mut Receiver<Step>,
) -> Outcome<()> {
    clear(writing, with_objects)?;
    loop {
        let step = match steps.blocking_recv() {
            Some(Step::Records(records)) => put(writing, &records),
            Some(Step::Objects(objects)) => object::put_anew(writing, &objects),
            Some(Step::End) => return end(writing, with_objects),
            // Not a plain refusal: half of it is in the transaction, which has to be undone.
            None => return Err(database("rebuilding", "it was cut off").into()),
        };
        // A refusal in the middle undoes all of it, too.
        step.map_err(|fault| database("rebuilding", fault.doing("rebuilding")))?;
    }
}

/// Forgets every projection; what is primary stays.
fn clear(writing: &mut Writing<'_>, with_objects: bool) -> Outcome<()> {
    // Of audiences that were changed since they were met nothing is remembered.
    writing.head.forget_numbers();
    let records = [
        "DELETE FROM records",
        "DELETE FROM lookups",
        "DELETE FROM postings",
        "INSERT INTO record_text (record_text) VALUES ('delete-all')",
    ];
    let of_objects = [
        "DELETE FROM object_values",
        "DELETE FROM object_refs",
        "INSERT INTO object_text (object_text) VALUES ('delete-all')",
    ];
    let of_objects = of_objects.iter().filter(|_| with_objects);
    for drop in records.iter().chain(of_objects) {
        writing.connection.prepare_cached(drop)?.execute([])?;
    }
    Ok(())
}

/// What only shows when all rows are there.
fn end(writing: &mut Writing<'_>, with_objects: bool) -> Outcome<()> {
    if with_objects {
        object::mark_ends(writing)?;
        object::count_values(writing)?;
    }
    for drop in [
        // The last number stays: given again it would mean something else.
        "DELETE FROM audiences
         WHERE id NOT IN (SELECT audience FROM records) AND id NOT IN (SELECT audience FROM objects)
         AND id < (SELECT max(id) FROM audiences)",
        "DELETE FROM collections
         WHERE number NOT IN (SELECT collection FROM objects)
         AND number NOT IN (SELECT collection FROM withdrawn)",
    ] {
        writing
            .connection
            .prepare_cached(drop)?
            .execute(params![])?;
    }
    writing.head.forget_numbers();
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
