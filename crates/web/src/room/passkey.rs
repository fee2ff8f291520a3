//! Passkeys: the question for the browser, what it answers at the sign-in page, and the reader's own.

use askama::Template;
use axum::{
    Json,
    extract::State,
    http::{HeaderMap, Method, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing,
};
use kaname_policy::Action;
use kaname_world::{
    WorldError,
    sign_in::passkey::{Ask, Made, RelyingParty, Shown},
};
use serde::Deserialize;

use super::sign_in::{From, again_page, enter, safe_next, sign_in_page};
use crate::{
    error::Failure,
    frame::{
        Flash, Frame, Page, Posted, Section,
        part::{At, Empty, Field, Notice, Tone, Verb},
        show, show_with,
    },
    house::{By, House},
    room::form::{again, is_fresh},
    route::{Access, Audit, Endpoint},
    said::said,
};

const OWN: Access = Access::SignedIn(&[Action::SessionOwn]);
const USED: Audit =
    Audit::None("who signs in when stays out of the ledger, beside whose acts it would stand");

/// Endpoints of this room.
pub fn endpoints() -> Vec<Endpoint<House>> {
    let post = |path, name, access, audit, handler| {
        Endpoint::new(Method::POST, path, name, access, audit, handler)
    };
    vec![
        post(
            "/sign-in/passkey/question",
            "passkey.ask",
            Access::Public("a random question, which opens nothing by itself"),
            Audit::None("a question lives for five minutes and is no history"),
            routing::post(question),
        ),
        post(
            "/sign-in/passkey",
            "passkey.sign_in",
            Access::Public("whoever is not signed in yet"),
            USED,
            routing::post(start),
        ),
        post(
            "/sign-in/passkey/second",
            "passkey.second",
            Access::Public("needs the ticket that a right password gave"),
            USED,
            routing::post(second),
        ),
        post(
            "/sign-in/passkey/again",
            "passkey.step_up",
            Access::Public("needs the session's own token and passkey"),
            USED,
            routing::post(step_up),
        ),
        Endpoint::new(
            Method::GET,
            "/account/passkeys",
            "passkey.own",
            OWN,
            Audit::None("shows the reader's own passkeys only"),
            routing::get(own),
        ),
        post(
            "/account/passkeys",
            "passkey.add",
            OWN,
            Audit::Event("account.passkey_added"),
            routing::post(add),
        ),
        post(
            "/account/passkeys/remove",
            "passkey.remove",
            OWN,
            Audit::Event("account.passkey_removed"),
            routing::post(remove),
        ),
    ]
}

/// What a form asks a passkey for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Purpose {
    /// To sign in.
    SignIn,
    /// After a password.
    Second,
    /// To show oneself again.
    Again,
    /// To make a new one.
    Enrol,
}

impl Purpose {
    /// Its name in the form and in the question.
    const fn name(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::Second => "second",
            Self::Again => "again",
            Self::Enrol => "enrol",
        }
    }

    const fn to(self) -> &'static str {
        match self {
            Self::SignIn => "/sign-in/passkey",
            Self::Second => "/sign-in/passkey/second",
            Self::Again => "/sign-in/passkey/again",
            Self::Enrol => "/account/passkeys",
        }
    }

    /// The fields that the script fills in.
    const fn answers(self) -> &'static [&'static str] {
        match self {
            Self::Enrol => &["client_data", "attestation"],
            _ => &[
                "id",
                "client_data",
                "authenticator_data",
                "signature",
                "user_handle",
            ],
        }
    }
}

/// A form whose button asks for a passkey. Hidden until the script finds that the browser knows them.
#[derive(Debug, Clone, Template)]
#[template(path = "room/passkey/form.html")]
pub(super) struct PasskeyForm {
    purpose: Purpose,
    to: &'static str,
    csrf: String,
    next: String,
    ticket: String,
    fields: Vec<Field>,
    label: String,
    failed: String,
    same: String,
    without: String,
}

// Its template escaped what it was given.
impl askama::filters::HtmlSafe for PasskeyForm {}

impl PasskeyForm {
    /// With a button of that label.
    pub(super) fn new(page: &Page, purpose: Purpose, label: &str) -> Self {
        Self {
            purpose,
            to: purpose.to(),
            csrf: page.csrf.clone(),
            next: String::new(),
            ticket: String::new(),
            fields: Vec::new(),
            label: page.t(label).into_owned(),
            failed: page.t("passkey-failed").into_owned(),
            same: page.t("passkey-same").into_owned(),
            without: page.t("passkey-without").into_owned(),
        }
    }

