//! The reader's own account: sessions, password, second factor, language.

mod factor;
mod mail_key;
mod password;

use askama::Template;
use axum::{
    extract::State,
    http::{HeaderMap, Method, StatusCode, header},
    response::Response,
    routing,
};
use kaname_directory::MailAddress;
use kaname_kernel::Role;
use kaname_policy::Action;
use kaname_world::sign_in::SessionInfo;
use serde::Deserialize;

use crate::{
    error::Failure,
    frame::{
        Flash, Frame, Page, Posted, Section, cookie,
        part::{At, Choice, Field, Notice, Tone, Verb},
        show_with,
    },
    house::{By, House},
    room::{
        form::{Asker, Typed, Wrong},
        mail_key::MailKey,
    },
    route::{Access, Audit, Endpoint},
    text::Lang,
};

const OWN: Access = Access::SignedIn(&[Action::SessionOwn]);
const READS: Audit = Audit::None("shows the reader's own account only");
const STATE: Audit = Audit::None("sessions are short-lived state, not history");

/// How long the language chosen here stays in the browser, in seconds.
const A_YEAR: u64 = 365 * 24 * 60 * 60;

/// Endpoints of this room.
pub fn endpoints() -> Vec<Endpoint<House>> {
    let post =
        |path, name, audit, handler| Endpoint::new(Method::POST, path, name, OWN, audit, handler);
    let mut all = vec![
        Endpoint::new(
            Method::GET,
            "/account",
            "account.own",
            OWN,
            READS,
            routing::get(own),
        ),
        post(
            "/account/self",
            "account.describe_self",
            Audit::Event("account.described"),
            routing::post(describe),
        ),
        post(
            "/account/sessions/end",
            "session.end",
            STATE,
            routing::post(end),
        ),
        post(
            "/account/sessions/end-others",
            "session.end_others",
            STATE,
            routing::post(end_others),
        ),
    ];
    all.extend(factor::endpoints());
    all.extend(mail_key::endpoints());
    all.extend(password::endpoints());
    all
}

#[derive(Template)]
#[template(path = "room/account/own.html")]
struct OwnPage {
    page: Page,
    login: String,
    title: String,
    party: String,
    party_code: String,
    roles: String,
    notices: Vec<Notice>,
    factor: Option<Verb>,
    factor_said: String,
    remove: Option<Verb>,
    sessions: Vec<Session>,
    others: Option<Verb>,
    password: Vec<Field>,
    about: Vec<Field>,
    key: Option<MailKey>,
    key_field: Field,
    remove_key: Option<Verb>,
    acting: Vec<Verb>,
    wrong: Option<String>,
}

struct Session {
    label: String,
    here: bool,
    started: At,
    seen: At,
    factor: Option<At>,
    end: Verb,
}

async fn own(State(house): State<House>, frame: Frame, by: By) -> Result<Response, Failure> {
    shown(&house, &frame, &by, &Typed::default(), None).await
}

async fn shown(
    house: &House,
    frame: &Frame,
    by: &By,
    typed: &Typed,
    wrong: Option<Wrong>,
) -> Result<Response, Failure> {
    let text = frame.text();
    let page = frame
        .page(Section::Account, text.t("account-title"))
        .typing("/account/self");
    let account = by.account.as_ref().ok_or(Failure::SignIn)?;
    let party = by.party.as_ref().ok_or(Failure::SignIn)?;
    let lang = crate::room::choices::lang(&page);
    let state = &account.state;
    let sessions = house.world().sessions(by).await?;
    let others = sessions.len() > 1;
    let sessions = sessions
        .iter()
        .map(|info| session(&page, by, info))
        .collect();
    let roles: Vec<String> = state
        .roles
        .iter()
        .map(|role| page.word(role.as_str()))
        .collect();
    let has_factor = state.totp.is_some();
    let ask = Asker {
        page: &page,
        typed,
        wrong: wrong.as_ref(),
    };
    let password = password::fields(&ask);
    let langs = Lang::ALL.map(|lang| Choice::new(lang.tag(), lang.own_name()));
    let mail = state
        .mail
        .as_ref()
        .map(ToString::to_string)
        .unwrap_or_default();
    let mail = if ask.fault("mail").is_some() {
        typed.one("mail").to_owned()
    } else {
        mail
    };
    let about = vec![
        page.radio("lang", text.t("account-lang"), langs.to_vec())
            .value(state.lang.as_str())
            .hint(text.t("account-lang-hint")),
        page.line("email", "mail", text.t("account-mail"))
            .value(mail)
            .longest(254)
            .error(ask.fault("mail"))
            .optional(),
    ];
    let key_field = ask
        .lines(6, "key", "account-key-paste")
        .hint(text.t("account-key-hint"));
    let status = if wrong.is_some() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let factor = page.link(
        "/account/second-factor",
        text.t(if has_factor {
            "account-factor-replace"
        } else {
            "account-factor-set"
        }),
    );
    let remove = has_factor.then(|| {
        if state.passkeys.is_empty() && state.has_officer_role() {
            page.refused(
                text.t("account-factor-remove"),
                text.t("refused-officer-without-factor"),
            )
        } else {
            page.post(
                "/account/second-factor/remove",
                text.t("account-factor-remove"),
            )
            .grave()
        }
    });
    let shown = OwnPage {
        login: state.login.to_string(),
        title: state.title.get(lang).to_owned(),
        party: party.state.description.name.get(lang).to_owned(),
        party_code: party.state.code.to_string(),
        roles: roles.join(" / "),
        notices: notices(&page, by),
        factor: Some(if state.has_second_factor() {
            factor
        } else {
            factor.main()
        }),
        factor_said: match (has_factor, state.passkeys.len()) {
            (true, _) => text.t("account-factor-on"),
            (false, 0) => text.t("account-factor-off"),
            (false, n) => text.t1("account-factor-passkeys", "n", n),
        }
        .into_owned(),
        remove,
        sessions,
        others: others.then(|| {
            page.post("/account/sessions/end-others", text.t("account-end-others"))
                .grave()
        }),
        password,
        key: state.openpgp.as_ref().map(|key| MailKey::of(&page, key)),
        key_field,
        remove_key: state.openpgp.is_some().then(|| {
            page.post("/account/key/remove", text.t("account-key-remove"))
                .grave()
        }),
        about,
        acting: crate::room::acting::verbs(house, &page, by).await?,
        wrong: wrong.map(|wrong| wrong.said()),
        page,
    };
    show_with(status, &shown)
}

