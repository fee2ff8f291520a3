//! Objects in order of `added_us`, merged out of runs: the stretches of the index `objects_visible` in which
//! audience, collection and type stay the same. What a reader may not see is never walked over, however
//! much of it came later.

use kaname_store::{Bounds, Merge, ObjectFilter};
use rusqlite::{OptionalExtension, ToSql, params};

use crate::{
    error::Outcome,
    read::{Reading, sql::Conditions},
};

/// Most runs that are merged; who sees more of them sees most of what there is, in order.
const MOST: usize = 1_024;

/// Objects of one audience, collection and type.
pub(super) struct Run {
    audience: i64,
    collection: i64,
    stix_type: String,
}

/// The runs in which a filter may find something, of one collection or of all; `None` when there are too
/// many to merge.
pub(super) fn of(
    reading: &Reading<'_>,
    filter: &ObjectFilter,
    own: Option<i64>,
) -> Outcome<Option<Vec<Run>>> {
    let next = "SELECT audience, collection, stix_type FROM objects INDEXED BY objects_visible
                WHERE (audience, collection, stix_type) > (?1, ?2, ?3)
                ORDER BY audience, collection, stix_type LIMIT 1";
    let mut next = reading.connection.prepare_cached(next)?;
    let mut runs = Vec::new();
    let mut at = (-1, i64::MAX, String::new());
    for _ in 0..4 * MOST {
        let found = next.query_row(params![at.0, at.1, at.2], |row| {
            Ok(Run {
                audience: row.get(0)?,
                collection: row.get(1)?,
                stix_type: row.get(2)?,
            })
        });
        let Some(found) = found.optional()? else {
            return Ok(Some(runs));
        };
        at = match passed(&found, filter, own) {
            None => return Ok(Some(runs)),
            Some(On::To(audience, collection)) => (audience, collection, String::new()),
            Some(On::Next) => {
                let at = (found.audience, found.collection, found.stix_type.clone());
                if filter.types.is_empty() || filter.types.contains(&found.stix_type) {
                    runs.push(found);
                }
                at
            }
        };
        if runs.len() > MOST {
            break;
        }
    }
    Ok(None)
}

/// Where to go on from a run.
enum On {
    /// It may be read and is of the collection: to the one after it.
    Next,
    /// To what has that audience and collection, or comes after them.
    To(i64, i64),
}

/// Where to go on from what was found; `None` when the reader sees nothing behind it.
fn passed(found: &Run, filter: &ObjectFilter, own: Option<i64>) -> Option<On> {
    let audience = u32::try_from(found.audience).ok()?;
    let readable = filter.readable.range(audience..).next()?;
    if readable != audience {
        return Some(On::To(i64::from(readable) - 1, i64::MAX));
    }
    Some(match own {
        Some(own) if found.collection < own => On::To(found.audience, own),
        Some(own) if found.collection > own => On::To(found.audience, i64::MAX),
        _ => On::Next,
    })
}

/// The first `limit` objects of all runs in order that meet the conditions `rest`.
pub(super) fn merged(
    reading: &Reading<'_>,
    runs: &[Run],
    bounds: Bounds,
    rest: &Conditions,
    (newest_first, limit): (bool, usize),
) -> Outcome<Vec<i64>> {
    let direction = if newest_first { "DESC" } else { "ASC" };
    let sql = format!(
        "SELECT o.added_us FROM objects AS o INDEXED BY objects_visible{}
         AND o.audience = ? AND o.collection = ? AND o.stix_type = ?
         AND o.added_us > ? AND o.added_us < ? ORDER BY o.added_us {direction} LIMIT ?",
        rest.text()
    );
    let mut range = reading.connection.prepare_cached(&sql)?;
    let mut merge = Merge::new(runs.len(), bounds, newest_first, limit);
    loop {
        let asks = merge.asks();
        if asks.is_empty() {
            return Ok(merge.found());
        }
        for ask in asks {
            let Some(run) = runs.get(ask.run) else {
                continue;
            };
            let own: [&dyn ToSql; 6] = [
                &run.audience,
                &run.collection,
                &run.stix_type,
                &ask.bounds.low,
                &ask.bounds.high,
                &(ask.most as i64),
            ];
            let rows = range.query_map(rest.arguments_and(&own), |row| row.get(0))?;
            merge.take(&ask, &rows.collect::<Result<Vec<i64>, _>>()?);
        }
    }
}