    /// Leads there afterwards.
    pub(super) fn then(mut self, next: &str) -> Self {
        next.clone_into(&mut self.next);
        self
    }

    /// Carries the ticket of a right password.
    pub(super) fn ticket(mut self, ticket: &str) -> Self {
        ticket.clone_into(&mut self.ticket);
        self
    }
}

fn site(house: &House) -> Result<&RelyingParty, Failure> {
    house.passkeys().ok_or(Failure::NotFound)
}

#[derive(Deserialize)]
struct Asked {
    #[serde(rename = "for")]
    purpose: Purpose,
    #[serde(default)]
    ticket: String,
}

async fn question(
    State(house): State<House>,
    by: By,
    from: From,
    Posted(asked): Posted<Asked>,
) -> Result<Response, Failure> {
    let ask = match asked.purpose {
        Purpose::SignIn => Ask::SignIn,
        Purpose::Second => Ask::Second(&asked.ticket),
        Purpose::Again | Purpose::Enrol if by.account.is_none() => return Err(Failure::SignIn),
        Purpose::Again => Ask::Again(&by),
        Purpose::Enrol => Ask::Enrol(&by),
    };
    let question = house
        .world()
        .ask_passkey(site(&house)?, ask, &from.address)
        .await?;
    let kept = [(header::CACHE_CONTROL, "no-store")];
    Ok((kept, Json(question)).into_response())
}

#[derive(Deserialize)]
struct Answer {
    #[serde(flatten)]
    shown: Shown,
    #[serde(default)]
    ticket: String,
    #[serde(default)]
    next: String,
}

/// What a person is told of an answer that does not do.
fn told(frame: &Frame, error: &WorldError) -> Option<(StatusCode, String)> {
    let text = frame.text();
    match error {
        WorldError::Unauthenticated => {
            let unknown = text.t("error-passkey-unknown").into_owned();
            Some((StatusCode::UNAUTHORIZED, unknown))
        }
        WorldError::TooMany(_) => Some((StatusCode::TOO_MANY_REQUESTS, said(text, error)?)),
        other => Some((StatusCode::UNPROCESSABLE_ENTITY, said(text, other)?)),
    }
}

async fn start(
    State(house): State<House>,
    frame: Frame,
    from: From,
    Posted(answer): Posted<Answer>,
) -> Result<Response, Failure> {
    let who = (from.address.as_str(), from.label.as_str());
    let signed = house
        .world()
        .sign_in_with_passkey(site(&house)?, &answer.shown, who)
        .await;
    entered(&house, &frame, signed, &answer.next).await
}

async fn second(
    State(house): State<House>,
    frame: Frame,
    from: From,
    Posted(answer): Posted<Answer>,
) -> Result<Response, Failure> {
    let who = (from.address.as_str(), from.label.as_str());
    let (ticket, shown) = (answer.ticket.as_str(), &answer.shown);
    let signed = house
        .world()
        .sign_in_second(site(&house)?, ticket, shown, who)
        .await;
    entered(&house, &frame, signed, &answer.next).await
}

async fn entered(
    house: &House,
    frame: &Frame,
    signed: Result<kaname_world::sign_in::SignedIn, WorldError>,
    next: &str,
) -> Result<Response, Failure> {
    let next = safe_next(next);
    match signed {
        Ok(signed) => enter(house, frame, &signed, next),
        Err(error) => match told(frame, &error) {
            Some((status, wrong)) => {
                let page = sign_in_page(house, frame, next, "", Some(wrong)).await?;
                show_with(status, &page)
            }
            None => Err(error.into()),
        },
    }
}

async fn step_up(
    State(house): State<House>,
    frame: Frame,
    by: By,
    headers: HeaderMap,
    Posted(answer): Posted<Answer>,
) -> Result<Response, Failure> {
    let next = safe_next(&answer.next);
    let token = house.token(&headers).ok_or(Failure::SignIn)?;
    let site = site(&house)?;
    let shown = house
        .world()
        .step_up_with_passkey(site, token, &answer.shown)
        .await;
    match shown {
        Ok(()) => frame.go(next),
        Err(error) => match told(&frame, &error) {
            Some((status, wrong)) => {
                show_with(status, &again_page(&house, &frame, &by, next, Some(wrong)))
            }
            None => Err(error.into()),
        },
    }
}

