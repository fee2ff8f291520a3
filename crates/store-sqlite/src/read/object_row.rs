//! Objects with all that is kept beside their bytes, for proofs.

use std::collections::BTreeSet;

use kaname_kernel::{MatterId, Posting};
use kaname_store::{ObjectRow, StoredObject};
use rusqlite::{Row, Statement, params};

use crate::{error::Outcome, form, prepared::Links, read::Reading};

/// Most bytes of one page of raw objects; a page ends early rather than grow beyond.
const PAGE_BYTES: usize = 16 * 1024 * 1024;

pub(crate) fn page(reading: &Reading<'_>, after_us: i64, limit: u32) -> Outcome<Vec<ObjectRow>> {
    let connection = reading.connection;
    let find = "SELECT o.key, coalesce(c.id, zeroblob(16)), o.stix_id, o.stix_type, o.version_us,
                       o.spec, o.added_us, o.audience, o.title, o.source, o.raw,
                       o.expires_us, o.first, o.last, o.links,
                       NOT EXISTS (SELECT 1 FROM objects AS n INDEXED BY objects_id
                           WHERE n.stix_id = o.stix_id AND n.collection = o.collection
                           AND n.origin = o.origin AND n.version_us < o.version_us),
                       NOT EXISTS (SELECT 1 FROM objects AS n INDEXED BY objects_id
                           WHERE n.stix_id = o.stix_id AND n.collection = o.collection
                           AND n.origin = o.origin AND n.version_us > o.version_us),
                       o.dated_us, o.origin, o.tlp
                FROM objects AS o NOT INDEXED
                     LEFT JOIN collections AS c ON c.number = o.collection
                WHERE o.added_us > ?1 ORDER BY o.added_us LIMIT ?2";
    let mut find = connection.prepare_cached(find)?;
    let mut value = connection.prepare_cached(
        "SELECT 1 FROM object_values WHERE space = ?1 AND value = ?2 AND object = ?3",
    )?;
    let mut reference =
        connection.prepare_cached("SELECT 1 FROM object_refs WHERE target = ?1 AND object = ?2")?;
    let mut rows = find.query(params![after_us, limit.clamp(1, 10_000)])?;
    let (mut all, mut bytes) = (Vec::new(), 0);
    while let Some(row) = rows.next()? {
        let one = decode(row, &mut value, &mut reference)?;
        bytes += one.object.raw.len();
        all.push(one);
        if bytes > PAGE_BYTES {
            break;
        }
    }
    Ok(all)
}

fn decode(
    row: &Row<'_>,
    value: &mut Statement<'_>,
    reference: &mut Statement<'_>,
) -> Outcome<ObjectRow> {
    let added_us: i64 = row.get(6)?;
    let links: Option<String> = row.get(14)?;
    // One that cannot be read names nothing.
    let links = links.and_then(|links| serde_json::from_str::<Links>(&links).ok());
    let links = links.unwrap_or_default();
    let mut stands =
        |posting: &Posting| value.exists(params![posting.space, posting.value, added_us]);
    let mut postings = BTreeSet::new();
    for posting in links.values {
        if stands(&posting)? {
            postings.insert(posting);
        }
    }
    let mut refs = BTreeSet::new();
    for target in links.refs {
        if reference.exists(params![target, added_us])? {
            refs.insert(target);
        }
    }
    let ends = (row.get(15)?, row.get(16)?);
    Ok(ObjectRow {
        object: StoredObject {
            key: form::id(row, 0)?,
            collection: form::id(row, 1)?,
            stix_id: row.get(2)?,
            stix_type: row.get(3)?,
            version_us: row.get(4)?,
            spec: row.get(5)?,
            added_us,
            audience_id: row.get(7)?,
            title: row.get(8)?,
            source: form::id(row, 9)?,
            raw: row.get::<_, String>(10)?.into_boxed_str(),
            dated_us: row.get(17)?,
            origin: form::origin(row, 18)?,
            tlp: form::tlp(row.get(19)?),
        },
        is_marked_soundly: form::is_tlp_rank(row.get(19)?),
        expires_us: row.get(11)?,
        marked: (mark(row.get(12)?, ends.0), mark(row.get(13)?, ends.1)),
        ends,
        postings,
        refs,
    })
}

/// A mark as it is kept; one that is neither set nor not set is not the right one.
fn mark(kept: i64, right: bool) -> bool {
    match kept {
        0 => false,
        1 => true,
        _ => !right,
    }
}

pub(crate) fn links(reading: &Reading<'_>) -> Outcome<u64> {
    let count = "SELECT (SELECT count(*) FROM object_values) + (SELECT count(*) FROM object_refs)";
    let mut count = reading.connection.prepare_cached(count)?;
    count.query_row([], |row| Ok(form::count(row, 0)))?
}

pub(crate) fn withdrawn(
    reading: &Reading<'_>,
    collection: MatterId,
    stix_id: &str,
) -> Outcome<Vec<(i64, MatterId)>> {
    let find = "SELECT version_us, source FROM withdrawn
                WHERE stix_id = ?1 AND collection = (SELECT number FROM collections WHERE id = ?2)
                  AND origin = ?3";
    let mut find = reading.connection.prepare_cached(find)?;
    let mut rows = find.query(params![
        stix_id,
        collection.bytes(),
        form::origin_bytes(None)
    ])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push((row.get(0)?, form::id(row, 1)?));
    }
    Ok(all)
}
