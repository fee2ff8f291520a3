//! Campaigns and what is proposed as one, as JSON: the same facts as on the pages.

use axum::{
    Json,
    extract::{Path, Query, State},
    response::{IntoResponse as _, Response},
};
use kaname_sharing::campaign::CampaignState;
use kaname_world::sharing::cluster::{campaign_told, line_told, proposal_told};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    error::Failure,
    house::{By, House},
    room::paging::{Reading, address},
};

const PATH: &str = "/api/v1/campaigns";

#[derive(Deserialize)]
pub(super) struct Which {
    #[serde(default)]
    after: String,
}

/// Campaigns that are open, touched last first.
pub(super) async fn list(
    State(house): State<House>,
    by: By,
    Query(which): Query<Which>,
) -> Result<Response, Failure> {
    let reading = Reading::of(&house, &by, PATH);
    let after = reading.read(&which.after);
    let found = house
        .world()
        .campaigns(&by, &[CampaignState::Open], after)
        .await?;
    let rows: Vec<Value> = found.rows.iter().map(|one| line_told(&one.state)).collect();
    let next = found.next.as_ref().map(|row| reading.written(row));
    let next = next.map(|after| address(PATH, &[("after", &after)]));
    Ok(Json(json!({ "campaigns": rows, "next": next })).into_response())
}

pub(super) async fn one(
    State(house): State<House>,
    by: By,
    Path(number): Path<String>,
) -> Result<Response, Failure> {
    let view = house.world().campaign(&by, &number).await?;
    Ok(Json(campaign_told(&view)).into_response())
}

pub(super) async fn proposals(State(house): State<House>, by: By) -> Result<Response, Failure> {
    let proposed = house.world().proposals(&by).await?;
    let proposed: Vec<Value> = proposed.iter().map(proposal_told).collect();
    Ok(Json(json!({ "proposals": proposed })).into_response())
}
