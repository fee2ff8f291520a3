//! A page with one form: how administration asks. What was typed stays until it was taken.

use std::collections::BTreeMap;

use askama::Template;
use axum::{http::StatusCode, response::Response};
use jiff::{
    Timestamp,
    civil::{Date, DateTime},
    tz,
};
use kaname_directory::BadText;
use kaname_policy::{Action, Resource};
use kaname_world::{FRESH_MINUTES, WorldError};
use serde::Deserialize;

use crate::{
    error::Failure,
    frame::{
        Frame, Page, Section,
        part::{Choice, Copied, Faults, Field, Notice, Tone, Verb},
        show, show_with,
    },
    house::{By, House},
    said::said,
    text::Text,
};

/// What a form posted, or what it shows at first: each field with its values.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(transparent)]
pub(super) struct Typed(BTreeMap<String, Vec<String>>);

impl Typed {
    /// With a value.
    pub(super) fn set(mut self, name: &str, value: impl Into<String>) -> Self {
        self.0
            .entry(name.to_owned())
            .or_default()
            .push(value.into());
        self
    }

    /// With several values.
    pub(super) fn set_all(mut self, name: &str, values: impl IntoIterator<Item = String>) -> Self {
        self.0.entry(name.to_owned()).or_default().extend(values);
        self
    }

    /// The first value; empty when there is none.
    pub(super) fn one(&self, name: &str) -> &str {
        let values = self.0.get(name);
        values
            .and_then(|values| values.first())
            .map_or("", |value| value.trim())
    }

    /// All values.
    pub(super) fn all(&self, name: &str) -> &[String] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }

    /// The lines of a field of several lines, trimmed, empty ones left out.
    pub(super) fn lines(&self, name: &str) -> impl Iterator<Item = &str> {
        let lines = self.one(name).lines().map(str::trim);
        lines.filter(|line| !line.is_empty())
    }

    /// Parses a field; errors name it.
    pub(super) fn parse<T>(
        &self,
        name: &'static str,
        read: impl Fn(&'static str, &str) -> Result<T, BadText>,
    ) -> Result<T, WorldError> {
        read(name, self.one(name)).map_err(|bad| misread(&bad))
    }

    /// Parses a field that may be left empty.
    pub(super) fn parse_if<T>(
        &self,
        name: &'static str,
        read: impl Fn(&'static str, &str) -> Result<T, BadText>,
    ) -> Result<Option<T>, WorldError> {
        if self.one(name).is_empty() {
            return Ok(None);
        }
        self.parse(name, read).map(Some)
    }

    /// Parses each line of a field.
    pub(super) fn parse_lines<T, C: FromIterator<T>>(
        &self,
        name: &'static str,
        read: impl Fn(&'static str, &str) -> Result<T, BadText>,
    ) -> Result<C, WorldError> {
        let read = |line| read(name, line).map_err(|bad| misread(&bad));
        self.lines(name).map(read).collect()
    }

    /// Parses every value of a field.
    pub(super) fn parse_all<T, C: FromIterator<T>>(
        &self,
        name: &'static str,
        read: impl Fn(&'static str, &str) -> Result<T, BadText>,
    ) -> Result<C, WorldError> {
        let read = |value: &String| read(name, value).map_err(|bad| misread(&bad));
        self.all(name).iter().map(read).collect()
    }

    /// A day.
    pub(super) fn day(&self, name: &'static str) -> Result<Date, WorldError> {
        let wrong = || WorldError::invalid(name, "directory-wrong-day", "YYYY-MM-DD is expected");
        self.one(name).parse().map_err(|_| wrong())
    }

    /// A day that may be left empty.
    pub(super) fn day_if(&self, name: &'static str) -> Result<Option<Date>, WorldError> {
        if self.one(name).is_empty() {
            return Ok(None);
        }
        self.day(name).map(Some)
    }

    /// A moment, typed in Japan's time.
    pub(super) fn moment(&self, name: &'static str) -> Result<Timestamp, WorldError> {
        let wrong =
            || WorldError::invalid(name, "directory-wrong-moment", "a local time is expected");
        let there: DateTime = self.one(name).parse().map_err(|_| wrong())?;
        tz::offset(9).to_timestamp(there).map_err(|_| wrong())
    }
}

/// A moment as a field of kind `datetime-local` shows it, in Japan's time.
pub(super) fn local(at: Timestamp) -> String {
    let there = tz::offset(9).to_datetime(at);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}",
        there.year(),
        there.month(),
        there.day(),
        there.hour(),
        there.minute()
    )
}

/// A fault of a field in the words of the page.
pub(super) fn misread(bad: &BadText) -> WorldError {
    bad.clone().into()
}

/// What was wrong with what was sent.
#[derive(Debug, Clone)]
pub(super) struct Wrong {
    /// Each with the field, when one is to blame.
    faults: Vec<(Option<String>, String)>,
    /// Whether showing the second factor again would do.
    again: bool,
}

impl Wrong {
    /// What a person is told; `None` when it is nothing of theirs.
    pub(super) fn of(text: Text, error: &WorldError) -> Option<Self> {
        if matches!(error, WorldError::StepUp) {
            return Some(Self {
                faults: vec![(None, text.t("directory-lapsed").into_owned())],
                again: true,
            });
        }
        let at = match error {
            WorldError::Invalid { field, .. } => Some(field.clone()),
            WorldError::Refused { details, .. } => {
                let field = details.iter().find(|(name, _)| *name == "field");
                // A field of something (`party.networks`) is called by its own name in a form.
                let own = |field: &String| match field.rsplit_once('.') {
                    Some((_, own)) => own.to_owned(),
                    None => field.clone(),
                };
                field.map(|(_, field)| own(field))
            }
            _ => None,
        };
        Some(Self {
            faults: vec![(at, said(text, error)?)],
            again: false,
        })
    }

    /// All that was wrong, each at its field; `renamed` tells the field of this form by the name that
    /// an error gives it. The first error that is nothing of theirs comes back.
    pub(super) fn of_all(
        text: Text,
        errors: Vec<WorldError>,
        renamed: impl Fn(&WorldError, Option<&str>) -> Option<&'static str>,
    ) -> Result<Self, WorldError> {
        let mut faults = Vec::new();
        for error in errors {
            let Some(wrong) = Self::of(text, &error) else {
                return Err(error);
            };
            faults.extend(wrong.faults.into_iter().map(|(at, said)| {
                let other = renamed(&error, at.as_deref());
                (other.map(str::to_owned).or(at), said)
            }));
        }
        Ok(Self {
            faults,
            again: false,
        })
    }

    /// Whether what was wrong is that the second factor has to be shown again.
    pub(super) fn is_lapsed(&self) -> bool {
        self.again
    }

    /// The first thing that is wrong.
    pub(super) fn said(&self) -> String {
        let first = self.faults.first();
        first.map(|(_, said)| said.clone()).unwrap_or_default()
    }

    /// What is wrong with a field.
    fn fault(&self, name: &str) -> Option<String> {
        let fault = self
            .faults
            .iter()
            .find(|(at, _)| at.as_deref() == Some(name));
        fault.map(|(_, said)| said.clone())
    }

    /// The fields, each with what is wrong with it.
    pub(super) fn mark(&self, fields: Vec<Field>) -> Vec<Field> {
        let mark = |field: Field| {
            let fault = self.fault(field.name());
            field.error(fault)
        };
        fields.into_iter().map(mark).collect()
    }

    /// The summary for the top of the form.
    pub(super) fn summary<'f>(
        &self,
        page: &Page,
        fields: impl IntoIterator<Item = &'f Field>,
    ) -> Faults {
        let fields: Vec<&Field> = fields.into_iter().collect();
        page.faults(&self.faults, &fields)
    }
}

