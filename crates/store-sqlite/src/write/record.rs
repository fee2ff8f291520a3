//! Projections: a row, its search text, its postings and the unique keys that lead to it. What did
//! not change is not touched.

use std::collections::{HashMap, HashSet};

use kaname_kernel::{AudienceId, MatterId, Posting, fold::index_text};
use kaname_store::StoreError;
use rusqlite::{Connection, OptionalExtension, params};

use crate::{
    error::{Outcome, corrupt},
    form,
    prepared::{Keys, PreparedRecord},
    writer::Writing,
};

/// What stands in the row that is being replaced.
struct Old {
    row: i64,
    text: String,
    keys: String,
}

fn old(connection: &Connection, id: MatterId) -> Outcome<Option<Old>> {
    let find = "SELECT row, text, keys FROM records WHERE id = ?1";
    let mut find = connection.prepare_cached(find)?;
    let old = find.query_row([id.bytes()], |row| {
        Ok(Old {
            row: row.get(0)?,
            text: row.get(1)?,
            keys: row.get(2)?,
        })
    });
    Ok(old.optional()?)
}

fn keys_of(form: &str) -> Outcome<Keys> {
    serde_json::from_str(form).map_err(|e| corrupt("record keys", e))
}

/// Refuses keys that lead to a matter which keeps them.
pub(crate) fn check_lookups<'a>(
    writing: &Writing<'_>,
    records: impl Iterator<Item = &'a PreparedRecord> + Clone,
) -> Outcome<()> {
    // Of several projections of one matter the last one counts.
    let mut kept: HashMap<MatterId, &[(String, String)]> = HashMap::new();
    for prepared in records {
        kept.insert(prepared.record.id, &prepared.record.lookups);
    }
    let find = "SELECT matter FROM lookups WHERE space = ?1 AND key = ?2";
    let mut find = writing.connection.prepare_cached(find)?;
    let mut claimed: HashMap<&(String, String), MatterId> = HashMap::new();
    for (&matter, lookups) in &kept {
        for lookup in *lookups {
            let (space, key) = lookup;
            let taken = || StoreError::Taken {
                space: space.clone(),
                key: key.clone(),
            };
            if claimed
                .insert(lookup, matter)
                .is_some_and(|other| other != matter)
            {
                return Err(taken().into());
            }
            let mut rows = find.query([space, key])?;
            if let Some(row) = rows.next()? {
                let owner: MatterId = form::id(row, 0)?;
                let freed = kept
                    .get(&owner)
                    .is_some_and(|keeps| !keeps.contains(lookup));
                if owner != matter && !freed {
                    return Err(taken().into());
                }
            }
        }
    }
    Ok(())
}

/// Writes projections whose keys were checked.
pub(crate) fn put_all<'a>(
    writing: &mut Writing<'_>,
    records: impl Iterator<Item = &'a PreparedRecord>,
) -> Outcome<()> {
    // Of several projections of one matter the last one counts.
    let mut newest: Vec<&PreparedRecord> = Vec::new();
    let mut places: HashMap<MatterId, usize> = HashMap::new();
    for prepared in records {
        match places.get(&prepared.record.id) {
            Some(&place) => newest[place] = prepared,
            None => {
                places.insert(prepared.record.id, newest.len());
                newest.push(prepared);
            }
        }
    }
    // Keys move between matters of one commit: all that are given up go before any is taken.
    let mut taken = Vec::new();
    for prepared in newest {
        let old = old(writing.connection, prepared.record.id)?;
        if old.as_ref().is_none_or(|old| old.keys != prepared.keys) {
            let before = old.as_ref().map(|old| keys_of(&old.keys)).transpose()?;
            free_lookups(writing, prepared, &before.unwrap_or_default())?;
            taken.push(prepared);
        }
        put(writing, prepared, old)?;
    }
    let put = "INSERT INTO lookups (space, key, matter) VALUES (?1, ?2, ?3)
               ON CONFLICT (space, key) DO NOTHING";
    let mut put = writing.connection.prepare_cached(put)?;
    for prepared in taken {
        for (space, key) in &prepared.record.lookups {
            put.execute(params![space, key, prepared.record.id.bytes()])?;
        }
    }
    Ok(())
}

