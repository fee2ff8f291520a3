//! A notice within a page.

use askama::Template;

/// What kind of notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Good to know.
    Plain,
    /// Something was done.
    Done,
    /// Look at this before going on.
    Care,
    /// Something is wrong.
    Wrong,
}

/// A notice: a title and a sentence.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/notice.html")]
pub struct Notice {
    /// Its kind.
    pub tone: Tone,
    /// What it is about.
    pub title: String,
    /// What it says; may be empty.
    pub text: String,
}

impl Notice {
    const fn class(&self) -> &'static str {
        match self.tone {
            Tone::Plain => "plain",
            Tone::Done => "done",
            Tone::Care => "care",
            Tone::Wrong => "wrong",
        }
    }
}
