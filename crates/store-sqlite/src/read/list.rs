//! Lists of projections. The count comes first and is bounded; it also says which index to walk:
//! few matches are gathered by audience and sorted, many are met soon when walking in order.

use std::collections::BTreeMap;

use kaname_kernel::AudienceId;
use kaname_store::{Cursor, ListQuery, Page, Sort};
use rusqlite::params_from_iter;

use crate::{
    error::Outcome,
    form,
    read::{
        Reading, record,
        sql::{Conditions, any, words},
    },
};

/// Counts are exact up to here.
const COUNTED: u32 = 10_000;

/// Audiences that are counted one after another; going to more would take longer than sorting.
const FEW: u64 = 5_000;

/// Index to count with, when the filters leave the choice to us.
const BY_AUDIENCE: &str = " INDEXED BY records_visible";

pub(crate) fn list(reading: &Reading<'_>, query: &ListQuery) -> Outcome<Page> {
    let Some(conditions) = conditions(query) else {
        return Ok(Page::default());
    };
    let total = count(reading, query, &conditions)?;
    if total == 0 {
        return Ok(Page::default());
    }
    let limit = query.limit.clamp(1, 1_000);
    let mut rows = rows(reading, query, total, limit)?;
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next = rows.last().filter(|_| more).map(|last| Cursor {
        at_us: match query.sort {
            Sort::Newest => last.record.sort_at.as_microsecond(),
            Sort::Due => form::due_us(last.record.due_at),
        },
        id: last.record.id,
    });
    Ok(Page { rows, next, total })
}

pub(crate) fn states(reading: &Reading<'_>, query: &ListQuery) -> Outcome<Vec<(String, u64)>> {
    let mut states = BTreeMap::new();
    if narrow(query) || query.readable.len() > FEW {
        let index = if narrow(query) { "" } else { BY_AUDIENCE };
        if let Some(conditions) = conditions(query) {
            add_states(reading, index, &conditions, &mut states)?;
        }
    } else {
        // Within one audience the index has the states in order: nothing needs sorting.
        for audience in query.readable.iter() {
            if let Some(conditions) = conditions_of(query, Some(audience)) {
                add_states(reading, BY_AUDIENCE, &conditions, &mut states)?;
            }
        }
    }
    Ok(states.into_iter().collect())
}

fn add_states(
    reading: &Reading<'_>,
    index: &str,
    conditions: &Conditions,
    states: &mut BTreeMap<String, u64>,
) -> Outcome<()> {
    let sql = format!(
        "SELECT state, count(*) FROM records{index}{} GROUP BY state",
        conditions.text()
    );
    let mut counts = reading.connection.prepare_cached(&sql)?;
    let mut rows = counts.query(conditions.arguments())?;
    while let Some(row) = rows.next()? {
        *states.entry(row.get(0)?).or_default() += form::count(row, 1)?;
    }
    Ok(())
}

/// Whether a filter has an index of its own that leaves few rows.
fn narrow(query: &ListQuery) -> bool {
    !query.owners.is_empty()
        || query.owner.is_some()
        || query.scope.is_some()
        || query.search.is_some()
        || !query.words.is_empty()
        || query.among.is_some()
}

/// Everything but the cursor; `None` when nothing can match.
fn conditions(query: &ListQuery) -> Option<Conditions> {
    conditions_of(query, None)
}

/// The same for what has one audience.
fn conditions_of(query: &ListQuery, audience: Option<AudienceId>) -> Option<Conditions> {
    let mut all = Conditions::default();
    all.and("kind = ?", vec![Box::new(query.kind.clone())]);
    if let Some(audience) = audience {
        all.and("audience = ?", vec![Box::new(audience)]);
    } else if query.owners.is_empty() {
        all.and(
            "audience IN rarray(?)",
            vec![Box::new(form::bitmap(&query.readable))],
        );
    } else {
        all.and(
            "owner IN rarray(?)",
            vec![Box::new(form::ids(&query.owners))],
        );
    }
    if !query.states.is_empty() {
        all.and(
            "state IN rarray(?)",
            vec![Box::new(form::texts(&query.states))],
        );
    }
    if let Some(owner) = query.owner {
        all.and("owner = ?", vec![Box::new(*owner.bytes())]);
    }
    if let Some(scope) = query.scope {
        all.and("scope = ?", vec![Box::new(*scope.bytes())]);
    }
    if query.tlp.is_some() {
        all.and("tlp = ?", vec![Box::new(form::tlp_rank(query.tlp))]);
    }
    if let Some(before) = query.due_before {
        all.and("due_us < ?", vec![Box::new(before.as_microsecond())]);
    }
    if let Some(since) = query.since {
        all.and("sort_us >= ?", vec![Box::new(since.as_microsecond())]);
    }
    if let Some(search) = &query.search {
        let found = "row IN (SELECT rowid FROM record_text WHERE record_text MATCH ?)";
        all.and(found, vec![Box::new(words(search)?)]);
    }
    and_found(query, &mut all)?;
    Some(all)
}

