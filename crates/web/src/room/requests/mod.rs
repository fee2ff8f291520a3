//! Requests for cooperation, by deadline; and the breach log.

mod breach;
mod show;

use askama::Template;
use axum::{
    extract::{Query, State},
    http::Method,
    response::Response,
    routing,
};
use kaname_directory::{Asked, Cooperation, Line, Paragraph, Party, Standing};
use kaname_policy::{Action, Resource};
use kaname_store::{Cursor, ListQuery};
use kaname_world::{Listed, Loaded, WorldError};
use serde::Deserialize;

use crate::{
    error::Failure,
    frame::{
        Flash, Frame, Page, Posted, Section,
        part::{Empty, Pager, Row, Tab, Tabs, Verb},
        show,
    },
    house::{By, House},
    room::{
        choices::{self, lang},
        form::{self, Form, Typed, Wrong, may},
        paging::{self, Reading, address},
    },
    route::{Access, Audit, Endpoint},
};

const EITHER: Access = Access::SignedIn(&[Action::CooperationRequest, Action::CooperationAnswer]);
const ASK: Access = Access::SignedIn(&[Action::CooperationRequest]);
const ANSWER: Access = Access::SignedIn(&[Action::CooperationAnswer]);
/// Requests or entries of a page.
const AT_ONCE: u32 = 50;
const READS: Audit = Audit::None("reads requests with the reader's own eyes");

/// Endpoints of this room.
pub fn endpoints() -> Vec<Endpoint<House>> {
    let event = Audit::Event;
    let mut all = vec![
        Endpoint::new(
            Method::GET,
            "/requests",
            "cooperation.list",
            EITHER,
            READS,
            routing::get(list),
        ),
        Endpoint::new(
            Method::GET,
            "/requests-new",
            "cooperation.ask_form",
            ASK,
            READS,
            routing::get(ask),
        ),
        Endpoint::new(
            Method::POST,
            "/requests-new",
            "cooperation.ask",
            ASK,
            event("cooperation.asked"),
            routing::post(write),
        ),
        Endpoint::new(
            Method::GET,
            "/requests/{id}",
            "cooperation.show",
            EITHER,
            READS,
            routing::get(show::one),
        ),
        Endpoint::new(
            Method::POST,
            "/requests/{id}/answer",
            "cooperation.answer",
            ANSWER,
            event("cooperation.answered"),
            routing::post(show::answer),
        ),
        Endpoint::new(
            Method::POST,
            "/requests/{id}/refuse",
            "cooperation.refuse",
            ANSWER,
            event("cooperation.refused"),
            routing::post(show::refuse),
        ),
        Endpoint::new(
            Method::POST,
            "/requests/{id}/extend",
            "cooperation.extend",
            ASK,
            event("cooperation.extended"),
            routing::post(show::extend),
        ),
        Endpoint::new(
            Method::POST,
            "/requests/{id}/withdraw",
            "cooperation.withdraw",
            ASK,
            event("cooperation.withdrawn"),
            routing::post(show::withdraw),
        ),
    ];
    all.extend(breach::endpoints());
    all
}

#[derive(Template)]
#[template(path = "room/requests/list.html")]
struct ListPage {
    page: Page,
    tabs: Tabs,
    rows: Vec<Row>,
    pager: Pager,
    empty: Empty,
    new: Option<Verb>,
}

#[derive(Deserialize)]
struct Part {
    #[serde(default)]
    tab: String,
    #[serde(default)]
    after: String,
}

/// States of requests, as their record says them.
const OPEN: [&str; 1] = ["open"];
const CLOSED: [&str; 3] = ["answered", "refused", "withdrawn"];

/// Requests in these states that the reader may see, after a row.
async fn found(
    house: &House,
    by: &By,
    states: &[&str],
    after: Option<Cursor>,
    limit: u32,
) -> Result<Listed<Cooperation>, WorldError> {
    let adjust = |query: &mut ListQuery| {
        query.states = states.iter().map(|&state| state.to_owned()).collect();
        query.after = after;
        query.limit = limit;
    };
    house.world().cooperation_requests(by, adjust).await
}

