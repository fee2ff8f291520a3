//! Signing in, showing the second factor again, signing out.

use askama::Template;
use axum::{
    extract::{Query, State},
    http::{HeaderMap, Method, StatusCode, header, request::Parts},
    response::Response,
    routing,
};
use kaname_world::{WorldError, sign_in::SignedIn};
use serde::Deserialize;

use crate::{
    error::Failure,
    frame::{
        Frame, Page, Posted, Section,
        part::{Field, Verb},
        show, show_with,
    },
    house::{By, House},
    room::{
        demo::{self, People},
        oidc,
        passkey::{PasskeyForm, Purpose},
    },
    route::{Access, Audit, Endpoint},
    said::said,
};

const WHO: &str = "whoever is not signed in yet";
const NO_EVENT: &str = "sessions are short-lived state, not history";

/// Endpoints of this room.
pub fn endpoints() -> Vec<Endpoint<House>> {
    let none = || Audit::None(NO_EVENT);
    vec![
        Endpoint::new(
            Method::GET,
            "/sign-in",
            "session.ask",
            Access::Public(WHO),
            none(),
            routing::get(ask),
        ),
        Endpoint::new(
            Method::POST,
            "/sign-in",
            "session.start",
            Access::Public(WHO),
            none(),
            routing::post(start),
        ),
        Endpoint::new(
            Method::GET,
            "/sign-in/again",
            "session.ask_again",
            Access::Public("shows a form only to who is signed in"),
            none(),
            routing::get(ask_again),
        ),
        Endpoint::new(
            Method::POST,
            "/sign-in/again",
            "session.step_up",
            Access::Public("needs the session's own token and password"),
            none(),
            routing::post(step_up),
        ),
        Endpoint::new(
            Method::POST,
            "/sign-out",
            "session.end_own",
            Access::Public("ends the session that the cookie names, if any"),
            none(),
            routing::post(sign_out),
        ),
    ]
}

#[derive(Template)]
#[template(path = "room/sign_in.html")]
pub(super) struct SignInPage {
    page: Page,
    to: &'static str,
    about: String,
    fields: Vec<Field>,
    next: String,
    wrong: Option<String>,
    people: People,
    passkey: Option<PasskeyForm>,
    openid: Option<Verb>,
    /// What the button says.
    go: String,
    /// Where whoever has no second factor gets one.
    enrol: Option<Verb>,
}

#[derive(Deserialize)]
pub(super) struct Next {
    #[serde(default)]
    pub(super) next: String,
}

/// Only paths of this house are led to.
pub(super) fn safe_next(next: &str) -> &str {
    if next.len() < 2_000 {
        crate::frame::inside(next)
    } else {
        "/"
    }
}

async fn ask(
    State(house): State<House>,
    frame: Frame,
    Query(query): Query<Next>,
) -> Result<Response, Failure> {
    show(&sign_in_page(&house, &frame, safe_next(&query.next), "", None).await?)
}

pub(super) async fn sign_in_page(
    house: &House,
    frame: &Frame,
    next: &str,
    login: &str,
    wrong: Option<String>,
) -> Result<SignInPage, Failure> {
    let text = frame.text();
    let page = frame.page(Section::Elsewhere, text.t("signin-title"));
    let fields = vec![
        page.line("text", "login", text.t("signin-login"))
            .value(login)
            .autocomplete("username")
            .longest(64),
        page.line("password", "password", text.t("signin-password"))
            .autocomplete("current-password"),
        page.line("text", "code", text.t("signin-code"))
            .hint(text.t("signin-code-hint"))
            .autocomplete("one-time-code")
            .longest(10)
            .optional(),
    ];
    let mut people = super::demo::people(house, frame).await?;
    // Each role begins at its first page, but for whoever is led back to what was typed.
    if frame.has_typed_on(next) {
        next.clone_into(&mut people.next);
    }
    Ok(SignInPage {
        about: text.t("signin-about").into_owned(),
        passkey: house
            .passkeys()
            .map(|_| PasskeyForm::new(&page, Purpose::SignIn, "passkey-go").then(next)),
        openid: oidc::way(house, &page, next),
        go: text.t("signin-go").into_owned(),
        enrol: None,
        page,
        to: "/sign-in",
        fields,
        next: next.to_owned(),
        wrong,
        people,
    })
}

#[derive(Deserialize)]
struct Credentials {
    login: String,
    password: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    next: String,
}

/// What a request counts under, for limits; its address and browser, for the list of sessions.
pub(super) struct From {
    pub(super) address: String,
    pub(super) label: String,
}

impl axum::extract::FromRequestParts<House> for From {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, house: &House) -> Result<Self, Failure> {
        let address = house.counted_as(parts);
        let browser = parts.headers.get(header::USER_AGENT);
        let browser = browser.and_then(|value| value.to_str().ok()).unwrap_or("?");
        let label = format!("{browser} ({})", house.address(parts));
        Ok(Self { address, label })
    }
}

