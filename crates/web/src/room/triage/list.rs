//! Reports that wait, soonest deadline first; those that say the same stand together.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    extract::{Query, State},
    response::Response,
};
use jiff::Timestamp;
use kaname_intake::Kind;
use kaname_sharing::{Report, ReportState, report::Submission};
use kaname_world::{Loaded, sharing::Abandoned};
use serde::Deserialize;

use crate::{
    error::Failure,
    frame::{
        Frame, Page, Section,
        part::{Due, Empty, Pager, Row, Tab, Tabs},
        show,
    },
    house::{By, House},
    room::{
        choices,
        paging::{self, Reading, address},
        words,
    },
    text::Count,
};

#[derive(Template)]
#[template(path = "room/triage/list.html")]
struct ListPage {
    page: Page,
    tabs: Tabs,
    /// What of reports that are not open stands in the rows.
    told: Option<String>,
    /// How many reports stand in how many rows, where some stand together.
    together: Option<String>,
    rows: Vec<Row>,
    pager: Option<Pager>,
    empty: Empty,
}

#[derive(Deserialize)]
pub(super) struct Which {
    #[serde(default)]
    tab: String,
    #[serde(default)]
    after: String,
}

/// Reports of a page: those that say the same stand together as far as they are on one.
const AT_ONCE: u32 = 200;

/// Reports whose draft nobody goes on with.
const ABANDONED: &str = "abandoned";

const TABS: [(&str, &str, &[&str]); 4] = [
    ("new", "triage-tab-new", &["submitted"]),
    ("own", "triage-tab-own", &["in_triage"]),
    ("derived", "triage-tab-derived", &["derived"]),
    ("closed", "triage-tab-closed", &["closed"]),
];

pub(super) async fn list(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Query(which): Query<Which>,
) -> Result<Response, Failure> {
    let text = frame.text();
    let world = house.world();
    let page = frame
        .page(Section::Triage, text.t("triage-title"))
        .live_from("/events?topic=report");
    let chosen = TABS
        .iter()
        .find(|tab| tab.0 == which.tab)
        .unwrap_or(&TABS[0]);
    let mut tabs = Vec::new();
    let mut reports = Vec::new();
    let mut pager = None;
    let mut whole = false;
    for tab in &TABS {
        let reading = Reading::of(&house, &by, &address("/triage", &[("tab", tab.0)]));
        let found = world
            .triage_list(&by, |query| {
                query.states = tab.2.iter().map(|&state| state.to_owned()).collect();
                query.limit = if tab.0 == chosen.0 { AT_ONCE } else { 1 };
                query.after = reading.read(&which.after).filter(|_| tab.0 == chosen.0);
            })
            .await?;
        tabs.push(Tab {
            label: text.t(tab.1).into_owned(),
            href: format!("/triage?tab={}", tab.0),
            count: Some(paging::counted(found.total)),
            here: tab.0 == chosen.0 && which.tab != ABANDONED,
        });
        if tab.0 == chosen.0 {
            let to = |after: &str| address("/triage", &[("tab", tab.0), ("after", after)]);
            let shown = found.rows.len();
            pager = Some(reading.pager(&page, &found, shown, &which.after, to));
            whole = which.after.is_empty() && found.next.is_none();
            reports = found.rows;
        }
    }
    let abandoned = world.abandoned(&by).await?;
    let left = which.tab == ABANDONED;
    let count = u32::try_from(abandoned.len()).unwrap_or(u32::MAX);
    tabs.push(Tab {
        label: text.t("triage-tab-abandoned").into_owned(),
        href: format!("/triage?tab={ABANDONED}"),
        count: Some(paging::counted(count)),
        here: left,
    });
    tabs.push(Tab {
        label: text.t("triage-campaigns").into_owned(),
        href: "/campaigns".to_owned(),
        count: Some(Count::from(world.proposals_count(&by).await? as u64)),
        here: false,
    });
    let on_page = reports.len();
    let rows = match left {
        true => abandoned
            .iter()
            .map(|one| abandoned_row(&page, one))
            .collect(),
        false => rows(&house, &page, &by, reports).await?,
    };
    // Tabs and pager count reports; fewer rows say so.
    let together = (!left && rows.len() < on_page).then(|| {
        text.t2("now-reports-about", "rows", rows.len(), "n", on_page)
            .into_owned()
    });
    let said = whole && together.is_some();
    let pager = pager.filter(|_| !left && !said);
    show(&ListPage {
        tabs: Tabs {
            name: text.t("triage-tabs").into_owned(),
            tabs,
        },
        empty: match left {
            false => Empty {
                title: text.t("triage-none").into_owned(),
                text: text.t("triage-none-do").into_owned(),
                next: None,
            },
            true => Empty {
                title: text.t("triage-abandoned-none").into_owned(),
                text: text
                    .t1(
                        "triage-abandoned-none-do",
                        "hours",
                        world.settings().draft_hours,
                    )
                    .into_owned(),
                next: None,
            },
        },
        together,
        told: (!left).then(|| text.t("triage-shut").into_owned()),
        rows,
        pager,
        page,
    })
}

