//! What is done with an item, one small form each.

use axum::{
    extract::{Path, State},
    response::Response,
};
use kaname_sharing::{Item, ManifestHash};
use kaname_world::Loaded;
use serde::Deserialize;

use crate::{
    error::Failure,
    frame::{Flash, Frame, Posted},
    house::{By, House},
    room::back::back,
};

/// The item of a number, as the caller may see it.
pub(super) async fn of(house: &House, by: &By, number: &str) -> Result<Loaded<Item>, Failure> {
    Ok(house.world().item_of(by, number).await?)
}

pub(super) fn to(item: &Loaded<Item>) -> String {
    format!("/items/{}", item.state.number)
}

/// A reason, the version that was looked at, the hash that was shown: whatever the form carries.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Form {
    reason: String,
    /// Rows of the checklist, settled with one reason.
    row: Vec<String>,
    version: Option<u32>,
    hash: String,
    resume: bool,
}

type Way = (State<House>, Frame, By, Path<String>, Posted<Form>);

pub(super) async fn accept_traces(
    (State(house), frame, by, Path(number), Posted(form)): Way,
) -> Result<Response, Failure> {
    let item = of(&house, &by, &number).await?;
    let done = house
        .world()
        .accept_traces(&by, item.id, &form.row, &form.reason)
        .await;
    back(
        &frame,
        &format!("{}#traces", to(&item)),
        done,
        "item-trace-accepted",
    )
}

pub(super) async fn ask_consent(
    (State(house), frame, by, Path(number), Posted(form)): Way,
) -> Result<Response, Failure> {
    let item = of(&house, &by, &number).await?;
    let done = house.world().ask_consent(&by, item.id, form.version).await;
    back(&frame, &to(&item), done, "item-consent-asked")
}

pub(super) async fn accept_proposal(
    (State(house), frame, by, Path(number), Posted(form)): Way,
) -> Result<Response, Failure> {
    let item = of(&house, &by, &number).await?;
    let done = house
        .world()
        .accept_proposal(&by, item.id, form.version)
        .await;
    back(&frame, &to(&item), done, "item-proposal-accepted")
}

pub(super) async fn decline_proposal(
    (State(house), frame, by, Path(number), Posted(form)): Way,
) -> Result<Response, Failure> {
    let item = of(&house, &by, &number).await?;
    let done = house
        .world()
        .decline_proposal(&by, item.id, &form.reason)
        .await;
    back(&frame, &to(&item), done, "item-proposal-declined")
}

pub(super) async fn consent(
    (State(house), frame, by, Path(number), Posted(form)): Way,
) -> Result<Response, Failure> {
    let item = of(&house, &by, &number).await?;
    let Ok(hash) = form.hash.parse::<ManifestHash>() else {
        let refused = Flash::refused(frame.text().t("refused-other-manifest"));
        return frame.go_saying(&to(&item), &refused);
    };
    let done = house.world().consent(&by, item.id, hash).await;
    back(&frame, &to(&item), done, "item-consent-given")
}

pub(super) async fn refuse(
    (State(house), frame, by, Path(number), Posted(form)): Way,
) -> Result<Response, Failure> {
    let item = of(&house, &by, &number).await?;
    let done = house.world().refuse(&by, item.id, &form.reason).await;
    back(&frame, &to(&item), done, "item-consent-refused")
}

pub(super) async fn take_back(
    (State(house), frame, by, Path(number), Posted(_)): Way,
) -> Result<Response, Failure> {
    let item = of(&house, &by, &number).await?;
    let done = house.world().take_back(&by, item.id).await;
    back(&frame, &to(&item), done, "item-taken-back")
}

pub(super) async fn hand_over(
    (State(house), frame, by, Path(number), Posted(_)): Way,
) -> Result<Response, Failure> {
    let item = of(&house, &by, &number).await?;
    let done = house.world().hand_over(&by, item.id).await;
    back(&frame, &to(&item), done, "item-handed-over")
}

pub(super) async fn release(
    (State(house), frame, by, Path(number), Posted(form)): Way,
) -> Result<Response, Failure> {
    let item = of(&house, &by, &number).await?;
    let done = house.world().release(&by, item.id, form.version).await;
    back(&frame, &to(&item), done, "item-released")
}

pub(super) async fn send_back(
    (State(house), frame, by, Path(number), Posted(form)): Way,
) -> Result<Response, Failure> {
    let item = of(&house, &by, &number).await?;
    let done = house.world().return_item(&by, item.id, &form.reason).await;
    // What is written anew is no longer for who sent it back to read.
    let to = match &done {
        Ok(_) => "/desk".to_owned(),
        Err(_) => to(&item),
    };
    back(&frame, &to, done, "item-returned")
}

pub(super) async fn withdraw(
    (State(house), frame, by, Path(number), Posted(form)): Way,
) -> Result<Response, Failure> {
    let item = of(&house, &by, &number).await?;
    let done = house
        .world()
        .withdraw_item(&by, item.id, &form.reason)
        .await;
    back(&frame, &to(&item), done, "item-withdrawn")
}

pub(super) async fn decide_blocking(
    (State(house), frame, by, Path(number), Posted(form)): Way,
) -> Result<Response, Failure> {
    let item = of(&house, &by, &number).await?;
    let done = house
        .world()
        .decide_blocking(&by, item.id, form.resume, &form.reason)
        .await;
    back(&frame, &to(&item), done, "item-blocking-decided")
}
