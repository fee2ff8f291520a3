//! The provider's own reports and what waits for its answer.

use askama::Template;
use axum::{extract::State, response::Response};
use kaname_sharing::{Item, ItemState};
use kaname_store::Sort;
use kaname_world::Loaded;

use crate::{
    error::Failure,
    frame::{
        Frame, Page, Section,
        part::{Empty, Row, Verb},
        show,
    },
    house::{By, House},
    room::words,
    text::Count,
};

#[derive(Template)]
#[template(path = "room/submission/list.html")]
struct ListPage {
    page: Page,
    new: Verb,
    waiting: Vec<Row>,
    reports: Vec<Row>,
    items: Vec<Row>,
    count: Count,
    empty: Empty,
}

pub(super) async fn list(
    State(house): State<House>,
    frame: Frame,
    by: By,
) -> Result<Response, Failure> {
    let text = frame.text();
    let page = frame.page(Section::Submissions, text.t("submission-own-list"));
    let world = house.world();
    let reports = world.own_reports(&by, |query| query.limit = 100).await?;
    let asked = world.own_items(&by, |query| {
        query.states = vec![ItemState::AwaitingConsent.as_str().to_owned()];
        query.limit = 100;
    });
    let asked = asked.await?;
    let items = world.own_items(&by, |query| {
        query.sort = Sort::Newest;
        query.limit = 100;
    });
    let items = items.await?;
    let count = Count::capped(u64::from(reports.total), 10_000);
    let mut waiting = Vec::new();
    let mut others = Vec::new();
    let settled = |item: &&Loaded<Item>| item.state.state != ItemState::AwaitingConsent;
    for item in asked.rows.iter().chain(items.rows.iter().filter(settled)) {
        let state = &item.state;
        let title = state.content.title.in_language(page.lang().tag());
        let href = format!("/items/{}", state.number);
        if state.state == ItemState::AwaitingConsent {
            let deadline = state.asked.as_ref().map(|asked| asked.deadline);
            let due = deadline.map_or_else(
                || page.not_due(text.t("submission-answer")),
                |deadline| page.due(deadline, text.t("submission-answer")),
            );
            let verb = page.link(&href, text.t("submission-look-at")).main();
            let row = Row::new(due, &href, title).about(&*text.t("submission-asked"));
            waiting.push(row.tlp(page.tlp(state.content.tlp)).verb(verb));
        } else {
            let due = page.came(state.revised_at, state.number.as_str());
            let tag = page.tag(words::item_state(text, state.state));
            let row = Row::new(due, &href, title)
                .tlp(page.tlp(state.content.tlp))
                .tag(tag);
            others.push(row);
        }
    }
    let mut rows = Vec::new();
    for report in &reports.rows {
        let state = &report.state;
        let view = world.report(&by, report.id).await?;
        let title = view
            .content
            .map(|content| content.title)
            .unwrap_or_default();
        let href = format!("/submissions/{}", state.submission.receipt);
        let due = page.came(state.received, state.submission.receipt.as_str());
        let said = words::report_state(text, state.state, state.closing.as_ref());
        let mut row = Row::new(due, &href, title)
            .tlp(page.tlp(state.submission.tlp))
            .tag(page.tag(said))
            .about(text.t1("submission-values", "n", state.submission.values.len()));
        let awaited = state.awaits_answer();
        if awaited {
            let verb = page
                .link(format!("{href}#thread"), text.t("submission-reply"))
                .main();
            row = row.about(&*text.t("submission-question")).verb(verb);
        }
        rows.push((!awaited, row));
    }
    // Newest first, and what waits for the provider before the rest.
    rows.sort_by_key(|(settled, _)| *settled);
    let rows = rows.into_iter().map(|(_, row)| row).collect();
    let new = page
        .link("/submissions/new", text.t("submission-new"))
        .main();
    let empty = Empty {
        title: text.t("submission-none").into_owned(),
        text: text.t("submission-none-do").into_owned(),
        next: Some(
            page.link("/submissions/new", text.t("submission-new"))
                .main(),
        ),
    };
    show(&ListPage {
        page,
        new,
        waiting,
        reports: rows,
        items: others,
        count,
        empty,
    })
}
