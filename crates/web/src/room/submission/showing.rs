//! The victim record on the provider's page: who sees it, what the hub asks, what the provider answers.

use axum::{
    extract::{Path, State},
    response::Response,
};
use kaname_policy::{Action, Resource};
use kaname_sharing::{ManifestHash, victim::Victim};
use kaname_world::sharing::{ReportView, Telling};
use serde::Deserialize;

use super::show::{back, own};
use crate::{
    error::Failure,
    frame::{
        Frame, Page, Posted,
        part::{At, Due, Verb},
    },
    house::{By, House},
    room::{choices, showing},
    said::why_not,
};

/// Who sees the victim record, what is asked, and what happened so far.
#[derive(Default)]
pub(super) struct Showing {
    /// Who sees it now, and since when they have taken note of it.
    pub(super) readers: Vec<(String, Option<At>)>,
    /// What waits for the provider's word.
    pub(super) asked: Option<AskedFor>,
    /// What happened so far.
    pub(super) history: showing::History,
    /// Stops showing it.
    pub(super) hide: Option<Verb>,
}

/// What the provider is asked, with all that consent means.
pub(super) struct AskedFor {
    pub(super) due: Due,
    pub(super) reason: String,
    pub(super) told: showing::Told,
    pub(super) verbs: Vec<Verb>,
}

impl Showing {
    pub(super) async fn of(
        house: &House,
        page: &Page,
        by: &By,
        view: &ReportView,
        href: &str,
    ) -> Result<Self, Failure> {
        let Some(victim) = view.victim.as_ref().map(|victim| &victim.state) else {
            return Ok(Self::default());
        };
        let refusal = refusal(house, page, by);
        let hide = page
            .post(
                format!("{href}/victim/hide"),
                page.t("submission-victim-hide"),
            )
            .grave()
            .confirming(page.t("submission-victim-hide-about"));
        let may_hide = refusal.is_none() && !victim.shown.is_empty();
        let telling = house.world().telling(view).await?;
        Ok(Self {
            readers: readers(house, page, victim).await?,
            asked: telling.map(|telling| asked(house, page, telling, href, refusal)),
            history: showing::history(house, page, view).await?,
            hide: may_hide.then_some(hide),
        })
    }
}

/// Why whoever looks may not answer; it is the word of the provider's own people.
fn refusal(house: &House, page: &Page, by: &By) -> Option<String> {
    if !by.is_delegated(Action::VictimConsent) {
        return Some(why_not(page.text, "why-not-delegated"));
    }
    let mut asking = (**by).clone();
    asking.principal.own_handle = true;
    let resource = Resource::any(<Victim as kaname_kernel::Matter>::KIND);
    let decision = house
        .world()
        .decide(&asking, Action::VictimConsent, &resource);
    let why = (!decision.allowed).then_some(decision.why_not).flatten();
    why.map(|key| why_not(page.text, key))
}

async fn readers(
    house: &House,
    page: &Page,
    victim: &Victim,
) -> Result<Vec<(String, Option<At>)>, Failure> {
    let mut readers = Vec::new();
    for party in &victim.shown.parties {
        let noted = victim.acknowledged.iter().find(|one| one.party == *party);
        let names = choices::party_names(house, page, &[*party]).await?;
        readers.push((names.concat(), noted.map(|one| page.at(one.at))));
    }
    Ok(readers)
}

fn asked(
    house: &House,
    page: &Page,
    telling: Telling,
    href: &str,
    refusal: Option<String>,
) -> AskedFor {
    let (yes, no) = (
        page.t("submission-victim-show"),
        page.t("submission-victim-decline"),
    );
    let verbs = match refusal {
        Some(why) => vec![page.refused(yes, why)],
        None => vec![
            page.post(format!("{href}/victim/show"), yes)
                .with("hash", telling.hash.to_string())
                .main(),
            page.post(format!("{href}/victim/decline"), no),
        ],
    };
    // Every item of its own report is the provider's to know.
    let known: Vec<String> = telling.linked.iter().cloned().collect();
    AskedFor {
        due: page.maybe_due(telling.asked.deadline, page.t("submission-victim-due")),
        reason: telling.asked.reason.clone(),
        told: showing::told(house, page, telling, &known),
        verbs,
    }
}

#[derive(Deserialize)]
pub(super) struct Consented {
    hash: String,
}

pub(super) async fn show_victim(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(typed): Path<String>,
    Posted(posted): Posted<Consented>,
) -> Result<Response, Failure> {
    let id = own(&house, &by, &typed).await?;
    // What is no hash is the hash of nothing that was asked.
    let hash = posted.hash.parse().unwrap_or(ManifestHash([0; 32]));
    let done = house.world().show_harm(&by, id, hash).await;
    back(&frame, &typed, done, "submission-victim-shown")
}

pub(super) async fn decline_showing(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(typed): Path<String>,
) -> Result<Response, Failure> {
    let id = own(&house, &by, &typed).await?;
    let done = house.world().decline_showing(&by, id).await;
    back(&frame, &typed, done, "submission-victim-declined")
}

pub(super) async fn hide_victim(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(typed): Path<String>,
) -> Result<Response, Failure> {
    let id = own(&house, &by, &typed).await?;
    let done = house.world().hide_harm(&by, id).await;
    back(&frame, &typed, done, "submission-victim-hidden")
}
