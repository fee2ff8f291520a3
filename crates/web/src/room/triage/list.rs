//! Reports that wait, soonest deadline first; those that say the same stand together.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    extract::{Query, State},
    response::Response,
};
use kaname_intake::submission::groups;
use kaname_sharing::{Report, ReportState, value::group_keys};
use kaname_world::Loaded;
use serde::Deserialize;

use crate::{
    error::Failure,
    frame::{
        Frame, Page, Section,
        part::{Empty, Pager, Row, Tab, Tabs},
        show,
    },
    house::{By, House},
    room::{
        choices,
        library::cursor::{self, Reading, address},
        words,
    },
};

#[derive(Template)]
#[template(path = "room/triage/list.html")]
struct ListPage {
    page: Page,
    tabs: Tabs,
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
            count: Some(cursor::counted(found.total)),
            here: tab.0 == chosen.0,
        });
        if tab.0 == chosen.0 {
            let to = |after: &str| address("/triage", &[("tab", tab.0), ("after", after)]);
            let shown = found.rows.len();
            pager = Some(reading.pager(&page, &found, shown, &which.after, to));
            reports = found.rows;
        }
    }
    let rows = rows(&house, &page, &by, reports);
    show(&ListPage {
        tabs: Tabs {
            name: text.t("triage-tabs").into_owned(),
            tabs,
        },
        empty: Empty {
            title: text.t("triage-none").into_owned(),
            text: text.t("triage-none-do").into_owned(),
            next: None,
        },
        rows,
        pager,
        page,
    })
}

/// Reports that share a value with more than this many others do not stand together for it.
const MOST_TOGETHER: usize = 100;

/// One row for reports that share values, under the soonest of them.
pub(in crate::room) fn rows(
    house: &House,
    page: &Page,
    by: &By,
    reports: Vec<Loaded<Report>>,
) -> Vec<Row> {
    let text = page.text;
    let keys: Vec<_> = reports
        .iter()
        .map(|report| group_keys(&report.state.submission.values))
        .collect();
    let together = groups(&keys, MOST_TOGETHER);
    let sizes: BTreeMap<usize, usize> = together
        .iter()
        .filter_map(|group| Some((*group.first()?, group.len())))
        .collect();
    let mut rows = Vec::new();
    for (place, report) in reports.into_iter().enumerate() {
        let state = &report.state;
        let Some(&size) = sizes.get(&place) else {
            continue;
        };
        let submission = &state.submission;
        let href = format!("/triage/{}", submission.receipt);
        let due = match state.triage_due() {
            Some(due) => page.due(due, submission.receipt.as_str()),
            None => page.came(state.received, submission.receipt.as_str()),
        };
        let first = submission
            .values
            .iter()
            .take(2)
            .map(|value| value.value.as_str());
        let first: Vec<&str> = first.collect();
        let title = match (first.as_slice(), submission.values.len()) {
            ([], _) => text.t("triage-no-values").into_owned(),
            (shown, all) if all > shown.len() => {
                let rest = all - shown.len();
                text.t2(
                    "triage-values-more",
                    "values",
                    shown.join(text_list(page)),
                    "n",
                    rest,
                )
                .into_owned()
            }
            (shown, _) => shown.join(text_list(page)),
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
        if let Some(sector) = &submission.sector {
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
    rows
}

fn text_list(page: &Page) -> &'static str {
    match page.lang() {
        crate::text::Lang::Ja => "、",
        crate::text::Lang::En => ", ",
    }
}
