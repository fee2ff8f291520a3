//! Threat objects: bytes and header, values and references, and the moment they were added.

use std::time::Duration;

use deadpool_postgres::Transaction;
use kaname_kernel::Clock;
use kaname_store::{NewObject, PlacedObject, Removed, StoreError};
use tokio_postgres::types::ToSql;

use crate::{
    error::Outcome,
    form,
    open::Context,
    write::tally::{self, Rows},
};

/// Objects written by one statement.
const CHUNK: usize = 1_000;

/// Longest wait, in all, for the clock to pass the last `date_added` given.
const LONGEST_WAIT: Duration = Duration::from_millis(500);

/// Adds objects in order. A version the collection already has of the same originator is left as it is, or refused when all
/// must be new.
pub(crate) async fn add_all(
    transaction: &Transaction<'_>,
    context: &Context,
    (objects, only_new): (&[NewObject], bool),
    audiences: &[i32],
) -> Outcome<()> {
    if objects.is_empty() {
        return Ok(());
    }
    // Everything below is looked up by its key; a table that is not analysed yet, or was while it was small, would be
    // read whole for it.
    transaction
        .batch_execute("SET LOCAL enable_seqscan = off")
        .await?;
    // The row stays locked until the commit: whoever adds next comes later in every way.
    let head = "SELECT last_added_us FROM object_head FOR UPDATE";
    let mut last: i64 = transaction.query_one(head, &[]).await?.try_get(0)?;
    for (objects, audiences) in objects.chunks(CHUNK).zip(audiences.chunks(CHUNK)) {
        let mut random = vec![0u8; objects.len()];
        context.rng.fill(&mut random);
        let mut added = Vec::with_capacity(objects.len());
        for byte in random {
            // Random gaps of 1 to 31 µs, so that they do not count what a reader may not see.
            let now = context.clock.now().as_microsecond();
            last = now.max(last + 1 + i64::from(byte) % 31);
            added.push(last);
        }
        let ids: Vec<&str> = objects.iter().map(|one| one.stix_id.as_str()).collect();
        let alone = tally::alone(transaction, &ids).await?;
        let written = insert(transaction, objects, audiences, &added).await?;
        if only_new && written.len() < objects.len() {
            let (matter, expected) = (objects[0].source, 0);
            return Err(StoreError::Conflict { matter, expected }.into());
        }
        mark_versions(transaction, objects).await?;
        let new = objects.iter().zip(&added);
        let new: Vec<_> = new.filter(|(_, added)| written.contains(*added)).collect();
        insert_links(transaction, &new).await?;
        tally::came(transaction, &ids, &written, &alone).await?;
    }
    let put = "UPDATE object_head SET last_added_us = $1";
    transaction.execute(put, &[&last]).await?;
    wait_until(&*context.clock, last).await;
    Ok(())
}

async fn insert(
    transaction: &Transaction<'_>,
    objects: &[NewObject],
    audiences: &[i32],
    added: &[i64],
) -> Outcome<Rows> {
    let put = "INSERT INTO objects (added_us, collection, audience, version_us, expires_us, key,
                                    source, stix_id, stix_type, spec, title, words, raw, dated_us,
                                    origin, tlp)
               SELECT added_us, collection, audience, version_us, expires_us, key, source, stix_id,
                      stix_type, spec, title, string_to_array(words, ' '), raw, dated_us, origin, tlp
               FROM unnest($1::bigint[], $2::bytea[], $3::int[], $4::bigint[], $5::bigint[],
                           $6::bytea[], $7::bytea[], $8::text[], $9::text[], $10::text[],
                           $11::text[], $12::text[], $13::text[], $14::bigint[], $15::bytea[],
                           $16::smallint[])
                   AS new (added_us, collection, audience, version_us, expires_us, key, source,
                           stix_id, stix_type, spec, title, words, raw, dated_us, origin, tlp)
               ORDER BY added_us
               ON CONFLICT ON CONSTRAINT objects_id DO NOTHING RETURNING added_us";
    let all: Vec<&NewObject> = objects.iter().collect();
    let columns = Columns::of(&all);
    let raws: Vec<&str> = objects.iter().map(|o| &*o.raw).collect();
    let dated: Vec<Option<i64>> = objects.iter().map(|o| o.dated_us).collect();
    let put = transaction.prepare_cached(put).await?;
    let arguments: [&(dyn ToSql + Sync); 16] = [
        &added,
        &columns.collections,
        &audiences,
        &columns.versions,
        &columns.expires,
        &columns.keys,
        &columns.sources,
        &columns.ids,
        &columns.types,
        &columns.specs,
        &columns.titles,
        &columns.words,
        &raws,
        &dated,
        &columns.origins,
        &columns.tlps,
    ];
    let written = transaction.query(&put, &arguments).await?;
    written.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

