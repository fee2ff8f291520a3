//! Victim records shown to the caller's party, as JSON.

use axum::{
    Json,
    extract::{Path, State},
    response::{IntoResponse as _, Response},
};
use kaname_world::sharing::ShownRecord;
use serde_json::{Value, json};

use crate::{
    error::Failure,
    house::{By, House},
};

pub(super) async fn list(State(house): State<House>, by: By) -> Result<Response, Failure> {
    let shown = house.world().shown_records(&by).await?;
    let rows: Vec<Value> = shown.iter().map(|one| outline(&house, one)).collect();
    Ok(Json(json!({ "records": rows })).into_response())
}

pub(super) async fn one(
    State(house): State<House>,
    by: By,
    Path(typed): Path<String>,
) -> Result<Response, Failure> {
    let id = typed.parse().map_err(|_| Failure::NotFound)?;
    let (record, items) = house.world().shown_record(&by, id).await?;
    let numbers: Vec<&str> = items
        .iter()
        .map(|item| item.state.number.as_str())
        .collect();
    let harm = &record.harm;
    let more = json!({
        "text": harm.text,
        "noticed": harm.noticed.map(|at| at.to_string()),
        "contact": harm.contact,
        "items": numbers,
    });
    let mut answer = outline(&house, &record);
    if let (Value::Object(answer), Value::Object(more)) = (&mut answer, more) {
        answer.extend(more);
    }
    Ok(Json(answer).into_response())
}

fn outline(house: &House, one: &ShownRecord) -> Value {
    let (base, id) = (house.public_url(), one.victim.id);
    let state = &one.victim.state;
    json!({
        "id": id.to_string(),
        "shown": state.shown_at.unwrap_or(state.recorded).to_string(),
        "acknowledged": one.acknowledged,
        "links": {
            "self": format!("{base}/api/v1/records/{id}"),
            "page": format!("{base}/records/{id}"),
        },
    })
}
