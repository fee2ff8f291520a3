//! What is proposed, the campaigns there are, and what was set aside.

use askama::Template;
use axum::{
    extract::{Query, State},
    response::Response,
};
use kaname_sharing::{
    Campaign,
    campaign::{CampaignState, Dismissal},
};
use kaname_store::ListQuery;
use kaname_world::Loaded;
use serde::Deserialize;

use super::told::{Proposal, proposal, row, title_field};
use crate::{
    error::Failure,
    frame::{
        Frame, Page, Section,
        part::{At, Empty, Field, Pager, Row, Tab, Tabs, Verb},
        show,
    },
    house::{By, House},
    room::paging::{self, Reading, address},
    text::Count,
};

/// Proposals of a page, those with the strongest evidence first.
const MOST_PROPOSED: usize = 20;
/// Reports of a proposal set aside that are named.
const MOST_NAMED: usize = 10;

const TABS: [(&str, &str); 4] = [
    ("proposed", "campaigns-tab-proposed"),
    ("open", "campaigns-tab-open"),
    ("ended", "campaigns-tab-ended"),
    ("aside", "campaigns-tab-aside"),
];

#[derive(Template)]
#[template(path = "room/campaigns/list.html")]
struct ListPage {
    page: Page,
    tabs: Tabs,
    proposals: Vec<Proposal>,
    left: Option<String>,
    rows: Vec<Row>,
    aside: Vec<Aside>,
    pager: Option<Pager>,
    empty: Option<Empty>,
    /// The form that takes reports together which nobody proposed.
    new: Option<[Field; 2]>,
}

struct Aside {
    reason: String,
    at: At,
    reports: Vec<Row>,
    left: Option<String>,
    restore: Verb,
}

#[derive(Deserialize)]
pub(super) struct Which {
    #[serde(default)]
    tab: String,
    #[serde(default)]
    after: String,
}

pub(super) async fn list(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Query(which): Query<Which>,
) -> Result<Response, Failure> {
    let world = house.world();
    let page = frame
        .page(Section::Triage, frame.text().t("campaigns-title"))
        .live_from("/events?topic=campaign");
    let chosen = TABS
        .iter()
        .find(|tab| tab.0 == which.tab)
        .unwrap_or(&TABS[0])
        .0;
    let reading = Reading::of(&house, &by, &address("/campaigns", &[("tab", chosen)]));
    let paged = |tab: &'static str| {
        let after = reading.read(&which.after).filter(|_| tab == chosen);
        move |query: &mut ListQuery| {
            query.after = after;
            // Of the others the number alone is shown.
            query.limit = if tab == chosen { query.limit } else { 1 };
        }
    };
    let open = world
        .campaigns(&by, &[CampaignState::Open], paged("open"))
        .await?;
    let states = [CampaignState::Merged, CampaignState::Dissolved];
    let ended = world.campaigns(&by, &states, paged("ended")).await?;
    let aside = world.dismissals(&by, paged("aside")).await?;
    let count = world.proposals_count(&by).await?;
    let counts = [
        Count::from(count as u64),
        paging::counted(open.total),
        paging::counted(ended.total),
        paging::counted(aside.total),
    ];
    let tabs = TABS.iter().zip(counts).map(|((code, key), count)| Tab {
        label: page.t(key).into_owned(),
        href: format!("/campaigns?tab={code}"),
        count: Some(count),
        here: *code == chosen,
    });
    let to = |after: &str| address("/campaigns", &[("tab", chosen), ("after", after)]);
    let mut shown = ListPage {
        tabs: Tabs {
            name: page.t("campaigns-tabs").into_owned(),
            tabs: tabs.collect(),
        },
        proposals: Vec::new(),
        left: None,
        rows: Vec::new(),
        aside: Vec::new(),
        pager: None,
        empty: None,
        new: None,
        page: page.clone(),
    };
    let empty = |title: &str, text: &str| Empty {
        title: page.t(title).into_owned(),
        text: page.t(text).into_owned(),
        next: None,
    };
    match chosen {
        "open" | "ended" => {
            let found = if chosen == "open" { &open } else { &ended };
            shown.rows = found.rows.iter().map(|one| line(&page, one)).collect();
            shown.pager = Some(reading.pager(&page, found, found.rows.len(), &which.after, to));
            shown.empty = found
                .rows
                .is_empty()
                .then(|| empty("campaigns-none", "campaigns-none-do"));
        }
        "aside" => {
            for one in &aside.rows {
                shown.aside.push(set_aside(&house, &page, &by, one).await?);
            }
            shown.pager = Some(reading.pager(&page, &aside, aside.rows.len(), &which.after, to));
            shown.empty = aside
                .rows
                .is_empty()
                .then(|| empty("campaigns-aside-none", "campaigns-aside-none-do"));
        }
        _ => {
            let proposed = world.proposals(&by).await?;
            let first = proposed.iter().take(MOST_PROPOSED).enumerate();
            shown.proposals = first
                .map(|(at, one)| proposal(&page, one, at, true))
                .collect();
            let left = count.saturating_sub(shown.proposals.len());
            shown.left = (left > 0).then(|| page.t1("campaigns-left", "n", left).into_owned());
            shown.empty = proposed
                .is_empty()
                .then(|| empty("campaigns-proposed-none", "campaigns-proposed-none-do"));
            shown.new = Some([
                title_field(&page).numbered(MOST_PROPOSED),
                page.lines(3, "reports", page.t("campaigns-numbers"))
                    .hint(page.t("campaigns-numbers-hint")),
            ]);
        }
    }
    show(&shown)
}

/// A campaign in a list.
pub(in crate::room) fn line(page: &Page, campaign: &Loaded<Campaign>) -> Row {
    let state = &campaign.state;
    let href = format!("/campaigns/{}", state.number);
    let count = page.t1("campaigns-reports-count", "n", state.reports.len());
    Row::new(
        page.came(state.touched, state.number.as_str()),
        href,
        state.title.as_str(),
    )
    .about(count)
    .tag(page.tag(super::show::state_said(page, state.state)))
}

async fn set_aside(
    house: &House,
    page: &Page,
    by: &By,
    dismissal: &Loaded<Dismissal>,
) -> Result<Aside, Failure> {
    let state = &dismissal.state;
    let reports = house
        .world()
        .reports_named(by, state.reports.iter().take(MOST_NAMED))
        .await?;
    let left = state.reports.len() - reports.len();
    Ok(Aside {
        reason: state.reason.clone(),
        at: page.at(state.at),
        reports: reports.iter().map(|one| row(page, one)).collect(),
        left: (left > 0).then(|| page.t1("campaigns-more-reports", "n", left).into_owned()),
        restore: page
            .post("/campaigns", page.t("campaigns-restore"))
            .with("what", "restore")
            .with("id", dismissal.id.to_string()),
    })
}
