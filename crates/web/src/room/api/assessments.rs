//! Assessments as JSON: the same facts as on the pages, evidence as far as the reader may see it.

use axum::{
    Json,
    extract::{Path, Query, State},
    response::{IntoResponse as _, Response},
};
use kaname_world::sharing::assessment::{assessment_line, assessment_told};
use serde_json::Value;

use super::handed_in::{Asked, page, place};
use crate::{
    error::Failure,
    house::{By, House},
    room::paging::Reading,
};

const PATH: &str = "/api/v1/assessments";

/// Every assessment that the reader may see, touched last first.
pub(super) async fn list(
    State(house): State<House>,
    by: By,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let reading = Reading::of(&house, &by, PATH);
    let after = place(&reading, &asked.after)?;
    let found = house
        .world()
        .assessments(&by, &[], |query| {
            query.after = after;
            query.limit = asked.limit();
        })
        .await?;
    let rows: Vec<Value> = found
        .rows
        .iter()
        .map(|one| assessment_line(&one.state))
        .collect();
    let of = (&reading, PATH, &asked);
    Ok(page(("assessments", rows), of, found.next.as_ref()))
}

pub(super) async fn one(
    State(house): State<House>,
    by: By,
    Path(number): Path<String>,
) -> Result<Response, Failure> {
    let view = house.world().assessment(&by, &number).await?;
    Ok(Json(assessment_told(&view)).into_response())
}
