//! Changing the own password; the only page there is while the present one was set by somebody else.

use askama::Template;
use axum::{
    extract::{Query, State},
    http::{Method, StatusCode},
    response::Response,
    routing,
};
use kaname_policy::Action;
use kaname_world::WorldError;

use super::shown;
use crate::{
    error::Failure,
    frame::{Flash, Frame, Page, Posted, Section, part::Field, show_with},
    house::{By, House},
    room::{
        form::{Asker, Typed, Wrong},
        sign_in::{Next, safe_next},
    },
    route::{Access, Audit, Endpoint},
};

const OWN: Access = Access::SignedIn(&[Action::PasswordOwn]);

/// Endpoints of this part of the room.
pub(super) fn endpoints() -> Vec<Endpoint<House>> {
    vec![
        Endpoint::new(
            Method::GET,
            "/account/password",
            "account.ask_password",
            OWN,
            Audit::None("shows a form with nothing in it"),
            routing::get(ask),
        ),
        Endpoint::new(
            Method::POST,
            "/account/password",
            "account.change_password",
            OWN,
            Audit::Event("account.password_set"),
            routing::post(change),
        ),
    ]
}

#[derive(Template)]
#[template(path = "room/account/password.html")]
struct FirstPage {
    page: Page,
    login: String,
    fields: Vec<Field>,
    next: String,
    wrong: Option<String>,
}

/// The fields, as this page and the account's own show them.
pub(super) fn fields(ask: &Asker<'_>) -> Vec<Field> {
    let page = ask.page;
    vec![
        page.line("password", "current", page.t("account-password-current"))
            .autocomplete("current-password")
            .error(ask.fault("current")),
        page.line("password", "password", page.t("account-password-new"))
            .hint(page.t("account-password-hint"))
            .autocomplete("new-password")
            .error(ask.fault("password")),
        page.line("password", "repeated", page.t("account-password-again"))
            .autocomplete("new-password")
            .error(ask.fault("repeated")),
    ]
}

async fn ask(frame: Frame, by: By, Query(query): Query<Next>) -> Result<Response, Failure> {
    if by.principal.temporary_password {
        first(&frame, &by, safe_next(&query.next), None)
    } else {
        frame.go("/account#change-password")
    }
}

fn first(frame: &Frame, by: &By, next: &str, wrong: Option<Wrong>) -> Result<Response, Failure> {
    let page = frame.page(Section::Elsewhere, frame.text().t("account-temporary"));
    let account = by.account.as_ref().ok_or(Failure::SignIn)?;
    let fields = fields(&Asker {
        page: &page,
        typed: &Typed::default(),
        wrong: wrong.as_ref(),
    });
    let status = if wrong.is_some() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let shown = FirstPage {
        login: account.state.login.to_string(),
        fields,
        next: next.to_owned(),
        wrong: wrong.map(|wrong| wrong.said()),
        page,
    };
    show_with(status, &shown)
}

async fn change(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Posted(typed): Posted<Typed>,
) -> Result<Response, Failure> {
    let text = frame.text();
    // Spaces at the ends of a password are part of it.
    let raw = |name: &str| typed.all(name).first().map_or("", String::as_str);
    let temporary = by.principal.temporary_password;
    let next = safe_next(raw("next"));
    let done = if raw("password") == raw("repeated") {
        house
            .world()
            .change_password(&by, raw("current"), raw("password"))
            .await
    } else {
        Err(WorldError::invalid(
            "repeated",
            "account-password-differs",
            "the two differ",
        ))
    };
    match done {
        Ok(()) => {
            let to = if temporary { next } else { "/account" };
            frame.go_saying(to, &Flash::done(text.t("account-password-changed")))
        }
        Err(error) => match Wrong::of(text, &error) {
            Some(wrong) if temporary => first(&frame, &by, next, Some(wrong)),
            Some(wrong) => shown(&house, &frame, &by, &Typed::default(), Some(wrong)).await,
            None => Err(error.into()),
        },
    }
}