async fn start(
    State(house): State<House>,
    frame: Frame,
    from: From,
    Posted(posted): Posted<Credentials>,
) -> Result<Response, Failure> {
    let next = safe_next(&posted.next);
    let signed = house
        .world()
        .sign_in(
            &posted.login,
            &posted.password,
            &posted.code,
            (&from.address, &from.label),
        )
        .await;
    match signed {
        Ok(signed) => enter(&house, &frame, &signed, next),
        Err(WorldError::PasskeyNeeded(ticket)) => show(&second_page(&frame, next, &ticket)),
        Err(error) => {
            let text = frame.text();
            let (status, wrong) = match &error {
                WorldError::Unauthenticated => (
                    StatusCode::UNAUTHORIZED,
                    text.t("error-sign-in").into_owned(),
                ),
                WorldError::TooMany(_) => {
                    let said = said(text, &error).unwrap_or_default();
                    (StatusCode::TOO_MANY_REQUESTS, said)
                }
                _ => return Err(error.into()),
            };
            let page = sign_in_page(&house, &frame, next, &posted.login, Some(wrong)).await?;
            show_with(status, &page)
        }
    }
}

/// On to `next` with the session's cookie.
pub(super) fn enter(
    house: &House,
    frame: &Frame,
    signed: &SignedIn,
    next: &str,
) -> Result<Response, Failure> {
    let mut response = frame.go(next)?;
    let cookie = house.session_cookie(&signed.token);
    let cookie = cookie.ok_or_else(|| Failure::internal("a session token is no cookie value"))?;
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}

/// After the password: the passkey.
fn second_page(frame: &Frame, next: &str, ticket: &str) -> SignInPage {
    let text = frame.text();
    let page = frame.page(Section::Elsewhere, text.t("passkey-second-title"));
    let form = PasskeyForm::new(&page, Purpose::Second, "passkey-second-go");
    SignInPage {
        about: text.t("passkey-second-about").into_owned(),
        to: "/sign-in",
        fields: Vec::new(),
        next: next.to_owned(),
        wrong: None,
        people: People::default(),
        passkey: Some(form.then(next).ticket(ticket)),
        openid: None,
        go: text.t("signin-go").into_owned(),
        enrol: None,
        page,
    }
}

async fn ask_again(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Query(query): Query<Next>,
) -> Result<Response, Failure> {
    if by.account.is_none() {
        return Err(Failure::SignIn);
    }
    show(&again_page(
        &house,
        &frame,
        &by,
        safe_next(&query.next),
        None,
    ))
}

pub(super) fn again_page(
    house: &House,
    frame: &Frame,
    by: &By,
    next: &str,
    wrong: Option<String>,
) -> SignInPage {
    let text = frame.text();
    let page = frame.page(Section::Elsewhere, text.t("signin-again-title"));
    let account = by.account.as_ref().map(|account| &account.state);
    let has_passkeys = account.is_some_and(|account| !account.passkeys.is_empty());
    let has_code = account.is_some_and(|account| account.totp.is_some());
    let has_none = !has_passkeys && !has_code;
    let demo = account.filter(|_| frame.settings().demo.is_some());
    let fields = if !has_code {
        Vec::new()
    } else {
        vec![
            page.line("password", "password", text.t("signin-password"))
                .autocomplete("current-password"),
            page.line("text", "code", text.t("signin-code"))
                .autocomplete("one-time-code")
                .longest(10),
        ]
    };
    let passkey = house.passkeys().filter(|_| has_passkeys);
    SignInPage {
        about: match has_none {
            true => text.t("signin-again-none").into_owned(),
            false => text.t("signin-again-about").into_owned(),
        },
        go: text.t("signin-again-go").into_owned(),
        enrol: has_none.then(|| page.link("/account", text.t("signin-enrol"))),
        passkey: passkey
            .map(|_| PasskeyForm::new(&page, Purpose::Again, "passkey-again-go").then(next)),
        openid: None,
        page,
        to: "/sign-in/again",
        fields,
        next: next.to_owned(),
        wrong,
        people: demo.map_or_else(People::default, |account| {
            demo::once_more(account, text, next)
        }),
    }
}

#[derive(Deserialize)]
struct Again {
    password: String,
    code: String,
    #[serde(default)]
    next: String,
}

async fn step_up(
    State(house): State<House>,
    frame: Frame,
    by: By,
    headers: HeaderMap,
    Posted(posted): Posted<Again>,
) -> Result<Response, Failure> {
    let next = safe_next(&posted.next);
    let token = house.token(&headers).ok_or(Failure::SignIn)?;
    let shown = house
        .world()
        .step_up(token, &posted.password, &posted.code)
        .await;
    match shown {
        Ok(()) => frame.go(next),
        Err(error) => {
            let text = frame.text();
            let wrong = match &error {
                WorldError::Unauthenticated => text.t("error-sign-in").into_owned(),
                other => match said(text, other) {
                    Some(said) => said,
                    None => return Err(error.into()),
                },
            };
            show_with(
                StatusCode::UNPROCESSABLE_ENTITY,
                &again_page(&house, &frame, &by, next, Some(wrong)),
            )
        }
    }
}

async fn sign_out(
    State(house): State<House>,
    frame: Frame,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    if let Some(token) = house.token(&headers) {
        house.world().sign_out(token).await?;
    }
    let mut response = frame.go("/sign-in")?;
    if let Some(cookie) = house.session_cookie("") {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}
