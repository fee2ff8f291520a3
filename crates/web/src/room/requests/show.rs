//! One request: what is asked, the answer or the justified refusal, more time, taking it back.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use kaname_directory::{Cooperation, Paragraph, Standing};
use kaname_kernel::MatterId;
use kaname_policy::{Action, Resource};
use kaname_sharing::Item;
use kaname_world::{Loaded, WorldError, directory::cooperation::Answer};

use super::{breach, party_name};
use crate::{
    error::Failure,
    frame::{
        Flash, Frame, Page, Posted, Section,
        part::{At, Due, Field, Row, Verb},
        show_with,
    },
    house::{By, House},
    room::form::{Asker, Typed, Wrong, local},
    said::why_not,
    text::Text,
};

/// Most breaches shown beside the request they are about.
const MOST_BREACHES: u32 = 20;

/// How a request stands, in a word.
pub(super) fn standing_said(text: Text, standing: &Standing) -> String {
    let key = match standing {
        Standing::Open => "requests-standing-open",
        Standing::Answered { .. } => "requests-standing-answered",
        Standing::Refused { .. } => "requests-standing-refused",
        Standing::Withdrawn { .. } => "requests-standing-withdrawn",
    };
    text.t(key).into_owned()
}

/// Whether it was answered after the deadline.
pub(super) const fn is_late(standing: &Standing) -> bool {
    matches!(
        standing,
        Standing::Answered { late: true, .. } | Standing::Refused { late: true, .. }
    )
}

#[derive(Template)]
#[template(path = "room/requests/show.html")]
struct RequestPage {
    page: Page,
    id: String,
    standing: String,
    late: bool,
    /// What is left, while an answer is awaited.
    due: Option<Due>,
    deadline: At,
    /// What was put down because of it.
    breaches: Vec<Row>,
    put_down: Option<Verb>,
    party: String,
    body: String,
    basis: String,
    asked_at: At,
    about: Option<(String, String)>,
    outcome: Option<(String, String, At)>,
    answer: Option<Field>,
    refuse: Option<Field>,
    shut: Option<Verb>,
    extend: Option<Field>,
    withdraw: Option<Field>,
    wrong: Option<String>,
}

pub(super) async fn one(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let request = seen(&house, &by, &id).await?;
    shown(&house, &frame, &by, &request, &Typed::default(), None).await
}

async fn seen(house: &House, by: &By, id: &str) -> Result<Loaded<Cooperation>, Failure> {
    let id: MatterId = id.parse().map_err(|_| Failure::NotFound)?;
    Ok(house.world().see(by, id).await?)
}

async fn shown(
    house: &House,
    frame: &Frame,
    by: &By,
    request: &Loaded<Cooperation>,
    typed: &Typed,
    wrong: Option<Wrong>,
) -> Result<Response, Failure> {
    let state = &request.state;
    let text = frame.text();
    let mut page = frame.page(Section::Requests, state.asked.subject.as_str());
    let of = Resource::any("party").of_party(state.asked.to);
    let answers = house.world().decide(by, Action::CooperationAnswer, &of);
    let asks = house
        .world()
        .decide(by, Action::CooperationRequest, &Resource::default())
        .allowed;
    let own = by
        .party
        .as_ref()
        .is_some_and(|party| party.id == state.asked.to.cast());
    let open = state.is_open();
    let answered = open && own && answers.allowed;
    if answered {
        page = page.typing(&format!("/requests/{}/answer", request.id));
    }
    let ask = Asker {
        page: &page,
        typed,
        wrong: wrong.as_ref(),
    };
    let about = match state.asked.about {
        None => None,
        Some(id) => {
            let item = house.world().see_if::<Item>(by, id).await?;
            item.map(|item| {
                let title = item.state.content.title.in_language(page.lang().tag());
                (item.state.number.clone(), title.to_owned())
            })
        }
    };
    let outcome = match &state.standing {
        Standing::Open => None,
        Standing::Answered { at, text: said, .. } => {
            Some((text.t("requests-answer"), said.to_string(), page.at(*at)))
        }
        Standing::Refused {
            at, justification, ..
        } => Some((
            text.t("requests-justification"),
            justification.to_string(),
            page.at(*at),
        )),
        Standing::Withdrawn { at, reason } => {
            Some((text.t("requests-reason"), reason.to_string(), page.at(*at)))
        }
    };
    let due = open.then(|| page.due(state.asked.deadline, text.t("requests-deadline")));
    let found = house.world().breaches(by, |query| {
        query.scope = Some(request.id);
        query.limit = MOST_BREACHES;
    });
    let mut breaches = Vec::new();
    for one in &found.await?.rows {
        breaches.push(breach::row(house, by, &page, one).await?);
    }
    let overdue = is_late(&state.standing) || (open && state.asked.deadline <= page.now);
    let put_down = (asks && overdue && breaches.is_empty()).then(|| {
        let to = format!("/breaches-new?about={}", request.id);
        page.link(to, text.t("requests-breach-new"))
    });
    let extend = (open && asks).then(|| {
        let later = state.asked.deadline + jiff::SignedDuration::from_hours(24 * 3);
        let field = ask.line("datetime-local", "deadline", "requests-extend-to");
        let field = field.hint(text.t("requests-deadline-hint"));
        if typed.one("deadline").is_empty() {
            field.value(local(later))
        } else {
            field
        }
    });
    let shut = (open && own)
        .then_some(answers.why_not)
        .flatten()
        .map(|why| page.refused(text.t("requests-answer-do"), why_not(text, why)));
    let status = if wrong.is_some() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let shown = RequestPage {
        id: request.id.to_string(),
        standing: standing_said(text, &state.standing),
        late: is_late(&state.standing),
        due,
        deadline: page.at(state.asked.deadline),
        breaches,
        put_down,
        party: party_name(house, by, &page, state.asked.to).await?,
        body: state.asked.body.to_string(),
        basis: state.asked.basis.to_string(),
        asked_at: page.at(state.at),
        about,
        outcome: outcome.map(|(title, said, at)| (title.into_owned(), said, at)),
        answer: answered.then(|| {
            ask.lines(8, "answer", "requests-answer")
                .hint(text.t("requests-answer-hint"))
                .longest(10_000)
        }),
        refuse: answered.then(|| {
            ask.lines(4, "justification", "requests-justification")
                .hint(text.t("requests-justification-hint"))
                .longest(10_000)
        }),
        shut,
        extend,
        withdraw: (open && asks).then(|| ask.lines(2, "reason", "requests-reason").longest(2_000)),
        wrong: wrong.map(|wrong| wrong.said()),
        page,
    };
    show_with(status, &shown)
}

