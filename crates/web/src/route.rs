//! The table of endpoints. The router is made from it alone, so nothing is served that does not
//! say here who may use it and what it leaves in the ledger.
//!
//! To add an endpoint: write its handler in the room it belongs to, add it to that room's
//! `endpoints()`, and the room to the list that the program hands to [`router`].

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    http::{Extensions, Method, StatusCode, header},
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse as _, Response},
    routing::{self, MethodRouter},
};
use kaname_policy::Action;
use kaname_sharing::taxii::MAX_CONTENT_LENGTH;
use kaname_world::Limits;
use tower_http::{
    catch_panic::CatchPanicLayer, limit::RequestBodyLimitLayer, timeout::TimeoutLayer,
};

use crate::{
    assets,
    error::Failure,
    frame::{self, Frame, Host, Pages},
    once,
};

/// Who may use an endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Access {
    /// Anyone, signed in or not; says why that is right.
    Public(&'static str),
    /// A signed-in person whose policy permits at least one of these actions. What exactly is
    /// permitted on which thing, the handler's command asks again.
    SignedIn(&'static [Action]),
    /// A machine whose key permits this action. No cookie is looked at, so no form token is asked
    /// for.
    Key(Action),
    /// A signed-in person or a machine's key that is permitted this action: feeds that browsers
    /// and programs read, and the API, where a person's session says the token of its forms before
    /// anything is changed.
    Either(Action),
}

/// What using an endpoint leaves in the ledger. Each answer carries it among its extensions, so that
/// tests hold the ledger against it, request by request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Audit {
    /// An event of this kind (`item.released`).
    Event(&'static str),
    /// Events, each of one of these kinds, after what the address leads to and what is asked.
    OneOf(&'static [&'static str]),
    /// Nothing, for this reason.
    None(&'static str),
}

impl Audit {
    /// Kinds of the events it may leave.
    pub fn kinds(&self) -> &[&'static str] {
        match self {
            Self::Event(kind) => std::slice::from_ref(kind),
            Self::OneOf(kinds) => kinds,
            Self::None(_) => &[],
        }
    }
}

/// What an endpoint takes, and so which bound of the configuration holds for its body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodySize {
    /// A form without files.
    Form,
    /// A form in which an item is written.
    Draft,
    /// A TAXII envelope: as long as any API root takes. Which one it is, and what is taken there, its
    /// handler looks at while it reads.
    Posted,
    /// A report with its files.
    Report,
}

impl BodySize {
    /// The bound, in bytes.
    pub fn bytes(self, limits: &Limits) -> usize {
        match self {
            Self::Form => limits.max_form_bytes,
            Self::Draft => limits.max_draft_bytes,
            Self::Posted => {
                let most = usize::try_from(MAX_CONTENT_LENGTH).unwrap_or(usize::MAX);
                limits.envelope_bytes().max(most)
            }
            Self::Report => limits.max_body_bytes,
        }
    }
}

/// One method of one address.
#[derive(Clone)]
pub struct Endpoint<S> {
    /// HTTP method.
    pub method: Method,
    /// Path with `{placeholders}`.
    pub path: &'static str,
    /// Stable name, `noun.verb`.
    pub name: &'static str,
    /// Who may use it.
    pub access: Access,
    /// What it leaves in the ledger.
    pub audit: Audit,
    /// How large its body may be.
    pub body: BodySize,
    handler: MethodRouter<S>,
}

impl<S: Host> Endpoint<S> {
    /// An endpoint that takes a form without files, or nothing. `handler` answers `method` only.
    pub const fn new(
        method: Method,
        path: &'static str,
        name: &'static str,
        access: Access,
        audit: Audit,
        handler: MethodRouter<S>,
    ) -> Self {
        Self {
            method,
            path,
            name,
            access,
            audit,
            body: BodySize::Form,
            handler,
        }
    }

    /// Takes larger bodies: uploads, bundles.
    #[must_use]
    pub const fn with_body(mut self, body: BodySize) -> Self {
        self.body = body;
        self
    }

    /// Whether a person's browser can be led there.
    fn is_page(&self) -> bool {
        self.method == Method::GET && !matches!(self.access, Access::Key(_))
    }

    fn reads(&self) -> bool {
        matches!(self.method, Method::GET | Method::HEAD | Method::OPTIONS)
    }

    /// Whether it takes forms of pages, by which a browser's session could be abused.
    fn takes_forms(&self) -> bool {
        !self.reads() && matches!(self.access, Access::Public(_) | Access::SignedIn(_))
    }

    /// Whether it is an operation of the API that something may be sent to by a person or a machine.
    pub(crate) fn takes_either(&self) -> bool {
        !self.reads() && matches!(self.access, Access::Either(_))
    }

    /// Whether it is an operation of the API whose callers may say that they mean it once. What hands in reports
    /// keeps such keys itself, in the commit of the report.
    pub(crate) fn is_done_once(&self) -> bool {
        let changes = !self.reads() && !self.audit.kinds().is_empty();
        changes && self.path.starts_with(API) && self.name != "api.submit"
    }
}

/// What every address of the JSON API begins with.
pub(crate) const API: &str = "/api/";

/// Largest body of the endpoint that answered; the frame says it in a 413.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BodyLimit(pub(crate) u64);

/// The bounds a request came with through the gate.
pub(crate) fn limits_of(extensions: &Extensions) -> Limits {
    extensions.get().copied().unwrap_or_default()
}

#[derive(Clone)]
struct Gate<S> {
    host: S,
    access: Arc<Access>,
    audit: Audit,
    limits: Limits,
    bytes: u64,
    /// Whether it is a form of a page that may be posted here.
    guarded: bool,
}

