//! Searches among objects, newest first, and how what they find spreads. The database chooses between the index
//! of words, that of values and that of what the reader may see by how many each would give.

use futures_util::{TryStreamExt, pin_mut};
use kaname_kernel::{MatterId, Tlp};
use kaname_store::{FindObjects, FoundObjects, Versions, find::COUNTED};
use tokio_postgres::Row;

use super::object::{COLUMNS, OF_IDS, decode, versions};
use crate::{
    error::Outcome,
    form,
    open::Session,
    read::sql::{Argument, Conditions, any},
};

/// A match.
struct Match {
    added_us: i64,
    stix_type: String,
    collection: MatterId,
    tlp: Option<Tlp>,
}

pub(crate) async fn find(session: &Session, query: &FindObjects) -> Outcome<FoundObjects> {
    let limit = query.limit.clamp(1, 1_000) as usize;
    let mut found = FoundObjects::default();
    let counted = COUNTED as usize;
    let all = matches(session, query, None, counted + 1).await?;
    found.total = u32::try_from(all.len()).unwrap_or(COUNTED + 1);
    for one in all.iter().take(counted) {
        let (stix_type, collection) = (&one.stix_type, one.collection);
        found
            .spread
            .add(stix_type, collection, one.added_us, one.tlp);
    }
    let places: Vec<i64> = all.iter().take(counted).map(|one| one.added_us).collect();
    found.spread.groups = groups(session, query, &places).await?;
    let mut page = match query.before_us {
        None => places,
        Some(_) => {
            let page = matches(session, query, query.before_us, limit + 1).await?;
            page.iter().map(|one| one.added_us).collect()
        }
    };
    found.more = page.len() > limit;
    page.truncate(limit);
    let whole = format!(
        "SELECT {COLUMNS} FROM objects AS o WHERE o.added_us = ANY($1) AND o.audience = ANY($2)
         ORDER BY o.added_us DESC"
    );
    let readable = form::bitmap(&query.readable);
    let rows = session.query(&whole, &[&page, &readable]).await?;
    found.objects = rows.iter().map(decode).collect::<Outcome<_>>()?;
    Ok(found)
}

/// The newest matches before a moment, at most so many.
async fn matches(
    session: &Session,
    query: &FindObjects,
    before: Option<i64>,
    most: usize,
) -> Outcome<Vec<Match>> {
    let Some(conditions) = conditions(query, before) else {
        return Ok(Vec::new());
    };
    let (texts, end) = match query.asks_texts() {
        true => (", o.title, o.raw", String::new()),
        false => ("", format!(" LIMIT {most}")),
    };
    let sql = format!(
        "SELECT o.added_us, o.stix_type, o.collection, o.tlp{texts} FROM objects AS o{}
         ORDER BY o.added_us DESC{end}",
        conditions.text()
    );
    let rows = session.query_raw(&sql, conditions.arguments()).await?;
    pin_mut!(rows);
    let mut found = Vec::new();
    while let Some(row) = rows.try_next().await? {
        if query.asks_texts() && !query.texts_hold(row.try_get(4)?, row.try_get(5)?) {
            continue;
        }
        found.push(matched(&row)?);
        if found.len() >= most {
            break;
        }
    }
    Ok(found)
}

fn matched(row: &Row) -> Outcome<Match> {
    Ok(Match {
        added_us: row.try_get(0)?,
        stix_type: row.try_get(1)?,
        collection: form::id(row, 2)?,
        tlp: form::tlp(row.try_get(3)?),
    })
}

/// Everything but phrases; `None` when nothing can match.
fn conditions(query: &FindObjects, before: Option<i64>) -> Option<Conditions> {
    let mut all = Conditions::default();
    let readable = form::bitmap(&query.readable);
    all.and("o.audience = ANY(?)", vec![Box::new(readable.clone())]);
    and_form(query, &mut all);
    let until = query.until_us.into_iter().chain(before).min();
    if let Some(until) = until {
        all.and("o.added_us < ?", vec![Box::new(until)]);
    }
    if let Some(since) = query.since_us {
        all.and("o.added_us >= ?", vec![Box::new(since)]);
    }
    for group in &query.values {
        let spaces: Vec<String> = group.iter().map(|one| one.space.clone()).collect();
        let values: Vec<String> = group.iter().map(|one| one.value.clone()).collect();
        let carried = "o.added_us IN (SELECT v.object FROM object_values AS v
            JOIN unnest(?::text[], ?::text[]) AS s (space, value)
            ON v.space = s.space AND v.value = s.value)";
        all.and(carried, vec![Box::new(spaces), Box::new(values)]);
    }
    for group in query.all_words() {
        let (text, arguments) = any("o.words", &group)?;
        all.and(&text, arguments);
    }
    let unwanted: Vec<&str> = query.without.iter().map(String::as_str).collect();
    if let Some((text, arguments)) = any("o.words", &unwanted) {
        all.and(&format!("NOT {text}"), arguments);
    }
    let (last, arguments) = versions(&Versions::Last, &readable);
    all.and(&last, arguments);
    Some(all)
}

/// Types, places, originators, markings and ids.
fn and_form(query: &FindObjects, all: &mut Conditions) {
    if !query.types.is_empty() {
        all.and("o.stix_type = ANY(?)", vec![Box::new(query.types.clone())]);
    }
    if !query.not_types.is_empty() {
        let not = vec![Box::new(query.not_types.clone()) as Argument];
        all.and("o.stix_type <> ALL(?)", not);
    }
    if !query.collections.is_empty() {
        let collections = query.collections.iter();
        let collections: Vec<Vec<u8>> = collections.map(|one| one.bytes().to_vec()).collect();
        all.and("o.collection = ANY(?)", vec![Box::new(collections)]);
    }
    if !query.origins.is_empty() {
        let origins = form::origins(&query.origins);
        all.and("o.origin = ANY(?)", vec![Box::new(origins)]);
    }
    if !query.tlps.is_empty() {
        let tlps = query.tlps.iter();
        let ranks: Vec<i16> = tlps.map(|tlp| form::tlp_rank(Some(*tlp))).collect();
        all.and("o.tlp = ANY(?)", vec![Box::new(ranks)]);
    }
    if !query.ids.is_empty() {
        all.and(OF_IDS, vec![Box::new(query.ids.clone())]);
    }
}

/// In how many of the matches each group of texts is found.
async fn groups(session: &Session, query: &FindObjects, places: &[i64]) -> Outcome<Vec<u32>> {
    let mut all = Vec::new();
    for group in &query.groups {
        let texts: Vec<&str> = group.iter().map(String::as_str).collect();
        let Some((text, arguments)) = any("o.words", &texts) else {
            all.push(0);
            continue;
        };
        let mut found = Conditions::default();
        found.and("o.added_us = ANY(?)", vec![Box::new(places.to_vec())]);
        found.and(&text, arguments);
        let sql = format!("SELECT count(*) FROM objects AS o{}", found.text());
        let row = session.query_one(&sql, &found.arguments()).await?;
        all.push(u32::try_from(form::count(&row, 0)?).unwrap_or(u32::MAX));
    }
    Ok(all)
}
