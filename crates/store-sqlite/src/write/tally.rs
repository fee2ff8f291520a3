//! How many objects carry a value, kept as objects come and go: by audience and originator for objects whose id
//! stands once in the store; those that stand several times are listed, to be told apart by their ids.

use std::collections::BTreeSet;

use kaname_kernel::{AudienceId, Posting};
use rusqlite::{Connection, params};

use crate::{
    error::{Outcome, corrupt},
    prepared::Links,
};

/// A row of an object, as far as values are counted by it.
pub(super) struct Standing {
    added_us: i64,
    audience: AudienceId,
    origin: Vec<u8>,
    /// Its values, and the one that every object is counted under.
    values: BTreeSet<Posting>,
}

impl Standing {
    pub(super) fn new(
        (added_us, audience): (i64, AudienceId),
        origin: Vec<u8>,
        values: impl IntoIterator<Item = Posting>,
    ) -> Self {
        Self {
            added_us,
            audience,
            origin,
            values: values.into_iter().chain([Posting::every()]).collect(),
        }
    }

    fn counted(&self) -> impl Iterator<Item = &Posting> {
        self.values.iter().filter(|value| value.is_counted())
    }
}

/// Counts the values of a row that was added just now.
pub(super) fn came(connection: &Connection, stix_id: &str, own: &Standing) -> Outcome<()> {
    let others = others(connection, stix_id, own.added_us)?;
    if others.is_empty() {
        return count(connection, own, 1);
    }
    if let [only] = others.as_slice() {
        count(connection, only, -1)?;
        list(connection, only)?;
    }
    list(connection, own)
}

/// Takes the values of a row out that is about to go.
pub(super) fn goes(connection: &Connection, stix_id: &str, added_us: i64) -> Outcome<()> {
    let own = "SELECT added_us, audience, origin, links FROM objects WHERE added_us = ?1";
    let own = rows(connection, own, params![added_us])?;
    let Some(own) = own.into_iter().next() else {
        return Ok(());
    };
    let others = others(connection, stix_id, added_us)?;
    if others.is_empty() {
        return count(connection, &own, -1);
    }
    unlist(connection, &own)?;
    if let [only] = others.as_slice() {
        unlist(connection, only)?;
        count(connection, only, 1)?;
    }
    Ok(())
}

/// Counts everything anew, from the rows as they are.
pub(super) fn anew(connection: &Connection) -> Outcome<()> {
    let several = "EXISTS (SELECT 1 FROM objects AS n
                           WHERE n.stix_id = o.stix_id AND n.added_us <> o.added_us)";
    let is_counted = format!("substr(v.space, -1) <> '{}'", Posting::UNCOUNTED);
    let repeats = format!(
        "INSERT INTO value_repeats
         SELECT v.space, v.value, v.object
         FROM object_values AS v JOIN objects AS o ON o.added_us = v.object
         WHERE {several} AND {is_counted}
         UNION ALL SELECT '', '', o.added_us FROM objects AS o WHERE {several}"
    );
    let tallies = format!(
        "INSERT INTO value_tallies
         SELECT v.space, v.value, o.audience, o.origin, count(*)
         FROM object_values AS v JOIN objects AS o ON o.added_us = v.object
         WHERE NOT {several} AND {is_counted}
         GROUP BY v.space, v.value, o.audience, o.origin
         UNION ALL SELECT '', '', o.audience, o.origin, count(*)
         FROM objects AS o WHERE NOT {several} GROUP BY o.audience, o.origin"
    );
    for step in [
        "DELETE FROM value_repeats",
        "DELETE FROM value_tallies",
        &repeats,
        &tallies,
    ] {
        connection.prepare_cached(step)?.execute([])?;
    }
    Ok(())
}

/// At most two other rows of an id.
fn others(connection: &Connection, stix_id: &str, added_us: i64) -> Outcome<Vec<Standing>> {
    let others = "SELECT added_us, audience, origin, links FROM objects
                  WHERE stix_id = ?1 AND added_us <> ?2 LIMIT 2";
    rows(connection, others, params![stix_id, added_us])
}

fn rows(
    connection: &Connection,
    find: &str,
    arguments: &[&dyn rusqlite::ToSql],
) -> Outcome<Vec<Standing>> {
    let mut find = connection.prepare_cached(find)?;
    let mut rows = find.query(arguments)?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let links: Option<String> = row.get(3)?;
        let links = links.as_deref().map(serde_json::from_str::<Links>);
        let links = links.transpose().map_err(|e| corrupt("object links", e))?;
        let values = links.unwrap_or_default().values;
        let stands = (row.get(0)?, row.get(1)?);
        all.push(Standing::new(stands, row.get(2)?, values));
    }
    Ok(all)
}

fn count(connection: &Connection, row: &Standing, by: i64) -> Outcome<()> {
    let add = "INSERT INTO value_tallies (space, value, audience, origin, objects)
               VALUES (?1, ?2, ?3, ?4, ?5)
               ON CONFLICT DO UPDATE SET objects = objects + excluded.objects";
    let mut add = connection.prepare_cached(add)?;
    let drop = "DELETE FROM value_tallies
                WHERE space = ?1 AND value = ?2 AND audience = ?3 AND origin = ?4 AND objects <= 0";
    let mut drop = connection.prepare_cached(drop)?;
    for one in row.counted() {
        add.execute(params![one.space, one.value, row.audience, row.origin, by])?;
        if by < 0 {
            drop.execute(params![one.space, one.value, row.audience, row.origin])?;
        }
    }
    Ok(())
}

fn list(connection: &Connection, row: &Standing) -> Outcome<()> {
    let put = "INSERT OR IGNORE INTO value_repeats (space, value, object) VALUES (?1, ?2, ?3)";
    let mut put = connection.prepare_cached(put)?;
    for one in row.counted() {
        put.execute(params![one.space, one.value, row.added_us])?;
    }
    Ok(())
}

fn unlist(connection: &Connection, row: &Standing) -> Outcome<()> {
    let drop = "DELETE FROM value_repeats WHERE space = ?1 AND value = ?2 AND object = ?3";
    let mut drop = connection.prepare_cached(drop)?;
    for one in row.counted() {
        drop.execute(params![one.space, one.value, row.added_us])?;
    }
    Ok(())
}