/// Sets right which versions are the first and the last of their object.
async fn mark_versions(transaction: &Transaction<'_>, objects: &[NewObject]) -> Outcome<()> {
    let ids: Vec<&str> = objects
        .iter()
        .map(|object| object.stix_id.as_str())
        .collect();
    let collections: Vec<&[u8]> = objects
        .iter()
        .map(|object| object.collection.bytes().as_slice())
        .collect();
    let origins = objects.iter().map(|one| form::origin_bytes(one.origin));
    mark_left(
        transaction,
        &ids,
        &collections,
        &origins.collect::<Vec<_>>(),
    )
    .await
}

async fn mark_left(
    transaction: &Transaction<'_>,
    ids: &[&str],
    collections: &[&[u8]],
    origins: &[Vec<u8>],
) -> Outcome<()> {
    let mark = "WITH touched AS (
                    SELECT DISTINCT * FROM unnest($1::text[], $2::bytea[], $3::bytea[])
                        AS t (stix_id, collection, origin)
                ), ends AS (
                    SELECT stix_id, collection, origin,
                           min(version_us) AS first, max(version_us) AS last
                    FROM objects JOIN touched USING (stix_id, collection, origin)
                    GROUP BY stix_id, collection, origin
                )
                UPDATE objects AS o
                SET first = (o.version_us = ends.first), last = (o.version_us = ends.last)
                FROM ends
                WHERE (o.stix_id, o.collection, o.origin)
                    = (ends.stix_id, ends.collection, ends.origin)
                AND (o.first, o.last)
                    IS DISTINCT FROM (o.version_us = ends.first, o.version_us = ends.last)";
    let mark = transaction.prepare_cached(mark).await?;
    transaction
        .execute(&mark, &[&ids, &collections, &origins])
        .await?;
    Ok(())
}

/// Sets right which versions are the first and the last of their object, among all.
pub(crate) async fn mark_all(transaction: &Transaction<'_>) -> Outcome<()> {
    let mark = "UPDATE objects AS o
                SET first = (o.version_us = ends.first), last = (o.version_us = ends.last)
                FROM (SELECT stix_id, collection, origin,
                             min(version_us) AS first, max(version_us) AS last
                      FROM objects GROUP BY stix_id, collection, origin) AS ends
                WHERE (o.stix_id, o.collection, o.origin)
                    = (ends.stix_id, ends.collection, ends.origin)
                AND (o.first, o.last)
                    IS DISTINCT FROM (o.version_us = ends.first, o.version_us = ends.last)";
    transaction.execute(mark, &[]).await?;
    Ok(())
}