/// The parts of the room: open, closed, breaches.
async fn tabs(house: &House, by: &By, page: &Page, here: &str) -> Result<Tabs, Failure> {
    let open = found(house, by, &OPEN, None, 1).await?.total;
    let closed = found(house, by, &CLOSED, None, 1).await?.total;
    let tab = |name: &str, href: &str, label: &str, count: Option<u32>| Tab {
        label: page.t(label).into_owned(),
        href: href.to_owned(),
        count: count.map(paging::counted),
        here: here == name,
    };
    Ok(Tabs {
        name: page.t("requests-parts").into_owned(),
        tabs: vec![
            tab("open", "/requests", "requests-open", Some(open)),
            tab(
                "closed",
                "/requests?tab=closed",
                "requests-closed",
                Some(closed),
            ),
            tab("breaches", "/breaches", "requests-breaches", None),
        ],
    })
}

/// Whom a request is to, as the reader may know them.
async fn party_name(
    house: &House,
    by: &By,
    page: &Page,
    id: kaname_kernel::PartyId,
) -> Result<String, Failure> {
    match house.world().see::<Party>(by, id.cast()).await {
        Ok(party) => Ok(party.state.description.name.get(lang(page)).to_owned()),
        Err(WorldError::NotFound(_)) => Ok(page.t("directory-unnamed").into_owned()),
        Err(error) => Err(error.into()),
    }
}

async fn list(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Query(part): Query<Part>,
) -> Result<Response, Failure> {
    let text = frame.text();
    let page = frame.page(Section::Requests, text.t("requests-title"));
    let shows_open = part.tab != "closed";
    let states = if shows_open { &OPEN[..] } else { &CLOSED };
    let tab = if shows_open { "" } else { "closed" };
    let to = |after: &str| address("/requests", &[("tab", tab), ("after", after)]);
    let reading = Reading::of(&house, &by, &to(""));
    let after = reading.read(&part.after);
    let found = found(&house, &by, states, after, AT_ONCE).await?;
    let asks = house
        .world()
        .decide(&by, Action::CooperationRequest, &Resource::default())
        .allowed;
    let mut rows = Vec::new();
    for request in &found.rows {
        rows.push(row(&house, &by, &page, request).await?);
    }
    let new = asks.then(|| page.link("/requests-new", text.t("requests-new")).main());
    let empty = Empty {
        title: text
            .t(if shows_open {
                "requests-none"
            } else {
                "requests-none-closed"
            })
            .into_owned(),
        text: text
            .t(if asks {
                "requests-none-ask"
            } else {
                "requests-none-answer"
            })
            .into_owned(),
        next: asks.then(|| page.link("/requests-new", text.t("requests-new")).main()),
    };
    let here = if shows_open { "open" } else { "closed" };
    let pager = reading.pager(&page, &found, rows.len(), &part.after, to);
    show(&ListPage {
        tabs: tabs(&house, &by, &page, here).await?,
        rows,
        pager,
        empty,
        new,
        page,
    })
}

async fn row(
    house: &House,
    by: &By,
    page: &Page,
    request: &Loaded<Cooperation>,
) -> Result<Row, Failure> {
    let state = &request.state;
    let href = format!("/requests/{}", request.id);
    let own = by
        .party
        .as_ref()
        .is_some_and(|party| party.id == state.asked.to.cast());
    let due = match &state.standing {
        Standing::Open => page.due(state.asked.deadline, page.t("requests-deadline")),
        Standing::Answered { at, .. }
        | Standing::Refused { at, .. }
        | Standing::Withdrawn { at, .. } => {
            page.came(*at, show::standing_said(page.text, &state.standing))
        }
    };
    let who = party_name(house, by, page, state.asked.to).await?;
    let mut row = Row::new(due, &href, state.asked.subject.as_str())
        .about(page.t1("requests-to", "party", who))
        .about(page.t1("requests-basis-said", "basis", state.asked.basis.as_str()));
    if show::is_late(&state.standing) {
        row = row.tag(page.tag(page.t("requests-late")));
    }
    let of = Resource::any("party").of_party(state.asked.to);
    if state.is_open() && own {
        let decision = house.world().decide(by, Action::CooperationAnswer, &of);
        row = row.verb(match decision.why_not {
            None => page
                .link(format!("{href}#to-answer"), page.t("requests-answer-do"))
                .main(),
            Some(why) => page.refused(
                page.t("requests-answer-do"),
                crate::said::why_not(page.text, why),
            ),
        });
    } else if state.is_open() {
        row = row.verb(page.link(&href, page.t("requests-look")));
    }
    Ok(row)
}

