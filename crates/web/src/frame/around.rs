//! The middleware around every route: builds the [`Frame`], tells failures as page or problem, and
//! puts the protecting headers on each answer.

use std::sync::Arc;

use askama::Template;
use axum::{
    Json,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};

use super::{
    Flash, Frame, Host, Page, Section, Visitor, cookie, csrf::Sent, show_with, typed::Typed,
};
use crate::{
    allowance::Allowance,
    error::{Failed, Failure, Problem},
    route::BodyLimit,
    text::group,
};

/// Everything is forbidden but what the pages use: own style, script, images, streams and forms.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
    connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const PROTECTION: [(HeaderName, &str); 6] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
];

/// The page that tells of a failure.
#[derive(Template)]
#[template(path = "frame_error.html")]
pub(super) struct ErrorPage {
    pub(super) page: Page,
    pub(super) problem: Problem,
}

impl ErrorPage {
    fn limit(&self) -> Option<String> {
        self.problem.limit.map(|limit| group(limit / 1024))
    }
}

/// The addresses of the house, as the table of endpoints writes them, each with whether a browser can be led
/// there.
#[derive(Debug, Clone, Default)]
pub struct Pages(Arc<Vec<(&'static str, bool)>>);

impl Pages {
    /// These paths, such as `/items/{number}`.
    pub fn new(paths: impl IntoIterator<Item = (&'static str, bool)>) -> Self {
        Self(Arc::new(paths.into_iter().collect()))
    }

    /// The page that a form stands on which posts to this address: the address itself, or the nearest above
    /// it that is a page.
    fn of(&self, address: &str) -> String {
        let mut path = address.split(['?', '#']).next().unwrap_or_default();
        while let Some((above, _)) = path.rsplit_once('/') {
            if self.is_page(path) {
                return path.to_owned();
            }
            path = above;
        }
        "/".to_owned()
    }

    /// As the router chooses: what is written out goes before what stands for any.
    fn is_page(&self, path: &str) -> bool {
        let fitting = self.0.iter().filter(|(written, _)| fits(written, path));
        let order = |written: &str| {
            let open = written.split('/').map(|part| part.starts_with('{'));
            open.collect::<Vec<_>>()
        };
        let chosen = fitting.min_by_key(|(written, is_page)| (order(written), !is_page));
        chosen.is_some_and(|(_, is_page)| *is_page)
    }
}

/// Whether a path is one of the table's path, whose parts in braces stand for any.
fn fits(page: &str, path: &str) -> bool {
    let (mut wanted, mut given) = (page.split('/'), path.split('/'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some(wanted), Some(given)) if wanted == given || wanted.starts_with('{') => {}
            _ => return false,
        }
    }
}

/// Middleware, outermost of all that know the state.
pub async fn around<H: Host>(
    State((host, pages)): State<(H, Pages)>,
    request: Request,
    next: Next,
) -> Response {
    let (parts, body) = request.into_parts();
    let (visitor, refused) = match host.visitor(&parts).await {
        Ok(visitor) => (visitor, None),
        Err(failure) => (Visitor::default(), Some(failure)),
    };
    let frame = Frame::of(Arc::new(host.settings().clone()), visitor, &parts);
    let asked = Asked {
        page: accepts_page(&parts.headers),
        reading: matches!(parts.method, Method::GET | Method::HEAD),
    };
    let mut request = Request::from_parts(parts, body);
    request.extensions_mut().insert(frame.clone());
    let mut response = match refused {
        None => next.run(request).await,
        Some(failure) => failure.into_response(),
    };
    let allowance = response.extensions_mut().remove::<Allowance>();
    if let Some(failure) = failure_in(&response) {
        let mut sent = response.extensions_mut().remove::<Sent>();
        let back = match asked.reading {
            true => frame.inside().address.clone(),
            false => pages.of(&frame.inside().address),
        };
        if let Some(sent) = &mut sent {
            sent.page = Some(back.clone());
        }
        let is_kept = sent.as_ref().is_some_and(|sent| {
            let typed = Typed::on(&back).with(&sent.to, sent.fields.clone());
            !typed.is_empty()
        });
        let mut told = tell(&frame, &asked, &failure, &response, (&back, is_kept));
        if let Some(sent) = sent {
            told.extensions_mut().insert(sent);
        }
        let cookies = response
            .headers()
            .get_all(header::SET_COOKIE)
            .iter()
            .cloned()
            .collect();
        response = with_cookies(told, cookies);
    }
    response = keeping_typed(&host, &frame, response).await;
    let is_page = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if is_page && asked.reading && response.status().is_success() {
        response = filled(&host, &frame, response).await;
    }
    protect(&mut response, is_page);
    if let Some(allowance) = allowance {
        allowance.say(response.headers_mut());
    }
    if is_page {
        keep(&frame, response.headers_mut());
    }
    response
}

/// Most that is kept of what somebody typed who has not signed in, in bytes: a line or two, and what their
/// browser carries in a cookie.
const MOST_OF_STRANGERS: usize = 1_024;

/// Keeps what was typed for the page that the answer leads to: what a form sent that was not taken, or
/// what the switches of language and theme brought along.
async fn keeping_typed<H: Host>(host: &H, frame: &Frame, mut response: Response) -> Response {
    let extensions = response.extensions_mut();
    let brought = extensions.remove::<Typed>();
    let sent = extensions.remove::<Sent>();
    let to = response.headers().get(header::LOCATION);
    let Some(to) = to.and_then(|to| to.to_str().ok()) else {
        return response;
    };
    let inside = frame.inside();
    let ended = inside.visitor.ended.as_ref();
    let ended = ended.filter(|_| sent.as_ref().is_some_and(|sent| sent.ended));
    let typed = match (brought, sent) {
        (Some(typed), _) => typed,
        (None, Some(sent)) => {
            Typed::on(sent.page.as_deref().unwrap_or(to)).with(&sent.to, sent.fields)
        }
        (None, None) => return response,
    };
    if typed.is_empty() {
        return response;
    }
    let mut kept = serde_json::to_string(&typed).unwrap_or_default();
    if inside.visitor.who.is_none() && ended.is_none() {
        // Their browser carries it: of strangers nothing is written, however often they come.
        if kept.len() <= MOST_OF_STRANGERS {
            let carried = host.seal_typed(&inside.binding, &kept);
            set_typed(
                inside.settings.secure,
                &mut response,
                &carried,
                typed.page(),
            );
        }
        return response;
    }
    // What was typed in a session that has ended waits for its person, and for no other at that browser.
    let holder = ended.map_or(&inside.binding, |ended| &ended.owner);
    // The ended session may be in other hands by now: its person takes up only what was typed in the own browser.
    let secret = hex::encode(inside.settings.rng.bytes::<16>());
    if ended.is_some() {
        kept.insert_str(0, &secret);
    }
    // What cannot be kept is typed anew; the answer stands.
    if let Err(failure) = host.keep_typed(holder, &kept).await {
        tracing::warn!(cause = failure.to_string(), "what was typed was not kept");
        return response;
    }
    set_typed(inside.settings.secure, &mut response, &secret, typed.page());
    response
}

/// Has the browser ask for it on the page: what only it has, then the page's path.
fn set_typed(secure: bool, response: &mut Response, held: &str, page: &str) {
    if let Some(line) = cookie::write(cookie::TYPED, &format!("{held}{page}"), 10 * 60, secure) {
        response.headers_mut().append(header::SET_COOKIE, line);
    }
}

async fn taken<H: Host>(host: &H, holder: &str) -> Option<String> {
    match host.take_typed(holder).await {
        Ok(kept) => kept,
        Err(failure) => {
            tracing::warn!(cause = failure.to_string(), "what was typed is not there");
            None
        }
    }
}

/// The page with what was typed on it before, if that was kept.
async fn filled<H: Host>(host: &H, frame: &Frame, response: Response) -> Response {
    let inside = frame.inside();
    let path = inside.address.split('?').next().unwrap_or_default();
    if inside.typed_on.as_deref() != Some(path) {
        return response;
    }
    let carried = inside.typed_secret.as_deref();
    let carried = carried.filter(|_| inside.visitor.who.is_none());
    let mut kept = match carried {
        Some(carried) => host.open_typed(&inside.binding, carried),
        None => taken(host, &inside.binding).await,
    };
    if let (None, Some(owner)) = (&kept, &inside.visitor.owner) {
        let secret = inside.typed_secret.as_deref();
        let secret = secret.filter(|secret| secret.len() == 32);
        let of_owner = taken(host, owner).await;
        kept = of_owner.and_then(|kept| Some(kept.strip_prefix(secret?)?.to_owned()));
    }
    let typed = kept.and_then(|kept| serde_json::from_str::<Typed>(&kept).ok());
    let typed = typed.filter(|typed| typed.belongs_to(path));
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, usize::MAX).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let page = std::str::from_utf8(&bytes).ok();
    let page = page.and_then(|page| typed.as_ref()?.fill(page));
    if let (Some(typed), None) = (&typed, &page) {
        // The form is not there yet: something has to be done on the page first. What the browser carries it
        // carries on.
        if carried.is_some() {
            return Response::from_parts(parts, Body::from(bytes));
        }
        let kept = serde_json::to_string(typed).unwrap_or_default();
        if let Err(failure) = host.keep_typed(&inside.binding, &kept).await {
            tracing::warn!(cause = failure.to_string(), "what was typed was not kept");
        }
        return Response::from_parts(parts, Body::from(bytes));
    }
    let gone = cookie::write(cookie::TYPED, "", 0, inside.settings.secure);
    if let Some(line) = gone {
        parts.headers.append(header::SET_COOKIE, line);
    }
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, page.map_or_else(|| Body::from(bytes), Body::from))
}

