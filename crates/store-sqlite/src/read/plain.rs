//! Small questions: audiences, attachments, sealed links, dead letters, notices, short-lived values.

use jiff::Timestamp;
use kaname_kernel::{Audience, AudienceId, HandleId, MatterId};
use kaname_store::{SealedLink, StoredBlob, StoredNotice};
use rusqlite::params;
use serde_json::Value;

use crate::{
    error::{Outcome, corrupt},
    form,
    read::Reading,
};

/// Most notices or short-lived values given at once.
const MOST: usize = 1_000;

pub(crate) fn audiences(
    reading: &Reading<'_>,
    from: AudienceId,
) -> Outcome<Vec<(AudienceId, Audience)>> {
    let find = "SELECT id, form FROM audiences WHERE id >= ?1 ORDER BY id";
    let mut find = reading.connection.prepare_cached(find)?;
    let mut rows = find.query([from])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push((row.get(0)?, form::json(row, 1, "audience")?));
    }
    Ok(all)
}

pub(crate) fn epoch(reading: &Reading<'_>) -> Outcome<u64> {
    let find = "SELECT value FROM meta WHERE name = 'epoch'";
    let mut find = reading.connection.prepare_cached(find)?;
    let mut rows = find.query([])?;
    let row = rows
        .next()?
        .ok_or_else(|| corrupt("epoch", "it is missing"))?;
    form::count(row, 0)
}

pub(crate) fn blob(reading: &Reading<'_>, id: MatterId) -> Outcome<Option<StoredBlob>> {
    let find = "SELECT matter, cipher, wrapped_key FROM blobs WHERE id = ?1";
    let mut find = reading.connection.prepare_cached(find)?;
    let mut rows = find.query([id.bytes()])?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let matter = form::id(row, 0)?;
    Ok(Some(StoredBlob {
        matter,
        cipher: row.get(1)?,
        wrapped_key: row.get(2)?,
    }))
}

pub(crate) fn sealed_link(reading: &Reading<'_>, handle: HandleId) -> Outcome<Option<SealedLink>> {
    let find = "SELECT tag, boxed FROM sealed_links WHERE handle = ?1";
    let mut find = reading.connection.prepare_cached(find)?;
    let mut rows = find.query([handle.bytes()])?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    Ok(Some(SealedLink {
        handle,
        tag: form::hash(row, 0)?,
        boxed: row.get(1)?,
    }))
}

pub(crate) fn handles(reading: &Reading<'_>, tag: &[u8; 32]) -> Outcome<Vec<HandleId>> {
    let find = "SELECT handle FROM sealed_links WHERE tag = ?1 ORDER BY handle";
    let mut find = reading.connection.prepare_cached(find)?;
    let mut rows = find.query([tag])?;
    let mut handles = Vec::new();
    while let Some(row) = rows.next()? {
        handles.push(form::id(row, 0)?);
    }
    Ok(handles)
}

pub(crate) fn dead_letters(
    reading: &Reading<'_>,
    limit: u32,
) -> Outcome<Vec<(String, String, Value)>> {
    let find = "SELECT kind, coalesce(error, ''), payload FROM jobs WHERE dead_us IS NOT NULL
                ORDER BY dead_us DESC, id DESC LIMIT ?1";
    let mut find = reading.connection.prepare_cached(find)?;
    let mut rows = find.query([limit])?;
    let mut letters = Vec::new();
    while let Some(row) = rows.next()? {
        letters.push((row.get(0)?, row.get(1)?, form::json(row, 2, "job")?));
    }
    Ok(letters)
}

pub(crate) fn notices(reading: &Reading<'_>, after: u64) -> Outcome<Vec<StoredNotice>> {
    let Ok(after) = i64::try_from(after) else {
        return Ok(Vec::new());
    };
    let find = "SELECT position, topic, matter, epoch FROM notices WHERE position > ?1
                ORDER BY position LIMIT ?2";
    let mut find = reading.connection.prepare_cached(find)?;
    let mut rows = find.query([after, MOST as i64])?;
    let mut notices = Vec::new();
    while let Some(row) = rows.next()? {
        notices.push(StoredNotice {
            position: form::count(row, 0)?,
            topic: row.get(1)?,
            matter: form::maybe_id(row, 2)?,
            epoch: form::count(row, 3)?,
        });
    }
    Ok(notices)
}

pub(crate) fn last_notice(reading: &Reading<'_>) -> Outcome<u64> {
    // Positions are not used again even when all notices were swept.
    let find = "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'notices'), 0)";
    let mut find = reading.connection.prepare_cached(find)?;
    let mut rows = find.query([])?;
    let row = rows
        .next()?
        .ok_or_else(|| corrupt("notice", "no position"))?;
    form::count(row, 0)
}

pub(crate) fn kv_get(
    reading: &Reading<'_>,
    space: &str,
    key: &str,
    now: Timestamp,
) -> Outcome<Option<Value>> {
    let find = "SELECT value FROM kv WHERE space = ?1 AND key = ?2 AND expires_us > ?3";
    let mut find = reading.connection.prepare_cached(find)?;
    let mut rows = find.query(params![space, key, now.as_microsecond()])?;
    rows.next()?
        .map(|row| form::json(row, 0, "short-lived value"))
        .transpose()
}

pub(crate) fn kv_list(
    reading: &Reading<'_>,
    space: &str,
    prefix: &str,
    now: Timestamp,
) -> Outcome<Vec<(String, Value)>> {
    let find = "SELECT key, value, expires_us FROM kv WHERE space = ?1 AND key >= ?2 ORDER BY key";
    let mut find = reading.connection.prepare_cached(find)?;
    let mut rows = find.query([space, prefix])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let key: String = row.get(0)?;
        if !key.starts_with(prefix) || found.len() >= MOST {
            break;
        }
        if row.get::<_, i64>(2)? > now.as_microsecond() {
            found.push((key, form::json(row, 1, "short-lived value")?));
        }
    }
    Ok(found)
}
