//! Values so widely used that meeting one says little: the lists, and whether one of them warns of a value.

use askama::Template;
use axum::{
    Json,
    extract::{Query, State},
    http::Method,
    response::Response,
    routing,
};
use kaname_intake::read_listed;
use kaname_policy::Action;
use kaname_sharing::warninglist::Outline;
use kaname_world::sharing::{Brought, Warnings};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    error::Failure,
    frame::{
        Frame, Page, Section,
        part::{Empty, Field, Notice, Tone},
        show,
    },
    house::{By, House},
    room::{
        api::body::{Checked, Read},
        words,
    },
    route::{Access, Audit, BodySize, Endpoint},
    text::group,
};

/// Longest value that is asked about, in bytes.
const MAX_ASKED: usize = 2_000;
const READS: Audit = Audit::None("reads lists of what is widely known");

/// Endpoints of this room.
pub fn endpoints() -> Vec<Endpoint<House>> {
    vec![
        Endpoint::new(
            Method::GET,
            "/warninglists",
            "warninglist.list",
            Access::SignedIn(&[
                Action::LibraryRead,
                Action::SubmissionSubmit,
                Action::TriageList,
            ]),
            READS,
            routing::get(list),
        ),
        Endpoint::new(
            Method::GET,
            "/api/v1/warninglists",
            "api.warninglists",
            Access::Either(Action::LibraryRead),
            READS,
            routing::get(tell),
        ),
        Endpoint::new(
            Method::POST,
            "/api/v1/warninglists",
            "api.load_warninglist",
            Access::Either(Action::ImportRun),
            Audit::Event("warninglist.loaded"),
            routing::post(load),
        )
        .with_body(BodySize::Report),
        Endpoint::new(
            Method::POST,
            "/api/v1/warninglists/drop",
            "api.drop_warninglist",
            Access::Either(Action::ImportRun),
            Audit::Event("warninglist.dropped"),
            routing::post(drop_one),
        ),
    ]
}

#[derive(Template)]
#[template(path = "room/warninglist.html")]
struct ListPage {
    page: Page,
    asked: Field,
    answer: Option<Answer>,
    lists: Vec<List>,
    empty: Empty,
}

/// What is known of the value asked about.
struct Answer {
    notice: Notice,
    lists: Vec<List>,
}

struct List {
    name: String,
    about: String,
    kind: String,
    entries: String,
    version: String,
    loaded: String,
}

/// What is asked.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    value: String,
}

async fn list(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let page = frame.page(Section::Library, frame.text().t("warninglist-title"));
    let all = house.world().warninglists(&by).await?;
    let lists = all.iter().map(|list| {
        let loaded = page.text.jst(list.state.loaded, page.now);
        List {
            loaded,
            ..told(&page, &list.state.outline)
        }
    });
    let lists = lists.collect();
    let typed = asked.value.trim();
    let value = (typed.len() <= MAX_ASKED)
        .then(|| read_listed(typed))
        .flatten();
    let unread = !typed.is_empty() && value.is_none();
    let answer = match value {
        Some(value) => {
            let warnings = house.world().warnings(&by).await?;
            let kind = words::value_kind(page.text, value.kind);
            Some(answer(
                &page,
                &kind,
                &value.value,
                &warnings.of(value.kind, &value.value),
            ))
        }
        None => None,
    };
    show(&ListPage {
        asked: page
            .line("text", "value", page.t("warninglist-value"))
            .value(typed)
            .longest(MAX_ASKED)
            .error(unread.then(|| page.t("warninglist-unread").into_owned())),
        answer,
        lists,
        empty: Empty {
            title: page.t("warninglist-none").into_owned(),
            text: page.t("warninglist-none-about").into_owned(),
            next: None,
        },
        page,
    })
}

fn answer(page: &Page, kind: &str, value: &str, found: &[&Outline]) -> Answer {
    let (tone, title) = match found.len() {
        0 => (Tone::Done, page.t1("warninglist-clear", "value", value)),
        n => (
            Tone::Care,
            page.t2("warninglist-found", "value", value, "n", n),
        ),
    };
    Answer {
        notice: Notice {
            tone,
            title: title.into_owned(),
            text: kind.to_owned(),
        },
        lists: found.iter().map(|outline| told(page, outline)).collect(),
    }
}

fn told(page: &Page, outline: &Outline) -> List {
    List {
        name: outline.name.clone(),
        about: outline.description.clone(),
        kind: page.word(&format!("warning-{}", outline.kind.as_str())),
        entries: group(outline.entries),
        version: outline.version.to_string(),
        loaded: String::new(),
    }
}

/// One line on what warns of a value, where something does: up to three names.
pub(super) fn warned(page: &Page, lists: &[&Outline]) -> Option<String> {
    let names: Vec<&str> = lists
        .iter()
        .take(3)
        .map(|list| list.name.as_str())
        .collect();
    let more = lists.len() - names.len();
    let said = match (names.is_empty(), more) {
        (true, _) => return None,
        (false, 0) => page.t1("warninglist-warned", "lists", names.join("; ")),
        (false, more) => page.t2(
            "warninglist-warned-more",
            "lists",
            names.join("; "),
            "n",
            more,
        ),
    };
    Some(said.into_owned())
}

async fn tell(
    State(house): State<House>,
    by: By,
    Query(asked): Query<Asked>,
) -> Result<Json<Value>, Failure> {
    let world = house.world();
    world.allow_any(&by, Action::LibraryRead)?;
    if asked.value.is_empty() {
        let all = world.warninglists(&by).await?;
        let lists: Vec<Value> = all
            .iter()
            .map(|list| outlined(&list.state.outline))
            .collect();
        return Ok(Json(json!({ "lists": lists })));
    }
    let typed = asked.value.trim();
    let value = (typed.len() <= MAX_ASKED)
        .then(|| read_listed(typed))
        .flatten();
    let value = value.ok_or_else(|| Failure::Malformed {
        at: "value".to_owned(),
        why: "no address, network, name, URL, mail address or hash".to_owned(),
    })?;
    let warnings: &Warnings = &*world.warnings(&by).await?;
    let lists = warnings.of(value.kind, &value.value).into_iter();
    let lists: Vec<Value> = lists.map(outlined).collect();
    Ok(Json(
        json!({ "value": value.value, "kind": value.kind.as_str(), "lists": lists }),
    ))
}

/// Takes a list in MISP's form, as `kaname warninglist load` does.
async fn load(
    State(house): State<House>,
    by: By,
    Checked(bytes): Checked,
) -> Result<Json<Value>, Failure> {
    let (outline, brought) = house.world().load_warninglist(&by, &bytes).await?;
    let brought = match brought {
        Brought::New => "new",
        Brought::Changed => "changed",
        Brought::Same => "same",
    };
    Ok(Json(
        json!({ "brought": brought, "list": outlined(&outline) }),
    ))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Dropped {
    name: String,
    reason: String,
}

async fn drop_one(
    State(house): State<House>,
    by: By,
    Read(sent): Read<Dropped>,
) -> Result<Json<Value>, Failure> {
    let dropped = house
        .world()
        .drop_warninglist(&by, &sent.name, &sent.reason)
        .await?;
    Ok(Json(json!({ "dropped": outlined(&dropped) })))
}

fn outlined(outline: &Outline) -> Value {
    json!({
        "name": outline.name,
        "description": outline.description,
        "kind": outline.kind,
        "version": outline.version,
        "entries": outline.entries,
    })
}
