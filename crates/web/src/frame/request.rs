//! One request as the frame sees it.

use std::sync::Arc;

use axum::{
    extract::FromRequestParts,
    http::{HeaderValue, Method, StatusCode, header, request::Parts},
    response::{IntoResponse as _, Response},
};
use jiff::Timestamp;

use super::{
    Flash, Page, Section, Settings, Theme, Visitor, cookie,
    nav::nav,
    page::{LOOK, SWITCH},
};
use crate::{
    assets,
    error::Failure,
    text::{Lang, Text},
};

/// One request: who, in which language, when. Handlers take it as an argument and make their
/// [`Page`] from it.
#[derive(Clone)]
pub struct Frame(Arc<Inside>);

pub(super) struct Inside {
    pub(super) settings: Arc<Settings>,
    pub(super) visitor: Visitor,
    pub(super) text: Text,
    pub(super) theme: Theme,
    /// Path and query asked for.
    pub(super) address: String,
    pub(super) flash: Option<Flash>,
    /// What form tokens are bound to: the session, or the browser before signing in.
    pub(super) binding: String,
    /// Whether the browser does not hold `binding` yet.
    pub(super) first_visit: bool,
    /// The language that the form was posted to be shown again in, with what was typed.
    pub(super) switched: Option<Lang>,
    /// The same for the theme.
    pub(super) look: Option<Theme>,
    /// Path of the page whose forms are to be filled in with what was typed there.
    pub(super) typed_on: Option<String>,
    /// What this browser alone was told when that was kept.
    pub(super) typed_secret: Option<String>,
    pub(super) now: Timestamp,
}

/// On an answer that leads back without having done what was asked: what was typed is kept for the page.
#[derive(Debug, Clone, Copy)]
pub(super) struct Turned;

impl Frame {
    /// Reads cookies and headers of a request.
    pub(super) fn of(settings: Arc<Settings>, visitor: Visitor, request: &Parts) -> Self {
        let headers = &request.headers;
        let accept = headers
            .get(header::ACCEPT_LANGUAGE)
            .and_then(|value| value.to_str().ok());
        let posted = (request.method == Method::POST).then(|| request.uri.query());
        let query = posted.flatten().unwrap_or_default();
        let switched = switch_in(query, SWITCH).and_then(Lang::from_tag);
        let look = switch_in(query, LOOK).map(Theme::from_name);
        let held_theme = cookie::read(headers, cookie::THEME).unwrap_or_default();
        let kept = cookie::read(headers, cookie::LANG);
        let lang = switched.unwrap_or_else(|| Lang::choose(kept, visitor.lang, accept));
        let held = cookie::read(headers, cookie::VISIT).filter(|value| value.len() == 32);
        let (binding, first_visit) = match (&visitor.binding, held) {
            (Some(session), _) => (session.clone(), false),
            (None, Some(visit)) => (visit.to_owned(), false),
            (None, None) => (hex::encode(settings.rng.bytes::<16>()), true),
        };
        let typed = cookie::read(headers, cookie::TYPED);
        let typed = typed.and_then(|typed| typed.split_at_checked(typed.find('/')?));
        Self(Arc::new(Inside {
            text: Text::new(lang),
            theme: look.unwrap_or_else(|| Theme::from_name(held_theme)),
            look,
            typed_on: typed.map(|(_, page)| page.to_owned()),
            typed_secret: typed.map(|(secret, _)| secret.to_owned()),
            address: request
                .uri
                .path_and_query()
                .map_or("/", |both| both.as_str())
                .to_owned(),
            flash: cookie::read(headers, cookie::FLASH).and_then(Flash::from_cookie),
            now: settings.clock.now(),
            settings,
            visitor,
            binding,
            first_visit,
            switched,
        }))
    }

    pub(super) fn inside(&self) -> &Inside {
        &self.0
    }

    /// The messages in the reader's language.
    pub fn text(&self) -> Text {
        self.0.text
    }

