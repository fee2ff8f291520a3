//! Ranges of threat objects in order of `date_added`. Who sees much of what there is meets a page soon in that
//! order; who does not is given it merged out of the runs of what may be seen ([`super::runs`]). Where ids,
//! words or a value say where to look, or the runs are too many, the database finds its own way.

use std::collections::HashSet;

use futures_util::{TryStreamExt, pin_mut};
use kaname_store::{Bounds, ObjectBytes, ObjectFilter, ObjectPage, Sight, StoredObject, Versions};
use roaring::RoaringBitmap;
use tokio_postgres::Row;

use crate::{
    error::Outcome,
    form,
    open::Session,
    read::{
        runs,
        sql::{Argument, Conditions, words},
    },
};

/// How far a page is looked for in order at first, in pages.
const WALKED: usize = 16;

/// Counts are exact up to here.
const COUNTED: u32 = 10_000;

/// In a collection what came with a moment from elsewhere stands first and in order of those moments:
/// whatever is after the last that is not later, and was not added here by then, has a later `date_added`.
const ADDED_AFTER: &str = "SELECT greatest($2::bigint, (
    SELECT d.added_us FROM objects AS d
    WHERE d.collection = $1 AND d.dated_us <= $2
    ORDER BY d.dated_us DESC, d.added_us DESC LIMIT 1))";

/// Most bytes of one page of raw objects; a page ends early rather than grow beyond.
const PAGE_BYTES: usize = 64 * 1024 * 1024;

pub(crate) const COLUMNS: &str = "o.key, o.collection, o.stix_id, o.stix_type, o.version_us, o.spec, \
    o.added_us, o.audience, o.title, o.source, o.raw, o.dated_us, o.origin, o.tlp";

pub(crate) async fn page(session: &Session, filter: &ObjectFilter) -> Outcome<ObjectPage> {
    let Some(range) = range(session, filter).await? else {
        return Ok(ObjectPage {
            total: filter.count.then_some(0),
            ..ObjectPage::default()
        });
    };
    let sql = ranged(filter, COLUMNS, &range);
    let rows = session.query_raw(&sql, range.arguments()).await?;
    pin_mut!(rows);
    let mut page = ObjectPage::default();
    let mut bytes = 0;
    while let Some(row) = rows.try_next().await? {
        if page.objects.len() >= limit(filter) || bytes > PAGE_BYTES {
            page.more = true;
            break;
        }
        let object = decode(&row)?;
        bytes += object.raw.len();
        page.objects.push(object);
    }
    if filter.count {
        page.total = Some(count(session, filter).await?);
    }
    Ok(page)
}

pub(crate) async fn bytes(session: &Session, filter: &ObjectFilter) -> Outcome<ObjectBytes> {
    let Some(range) = range(session, filter).await? else {
        return Ok(ObjectBytes::default());
    };
    let sql = ranged(filter, "o.added_us, o.raw, o.dated_us", &range);
    let rows = session.query_raw(&sql, range.arguments()).await?;
    pin_mut!(rows);
    let mut page = ObjectBytes::default();
    while let Some(row) = rows.try_next().await? {
        if page.count as usize >= limit(filter) || page.joined.len() > PAGE_BYTES {
            page.more = true;
            break;
        }
        let added: i64 = row.try_get(0)?;
        if page.count > 0 {
            page.joined.push(',');
        }
        page.joined.push_str(row.try_get(1)?);
        page.count += 1;
        let date_added = row.try_get::<_, Option<i64>>(2)?.unwrap_or(added);
        page.added = Some((
            page.added.map_or(date_added, |(first, _)| first),
            date_added,
        ));
        page.last_us = Some(added);
    }
    Ok(page)
}

pub(crate) async fn referring(
    session: &Session,
    stix_id: &str,
    readable: &RoaringBitmap,
    limit: u32,
) -> Outcome<Vec<String>> {
    let limit = limit.min(10_000) as usize;
    let (hub, most) = (form::origin_bytes(None), limit as i64);
    let readable = form::bitmap(readable);
    let mut ids: Vec<String> = Vec::new();
    for whose in ["=", "<>"] {
        let find = format!(
            "SELECT DISTINCT o.stix_id
             FROM object_refs AS r JOIN objects AS o ON o.added_us = r.object
             WHERE r.target = $1 AND o.audience = ANY($2) AND o.origin {whose} $4 LIMIT $3"
        );
        let rows = session
            .query(&find, &[&stix_id, &readable, &most, &hub])
            .await?;
        let met: HashSet<String> = ids.iter().cloned().collect();
        for row in &rows {
            let id: String = row.try_get(0)?;
            if ids.len() < limit && !met.contains(&id) {
                ids.push(id);
            }
        }
    }
    Ok(ids)
}