/// Makes fields that keep what was typed and say what is wrong with it.
pub(super) struct Asker<'a> {
    pub(super) page: &'a Page,
    pub(super) typed: &'a Typed,
    pub(super) wrong: Option<&'a Wrong>,
}

impl Asker<'_> {
    /// What is wrong with a field.
    pub(super) fn fault(&self, name: &str) -> Option<String> {
        self.wrong.and_then(|wrong| wrong.fault(name))
    }

    fn filled(&self, name: &str, field: Field) -> Field {
        let field = field.error(self.fault(name));
        field.values(self.typed.all(name).to_vec())
    }

    /// One line; `kind` is an input type, `label` a message's key.
    pub(super) fn line(&self, kind: &'static str, name: &str, label: &str) -> Field {
        self.filled(name, self.page.line(kind, name, self.page.t(label)))
    }

    /// Several lines.
    pub(super) fn lines(&self, rows: u8, name: &str, label: &str) -> Field {
        self.filled(name, self.page.lines(rows, name, self.page.t(label)))
    }

    /// One of several, as a list that opens.
    pub(super) fn select(&self, name: &str, label: &str, choices: Vec<Choice>) -> Field {
        self.filled(name, self.page.select(name, self.page.t(label), choices))
    }

    /// One of a few.
    pub(super) fn radio(&self, name: &str, label: &str, choices: Vec<Choice>) -> Field {
        self.filled(name, self.page.radio(name, self.page.t(label), choices))
    }

    /// Any of a few.
    pub(super) fn boxes(&self, name: &str, label: &str, choices: Vec<Choice>) -> Field {
        self.filled(name, self.page.boxes(name, self.page.t(label), choices))
    }
}

