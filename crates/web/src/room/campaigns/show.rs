//! One campaign: its reports, what was done and on what ground, and what may be done.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use kaname_directory::Account;
use kaname_kernel::{AccountId, MatterId};
use kaname_sharing::campaign::{CampaignState, Did, Step};
use kaname_world::sharing::CampaignView;

use super::told::{ground, row, title_field};
use crate::{
    error::Failure,
    frame::{
        Frame, Page, Section,
        part::{At, Choice, Field, Row},
        show,
    },
    house::{By, House},
    room::choices,
};

/// Reports that are offered to be split off; others are named by their numbers.
const MOST_OFFERED: usize = 200;
/// Reports of a step that are named.
const MOST_NAMED: usize = 10;

#[derive(Template)]
#[template(path = "room/campaigns/show.html")]
struct ShowPage {
    page: Page,
    number: String,
    state: String,
    touched: At,
    count: usize,
    reports: Vec<Row>,
    steps: Vec<Done>,
    /// The forms, while it is open.
    forms: Option<Forms>,
    /// The step that is undone next.
    undo: Option<Undo>,
}

struct Forms {
    split: [Field; 3],
    join: Field,
    merge: Field,
    rename: Field,
}

struct Undo {
    step: u32,
    said: String,
    reason: Field,
}

/// A step as it is told.
struct Done {
    said: String,
    about: Vec<String>,
    who: String,
    at: At,
    ground: Vec<(String, Vec<String>)>,
    undone: Option<At>,
}

/// What a state of a campaign is called.
pub(super) fn state_said(page: &Page, state: CampaignState) -> String {
    let key = match state {
        CampaignState::Open => "campaigns-open",
        CampaignState::Merged => "campaigns-merged",
        CampaignState::Dissolved => "campaigns-dissolved",
    };
    page.t(key).into_owned()
}

pub(super) async fn one(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(typed): Path<String>,
) -> Result<Response, Failure> {
    let view = house.world().campaign(&by, &typed).await?;
    let state = &view.campaign.state;
    let page = frame
        .page(Section::Triage, state.title.as_str())
        .live_from("/events?topic=report");
    let mut steps = Vec::with_capacity(state.steps.len());
    for step in state.steps.iter().rev() {
        steps.push(done(&house, &page, &view, step).await?);
    }
    let undo = state.last_step().map(|step| Undo {
        step: step.version,
        said: said(&page, &view, step),
        reason: page
            .line("text", "reason", page.t("campaigns-undo-why"))
            .longest(300)
            .numbered(2),
    });
    show(&ShowPage {
        number: state.number.clone(),
        state: state_said(&page, state.state),
        touched: page.at(state.touched),
        count: view.reports.len(),
        reports: view.reports.iter().map(|one| row(&page, one)).collect(),
        steps,
        forms: (state.state == CampaignState::Open).then(|| forms(&page, &view)),
        undo,
        page,
    })
}

fn forms(page: &Page, view: &CampaignView) -> Forms {
    let offered = view.reports.iter().take(MOST_OFFERED).map(|report| {
        let receipt = report.state.submission.receipt.as_str();
        Choice::new(receipt, receipt)
    });
    let mut boxes = page.boxes(
        "reports",
        page.t("campaigns-split-which"),
        offered.collect(),
    );
    if view.reports.len() > 8 {
        boxes = boxes.scrolling();
    }
    Forms {
        split: [
            boxes,
            page.line("text", "reason", page.t("campaigns-split-why"))
                .longest(300)
                .numbered(1),
            title_field(page)
                .hint(page.t("campaigns-split-called-hint"))
                .optional()
                .numbered(1),
        ],
        join: page
            .lines(2, "reports", page.t("campaigns-numbers"))
            .hint(page.t("campaigns-numbers-hint"))
            .numbered(2),
        merge: page
            .line("text", "other", page.t("campaigns-merge-other"))
            .hint(page.t("campaigns-merge-hint"))
            .longest(64),
        rename: title_field(page)
            .value(view.campaign.state.title.as_str())
            .numbered(3),
    }
}

async fn done(
    house: &House,
    page: &Page,
    view: &CampaignView,
    step: &Step,
) -> Result<Done, Failure> {
    let mut about = Vec::new();
    if !step.reason.is_empty() {
        about.push(
            page.t1("campaigns-reason", "reason", step.reason.as_str())
                .into_owned(),
        );
    }
    let named: Vec<&str> = step
        .reports
        .iter()
        .filter_map(|id| view.numbers.get(id).map(String::as_str))
        .take(MOST_NAMED)
        .collect();
    if !named.is_empty() {
        let mut told = named.join(&page.t("campaigns-and"));
        if step.reports.len() > named.len() {
            let n = step.reports.len() - named.len();
            told = page
                .t2("campaigns-and-more", "told", told, "n", n)
                .into_owned();
        }
        about.push(told);
    }
    let number = |id: &MatterId| view.numbers.get(id).map_or("", String::as_str);
    let grounds = step
        .ground
        .iter()
        .map(|one| ground(page, one, number(&one.one), number(&one.other)));
    Ok(Done {
        said: said(page, view, step),
        about,
        who: match step.by {
            Some(account) => title_of(house, page, account).await?,
            None => page.t("campaigns-by-hub").into_owned(),
        },
        at: page.at(step.at),
        ground: grounds.collect(),
        undone: step.undone.as_ref().map(|(at, _)| page.at(*at)),
    })
}

async fn title_of(house: &House, page: &Page, account: AccountId) -> Result<String, Failure> {
    let account = house.world().load::<Account>(account.cast()).await?;
    let title = account.map(|account| account.state.title.get(choices::lang(page)).to_owned());
    Ok(title.unwrap_or_default())
}

/// What a step did, in words.
fn said(page: &Page, view: &CampaignView, step: &Step) -> String {
    let others: BTreeMap<MatterId, &str> = view
        .others
        .iter()
        .map(|(id, number)| (*id, number.as_str()))
        .collect();
    let other = step.what.other().and_then(|id| others.get(&id).copied());
    let other = other.unwrap_or_default();
    let n = step.reports.len();
    match &step.what {
        Did::Begun { from: None } => page.t1("campaigns-did-begun", "n", n),
        Did::Begun { .. } => page.t2("campaigns-did-split-from", "n", n, "other", other),
        Did::Joined { from: None } => page.t1("campaigns-did-joined", "n", n),
        Did::Joined { .. } => page.t2("campaigns-did-took-over", "n", n, "other", other),
        Did::Left { into: None } => page.t1("campaigns-did-left", "n", n),
        Did::Left { .. } => page.t2("campaigns-did-split", "n", n, "other", other),
        Did::Merged { .. } => page.t2("campaigns-did-merged", "n", n, "other", other),
        Did::Renamed { before } => page.t1("campaigns-did-renamed", "before", before.as_str()),
    }
    .into_owned()
}
