//! Setting up the second factor: the secret as text, as a link and as a picture to scan. It counts from
//! the first right code on.

use std::fmt::Write as _;

use askama::Template;
use axum::{
    extract::State,
    http::{Method, StatusCode},
    response::Response,
    routing,
};
use kaname_policy::Action;
use kaname_world::{WorldError, sign_in::second_factor};
use qrcodegen::{QrCode, QrCodeEcc};

use crate::{
    error::Failure,
    frame::{
        Flash, Frame, Page, Posted, Section,
        part::{Field, Notice, Tone, Verb},
        show_with,
    },
    house::{By, House},
    room::form::{Asker, Typed, Wrong, again},
    route::{Access, Audit, Endpoint},
    said::said,
};

const OWN: Access = Access::SignedIn(&[Action::SessionOwn]);

/// Endpoints of the second factor.
pub(super) fn endpoints() -> Vec<Endpoint<House>> {
    vec![
        Endpoint::new(
            Method::GET,
            "/account/second-factor",
            "account.ask_totp",
            OWN,
            Audit::None("a secret that is not in force yet is kept nowhere"),
            routing::get(ask),
        ),
        Endpoint::new(
            Method::POST,
            "/account/second-factor",
            "account.set_totp",
            OWN,
            Audit::Event("account.totp_set"),
            routing::post(confirm),
        ),
        Endpoint::new(
            Method::POST,
            "/account/second-factor/remove",
            "account.remove_totp",
            OWN,
            Audit::Event("account.totp_removed"),
            routing::post(remove),
        ),
    ]
}

#[derive(Template)]
#[template(path = "room/account/factor.html")]
struct FactorPage {
    page: Page,
    gate: Option<(Notice, Option<Verb>)>,
    /// Secret in groups of four, as people type it.
    typed: String,
    secret: String,
    address: String,
    /// Width of the picture in modules, and its dark modules as a path.
    picture: (i32, String),
    code: Field,
    wrong: Option<String>,
}

async fn ask(State(house): State<House>, frame: Frame, by: By) -> Result<Response, Failure> {
    let text = frame.text();
    if let Err(error) = house.world().signed_in_lately(&by).await {
        let page = frame.page(Section::Account, text.t("account-factor-title"));
        let (title, about, verb) = match &error {
            WorldError::StepUp => (
                text.t("account-factor-again"),
                text.t("account-factor-again-about").into_owned(),
                Some(again(&page)),
            ),
            WorldError::Refused { .. } => {
                let about = said(text, &error).unwrap_or_default();
                (text.t("account-factor-old"), about, None)
            }
            _ => return Err(error.into()),
        };
        let notice = Notice {
            tone: Tone::Care,
            title: title.into_owned(),
            text: about,
        };
        let gate = Some((notice, verb));
        return show_with(
            StatusCode::OK,
            &page_of(page, gate, "", String::new(), None)?,
        );
    }
    let enrolment = house.world().begin_totp(&by)?;
    let page = frame.page(Section::Account, text.t("account-factor-title"));
    show_with(
        StatusCode::OK,
        &page_of(page, None, &enrolment.secret, enrolment.address, None)?,
    )
}

fn page_of(
    page: Page,
    gate: Option<(Notice, Option<Verb>)>,
    secret: &str,
    address: String,
    wrong: Option<Wrong>,
) -> Result<FactorPage, Failure> {
    let typed = Typed::default();
    let ask = Asker {
        page: &page,
        typed: &typed,
        wrong: wrong.as_ref(),
    };
    let code = page
        .line("text", "code", page.t("account-factor-code"))
        .hint(page.t("account-factor-code-hint"))
        .autocomplete("one-time-code")
        .longest(10)
        .error(ask.fault("code"));
    let groups: Vec<String> = secret
        .as_bytes()
        .chunks(4)
        .map(|chunk| String::from_utf8_lossy(chunk).into_owned())
        .collect();
    Ok(FactorPage {
        picture: picture(&address)?,
        typed: groups.join(" "),
        secret: secret.to_owned(),
        address,
        code,
        wrong: wrong.map(|wrong| wrong.said()),
        gate,
        page,
    })
}

/// The address as a QR code (ISO/IEC 18004): its width with a quiet zone of four modules, and one
/// path of unit squares for the dark ones.
fn picture(address: &str) -> Result<(i32, String), Failure> {
    const QUIET: i32 = 4;
    let code = QrCode::encode_text(address, QrCodeEcc::Medium).map_err(Failure::internal)?;
    let mut path = String::new();
    for y in 0..code.size() {
        for x in 0..code.size() {
            if code.get_module(x, y) {
                _ = write!(path, "M{} {}h1v1h-1z", x + QUIET, y + QUIET);
            }
        }
    }
    Ok((code.size() + 2 * QUIET, path))
}

async fn confirm(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Posted(typed): Posted<Typed>,
) -> Result<Response, Failure> {
    let text = frame.text();
    let account = by.account.as_ref().ok_or(Failure::SignIn)?;
    let secret = typed.one("secret");
    match house
        .world()
        .confirm_totp(&by, secret, typed.one("code"))
        .await
    {
        Ok(()) => frame.go_saying("/account", &Flash::done(text.t("account-factor-done"))),
        Err(error @ WorldError::StepUp) => Err(error.into()),
        Err(error) => {
            let wrong = Wrong::of(text, &error);
            let issuer = &house.world().settings().origin;
            // The secret comes from the form: one that is none is not shown again.
            let address = second_factor::address(secret, account.state.login.as_str(), issuer);
            match (wrong, address) {
                (Some(wrong), Ok(address)) => {
                    let page = frame.page(Section::Account, text.t("account-factor-title"));
                    let shown = page_of(page, None, secret, address, Some(wrong))?;
                    show_with(StatusCode::UNPROCESSABLE_ENTITY, &shown)
                }
                _ => Err(error.into()),
            }
        }
    }
}

async fn remove(State(house): State<House>, frame: Frame, by: By) -> Result<Response, Failure> {
    let text = frame.text();
    match house.world().remove_own_totp(&by).await {
        Ok(()) => frame.go_saying("/account", &Flash::done(text.t("account-factor-removed"))),
        Err(error @ WorldError::StepUp) => Err(error.into()),
        Err(error) => match said(text, &error) {
            Some(said) => frame.go_saying("/account", &Flash::refused(said)),
            None => Err(error.into()),
        },
    }
}