#[derive(Deserialize)]
struct To {
    #[serde(default)]
    to: String,
}

async fn ask(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Query(query): Query<To>,
) -> Result<Response, Failure> {
    let in_a_week = frame.now() + jiff::SignedDuration::from_hours(24 * 7);
    let typed = Typed::default()
        .set("to", query.to)
        .set("deadline", form::local(in_a_week));
    asking(&house, &frame, &by, &typed, None).await
}

async fn asking(
    house: &House,
    frame: &Frame,
    by: &By,
    typed: &Typed,
    wrong: Option<Wrong>,
) -> Result<Response, Failure> {
    let fresh = may(house, by, Action::CooperationRequest, &Resource::default())?;
    let text = frame.text();
    let form = Form {
        section: Section::Requests,
        title: text.t("requests-new").into_owned(),
        lead: text.t("requests-new-about").into_owned(),
        to: "/requests-new".to_owned(),
        go: text.t("requests-new-do").into_owned(),
        back: "/requests".to_owned(),
        grave: false,
        hidden: Vec::new(),
    };
    let parties = choices::recipients(house, choices::lang_of(text), by).await?;
    form::ask(frame, form, fresh, typed, wrong, |ask| {
        let page = ask.page;
        let fields = vec![
            ask.line("text", "to", "requests-party")
                .hint(page.t("requests-party-hint"))
                .offering(parties)
                .longest(40),
            ask.line("text", "subject", "requests-subject").longest(200),
            ask.lines(8, "body", "requests-body")
                .hint(page.t("requests-body-hint"))
                .longest(10_000),
            ask.line("text", "basis", "requests-basis")
                .hint(page.t("requests-basis-hint"))
                .longest(200),
            ask.line("datetime-local", "deadline", "requests-deadline")
                .hint(page.t("requests-deadline-hint")),
            ask.line("text", "about", "requests-item")
                .hint(page.t("requests-item-hint"))
                .longest(40)
                .optional(),
        ];
        (fields, Vec::new())
    })
}

async fn write(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Posted(typed): Posted<Typed>,
) -> Result<Response, Failure> {
    let text = frame.text();
    let asked = match asked(&house, text, &by, &typed).await {
        Ok(asked) => house.world().ask_cooperation(&by, asked).await,
        Err(error) => Err(error),
    };
    match asked {
        Ok(request) => frame.go_saying(
            &format!("/requests/{}", request.id),
            &Flash::done(text.t("requests-asked")),
        ),
        Err(error) => match Wrong::of(text, &error) {
            Some(wrong) if !matches!(error, WorldError::Denied(_)) => {
                asking(&house, &frame, &by, &typed, Some(wrong)).await
            }
            _ => Err(error.into()),
        },
    }
}

async fn asked(
    house: &House,
    text: crate::text::Text,
    by: &By,
    typed: &Typed,
) -> Result<Asked, WorldError> {
    let world = house.world();
    let none = |field: &str, key| WorldError::invalid(field, key, "there is none");
    let offered = choices::recipients(house, choices::lang_of(text), by).await?;
    let to = choices::code_of(&offered, typed.one("to"));
    let to = match world.party_of(by, to).await {
        Ok(party) => party.id.cast(),
        Err(WorldError::NotFound(_)) => return Err(none("to", "directory-wrong-party")),
        Err(error) => return Err(error),
    };
    let about = typed.one("about");
    let about = if about.is_empty() {
        None
    } else {
        let key = kaname_sharing::number::normalise(about);
        match world.find::<kaname_sharing::Item>(by, "item", &key).await {
            Ok(item) => Some(item.id),
            Err(WorldError::NotFound(_)) => return Err(none("about", "requests-no-item")),
            Err(error) => return Err(error),
        }
    };
    Ok(Asked {
        to,
        subject: typed.parse("subject", Line::parse)?,
        body: typed.parse("body", Paragraph::parse)?,
        basis: typed.parse("basis", Line::parse)?,
        deadline: typed.moment("deadline")?,
        about,
    })
}
