//! What officers look at again, as JSON. What they say of it is said on the pages: only persons decide.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse as _, Response},
};
use kaname_world::sharing::ForReview;
use serde_json::{Value, json};

use crate::{
    error::Failure,
    house::{By, House},
};

pub(super) async fn list(State(house): State<House>, by: By) -> Result<Response, Failure> {
    let all = house.world().reviews(&by).await?;
    let rows: Vec<Value> = all.iter().map(|one| told(&house, one)).collect();
    Ok(Json(json!({ "reviews": rows, "total": rows.len() })).into_response())
}

fn told(house: &House, one: &ForReview) -> Value {
    let state = &one.item.state;
    let suspended = one.suspended.map(|(since, organisations)| {
        json!({ "since": since.to_string(), "organisations": organisations })
    });
    json!({
        "number": state.number,
        "kind": state.content.kind.as_str(),
        "tlp": state.content.tlp,
        "valid_until": state.content.valid_until.map(|until| until.to_string()),
        "due_since": one.due_since.map(|since| since.to_string()),
        "suspended": suspended,
        "freshness": one.fresh.told(),
        "page": format!("{}/items/{}", house.public_url(), state.number),
    })
}
