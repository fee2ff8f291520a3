//! What is done with an assessment: ask for a review, look it through, put it out, drop it.

use axum::{
    extract::{Path, State},
    response::Response,
};
use serde::Deserialize;

use crate::{
    error::Failure,
    frame::{Frame, Posted},
    house::{By, House},
    room::back::back,
};

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum What {
    Ask,
    Sound,
    Unsound,
    Forward,
    Drop,
}

#[derive(Deserialize)]
pub(super) struct Acted {
    what: What,
    #[serde(default)]
    remarks: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    version: String,
}

pub(super) async fn act(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(typed): Path<String>,
    Posted(posted): Posted<Acted>,
) -> Result<Response, Failure> {
    let world = house.world();
    let number = world.assessment(&by, &typed).await?.assessment.state.number;
    let to = format!("/assessments/{number}");
    match posted.what {
        What::Ask => {
            let done = world.ask_assessment_review(&by, &number).await;
            back(&frame, &to, done, "assessments-asked")
        }
        What::Sound | What::Unsound => {
            let sound = matches!(posted.what, What::Sound);
            let done = world
                .review_assessment(&by, &number, sound, &posted.remarks)
                .await;
            back(&frame, &to, done, "assessments-reviewed-done")
        }
        What::Forward => {
            let version = posted.version.parse().ok();
            let done = world.put_assessment_forward(&by, &number, version).await;
            let to = match &done {
                Ok(item) => format!("/items/{}", item.state.number),
                Err(_) => to,
            };
            back(&frame, &to, done, "assessments-forwarded")
        }
        What::Drop => {
            let done = world.drop_assessment(&by, &number, &posted.reason).await;
            back(&frame, &to, done, "assessments-dropped-done")
        }
    }
}
