//! The list of sources: those with trouble first.

use askama::Template;
use axum::{extract::State, response::Response};
use kaname_policy::{Action, Resource};

use super::words;
use crate::{
    error::Failure,
    frame::{
        Frame, Page, Section,
        part::{Empty, Verb},
        show,
    },
    house::{By, House},
    room::{choices, deliveries::host, form::may, peers::words as peers, trouble},
    text::{Count, Text},
};

#[derive(Template)]
#[template(path = "room/sources/list.html")]
struct SourcesPage {
    page: Page,
    rows: Vec<Row>,
    empty: Empty,
    new: Option<Verb>,
}

struct Row {
    code: String,
    publisher: String,
    host: String,
    form: String,
    collection: String,
    state: String,
    trouble: Option<String>,
    count: Count,
    lag: String,
    next: String,
}

pub(super) async fn list(
    State(house): State<House>,
    frame: Frame,
    by: By,
) -> Result<Response, Failure> {
    let mut sources = house.world().sources(&by).await?;
    // The sort is stable: within each they stay by their code.
    sources.sort_by_key(|source| match source.state.turns.state() {
        "troubled" => 0,
        "active" => 1,
        _ => 2,
    });
    let page = frame.page(Section::Directory, frame.text().t("sources-title"));
    let text = page.text;
    let mut rows = Vec::with_capacity(sources.len());
    for source in &sources {
        let state = &source.state;
        let terms = &state.definition.terms;
        let turns = &state.turns;
        let host = terms.url.as_deref().map(host);
        rows.push(Row {
            code: state.definition.code.clone(),
            publisher: terms.publisher.clone(),
            host: match host {
                Some(host) => host.to_owned(),
                None => text.t("sources-file").into_owned(),
            },
            form: words::form(text, terms.form.kind),
            collection: choices::collection_name(&house, &by, &page, state.definition.into).await?,
            state: peers::state(text, turns),
            trouble: turns
                .stopped
                .clone()
                .or_else(|| turns.trouble.as_ref().map(|one| trouble::said(text, one)))
                .or_else(|| owed(text, state.owed.len())),
            count: Count::from(state.listed),
            lag: words::lag(text, state, page.now),
            next: peers::next(&page, turns),
        });
    }
    let manages = may(&house, &by, Action::CollectionManage, &Resource::default()).is_ok();
    let new = || manages.then(|| page.link("/sources-new", page.t("sources-add")).main());
    show(&SourcesPage {
        rows,
        empty: Empty {
            title: page.t("sources-none").into_owned(),
            text: page
                .t(match manages {
                    true => "sources-about",
                    false => "sources-none-do",
                })
                .into_owned(),
            next: new().or_else(|| Some(page.link("/peers", page.t("sources-to-peers")))),
        },
        new: new(),
        page,
    })
}

/// That events did not come, where some did not.
fn owed(text: Text, count: usize) -> Option<String> {
    let told = || {
        text.t1("sources-owed-count", "n", count as u64)
            .into_owned()
    };
    (count > 0).then(told)
}