struct Asked {
    page: bool,
    reading: bool,
}

fn accepts_page(headers: &HeaderMap) -> bool {
    let accept = headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}

/// What the handler or a layer refused, unless it told so itself in its own media type.
fn failure_in(response: &Response) -> Option<Arc<Failure>> {
    if let Some(Failed(failure)) = response.extensions().get::<Failed>() {
        return Some(failure.clone());
    }
    let kind = response
        .headers()
        .get(header::CONTENT_TYPE)
        .map(HeaderValue::as_bytes);
    let bare = kind.is_none_or(|kind| kind.starts_with(b"text/plain"));
    let status = response.status();
    (bare && !status.is_success())
        .then(|| Failure::of_status(status).map(Arc::new))
        .flatten()
}

/// `back` is where a person is led who has to sign in first, and whether what was typed waits there.
fn tell(
    frame: &Frame,
    asked: &Asked,
    failure: &Failure,
    response: &Response,
    back: (&str, bool),
) -> Response {
    let number = matches!(failure, Failure::Internal(_)).then(|| log(frame, failure));
    let limit = response
        .extensions()
        .get::<BodyLimit>()
        .map(|limit| limit.0);
    let path = frame.inside().address.split('?').next();
    let path = path.unwrap_or_default();
    let told = crate::taxii::told(path, failure, limit);
    if let Some(told) = told.or_else(|| crate::misp::told(path, failure, limit)) {
        return told;
    }
    if asked.page
        && let Some(redirect) = to_sign_in(frame, asked, failure, back)
    {
        return redirect;
    }
    let address = &frame.inside().address;
    let path = address.split('?').next().unwrap_or_default();
    let problem = Problem::new(failure, frame.text(), path, limit, number);
    let mut told = if asked.page {
        let page = frame.page(Section::Elsewhere, problem.title.clone());
        show_with(failure.status(), &ErrorPage { page, problem })
            .unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
    } else {
        let kind = [(header::CONTENT_TYPE, "application/problem+json")];
        (failure.status(), kind, Json(problem)).into_response()
    };
    if let Some(seconds) = failure.retry_after_s() {
        told.headers_mut()
            .insert(header::RETRY_AFTER, seconds.into());
    } else if matches!(failure, Failure::SignIn) {
        let schemes = HeaderValue::from_static("Bearer realm=\"kaname\"");
        told.headers_mut().insert(header::WWW_AUTHENTICATE, schemes);
    }
    told
}