#[derive(Template)]
#[template(path = "room/passkey/own.html")]
struct OwnPage {
    page: Page,
    gate: Option<Notice>,
    /// Where showing the second factor again opens the gate.
    again: Option<Verb>,
    wrong: Option<String>,
    passkeys: Vec<Held>,
    none: Empty,
    form: Option<PasskeyForm>,
    back: Verb,
}

struct Held {
    label: String,
    added: At,
    used: Option<At>,
    synced: bool,
    remove: Verb,
}

async fn own(State(house): State<House>, frame: Frame, by: By) -> Result<Response, Failure> {
    show(&own_page(&house, &frame, &by, "", None).await?)
}

async fn own_page(
    house: &House,
    frame: &Frame,
    by: &By,
    label: &str,
    wrong: Option<String>,
) -> Result<OwnPage, Failure> {
    let text = frame.text();
    let page = frame.page(Section::Account, text.t("passkey-title"));
    let account = by.account.as_ref().ok_or(Failure::SignIn)?;
    let stale = account.state.has_second_factor() && !is_fresh(by);
    let notice = |title, about| Notice {
        tone: Tone::Care,
        title: page.t(title).into_owned(),
        text: page.t(about).into_owned(),
    };
    let possible = house.passkeys().is_some();
    let gate = if !possible {
        Some(notice("passkey-impossible", "passkey-impossible-about"))
    } else {
        stale.then(|| notice("passkey-gate", "passkey-gate-about"))
    };
    let form = gate.is_none().then(|| {
        let mut form = PasskeyForm::new(&page, Purpose::Enrol, "passkey-add");
        let field = page.line("text", "label", page.t("passkey-label"));
        form.fields = vec![
            field
                .hint(page.t("passkey-label-hint"))
                .longest(200)
                .value(label),
        ];
        form
    });
    let passkeys = house.world().passkeys(by).await?;
    let passkeys = passkeys.into_iter().map(|info| Held {
        added: page.at(info.added),
        used: info.used.map(|at| page.at(at)),
        synced: info.backed_up,
        remove: page
            .post("/account/passkeys/remove", page.t("passkey-remove"))
            .grave()
            .with("id", info.id)
            .named(page.t1("passkey-remove-which", "label", info.label.as_str())),
        label: info.label,
    });
    Ok(OwnPage {
        gate,
        again: (possible && stale).then(|| again(&page)),
        wrong,
        passkeys: passkeys.collect(),
        none: Empty {
            title: page.t("passkey-none").into_owned(),
            text: page
                .t(match (possible, stale) {
                    (false, _) => "passkey-none-impossible",
                    (true, true) => "passkey-none-again",
                    (true, false) => "passkey-none-about",
                })
                .into_owned(),
            next: None,
        },
        form,
        back: page.link("/account", page.t("passkey-back")),
        page,
    })
}

#[derive(Deserialize)]
struct New {
    label: String,
    #[serde(flatten)]
    made: Made,
}

async fn add(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Posted(new): Posted<New>,
) -> Result<Response, Failure> {
    let added = house
        .world()
        .add_passkey(&by, site(&house)?, &new.label, &new.made)
        .await;
    let text = frame.text();
    match added {
        Ok(()) => frame.go_saying("/account/passkeys", &Flash::done(text.t("passkey-added"))),
        Err(error) => match said(text, &error) {
            Some(wrong) => {
                let page = own_page(&house, &frame, &by, &new.label, Some(wrong)).await?;
                show_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
            }
            None => Err(error.into()),
        },
    }
}

#[derive(Deserialize)]
struct Which {
    id: String,
}

async fn remove(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Posted(which): Posted<Which>,
) -> Result<Response, Failure> {
    let text = frame.text();
    let flash = match house.world().remove_passkey(&by, &which.id).await {
        Ok(()) => Flash::done(text.t("passkey-removed")),
        Err(error) => match said(text, &error) {
            Some(said) => Flash::refused(said),
            None => return Err(error.into()),
        },
    };
    frame.go_saying("/account/passkeys", &flash)
}
