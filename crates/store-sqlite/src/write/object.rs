//! Threat objects: bytes and header, values and references, and the moment they were added.

use std::collections::BTreeSet;

use kaname_store::{Removed, StoreError};
use rusqlite::{OptionalExtension, params};

use crate::{
    error::{Outcome, corrupt},
    form,
    prepared::{Links, PreparedObject, sha256},
    write::tally,
    writer::Writing,
};

/// Refuses objects of which the collection has the version already of the same originator.
pub(crate) fn check_new(writing: &Writing<'_>, objects: &[PreparedObject]) -> Outcome<()> {
    let find = "SELECT 1 FROM objects
                WHERE stix_id = ?1 AND version_us = ?3 AND origin = ?4
                  AND collection = (SELECT number FROM collections WHERE id = ?2)";
    let mut find = writing.connection.prepare_cached(find)?;
    for PreparedObject { object, .. } in objects {
        let known = params![
            object.stix_id,
            object.collection.bytes(),
            object.version_us,
            form::origin_bytes(object.origin),
        ];
        if find.exists(known)? {
            let (matter, expected) = (object.source, 0);
            return Err(StoreError::Conflict { matter, expected }.into());
        }
    }
    Ok(())
}

/// Adds objects in order. A version the collection already has of the same originator is left as it is.
pub(crate) fn add_all(writing: &mut Writing<'_>, objects: &[PreparedObject]) -> Outcome<()> {
    for prepared in objects {
        let collection = writing
            .head
            .collection(writing.connection, prepared.object.collection)?;
        if let Some((first, last)) = place_among_versions(writing, prepared, collection)? {
            let added_us = next_added(writing);
            add(writing, prepared, collection, added_us, (first, last))?;
        }
    }
    Ok(())
}

/// The next `date_added`: now, but at least a random 1 to 31 µs after the last, so that gaps do not
/// count what a reader may not see. The writer waits before commit when that is ahead of the clock.
fn next_added(writing: &mut Writing<'_>) -> i64 {
    let mut random = [0u8; 1];
    writing.rng.fill(&mut random);
    let gap = 1 + i64::from(random[0]) % 31;
    let now = writing.clock.now().as_microsecond();
    let next = now.max(writing.head.last_added_us + gap);
    writing.head.last_added_us = next;
    next
}

/// Whether the version is the first and the last of its object and originator in the collection; `None`
/// when it is there already. The neighbours' own marks are set right.
fn place_among_versions(
    writing: &Writing<'_>,
    new: &PreparedObject,
    collection: i64,
) -> Outcome<Option<(bool, bool)>> {
    let (stix_id, version_us) = (&new.object.stix_id, new.object.version_us);
    let origin = form::origin_bytes(new.object.origin);
    let find = "SELECT min(version_us), max(version_us),
                       max(version_us = ?3)
                FROM objects WHERE stix_id = ?1 AND collection = ?2 AND origin = ?4";
    let mut find = writing.connection.prepare_cached(find)?;
    let (oldest, newest, there): (Option<i64>, Option<i64>, Option<bool>) = find
        .query_row(params![stix_id, collection, version_us, origin], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?;
    if there == Some(true) {
        return Ok(None);
    }
    let first = oldest.is_none_or(|oldest| version_us < oldest);
    let last = newest.is_none_or(|newest| version_us > newest);
    if let (true, Some(oldest)) = (first, oldest) {
        let unmark = "UPDATE objects SET first = 0
                      WHERE stix_id = ?1 AND collection = ?2 AND version_us = ?3
                        AND origin = ?4";
        let mut unmark = writing.connection.prepare_cached(unmark)?;
        unmark.execute(params![stix_id, collection, oldest, origin])?;
    }
    if let (true, Some(newest)) = (last, newest) {
        let unmark = "UPDATE objects SET last = 0
                      WHERE stix_id = ?1 AND collection = ?2 AND version_us = ?3
                        AND origin = ?4";
        let mut unmark = writing.connection.prepare_cached(unmark)?;
        unmark.execute(params![stix_id, collection, newest, origin])?;
    }
    Ok(Some((first, last)))
}

fn add(
    writing: &mut Writing<'_>,
    new: &PreparedObject,
    collection: i64,
    added_us: i64,
    (first, last): (bool, bool),
) -> Outcome<()> {
    let object = &new.object;
    let connection = writing.connection;
    let audience = writing.head.audience(connection, &object.audience)?;
    let put = "INSERT INTO objects (added_us, collection, audience, first, last, version_us,
                   expires_us, key, source, stix_id, stix_type, spec, title, links, raw, dated_us,
                   origin, tlp)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,
                   ?18)";
    connection.prepare_cached(put)?.execute(params![
        added_us,
        collection,
        audience,
        first,
        last,
        object.version_us,
        object.expires_us,
        object.key.bytes(),
        object.source.bytes(),
        object.stix_id,
        object.stix_type,
        object.spec,
        object.title,
        new.links,
        &*object.raw,
        object.dated_us,
        form::origin_bytes(object.origin),
        form::tlp_rank(object.tlp),
    ])?;
    put_links(writing, new, added_us)?;
    let origin = form::origin_bytes(object.origin).to_vec();
    let values = object.postings.iter().cloned();
    let own = tally::Standing::new((added_us, audience), origin, values);
    tally::came(connection, &object.stix_id, &own)
}