/// Words, and what else a search asks for; `None` when nothing can match.
fn and_found(query: &ListQuery, all: &mut Conditions) -> Option<()> {
    for group in &query.words {
        let texts: Vec<&str> = group.iter().map(String::as_str).collect();
        let found = "row IN (SELECT rowid FROM record_text WHERE record_text MATCH ?)";
        all.and(found, vec![Box::new(any(&texts)?)]);
    }
    let unwanted: Vec<&str> = query.without.iter().map(String::as_str).collect();
    if let Some(unwanted) = any(&unwanted) {
        let found = "row NOT IN (SELECT rowid FROM record_text WHERE record_text MATCH ?)";
        all.and(found, vec![Box::new(unwanted)]);
    }
    if !query.tlps.is_empty() {
        let ranks = query.tlps.iter().map(|tlp| form::tlp_rank(Some(*tlp)));
        let ranks: Vec<i64> = ranks.collect();
        all.and("tlp IN rarray(?)", vec![Box::new(form::numbers(&ranks))]);
    }
    if let Some(until) = query.until {
        all.and("sort_us < ?", vec![Box::new(until.as_microsecond())]);
    }
    if let Some(among) = &query.among {
        all.and("id IN rarray(?)", vec![Box::new(form::ids(among))]);
    }
    Some(())
}

fn count(reading: &Reading<'_>, query: &ListQuery, conditions: &Conditions) -> Outcome<u32> {
    let index = if narrow(query) { "" } else { BY_AUDIENCE };
    let most = COUNTED + 1;
    let sql = format!(
        "SELECT count(*) FROM (SELECT 1 FROM records{index}{} LIMIT {most})",
        conditions.text()
    );
    let mut count = reading.connection.prepare_cached(&sql)?;
    Ok(count.query_row(conditions.arguments(), |row| row.get(0))?)
}

/// One row more than asked for, to know whether there are more.
fn rows(
    reading: &Reading<'_>,
    query: &ListQuery,
    total: u32,
    limit: u32,
) -> Outcome<Vec<kaname_store::StoredRecord>> {
    let Some(mut conditions) = conditions(query) else {
        return Ok(Vec::new());
    };
    if let Some(after) = query.after {
        let fragment = match query.sort {
            Sort::Newest => "(sort_us, id) < (?, ?)",
            Sort::Due => "(due_us, id) > (?, ?)",
        };
        conditions.and(
            fragment,
            vec![Box::new(after.at_us), Box::new(*after.id.bytes())],
        );
    }
    let index = match (narrow(query), total > COUNTED, query.sort) {
        (true, _, _) => "",
        (false, false, _) => BY_AUDIENCE,
        (false, true, Sort::Newest) => " INDEXED BY records_newest",
        (false, true, Sort::Due) => " INDEXED BY records_due",
    };
    let order = match query.sort {
        Sort::Newest => "sort_us DESC, id DESC",
        Sort::Due => "due_us, id",
    };
    let keys = format!(
        "SELECT row FROM records{index}{} ORDER BY {order} LIMIT {}",
        conditions.text(),
        limit + 1
    );
    let mut keys = reading.connection.prepare_cached(&keys)?;
    let mut found = keys.query(conditions.arguments())?;
    let columns = record::COLUMNS;
    let whole = format!("SELECT {columns} FROM records WHERE row = ?1");
    let mut whole = reading.connection.prepare_cached(&whole)?;
    let mut rows = Vec::new();
    while let Some(key) = found.next()? {
        let key: i64 = key.get(0)?;
        let mut one = whole.query(params_from_iter([key]))?;
        if let Some(row) = one.next()? {
            rows.push(record::decode(reading, row)?);
        }
    }
    Ok(rows)
}
