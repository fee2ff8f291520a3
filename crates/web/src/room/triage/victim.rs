//! Asking a provider to have what was done to the victim shown to named parties.

use axum::{
    extract::{Path, State},
    response::Response,
};
use kaname_sharing::victim::{Showing, Shown, Victim};
use kaname_world::{WorldError, sharing::ReportView};
use serde::Deserialize;

use super::report::{id, to};
use crate::{
    error::Failure,
    frame::{
        Flash, Frame, Page, Posted,
        part::{At, Due, Field},
    },
    house::{By, House},
    room::{back::back, choices, submission::outcome},
};

/// Most codes of parties read from the form; the rule takes fewer and says so.
const MAX_READERS: usize = 101;

/// A request that waits for the provider: to whom it would be shown, why, until when.
pub(super) struct Waiting {
    pub(super) parties: Vec<String>,
    pub(super) reason: String,
    pub(super) due: Due,
}

/// Who sees the victim record, what waits for the provider, what became of the request before.
#[derive(Default)]
pub(super) struct Readers {
    pub(super) parties: Vec<String>,
    pub(super) waiting: Option<Waiting>,
    pub(super) past: Option<(String, At)>,
}

pub(super) async fn readers(
    house: &House,
    page: &Page,
    view: &ReportView,
) -> Result<Readers, Failure> {
    let Some(victim) = view.victim.as_ref().map(|victim| &victim.state) else {
        return Ok(Readers::default());
    };
    let waiting = match open_request(page, victim) {
        None => None,
        Some(asked) => Some(Waiting {
            parties: choices::party_names(house, page, &asked.shown.parties).await?,
            reason: asked.reason.clone(),
            due: page.maybe_due(asked.deadline, page.t("submission-victim-due")),
        }),
    };
    let past = victim.answered.as_ref().map(|past| {
        let said = page.t(outcome(past.answer)).into_owned();
        (said, page.at(past.at))
    });
    Ok(Readers {
        parties: choices::party_names(house, page, &victim.shown.parties).await?,
        waiting,
        past,
    })
}

fn open_request<'a>(page: &Page, victim: &'a Victim) -> Option<&'a Showing> {
    let asked = victim.asked.as_ref();
    asked.filter(|asked| !asked.is_late(page.now))
}

/// The form, where there is a victim record, the report is open and no request waits for its deadline.
pub(super) fn fields(page: &Page, view: &ReportView) -> Option<Vec<Field>> {
    let open = view.report.state.closing.is_none();
    let victim = view.victim.as_ref().map(|victim| &victim.state);
    let free = |victim: &&Victim| {
        let asked = victim.asked.as_ref();
        !victim.withdrawn && asked.is_none_or(|asked| asked.gives_way(page.now))
    };
    let victim = victim.filter(|victim| open && free(victim));
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
pub(super) struct Ask {
    parties: String,
    reason: String,
}

/// Asks the provider to have the victim record shown to these parties.
pub(super) async fn show_victim(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(typed): Path<String>,
    Posted(posted): Posted<Ask>,
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
