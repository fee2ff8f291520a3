//! Asking a provider to have what was done to the victim shown to named parties.

use axum::{
    extract::{Path, State},
    response::Response,
};
use kaname_sharing::victim::{Shown, Victim};
use kaname_world::{WorldError, sharing::ReportView};
use serde::Deserialize;

use super::report::{id, to};
use crate::{
    error::Failure,
    frame::{
        Flash, Frame, Page, Posted,
        part::{Due, Field},
    },
    house::{By, House},
    room::{back::back, choices, showing},
};

/// Most parties looked up for the form; the rule takes fewer and says so.
const MAX_READERS: usize = 101;

/// A request that waits for the provider: why, until when, and what it would mean.
pub(super) struct Waiting {
    pub(super) reason: String,
    pub(super) due: Due,
    pub(super) told: showing::Told,
}

/// Who sees the victim record, what waits for the provider, what happened so far.
#[derive(Default)]
pub(super) struct Readers {
    pub(super) parties: Vec<String>,
    pub(super) waiting: Option<Waiting>,
    pub(super) history: showing::History,
}

/// `known`: numbers of the report's items that the analyst may know.
pub(super) async fn readers(
    house: &House,
    page: &Page,
    view: &ReportView,
    known: &[String],
) -> Result<Readers, Failure> {
    let Some(victim) = view.victim.as_ref().map(|victim| &victim.state) else {
        return Ok(Readers::default());
    };
    let telling = house.world().telling(view).await?;
    Ok(Readers {
        parties: choices::party_names(house, page, &victim.shown.parties).await?,
        waiting: telling.map(|telling| Waiting {
            reason: telling.asked.reason.clone(),
            due: page.maybe_due(telling.asked.deadline, page.t("submission-victim-due")),
            told: showing::told(house, page, telling, known),
        }),
        history: showing::history(house, page, view).await?,
    })
}

/// The form, where there is a victim record, the report is open and no request waits for its deadline.
pub(super) async fn fields(
    house: &House,
    page: &Page,
    by: &By,
    view: &ReportView,
) -> Result<Option<Vec<Field>>, Failure> {
    let open = view.report.state.closing.is_none();
    let victim = view.victim.as_ref().map(|victim| &victim.state);
    let free = |victim: &&Victim| {
        let asked = victim.asked.as_ref();
        !victim.withdrawn && asked.is_none_or(|asked| asked.gives_way(page.now))
    };
    if victim.filter(|victim| open && free(victim)).is_none() {
        return Ok(None);
    }
    let offered = choices::recipients(house, choices::lang(page), by).await?;
    Ok(Some(vec![
        choices::ticked_parties(page, "chosen", &offered),
        page.lines(2, "parties", page.t("triage-showing-parties"))
            .hint(page.t("triage-showing-parties-hint"))
            .optional(),
        page.line("text", "reason", page.t("triage-showing-reason"))
            .hint(page.t("triage-showing-reason-hint"))
            .longest(300)
            .numbered(1),
    ]))
}

#[derive(Deserialize)]
pub(super) struct Ask {
    #[serde(default)]
    parties: String,
    /// Parties ticked by name.
    #[serde(default)]
    chosen: Vec<String>,
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
    let ticked = posted.chosen.iter().map(String::as_str);
    let offered = choices::recipients(&house, choices::lang_of(frame.text()), &by).await?;
    let typed = posted.parties.split_whitespace();
    let typed = typed.map(|typed| choices::code_of(&offered, typed));
    let codes = typed.chain(ticked);
    for code in codes {
        if shown.parties.len() == MAX_READERS {
            break;
        }
        match world.party_of(&by, code).await {
            Ok(party) if shown.parties.contains(&party.id.cast()) => {}
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
