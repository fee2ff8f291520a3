//! Values that objects and records carry, and who carries them.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use kaname_store::{Carriers, Posting, find::past};
use roaring::RoaringBitmap;
use rusqlite::{CachedStatement, OptionalExtension, params};

use crate::{error::Outcome, form, read::Reading};

/// What carries values: each gives a value and who may see a carrier of it. Objects that are counted by audience, ...
const COUNTED: &str = "SELECT value, audience FROM value_tallies
    WHERE space = ?1 AND value >= ?2 AND value < ?3 ORDER BY value";
/// ... those that are listed since their id stands several times, ...
const LISTED: &str = "SELECT v.value, o.audience
    FROM value_repeats AS v CROSS JOIN objects AS o ON o.added_us = v.object
    WHERE v.space = ?1 AND v.value >= ?2 AND v.value < ?3 ORDER BY v.value";
/// ... all of them, where nothing is counted, ...
const UNCOUNTED: &str = "SELECT v.value, o.audience
    FROM object_values AS v CROSS JOIN objects AS o ON o.added_us = v.object
    WHERE v.space = ?1 AND v.value >= ?2 AND v.value < ?3 ORDER BY v.value";
/// ... and records.
const RECORDS: &str = "SELECT p.value, r.audience
    FROM postings AS p CROSS JOIN records AS r ON r.row = p.record
    WHERE p.space = ?1 AND p.value >= ?2 AND p.value < ?3 ORDER BY p.value";

pub(crate) fn values_beginning(
    reading: &Reading<'_>,
    (space, beginnings): (&str, &[String]),
    readable: &RoaringBitmap,
    limit: u32,
) -> Outcome<Vec<String>> {
    let limit = limit.min(100_000) as usize;
    let mut values = BTreeSet::new();
    let sources: &[&str] = match space.ends_with(Posting::UNCOUNTED) {
        true => &[UNCOUNTED, RECORDS],
        false => &[COUNTED, LISTED, RECORDS],
    };
    for carrying in sources {
        let mut carrying = reading.connection.prepare_cached(carrying)?;
        for beginning in beginnings {
            let end = past(beginning);
            let mut at = beginning.clone();
            // From value to value: however many carry one that is seen, it is met once.
            while let Some(value) = next_seen(&mut carrying, (space, &at, &end), readable)? {
                at = format!("{value}\0");
                let is_full = values.len() >= limit;
                if is_full && values.last().is_some_and(|last| *last <= value) {
                    break;
                }
                values.insert(value);
                if values.len() > limit {
                    values.pop_last();
                }
            }
        }
    }
    Ok(values.into_iter().collect())
}

/// The first value from one on that the reader may see.
fn next_seen(
    carrying: &mut CachedStatement<'_>,
    (space, from, end): (&str, &str, &str),
    readable: &RoaringBitmap,
) -> Outcome<Option<String>> {
    let mut rows = carrying.query(params![space, from, end])?;
    while let Some(row) = rows.next()? {
        if readable.contains(row.get(1)?) {
            return Ok(Some(row.get(0)?));
        }
    }
    Ok(None)
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
