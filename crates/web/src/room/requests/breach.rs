//! The breach log: officers put down what was not kept; the party sees an entry once it was told, and
//! states its side.

mod entry;

use askama::Template;
use axum::{
    extract::{Query, State},
    http::Method,
    response::Response,
    routing,
};
use kaname_directory::{
    Breach, BreachKind, Cooperation, DutyCode, Finding, Line, Paragraph, Party, day_of,
};
use kaname_kernel::MatterId;
use kaname_policy::{Action, Resource};
use kaname_world::{Loaded, WorldError};
use serde::Deserialize;

use super::{AT_ONCE, party_name, tabs};
use crate::{
    error::Failure,
    frame::{
        Flash, Frame, Page, Posted, Section,
        part::{Choice, Empty, Pager, Row, Tabs, Verb},
        show,
    },
    house::{By, House},
    room::{
        choices::{self, lang},
        form::{self, Form, Typed, Wrong, may},
        paging::{Reading, address},
    },
    route::{Access, Audit, Endpoint},
    text::Text,
};

const EITHER: Access = Access::SignedIn(&[Action::BreachRecord, Action::CooperationAnswer]);
const RECORD: Access = Access::SignedIn(&[Action::BreachRecord]);
const READS: Audit = Audit::None("reads the breach log with the reader's own eyes");

/// Endpoints of the breach log.
pub(super) fn endpoints() -> Vec<Endpoint<House>> {
    let event = Audit::Event;
    vec![
        Endpoint::new(
            Method::GET,
            "/breaches",
            "breach.list",
            EITHER,
            READS,
            routing::get(list),
        ),
        Endpoint::new(
            Method::GET,
            "/breaches-new",
            "breach.ask",
            RECORD,
            READS,
            routing::get(ask),
        ),
        Endpoint::new(
            Method::POST,
            "/breaches-new",
            "breach.record",
            RECORD,
            event("breach.recorded"),
            routing::post(record),
        ),
        Endpoint::new(
            Method::GET,
            "/breaches/{id}",
            "breach.show",
            EITHER,
            READS,
            routing::get(entry::one),
        ),
        Endpoint::new(
            Method::POST,
            "/breaches/{id}/tell",
            "breach.tell",
            RECORD,
            event("breach.told"),
            routing::post(entry::tell),
        ),
        Endpoint::new(
            Method::POST,
            "/breaches/{id}/close",
            "breach.close",
            RECORD,
            event("breach.closed"),
            routing::post(entry::close),
        ),
        Endpoint::new(
            Method::POST,
            "/breaches/{id}/state",
            "breach.state",
            Access::SignedIn(&[Action::CooperationAnswer]),
            event("breach.stated"),
            routing::post(entry::state_side),
        ),
    ]
}

fn kind(text: Text, kind: BreachKind) -> String {
    let key = match kind {
        BreachKind::Duty => "requests-breach-duty",
        BreachKind::Marking => "requests-breach-marking",
        BreachKind::Deadline => "requests-breach-deadline",
        BreachKind::Agreement => "requests-breach-agreement",
    };
    text.t(key).into_owned()
}

fn standing(text: Text, breach: &Breach) -> String {
    let key = match (&breach.closed, breach.told) {
        (Some(_), _) => "requests-breach-closed",
        (None, Some(_)) => "requests-breach-told",
        (None, None) => "requests-breach-recorded",
    };
    text.t(key).into_owned()
}

#[derive(Template)]
#[template(path = "room/requests/breaches.html")]
struct ListPage {
    page: Page,
    tabs: Tabs,
    about: String,
    rows: Vec<Row>,
    pager: Pager,
    empty: Empty,
    new: Option<Verb>,
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    after: String,
}

/// A breach as a row.
pub(super) async fn row(
    house: &House,
    by: &By,
    page: &Page,
    breach: &Loaded<Breach>,
) -> Result<Row, Failure> {
    let (text, state) = (page.text, &breach.state);
    let who = party_name(house, by, page, state.finding.party).await?;
    let due = page.came(state.recorded, text.t("requests-breach-put-down"));
    let href = format!("/breaches/{}", breach.id);
    let row = Row::new(due, href, state.finding.subject.as_str()).about(who);
    let row = row.about(kind(text, state.finding.kind));
    Ok(row.tag(page.tag(standing(text, state))))
}

async fn list(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let text = frame.text();
    let page = frame.page(Section::Requests, text.t("requests-title"));
    let world = house.world();
    let mut rows = Vec::new();
    let reading = Reading::of(&house, &by, "/breaches");
    let found = world.breaches(&by, |query| {
        query.after = reading.read(&asked.after);
        query.limit = AT_ONCE;
    });
    let found = found.await?;
    for breach in &found.rows {
        rows.push(row(&house, &by, &page, breach).await?);
    }
    let records = world
        .decide(&by, Action::BreachRecord, &Resource::default())
        .allowed;
    let new = || records.then(|| page.link("/breaches-new", text.t("requests-breach-new")));
    let (about, none) = if records {
        ("requests-breach-about", "requests-breach-none-do")
    } else {
        ("requests-breach-about-own", "requests-breach-none-own")
    };
    show(&ListPage {
        tabs: tabs(&house, &by, &page, "breaches").await?,
        pager: reading.pager(&page, &found, rows.len(), &asked.after, |after| {
            address("/breaches", &[("after", after)])
        }),
        about: text.t(about).into_owned(),
        rows,
        empty: Empty {
            title: text.t("requests-breach-none").into_owned(),
            text: text.t(none).into_owned(),
            next: None,
        },
        new: new(),
        page,
    })
}

