//! The provider's own reports and what waits for its answer.

use askama::Template;
use axum::{
    extract::{Query, State},
    response::Response,
};
use kaname_sharing::ItemState;
use kaname_store::Sort;
use kaname_world::Listed;
use serde::Deserialize;

use super::show;
use crate::{
    error::Failure,
    frame::{
        self, Frame, Page, Section,
        part::{Empty, Pager, Row, Verb, by_deadline},
    },
    house::{By, House},
    room::{
        now,
        paging::{self, Reading, address},
        words,
    },
    text::Count,
};

#[derive(Template)]
#[template(path = "room/submission/list.html")]
struct ListPage {
    page: Page,
    new: Verb,
    waiting: Vec<Row>,
    waiting_pager: Pager,
    reports: Vec<Row>,
    reports_pager: Pager,
    items: Vec<Row>,
    items_pager: Pager,
    counts: [Count; 3],
    empty: Empty,
}

/// Where each of the three lists goes on.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Parts {
    after: String,
    waiting: String,
    items: String,
}

impl Parts {
    /// The pager of one list; the others stay where they are.
    fn pager<M>(
        &self,
        page: &Page,
        found: &Listed<M>,
        (name, reading): (&str, &Reading<'_>),
    ) -> Pager {
        let all = [
            ("after", self.after.as_str()),
            ("waiting", &self.waiting),
            ("items", &self.items),
        ];
        let here = all.iter().find(|(one, _)| *one == name);
        let here = here.map_or("", |(_, after)| after);
        reading.pager(page, found, found.rows.len(), here, |after| {
            let moved = all.map(|(one, held)| (one, if one == name { after } else { held }));
            address("/submissions", &moved)
        })
    }
}

pub(super) async fn list(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Query(parts): Query<Parts>,
) -> Result<Response, Failure> {
    let text = frame.text();
    let page = frame.page(Section::Submissions, text.t("submission-own-list"));
    let world = house.world();
    let part = |name: &str| Reading::of(&house, &by, &format!("/submissions#{name}"));
    let (own, waits, done) = (part("after"), part("waiting"), part("items"));
    let reports = world.own_reports(&by, |query| query.after = own.read(&parts.after));
    let reports = reports.await?;
    let asked = world.own_items(&by, |query| {
        query.states = vec![ItemState::AwaitingConsent.as_str().to_owned()];
        query.after = waits.read(&parts.waiting);
    });
    let asked = asked.await?;
    let items = world.own_items(&by, |query| {
        query.sort = Sort::Newest;
        let settled = ItemState::ALL
            .into_iter()
            .filter(|state| *state != ItemState::AwaitingConsent);
        query.states = settled.map(|state| state.as_str().to_owned()).collect();
        query.after = done.read(&parts.items);
    });
    let items = items.await?;
    let mut waiting = match parts.waiting.is_empty() {
        true => now::showings(&house, &page, &by).await?,
        false => Vec::new(),
    };
    let showings = u32::try_from(waiting.len()).unwrap_or_default();
    let counts = [
        asked.total.saturating_add(showings),
        reports.total,
        items.total,
    ]
    .map(paging::counted);
    let waiting_pager = parts
        .pager(&page, &asked, ("waiting", &waits))
        .of(&page.t("submission-waiting"));
    let reports_pager = parts
        .pager(&page, &reports, ("after", &own))
        .of(&page.t("submission-reports"));
    let items_pager = parts
        .pager(&page, &items, ("items", &done))
        .of(&page.t("submission-items"));
    let mut others = Vec::new();
    for item in asked.rows.iter().chain(&items.rows) {
        let state = &item.state;
        let title = state.content.title.in_language(page.lang().tag());
        let href = format!("/items/{}", state.number);
        if state.state == ItemState::AwaitingConsent {
            let deadline = state.asked.as_ref().map(|asked| asked.deadline);
            let due = page.maybe_due(deadline, text.t("submission-answer"));
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
    let (mut asking, mut rows) = (Vec::new(), Vec::new());
    for report in &reports.rows {
        let state = &report.state;
        let view = world.report(&by, report.id).await?;
        let derived = show::derived(&house, &by, &view).await?;
        let furthest = words::furthest(state, &derived);
        let title = view
            .content
            .map(|content| content.title)
            .unwrap_or_default();
        let href = format!("/submissions/{}", state.submission.receipt);
        let due = page.came(state.received, state.submission.receipt.as_str());
        let said = words::own_report_state(text, state, furthest);
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
        if awaited {
            asking.push(row);
        } else {
            rows.push(row);
        }
    }
    // What waits for the provider before the rest, which stands newest first.
    let mut reports_shown = by_deadline(asking);
    reports_shown.append(&mut rows);
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
    frame::show(&ListPage {
        page,
        new,
        waiting: by_deadline(waiting),
        waiting_pager,
        reports: reports_shown,
        reports_pager,
        items: others,
        items_pager,
        counts,
        empty,
    })
}
