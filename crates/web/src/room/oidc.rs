//! Signing in with the OpenID provider of the configuration, and linking an identity there to the own
//! account.

use askama::Template;
use axum::{
    extract::{Query, State},
    http::{HeaderMap, Method, StatusCode, header},
    response::Response,
    routing,
};
use kaname_directory::OidcIdentity;
use kaname_policy::Action;
use kaname_world::{
    WorldError,
    sign_in::oidc::{Brought, Leaving, Left, OpenId, Returned},
};
use serde::Deserialize;

use super::sign_in::{From, Next, enter, safe_next, sign_in_page};
use crate::{
    error::Failure,
    frame::{
        Flash, Frame, Page, Posted, Section, cookie,
        part::{Empty, Verb},
        show, show_with,
    },
    house::{By, House},
    route::{Access, Audit, Endpoint},
    said::said,
    text::{Lang, Text},
};

const OWN: Access = Access::SignedIn(&[Action::SessionOwn]);
/// Carries what [`Left::browser`] says, for as long as someone may take.
const COOKIE: &str = "kaname-openid";
const COOKIE_S: u64 = 600;
/// Where the provider leads back to.
const BACK: &str = "/sign-in/openid/back";

/// Endpoints of this room.
pub fn endpoints() -> Vec<Endpoint<House>> {
    let new = Endpoint::new;
    vec![
        new(
            Method::GET,
            "/sign-in/openid",
            "openid.leave",
            Access::Public("whoever is not signed in yet"),
            Audit::None("state of a sign-in lives for ten minutes and is no history"),
            routing::get(leave),
        ),
        new(
            Method::GET,
            BACK,
            "openid.return",
            Access::Public("needs the state and the browser that left"),
            Audit::Event("account.oidc_linked"),
            routing::get(back),
        ),
        new(
            Method::GET,
            "/account/openid",
            "openid.own",
            OWN,
            Audit::None("shows the reader's own identities only"),
            routing::get(own),
        ),
        new(
            Method::POST,
            "/account/openid/link",
            "openid.link",
            OWN,
            Audit::None("the link is made, and recorded, on the way back"),
            routing::post(link),
        ),
        new(
            Method::POST,
            "/account/openid/unlink",
            "openid.unlink",
            OWN,
            Audit::Event("account.oidc_unlinked"),
            routing::post(unlink),
        ),
    ]
}

fn label(openid: &OpenId, text: Text) -> &str {
    let [japanese, english] = &openid.settings().label;
    match text.lang() {
        Lang::Ja => japanese,
        Lang::En => english,
    }
}

/// The way in by the provider, for the sign-in page; `None` when none is configured.
pub(super) fn way(house: &House, page: &Page, next: &str) -> Option<Verb> {
    let openid = house.openid()?;
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("next", next)
        .finish();
    let go = page.t1("oidc-go", "label", label(openid, page.text));
    Some(page.link(format!("/sign-in/openid?{query}"), go))
}

fn provider(house: &House) -> Result<&OpenId, Failure> {
    house.openid().ok_or(Failure::NotFound)
}

fn with_cookie(frame: &Frame, mut response: Response, value: &str) -> Response {
    let seconds = if value.is_empty() { 0 } else { COOKIE_S };
    if let Some(line) = cookie::write(COOKIE, value, seconds, frame.settings().secure) {
        response.headers_mut().append(header::SET_COOKIE, line);
    }
    response
}

async fn leave(
    State(house): State<House>,
    frame: Frame,
    from: From,
    Query(query): Query<Next>,
) -> Result<Response, Failure> {
    let openid = provider(&house)?;
    let next = safe_next(&query.next);
    let redirect = format!("{}{BACK}", house.public_url());
    let leaving = Leaving {
        redirect: &redirect,
        next,
        link: None,
        address: &from.address,
    };
    match house.world().leave_for_openid(openid, leaving).await {
        Ok(Left { to, browser }) => Ok(with_cookie(&frame, frame.go(&to)?, &browser)),
        Err(error) => refused(&house, &frame, next, error).await,
    }
}

/// The sign-in page with what went wrong.
async fn refused(
    house: &House,
    frame: &Frame,
    next: &str,
    error: WorldError,
) -> Result<Response, Failure> {
    let text = frame.text();
    let (status, wrong) = match &error {
        WorldError::Unauthenticated => (
            StatusCode::UNAUTHORIZED,
            Some(text.t("error-sign-in").into_owned()),
        ),
        WorldError::TooMany(_) => (StatusCode::TOO_MANY_REQUESTS, said(text, &error)),
        _ => (StatusCode::UNPROCESSABLE_ENTITY, said(text, &error)),
    };
    match wrong {
        Some(wrong) => {
            let page = sign_in_page(house, frame, next, "", Some(wrong)).await?;
            show_with(status, &page)
        }
        None => Err(error.into()),
    }
}

