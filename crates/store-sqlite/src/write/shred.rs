//! Redaction: destroys payload keys and puts the tombstone in the place of what could be found.

use kaname_kernel::EventId;
use kaname_store::{Committed, StoreError};
use rusqlite::params;

use crate::{
    error::Outcome,
    prepared::{PreparedCommit, PreparedRecord},
    write::{commit, record},
    writer::Writing,
};

pub(crate) fn shred(
    writing: &mut Writing<'_>,
    events: &[EventId],
    tombstone: &PreparedRecord,
    change: &PreparedCommit,
) -> Outcome<Committed> {
    commit::check(writing, change)?;
    check_version(writing, tombstone, change)?;
    let matter = tombstone.record.id;
    let at_us = writing.clock.now().as_microsecond();
    for event in events {
        let destroy = "UPDATE events SET wrapped_key = NULL WHERE id = ?1 AND matter = ?2";
        let mut destroy = writing.connection.prepare_cached(destroy)?;
        destroy.execute(params![event.bytes(), matter.bytes()])?;
        let list = "INSERT INTO shredded (event, at_us) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
        let mut list = writing.connection.prepare_cached(list)?;
        list.execute(params![event.bytes(), at_us])?;
    }
    let destroy = "UPDATE blobs SET wrapped_key = NULL WHERE matter = ?1";
    writing
        .connection
        .prepare_cached(destroy)?
        .execute([matter.bytes()])?;
    let committed = commit::write(writing, change)?;
    record::put_all(writing, std::iter::once(tombstone))?;
    // The old pages still stand in the write-ahead log until it is emptied.
    *writing.wipe_log = true;
    Ok(committed)
}

/// The tombstone must stand for the whole history: an event that came in between would survive it.
fn check_version(
    writing: &Writing<'_>,
    tombstone: &PreparedRecord,
    change: &PreparedCommit,
) -> Outcome<()> {
    let matter = tombstone.record.id;
    let stored = commit::standing_version(writing, matter)?;
    let own = change.appends.iter().map(|append| &append.record.record);
    let version = own
        .rev()
        .find(|record| record.id == matter)
        .map_or(stored, |own| own.version);
    if version != tombstone.record.version {
        let expected = tombstone.record.version;
        return Err(StoreError::Conflict { matter, expected }.into());
    }
    record::check_lookups(writing, std::iter::once(tombstone))
}
