//! Asking a provider to have what was done to the victim shown to named parties.

use axum::{
    extract::{Path, State},
    response::Response,
};
use kaname_sharing::victim::Shown;
use kaname_world::{WorldError, sharing::ReportView};
use serde::Deserialize;

use super::report::{id, to};
use crate::{
    error::Failure,
    frame::{Flash, Frame, Page, Posted, part::Field},
    house::{By, House},
    room::back::back,
};

/// Most codes of parties read from the form; the rule takes fewer and says so.
const MAX_READERS: usize = 101;

/// The form, where there is a victim record and the report is open.
pub(super) fn fields(page: &Page, view: &ReportView) -> Option<Vec<Field>> {
    let open = view.report.state.closing.is_none();
    let victim = view
        .victim
        .as_ref()
        .filter(|victim| open && !victim.state.withdrawn);
    victim.map(|_| {
        vec![
            page.lines(2, "parties", page.t("triage-showing-parties"))
                .hint(page.t("triage-showing-parties-hint")),
            page.line("text", "reason", page.t("triage-showing-reason"))
                .hint(page.t("triage-showing-reason-hint"))
                .longest(300)
                .numbered(1),
        ]
    })
}

#[derive(Deserialize)]
pub(super) struct Showing {
    parties: String,
    reason: String,
}

/// Asks the provider to have the victim record shown to these parties.
pub(super) async fn show_victim(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(typed): Path<String>,
    Posted(posted): Posted<Showing>,
) -> Result<Response, Failure> {
    let report = id(&house, &by, &typed).await?;
    let world = house.world();
    let mut shown = Shown::default();
    for code in posted.parties.split_whitespace().take(MAX_READERS) {
        match world.party_of(&by, code).await {
            Ok(party) => shown.parties.push(party.id.cast()),
            Err(WorldError::NotFound(_)) => {
                let said = frame.text().t1("triage-showing-unknown", "code", code);
                return frame.go_saying(&to(&report), &Flash::refused(said));
            }
            Err(error) => return Err(error.into()),
        }
    }
    let done = world
        .ask_showing(&by, report.id, shown, &posted.reason)
        .await;
    back(&frame, &to(&report), done, "triage-showing-asked")
}