/// Which way a request goes on.
#[derive(Clone, Copy)]
enum Way {
    Answer,
    Refuse,
    Extend,
    Withdraw,
}

async fn go_on(
    way: Way,
    house: &House,
    frame: &Frame,
    by: &By,
    id: &str,
    typed: &Typed,
) -> Result<Response, Failure> {
    let request = seen(house, by, id).await?;
    let text = frame.text();
    let world = house.world();
    let paragraph = |name| typed.parse(name, Paragraph::parse);
    let write = async || match way {
        Way::Answer => {
            let answer = Answer::Given(paragraph("answer")?);
            world.answer_cooperation(by, request.id, answer).await
        }
        Way::Refuse => {
            let answer = Answer::Refused(paragraph("justification")?);
            world.answer_cooperation(by, request.id, answer).await
        }
        Way::Extend => {
            world
                .extend_cooperation(by, request.id, typed.moment("deadline")?)
                .await
        }
        Way::Withdraw => {
            world
                .withdraw_cooperation(by, request.id, paragraph("reason")?)
                .await
        }
    };
    let said = match way {
        Way::Answer => "requests-answered",
        Way::Refuse => "requests-refused",
        Way::Extend => "requests-extended",
        Way::Withdraw => "requests-withdrawn",
    };
    match write().await {
        Ok(_) => frame.go_saying(
            &format!("/requests/{}", request.id),
            &Flash::done(text.t(said)),
        ),
        Err(error) => match Wrong::of(text, &error) {
            Some(wrong) if !matches!(error, WorldError::Denied(_)) => {
                shown(house, frame, by, &request, typed, Some(wrong)).await
            }
            _ => Err(error.into()),
        },
    }
}

pub(super) async fn answer(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(id): Path<String>,
    Posted(typed): Posted<Typed>,
) -> Result<Response, Failure> {
    go_on(Way::Answer, &house, &frame, &by, &id, &typed).await
}

pub(super) async fn refuse(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(id): Path<String>,
    Posted(typed): Posted<Typed>,
) -> Result<Response, Failure> {
    go_on(Way::Refuse, &house, &frame, &by, &id, &typed).await
}

pub(super) async fn extend(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(id): Path<String>,
    Posted(typed): Posted<Typed>,
) -> Result<Response, Failure> {
    go_on(Way::Extend, &house, &frame, &by, &id, &typed).await
}

pub(super) async fn withdraw(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(id): Path<String>,
    Posted(typed): Posted<Typed>,
) -> Result<Response, Failure> {
    go_on(Way::Withdraw, &house, &frame, &by, &id, &typed).await
}