/// What an object is found by.
fn put_links(writing: &Writing<'_>, new: &PreparedObject, added_us: i64) -> Outcome<()> {
    let (object, connection) = (&new.object, writing.connection);
    if !new.index.is_empty() {
        let put = "INSERT INTO object_text (rowid, text) VALUES (?1, ?2)";
        connection
            .prepare_cached(put)?
            .execute(params![added_us, new.index])?;
    }
    if new.links.is_some() {
        let put = "INSERT INTO object_values (space, value, object) VALUES (?1, ?2, ?3)";
        let mut put = connection.prepare_cached(put)?;
        for value in object.postings.iter().collect::<BTreeSet<_>>() {
            put.execute(params![value.space, value.value, added_us])?;
        }
        let put = "INSERT INTO object_refs (target, object) VALUES (?1, ?2)";
        let mut put = connection.prepare_cached(put)?;
        for target in object.refs.iter().collect::<BTreeSet<_>>() {
            put.execute(params![target, added_us])?;
        }
    }
    Ok(())
}

/// Writes anew what is kept beside the bytes of objects, whose links were forgotten before. First and
/// last versions are marked at the end.
pub(crate) fn put_anew(
    writing: &mut Writing<'_>,
    objects: &[(i64, PreparedObject)],
) -> Outcome<()> {
    let connection = writing.connection;
    let put = "UPDATE objects
               SET (collection, audience, version_us, expires_us, key, source, stix_id, stix_type,
                    spec, title, links, origin, tlp)
                 = (?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
               WHERE added_us = ?1
               AND (collection, audience, version_us, expires_us, key, source, stix_id, stix_type,
                    spec, title, links, origin, tlp)
                   IS NOT (?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";
    let mut put = connection.prepare_cached(put)?;
    for (added_us, prepared) in objects {
        let object = &prepared.object;
        let audience = writing.head.audience(connection, &object.audience)?;
        let collection = writing.head.collection(connection, object.collection)?;
        put.execute(params![
            added_us,
            collection,
            audience,
            object.version_us,
            object.expires_us,
            object.key.bytes(),
            object.source.bytes(),
            object.stix_id,
            object.stix_type,
            object.spec,
            object.title,
            prepared.links,
            form::origin_bytes(object.origin),
            form::tlp_rank(object.tlp),
        ])?;
        put_links(writing, prepared, *added_us)?;
    }
    Ok(())
}

/// Marks which versions are the first and the last of their object and originator in a collection, among all.
pub(crate) fn mark_ends(writing: &Writing<'_>) -> Outcome<()> {
    for (mark, beyond) in [("first", "<"), ("last", ">")] {
        let is_end = format!(
            "(NOT EXISTS (SELECT 1 FROM objects AS n INDEXED BY objects_id
                 WHERE n.stix_id = o.stix_id AND n.collection = o.collection
                 AND n.origin = o.origin AND n.version_us {beyond} o.version_us))"
        );
        let mark =
            format!("UPDATE objects AS o SET {mark} = {is_end} WHERE o.{mark} IS NOT {is_end}");
        writing.connection.prepare_cached(&mark)?.execute([])?;
    }
    Ok(())
}

