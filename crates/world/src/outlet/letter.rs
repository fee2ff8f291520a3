//! Letters: what a mail says. The words are Fluent messages, which stand with those of the pages; so
//! whoever has them implements [`Scribe`] (the web crate does), and what arrives here is finished text.

use kaname_directory::Lang;
use kaname_sharing::{
    find::{FoundNew, Watched},
    rendition::Notice,
};

/// A finished mail text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Subject.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// The same as HTML, everything from outside escaped.
    pub html: String,
}

/// Writes letters.
pub trait Scribe: Send + Sync {
    /// One item was released. `to` is the party's name.
    fn notice(&self, lang: Lang, to: &str, notice: &Notice) -> Letter;
    /// What was released since yesterday's letter, on that day (`2026-11-24`).
    fn digest(&self, lang: Lang, to: &str, day: &str, notices: &[Notice]) -> Letter;
    /// A saved search found something new. `to` is its owner's title; `what` is the search and how much it found, where the
    /// letter may say so.
    fn found(&self, lang: Lang, to: &str, what: Option<(&Watched, FoundNew)>) -> Letter;
    /// An item that was sent was taken back. `to` is the party's name.
    fn withdrawn(&self, lang: Lang, to: &str, number: &str) -> Letter;
    /// A newer item took the place of one that was sent. `to` is the party's name.
    fn replaced(&self, lang: Lang, to: &str, number: &str) -> Letter;
    /// Address of an item's page, which its number leads to.
    fn item_url(&self, number: &str) -> String;
}
