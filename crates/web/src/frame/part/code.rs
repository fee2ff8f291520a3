//! Ids that copy on click, and differences between two texts.

use askama::Template;

use crate::frame::Page;

/// An id, hash or value that is copied by a click. It stands there whole: without script it is read
/// there. Words that copy a longer text are shown only with script: that text stands beside them, or
/// behind a link.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/copied.html")]
pub struct Copied {
    value: String,
    /// Shown instead of the value.
    instead: Option<String>,
    /// The value in its own script, as text behind it.
    script: Option<String>,
    says: String,
    /// Follows the value for screen readers.
    verb: String,
    done: String,
}

impl Copied {
    /// With the same in its own script, as text behind it: what is copied is the value.
    #[must_use]
    pub fn script(mut self, script: Option<String>) -> Self {
        self.script = script;
        self
    }
}

/// A piece of a text that was compared with another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// In both.
    Same(String),
    /// Taken out of the original.
    Gone(String),
    /// Put in its place.
    New(String),
    /// In both and worth seeing: an indicator.
    Mark(String),
}

impl Piece {
    /// What went and what came, character by character where the language has no spaces.
    pub fn between(before: &str, after: &str) -> Vec<Self> {
        let diff = similar::TextDiff::configure()
            .timeout(std::time::Duration::from_millis(200))
            .diff_chars(before, after);
        let mut pieces: Vec<Self> = Vec::new();
        for change in diff.iter_all_changes() {
            let text = change.value();
            match (change.tag(), pieces.last_mut()) {
                (similar::ChangeTag::Equal, Some(Self::Same(last)))
                | (similar::ChangeTag::Delete, Some(Self::Gone(last)))
                | (similar::ChangeTag::Insert, Some(Self::New(last))) => last.push_str(text),
                (similar::ChangeTag::Equal, _) => pieces.push(Self::Same(text.to_owned())),
                (similar::ChangeTag::Delete, _) => pieces.push(Self::Gone(text.to_owned())),
                (similar::ChangeTag::Insert, _) => pieces.push(Self::New(text.to_owned())),
            }
        }
        pieces
    }
}

/// A text with what was taken out and put in.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/difference.html")]
pub struct Difference {
    pieces: Vec<Piece>,
    gone: String,
    new: String,
}

impl Page {
    /// `{{ page.copied(item.id) }}`: whole, in one line of fixed width.
    pub fn copied(&self, value: impl ToString) -> Copied {
        let value = value.to_string();
        let says = self.t1("common-copy", "value", &value).into_owned();
        Copied {
            value,
            instead: None,
            script: None,
            says,
            verb: self.t("common-copy-verb").into_owned(),
            done: self.t("common-copied").into_owned(),
        }
    }

    /// `{{ page.copied_as(checkpoint, page.t("ledger-copy")) }}`: words that copy a longer text.
    pub fn copied_as(&self, value: impl ToString, said: impl Into<String>) -> Copied {
        let said = said.into();
        Copied {
            value: value.to_string(),
            says: said.clone(),
            instead: Some(said),
            script: None,
            verb: String::new(),
            done: self.t("common-copied").into_owned(),
        }
    }

    /// `{{ page.difference(pieces) }}`.
    pub fn difference(&self, pieces: &[Piece]) -> Difference {
        Difference {
            pieces: pieces.to_vec(),
            gone: self.t("common-piece-gone").into_owned(),
            new: self.t("common-piece-new").into_owned(),
        }
    }
}
