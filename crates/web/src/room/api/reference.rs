//! What describes and proves: the API itself, receipts, sectors, the funnel.

use axum::{
    Json,
    extract::{Path, Query, State},
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use jiff::civil::Date;
use kaname_directory::day_of;
use serde::Deserialize;
use serde_json::json;

use super::description;
use crate::{
    error::{Failure, Fault},
    house::{Address, By, House},
};

pub(super) async fn openapi() -> Result<Response, Failure> {
    let kind = HeaderValue::from_static("application/json");
    let text = description()?;
    Ok(([(header::CONTENT_TYPE, kind)], text).into_response())
}

pub(super) async fn prove(
    State(house): State<House>,
    address: Address,
    Path(number): Path<String>,
) -> Result<Response, Failure> {
    let world = house.world();
    let proof = world.prove_receipt_to(&number, &address.0).await?;
    Ok(Json(proof).into_response())
}

pub(super) async fn funnel(State(house): State<House>, by: By) -> Result<Response, Failure> {
    let funnel = house.world().funnel(&by).await?;
    Ok(Json(funnel).into_response())
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    on: String,
}

pub(super) async fn sectors(
    State(house): State<House>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let world = house.world();
    let on: Date = if asked.on.is_empty() {
        day_of(world.now())
    } else {
        let wrong = |_| Failure::Invalid(vec![Fault::new("on", "error-time")]);
        asked.on.parse().map_err(wrong)?
    };
    let sectors = world.catalogue().sectors_on(on);
    Ok(Json(json!({ "on": on.to_string(), "sectors": sectors })).into_response())
}