/// A report whose draft nobody goes on with: neither which item it is nor what it says.
pub(in crate::room) fn abandoned_row(page: &Page, one: &Abandoned) -> Row {
    let state = &one.report.state;
    let receipt = state.submission.receipt.as_str();
    let href = format!("/triage/{receipt}");
    let title = match one.days {
        0 => page.t("triage-abandoned-today"),
        days => page.t1("triage-abandoned", "n", days),
    };
    Row::new(page.came(state.received, receipt), &href, title)
        .tlp(page.tlp(state.submission.tlp))
        .about(page.t("triage-abandoned-about"))
        .verb(page.link(&href, page.t("triage-take-over")).main())
}

/// One row for reports that belong together, under the soonest of them.
pub(in crate::room) async fn rows(
    house: &House,
    page: &Page,
    by: &By,
    reports: Vec<Loaded<Report>>,
) -> Result<Vec<Row>, Failure> {
    let text = page.text;
    let mut rows = Vec::new();
    for group in house.world().together(by, &reports).await? {
        let size = group.places.len();
        let Some(report) = group.places.first().and_then(|place| reports.get(*place)) else {
            continue;
        };
        let state = &report.state;
        let submission = &state.submission;
        let href = format!("/triage/{}", submission.receipt);
        let others = is_with_others(by, state);
        let due = match state.triage_due() {
            Some(due) => due_of(page, due, others, submission.receipt.as_str()),
            None => page.came(state.received, submission.receipt.as_str()),
        };
        let open = house.world().holds_open(by, state);
        let title = match open {
            true => values_title(page, submission),
            false => kinds_title(page, submission),
        };
        let mut row = Row::new(due, &href, title)
            .tlp(page.tlp(submission.tlp))
            .tag(page.tag(words::report_state(
                text,
                state.state,
                state.closing.as_ref(),
            )));
        if size > 1 {
            row = row.about(text.t1("triage-cluster", "n", size));
        }
        if let Some(campaign) = &group.campaign {
            let state = &campaign.state;
            let n = state.reports.len();
            row = row.about(text.t2("triage-campaign-of", "title", state.title.as_str(), "n", n));
        }
        if others {
            row = row.about(text.t("triage-told-late"));
        }
        if let Some(sector) = submission.sector.as_ref().filter(|_| open) {
            row = row.about(choices::sector_name(page, house, sector));
        }
        let own = by.account_id().ok();
        row = match state.state {
            ReportState::Submitted => row.verb(page.link(&href, text.t("triage-take")).main()),
            ReportState::InTriage if state.assigned == own => {
                row.verb(page.link(&href, text.t("triage-go-on")).main())
            }
            _ => row.verb(page.link(&href, text.t("triage-look"))),
        };
        rows.push(row);
    }
    Ok(rows)
}

/// Whether another analyst has it. What they made of it is told to the others hours later only, so that
/// headers of the ledger do not join a report and its item: nothing may look late to them meanwhile.
pub(super) fn is_with_others(by: &By, report: &Report) -> bool {
    let own = by.account_id().ok();
    report.state == ReportState::InTriage && report.assigned.is_some() && report.assigned != own
}

/// The deadline of a report, which does not count down before those who do not keep it.
pub(super) fn due_of(page: &Page, due: Timestamp, others: bool, about: impl Into<String>) -> Due {
    match others {
        true => page.others_due(due, page.t("triage-with-others"), about),
        false => page.due(due, about),
    }
}

/// The first values, for who holds the report open.
fn values_title(page: &Page, submission: &Submission) -> String {
    let first = submission.values.iter().take(2);
    let first: Vec<&str> = first.map(|value| value.value.as_str()).collect();
    let shown = first.join(text_list(page));
    match submission.values.len() - first.len() {
        _ if first.is_empty() => page.t("triage-no-values").into_owned(),
        0 => shown,
        rest => page
            .t2("triage-values-more", "values", shown, "n", rest)
            .into_owned(),
    }
}

/// How many values of which kind: what may be known of a report before it is opened.
fn kinds_title(page: &Page, submission: &Submission) -> String {
    let kinds = kinds(page, submission).into_iter().map(|(kind, n)| {
        page.t2("triage-kind-count", "kind", kind, "n", n)
            .into_owned()
    });
    let kinds: Vec<String> = kinds.collect();
    match kinds.is_empty() {
        true => page.t("triage-no-values").into_owned(),
        false => kinds.join(text_list(page)),
    }
}

/// Kinds of a report's values in words, each with how many there are.
pub(super) fn kinds(page: &Page, submission: &Submission) -> Vec<(String, usize)> {
    let mut counts: BTreeMap<Kind, usize> = BTreeMap::new();
    for value in &submission.values {
        *counts.entry(value.kind).or_default() += 1;
    }
    let counts = counts.into_iter();
    counts
        .map(|(kind, n)| (words::value_kind(page.text, kind), n))
        .collect()
}

fn text_list(page: &Page) -> &'static str {
    match page.lang() {
        crate::text::Lang::Ja => "、",
        crate::text::Lang::En => ", ",
    }
}
