//! Campaigns and what is proposed as one, as JSON: the same facts as on the pages.

use axum::{
    Json,
    extract::{Path, Query, State},
    response::{IntoResponse as _, Response},
};
use kaname_sharing::campaign::CampaignState;
use kaname_world::sharing::cluster::{campaign_told, line_told, proposal_told};
use serde_json::{Value, json};

use super::handed_in::{Asked, page, place};
use crate::{
    error::Failure,
    house::{By, House},
    room::paging::Reading,
};

const PATH: &str = "/api/v1/campaigns";

/// Campaigns that are open, touched last first.
pub(super) async fn list(
    State(house): State<House>,
    by: By,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let reading = Reading::of(&house, &by, PATH);
    let after = place(&reading, &asked.after)?;
    let found = house
        .world()
        .campaigns(&by, &[CampaignState::Open], |query| {
            query.after = after;
            query.limit = asked.limit();
        })
        .await?;
    let rows: Vec<Value> = found.rows.iter().map(|one| line_told(&one.state)).collect();
    let of = (&reading, PATH, &asked);
    Ok(page(("campaigns", rows), of, found.next.as_ref()))
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
