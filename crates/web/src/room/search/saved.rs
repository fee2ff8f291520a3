//! The reader's own saved searches: the list with what each found last, and the form to keep one or change it.

use askama::Template;
use axum::{
    extract::{Path, Query, State},
    response::Response,
};
use kaname_kernel::MatterId;
use kaname_sharing::find::{Alert, News, SavedSearch, Told, Watched};
use kaname_store::find::COUNTED;
use kaname_world::{Loaded, WorldError};
use serde::Deserialize;

use crate::{
    error::Failure,
    frame::{
        Flash, Frame, Page, Posted, Section,
        part::{At, Choice, Empty, Notice, Tone, Verb},
        show,
    },
    house::{By, House},
    room::{
        form::{self, Form, Typed, Wrong},
        paging::{address, counted},
    },
    text::{Text, TextArg},
};

/// Where the list stands.
const LIST: &str = "/search/saved";
/// Where a search is saved.
const NEW: &str = "/search/saved-new";

#[derive(Template)]
#[template(path = "room/search/saved.html")]
struct SavedPage {
    page: Page,
    rows: Vec<Kept>,
    empty: Empty,
    /// Said when alerts cannot come by mail.
    no_address: Option<Notice>,
}

struct Kept {
    name: String,
    query: String,
    href: String,
    alert: String,
    news: Option<Newest>,
    acts: Vec<Verb>,
}

/// What was found last.
struct Newest {
    at: At,
    said: String,
    /// Leads to what came since.
    href: String,
    told: String,
}

pub(super) async fn list(
    State(house): State<House>,
    frame: Frame,
    by: By,
) -> Result<Response, Failure> {
    let saved = house.world().saved_searches(&by).await?;
    let page = frame.page(Section::Library, frame.text().t("search-saved"));
    let has_address = by
        .account
        .as_ref()
        .is_some_and(|account| account.state.mail.is_some());
    let is_told = |one: &Loaded<SavedSearch>| one.state.watched.alert != Alert::Never;
    let wants = saved.iter().any(is_told) && !has_address;
    show(&SavedPage {
        rows: saved.iter().map(|one| kept(&page, one)).collect(),
        empty: Empty {
            title: page.t("search-saved-none").into_owned(),
            text: page.t("search-saved-about").into_owned(),
            next: Some(page.link("/search", page.t("search-title"))),
        },
        no_address: wants.then(|| Notice {
            tone: Tone::Plain,
            title: page.t("search-saved-no-address").into_owned(),
            text: page.t("search-saved-no-address-do").into_owned(),
        }),
        page,
    })
}

fn kept(page: &Page, saved: &Loaded<SavedSearch>) -> Kept {
    let watched = &saved.state.watched;
    let name = watched.name.as_str();
    let change = page
        .link(one(saved.id), page.t("search-saved-change"))
        .named(page.t1("search-saved-change-of", "name", name));
    let drop = page
        .post(
            format!("{}/drop", one(saved.id)),
            page.t("search-saved-drop"),
        )
        .named(page.t1("search-saved-drop-of", "name", name));
    Kept {
        name: name.to_owned(),
        query: watched.query.clone(),
        href: address("/search", &[("q", &watched.query)]),
        alert: alert(page.text, watched.alert),
        news: saved
            .state
            .news
            .as_ref()
            .map(|news| newest(page, watched, news)),
        acts: vec![change, drop],
    }
}

fn one(id: MatterId) -> String {
    format!("{LIST}/{id}")
}

fn newest(page: &Page, watched: &Watched, news: &News) -> Newest {
    let count = |n: u32| counted(n.min(COUNTED + 1)).to_string();
    let found = &news.found;
    let counts: [(&'static str, &dyn TextArg); 5] = [
        ("items", &count(found.items)),
        ("objects", &count(found.objects)),
        ("reports", &count(found.reports)),
        ("assessments", &count(found.assessments)),
        ("campaigns", &count(found.campaigns)),
    ];
    let said = match found.is_for_officers() {
        true => page.text.t_args("search-saved-news-officer", &counts),
        false => page.text.t_args("search-saved-news", &counts),
    };
    // The search language has days: the day on which the news began shows all of them.
    let japan = jiff::tz::Offset::constant(9);
    let day = japan.to_datetime(news.from).date();
    let told = match news.notified {
        Told::Mail => "search-saved-told-mail",
        Told::Page => "search-saved-told-page",
        Told::Failed => "search-saved-told-failed",
    };
    Newest {
        at: page.at(news.until),
        said: said.into_owned(),
        href: address(
            "/search",
            &[("q", &format!("{} since:{day}", watched.query))],
        ),
        told: page.t(told).into_owned(),
    }
}

fn alert(text: Text, alert: Alert) -> String {
    let key = match alert {
        Alert::Never => "search-saved-never",
        Alert::Hourly => "search-saved-hourly",
        Alert::Daily => "search-saved-daily",
    };
    text.t(key).into_owned()
}

/// What is to be saved, as the search page says it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    q: String,
}

