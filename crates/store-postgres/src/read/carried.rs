//! Values that objects and records carry, and who carries them.

use kaname_store::{Carriers, Posting, find::past};
use roaring::RoaringBitmap;

use crate::{error::Outcome, form, open::Session};

pub(crate) async fn values_beginning(
    session: &Session,
    (space, beginnings): (&str, &[String]),
    readable: &RoaringBitmap,
    limit: u32,
) -> Outcome<Vec<String>> {
    // Who may see a carrier is looked up for each that is met: joined, all that the reader sees would be read first.
    let find = "SELECT DISTINCT found.value
        FROM unnest($2::text[], $3::text[]) AS wanted (beginning, past) CROSS JOIN LATERAL (
            SELECT v.value FROM object_values AS v
            WHERE v.space = $1 AND v.value >= wanted.beginning AND v.value < wanted.past
              AND (SELECT o.audience FROM objects AS o WHERE o.added_us = v.object) = ANY($4)
            UNION ALL
            SELECT p.value FROM postings AS p
            WHERE p.space = $1 AND p.value >= wanted.beginning AND p.value < wanted.past
              AND (SELECT r.audience FROM records AS r WHERE r.row = p.record) = ANY($4)
        ) AS found ORDER BY found.value LIMIT $5";
    let ends: Vec<String> = beginnings.iter().map(|one| past(one)).collect();
    let readable = form::bitmap(readable);
    let limit = i64::from(limit.min(100_000));
    let asked: [&(dyn tokio_postgres::types::ToSql + Sync); 5] =
        [&space, &beginnings, &ends, &readable, &limit];
    let rows = session.query(find, &asked).await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

pub(crate) async fn carriers(
    session: &Session,
    values: &[Posting],
    readable: &RoaringBitmap,
    except: &[String],
) -> Outcome<Vec<Carriers>> {
    let find = "SELECT asked.place - 1, count(DISTINCT o.stix_id), count(DISTINCT o.origin)
                FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS asked (space, value, place)
                JOIN object_values AS v ON v.space = asked.space AND v.value = asked.value
                JOIN objects AS o ON o.added_us = v.object
                WHERE o.audience = ANY($3) AND o.stix_id <> ALL($4)
                GROUP BY asked.place";
    let spaces: Vec<&str> = values.iter().map(|one| one.space.as_str()).collect();
    let texts: Vec<&str> = values.iter().map(|one| one.value.as_str()).collect();
    let readable = form::bitmap(readable);
    let asked: [&(dyn tokio_postgres::types::ToSql + Sync); 4] =
        [&spaces, &texts, &readable, &except];
    let mut all = vec![Carriers::default(); values.len()];
    for row in session.query(find, &asked).await? {
        let place = usize::try_from(form::count(&row, 0)?).unwrap_or(usize::MAX);
        if let Some(carriers) = all.get_mut(place) {
            *carriers = Carriers {
                objects: form::count(&row, 1)?,
                origins: form::count(&row, 2)?,
            };
        }
    }
    Ok(all)
}