pub(crate) async fn sights(session: &Session, stix_ids: &[String]) -> Outcome<Vec<Sight>> {
    let find = "SELECT stix_id, origin, collection, audience, min(added_us) FROM objects
                WHERE stix_id = ANY($1)
                GROUP BY stix_id, origin, collection, audience
                ORDER BY stix_id, origin, collection, audience";
    let rows = session.query(find, &[&stix_ids]).await?;
    let sight = |row: &Row| {
        Ok(Sight {
            stix_id: row.try_get(0)?,
            origin: form::origin(row, 1)?,
            collection: form::id(row, 2)?,
            audience_id: form::audience(row, 3)?,
            first_us: row.try_get(4)?,
        })
    };
    rows.iter().map(sight).collect()
}

fn limit(filter: &ObjectFilter) -> usize {
    filter.limit.clamp(1, 10_000) as usize
}

pub(crate) fn decode(row: &Row) -> Outcome<StoredObject> {
    Ok(StoredObject {
        key: form::id(row, 0)?,
        collection: form::id(row, 1)?,
        stix_id: row.try_get(2)?,
        stix_type: row.try_get(3)?,
        version_us: row.try_get(4)?,
        spec: row.try_get(5)?,
        added_us: row.try_get(6)?,
        audience_id: form::audience(row, 7)?,
        title: row.try_get(8)?,
        source: form::id(row, 9)?,
        raw: row.try_get::<_, String>(10)?.into_boxed_str(),
        dated_us: row.try_get(11)?,
        origin: form::origin(row, 12)?,
        tlp: form::tlp(row.try_get(13)?),
    })
}

fn ranged(filter: &ObjectFilter, columns: &str, conditions: &Conditions) -> String {
    let direction = if filter.newest_first { "DESC" } else { "ASC" };
    format!(
        "SELECT {columns} FROM objects AS o{} ORDER BY o.added_us {direction} LIMIT {}",
        conditions.text(),
        limit(filter) + 1
    )
}

/// What an ordered page is read by; `None` when nothing can match.
async fn range(session: &Session, filter: &ObjectFilter) -> Outcome<Option<Conditions>> {
    let bounds = bounds(session, filter, true).await?;
    let narrow = filter.search.is_some() || filter.value.is_some() || !filter.ids.is_empty();
    if narrow {
        return Ok(conditions(filter, bounds));
    }
    let found = match walked(session, filter, bounds).await? {
        Some(found) => found,
        None => {
            let Some(runs) = runs::of(session, filter).await? else {
                return Ok(conditions(filter, bounds));
            };
            let mut form = Conditions::default();
            and_form(filter, &mut form);
            let order = (filter.newest_first, limit(filter) + 1);
            runs::merged(session, &runs, bounds, &form, order).await?
        }
    };
    let mut all = Conditions::default();
    all.and("o.added_us = ANY(?)", vec![Box::new(found)]);
    // It may have been given another audience meanwhile.
    and_sight(filter, &mut all);
    Ok(Some(all))
}

/// A page as it is met in order; `None` when that is not soon.
async fn walked(
    session: &Session,
    filter: &ObjectFilter,
    bounds: Bounds,
) -> Outcome<Option<Vec<i64>>> {
    let most = limit(filter) + 1;
    let window = most * WALKED;
    let direction = if filter.newest_first { "DESC" } else { "ASC" };
    let mut within = Conditions::default();
    if let Some(collection) = filter.collection {
        let collection = collection.bytes().to_vec();
        within.and("o.collection = ?", vec![Box::new(collection)]);
    }
    within.and(
        "o.added_us > ? AND o.added_us < ?",
        vec![Box::new(bounds.low), Box::new(bounds.high)],
    );
    let from = format!(
        "(SELECT o.* FROM objects AS o{} ORDER BY o.added_us {direction} LIMIT {window}) AS o",
        within.text()
    );
    let mut chosen = Conditions::after(&within);
    and_sight(filter, &mut chosen);
    and_form(filter, &mut chosen);
    let sql = format!(
        "SELECT o.added_us FROM {from}{} ORDER BY o.added_us {direction} LIMIT {most}",
        chosen.text()
    );
    let mut arguments = within.arguments();
    arguments.extend(chosen.arguments());
    let rows = session.query(&sql, &arguments).await?;
    let found: Result<Vec<i64>, _> = rows.iter().map(|row| row.try_get(0)).collect();
    let found = found?;
    Ok((found.len() == most).then_some(found))
}

async fn count(session: &Session, filter: &ObjectFilter) -> Outcome<u32> {
    let bounds = bounds(session, filter, false).await?;
    let Some(conditions) = conditions(filter, bounds) else {
        return Ok(0);
    };
    let sql = format!(
        "SELECT count(*) FROM (SELECT 1 FROM objects AS o{} LIMIT {}) AS found",
        conditions.text(),
        COUNTED + 1
    );
    let row = session.query_one(&sql, &conditions.arguments()).await?;
    Ok(form::count(&row, 0)? as u32)
}