/// A person at a page is led to the sign-in page and back; whoever posted something is told that it was not
/// done yet.
fn to_sign_in(
    frame: &Frame,
    asked: &Asked,
    failure: &Failure,
    (back, is_kept): (&str, bool),
) -> Option<Response> {
    let door = match failure {
        Failure::SignIn => "/sign-in",
        Failure::Again => "/sign-in/again",
        Failure::PasswordFirst => "/account/password",
        _ => return None,
    };
    let next = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("next", back)
        .finish();
    let to = format!("{door}?{next}");
    if asked.reading {
        return frame.go(&to).ok();
    }
    let said = match is_kept {
        true => "signin-not-done-kept",
        false => "signin-not-done",
    };
    frame
        .go_saying(&to, &Flash::refused(frame.text().t(said)))
        .ok()
}

/// Writes the cause to the log under a number that the reader can quote.
fn log(frame: &Frame, failure: &Failure) -> String {
    let number = hex::encode(frame.settings().rng.bytes::<4>());
    let cause = match failure {
        Failure::Internal(cause) => kaname_store::trouble::told(cause.as_ref()),
        other => other.to_string(),
    };
    tracing::error!(
        number,
        cause,
        address = frame.inside().address,
        "request failed"
    );
    number
}

fn with_cookies(mut response: Response, cookies: Vec<HeaderValue>) -> Response {
    for line in cookies {
        response.headers_mut().append(header::SET_COOKIE, line);
    }
    response
}

fn protect(response: &mut Response, is_page: bool) {
    let headers = response.headers_mut();
    for (name, value) in PROTECTION {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    if is_page {
        headers
            .entry(header::CACHE_CONTROL)
            .or_insert(HeaderValue::from_static("no-store"));
        headers.append(
            header::VARY,
            HeaderValue::from_static("accept, accept-language, cookie"),
        );
    }
}

/// After a page: the flash was said, and the browser learns what its forms are bound to.
fn keep(frame: &Frame, headers: &mut HeaderMap) {
    let inside = frame.inside();
    let secure = inside.settings.secure;
    let said = inside
        .flash
        .is_some()
        .then(|| cookie::write(cookie::FLASH, "", 0, secure));
    let visit = inside
        .first_visit
        .then(|| cookie::write(cookie::VISIT, &inside.binding, 24 * 60 * 60, secure));
    for line in [said, visit].into_iter().flatten().flatten() {
        headers.append(header::SET_COOKIE, line);
    }
}