fn free_lookups(writing: &Writing<'_>, new: &PreparedRecord, before: &Keys) -> Outcome<()> {
    let free = "DELETE FROM lookups WHERE space = ?1 AND key = ?2 AND matter = ?3";
    let mut free = writing.connection.prepare_cached(free)?;
    for lookup in &before.lookups {
        if !new.record.lookups.contains(lookup) {
            free.execute(params![lookup.0, lookup.1, new.record.id.bytes()])?;
        }
    }
    Ok(())
}

fn put(writing: &mut Writing<'_>, new: &PreparedRecord, old: Option<Old>) -> Outcome<()> {
    let audience = writing
        .head
        .audience(writing.connection, &new.record.audience)?;
    let connection = writing.connection;
    let row = match &old {
        Some(old) => {
            update(connection, new, audience, old.row)?;
            old.row
        }
        None => insert(connection, new, audience)?,
    };
    let (old_text, old_keys) = match &old {
        Some(old) => (old.text.as_str(), Some(&old.keys)),
        None => ("", None),
    };
    if old_text != new.record.text {
        unindex(connection, row, old_text)?;
        if !new.index.is_empty() {
            let put = "INSERT INTO record_text (rowid, text) VALUES (?1, ?2)";
            connection
                .prepare_cached(put)?
                .execute(params![row, new.index])?;
        }
    }
    if old_keys != Some(&new.keys) {
        let before = old_keys
            .map(|keys| keys_of(keys))
            .transpose()?
            .unwrap_or_default();
        let before: HashSet<&Posting> = before.postings.iter().collect();
        let after: HashSet<&Posting> = new.record.postings.iter().collect();
        let drop = "DELETE FROM postings WHERE space = ?1 AND value = ?2 AND record = ?3";
        let mut drop = connection.prepare_cached(drop)?;
        for posting in before.difference(&after) {
            drop.execute(params![posting.space, posting.value, row])?;
        }
        let add = "INSERT INTO postings (space, value, record) VALUES (?1, ?2, ?3)";
        let mut add = connection.prepare_cached(add)?;
        for posting in after.difference(&before) {
            add.execute(params![posting.space, posting.value, row])?;
        }
    }
    Ok(())
}

fn insert(connection: &Connection, new: &PreparedRecord, audience: AudienceId) -> Outcome<i64> {
    let record = &new.record;
    let put = "INSERT INTO records (id, kind, version, audience, state, owner, scope, sort_us,
                                    due_us, tlp, text, keys, body)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
    connection.prepare_cached(put)?.execute(params![
        record.id.bytes(),
        record.kind,
        record.version,
        audience,
        record.state,
        record.owner.as_ref().map(|id| id.bytes()),
        record.scope.as_ref().map(|id| id.bytes()),
        record.sort_at.as_microsecond(),
        form::due_us(record.due_at),
        form::tlp_rank(record.tlp),
        record.text,
        new.keys,
        new.body,
    ])?;
    Ok(connection.last_insert_rowid())
}

fn update(
    connection: &Connection,
    new: &PreparedRecord,
    audience: AudienceId,
    row: i64,
) -> Outcome<()> {
    let record = &new.record;
    let put = "UPDATE records SET kind = ?2, version = ?3, audience = ?4, state = ?5, owner = ?6,
                   scope = ?7, sort_us = ?8, due_us = ?9, tlp = ?10, text = ?11, keys = ?12,
                   body = ?13
               WHERE row = ?1";
    connection.prepare_cached(put)?.execute(params![
        row,
        record.kind,
        record.version,
        audience,
        record.state,
        record.owner.as_ref().map(|id| id.bytes()),
        record.scope.as_ref().map(|id| id.bytes()),
        record.sort_at.as_microsecond(),
        form::due_us(record.due_at),
        form::tlp_rank(record.tlp),
        record.text,
        new.keys,
        new.body,
    ])?;
    Ok(())
}

/// Takes a text out of the index; the index needs the very words to find its entries.
fn unindex(connection: &Connection, row: i64, text: &str) -> Outcome<()> {
    let index = index_text(text);
    if !index.is_empty() {
        let drop = "INSERT INTO record_text (record_text, rowid, text) VALUES ('delete', ?1, ?2)";
        connection
            .prepare_cached(drop)?
            .execute(params![row, index])?;
    }
    Ok(())
}
