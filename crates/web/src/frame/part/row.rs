//! A row of work: by when, what, and one verb.

use askama::Template;
use jiff::Timestamp;

use super::{Due, Severity, Tag, TlpLabel, Verb};

/// A row of work. The title opens the thing; the verb is what to do with it.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/row.html")]
pub struct Row {
    due: Due,
    href: String,
    title: String,
    about: Vec<String>,
    tlp: Option<TlpLabel>,
    severity: Option<Severity>,
    tag: Option<Tag>,
    verb: Option<Verb>,
}

impl Row {
    /// With its deadline (`page.due`, `page.came` or `page.not_due`), address and title. Without an
    /// address (empty) it only tells: the reader may know that it waits, not open it.
    pub fn new(due: Due, href: impl Into<String>, title: impl Into<String>) -> Self {
        Self {
            due,
            href: href.into(),
            title: title.into(),
            about: Vec::new(),
            tlp: None,
            severity: None,
            tag: None,
            verb: None,
        }
    }

    /// One more thing to say below the title.
    #[must_use]
    pub fn about(mut self, said: impl Into<String>) -> Self {
        self.about.push(said.into());
        self
    }

    /// With its TLP.
    #[must_use]
    pub fn tlp(mut self, label: TlpLabel) -> Self {
        self.tlp = Some(label);
        self
    }

    /// With its level.
    #[must_use]
    pub fn severity(mut self, level: Severity) -> Self {
        self.severity = Some(level);
        self
    }

    /// With a word about its state.
    #[must_use]
    pub fn tag(mut self, tag: Tag) -> Self {
        self.tag = Some(tag);
        self
    }

    /// With what to do.
    #[must_use]
    pub fn verb(mut self, verb: Verb) -> Self {
        let whole = format!("{}: {}", verb.label(), self.title);
        self.verb = Some(verb.named(whole).of_row(&self.href));
        self
    }

    /// Until when it has to be done, where it is due.
    pub fn deadline(&self) -> Option<Timestamp> {
        self.due.deadline()
    }
}

/// Rows in the order of work: by deadline, so that what is overdue stands first; then what has none, the
/// oldest first.
#[must_use]
pub fn by_deadline(mut rows: Vec<Row>) -> Vec<Row> {
    rows.sort_by_key(|row| row.due.place());
    rows
}