/// Takes an object, or one version of it, out of a collection; its hash stays.
pub(crate) fn withdraw(writing: &mut Writing<'_>, removed: &Removed) -> Outcome<()> {
    let collection = writing
        .head
        .collection(writing.connection, removed.collection)?;
    let (stix_id, version_us) = (&removed.stix_id, removed.version_us);
    let origin = form::origin_bytes(removed.origin);
    let source = removed.source.as_ref().map(|source| source.bytes());
    let find = "SELECT added_us FROM objects
                WHERE stix_id = ?1 AND collection = ?2 AND origin = ?4
                  AND version_us = coalesce(?3, version_us) AND source = coalesce(?5, source)
                LIMIT 1";
    let mut gone = false;
    loop {
        let mut find = writing.connection.prepare_cached(find)?;
        let found: Option<i64> = find
            .query_row(
                params![stix_id, collection, version_us, origin, source],
                |row| row.get(0),
            )
            .optional()?;
        match found {
            Some(added_us) => withdraw_one(writing, added_us)?,
            None => break,
        }
        gone = true;
    }
    if gone && (version_us.is_some() || source.is_some()) {
        mark_left(writing, stix_id, collection, origin)?;
    }
    Ok(())
}

/// Counts anew what carries each value.
pub(crate) fn count_values(writing: &Writing<'_>) -> Outcome<()> {
    tally::anew(writing.connection)
}

/// Marks which of the versions that are left are the first and the last.
fn mark_left(
    writing: &Writing<'_>,
    stix_id: &str,
    collection: i64,
    origin: [u8; 16],
) -> Outcome<()> {
    let mark = "UPDATE objects
                SET first = (version_us = (SELECT min(version_us) FROM objects
                                           WHERE stix_id = ?1 AND collection = ?2
                                             AND origin = ?3)),
                    last = (version_us = (SELECT max(version_us) FROM objects
                                          WHERE stix_id = ?1 AND collection = ?2
                                            AND origin = ?3))
                WHERE stix_id = ?1 AND collection = ?2 AND origin = ?3";
    let mut mark = writing.connection.prepare_cached(mark)?;
    mark.execute(params![stix_id, collection, origin])?;
    Ok(())
}

fn withdraw_one(writing: &Writing<'_>, added_us: i64) -> Outcome<()> {
    let connection = writing.connection;
    let find = "SELECT raw, links, stix_id FROM objects WHERE added_us = ?1";
    let (raw, links, stix_id): (String, Option<String>, String) = connection
        .prepare_cached(find)?
        .query_row([added_us], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?;
    tally::goes(connection, &stix_id, added_us)?;
    let links = links
        .as_deref()
        .map(serde_json::from_str::<Links>)
        .transpose();
    let links = links
        .map_err(|e| corrupt("object links", e))?
        .unwrap_or_default();
    let keep = "INSERT INTO withdrawn (added_us, collection, stix_id, version_us, source, sha256,
                                       origin)
                SELECT added_us, collection, stix_id, version_us, source, ?2, origin
                FROM objects WHERE added_us = ?1";
    let mut keep = connection.prepare_cached(keep)?;
    keep.execute(params![added_us, sha256(raw.as_bytes())])?;
    let drop = "DELETE FROM object_values WHERE space = ?1 AND value = ?2 AND object = ?3";
    let mut drop = connection.prepare_cached(drop)?;
    for value in &links.values {
        drop.execute(params![value.space, value.value, added_us])?;
    }
    let drop = "DELETE FROM object_refs WHERE target = ?1 AND object = ?2";
    let mut drop = connection.prepare_cached(drop)?;
    for target in &links.refs {
        drop.execute(params![target, added_us])?;
    }
    for drop in [
        "DELETE FROM object_text WHERE rowid = ?1",
        "DELETE FROM objects WHERE added_us = ?1",
    ] {
        connection.prepare_cached(drop)?.execute([added_us])?;
    }
    Ok(())
}
