//! What a member's machine answers: sightings, usefulness, receipt.

use axum::{
    Json,
    extract::{Path, State},
    response::{IntoResponse as _, Response},
};
use jiff::Timestamp;
use kaname_sharing::feedback::{Given, Sighting, SightingKind};
use kaname_world::WorldError;
use serde::Deserialize;
use serde_json::json;

use super::body::Read;
use crate::{
    error::Failure,
    house::{By, House},
};

/// How an answer that says what the organisation's last one said is refused.
const SAME: &str = "refused-no-change";

/// An answer as it is sent.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Answer {
    #[serde(default)]
    sighting: Option<Seen>,
    #[serde(default)]
    usefulness: Option<u8>,
    #[serde(default)]
    comment: String,
    #[serde(default)]
    may_name: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Seen {
    kind: SightingKind,
    #[serde(default)]
    count: Option<u32>,
    #[serde(default)]
    first: Option<Timestamp>,
    #[serde(default)]
    last: Option<Timestamp>,
}

impl Answer {
    fn given(self) -> Given {
        Given {
            sighting: self.sighting.map(|seen| Sighting {
                kind: seen.kind,
                count: seen.count,
                first: seen.first,
                last: seen.last,
            }),
            usefulness: self.usefulness,
            comment: self.comment,
            may_name: self.may_name,
        }
    }
}

pub(super) async fn answer(
    State(house): State<House>,
    by: By,
    Path(typed): Path<String>,
    Read(answer): Read<Answer>,
) -> Result<Response, Failure> {
    let world = house.world();
    let item = world.item_of(&by, &typed).await?;
    let kept = match world.give_feedback(&by, item.id, answer.given()).await {
        // Who did not hear that it was kept sends it again: it is kept, and nothing is added.
        Err(WorldError::Refused { key: SAME, .. }) => world.own_feedback(&by, item.id).await?,
        kept => Some(kept?),
    };
    let at = kept.ok_or(Failure::NotFound)?.state.at.to_string();
    Ok(Json(json!({ "item": item.state.number, "at": at })).into_response())
}

pub(super) async fn acknowledge(
    State(house): State<House>,
    by: By,
    Path(typed): Path<String>,
) -> Result<Response, Failure> {
    let world = house.world();
    let item = world.item_of(&by, &typed).await?;
    let first = world.acknowledge_item(&by, item.id).await?;
    let at = world.acknowledged_at(&by, item.id).await?;
    let at = at.map(|at| at.to_string());
    Ok(Json(json!({ "item": item.state.number, "at": at, "first": first })).into_response())
}
