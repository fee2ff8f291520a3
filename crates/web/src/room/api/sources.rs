//! Sources as JSON: what is agreed, what their readings brought, how far behind each is.

use axum::{
    Json,
    extract::{Path, State},
    response::{IntoResponse as _, Response},
};
use jiff::Timestamp;
use kaname_sharing::source::Source;
use serde_json::{Value, json};

use crate::{
    error::Failure,
    house::{By, House},
};

pub(super) async fn list(State(house): State<House>, by: By) -> Result<Response, Failure> {
    let sources = house.world().sources(&by).await?;
    let now = house.world().now();
    let rows: Vec<Value> = sources.iter().map(|one| told(&one.state, now)).collect();
    Ok(Json(json!({ "sources": rows })).into_response())
}

pub(super) async fn one(
    State(house): State<House>,
    by: By,
    Path(code): Path<String>,
) -> Result<Response, Failure> {
    let source = house.world().source(&by, &code).await?;
    Ok(Json(told(&source.state, house.world().now())).into_response())
}

fn told(source: &Source, now: Timestamp) -> Value {
    let (terms, turns) = (&source.definition.terms, &source.turns);
    json!({
        "code": source.definition.code,
        "publisher": terms.publisher,
        "url": terms.url,
        "form": terms.form.kind,
        "mapping": terms.form.mapping,
        "collection": source.definition.into,
        "tlp": terms.tlp,
        "every": terms.every,
        "most_bytes": terms.most_bytes,
        "grace_h": terms.grace_h,
        "state": turns.state(),
        "listed": source.listed,
        "taken": source.taken,
        "refused": source.refused,
        "unlisted": source.unlisted,
        "owed": source.owed,
        "lag_s": turns.lag_s(now),
        "joined": turns.joined,
        "read": turns.read,
        "read_whole": turns.read_whole,
        "next": turns.next,
        "trouble": turns.trouble,
        "troubles": turns.troubles,
        "stopped": turns.stopped,
        "history": source.history,
    })
}
