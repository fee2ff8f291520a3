//! The ledger as kept: events in order, tiles, checkpoints.

use kaname_kernel::{EventId, Header, MatterId, SealedEvent};
use kaname_store::{StoredCheckpoint, StoredEvent};
use rusqlite::{OptionalExtension, Row};

use crate::{
    error::{Outcome, corrupt},
    form,
    head::place,
    read::Reading,
};

/// Most bytes of payload given at once by [`events`]; fewer events are given then.
const PAGE_BYTES: usize = 64 * 1024 * 1024;

const COLUMNS: &str =
    "seq, id, matter, version, matter_kind, kind, recorded_us, cipher, wrapped_key, leaf";

fn decode(row: &Row<'_>) -> Outcome<StoredEvent> {
    let header = Header {
        id: form::id(row, 1)?,
        matter: form::id(row, 2)?,
        version: row.get(3)?,
        matter_kind: row.get(4)?,
        kind: row.get(5)?,
        recorded: form::time(row.get(6)?)?,
    };
    let event = SealedEvent {
        header,
        cipher: row.get(7)?,
        wrapped_key: row.get(8)?,
    };
    Ok(StoredEvent {
        seq: form::count(row, 0)?,
        event,
        leaf: form::hash(row, 9)?,
    })
}

pub(crate) fn history(reading: &Reading<'_>, matter: MatterId) -> Outcome<Vec<StoredEvent>> {
    let find = format!("SELECT {COLUMNS} FROM events WHERE matter = ?1 ORDER BY version");
    let mut find = reading.connection.prepare_cached(&find)?;
    let mut rows = find.query([matter.bytes()])?;
    let mut events = Vec::new();
    while let Some(row) = rows.next()? {
        events.push(decode(row)?);
    }
    Ok(events)
}

pub(crate) fn events(reading: &Reading<'_>, from: u64, limit: u32) -> Outcome<Vec<StoredEvent>> {
    let Ok(from) = i64::try_from(from) else {
        return Ok(Vec::new());
    };
    let find = format!("SELECT {COLUMNS} FROM events WHERE seq >= ?1 ORDER BY seq LIMIT ?2");
    let mut find = reading.connection.prepare_cached(&find)?;
    let mut rows = find.query([from, i64::from(limit)])?;
    let mut events = Vec::new();
    let mut bytes = 0;
    while let Some(row) = rows.next()? {
        let event = decode(row)?;
        bytes += event.event.cipher.len();
        events.push(event);
        if bytes > PAGE_BYTES {
            break;
        }
    }
    Ok(events)
}

pub(crate) fn event_seq(reading: &Reading<'_>, event: EventId) -> Outcome<Option<u64>> {
    let find = "SELECT seq FROM events WHERE id = ?1";
    let mut find = reading.connection.prepare_cached(find)?;
    let mut rows = find.query([event.bytes()])?;
    rows.next()?.map(|row| form::count(row, 0)).transpose()
}

pub(crate) fn size(reading: &Reading<'_>) -> Outcome<u64> {
    let find = "SELECT coalesce(max(seq) + 1, 0) FROM events";
    let mut find = reading.connection.prepare_cached(find)?;
    let mut rows = find.query([])?;
    let row = rows
        .next()?
        .ok_or_else(|| corrupt("ledger size", "it is missing"))?;
    form::count(row, 0)
}

pub(crate) fn tile(reading: &Reading<'_>, row: u8, index: u64) -> Outcome<Option<Vec<u8>>> {
    // A row has fewer tiles than that: leaves are counted in 63 bits.
    if row > 7 || index >= 1 << 55 {
        return Ok(None);
    }
    let find = "SELECT hashes FROM tiles WHERE place = ?1";
    let mut find = reading.connection.prepare_cached(find)?;
    let tile = find.query_row([place(row, index)], |row| row.get(0));
    Ok(tile.optional()?)
}

pub(crate) fn checkpoints(
    reading: &Reading<'_>,
    size: u64,
    limit: u32,
) -> Outcome<Vec<StoredCheckpoint>> {
    let Ok(size) = i64::try_from(size) else {
        return Ok(Vec::new());
    };
    let find = "SELECT size, note, at_us FROM checkpoints WHERE size >= ?1 ORDER BY size LIMIT ?2";
    let mut find = reading.connection.prepare_cached(find)?;
    let mut rows = find.query([size, i64::from(limit)])?;
    let mut kept = Vec::new();
    while let Some(row) = rows.next()? {
        kept.push(kept_checkpoint(row)?);
    }
    Ok(kept)
}

fn kept_checkpoint(row: &Row<'_>) -> Outcome<StoredCheckpoint> {
    Ok(StoredCheckpoint {
        size: form::count(row, 0)?,
        note: row.get(1)?,
        at: form::time(row.get(2)?)?,
    })
}

pub(crate) fn checkpoint(reading: &Reading<'_>, size: u64) -> Outcome<Option<StoredCheckpoint>> {
    let Ok(size) = i64::try_from(size) else {
        return Ok(None);
    };
    let find = "SELECT size, note, at_us FROM checkpoints WHERE size >= ?1
                ORDER BY size DESC LIMIT 1";
    let mut find = reading.connection.prepare_cached(find)?;
    let mut rows = find.query([size])?;
    rows.next()?.map(kept_checkpoint).transpose()
}
