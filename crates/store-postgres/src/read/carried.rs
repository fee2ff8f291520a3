//! Values that objects and records carry, and who carries them.

use kaname_store::{Carriers, Posting};
use roaring::RoaringBitmap;

use crate::{error::Outcome, form, open::Session};

pub(crate) async fn values_beginning(
    session: &Session,
    space: &str,
    beginning: &str,
    limit: u32,
) -> Outcome<Vec<String>> {
    let find = "SELECT value FROM (
            SELECT value FROM object_values WHERE space = $1 AND value >= $2 AND starts_with(value, $2)
            UNION SELECT value FROM postings WHERE space = $1 AND value >= $2 AND starts_with(value, $2)
        ) AS found ORDER BY value LIMIT $3";
    let limit = i64::from(limit.min(100_000));
    let rows = session.query(find, &[&space, &beginning, &limit]).await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

pub(crate) async fn carriers(
    session: &Session,
    values: &[Posting],
    readable: &RoaringBitmap,
    except: &[String],
) -> Outcome<Vec<Carriers>> {
    let find = "SELECT count(DISTINCT o.stix_id), count(DISTINCT o.origin)
                FROM object_values AS v JOIN objects AS o ON o.added_us = v.object
                WHERE v.space = $1 AND v.value = $2 AND o.audience = ANY($3) AND o.stix_id <> ALL($4)";
    let readable = form::bitmap(readable);
    let mut all = Vec::with_capacity(values.len());
    for value in values {
        let asked: [&(dyn tokio_postgres::types::ToSql + Sync); 4] =
            [&value.space, &value.value, &readable, &except];
        let row = session.query_one(find, &asked).await?;
        all.push(Carriers {
            objects: form::count(&row, 0)?,
            origins: form::count(&row, 1)?,
        });
    }
    Ok(all)
}
