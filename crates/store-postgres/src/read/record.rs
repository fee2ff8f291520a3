//! Projections by id and by unique key.

use std::collections::HashMap;

use futures_util::{TryStreamExt, pin_mut};
use kaname_kernel::{Audience, AudienceId, MatterId, Posting};
use kaname_store::{MOST_CARRIERS, Record, StoredRecord, digest::RecordsDigest};
use roaring::RoaringBitmap;
use tokio_postgres::{Row, types::ToSql};

use crate::{
    error::{Outcome, corrupt},
    form::{self, Keys},
    open::Session,
    read::plain,
    write::audience::{self, Known},
};

/// Columns that [`decode`] reads, in its order.
pub(crate) const COLUMNS: &str = "id, kind, version, audience, state, owner, scope, sort_us, \
    due_us, tlp, text, keys, body";

/// Rows with the audiences behind their numbers.
pub(crate) async fn decode_all(
    session: &Session,
    known: &Known,
    rows: &[Row],
) -> Outcome<Vec<StoredRecord>> {
    let numbers = rows.iter().map(|row| form::audience(row, 3));
    let numbers = numbers.collect::<Outcome<Vec<AudienceId>>>()?;
    audience::learn(session, known, &numbers).await?;
    rows.iter()
        .map(|row| decode(row, |id| known.audience(id)))
        .collect()
}

fn decode(row: &Row, audience: impl Fn(AudienceId) -> Option<Audience>) -> Outcome<StoredRecord> {
    let audience_id = form::audience(row, 3)?;
    let audience = audience(audience_id);
    let keys: Keys = form::json(row, 11, "record keys")?;
    let record = Record {
        id: form::id(row, 0)?,
        kind: row.try_get(1)?,
        version: form::version(row, 2)?,
        audience: audience
            .ok_or_else(|| corrupt("audience", format!("number {audience_id} is missing")))?,
        state: row.try_get(4)?,
        owner: form::maybe_id(row, 5)?,
        scope: form::maybe_id(row, 6)?,
        sort_at: form::time(row.try_get(7)?)?,
        due_at: form::due(row.try_get(8)?)?,
        tlp: form::tlp(row.try_get(9)?),
        text: row.try_get(10)?,
        postings: keys.postings,
        lookups: keys.lookups,
        body: form::json(row, 12, "record")?,
    };
    Ok(StoredRecord {
        record,
        audience_id,
    })
}

pub(crate) async fn by_ids(
    session: &Session,
    known: &Known,
    ids: &[MatterId],
) -> Outcome<Vec<StoredRecord>> {
    let find = format!("SELECT {COLUMNS} FROM records WHERE id = ANY($1)");
    let find = session.prepare_cached(&find).await?;
    let rows = session.query(&find, &[&form::ids(ids)]).await?;
    decode_all(session, known, &rows).await
}

pub(crate) async fn lookup(session: &Session, space: &str, key: &str) -> Outcome<Option<MatterId>> {
    let find = "SELECT matter FROM lookups WHERE space = $1 AND key = $2";
    let find = session.prepare_cached(find).await?;
    let row = session.query_opt(&find, &[&space, &key]).await?;
    row.map(|row| form::id(&row, 0)).transpose()
}

/// Most rows given by [`carrying`].
const MOST: i64 = MOST_CARRIERS as i64;

pub(crate) async fn carrying(
    session: &Session,
    kind: &str,
    values: &[Posting],
    readable: &RoaringBitmap,
) -> Outcome<Vec<(MatterId, Posting)>> {
    let find = "SELECT r.id, p.space, p.value
                FROM unnest($1::text[], $2::text[]) AS wanted (space, value)
                JOIN postings AS p ON (p.space, p.value) = (wanted.space, wanted.value)
                JOIN records AS r ON r.row = p.record
                WHERE r.kind = $3 AND r.audience = ANY($4) LIMIT $5";
    let spaces: Vec<&str> = values
        .iter()
        .map(|posting| posting.space.as_str())
        .collect();
    let wanted: Vec<&str> = values
        .iter()
        .map(|posting| posting.value.as_str())
        .collect();
    let readable = form::bitmap(readable);
    let find = session.prepare_cached(find).await?;
    let rows = session
        .query(&find, &[&spaces, &wanted, &kind, &readable, &MOST])
        .await?;
    let carrier = |row: &Row| {
        let posting = Posting {
            space: row.try_get(1)?,
            value: row.try_get(2)?,
        };
        Ok((form::id(row, 0)?, posting))
    };
    rows.iter().map(carrier).collect()
}

pub(crate) async fn digest(session: &Session) -> Outcome<[u8; 32]> {
    // All audiences first: the connection is busy with the rows afterwards.
    let audiences = plain::audiences(session, 0).await?;
    let audiences: HashMap<AudienceId, Audience> = audiences.into_iter().collect();
    let all = format!("SELECT {COLUMNS} FROM records ORDER BY id");
    let none: [&(dyn ToSql + Sync); 0] = [];
    let rows = session.query_raw(&all, none).await?;
    pin_mut!(rows);
    let mut digest = RecordsDigest::default();
    while let Some(row) = rows.try_next().await? {
        digest.add(&decode(&row, |id| audiences.get(&id).cloned())?.record)?;
    }
    Ok(digest.finish())
}
