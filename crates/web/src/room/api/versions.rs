//! The versions of a threat object and what differs between two of them, as JSON, with the reader's eyes.

use axum::{
    Json,
    extract::{Path, Query, State},
    response::{IntoResponse as _, Response},
    routing,
};
use kaname_policy::Action;
use kaname_stix::{Change, Diff, compare};
use kaname_store::StoredObject;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    handed_in::{Asked, foreign},
    moment, read,
};
use crate::{
    error::Failure,
    house::{By, House},
    room::{
        library::object::{self, all_versions, before, placed, standing, versions},
        paging::{Reading, address},
    },
    route::{Audit, Endpoint},
};

const READS: Audit = Audit::None("reads objects that were released to the reader");

pub(super) fn endpoints() -> Vec<Endpoint<House>> {
    let read = |path, name, handler| read(path, name, Action::LibraryRead, READS, handler);
    vec![
        read(
            "/api/v1/objects/{id}/versions",
            "api.object_versions",
            routing::get(list),
        ),
        read(
            "/api/v1/objects/{id}/diff",
            "api.object_diff",
            routing::get(differing),
        ),
    ]
}

/// Every version under an id, by whomever, the last added first.
async fn list(
    State(house): State<House>,
    by: By,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let first = object::Asked::default();
    let id = standing(&house, &by, &id, &first).await?.shown.stix_id;
    let path = format!("/api/v1/objects/{id}/versions");
    let reading = Reading::of(&house, &by, &path);
    let after_us = match asked.after.as_str() {
        "" => None,
        after => Some(reading.read_moment(after).ok_or_else(foreign)?),
    };
    let (found, next_us) = all_versions(&house, &by, &id, (after_us, asked.limit())).await?;
    let rows: Vec<Value> = found.iter().map(|one| version(&house, one)).collect();
    let next = next_us.map(|next_us| {
        let (after, limit) = (reading.written_moment(next_us), asked.limit().to_string());
        address(&path, &[("after", &after), ("limit", &limit)])
    });
    Ok(Json(json!({ "object": id, "versions": rows, "next": next })).into_response())
}

/// Which two are compared, by their places.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Pair {
    from: Option<i64>,
    to: Option<i64>,
}

/// What differs between two versions.
async fn differing(
    State(house): State<House>,
    by: By,
    Path(id): Path<String>,
    Query(pair): Query<Pair>,
) -> Result<Response, Failure> {
    let standing = standing(&house, &by, &id, &object::Asked::at(pair.to)).await?;
    let to = &standing.shown;
    let from = match pair.from {
        Some(from) => {
            let from = placed(&house, &by, &to.stix_id, from).await?;
            Some(from.ok_or(Failure::NotFound)?)
        }
        None => {
            let same = versions(&house, &by, to).await?;
            before(to, &same, &standing.others()).cloned()
        }
    };
    let found = match &from {
        Some(from) => compare(&value(from), &value(to)),
        None => Diff::default(),
    };
    let count = |is: fn(&Change) -> bool| found.changes.iter().filter(|one| is(one)).count();
    let came = count(|one| one.before.is_none());
    let went = count(|one| one.after.is_none());
    let answer = json!({
        "object": to.stix_id,
        "from": from.as_ref().map(|from| version(&house, from)),
        "to": version(&house, to),
        "added": came,
        "removed": went,
        "changed": found.changes.len() - came - went,
        "changes": found.changes,
        "more": found.more,
    });
    Ok(Json(answer).into_response())
}

fn value(one: &StoredObject) -> Value {
    serde_json::from_str(&one.raw).unwrap_or_default()
}

/// One version: its place names it.
fn version(house: &House, one: &StoredObject) -> Value {
    let page = format!(
        "{}/library/objects/{}?added={}",
        house.public_url(),
        one.stix_id,
        one.added_us
    );
    json!({
        "place": one.added_us,
        "version": moment(one.version_us),
        "added": moment(one.date_added_us()),
        "spec_version": one.spec,
        "title": one.title,
        "tlp": one.tlp,
        "claimed": one.origin.is_some(),
        "links": { "page": page },
    })
}
