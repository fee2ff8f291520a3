//! Values that objects and records carry, and who carries them.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use kaname_store::{Carriers, Posting};
use roaring::RoaringBitmap;
use rusqlite::{OptionalExtension, params};

use crate::{error::Outcome, form, read::Reading};

pub(crate) fn values_beginning(
    reading: &Reading<'_>,
    space: &str,
    beginning: &str,
    limit: u32,
) -> Outcome<Vec<String>> {
    let limit = limit.min(100_000) as usize;
    let mut values = BTreeSet::new();
    for table in ["object_values", "postings"] {
        let next = format!(
            "SELECT value FROM {table} WHERE space = ?1 AND value > ?2 ORDER BY value LIMIT 1"
        );
        let mut next = reading.connection.prepare_cached(&next)?;
        let first = format!("SELECT 1 FROM {table} WHERE space = ?1 AND value = ?2 LIMIT 1");
        let mut first = reading.connection.prepare_cached(&first)?;
        if first.exists(params![space, beginning])? {
            values.insert(beginning.to_owned());
        }
        let mut at = beginning.to_owned();
        // From value to value: however many carry one, it is met once.
        for _ in 0..limit {
            let mut rows = next.query(params![space, at])?;
            let Some(row) = rows.next()? else { break };
            at = row.get(0)?;
            if !at.starts_with(beginning) {
                break;
            }
            values.insert(at.clone());
        }
    }
    Ok(values.into_iter().take(limit).collect())
}

pub(crate) fn carriers(
    reading: &Reading<'_>,
    values: &[Posting],
    readable: &RoaringBitmap,
    except: &[String],
) -> Outcome<Vec<Carriers>> {
    let except: BTreeSet<&str> = except.iter().map(String::as_str).collect();
    let mut all = Vec::with_capacity(values.len());
    for value in values {
        let mut counted = tallies(reading, value, readable)?;
        for stix_id in &except {
            if let Some(own) = alone(reading, value, stix_id)?
                && let Some(count) = counted.get_mut(&own)
            {
                *count -= 1;
            }
        }
        let mut objects: u64 = counted.values().sum();
        counted.retain(|_, count| *count > 0);
        let mut origins: BTreeSet<Vec<u8>> =
            counted.into_keys().map(|(_, origin)| origin).collect();
        let mut ids: HashSet<String> = HashSet::new();
        for (stix_id, origin) in repeats(reading, value, readable)? {
            if !except.contains(stix_id.as_str()) {
                origins.insert(origin);
                ids.insert(stix_id);
            }
        }
        objects += ids.len() as u64;
        all.push(Carriers {
            objects,
            origins: origins.len() as u64,
        });
    }
    Ok(all)
}

/// Audience and originator.
type Whose = (u32, Vec<u8>);

/// How many objects whose id stands once carry a value, as far as they may be seen.
fn tallies(
    reading: &Reading<'_>,
    value: &Posting,
    readable: &RoaringBitmap,
) -> Outcome<BTreeMap<Whose, u64>> {
    let find =
        "SELECT audience, origin, objects FROM value_tallies WHERE space = ?1 AND value = ?2";
    let mut find = reading.connection.prepare_cached(find)?;
    let mut rows = find.query(params![value.space, value.value])?;
    let mut all = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let audience = row.get(0)?;
        if readable.contains(audience) {
            all.insert((audience, row.get(1)?), form::count(row, 2)?);
        }
    }
    Ok(all)
}

/// Whose an object is that carries a value, when its id stands once.
fn alone(reading: &Reading<'_>, value: &Posting, stix_id: &str) -> Outcome<Option<Whose>> {
    let find = "SELECT o.audience, o.origin FROM objects AS o INDEXED BY objects_id
                WHERE o.stix_id = ?1
                AND NOT EXISTS (SELECT 1 FROM objects AS n
                                WHERE n.stix_id = o.stix_id AND n.added_us <> o.added_us)
                AND (?2 = '' OR EXISTS (SELECT 1 FROM object_values
                                        WHERE space = ?2 AND value = ?3 AND object = o.added_us))";
    let mut find = reading.connection.prepare_cached(find)?;
    let found = find.query_row(params![stix_id, value.space, value.value], |row| {
        Ok((row.get(0)?, row.get(1)?))
    });
    Ok(found.optional()?)
}

/// Ids that stand several times and carry a value, as far as they may be seen, with whose they are.
fn repeats(
    reading: &Reading<'_>,
    value: &Posting,
    readable: &RoaringBitmap,
) -> Outcome<Vec<(String, Vec<u8>)>> {
    let find = "SELECT o.audience, o.stix_id, o.origin
                FROM value_repeats AS v CROSS JOIN objects AS o ON o.added_us = v.object
                WHERE v.space = ?1 AND v.value = ?2";
    let mut find = reading.connection.prepare_cached(find)?;
    let mut rows = find.query(params![value.space, value.value])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        if readable.contains(row.get(0)?) {
            all.push((row.get(1)?, row.get(2)?));
        }
    }
    Ok(all)
}
