//! Values that objects and records carry, and who carries them.

use std::collections::{BTreeMap, BTreeSet};

use kaname_store::{Carriers, Posting, find::past};
use roaring::RoaringBitmap;
use tokio_postgres::{Row, types::ToSql};

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
    let asked: [&(dyn ToSql + Sync); 5] = [&space, &beginnings, &ends, &readable, &limit];
    let rows = session.query(find, &asked).await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

pub(crate) async fn carriers(
    session: &Session,
    values: &[Posting],
    readable: &RoaringBitmap,
    except: &[String],
) -> Outcome<Vec<Carriers>> {
    let counted = "SELECT a.place - 1, t.audience, t.origin, t.objects
                   FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS a (space, value, place)
                   JOIN value_tallies AS t ON t.space = a.space AND t.value = a.value
                   WHERE t.audience = ANY($3)";
    // Those of the ids left out that stand once and carry the value.
    let own = "SELECT a.place - 1, o.audience, o.origin
               FROM objects AS o
               CROSS JOIN unnest($1::text[], $2::text[]) WITH ORDINALITY AS a (space, value, place)
               WHERE o.stix_id = ANY($3)
               AND (a.space = '' OR EXISTS (
                   SELECT FROM object_values AS v
                   WHERE (v.space, v.value, v.object) = (a.space, a.value, o.added_us)))
               AND NOT EXISTS (SELECT FROM objects AS n
                               WHERE n.stix_id = o.stix_id AND n.added_us <> o.added_us)";
    let repeats = "SELECT DISTINCT a.place - 1, o.stix_id, o.origin
                   FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS a (space, value, place)
                   JOIN value_repeats AS r ON r.space = a.space AND r.value = a.value
                   JOIN objects AS o ON o.added_us = r.object
                   WHERE o.audience = ANY($3) AND o.stix_id <> ALL($4)";
    let spaces: Vec<&str> = values.iter().map(|one| one.space.as_str()).collect();
    let texts: Vec<&str> = values.iter().map(|one| one.value.as_str()).collect();
    let readable = form::bitmap(readable);
    let mut all: Vec<Counted> = Vec::new();
    all.resize_with(values.len(), Counted::default);
    let at = |row: &Row| -> Outcome<usize> {
        Ok(usize::try_from(form::count(row, 0)?).unwrap_or(usize::MAX))
    };
    for row in session
        .query(counted, &[&spaces, &texts, &readable])
        .await?
    {
        if let Some(one) = all.get_mut(at(&row)?) {
            let whose = (row.try_get(1)?, row.try_get(2)?);
            one.alone.insert(whose, form::count(&row, 3)?);
        }
    }
    if !except.is_empty() {
        for row in session.query(own, &[&spaces, &texts, &except]).await? {
            let whose = (row.try_get(1)?, row.try_get(2)?);
            let one = all.get_mut(at(&row)?);
            if let Some(count) = one.and_then(|one| one.alone.get_mut(&whose)) {
                *count = count.saturating_sub(1);
            }
        }
    }
    let asked: [&(dyn ToSql + Sync); 4] = [&spaces, &texts, &readable, &except];
    for row in session.query(repeats, &asked).await? {
        if let Some(one) = all.get_mut(at(&row)?) {
            one.ids.insert(row.try_get(1)?);
            one.origins.insert(row.try_get(2)?);
        }
    }
    Ok(all.into_iter().map(Counted::carriers).collect())
}

/// Audience and originator.
type Whose = (i32, Vec<u8>);

/// Who carries a value, as it is counted.
#[derive(Default)]
struct Counted {
    /// Objects whose id stands once.
    alone: BTreeMap<Whose, u64>,
    /// The ids of the others.
    ids: BTreeSet<String>,
    /// Their originators.
    origins: BTreeSet<Vec<u8>>,
}

impl Counted {
    fn carriers(mut self) -> Carriers {
        let objects = self.alone.values().sum::<u64>() + self.ids.len() as u64;
        let alone = self.alone.into_iter().filter(|(_, count)| *count > 0);
        self.origins.extend(alone.map(|((_, origin), _)| origin));
        Carriers {
            objects,
            origins: self.origins.len() as u64,
        }
    }
}
