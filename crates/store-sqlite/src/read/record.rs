//! Projections by id and by unique key.

use kaname_kernel::{MatterId, Posting};
use kaname_store::{MOST_CARRIERS, Record, StoredRecord, digest::RecordsDigest};
use roaring::RoaringBitmap;
use rusqlite::{Row, params};

use crate::{error::Outcome, form, prepared::Keys, read::Reading};

/// Columns that [`decode`] reads, in its order.
pub(crate) const COLUMNS: &str = "records.id, records.kind, version, audience, state, owner, \
    scope, sort_us, due_us, tlp, text, keys, body";

pub(crate) fn decode(reading: &Reading<'_>, row: &Row<'_>) -> Outcome<StoredRecord> {
    let audience_id = row.get(3)?;
    let keys: Keys = form::json(row, 11, "record keys")?;
    let record = Record {
        id: form::id(row, 0)?,
        kind: row.get(1)?,
        version: row.get(2)?,
        audience: reading.audience(audience_id)?,
        state: row.get(4)?,
        owner: form::maybe_id(row, 5)?,
        scope: form::maybe_id(row, 6)?,
        sort_at: form::time(row.get(7)?)?,
        due_at: form::due(row.get(8)?)?,
        tlp: form::tlp(row.get(9)?),
        text: row.get(10)?,
        postings: keys.postings,
        lookups: keys.lookups,
        body: form::json(row, 12, "record")?,
    };
    Ok(StoredRecord {
        record,
        audience_id,
    })
}

pub(crate) fn by_id(reading: &Reading<'_>, id: MatterId) -> Outcome<Option<StoredRecord>> {
    Ok(by_ids(reading, &[id])?.pop())
}

pub(crate) fn by_ids(reading: &Reading<'_>, ids: &[MatterId]) -> Outcome<Vec<StoredRecord>> {
    let find = format!("SELECT {COLUMNS} FROM records WHERE id = ?1");
    let mut find = reading.connection.prepare_cached(&find)?;
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        let mut rows = find.query([id.bytes()])?;
        if let Some(row) = rows.next()? {
            found.push(decode(reading, row)?);
        }
    }
    Ok(found)
}

pub(crate) fn lookup(reading: &Reading<'_>, space: &str, key: &str) -> Outcome<Option<MatterId>> {
    let find = "SELECT matter FROM lookups WHERE space = ?1 AND key = ?2";
    let mut find = reading.connection.prepare_cached(find)?;
    let mut rows = find.query([space, key])?;
    rows.next()?.map(|row| form::id(row, 0)).transpose()
}

pub(crate) fn carrying(
    reading: &Reading<'_>,
    kind: &str,
    values: &[Posting],
    readable: &RoaringBitmap,
) -> Outcome<Vec<(MatterId, Posting)>> {
    let readable = form::bitmap(readable);
    let find = "SELECT records.id FROM postings CROSS JOIN records ON records.row = postings.record
                WHERE space = ?1 AND value = ?2 AND kind = ?3 AND audience IN rarray(?4)
                LIMIT ?5";
    let mut find = reading.connection.prepare_cached(find)?;
    let mut found = Vec::new();
    for posting in values {
        let left = (MOST_CARRIERS - found.len()) as i64;
        let asked = params![posting.space, posting.value, kind, readable, left];
        let mut rows = find.query(asked)?;
        while let Some(row) = rows.next()? {
            found.push((form::id(row, 0)?, posting.clone()));
        }
        if found.len() >= MOST_CARRIERS {
            break;
        }
    }
    Ok(found)
}

pub(crate) fn digest(reading: &Reading<'_>) -> Outcome<[u8; 32]> {
    let all = format!("SELECT {COLUMNS} FROM records ORDER BY id");
    let mut all = reading.connection.prepare(&all)?;
    let mut rows = all.query([])?;
    let mut digest = RecordsDigest::default();
    while let Some(row) = rows.next()? {
        digest.add(&decode(reading, row)?.record)?;
    }
    Ok(digest.finish())
}