/// Writes anew what is kept beside the bytes of objects, whose links were forgotten before. First and
/// last versions are marked at the end.
pub(crate) async fn put_anew(
    transaction: &Transaction<'_>,
    placed: &[PlacedObject],
    audiences: &[i32],
) -> Outcome<()> {
    let put = "UPDATE objects AS o
               SET (collection, audience, version_us, expires_us, key, source, stix_id, stix_type,
                    spec, title, words, origin, tlp)
                 = (n.collection, n.audience, n.version_us, n.expires_us, n.key, n.source, n.stix_id,
                    n.stix_type, n.spec, n.title, string_to_array(n.words, ' '), n.origin, n.tlp)
               FROM unnest($1::bigint[], $2::bytea[], $3::int[], $4::bigint[], $5::bigint[],
                           $6::bytea[], $7::bytea[], $8::text[], $9::text[], $10::text[],
                           $11::text[], $12::text[], $13::bytea[], $14::smallint[])
                   AS n (added_us, collection, audience, version_us, expires_us, key, source,
                         stix_id, stix_type, spec, title, words, origin, tlp)
               WHERE o.added_us = n.added_us
               AND (o.collection, o.audience, o.version_us, o.expires_us, o.key, o.source, o.stix_id,
                    o.stix_type, o.spec, o.title, o.words, o.origin, o.tlp)
                   IS DISTINCT FROM
                   (n.collection, n.audience, n.version_us, n.expires_us, n.key, n.source, n.stix_id,
                    n.stix_type, n.spec, n.title, string_to_array(n.words, ' '), n.origin, n.tlp)";
    let added: Vec<i64> = placed.iter().map(|one| one.added_us).collect();
    let objects: Vec<&NewObject> = placed.iter().map(|one| &one.object).collect();
    let columns = Columns::of(&objects);
    let put = transaction.prepare_cached(put).await?;
    let arguments: [&(dyn ToSql + Sync); 14] = [
        &added,
        &columns.collections,
        &audiences,
        &columns.versions,
        &columns.expires,
        &columns.keys,
        &columns.sources,
        &columns.ids,
        &columns.types,
        &columns.specs,
        &columns.titles,
        &columns.words,
        &columns.origins,
        &columns.tlps,
    ];
    transaction.execute(&put, &arguments).await?;
    let links: Vec<_> = objects.into_iter().zip(&added).collect();
    insert_links(transaction, &links).await
}

/// Objects column by column, as statements take them.
struct Columns<'o> {
    collections: Vec<&'o [u8]>,
    versions: Vec<i64>,
    expires: Vec<Option<i64>>,
    keys: Vec<&'o [u8]>,
    sources: Vec<&'o [u8]>,
    ids: Vec<&'o str>,
    types: Vec<&'o str>,
    specs: Vec<&'o str>,
    titles: Vec<String>,
    words: Vec<String>,
    origins: Vec<Vec<u8>>,
    tlps: Vec<i16>,
}

impl<'o> Columns<'o> {
    fn of(objects: &[&'o NewObject]) -> Self {
        let all = || objects.iter().copied();
        Self {
            collections: all().map(|o| o.collection.bytes().as_slice()).collect(),
            versions: all().map(|o| o.version_us).collect(),
            expires: all().map(|o| o.expires_us).collect(),
            keys: all().map(|o| o.key.bytes().as_slice()).collect(),
            sources: all().map(|o| o.source.bytes().as_slice()).collect(),
            ids: all().map(|o| o.stix_id.as_str()).collect(),
            types: all().map(|o| o.stix_type.as_str()).collect(),
            specs: all().map(|o| o.spec.as_str()).collect(),
            titles: all().map(|o| form::plain(&o.title).into_owned()).collect(),
            words: all().map(|o| form::words(&o.text)).collect(),
            origins: all().map(|o| form::origin_bytes(o.origin)).collect(),
            tlps: all().map(|o| form::tlp_rank(o.tlp)).collect(),
        }
    }
}

async fn insert_links(transaction: &Transaction<'_>, new: &[(&NewObject, &i64)]) -> Outcome<()> {
    let (mut spaces, mut values, mut carriers) = (Vec::new(), Vec::new(), Vec::new());
    let (mut targets, mut referrers) = (Vec::new(), Vec::new());
    for (object, added_us) in new {
        for value in &object.postings {
            spaces.push(value.space.as_str());
            values.push(value.value.as_str());
            carriers.push(**added_us);
        }
        for target in &object.refs {
            targets.push(target.as_str());
            referrers.push(**added_us);
        }
    }
    if !spaces.is_empty() {
        let put = "INSERT INTO object_values (space, value, object)
                   SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[])
                   ON CONFLICT DO NOTHING";
        let put = transaction.prepare_cached(put).await?;
        transaction
            .execute(&put, &[&spaces, &values, &carriers])
            .await?;
    }
    if !targets.is_empty() {
        let put = "INSERT INTO object_refs (target, object)
                   SELECT * FROM unnest($1::text[], $2::bigint[]) ON CONFLICT DO NOTHING";
        let put = transaction.prepare_cached(put).await?;
        transaction.execute(&put, &[&targets, &referrers]).await?;
    }
    Ok(())
}