/// Between which moments a filter looks, with or without its cursor.
async fn bounds(session: &Session, filter: &ObjectFilter, cursor: bool) -> Outcome<Bounds> {
    let mut bounds = Bounds::ALL;
    match (filter.added_after_us, filter.collection) {
        (Some(after), Some(own)) => {
            let own = own.bytes().to_vec();
            let found = session.query_one(ADDED_AFTER, &[&own, &after]).await?;
            bounds.low = found.try_get(0)?;
        }
        (Some(after), None) => bounds.low = after,
        (None, _) => {}
    }
    match filter.after_us.filter(|_| cursor) {
        Some(after) if filter.newest_first => bounds.high = after,
        Some(after) => bounds.low = bounds.low.max(after),
        None => {}
    }
    Ok(bounds)
}

/// Rows of some ids, each looked up by its index, whatever the server believes of a table it never analysed or that
/// grew since.
pub(super) const OF_IDS: &str = "o.added_us = ANY(ARRAY(
    SELECT n.added_us FROM unnest(?::text[]) AS wanted (id),
    LATERAL (SELECT m.added_us FROM objects AS m WHERE m.stix_id = wanted.id OFFSET 0) AS n))";

/// All filters; `None` when nothing can match.
fn conditions(filter: &ObjectFilter, bounds: Bounds) -> Option<Conditions> {
    let mut all = Conditions::default();
    if let Some(collection) = filter.collection {
        all.and(
            "o.collection = ?",
            vec![Box::new(collection.bytes().to_vec())],
        );
    }
    and_sight(filter, &mut all);
    if bounds.low > i64::MIN {
        all.and("o.added_us > ?", vec![Box::new(bounds.low)]);
    }
    if bounds.high < i64::MAX {
        all.and("o.added_us < ?", vec![Box::new(bounds.high)]);
    }
    if !filter.ids.is_empty() {
        all.and(OF_IDS, vec![Box::new(filter.ids.clone())]);
    }
    and_form(filter, &mut all);
    if let Some(search) = &filter.search {
        all.and("o.words @> ?", vec![Box::new(words(&search.0)?)]);
    }
    if let Some(value) = &filter.value {
        let found = "o.added_us IN (SELECT v.object FROM object_values AS v
                                    WHERE v.space = ? AND v.value = ?)";
        all.and(
            found,
            vec![Box::new(value.space.clone()), Box::new(value.value.clone())],
        );
    }
    Some(all)
}

/// What the reader may see, of the types asked for.
fn and_sight(filter: &ObjectFilter, all: &mut Conditions) {
    let readable = form::bitmap(&filter.readable);
    all.and("o.audience = ANY(?)", vec![Box::new(readable)]);
    if !filter.types.is_empty() {
        all.and("o.stix_type = ANY(?)", vec![Box::new(filter.types.clone())]);
    }
}

/// Whose, which versions, in which versions of the standard.
fn and_form(filter: &ObjectFilter, all: &mut Conditions) {
    if !filter.origins.is_empty() {
        let origins = form::origins(&filter.origins);
        all.and("o.origin = ANY(?)", vec![Box::new(origins)]);
    }
    if !filter.specs.is_empty() {
        all.and("o.spec = ANY(?)", vec![Box::new(filter.specs.clone())]);
    }
    let (chosen, arguments) = versions(&filter.versions, &form::bitmap(&filter.readable));
    all.and(&chosen, arguments);
}

/// A condition on the version, with its arguments. A version the reader may not see hides no other:
/// the newest visible one is the last.
pub(super) fn versions(which: &Versions, readable: &[i32]) -> (String, Vec<Argument>) {
    let beside = |mark: &str, order: &str| {
        let text = format!(
            "(o.{mark} OR NOT EXISTS (SELECT FROM objects AS n
                WHERE n.stix_id = o.stix_id AND n.collection = o.collection
                AND n.origin = o.origin AND n.version_us {order} o.version_us AND n.audience = ANY(?)))"
        );
        let readable: Argument = Box::new(readable.to_vec());
        (text, vec![readable])
    };
    match which {
        Versions::All => ("true".to_owned(), Vec::new()),
        Versions::Last => beside("last", ">"),
        Versions::First => beside("first", "<"),
        Versions::At(versions) => (
            "o.version_us = ANY(?)".to_owned(),
            vec![Box::new(versions.clone())],
        ),
        Versions::AnyOf(several) => {
            let mut texts = vec!["false".to_owned()];
            let mut arguments = Vec::new();
            for one in several {
                let (text, more) = versions(one, readable);
                texts.push(text);
                arguments.extend(more);
            }
            (format!("({})", texts.join(" OR ")), arguments)
        }
    }
}
