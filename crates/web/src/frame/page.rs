//! What every page's template holds, and how a template becomes an answer.

use std::borrow::Cow;

use askama::Template;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use jiff::Timestamp;

use super::{Flash, NavGroup, Section, WhoAmI};
use crate::{
    error::Failure,
    text::{Lang, Text, TextArg},
};

/// Behind the address of a form that is posted to be shown again in another language.
pub(super) const SWITCH: &str = "shown-in";
/// The same for the theme.
pub(super) const LOOK: &str = "look";

/// Light or dark, as the reader's device says or as they chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// As the device says.
    #[default]
    Auto,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl Theme {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Auto, Self::Light, Self::Dark];

    /// Name in the cookie and on the root element.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// Reads the name; anything else is [`Theme::Auto`].
    pub fn from_name(name: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|theme| theme.name() == name)
            .unwrap_or_default()
    }

    const fn key(self) -> &'static str {
        match self {
            Self::Auto => "common-theme-auto",
            Self::Light => "common-theme-light",
            Self::Dark => "common-theme-dark",
        }
    }
}

/// What surrounds a page. A page's template has it in the field `page` and extends `frame.html`.
#[derive(Debug, Clone)]
pub struct Page {
    /// Messages in the reader's language.
    pub text: Text,
    /// Light or dark.
    pub theme: Theme,
    /// First heading and title of the tab.
    pub title: String,
    /// The hub's name.
    pub hub: String,
    /// Sections the reader uses.
    pub nav: Vec<NavGroup>,
    /// The reader; `None` when not signed in.
    pub who: Option<WhoAmI>,
    /// Said once, after a redirect.
    pub flash: Option<Flash>,
    /// Token for this reader's forms.
    pub csrf: String,
    /// Name of the exercise whose band the page wears.
    pub exercise: Option<String>,
    /// Whether the world was made by the demo.
    pub demo: bool,
    /// Path and query of this page, to come back to.
    pub address: String,
    /// When it was asked for; deadlines count from here.
    pub now: Timestamp,
    /// Address of a stream (SSE) that sends [`part::Fresh`](super::part::Fresh) bars.
    pub live: Option<String>,
    /// Where the page's form is posted to be shown again in another language.
    pub editing: Option<String>,
    /// Where the form posts to that the switches post along.
    pub typing: Option<String>,
    /// What stands in the search field.
    pub query: String,
    pub(crate) style: String,
    pub(crate) script: String,
    pub(crate) icon: String,
}

impl Page {
    /// With news of its rows from that stream of server-sent events.
    #[must_use]
    pub fn live_from(mut self, stream: impl Into<String>) -> Self {
        self.live = Some(stream.into());
        self
    }

    /// With a form (of id `editing`) whose typed text survives a switch of language: the switch posts the
    /// form to `to`, whose handler asks [`Frame::is_switched`] before it does anything else.
    #[must_use]
    pub fn editing(mut self, to: &str) -> Self {
        self.editing = Some(to.to_owned());
        self
    }

    /// With a form (of id `typing`, posting to `to`) that the switches of language and theme post along,
    /// so that what was typed there stays without script too; script brings every form of the page.
    #[must_use]
    pub fn typing(mut self, to: &str) -> Self {
        self.typing = Some(to.to_owned());
        self
    }

    /// Where the switches post the form that is open, `name` being `lang` or `theme`.
    pub fn switch_to(&self, name: &str, chosen: &str) -> String {
        let wanted = if name == "lang" { SWITCH } else { LOOK };
        match (&self.editing, &self.typing) {
            (Some(to), _) => format!("{to}?{wanted}={chosen}"),
            (None, Some(to)) => {
                let query = url::form_urlencoded::Serializer::new(String::new())
                    .append_pair(name, chosen)
                    .append_pair("back", &self.address)
                    .append_pair("of", to)
                    .finish();
                format!("/preferences?{query}")
            }
            (None, None) => "/preferences".to_owned(),
        }
    }

    /// Id of the form that the switches post along.
    pub fn switched_form(&self) -> Option<&'static str> {
        match (&self.editing, &self.typing) {
            (Some(_), _) => Some("editing"),
            (None, Some(_)) => Some("typing"),
            (None, None) => None,
        }
    }

    /// With these words in the search field.
    #[must_use]
    pub fn searched(mut self, query: impl Into<String>) -> Self {
        self.query = query.into();
        self
    }

    /// Language of the page.
    pub fn lang(&self) -> Lang {
        self.text.lang()
    }

    /// The message `key`.
    pub fn t(&self, key: &str) -> Cow<'static, str> {
        self.text.t(key)
    }

    /// What people call a state, field or role: `{{ page.word(item.state.as_str()) }}`.
    pub fn word(&self, code: &str) -> String {
        self.text.word(code).into_owned()
    }

    /// The message `key` with one variable.
    pub fn t1(&self, key: &str, name: &'static str, value: impl TextArg) -> Cow<'static, str> {
        self.text.t1(key, name, value)
    }

    /// The message `key` with two variables.
    pub fn t2(
        &self,
        key: &str,
        first: &'static str,
        first_value: impl TextArg,
        second: &'static str,
        second_value: impl TextArg,
    ) -> Cow<'static, str> {
        self.text.t2(key, first, first_value, second, second_value)
    }

    /// When the page was made, in the foot.
    pub fn said_now(&self) -> String {
        self.text.jst(self.now, self.now)
    }

    /// Whether the reader uses that section: it stands in their navigation.
    pub fn uses(&self, section: Section) -> bool {
        let mut items = self.nav.iter().flat_map(|group| &group.items);
        items.any(|item| item.href == section.path())
    }

    /// Whether there is something for the reader to search.
    pub fn may_search(&self) -> bool {
        self.uses(Section::Library)
    }

    /// Name, label and whether chosen.
    pub fn themes(&self) -> Vec<(&'static str, Cow<'static, str>, bool)> {
        Theme::ALL
            .into_iter()
            .map(|theme| (theme.name(), self.t(theme.key()), theme == self.theme))
            .collect()
    }

    /// Language and whether chosen.
    pub fn langs(&self) -> [(Lang, bool); 2] {
        Lang::ALL.map(|lang| (lang, lang == self.lang()))
    }
}

/// Answers with the page.
///
/// # Errors
/// [`Failure::Internal`] when the template can't be rendered.
pub fn show(template: &impl Template) -> Result<Response, Failure> {
    show_with(StatusCode::OK, template)
}

/// Answers with the page and another status: 422 for a form shown again with what is wrong.
///
/// # Errors
/// As [`show`].
pub fn show_with(status: StatusCode, template: &impl Template) -> Result<Response, Failure> {
    let body = template.render().map_err(Failure::internal)?;
    let kind = HeaderValue::from_static("text/html; charset=utf-8");
    Ok((status, [(header::CONTENT_TYPE, kind)], body).into_response())
}