fn session(page: &Page, by: &By, info: &SessionInfo) -> Session {
    let here = by.session.as_ref() == Some(&info.number);
    let end = page
        .post("/account/sessions/end", page.t("account-end"))
        .with("number", info.number.as_str())
        .named(page.t1("account-end-which", "session", info.label.as_str()));
    Session {
        label: info.label.clone(),
        here,
        started: page.at(info.started),
        seen: page.ago(info.seen),
        factor: info.second_factor_at.map(|at| page.at(at)),
        end,
    }
}

/// What the owner should see to.
fn notices(page: &Page, by: &By) -> Vec<Notice> {
    let mut notices = Vec::new();
    let Some(account) = &by.account else {
        return notices;
    };
    let mut care = |title, about| {
        notices.push(Notice {
            tone: Tone::Care,
            title: page.t(title).into_owned(),
            text: page.t(about).into_owned(),
        });
    };
    if !account.state.has_second_factor() {
        let needs = by.has(Role::Releaser) || by.has(Role::Administrator) || by.has(Role::Steward);
        let about = match needs {
            true => "account-no-factor-about",
            false => "account-no-factor-own",
        };
        care("account-no-factor", about);
    }
    notices
}

async fn describe(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Posted(typed): Posted<Typed>,
) -> Result<Response, Failure> {
    let text = frame.text();
    let lang: kaname_directory::Lang = typed.one("lang").parse().unwrap_or_default();
    let done = match typed.parse_if("mail", MailAddress::parse) {
        Ok(mail) => house.world().describe_self(&by, lang, mail).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(()) => {
            let mut response = frame.go_saying("/account", &Flash::done(text.t("account-kept")))?;
            let secure = frame.settings().secure;
            if let Some(line) = cookie::write(cookie::LANG, lang.as_str(), A_YEAR, secure) {
                response.headers_mut().append(header::SET_COOKIE, line);
            }
            Ok(response)
        }
        Err(error) => match Wrong::of(text, &error) {
            Some(wrong) => shown(&house, &frame, &by, &typed, Some(wrong)).await,
            None => Err(error.into()),
        },
    }
}

#[derive(Deserialize)]
struct Which {
    number: String,
}

async fn end(
    State(house): State<House>,
    frame: Frame,
    by: By,
    headers: HeaderMap,
    Posted(which): Posted<Which>,
) -> Result<Response, Failure> {
    let text = frame.text();
    if by.session.as_ref() == Some(&which.number) {
        if let Some(token) = house.token(&headers) {
            house.world().sign_out(token).await?;
        }
        let mut response = frame.go("/sign-in")?;
        if let Some(line) = house.session_cookie("") {
            response.headers_mut().append(header::SET_COOKIE, line);
        }
        return Ok(response);
    }
    house.world().end_session(&by, &which.number).await?;
    frame.go_saying("/account", &Flash::done(text.t("account-ended")))
}

async fn end_others(State(house): State<House>, frame: Frame, by: By) -> Result<Response, Failure> {
    house.world().end_other_sessions(&by).await?;
    frame.go_saying(
        "/account",
        &Flash::done(frame.text().t("account-ended-others")),
    )
}
