//! Short-lived values. They share the writer, so taking and counting happen once among all callers.

use jiff::Timestamp;
use rusqlite::params;
use serde_json::Value;

use crate::{error::Outcome, form, writer::Writing};

/// Notices kept for nodes that lag behind.
const KEPT_NOTICES: i64 = 100_000;
/// Answers to repeated requests are kept this long, in microseconds.
const KEPT_ANSWERS_US: i64 = 30 * 24 * 3_600 * 1_000_000;

pub(crate) fn put(
    writing: &Writing<'_>,
    (space, key): (&str, &str),
    value: &str,
    expires: Timestamp,
) -> Outcome<()> {
    let put = "INSERT INTO kv (space, key, value, expires_us) VALUES (?1, ?2, ?3, ?4)
               ON CONFLICT (space, key)
               DO UPDATE SET value = excluded.value, expires_us = excluded.expires_us";
    let mut put = writing.connection.prepare_cached(put)?;
    put.execute(params![space, key, value, expires.as_microsecond()])?;
    Ok(())
}

pub(crate) fn take(
    writing: &Writing<'_>,
    (space, key): (&str, &str),
    now: Timestamp,
) -> Outcome<Option<Value>> {
    let take = "DELETE FROM kv WHERE space = ?1 AND key = ?2 RETURNING value, expires_us";
    let mut take = writing.connection.prepare_cached(take)?;
    let mut rows = take.query([space, key])?;
    let mut taken = None;
    while let Some(row) = rows.next()? {
        if row.get::<_, i64>(1)? > now.as_microsecond() {
            taken = Some(form::json(row, 0, "short-lived value")?);
        }
    }
    Ok(taken)
}

pub(crate) fn count(
    writing: &Writing<'_>,
    (space, key): (&str, &str),
    now: Timestamp,
    expires: Timestamp,
) -> Outcome<u64> {
    let count = "INSERT INTO kv (space, key, value, expires_us) VALUES (?1, ?2, '1', ?4)
                 ON CONFLICT (space, key) DO UPDATE SET
                     value = CASE WHEN expires_us > ?3
                                  THEN CAST(CAST(value AS INTEGER) + 1 AS TEXT) ELSE '1' END,
                     expires_us = CASE WHEN expires_us > ?3
                                       THEN expires_us ELSE excluded.expires_us END
                 RETURNING CAST(value AS INTEGER)";
    let mut count = writing.connection.prepare_cached(count)?;
    let (now_us, expires_us) = (now.as_microsecond(), expires.as_microsecond());
    let mut rows = count.query(params![space, key, now_us, expires_us])?;
    let mut counted = 0;
    while let Some(row) = rows.next()? {
        counted = form::count(row, 0)?;
    }
    Ok(counted)
}

pub(crate) fn uncount(
    writing: &Writing<'_>,
    (space, key): (&str, &str),
    now: Timestamp,
) -> Outcome<()> {
    let uncount = "UPDATE kv SET value = CAST(max(CAST(value AS INTEGER) - 1, 0) AS TEXT)
                   WHERE space = ?1 AND key = ?2 AND expires_us > ?3";
    let mut uncount = writing.connection.prepare_cached(uncount)?;
    uncount.execute(params![space, key, now.as_microsecond()])?;
    Ok(())
}

/// Forgets what expired, old answers and notices nobody waits for; gives the number of values.
pub(crate) fn sweep(writing: &Writing<'_>, now: Timestamp) -> Outcome<u64> {
    let connection = writing.connection;
    let now_us = now.as_microsecond();
    let swept = connection
        .prepare_cached("DELETE FROM kv WHERE expires_us <= ?1")?
        .execute([now_us])?;
    connection
        .prepare_cached("DELETE FROM answers WHERE at_us <= ?1")?
        .execute([now_us.saturating_sub(KEPT_ANSWERS_US)])?;
    let trim = "DELETE FROM notices WHERE position <= (SELECT max(position) FROM notices) - ?1";
    connection.prepare_cached(trim)?.execute([KEPT_NOTICES])?;
    Ok(swept as u64)
}