pub(super) async fn ask_save(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    house.world().saved_searches(&by).await?;
    let typed = Typed::default()
        .set("query", asked.q.clone())
        .set("name", asked.q)
        .set("alert", Alert::Daily.as_str());
    save_form(&frame, &typed, None)
}

pub(super) async fn save(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Posted(typed): Posted<Typed>,
) -> Result<Response, Failure> {
    let done = match watched(&typed) {
        Ok(watched) => house.world().save_search(&by, watched).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(_) => said(&frame, "search-saved-done"),
        Err(error) => save_form(&frame, &typed, Some(wrong(&frame, error)?)),
    }
}

pub(super) async fn ask_change(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(id): Path<MatterId>,
) -> Result<Response, Failure> {
    let saved = house.world().saved_search(&by, id).await?.state.watched;
    let typed = Typed::default()
        .set("query", saved.query)
        .set("name", saved.name)
        .set("alert", saved.alert.as_str());
    change_form(&frame, id, &typed, None)
}

pub(super) async fn change(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(id): Path<MatterId>,
    Posted(typed): Posted<Typed>,
) -> Result<Response, Failure> {
    let done = match watched(&typed) {
        Ok(watched) => house.world().change_search(&by, id, watched).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(_) => said(&frame, "search-saved-done"),
        Err(error) => change_form(&frame, id, &typed, Some(wrong(&frame, error)?)),
    }
}

pub(super) async fn drop_one(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(id): Path<MatterId>,
) -> Result<Response, Failure> {
    house.world().drop_search(&by, id).await?;
    said(&frame, "search-saved-dropped")
}

fn said(frame: &Frame, key: &str) -> Result<Response, Failure> {
    frame.go_saying(LIST, &Flash::done(frame.text().t(key)))
}

/// What was wrong with what was typed; anything else is not the form's to tell.
fn wrong(frame: &Frame, error: WorldError) -> Result<Wrong, Failure> {
    if matches!(error, WorldError::NotFound(_) | WorldError::Denied(_)) {
        return Err(error.into());
    }
    Wrong::of(frame.text(), &error).ok_or_else(|| error.into())
}

fn watched(typed: &Typed) -> Result<Watched, WorldError> {
    let alert = Alert::parse(typed.one("alert"));
    Ok(Watched {
        name: typed.one("name").to_owned(),
        query: typed.one("query").to_owned(),
        alert: alert.ok_or_else(|| {
            WorldError::invalid("alert", "error-text-choice", "one of those offered")
        })?,
    })
}

fn save_form(frame: &Frame, typed: &Typed, wrong: Option<Wrong>) -> Result<Response, Failure> {
    let words = ("search-save", "search-save-do");
    form_of(frame, NEW.to_owned(), words, typed, wrong)
}

fn change_form(
    frame: &Frame,
    id: MatterId,
    typed: &Typed,
    wrong: Option<Wrong>,
) -> Result<Response, Failure> {
    let words = ("search-saved-change-title", "search-saved-change-do");
    form_of(frame, one(id), words, typed, wrong)
}

fn form_of(
    frame: &Frame,
    to: String,
    (title, go): (&str, &str),
    typed: &Typed,
    wrong: Option<Wrong>,
) -> Result<Response, Failure> {
    let text = frame.text();
    let form = Form {
        section: Section::Library,
        title: text.t(title).into_owned(),
        lead: text.t("search-saved-about").into_owned(),
        to,
        go: text.t(go).into_owned(),
        back: LIST.to_owned(),
        grave: false,
        hidden: Vec::new(),
    };
    form::ask(frame, form, true, typed, wrong, |asker| {
        let alerts = Alert::ALL.map(|one| Choice::new(one.as_str(), alert(text, one)));
        let fields = vec![
            asker
                .line("text", "query", "search-saved-query")
                .hint(asker.page.t("search-saved-query-hint"))
                .longest(1_000),
            asker.line("text", "name", "search-saved-name").longest(300),
            asker.radio("alert", "search-saved-alert", alerts.to_vec()),
        ];
        (fields, Vec::new())
    })
}