/// A form before it is shown.
pub(super) struct Form {
    /// Section it belongs to.
    pub(super) section: Section,
    /// Title of the page.
    pub(super) title: String,
    /// What it does, in a sentence or two; may be empty.
    pub(super) lead: String,
    /// Where it posts to.
    pub(super) to: String,
    /// Word on the button.
    pub(super) go: String,
    /// Where to go instead.
    pub(super) back: String,
    /// Whether it can't be undone.
    pub(super) grave: bool,
    /// Kept along, unseen.
    pub(super) hidden: Vec<(&'static str, String)>,
}

#[derive(Template)]
#[template(path = "room/form.html")]
struct FormPage {
    page: Page,
    form: Form,
    fields: Vec<Field>,
    /// Fields that stand side by side.
    groups: Vec<Vec<Field>>,
    faults: Option<Faults>,
    /// Whether what was wrong is that the second factor has to be shown again.
    lapsed: bool,
    again: Verb,
    gate: Option<Notice>,
    back: Verb,
}

/// The fields of a form: one below the other, then groups side by side.
pub(super) type Fields = (Vec<Field>, Vec<Vec<Field>>);

/// Shows a form: at first (`wrong` is `None`), or again with what is wrong and what was typed. When
/// `fresh` says that the second factor has to be shown first, it stands in the form's place, so that
/// nothing is typed in vain.
pub(super) fn ask(
    frame: &Frame,
    form: Form,
    fresh: bool,
    typed: &Typed,
    wrong: Option<Wrong>,
    fields: impl FnOnce(&Asker<'_>) -> Fields,
) -> Result<Response, Failure> {
    let mut page = frame.page(form.section, form.title.as_str());
    let gated = !fresh && wrong.is_none();
    if !gated {
        page = page.typing(&form.to);
    }
    let asker = Asker {
        page: &page,
        typed,
        wrong: wrong.as_ref(),
    };
    let (fields, groups) = fields(&asker);
    let gate = gated.then(|| Notice {
        tone: Tone::Care,
        title: page.t("directory-again").into_owned(),
        text: page.t("directory-again-about").into_owned(),
    });
    let status = match &wrong {
        None => StatusCode::OK,
        Some(wrong) if wrong.again => StatusCode::UNAUTHORIZED,
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let again = again(&page);
    let back = page.link(form.back.as_str(), page.t("directory-back"));
    let all = fields.iter().chain(groups.iter().flatten());
    let shown = FormPage {
        faults: wrong.as_ref().map(|wrong| wrong.summary(&page, all)),
        lapsed: wrong.is_some_and(|wrong| wrong.again),
        again,
        back,
        form,
        fields,
        groups,
        gate,
        page,
    };
    show_with(status, &shown)
}

/// The way to show the second factor and back to this page.
pub(super) fn again(page: &Page) -> Verb {
    let next = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("next", &page.address)
        .finish();
    page.link(
        format!("/sign-in/again?{next}"),
        page.t("directory-again-do"),
    )
    .main()
}

/// Whether the caller showed a second factor lately enough to administer.
pub(super) fn is_fresh(by: &By) -> bool {
    let minutes = by.principal.minutes_since_sign_in;
    let lately = minutes.is_some_and(|minutes| i64::from(minutes) <= FRESH_MINUTES);
    by.principal.second_factor && lately
}

/// Whether the policy permits the action on something of that kind, once a fresh second factor is
/// shown. Gives whether it is fresh already.
pub(super) fn may(
    house: &House,
    by: &By,
    action: Action,
    resource: &Resource,
) -> Result<bool, Failure> {
    match house.world().allow(by, action, resource) {
        Ok(()) => Ok(true),
        Err(WorldError::StepUp) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// A secret that is shown once.
#[derive(Template)]
#[template(path = "room/once.html")]
struct OncePage {
    page: Page,
    lead: String,
    secret: String,
    /// What is needed beside it: what, and its value.
    beside: Vec<(String, Copied)>,
    notice: Notice,
    back: Verb,
    /// Where it is told how the secret is used.
    how: Option<Verb>,
}

/// Shows a secret for the only time.
pub(super) fn show_once(
    frame: &Frame,
    title: &str,
    lead: String,
    secret: String,
    back: &str,
) -> Result<Response, Failure> {
    let page = frame.page(Section::Directory, title);
    show_with_use(page, lead, secret, back, Vec::new(), None)
}

/// The same, with what is needed beside the secret and where its use is told.
pub(super) fn show_with_use(
    page: Page,
    lead: String,
    secret: String,
    back: &str,
    beside: Vec<(String, Copied)>,
    how: Option<Verb>,
) -> Result<Response, Failure> {
    let notice = Notice {
        tone: Tone::Care,
        title: page.t("directory-once").into_owned(),
        text: page.t("directory-once-about").into_owned(),
    };
    let back = page.link(back, page.t("directory-once-kept")).main();
    show(&OncePage {
        page,
        lead,
        secret,
        beside,
        notice,
        back,
        how,
    })
}
