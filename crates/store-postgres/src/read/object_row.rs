//! Objects with all that is kept beside their bytes, for proofs.

use std::collections::{BTreeSet, HashMap};

use deadpool_postgres::Transaction;
use futures_util::{TryStreamExt, pin_mut};
use kaname_kernel::{MatterId, Posting};
use kaname_store::ObjectRow;
use tokio_postgres::{IsolationLevel, Row, Statement, types::ToSql};

use crate::{error::Outcome, form, open::Session, read::object};

/// Most bytes of one page of raw objects; a page ends early rather than grow beyond.
const PAGE_BYTES: usize = 16 * 1024 * 1024;

pub(crate) async fn page(
    session: &mut Session,
    after_us: i64,
    limit: u32,
) -> Outcome<Vec<ObjectRow>> {
    let find = format!(
        "SELECT {}, o.expires_us, o.first, o.last,
                NOT EXISTS (SELECT FROM objects AS n
                    WHERE n.stix_id = o.stix_id AND n.collection = o.collection
                    AND n.origin = o.origin AND n.version_us < o.version_us),
                NOT EXISTS (SELECT FROM objects AS n
                    WHERE n.stix_id = o.stix_id AND n.collection = o.collection
                    AND n.origin = o.origin AND n.version_us > o.version_us)
         FROM (SELECT * FROM objects WHERE added_us > $1 ORDER BY added_us LIMIT $2) AS o
         ORDER BY o.added_us",
        object::COLUMNS
    );
    // Rows and what they are found by, as of one moment.
    let moment = session
        .build_transaction()
        .isolation_level(IsolationLevel::RepeatableRead)
        .read_only(true)
        .start()
        .await?;
    let find = moment.prepare_cached(&find).await?;
    let limit = i64::from(limit.clamp(1, 10_000));
    let asked: [&(dyn ToSql + Sync); 2] = [&after_us, &limit];
    let mut all = bounded(&moment, &find, asked).await?;
    add_links(&moment, &mut all).await?;
    Ok(all)
}

/// Rows until the page is full.
async fn bounded(
    moment: &Transaction<'_>,
    find: &Statement,
    asked: [&(dyn ToSql + Sync); 2],
) -> Outcome<Vec<ObjectRow>> {
    let rows = moment.query_raw(find, asked).await?;
    pin_mut!(rows);
    let (mut all, mut bytes) = (Vec::new(), 0);
    while let Some(row) = rows.try_next().await? {
        let one = decode(&row)?;
        bytes += one.object.raw.len();
        all.push(one);
        if bytes > PAGE_BYTES {
            break;
        }
    }
    Ok(all)
}

fn decode(row: &Row) -> Outcome<ObjectRow> {
    Ok(ObjectRow {
        object: object::decode(row)?,
        is_marked_soundly: form::is_tlp_rank(row.try_get(13)?),
        expires_us: row.try_get(14)?,
        marked: (row.try_get(15)?, row.try_get(16)?),
        ends: (row.try_get(17)?, row.try_get(18)?),
        postings: BTreeSet::new(),
        refs: BTreeSet::new(),
    })
}

/// What these objects are found by.
async fn add_links(session: &Transaction<'_>, rows: &mut [ObjectRow]) -> Outcome<()> {
    let added: Vec<i64> = rows.iter().map(|row| row.object.added_us).collect();
    let places: HashMap<i64, usize> = added.iter().copied().zip(0..).collect();
    let find = "SELECT object, space, value FROM object_values WHERE object = ANY($1)";
    let find = session.prepare_cached(find).await?;
    for link in session.query(&find, &[&added]).await? {
        let posting = Posting {
            space: link.try_get(1)?,
            value: link.try_get(2)?,
        };
        if let Some(place) = places.get(&link.try_get(0)?) {
            rows[*place].postings.insert(posting);
        }
    }
    let find = "SELECT object, target FROM object_refs WHERE object = ANY($1)";
    let find = session.prepare_cached(find).await?;
    for link in session.query(&find, &[&added]).await? {
        if let Some(place) = places.get(&link.try_get(0)?) {
            rows[*place].refs.insert(link.try_get(1)?);
        }
    }
    Ok(())
}

pub(crate) async fn links(session: &Session) -> Outcome<u64> {
    let count = "SELECT (SELECT count(*) FROM object_values) + (SELECT count(*) FROM object_refs)";
    form::count(&session.query_one(count, &[]).await?, 0)
}

pub(crate) async fn withdrawn(
    session: &Session,
    collection: MatterId,
    stix_id: &str,
) -> Outcome<Vec<(i64, MatterId)>> {
    let find = "SELECT version_us, source FROM withdrawn
                WHERE (collection, stix_id, origin) = ($1, $2, $3)";
    let rows = session
        .query(
            find,
            &[
                &collection.bytes().as_slice(),
                &stix_id,
                &form::origin_bytes(None),
            ],
        )
        .await?;
    let decode = |row: &Row| Ok((row.try_get(0)?, form::id(row, 1)?));
    rows.iter().map(decode).collect()
}