/// Endpoints of the frame itself.
pub fn frame_endpoints<S: Host>() -> Vec<Endpoint<S>> {
    vec![
        Endpoint::new(
            Method::GET,
            "/assets/{file}",
            "asset.read",
            Access::Public("style and script of every page, the public ones too"),
            Audit::None("reads what is the same for everyone"),
            routing::get(assets::serve),
        ),
        Endpoint::new(
            Method::GET,
            "/favicon.ico",
            "asset.icon",
            Access::Public("the picture of every page, the public ones too"),
            Audit::None("reads what is the same for everyone"),
            routing::get(assets::icon),
        ),
        frame::preference_endpoint(),
    ]
}

/// The router of all these endpoints, with limits, gate, form guard and frame around each.
pub fn router<S: Host>(host: &S, endpoints: Vec<Endpoint<S>>) -> Router<S> {
    let limits = host.limits();
    let timeout = Duration::from_secs(limits.request_timeout_s.into());
    let pages = Pages::new(endpoints.iter().map(|one| (one.path, one.is_page())));
    let mut router = Router::new();
    for endpoint in endpoints {
        let bytes = endpoint.body.bytes(&limits);
        let guarded = endpoint.takes_forms();
        let (by_either, once) = (endpoint.takes_either(), endpoint.is_done_once());
        let gate = Gate {
            host: host.clone(),
            access: Arc::new(endpoint.access.clone()),
            audit: endpoint.audit.clone(),
            limits,
            bytes: bytes as u64,
            guarded,
        };
        let mut handler = endpoint.handler.layer(DefaultBodyLimit::max(bytes));
        if once {
            handler = handler.layer(from_fn_with_state(host.clone(), once::carried_out::<S>));
        }
        if by_either {
            handler = handler.layer(from_fn(frame::guard_api));
        }
        if guarded {
            handler = handler.layer(from_fn(frame::guard));
        }
        let handler = handler
            .layer(RequestBodyLimitLayer::new(bytes))
            .layer(from_fn_with_state(gate, admit::<S>));
        router = router.route(endpoint.path, handler);
    }
    router
        .fallback(|| async { Failure::NotFound })
        .method_not_allowed_fallback(|| async { Failure::WrongMethod })
        .layer(TimeoutLayer::with_status_code(
            StatusCode::SERVICE_UNAVAILABLE,
            timeout,
        ))
        .layer(CatchPanicLayer::custom(|_| {
            Failure::internal("a handler panicked").into_response()
        }))
        .layer(from_fn_with_state(
            (host.clone(), pages),
            frame::around::<S>,
        ))
}

/// Middleware of every endpoint: may they, and is the body small enough to begin with.
async fn admit<S: Host>(State(gate): State<Gate<S>>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let Some(frame) = parts.extensions.get::<Frame>().cloned() else {
        return Failure::internal("the frame does not surround this route").into_response();
    };
    parts.extensions.insert(gate.limits);
    let declared = parts
        .headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    let admitted = gate
        .host
        .admit(frame.visitor(), &gate.access, &mut parts)
        .await;
    let allowance = gate.host.allowance(&parts);
    let admitted = admitted.and_then(|()| allowance.map_or(Ok(()), |one| one.granted()));
    let mut response = match admitted {
        Err(failure @ Failure::SignIn) if gate.guarded => {
            let typed = frame::unsent(&frame, &parts, body).await;
            let mut response = failure.into_response();
            if let Some(typed) = typed {
                response.extensions_mut().insert(typed);
            }
            response
        }
        Err(failure) => failure.into_response(),
        Ok(()) if declared.is_some_and(|length| length > gate.bytes) => {
            Failure::TooLarge.into_response()
        }
        Ok(()) => next.run(Request::from_parts(parts, body)).await,
    };
    let about = response.extensions_mut();
    if let Some(allowance) = allowance {
        about.insert(allowance);
    }
    about.insert(BodyLimit(gate.bytes));
    about.insert(gate.audit);
    response
}

/// What is wrong with a table, one sentence each; the program's tests expect nothing.
pub fn faults<S: Host>(endpoints: &[Endpoint<S>]) -> Vec<String> {
    let mut found = Vec::new();
    for (index, endpoint) in endpoints.iter().enumerate() {
        let here = format!("{} {}", endpoint.method, endpoint.path);
        let mut say = |what: &str| found.push(format!("{here}: {what}"));
        let reads = matches!(endpoint.method, Method::GET | Method::HEAD);
        match &endpoint.access {
            Access::Public(why) if why.len() < 10 => say("public without a reason"),
            Access::SignedIn([]) => say("signed in, but no action is named"),
            Access::Either(_) if !reads && !endpoint.path.starts_with(API) => {
                say("both browser and key, but neither for reading only nor of the API");
            }
            _ => {}
        }
        match &endpoint.audit {
            Audit::None(why) if why.len() < 10 => say("no event and no reason why"),
            told if told.kinds().iter().any(|kind| !kind.contains('.')) => {
                say("the event's kind is not noun.verb");
            }
            _ => {}
        }
        if !endpoint.path.starts_with('/') {
            say("the path does not begin with /");
        }
        if !endpoint.name.contains('.') {
            say("the name is not noun.verb");
        }
        for earlier in endpoints.iter().take(index) {
            if earlier.name == endpoint.name {
                say("the name is taken by another endpoint");
            }
            if earlier.method == endpoint.method && earlier.path == endpoint.path {
                say("the address is taken by another endpoint");
            }
        }
    }
    found
}
