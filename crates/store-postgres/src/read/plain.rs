//! Small questions: audiences, attachments, sealed links, dead letters, notices, short-lived values.

use jiff::Timestamp;
use kaname_kernel::{Audience, AudienceId, HandleId, MatterId};
use kaname_store::{SealedLink, StoredBlob, StoredNotice};
use serde_json::Value;
use tokio_postgres::Row;

use crate::{error::Outcome, form, open::Session, write::sequence};

/// Most notices or short-lived values given at once.
const MOST: i64 = 1_000;

pub(crate) async fn audiences(
    session: &Session,
    from: AudienceId,
) -> Outcome<Vec<(AudienceId, Audience)>> {
    let find = "SELECT id, form FROM audiences WHERE id >= $1 ORDER BY id";
    let Ok(from) = i32::try_from(from) else {
        return Ok(Vec::new());
    };
    let rows = session.query(find, &[&from]).await?;
    let decode = |row: &Row| Ok((form::audience(row, 0)?, form::json(row, 1, "audience")?));
    rows.iter().map(decode).collect()
}

pub(crate) async fn epoch(session: &Session) -> Outcome<u64> {
    form::count(&session.query_one("SELECT epoch FROM head", &[]).await?, 0)
}

pub(crate) async fn blob(session: &Session, id: MatterId) -> Outcome<Option<StoredBlob>> {
    let find = "SELECT matter, cipher, wrapped_key FROM blobs WHERE id = $1";
    let Some(row) = session.query_opt(find, &[&id.bytes().as_slice()]).await? else {
        return Ok(None);
    };
    let matter = form::id(&row, 0)?;
    Ok(Some(StoredBlob {
        matter,
        cipher: row.try_get(1)?,
        wrapped_key: row.try_get(2)?,
    }))
}

pub(crate) async fn sealed_link(
    session: &Session,
    handle: HandleId,
) -> Outcome<Option<SealedLink>> {
    let find = "SELECT tag, boxed FROM sealed_links WHERE handle = $1";
    let Some(row) = session
        .query_opt(find, &[&handle.bytes().as_slice()])
        .await?
    else {
        return Ok(None);
    };
    Ok(Some(SealedLink {
        handle,
        tag: form::hash(&row, 0)?,
        boxed: row.try_get(1)?,
    }))
}

pub(crate) async fn handles(session: &Session, tag: &[u8; 32]) -> Outcome<Vec<HandleId>> {
    let find = "SELECT handle FROM sealed_links WHERE tag = $1 ORDER BY handle";
    let rows = session.query(find, &[&tag.as_slice()]).await?;
    rows.iter().map(|row| form::id(row, 0)).collect()
}

pub(crate) async fn dead_letters(
    session: &Session,
    limit: u32,
) -> Outcome<Vec<(String, String, Value)>> {
    let find = "SELECT kind, coalesce(error, ''), payload FROM jobs WHERE dead_us IS NOT NULL
                ORDER BY dead_us DESC, id DESC LIMIT $1";
    let rows = session.query(find, &[&i64::from(limit)]).await?;
    let decode = |row: &Row| Ok((row.try_get(0)?, row.try_get(1)?, form::json(row, 2, "job")?));
    rows.iter().map(decode).collect()
}

pub(crate) async fn notices(session: &mut Session, after: u64) -> Outcome<Vec<StoredNotice>> {
    let last = sequence::number_notices(session).await?;
    let Ok(after) = i64::try_from(after) else {
        return Ok(Vec::new());
    };
    if after >= last as i64 {
        return Ok(Vec::new());
    }
    let find = "SELECT position, topic, matter, epoch FROM notices WHERE position > $1
                ORDER BY position LIMIT $2";
    let rows = session.query(find, &[&after, &MOST]).await?;
    let decode = |row: &Row| {
        Ok(StoredNotice {
            position: form::count(row, 0)?,
            topic: row.try_get(1)?,
            matter: form::maybe_id(row, 2)?,
            epoch: form::count(row, 3)?,
        })
    };
    rows.iter().map(decode).collect()
}

pub(crate) async fn kv_get(
    session: &Session,
    (space, key): (&str, &str),
    now: Timestamp,
) -> Outcome<Option<Value>> {
    let find = "SELECT value FROM kv WHERE space = $1 AND key = $2 AND expires_us > $3";
    let find = session.prepare_cached(find).await?;
    let row = session
        .query_opt(&find, &[&space, &key, &now.as_microsecond()])
        .await?;
    row.map(|row| form::json(&row, 0, "short-lived value"))
        .transpose()
}

pub(crate) async fn kv_list(
    session: &Session,
    (space, prefix): (&str, &str),
    now: Timestamp,
) -> Outcome<Vec<(String, Value)>> {
    let find = "SELECT key, value FROM kv
                WHERE space = $1 AND key >= $2 AND starts_with(key, $2) AND expires_us > $3
                ORDER BY key LIMIT $4";
    let rows = session
        .query(find, &[&space, &prefix, &now.as_microsecond(), &MOST])
        .await?;
    let decode = |row: &Row| Ok((row.try_get(0)?, form::json(row, 1, "short-lived value")?));
    rows.iter().map(decode).collect()
}
