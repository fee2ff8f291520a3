//! The ledger as kept: events in order, tiles, checkpoints. An event asked for by name is ordered
//! first when it is not yet.

use kaname_kernel::{EventId, Header, MatterId, SealedEvent};
use kaname_store::{StoredCheckpoint, StoredEvent};
use tokio_postgres::Row;

use crate::{
    error::{Outcome, corrupt},
    form,
    open::Session,
    write::sequence,
};

/// Most bytes of payload given at once by [`events`]; fewer events are given then.
const PAGE_BYTES: i64 = 64 * 1024 * 1024;

const COLUMNS: &str =
    "seq, id, matter, version, matter_kind, kind, recorded_us, cipher, wrapped_key, leaf";

fn decode(row: &Row) -> Outcome<StoredEvent> {
    let header = Header {
        id: form::id(row, 1)?,
        matter: form::id(row, 2)?,
        version: form::version(row, 3)?,
        matter_kind: row.try_get(4)?,
        kind: row.try_get(5)?,
        recorded: form::time(row.try_get(6)?)?,
    };
    let event = SealedEvent {
        header,
        cipher: row.try_get(7)?,
        wrapped_key: row.try_get(8)?,
    };
    Ok(StoredEvent {
        seq: form::count(row, 0)?,
        event,
        leaf: form::hash(row, 9)?,
    })
}

pub(crate) async fn history(session: &mut Session, matter: MatterId) -> Outcome<Vec<StoredEvent>> {
    let matter = matter.bytes().as_slice();
    let open = "SELECT EXISTS (SELECT FROM events WHERE matter = $1 AND seq IS NULL)";
    let open = session.prepare_cached(open).await?;
    if session.query_one(&open, &[&matter]).await?.try_get(0)? {
        sequence::sequence(session).await?;
    }
    // An event that arrives in between waits for the next question.
    let find = format!(
        "SELECT {COLUMNS} FROM events WHERE matter = $1 AND seq IS NOT NULL ORDER BY version"
    );
    let find = session.prepare_cached(&find).await?;
    session
        .query(&find, &[&matter])
        .await?
        .iter()
        .map(decode)
        .collect()
}

pub(crate) async fn events(session: &Session, from: u64, limit: u32) -> Outcome<Vec<StoredEvent>> {
    let Ok(from) = i64::try_from(from) else {
        return Ok(Vec::new());
    };
    let find = format!(
        "SELECT {COLUMNS} FROM (
             SELECT *, sum(octet_length(cipher)) OVER (ORDER BY seq) - octet_length(cipher) AS before
             FROM (SELECT * FROM events WHERE seq >= $1 ORDER BY seq LIMIT $2) AS page
         ) AS measured WHERE before <= $3 ORDER BY seq"
    );
    let find = session.prepare_cached(&find).await?;
    let rows = session
        .query(&find, &[&from, &i64::from(limit), &PAGE_BYTES])
        .await?;
    rows.iter().map(decode).collect()
}

pub(crate) async fn event_seq(session: &mut Session, event: EventId) -> Outcome<Option<u64>> {
    let find = "SELECT seq FROM events WHERE id = $1";
    let event = event.bytes().as_slice();
    let Some(row) = session.query_opt(find, &[&event]).await? else {
        return Ok(None);
    };
    if row.try_get::<_, Option<i64>>(0)?.is_some() {
        return form::count(&row, 0).map(Some);
    }
    sequence::sequence(session).await?;
    form::count(&session.query_one(find, &[&event]).await?, 0).map(Some)
}

pub(crate) async fn tile(session: &Session, row: u8, index: u64) -> Outcome<Option<Vec<u8>>> {
    let Ok(number) = i64::try_from(index) else {
        return Ok(None);
    };
    let find = "SELECT hashes FROM tiles WHERE tile_row = $1 AND number = $2";
    let find = session.prepare_cached(find).await?;
    let tile = session
        .query_opt(&find, &[&i16::from(row), &number])
        .await?;
    Ok(tile.map(|tile| tile.try_get(0)).transpose()?)
}

pub(crate) async fn checkpoints(
    session: &Session,
    size: u64,
    limit: u32,
) -> Outcome<Vec<StoredCheckpoint>> {
    let Ok(size) = i64::try_from(size) else {
        return Ok(Vec::new());
    };
    let find = "SELECT size, note, at_us FROM checkpoints WHERE size >= $1 ORDER BY size LIMIT $2";
    let rows = session.query(find, &[&size, &i64::from(limit)]).await?;
    rows.iter().map(kept_checkpoint).collect()
}

fn kept_checkpoint(row: &Row) -> Outcome<StoredCheckpoint> {
    Ok(StoredCheckpoint {
        size: form::count(row, 0)?,
        note: row.try_get(1)?,
        at: form::time(row.try_get(2)?)?,
    })
}

pub(crate) async fn checkpoint(session: &Session, size: u64) -> Outcome<Option<StoredCheckpoint>> {
    let Ok(size) = i64::try_from(size) else {
        return Ok(None);
    };
    let find = "SELECT size, note, at_us FROM checkpoints WHERE size >= $1
                ORDER BY size DESC LIMIT 1";
    let row = session.query_opt(find, &[&size]).await?;
    row.as_ref().map(kept_checkpoint).transpose()
}

pub(crate) async fn put_checkpoint(session: &Session, kept: &StoredCheckpoint) -> Outcome<()> {
    let put = "INSERT INTO checkpoints (size, note, at_us) VALUES ($1, $2, $3)
               ON CONFLICT (size) DO UPDATE SET note = excluded.note, at_us = excluded.at_us";
    let size = i64::try_from(kept.size).map_err(|e| corrupt("checkpoint size", e))?;
    session
        .execute(put, &[&size, &kept.note, &kept.at.as_microsecond()])
        .await?;
    Ok(())
}
