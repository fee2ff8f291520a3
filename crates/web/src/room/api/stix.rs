//! Checking STIX for a program: the verdict that the page shows, as JSON.

use axum::{
    Json,
    extract::{Query, State},
};
use kaname_policy::Action;
use kaname_stix::{Level, Verdict};
use serde::Deserialize;

use super::body::Checked;
use crate::{
    error::Failure,
    house::{By, House},
    room::stix::look,
};

/// What is asked for beside the document.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Asked {
    level: Level,
}

pub(super) async fn check(
    State(house): State<House>,
    by: By,
    Query(asked): Query<Asked>,
    Checked(bytes): Checked,
) -> Result<Json<Verdict>, Failure> {
    house.world().allow_any(&by, Action::LibraryRead)?;
    let limits = house.world().settings().limits.stix();
    let work = move || look(&bytes, &limits, asked.level);
    let looked = tokio::task::spawn_blocking(work).await;
    let looked = looked.map_err(|error| Failure::Internal(error.into()))?;
    let verdict = looked.map_err(|error| Failure::Malformed {
        at: "body".to_owned(),
        why: error.to_string(),
    })?;
    Ok(Json(verdict))
}
