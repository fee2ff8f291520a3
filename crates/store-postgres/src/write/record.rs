//! Projections: rows, search words, postings and the unique keys that lead to a matter.

use std::collections::{HashMap, HashSet};

use deadpool_postgres::Transaction;
use kaname_kernel::MatterId;
use kaname_store::{Record, StoreError};

use crate::{
    error::{Outcome, corrupt},
    form::{self, Keys},
};

/// A projection made ready: its keys and body as they stand in columns.
struct Ready<'a> {
    record: &'a Record,
    audience: i32,
    keys: String,
    body: String,
    text: String,
    words: String,
}

/// Refuses keys that lead to another matter, then writes. Of several projections of one matter the
/// last one counts.
pub(crate) async fn put_all(
    transaction: &Transaction<'_>,
    records: &[(&Record, i32)],
) -> Outcome<()> {
    let newest: HashMap<MatterId, &(&Record, i32)> = records
        .iter()
        .map(|numbered| (numbered.0.id, numbered))
        .collect();
    if newest.is_empty() {
        return Ok(());
    }
    let mut ready = Vec::with_capacity(newest.len());
    for (record, audience) in newest.into_values() {
        let keys = Keys {
            postings: record.postings.clone(),
            lookups: record.lookups.clone(),
        };
        ready.push(Ready {
            record,
            audience: *audience,
            keys: serde_json::to_string(&keys).map_err(|e| corrupt("record keys", e))?,
            body: record.body.to_string(),
            text: form::plain(&record.text).into_owned(),
            words: form::words(&record.text),
        });
    }
    // Rows are locked in one order everywhere, so that commits do not wait for each other in a ring.
    ready.sort_by_key(|ready| ready.record.id);
    let before = standing_keys(transaction, &ready).await?;
    let changed: Vec<&Ready<'_>> = ready
        .iter()
        .filter(|ready| {
            before
                .get(&ready.record.id)
                .is_none_or(|old| *old != ready.keys)
        })
        .collect();
    free_lookups(transaction, &changed, &before).await?;
    take_lookups(transaction, &changed).await?;
    let rows = upsert(transaction, &ready).await?;
    put_postings(transaction, &changed, &rows).await
}