    /// Whether a form was posted only to be shown again in another language or theme, with what was
    /// typed: see [`Page::editing`].
    pub fn is_switched(&self) -> bool {
        self.0.switched.is_some() || self.0.look.is_some()
    }

    /// The answer, with the language or theme that the reader switched to kept for the next pages.
    #[must_use]
    pub fn keeping_switch(&self, mut answer: Response) -> Response {
        let secure = self.settings().secure;
        let lang = self.0.switched.and_then(|lang| cookie::lang(lang, secure));
        let look = self.0.look.and_then(|look| cookie::theme(look, secure));
        for line in lang.into_iter().chain(look) {
            answer.headers_mut().append(header::SET_COOKIE, line);
        }
        answer
    }

    /// When the request came.
    pub fn now(&self) -> Timestamp {
        self.0.now
    }

    /// Who sent it.
    pub fn visitor(&self) -> &Visitor {
        &self.0.visitor
    }

    /// What the program told the frame.
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// The token of the forms that this session, or visit, is given.
    pub(crate) fn token(&self) -> String {
        self.0.settings.csrf.token(&self.0.binding)
    }

    pub(super) fn token_fits(&self, token: &str) -> bool {
        self.0.settings.csrf.fits(&self.0.binding, token)
    }

    /// Whether something typed is kept for the page at an address.
    pub fn has_typed_on(&self, address: &str) -> bool {
        let path = address.split(['?', '#']).next();
        self.0.typed_on.is_some() && self.0.typed_on.as_deref() == path
    }

    /// Whether a form with that token was given to the session that has ended.
    pub(super) fn token_of_ended_fits(&self, token: &str) -> bool {
        let ended = self.0.visitor.ended.as_ref();
        ended.is_some_and(|ended| self.0.settings.csrf.fits(&ended.binding, token))
    }

    /// A page of that section. The title is what the reader sees first and what a tab is called.
    pub fn page(&self, section: Section, title: impl Into<String>) -> Page {
        let inside = &self.0;
        let settings = &inside.settings;
        Page {
            text: inside.text,
            theme: inside.theme,
            title: title.into(),
            hub: settings.hub_name(inside.text.lang()).to_owned(),
            nav: nav(inside.visitor.who.as_ref(), section, inside.text),
            who: inside.visitor.who.clone(),
            flash: inside.flash.clone(),
            csrf: self.token(),
            exercise: settings.exercise.clone(),
            demo: settings.demo.is_some(),
            address: inside.address.clone(),
            now: inside.now,
            live: None,
            editing: None,
            typing: None,
            query: String::new(),
            style: assets::url("kaname.css"),
            script: assets::url("kaname.js"),
            icon: assets::url("icon.svg"),
        }
    }

    /// On to another page of this house after something was posted (303).
    ///
    /// # Errors
    /// [`Failure::Internal`] when `to` can't stand in a header.
    pub fn go(&self, to: &str) -> Result<Response, Failure> {
        let to = HeaderValue::from_str(to).map_err(Failure::internal)?;
        Ok((StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response())
    }

    /// On to another page, which says `flash` once.
    ///
    /// # Errors
    /// As [`Frame::go`].
    pub fn go_saying(&self, to: &str, flash: &Flash) -> Result<Response, Failure> {
        let mut response = self.go(to)?;
        if !flash.done {
            response.extensions_mut().insert(Turned);
        }
        let line = cookie::write(
            cookie::FLASH,
            &flash.to_cookie(),
            60,
            self.settings().secure,
        );
        if let Some(line) = line {
            response.headers_mut().append(header::SET_COOKIE, line);
        }
        Ok(response)
    }
}

/// What [`Page::editing`] put behind a form's address.
fn switch_in<'q>(query: &'q str, name: &str) -> Option<&'q str> {
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(of, _)| *of == name).map(|(_, chosen)| chosen)
}

impl<S: Sync> FromRequestParts<S> for Frame {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let frame = parts.extensions.get::<Self>().cloned();
        frame.ok_or_else(|| Failure::internal("the frame does not surround this route"))
    }
}