/// What a breach is about, in the address of its form.
#[derive(Deserialize)]
struct Of {
    #[serde(default)]
    about: String,
}

async fn ask(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Query(of): Query<Of>,
) -> Result<Response, Failure> {
    let typed = match of.about.parse() {
        Err(_) => Typed::default().set("kind", "duty"),
        Ok(about) => of_request(&house, &frame, &by, about).await?,
    };
    asking(&house, &frame, &by, &typed, None).await
}

/// What is known when a request was not answered in time.
async fn of_request(
    house: &House,
    frame: &Frame,
    by: &By,
    about: MatterId,
) -> Result<Typed, Failure> {
    let request = house.world().see::<Cooperation>(by, about).await?;
    let asked = &request.state.asked;
    let party = house.world().see::<Party>(by, asked.to.cast()).await?;
    let text = frame.text();
    let subject = text.t1("requests-breach-of", "subject", asked.subject.as_str());
    Ok(Typed::default()
        .set("about", about.to_string())
        .set("party", party.state.code.as_str())
        .set("kind", BreachKind::Deadline.as_str())
        .set("subject", subject.chars().take(200).collect::<String>()))
}

async fn asking(
    house: &House,
    frame: &Frame,
    by: &By,
    typed: &Typed,
    wrong: Option<Wrong>,
) -> Result<Response, Failure> {
    let fresh = may(house, by, Action::BreachRecord, &Resource::default())?;
    let text = frame.text();
    let form = Form {
        section: Section::Requests,
        title: text.t("requests-breach-new").into_owned(),
        lead: text.t("requests-breach-new-about").into_owned(),
        to: "/breaches-new".to_owned(),
        go: text.t("requests-breach-new-do").into_owned(),
        back: "/breaches".to_owned(),
        grave: false,
        hidden: match typed.one("about") {
            "" => Vec::new(),
            about => vec![("about", about.to_owned())],
        },
    };
    let catalogue = house.world().catalogue();
    let parties = choices::parties(house, choices::lang_of(text), by).await?;
    form::ask(frame, form, fresh, typed, wrong, |ask| {
        let page = ask.page;
        let kinds = BreachKind::ALL.map(|one| Choice::new(one.as_str(), kind(page.text, one)));
        let mut duties = vec![Choice::new("", page.t("requests-breach-no-duty"))];
        duties.extend(
            catalogue
                .duties_on(day_of(page.now))
                .into_iter()
                .map(|duty| Choice::new(duty.value.code.as_str(), duty.value.name.get(lang(page)))),
        );
        let fields = vec![
            ask.line("text", "party", "requests-party")
                .hint(page.t("requests-party-hint"))
                .offering(parties)
                .longest(40),
            ask.radio("kind", "requests-breach-kind", kinds.to_vec()),
            ask.select("duty", "requests-breach-which-duty", duties)
                .hint(page.t("requests-breach-which-duty-hint")),
            ask.line("text", "subject", "requests-subject").longest(200),
            ask.lines(6, "body", "requests-breach-body")
                .hint(page.t("requests-breach-body-hint"))
                .longest(10_000),
        ];
        (fields, Vec::new())
    })
}

async fn finding(house: &House, by: &By, typed: &Typed) -> Result<Finding, WorldError> {
    let party = match house.world().party_of(by, typed.one("party")).await {
        Ok(party) => party.id.cast(),
        Err(WorldError::NotFound(_)) => {
            let key = "directory-wrong-party";
            return Err(WorldError::invalid("party", key, "there is no such party"));
        }
        Err(error) => return Err(error),
    };
    let kind = typed.one("kind").parse().unwrap_or(BreachKind::Agreement);
    Ok(Finding {
        party,
        kind,
        duty: typed
            .parse_if("duty", DutyCode::parse)?
            .filter(|_| kind == BreachKind::Duty),
        subject: typed.parse("subject", Line::parse)?,
        body: typed.parse("body", Paragraph::parse)?,
        about: typed.one("about").parse().ok(),
    })
}

async fn record(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Posted(typed): Posted<Typed>,
) -> Result<Response, Failure> {
    let text = frame.text();
    let recorded = match finding(&house, &by, &typed).await {
        Ok(finding) => house.world().record_breach(&by, finding).await,
        Err(error) => Err(error),
    };
    match recorded {
        Ok(breach) => frame.go_saying(
            &format!("/breaches/{}", breach.id),
            &Flash::done(text.t("requests-breach-kept")),
        ),
        Err(error) => match Wrong::of(text, &error) {
            Some(wrong) if !matches!(error, WorldError::Denied(_)) => {
                asking(&house, &frame, &by, &typed, Some(wrong)).await
            }
            _ => Err(error.into()),
        },
    }
}
