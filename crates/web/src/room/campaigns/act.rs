//! What officers do: accept a proposal or set it aside, take together, split, merge, rename, undo.

use axum::{
    extract::{Path, State},
    response::Response,
};
use kaname_kernel::MatterId;
use kaname_world::{
    WorldError,
    sharing::{NewCampaign, OffCampaign},
};
use serde::Deserialize;

use crate::{
    error::Failure,
    frame::{Frame, Posted},
    house::{By, House},
    room::back::back,
};

const LIST: &str = "/campaigns";

#[derive(Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub(super) enum Decided {
    Accept {
        key: String,
        #[serde(default)]
        title: String,
    },
    Dismiss {
        key: String,
        reason: String,
    },
    Restore {
        id: String,
    },
    Begin {
        title: String,
        reports: String,
    },
}

pub(super) async fn decide(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Posted(posted): Posted<Decided>,
) -> Result<Response, Failure> {
    let world = house.world();
    let of = |number: &str| format!("{LIST}/{number}");
    match posted {
        Decided::Accept { key, title } => {
            let done = world.accept_proposal_of_campaign(&by, &key, &title).await;
            let to = done.as_ref().map(|one| of(&one.state.number));
            let to = to.unwrap_or_else(|_| LIST.to_owned());
            back(&frame, &to, done, "campaigns-accepted")
        }
        Decided::Dismiss { key, reason } => {
            let done = world.dismiss_proposal(&by, &key, &reason).await;
            back(&frame, LIST, done, "campaigns-dismissed")
        }
        Decided::Restore { id } => {
            let id: Result<MatterId, _> = id.parse();
            let done = match id {
                Ok(id) => world.restore_proposal(&by, id).await,
                Err(_) => Err(WorldError::NotFound("dismissal")),
            };
            back(&frame, LIST, done, "campaigns-restored")
        }
        Decided::Begin { title, reports } => {
            let reports = numbers(&reports);
            let new = NewCampaign {
                title: &title,
                reports: &reports,
            };
            let done = world.new_campaign(&by, new).await;
            let to = done.as_ref().map(|one| of(&one.state.number));
            let to = to.unwrap_or_else(|_| LIST.to_owned());
            back(&frame, &to, done, "campaigns-accepted")
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum What {
    Split,
    Join,
    Merge,
    Rename,
    Undo,
}

/// What is done to a campaign: of the fields those that its form has.
#[derive(Deserialize)]
pub(super) struct Changed {
    what: What,
    #[serde(default)]
    reports: Vec<String>,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    other: String,
    #[serde(default)]
    step: String,
}

pub(super) async fn change(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(typed): Path<String>,
    Posted(posted): Posted<Changed>,
) -> Result<Response, Failure> {
    let world = house.world();
    let number = world.campaign(&by, &typed).await?.campaign.state.number;
    let to = format!("{LIST}/{number}");
    let reports: Vec<String> = posted.reports.iter().flat_map(|one| numbers(one)).collect();
    match posted.what {
        What::Split => {
            let title = posted.title.trim();
            let off = OffCampaign {
                reports: &reports,
                reason: &posted.reason,
                title: (!title.is_empty()).then_some(title),
            };
            let done = world.split_campaign(&by, &number, off).await;
            back(&frame, &to, done, "campaigns-split-done")
        }
        What::Join => {
            let done = world.join_campaign(&by, &number, &reports).await;
            back(&frame, &to, done, "campaigns-joined")
        }
        What::Merge => {
            let done = world.merge_campaigns(&by, &number, &posted.other).await;
            back(&frame, &to, done, "campaigns-merge-done")
        }
        What::Rename => {
            let done = world.rename_campaign(&by, &number, &posted.title).await;
            back(&frame, &to, done, "campaigns-renamed")
        }
        What::Undo => {
            // A number that is none was never shown: it is no step.
            let step = posted.step.parse().unwrap_or_default();
            let done = world
                .undo_campaign(&by, &number, step, &posted.reason)
                .await;
            back(&frame, &to, done, "campaigns-undone")
        }
    }
}

/// Numbers as people write them: apart by spaces, commas or lines.
fn numbers(typed: &str) -> Vec<String> {
    let apart = |c: char| c.is_whitespace() || matches!(c, ',' | '、' | '，');
    let all = typed.split(apart).filter(|one| !one.is_empty());
    all.map(str::to_owned).collect()
}
