//! The list of peers: those with trouble first.

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
    room::{choices, deliveries::host, form::may, trouble},
    text::Count,
};

#[derive(Template)]
#[template(path = "room/peers/list.html")]
struct PeersPage {
    page: Page,
    rows: Vec<Row>,
    empty: Empty,
    new: Option<Verb>,
}

struct Row {
    code: String,
    host: String,
    direction: String,
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
    let world = house.world();
    let mut peers = world.peers(&by).await?;
    // The sort is stable: within each they stay by their code.
    peers.sort_by_key(|peer| match peer.state.turns.state() {
        "troubled" => 0,
        "active" => 1,
        _ => 2,
    });
    let page = frame.page(Section::Directory, frame.text().t("peers-title"));
    let text = page.text;
    let mut rows = Vec::with_capacity(peers.len());
    for peer in &peers {
        let state = &peer.state;
        rows.push(Row {
            code: state.definition.code.clone(),
            host: host(&state.definition.url).to_owned(),
            direction: words::direction(text, state.definition.way),
            collection: choices::collection_name(
                &house,
                &by,
                &page,
                state.definition.way.collection(),
            )
            .await?,
            state: words::state(text, &state.turns),
            trouble: state.turns.stopped.clone().or_else(|| {
                state
                    .turns
                    .trouble
                    .as_ref()
                    .map(|one| trouble::said(text, one))
            }),
            count: Count::from(state.taken),
            lag: words::lag(text, state, page.now),
            next: words::next(&page, &state.turns),
        });
    }
    let manages = may(&house, &by, Action::CollectionManage, &Resource::default()).is_ok();
    let new = || manages.then(|| page.link("/peers-new", page.t("peers-add")).main());
    show(&PeersPage {
        rows,
        empty: Empty {
            title: page.t("peers-none").into_owned(),
            text: page.t("peers-about").into_owned(),
            next: new(),
        },
        new: new(),
        page,
    })
}
