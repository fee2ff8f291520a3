//! Reading what an event of a report says, with a reason.

use askama::Template;
use axum::{extract::State, response::Response};
use kaname_world::WorldError;
use serde::Deserialize;

use super::{
    Names,
    row::did,
    told::{self, Told},
};
use crate::{
    error::Failure,
    frame::{
        Frame, Page, Posted, Section,
        part::{At, Verb},
        show,
    },
    house::{By, House},
    room::back::back,
};

#[derive(Template)]
#[template(path = "room/ledger/inspected.html")]
struct InspectedPage {
    page: Page,
    seq: u64,
    at: At,
    who: String,
    about: String,
    reason: String,
    told: Option<Told>,
    back: Verb,
}

#[derive(Deserialize)]
pub(super) struct Inspect {
    seq: u64,
    reason: String,
}

/// What an event of a report says, once; the provider sees that it was read, and why.
pub(super) async fn inspect(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Posted(asked): Posted<Inspect>,
) -> Result<Response, Failure> {
    let text = frame.text();
    let to = format!(
        "/ledger?before={}#e{}",
        asked.seq.saturating_add(1),
        asked.seq
    );
    let found = house
        .world()
        .inspect_event(&by, asked.seq, &asked.reason)
        .await;
    let found = match found {
        Ok(found) => found,
        Err(error @ (WorldError::NotFound(_) | WorldError::Denied(_))) => return Err(error.into()),
        Err(error) => return back::<()>(&frame, &to, Err(error), "ledger-inspected"),
    };
    let header = found.header.as_ref().ok_or(Failure::NotFound)?;
    let kind = format!("{}.{}", header.matter_kind, header.kind);
    let page = frame.page(Section::Ledger, did(text, &kind));
    let mut names = Names::new(&house, &by, &page);
    let who = match &found.actor {
        Some(actor) => names.actor(actor).await?,
        None => text.t("ledger-redacted").into_owned(),
    };
    show(&InspectedPage {
        who,
        about: told::about(&page, &mut names, &found, header).await?,
        told: told::told(&page, &mut names, &found).await?,
        seq: found.seq,
        at: page.at(header.recorded),
        reason: asked.reason,
        back: page.link(to, text.t("ledger-back")),
        page,
    })
}
