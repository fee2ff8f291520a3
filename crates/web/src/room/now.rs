//! The first page: what waits for whoever looks, soonest deadline first, each with one verb.

use askama::Template;
use axum::{extract::State, http::Method, response::Response, routing};
use kaname_kernel::Role;
use kaname_policy::Action;
use kaname_sharing::{ItemState, ReportState};

use super::{item, triage};
use crate::{
    error::Failure,
    frame::{
        Frame, Page, Section,
        part::{Empty, Row},
        show,
    },
    house::{By, House},
    room::words,
    route::{Access, Audit, Endpoint},
};

/// Most rows of one section.
const ROWS: u32 = 30;

/// Endpoints of this room.
pub fn endpoints() -> Vec<Endpoint<House>> {
    vec![Endpoint::new(
        Method::GET,
        "/",
        "now.show",
        Access::Public("shows what waits for whoever looks, or what is public"),
        Audit::None("reads with the reader's own eyes"),
        routing::get(now),
    )]
}

#[derive(Template)]
#[template(path = "room/now.html")]
struct NowPage {
    page: Page,
    sections: Vec<Waiting>,
    empty: Empty,
}

/// What waits, of one kind.
struct Waiting {
    title: String,
    about: String,
    rows: Vec<Row>,
}

async fn now(State(house): State<House>, frame: Frame, by: By) -> Result<Response, Failure> {
    if by.account.is_none() {
        if frame.visitor().who.is_some() {
            return Err(Failure::PasswordFirst);
        }
        return super::public::front(&house, &frame).await;
    }
    let text = frame.text();
    let page = frame
        .page(Section::Now, text.t("now-title"))
        .live_from("/events?topic=now");
    let mut sections = Vec::new();
    if by.has(Role::Provider) {
        sections.extend(permitted(consent(&house, &page, &by).await)?);
    }
    if by.has(Role::Releaser) {
        let states = ["awaiting_release"];
        let waiting = desk(&house, &page, &by, "now-release", &states).await;
        sections.extend(permitted(waiting)?);
    }
    if by.has(Role::Analyst) {
        sections.extend(permitted(reports(&house, &page, &by).await)?);
        let states = ["changes_proposed", "refused", "derived"];
        let waiting = desk(&house, &page, &by, "now-items", &states).await;
        sections.extend(permitted(waiting)?);
    }
    sections.extend(permitted(requests(&house, &page, &by).await)?);
    if by.has(Role::Member) && by.principal.member {
        sections.extend(permitted(fresh(&house, &page, &by).await)?);
    }
    sections.retain(|section| !section.rows.is_empty());
    show(&NowPage {
        empty: Empty {
            title: text.t("now-none").into_owned(),
            text: text.t("now-none-do").into_owned(),
            next: page
                .uses(Section::Library)
                .then(|| page.link("/library", text.t("now-library"))),
        },
        sections,
        page,
    })
}

/// What a role brings is left out where the powers given to a delegated party do not name it.
fn permitted(waiting: Result<Waiting, Failure>) -> Result<Option<Waiting>, Failure> {
    match waiting {
        Ok(waiting) => Ok(Some(waiting)),
        Err(Failure::Forbidden { .. }) => Ok(None),
        Err(other) => Err(other),
    }
}

