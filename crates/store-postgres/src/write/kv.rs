//! Short-lived values. Each is one statement, so taking and counting happen once among all callers.

use jiff::Timestamp;
use serde_json::Value;

use crate::{error::Outcome, form, open::Session};

/// Notices kept for nodes that lag behind.
const KEPT_NOTICES: i64 = 100_000;
/// Answers to repeated requests are kept this long, in microseconds.
const KEPT_ANSWERS_US: i64 = 30 * 24 * 3_600 * 1_000_000;

pub(crate) async fn put(
    session: &Session,
    (space, key): (&str, &str),
    value: &Value,
    expires: Timestamp,
) -> Outcome<()> {
    let put = "INSERT INTO kv (space, key, value, expires_us) VALUES ($1, $2, $3, $4)
               ON CONFLICT (space, key)
               DO UPDATE SET value = excluded.value, expires_us = excluded.expires_us";
    let put = session.prepare_cached(put).await?;
    let (value, expires_us) = (value.to_string(), expires.as_microsecond());
    session
        .execute(&put, &[&space, &key, &value, &expires_us])
        .await?;
    Ok(())
}

pub(crate) async fn take(
    session: &Session,
    (space, key): (&str, &str),
    now: Timestamp,
) -> Outcome<Option<Value>> {
    let take = "DELETE FROM kv WHERE space = $1 AND key = $2 RETURNING value, expires_us";
    let take = session.prepare_cached(take).await?;
    let Some(row) = session.query_opt(&take, &[&space, &key]).await? else {
        return Ok(None);
    };
    let expires_us: i64 = row.try_get(1)?;
    if expires_us <= now.as_microsecond() {
        return Ok(None);
    }
    form::json(&row, 0, "short-lived value").map(Some)
}

pub(crate) async fn count(
    session: &Session,
    (space, key): (&str, &str),
    now: Timestamp,
    expires: Timestamp,
) -> Outcome<u64> {
    let count = "INSERT INTO kv AS k (space, key, value, expires_us) VALUES ($1, $2, '1', $4)
                 ON CONFLICT (space, key) DO UPDATE SET
                     value = CASE WHEN k.expires_us > $3
                                  THEN (k.value::bigint + 1)::text ELSE '1' END,
                     expires_us = CASE WHEN k.expires_us > $3
                                       THEN k.expires_us ELSE excluded.expires_us END
                 RETURNING value::bigint";
    let count = session.prepare_cached(count).await?;
    let (now_us, expires_us) = (now.as_microsecond(), expires.as_microsecond());
    let row = session
        .query_one(&count, &[&space, &key, &now_us, &expires_us])
        .await?;
    form::count(&row, 0)
}

pub(crate) async fn uncount(
    session: &Session,
    (space, key): (&str, &str),
    now: Timestamp,
) -> Outcome<()> {
    let uncount = "UPDATE kv SET value = greatest(value::bigint - 1, 0)::text
                   WHERE space = $1 AND key = $2 AND expires_us > $3";
    let uncount = session.prepare_cached(uncount).await?;
    session
        .execute(&uncount, &[&space, &key, &now.as_microsecond()])
        .await?;
    Ok(())
}

/// Forgets what expired, old answers and notices nobody waits for; gives the number of values.
pub(crate) async fn sweep(session: &Session, now: Timestamp) -> Outcome<u64> {
    let now_us = now.as_microsecond();
    let swept = session
        .execute("DELETE FROM kv WHERE expires_us <= $1", &[&now_us])
        .await?;
    let old_us = now_us.saturating_sub(KEPT_ANSWERS_US);
    session
        .execute("DELETE FROM answers WHERE at_us <= $1", &[&old_us])
        .await?;
    let trim = "DELETE FROM notices WHERE position <= (SELECT last_notice FROM head) - $1";
    session.execute(trim, &[&KEPT_NOTICES]).await?;
    Ok(swept)
}
