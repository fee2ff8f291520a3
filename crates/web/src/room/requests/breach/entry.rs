//! One entry of the breach log: telling the party, its side, what followed.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use kaname_directory::{Breach, Cooperation, Paragraph};
use kaname_kernel::MatterId;
use kaname_policy::{Action, Resource};
use kaname_world::{Loaded, WorldError};

use super::{kind, standing};
use crate::{
    error::Failure,
    frame::{
        Flash, Frame, Page, Posted, Section,
        part::{At, Field, Verb},
        show_with,
    },
    house::{By, House},
    room::{
        form::{Asker, Typed, Wrong},
        requests::party_name,
    },
};

#[derive(Template)]
#[template(path = "room/requests/breach.html")]
struct BreachPage {
    page: Page,
    id: String,
    party: String,
    kind: String,
    /// The request it is about: where it stands, and its subject.
    about: Option<(String, String)>,
    standing: String,
    body: String,
    recorded: At,
    told: Option<At>,
    statements: Vec<(String, At)>,
    closed: Option<(String, At)>,
    tell: Option<Verb>,
    close: Option<Field>,
    side: Option<Field>,
    wrong: Option<String>,
}

async fn seen(house: &House, by: &By, id: &str) -> Result<Loaded<Breach>, Failure> {
    let id: MatterId = id.parse().map_err(|_| Failure::NotFound)?;
    Ok(house.world().see(by, id).await?)
}

pub(super) async fn one(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let breach = seen(&house, &by, &id).await?;
    shown(&house, &frame, &by, &breach, &Typed::default(), None).await
}

async fn shown(
    house: &House,
    frame: &Frame,
    by: &By,
    breach: &Loaded<Breach>,
    typed: &Typed,
    wrong: Option<Wrong>,
) -> Result<Response, Failure> {
    let (text, state) = (frame.text(), &breach.state);
    let page = frame.page(Section::Requests, state.finding.subject.as_str());
    let world = house.world();
    let records = world
        .decide(by, Action::BreachRecord, &Resource::default())
        .allowed;
    let of = Resource::any("party").of_party(state.finding.party);
    let states = world.decide(by, Action::CooperationAnswer, &of).allowed;
    let open = state.closed.is_none();
    let ask = Asker {
        page: &page,
        typed,
        wrong: wrong.as_ref(),
    };
    let tell = (open && records).then(|| {
        let label = text.t("requests-breach-tell");
        if state.told.is_some() {
            page.refused(label, text.t("refused-told-before"))
        } else {
            page.post(format!("/breaches/{}/tell", breach.id), label)
                .main()
        }
    });
    let about = match state.finding.about {
        None => None,
        Some(id) => {
            let request = world.see_if::<Cooperation>(by, id).await?;
            request.map(|request| {
                let subject = request.state.asked.subject.to_string();
                (format!("/requests/{id}"), subject)
            })
        }
    };
    let statements = state.statements.iter();
    let status = if wrong.is_some() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let shown = BreachPage {
        id: breach.id.to_string(),
        party: party_name(house, by, &page, state.finding.party).await?,
        kind: kind(text, state.finding.kind),
        about,
        standing: standing(text, state),
        body: state.finding.body.to_string(),
        recorded: page.at(state.recorded),
        told: state.told.map(|at| page.at(at)),
        statements: statements
            .map(|(at, said)| (said.to_string(), page.at(*at)))
            .collect(),
        closed: state
            .closed
            .as_ref()
            .map(|(at, said)| (said.to_string(), page.at(*at))),
        tell,
        close: (open && records).then(|| {
            ask.lines(3, "measure", "requests-breach-measure")
                .longest(10_000)
        }),
        side: (open && states && state.told.is_some())
            .then(|| ask.lines(5, "side", "requests-breach-side").longest(10_000)),
        wrong: wrong.map(|wrong| wrong.said()),
        page,
    };
    show_with(status, &shown)
}

async fn told(
    house: &House,
    frame: &Frame,
    by: &By,
    id: &str,
    typed: &Typed,
    done: Result<Loaded<Breach>, WorldError>,
) -> Result<Response, Failure> {
    let text = frame.text();
    match done {
        Ok(breach) => frame.go_saying(
            &format!("/breaches/{}", breach.id),
            &Flash::done(text.t("requests-breach-kept")),
        ),
        Err(error) => match Wrong::of(text, &error) {
            Some(wrong) if !matches!(error, WorldError::Denied(_)) => {
                let breach = seen(house, by, id).await?;
                shown(house, frame, by, &breach, typed, Some(wrong)).await
            }
            _ => Err(error.into()),
        },
    }
}

pub(super) async fn tell(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let breach = seen(&house, &by, &id).await?;
    let done = house
        .world()
        .change_breach(&by, breach.id, Breach::tell)
        .await;
    told(&house, &frame, &by, &id, &Typed::default(), done).await
}

pub(super) async fn close(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(id): Path<String>,
    Posted(typed): Posted<Typed>,
) -> Result<Response, Failure> {
    let breach = seen(&house, &by, &id).await?;
    let done = match typed.parse("measure", Paragraph::parse) {
        Ok(measure) => {
            let close = |breach: &Breach| breach.close(measure);
            house.world().change_breach(&by, breach.id, close).await
        }
        Err(error) => Err(error),
    };
    told(&house, &frame, &by, &id, &typed, done).await
}

pub(super) async fn state_side(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(id): Path<String>,
    Posted(typed): Posted<Typed>,
) -> Result<Response, Failure> {
    let breach = seen(&house, &by, &id).await?;
    let done = match typed.parse("side", Paragraph::parse) {
        Ok(side) => house.world().state_breach(&by, breach.id, side).await,
        Err(error) => Err(error),
    };
    told(&house, &frame, &by, &id, &typed, done).await
}