async fn consent(house: &House, page: &Page, by: &By) -> Result<Waiting, Failure> {
    let text = page.text;
    let items = house.world().own_items(by, |query| {
        query.states = vec![ItemState::AwaitingConsent.as_str().to_owned()];
        query.limit = ROWS;
    });
    let rows = items.await?.rows.into_iter().map(|item| {
        let state = &item.state;
        let href = format!("/items/{}", state.number);
        let deadline = state.asked.as_ref().map(|asked| asked.deadline);
        let due = match deadline {
            Some(deadline) => page.due(deadline, text.t("now-answer-due")),
            None => page.not_due(text.t("now-answer-due")),
        };
        let title = state.content.title.in_language(page.lang().tag());
        Row::new(due, &href, title)
            .about(text.t("now-consent-about"))
            .tlp(page.tlp(state.content.tlp))
            .verb(page.link(&href, text.t("now-consent-verb")).main())
    });
    let mut rows: Vec<Row> = rows.collect();
    let asked = house.world().own_reports(by, |query| {
        query.states = vec!["in_triage".to_owned(), "derived".to_owned()];
        query.limit = ROWS;
    });
    for report in asked.await?.rows {
        if report.state.awaits_answer() {
            let receipt = report.state.submission.receipt.as_str();
            let href = format!("/submissions/{receipt}#thread");
            let due = page.came(report.state.received, receipt);
            let row = Row::new(due, &href, text.t("now-question"));
            rows.push(row.verb(page.link(&href, text.t("now-question-verb")).main()));
        }
    }
    Ok(Waiting {
        title: text.t("now-consent").into_owned(),
        about: rows.len().to_string(),
        rows,
    })
}

async fn desk(
    house: &House,
    page: &Page,
    by: &By,
    key: &str,
    states: &[&str],
) -> Result<Waiting, Failure> {
    let items = house.world().desk_items(by, |query| {
        query.states = states.iter().map(|&state| state.to_owned()).collect();
        query.limit = ROWS;
    });
    let items = items.await?;
    let rows = items
        .rows
        .iter()
        .map(|found| item::desk_row(house, page, by, found));
    Ok(Waiting {
        title: page.t(key).into_owned(),
        about: items.total.to_string(),
        rows: rows.collect(),
    })
}

async fn reports(house: &House, page: &Page, by: &By) -> Result<Waiting, Failure> {
    let text = page.text;
    let mut reports = house
        .world()
        .triage_list(by, |query| query.limit = ROWS)
        .await?;
    // What the analyst has derived from waits for others now.
    reports
        .rows
        .retain(|report| report.state.state != ReportState::Derived);
    let about = text
        .t1("now-reports-about", "n", reports.total)
        .into_owned();
    Ok(Waiting {
        title: text.t("now-reports").into_owned(),
        about,
        rows: triage::rows(house, page, by, reports.rows),
    })
}

async fn requests(house: &House, page: &Page, by: &By) -> Result<Waiting, Failure> {
    let text = page.text;
    let own = by.party_id()?;
    let all = house.world().cooperation_requests(by).await?;
    let mine = all
        .rows
        .into_iter()
        .filter(|request| request.state.is_open() && request.state.asked.to == own);
    let rows = mine.map(|request| {
        let href = format!("/requests#{}", request.id);
        let due = page.due(request.state.asked.deadline, text.t("now-answer-due"));
        Row::new(due, &href, request.state.asked.subject.as_str())
            .verb(page.link(&href, text.t("now-request-verb")).main())
    });
    let rows: Vec<Row> = rows.collect();
    Ok(Waiting {
        title: text.t("now-requests").into_owned(),
        about: rows.len().to_string(),
        rows,
    })
}

async fn fresh(house: &House, page: &Page, by: &By) -> Result<Waiting, Failure> {
    let text = page.text;
    if house.world().allow_any(by, Action::LibraryRead).is_err() {
        return Ok(Waiting {
            title: String::new(),
            about: String::new(),
            rows: Vec::new(),
        });
    }
    let items = house.world().library(by, |query| query.limit = 10).await?;
    let rows = items.rows.iter().map(|item| {
        let state = &item.state;
        let href = format!("/library/{}", state.number);
        let at = state
            .release
            .as_ref()
            .map_or(state.revised_at, |release| release.at);
        let title = state.content.title.in_language(page.lang().tag());
        Row::new(page.came(at, state.number.as_str()), &href, title)
            .about(words::item_kind(text, state.content.kind))
            .tlp(page.tlp(state.content.tlp))
            .verb(page.link(&href, text.t("now-read")))
    });
    Ok(Waiting {
        title: text.t("now-fresh").into_owned(),
        about: items.total.to_string(),
        rows: rows.collect(),
    })
}
