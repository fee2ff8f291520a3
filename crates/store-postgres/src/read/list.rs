//! Lists of projections; counts are bounded.

use kaname_store::{Cursor, ListQuery, Page, Sort};

use crate::{
    error::Outcome,
    form,
    open::Session,
    read::{
        record,
        sql::{Conditions, any, words},
    },
    write::audience::Known,
};

/// Counts are exact up to here.
const COUNTED: u32 = 10_000;

pub(crate) async fn list(session: &Session, known: &Known, query: &ListQuery) -> Outcome<Page> {
    let Some(mut conditions) = conditions(query) else {
        return Ok(Page::default());
    };
    let total = format!(
        "SELECT count(*) FROM (SELECT 1 FROM records{} LIMIT {}) AS found",
        conditions.text(),
        COUNTED + 1
    );
    let total = session.query_one(&total, &conditions.arguments()).await?;
    let total = form::count(&total, 0)? as u32;
    if total == 0 {
        return Ok(Page::default());
    }
    let limit = query.limit.clamp(1, 1_000);
    if let Some(after) = query.after {
        let fragment = match query.sort {
            Sort::Newest => "(sort_us, id) < (?, ?)",
            Sort::Due => "(due_us, id) > (?, ?)",
        };
        let id = after.id.bytes().to_vec();
        conditions.and(fragment, vec![Box::new(after.at_us), Box::new(id)]);
    }
    let order = match query.sort {
        Sort::Newest => "sort_us DESC, id DESC",
        Sort::Due => "due_us, id",
    };
    let rows = format!(
        "SELECT {} FROM records{} ORDER BY {order} LIMIT {}",
        record::COLUMNS,
        conditions.text(),
        limit + 1
    );
    let rows = session.query(&rows, &conditions.arguments()).await?;
    let mut rows = record::decode_all(session, known, &rows).await?;
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

pub(crate) async fn states(session: &Session, query: &ListQuery) -> Outcome<Vec<(String, u64)>> {
    let Some(conditions) = conditions(query) else {
        return Ok(Vec::new());
    };
    let counts = format!(
        "SELECT state, count(*) FROM records{} GROUP BY state ORDER BY state",
        conditions.text()
    );
    let rows = session.query(&counts, &conditions.arguments()).await?;
    rows.iter()
        .map(|row| Ok((row.try_get(0)?, form::count(row, 1)?)))
        .collect()
}

/// Everything but the cursor; `None` when nothing can match.
fn conditions(query: &ListQuery) -> Option<Conditions> {
    let mut all = Conditions::default();
    all.and("kind = ?", vec![Box::new(query.kind.clone())]);
    if query.owners.is_empty() {
        all.and(
            "audience = ANY(?)",
            vec![Box::new(form::bitmap(&query.readable))],
        );
    } else {
        let owners: Vec<Vec<u8>> = query.owners.iter().map(|id| id.bytes().to_vec()).collect();
        all.and("owner = ANY(?)", vec![Box::new(owners)]);
    }
    if !query.states.is_empty() {
        all.and("state = ANY(?)", vec![Box::new(query.states.clone())]);
    }
    if let Some(owner) = query.owner {
        all.and("owner = ?", vec![Box::new(owner.bytes().to_vec())]);
    }
    if let Some(scope) = query.scope {
        all.and("scope = ?", vec![Box::new(scope.bytes().to_vec())]);
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
        all.and("words @> ?", vec![Box::new(words(search)?)]);
    }
    and_found(query, &mut all)?;
    Some(all)
}

/// Words, and what else a search asks for; `None` when nothing can match.
fn and_found(query: &ListQuery, all: &mut Conditions) -> Option<()> {
    for group in &query.words {
        let texts: Vec<&str> = group.iter().map(String::as_str).collect();
        let (text, arguments) = any("words", &texts)?;
        all.and(&text, arguments);
    }
    let unwanted: Vec<&str> = query.without.iter().map(String::as_str).collect();
    if let Some((text, arguments)) = any("words", &unwanted) {
        all.and(&format!("NOT {text}"), arguments);
    }
    if !query.tlps.is_empty() {
        let ranks = query.tlps.iter().map(|tlp| form::tlp_rank(Some(*tlp)));
        all.and("tlp = ANY(?)", vec![Box::new(ranks.collect::<Vec<i16>>())]);
    }
    if let Some(until) = query.until {
        all.and("sort_us < ?", vec![Box::new(until.as_microsecond())]);
    }
    if let Some(among) = &query.among {
        let among: Vec<Vec<u8>> = among.iter().map(|id| id.bytes().to_vec()).collect();
        all.and("id = ANY(?)", vec![Box::new(among)]);
    }
    Some(())
}