/// Takes these objects, or one version of each, out of their collections; hashes stay.
pub(crate) async fn withdraw_all(
    transaction: &Transaction<'_>,
    removed: &[Removed],
) -> Outcome<()> {
    if removed.is_empty() {
        return Ok(());
    }
    let collections = removed.iter().map(|one| one.collection.bytes().as_slice());
    let collections: Vec<&[u8]> = collections.collect();
    let ids: Vec<&str> = removed.iter().map(|one| one.stix_id.as_str()).collect();
    let versions: Vec<Option<i64>> = removed.iter().map(|one| one.version_us).collect();
    let origins = removed.iter().map(|one| form::origin_bytes(one.origin));
    let origins: Vec<Vec<u8>> = origins.collect();
    let sources = removed.iter().map(|one| one.source.as_ref());
    let sources: Vec<Option<&[u8]>> = sources
        .map(|source| source.map(|source| source.bytes().as_slice()))
        .collect();
    // Values are counted by one change at a time.
    let head = "SELECT FROM object_head FOR UPDATE";
    transaction.execute(head, &[]).await?;
    let find = "SELECT o.added_us FROM objects AS o
                JOIN unnest($1::bytea[], $2::text[], $3::bigint[], $4::bytea[], $5::bytea[])
                    AS named (collection, stix_id, version_us, origin, source)
                ON (o.stix_id, o.collection, o.origin)
                    = (named.stix_id, named.collection, named.origin)
                WHERE o.version_us = coalesce(named.version_us, o.version_us)
                AND o.source = coalesce(named.source, o.source)";
    let gone = transaction
        .query(find, &[&collections, &ids, &versions, &origins, &sources])
        .await?;
    let gone: Rows = gone
        .iter()
        .map(|row| Ok(row.try_get(0)?))
        .collect::<Outcome<_>>()?;
    let alone = tally::alone(transaction, &ids).await?;
    tally::goes(transaction, &gone, &alone).await?;
    let all: Vec<i64> = gone.into_iter().collect();
    for step in [
        "INSERT INTO withdrawn
         SELECT added_us, collection, stix_id, version_us, source,
                sha256(convert_to(raw, 'UTF8')), origin
         FROM objects WHERE added_us = ANY($1)",
        "DELETE FROM objects WHERE added_us = ANY($1)",
        "DELETE FROM object_values WHERE object = ANY($1)",
        "DELETE FROM object_refs WHERE object = ANY($1)",
    ] {
        transaction.execute(step, &[&all]).await?;
    }
    tally::went(transaction, &ids, &alone).await?;
    mark_left(transaction, &ids, &collections, &origins).await
}

/// A `date_added` is never in the future: waits until the clock has passed it. A clock that stands
/// still (or was set back far) is not waited for; order and uniqueness hold all the same.
async fn wait_until(clock: &dyn Clock, last_us: i64) {
    let mut waited = Duration::ZERO;
    while waited < LONGEST_WAIT {
        let now_us = clock.now().as_microsecond();
        let ahead = u64::try_from(last_us - now_us).unwrap_or(0);
        if ahead == 0 {
            return;
        }
        let pause = Duration::from_micros(ahead).min(LONGEST_WAIT - waited);
        tokio::time::sleep(pause).await;
        waited += pause;
        if clock.now().as_microsecond() == now_us {
            return;
        }
    }
}