async fn back(
    State(house): State<House>,
    frame: Frame,
    by: By,
    headers: HeaderMap,
    from: From,
    Query(brought): Query<Brought>,
) -> Result<Response, Failure> {
    let openid = provider(&house)?;
    let browser = cookie::read(&headers, COOKIE).unwrap_or_default();
    let who = (from.address.as_str(), from.label.as_str());
    let returned = house
        .world()
        .return_from_openid(openid, &brought, (&by, browser), who)
        .await;
    let text = frame.text();
    let response = match returned {
        Ok(Returned::SignedIn(signed, next)) => enter(&house, &frame, &signed, safe_next(&next))?,
        Ok(Returned::Linked) => {
            frame.go_saying("/account/openid", &Flash::done(text.t("oidc-linked")))?
        }
        Err(error) if by.account.is_some() => match said(text, &error) {
            Some(said) => frame.go_saying("/account/openid", &Flash::refused(said))?,
            None => return Err(error.into()),
        },
        Err(error) => refused(&house, &frame, "/", error).await?,
    };
    Ok(with_cookie(&frame, response, ""))
}

#[derive(Template)]
#[template(path = "room/oidc/own.html")]
struct OwnPage {
    page: Page,
    lead: String,
    identities: Vec<Linked>,
    none: Empty,
    link: Option<Verb>,
    back: Verb,
}

struct Linked {
    issuer: String,
    subject: String,
    unlink: Verb,
}

async fn own(State(house): State<House>, frame: Frame, by: By) -> Result<Response, Failure> {
    let text = frame.text();
    let page = frame.page(Section::Account, text.t("oidc-title"));
    let account = by.account.as_ref().ok_or(Failure::SignIn)?;
    let named = house.openid().map(|openid| label(openid, text).to_owned());
    let (lead, empty) = match &named {
        Some(label) => (
            page.t1("oidc-about", "label", label.as_str()).into_owned(),
            page.t("oidc-none"),
        ),
        None => (page.t("oidc-off-about").into_owned(), page.t("oidc-off")),
    };
    let identities = account.state.oidc.iter().map(|identity| {
        let (issuer, subject) = (identity.issuer.to_string(), identity.subject.to_string());
        let unlink = page
            .post("/account/openid/unlink", page.t("oidc-unlink"))
            .grave()
            .with("issuer", issuer.as_str())
            .with("subject", subject.as_str())
            .named(page.t1("oidc-unlink-which", "subject", subject.as_str()));
        Linked {
            issuer,
            subject,
            unlink,
        }
    });
    show(&OwnPage {
        identities: identities.collect(),
        none: Empty {
            title: empty.into_owned(),
            text: String::new(),
            next: None,
        },
        link: named.map(|label| {
            let go = page.t1("oidc-link", "label", label.as_str());
            page.post("/account/openid/link", go).main()
        }),
        lead,
        back: page.link("/account", page.t("oidc-back")),
        page,
    })
}

#[derive(Template)]
#[template(path = "room/oidc/leave.html")]
struct LeavePage {
    page: Page,
    lead: String,
    go: Verb,
    back: Verb,
}

/// A page with the way to the provider: a browser that posted a form here would not follow a redirect
/// to elsewhere (form-action of the pages' policy), and a plain address could be opened by others.
async fn link(
    State(house): State<House>,
    frame: Frame,
    by: By,
    from: From,
) -> Result<Response, Failure> {
    let openid = provider(&house)?;
    let text = frame.text();
    let redirect = format!("{}{BACK}", house.public_url());
    let leaving = Leaving {
        redirect: &redirect,
        next: "/account/openid",
        link: Some(&by),
        address: &from.address,
    };
    let Left { to, browser } = match house.world().leave_for_openid(openid, leaving).await {
        Ok(left) => left,
        Err(error) => match said(text, &error) {
            Some(said) => return frame.go_saying("/account/openid", &Flash::refused(said)),
            None => return Err(error.into()),
        },
    };
    let page = frame.page(Section::Account, text.t("oidc-title"));
    let label = label(openid, text);
    let shown = LeavePage {
        lead: page.t1("oidc-leave-about", "label", label).into_owned(),
        go: page.link(to, page.t1("oidc-leave", "label", label)).main(),
        back: page.link("/account", page.t("oidc-back")),
        page,
    };
    Ok(with_cookie(&frame, show(&shown)?, &browser))
}

#[derive(Deserialize)]
struct Which {
    issuer: String,
    subject: String,
}

async fn unlink(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Posted(which): Posted<Which>,
) -> Result<Response, Failure> {
    let text = frame.text();
    let account = by.account.as_ref().ok_or(Failure::SignIn)?;
    let named = |identity: &&OidcIdentity| {
        identity.issuer.as_str() == which.issuer && identity.subject.as_str() == which.subject
    };
    let identity = account.state.oidc.iter().find(named).cloned();
    let identity = identity.ok_or(Failure::NotFound)?;
    let flash = match house.world().unlink_own_identity(&by, identity).await {
        Ok(()) => Flash::done(text.t("oidc-unlinked")),
        Err(error) => match said(text, &error) {
            Some(said) => Flash::refused(said),
            None => return Err(error.into()),
        },
    };
    frame.go_saying("/account/openid", &flash)
}
