//! Victim records that providers have shown to the reader's party: the list, one of them, and taking note.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::Method,
    response::Response,
    routing,
};
use kaname_policy::Action;
use kaname_world::{Loaded, WorldError, sharing::ShownRecord};

use super::{back::back, library, words};
use crate::{
    error::Failure,
    frame::{
        Frame, Page, Section,
        part::{At, Empty, Row, Verb},
        show,
    },
    house::{By, House},
    route::{Access, Audit, Endpoint},
};

const READ: Access = Access::SignedIn(&[Action::VictimRead]);
const READS: Audit = Audit::None("reads what the provider has shown to the reader's party");
/// Most characters of a record in a list.
const OUTLINE: usize = 60;

/// Endpoints of this room.
pub fn endpoints() -> Vec<Endpoint<House>> {
    vec![
        Endpoint::new(
            Method::GET,
            "/records",
            "record.list",
            READ,
            READS,
            routing::get(list),
        ),
        Endpoint::new(
            Method::GET,
            "/records/{id}",
            "record.show",
            READ,
            READS,
            routing::get(one),
        ),
        Endpoint::new(
            Method::POST,
            "/records/{id}/acknowledge",
            "record.acknowledge",
            Access::SignedIn(&[Action::VictimAcknowledge]),
            Audit::Event("victim.acknowledged"),
            routing::post(acknowledge),
        ),
    ]
}

#[derive(Template)]
#[template(path = "room/record/list.html")]
struct ListPage {
    page: Page,
    rows: Vec<Row>,
    empty: Empty,
}

async fn list(State(house): State<House>, frame: Frame, by: By) -> Result<Response, Failure> {
    let text = frame.text();
    let page = frame.page(Section::Records, text.t("record-title"));
    let shown = house.world().shown_records(&by).await?;
    show(&ListPage {
        rows: shown.iter().map(|one| row(&page, one)).collect(),
        empty: Empty {
            title: text.t("record-none").into_owned(),
            text: text.t("record-none-do").into_owned(),
            next: Some(page.link("/", text.t("common-error-home"))),
        },
        page,
    })
}

/// A record in a list: since when it is shown, how it begins, whether note was taken.
pub(super) fn row(page: &Page, one: &ShownRecord) -> Row {
    let state = &one.victim.state;
    let since = state.shown_at.unwrap_or(state.recorded);
    let href = format!("/records/{}", one.victim.id);
    let noted = match one.acknowledged {
        true => "record-noted",
        false => "record-new",
    };
    let verb = page.link(&href, page.t("record-read"));
    let row = Row::new(
        page.came(since, page.t("record-shown")),
        &href,
        outline(one),
    );
    row.tag(page.tag(page.t(noted)))
        .verb(match one.acknowledged {
            true => verb,
            false => verb.main(),
        })
}

/// The first line, cut.
fn outline(one: &ShownRecord) -> String {
    let first = one.harm.text.lines().next().unwrap_or_default().trim();
    if first.chars().count() <= OUTLINE {
        return first.to_owned();
    }
    first.chars().take(OUTLINE).chain(['…']).collect()
}

#[derive(Template)]
#[template(path = "room/record/show.html")]
struct ShowPage {
    page: Page,
    reported: At,
    since: At,
    noticed: Option<At>,
    contact: String,
    harm: String,
    items: Vec<Row>,
    noted: Option<At>,
    acknowledge: Option<Verb>,
}

async fn one(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(typed): Path<String>,
) -> Result<Response, Failure> {
    let text = frame.text();
    let id = typed.parse().map_err(|_| Failure::NotFound)?;
    let (record, items) = house.world().shown_record(&by, id).await?;
    let page = frame.page(Section::Records, text.t("record-title-one"));
    let state = &record.victim.state;
    let own = by.party_id().ok();
    let noted = state.acknowledged.iter().find(|one| Some(one.party) == own);
    let noted = noted.filter(|_| record.acknowledged);
    show(&ShowPage {
        reported: page.at(state.recorded),
        since: page.at(state.shown_at.unwrap_or(state.recorded)),
        noticed: record.harm.noticed.map(|at| page.at(at)),
        contact: record.harm.contact,
        harm: record.harm.text,
        items: items.iter().map(|item| item_row(&page, item)).collect(),
        noted: noted.map(|one| page.at(one.at)),
        acknowledge: (!record.acknowledged).then(|| {
            let to = format!("/records/{id}/acknowledge");
            page.post(to, text.t("record-acknowledge")).main()
        }),
        page,
    })
}

fn item_row(page: &Page, item: &Loaded<kaname_sharing::Item>) -> Row {
    let state = &item.state;
    let title = library::list::title(page, state);
    let came = page.came(state.revised_at, state.number.as_str());
    Row::new(came, format!("/library/{}", state.number), title)
        .about(words::item_kind(page.text, state.content.kind))
        .tlp(page.tlp(state.content.tlp))
}

async fn acknowledge(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(typed): Path<String>,
) -> Result<Response, Failure> {
    let id = typed.parse().map_err(|_| Failure::NotFound)?;
    let done = house.world().acknowledge_record(&by, id).await;
    if let Err(error @ WorldError::NotFound(_)) = done {
        return Err(error.into());
    }
    back(
        &frame,
        &format!("/records/{id}"),
        done,
        "record-acknowledged",
    )
}
