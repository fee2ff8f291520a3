//! Objects in order of `added_us`, merged out of runs: the stretches of the index `objects_visible` in which
//! audience, collection and type stay the same. What a reader may not see is never walked over, however
//! much of it came later.

use kaname_store::{Bounds, Merge, ObjectFilter};
use tokio_postgres::types::ToSql;

use crate::{error::Outcome, form, open::Session, read::sql::Conditions};

/// Most runs that are merged; who sees more of them sees most of what there is, in order.
const MOST: usize = 1_024;

/// From run to run of what may be read, and from audience to audience of what may not.
const RUNS: &str = "WITH RECURSIVE met AS (
    (SELECT audience, collection, stix_type FROM objects
        ORDER BY audience, collection, stix_type LIMIT 1)
    UNION ALL
    SELECT next.* FROM met CROSS JOIN LATERAL (
        (SELECT o.audience, o.collection, o.stix_type FROM objects AS o
            WHERE met.audience = ANY($1)
            AND (o.audience, o.collection, o.stix_type) > (met.audience, met.collection, met.stix_type)
            ORDER BY o.audience, o.collection, o.stix_type LIMIT 1)
        UNION ALL
        (SELECT o.audience, o.collection, o.stix_type FROM objects AS o
            WHERE met.audience <> ALL($1) AND o.audience > met.audience
            ORDER BY o.audience, o.collection, o.stix_type LIMIT 1)
    ) AS next
)
SELECT met.audience, met.collection, met.stix_type, met.audience = ANY($1)
    AND ($2::bytea IS NULL OR met.collection = $2)
    AND (cardinality($3::text[]) = 0 OR met.stix_type = ANY($3))
FROM met LIMIT $4";

/// Objects of one audience, collection and type, column by column.
#[derive(Default)]
pub(super) struct Runs {
    audiences: Vec<i32>,
    collections: Vec<Vec<u8>>,
    types: Vec<String>,
}

/// The runs in which a filter may find something; `None` when there are too many to merge.
pub(super) async fn of(session: &Session, filter: &ObjectFilter) -> Outcome<Option<Runs>> {
    let own = filter.collection.map(|own| own.bytes().to_vec());
    let most = 4 * MOST as i64;
    let readable = form::bitmap(&filter.readable);
    let rows = session
        .query(RUNS, &[&readable, &own, &filter.types, &most])
        .await?;
    let mut runs = Runs::default();
    for row in &rows {
        if row.try_get(3)? {
            runs.audiences.push(row.try_get(0)?);
            runs.collections.push(row.try_get(1)?);
            runs.types.push(row.try_get(2)?);
        }
    }
    let few = rows.len() < 4 * MOST && runs.audiences.len() <= MOST;
    Ok(few.then_some(runs))
}

/// The first `limit` objects of all runs in order that meet the conditions `rest`.
pub(super) async fn merged(
    session: &Session,
    runs: &Runs,
    bounds: Bounds,
    rest: &Conditions,
    (newest_first, limit): (bool, usize),
) -> Outcome<Vec<i64>> {
    let direction = if newest_first { "DESC" } else { "ASC" };
    let own = rest.arguments().len();
    let [audiences, collections, types, low, high, most] =
        [1, 2, 3, 4, 5, 6].map(|n| format!("${}", own + n));
    let sql = format!(
        "SELECT array(
            SELECT o.added_us FROM objects AS o{}
            AND o.audience = run.audience AND o.collection = run.collection
            AND o.stix_type = run.stix_type
            AND o.added_us > run.low AND o.added_us < run.high
            ORDER BY o.added_us {direction} LIMIT run.most)
         FROM unnest({audiences}::int[], {collections}::bytea[], {types}::text[],
            {low}::bigint[], {high}::bigint[], {most}::bigint[])
            WITH ORDINALITY AS run (audience, collection, stix_type, low, high, most, place)
         ORDER BY run.place",
        rest.text()
    );
    let mut merge = Merge::new(runs.audiences.len(), bounds, newest_first, limit);
    loop {
        let asks = merge.asks();
        if asks.is_empty() {
            return Ok(merge.found());
        }
        let places = asks.iter().map(|ask| ask.run);
        let asked_of: Vec<i32> = places.clone().map(|at| runs.audiences[at]).collect();
        let within: Vec<&[u8]> = places.clone().map(|at| &*runs.collections[at]).collect();
        let types: Vec<&str> = places.map(|at| runs.types[at].as_str()).collect();
        let low: Vec<i64> = asks.iter().map(|ask| ask.bounds.low).collect();
        let high: Vec<i64> = asks.iter().map(|ask| ask.bounds.high).collect();
        let most: Vec<i64> = asks.iter().map(|ask| ask.most as i64).collect();
        let mut arguments = rest.arguments();
        let more: [&(dyn ToSql + Sync); 6] = [&asked_of, &within, &types, &low, &high, &most];
        arguments.extend(more);
        let rows = session.query(&sql, &arguments).await?;
        for (ask, row) in asks.iter().zip(&rows) {
            merge.take(ask, &row.try_get::<_, Vec<i64>>(0)?);
        }
    }
}
