//! Assessments as JSON: the same facts as on the pages, evidence as far as the reader may see it.

use axum::{
    Json,
    extract::{Path, Query, State},
    response::{IntoResponse as _, Response},
};
use kaname_world::sharing::assessment::{assessment_line, assessment_told};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    error::Failure,
    house::{By, House},
    room::paging::{Reading, address},
};

const PATH: &str = "/api/v1/assessments";

#[derive(Deserialize)]
pub(super) struct Which {
    #[serde(default)]
    after: String,
}

/// Every assessment that the reader may see, touched last first.
pub(super) async fn list(
    State(house): State<House>,
    by: By,
    Query(which): Query<Which>,
) -> Result<Response, Failure> {
    let reading = Reading::of(&house, &by, PATH);
    let after = reading.read(&which.after);
    let found = house.world().assessments(&by, &[], after).await?;
    let rows: Vec<Value> = found
        .rows
        .iter()
        .map(|one| assessment_line(&one.state))
        .collect();
    let next = found.next.as_ref().map(|row| reading.written(row));
    let next = next.map(|after| address(PATH, &[("after", &after)]));
    Ok(Json(json!({ "assessments": rows, "next": next })).into_response())
}

pub(super) async fn one(
    State(house): State<House>,
    by: By,
    Path(number): Path<String>,
) -> Result<Response, Failure> {
    let view = house.world().assessment(&by, &number).await?;
    Ok(Json(assessment_told(&view)).into_response())
}
