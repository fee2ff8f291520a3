//! A field of a form: label, hint, what was typed, and what is wrong with it.

use askama::Template;

use crate::frame::Page;

/// One of several values to choose.
#[derive(Debug, Clone)]
pub struct Choice {
    /// What is posted.
    pub value: String,
    /// What is shown.
    pub label: String,
    /// One sentence more; may be empty.
    pub hint: String,
}

impl Choice {
    /// A choice without more to say.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            label: label.into(),
            hint: String::new(),
        }
    }

    /// With one sentence more.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }
}

/// A file that was chosen before and is still there; what is chosen anew takes its place.
#[derive(Debug, Clone)]
struct Held {
    said: String,
    /// What takes it away, and where that is posted.
    verb: String,
    to: String,
}

#[derive(Debug, Clone)]
enum Kind {
    Line(&'static str),
    Lines(u8),
    Select(Vec<Choice>),
    Radio(Vec<Choice>),
    Boxes(Vec<Choice>),
    File,
}

/// A field. Built by [`Page`]'s `line`, `lines`, `select`, `radio`, `boxes`, `file` and the methods
/// here.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/field.html")]
pub struct Field {
    name: String,
    /// Unique in the page; the name, unless several fields carry one name.
    id: String,
    label: String,
    kind: Kind,
    values: Vec<String>,
    hint: String,
    error: Option<String>,
    /// The word shown behind the label of a field that may be left empty.
    optional: Option<String>,
    optional_word: String,
    error_word: String,
    autocomplete: &'static str,
    longest: Option<usize>,
    /// Whether many boxes stand in a part of the page that scrolls.
    scrolls: bool,
    /// What may be chosen from while typing; anything else may be typed all the same.
    offered: Vec<Choice>,
    held: Option<Held>,
}

impl Field {
    /// With what was typed or chosen before.
    #[must_use]
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.values.push(value.into());
        self
    }

    /// With everything that was chosen before.
    #[must_use]
    pub fn values(mut self, values: impl IntoIterator<Item = String>) -> Self {
        self.values.extend(values);
        self
    }

    /// With help below the label.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// With what is wrong and what would be right.
    #[must_use]
    pub fn error(mut self, error: Option<String>) -> Self {
        self.error = error;
        self
    }

    /// May be left empty.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.optional = Some(self.optional_word.clone());
        self
    }

    /// May be left empty where another field is filled in; `word` says so behind the label.
    #[must_use]
    pub fn either(mut self, word: impl Into<String>) -> Self {
        self.optional = Some(word.into());
        self
    }

    /// The `row`-th of several fields of this name: its id becomes one of its own.
    #[must_use]
    pub fn numbered(mut self, row: usize) -> Self {
        self.id = format!("{}-{row}", self.name);
        self
    }

    /// What a browser may fill in (`username`, `current-password`, `one-time-code`).
    #[must_use]
    pub const fn autocomplete(mut self, what: &'static str) -> Self {
        self.autocomplete = what;
        self
    }

    /// With what may be chosen from while typing (`datalist`); works without script.
    #[must_use]
    pub fn offering(mut self, offered: Vec<Choice>) -> Self {
        self.offered = offered;
        self
    }

    /// With a file that was chosen before: what is said of it, and the words and address that take it
    /// away. The form needs a button before this one: Enter in a line presses the first.
    #[must_use]
    pub fn holding(
        mut self,
        said: impl Into<String>,
        verb: impl Into<String>,
        to: impl Into<String>,
    ) -> Self {
        self.held = Some(Held {
            said: said.into(),
            verb: verb.into(),
            to: to.into(),
        });
        self
    }

    /// With its boxes in a part of the page that scrolls: for many.
    #[must_use]
    pub const fn scrolling(mut self) -> Self {
        self.scrolls = true;
        self
    }

    /// At most so many characters.
    #[must_use]
    pub const fn longest(mut self, characters: usize) -> Self {
        self.longest = Some(characters);
        self
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// What it posts under.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn label(&self) -> &str {
        &self.label
    }

    fn text(&self) -> &str {
        self.values.first().map_or("", String::as_str)
    }

    fn is_group(&self) -> bool {
        matches!(self.kind, Kind::Radio(_) | Kind::Boxes(_))
    }

    fn chosen(&self, choice: &Choice) -> bool {
        self.values.contains(&choice.value)
    }

    /// Ids of hint and error, for `aria-describedby`.
    fn described_by(&self) -> String {
        let mut ids = Vec::new();
        if !self.hint.is_empty() {
            ids.push(format!("{}-hint", self.id));
        }
        if self.held.is_some() {
            ids.push(format!("{}-held", self.id));
        }
        if self.error.is_some() {
            ids.push(format!("{}-error", self.id));
        }
        ids.join(" ")
    }
}

impl Page {
    /// One line of text; `kind` is an input type (`text`, `password`, `email`, `search`,
    /// `datetime-local`, `number`).
    pub fn line(&self, kind: &'static str, name: &str, label: impl Into<String>) -> Field {
        self.field(Kind::Line(kind), name, label)
    }

    /// Several lines of text, `rows` high.
    pub fn lines(&self, rows: u8, name: &str, label: impl Into<String>) -> Field {
        self.field(Kind::Lines(rows), name, label)
    }

    /// One of several, as a list that opens.
    pub fn select(&self, name: &str, label: impl Into<String>, choices: Vec<Choice>) -> Field {
        self.field(Kind::Select(choices), name, label)
    }

    /// One of a few, all in sight.
    pub fn radio(&self, name: &str, label: impl Into<String>, choices: Vec<Choice>) -> Field {
        self.field(Kind::Radio(choices), name, label)
    }

    /// Any of a few, all in sight.
    pub fn boxes(&self, name: &str, label: impl Into<String>, choices: Vec<Choice>) -> Field {
        self.field(Kind::Boxes(choices), name, label)
    }

    /// A file; its form needs `enctype="multipart/form-data"`.
    pub fn file(&self, name: &str, label: impl Into<String>) -> Field {
        self.field(Kind::File, name, label)
    }

    fn field(&self, kind: Kind, name: &str, label: impl Into<String>) -> Field {
        Field {
            name: name.to_owned(),
            id: name.to_owned(),
            label: label.into(),
            kind,
            values: Vec::new(),
            hint: String::new(),
            error: None,
            optional: None,
            optional_word: self.t("common-optional").into_owned(),
            error_word: self.t("common-field-error").into_owned(),
            autocomplete: "off",
            longest: None,
            offered: Vec::new(),
            held: None,
            scrolls: false,
        }
    }
}