async fn standing_keys(
    transaction: &Transaction<'_>,
    ready: &[Ready<'_>],
) -> Outcome<HashMap<MatterId, String>> {
    let ids: Vec<&[u8]> = ready
        .iter()
        .map(|ready| ready.record.id.bytes().as_slice())
        .collect();
    let find = "SELECT id, keys FROM records WHERE id = ANY($1) ORDER BY id FOR UPDATE";
    let find = transaction.prepare_cached(find).await?;
    let mut standing = HashMap::new();
    for row in transaction.query(&find, &[&ids]).await? {
        standing.insert(form::id(&row, 0)?, row.try_get(1)?);
    }
    Ok(standing)
}

async fn free_lookups(
    transaction: &Transaction<'_>,
    changed: &[&Ready<'_>],
    before: &HashMap<MatterId, String>,
) -> Outcome<()> {
    let (mut spaces, mut names, mut matters) = (Vec::new(), Vec::new(), Vec::new());
    for ready in changed {
        let Some(old) = before.get(&ready.record.id) else {
            continue;
        };
        let old: Keys = serde_json::from_str(old).map_err(|e| corrupt("record keys", e))?;
        for (space, key) in old.lookups {
            if !ready
                .record
                .lookups
                .iter()
                .any(|(s, k)| (s, k) == (&space, &key))
            {
                spaces.push(space);
                names.push(key);
                matters.push(ready.record.id.bytes().as_slice());
            }
        }
    }
    if !spaces.is_empty() {
        let free = "DELETE FROM lookups AS l
                    USING unnest($1::text[], $2::text[], $3::bytea[]) AS old (space, key, matter)
                    WHERE (l.space, l.key, l.matter) = (old.space, old.key, old.matter)";
        transaction
            .execute(free, &[&spaces, &names, &matters])
            .await?;
    }
    Ok(())
}

async fn take_lookups(transaction: &Transaction<'_>, changed: &[&Ready<'_>]) -> Outcome<()> {
    let mut claims: HashMap<(&str, &str), MatterId> = HashMap::new();
    let taken = |space: &str, key: &str| StoreError::Taken {
        space: space.to_owned(),
        key: key.to_owned(),
    };
    for ready in changed {
        for (space, key) in &ready.record.lookups {
            let matter = ready.record.id;
            if claims
                .insert((space, key), matter)
                .is_some_and(|other| other != matter)
            {
                return Err(taken(space, key).into());
            }
        }
    }
    if claims.is_empty() {
        return Ok(());
    }
    // Sorted, so that two commits that want the same keys wait for each other in one order.
    let mut sorted: Vec<_> = claims.iter().collect();
    sorted.sort_unstable();
    let spaces: Vec<&str> = sorted.iter().map(|((space, _), _)| *space).collect();
    let names: Vec<&str> = sorted.iter().map(|((_, key), _)| *key).collect();
    let matters: Vec<&[u8]> = sorted.iter().map(|(_, id)| id.bytes().as_slice()).collect();
    let put = "INSERT INTO lookups (space, key, matter)
               SELECT * FROM unnest($1::text[], $2::text[], $3::bytea[])
               ON CONFLICT ON CONSTRAINT lookups_key DO NOTHING";
    let put = transaction.prepare_cached(put).await?;
    let added = transaction
        .execute(&put, &[&spaces, &names, &matters])
        .await?;
    if added < claims.len() as u64 {
        let find = "SELECT l.space, l.key, l.matter FROM lookups AS l
                    JOIN unnest($1::text[], $2::text[]) AS new (space, key)
                    ON (l.space, l.key) = (new.space, new.key)";
        for row in transaction.query(find, &[&spaces, &names]).await? {
            let (space, key): (&str, &str) = (row.try_get(0)?, row.try_get(1)?);
            let owner: MatterId = form::id(&row, 2)?;
            if claims
                .get(&(space, key))
                .is_some_and(|matter| *matter != owner)
            {
                return Err(taken(space, key).into());
            }
        }
    }
    Ok(())
}

async fn upsert(
    transaction: &Transaction<'_>,
    ready: &[Ready<'_>],
) -> Outcome<HashMap<MatterId, i64>> {
    let put = "INSERT INTO records (id, kind, version, audience, state, owner, scope, sort_us,
                                    due_us, tlp, text, words, keys, body)
               SELECT id, kind, version, audience, state, owner, scope, sort_us, due_us, tlp, text,
                      string_to_array(words, ' '), keys, body
               FROM unnest($1::bytea[], $2::text[], $3::bigint[], $4::int[], $5::text[],
                           $6::bytea[], $7::bytea[], $8::bigint[], $9::bigint[], $10::smallint[],
                           $11::text[], $12::text[], $13::text[], $14::text[])
                   AS new (id, kind, version, audience, state, owner, scope, sort_us, due_us, tlp,
                           text, words, keys, body)
               ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, version = excluded.version,
                   audience = excluded.audience, state = excluded.state, owner = excluded.owner,
                   scope = excluded.scope, sort_us = excluded.sort_us, due_us = excluded.due_us,
                   tlp = excluded.tlp, text = excluded.text, words = excluded.words,
                   keys = excluded.keys, body = excluded.body
               RETURNING id, row";
    let all = ready.iter().map(|ready| ready.record);
    let ids: Vec<&[u8]> = all.clone().map(|r| r.id.bytes().as_slice()).collect();
    let kinds: Vec<&str> = all.clone().map(|r| r.kind.as_str()).collect();
    let versions: Vec<i64> = all.clone().map(|r| i64::from(r.version)).collect();
    let audiences: Vec<i32> = ready.iter().map(|ready| ready.audience).collect();
    let states: Vec<&str> = all.clone().map(|r| r.state.as_str()).collect();
    let owner = |r: &'_ Record| r.owner.map(|id| id.bytes().to_vec());
    let owners: Vec<Option<Vec<u8>>> = all.clone().map(owner).collect();
    let scope = |r: &'_ Record| r.scope.map(|id| id.bytes().to_vec());
    let scopes: Vec<Option<Vec<u8>>> = all.clone().map(scope).collect();
    let sorts: Vec<i64> = all.clone().map(|r| r.sort_at.as_microsecond()).collect();
    let dues: Vec<i64> = all.clone().map(|r| form::due_us(r.due_at)).collect();
    let tlps: Vec<i16> = all.map(|r| form::tlp_rank(r.tlp)).collect();
    let texts: Vec<&str> = ready.iter().map(|ready| ready.text.as_str()).collect();
    let words: Vec<&str> = ready.iter().map(|ready| ready.words.as_str()).collect();
    let keys: Vec<&str> = ready.iter().map(|ready| ready.keys.as_str()).collect();
    let bodies: Vec<&str> = ready.iter().map(|ready| ready.body.as_str()).collect();
    let put = transaction.prepare_cached(put).await?;
    let written = transaction
        .query(
            &put,
            &[
                &ids, &kinds, &versions, &audiences, &states, &owners, &scopes, &sorts, &dues,
                &tlps, &texts, &words, &keys, &bodies,
            ],
        )
        .await?;
    let mut rows = HashMap::new();
    for row in written {
        rows.insert(form::id(&row, 0)?, row.try_get(1)?);
    }
    Ok(rows)
}

async fn put_postings(
    transaction: &Transaction<'_>,
    changed: &[&Ready<'_>],
    rows: &HashMap<MatterId, i64>,
) -> Outcome<()> {
    let row_of = |ready: &&Ready<'_>| rows.get(&ready.record.id).copied();
    let all: Vec<i64> = changed.iter().filter_map(row_of).collect();
    if all.is_empty() {
        return Ok(());
    }
    let drop = transaction
        .prepare_cached("DELETE FROM postings WHERE record = ANY($1)")
        .await?;
    transaction.execute(&drop, &[&all]).await?;
    let (mut spaces, mut values, mut records) = (Vec::new(), Vec::new(), Vec::new());
    for ready in changed {
        let Some(row) = row_of(ready) else { continue };
        for posting in ready.record.postings.iter().collect::<HashSet<_>>() {
            spaces.push(posting.space.as_str());
            values.push(posting.value.as_str());
            records.push(row);
        }
    }
    if !spaces.is_empty() {
        let put = "INSERT INTO postings (space, value, record)
                   SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[])";
        let put = transaction.prepare_cached(put).await?;
        transaction
            .execute(&put, &[&spaces, &values, &records])
            .await?;
    }
    Ok(())
}
