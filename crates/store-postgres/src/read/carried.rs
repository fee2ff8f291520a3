//! Values that objects and records carry, and who carries them.

use std::collections::{BTreeMap, BTreeSet};

use kaname_store::{Carriers, Posting};
use roaring::RoaringBitmap;
use tokio_postgres::types::ToSql;

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
    let counted = "SELECT audience, origin, objects FROM value_tallies
                   WHERE space = $1 AND value = $2 AND audience = ANY($3)";
    // Those of the ids left out that stand once and carry the value.
    let own = "SELECT o.audience, o.origin
               FROM objects AS o
               WHERE o.stix_id = ANY($3)
               AND ($1 = '' OR EXISTS (SELECT FROM object_values AS v
                                       WHERE (v.space, v.value, v.object) = ($1, $2, o.added_us)))
               AND NOT EXISTS (SELECT FROM objects AS n
                               WHERE n.stix_id = o.stix_id AND n.added_us <> o.added_us)";
    let repeats = "SELECT DISTINCT o.stix_id, o.origin
                   FROM value_repeats AS r JOIN objects AS o ON o.added_us = r.object
                   WHERE r.space = $1 AND r.value = $2 AND o.audience = ANY($3)
                   AND o.stix_id <> ALL($4)";
    let readable = form::bitmap(readable);
    let mut all = Vec::with_capacity(values.len());
    for Posting { space, value } in values {
        let mut tallies: BTreeMap<Whose, u64> = BTreeMap::new();
        for row in session.query(counted, &[space, value, &readable]).await? {
            tallies.insert((row.try_get(0)?, row.try_get(1)?), form::count(&row, 2)?);
        }
        if !except.is_empty() {
            for row in session.query(own, &[space, value, &except]).await? {
                if let Some(count) = tallies.get_mut(&(row.try_get(0)?, row.try_get(1)?)) {
                    *count = count.saturating_sub(1);
                }
            }
        }
        tallies.retain(|_, count| *count > 0);
        let mut ids: BTreeSet<String> = BTreeSet::new();
        let mut origins: BTreeSet<Vec<u8>> = BTreeSet::new();
        let asked: [&(dyn ToSql + Sync); 4] = [space, value, &readable, &except];
        for row in session.query(repeats, &asked).await? {
            ids.insert(row.try_get(0)?);
            origins.insert(row.try_get(1)?);
        }
        let objects = tallies.values().sum::<u64>() + ids.len() as u64;
        origins.extend(tallies.into_keys().map(|(_, origin)| origin));
        all.push(Carriers {
            objects,
            origins: origins.len() as u64,
        });
    }
    Ok(all)
}

/// Audience and originator.
type Whose = (i32, Vec<u8>);
