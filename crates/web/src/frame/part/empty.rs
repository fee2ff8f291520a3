//! What stands where there is nothing.

use askama::Template;

use super::Verb;

/// What this place is, why it is empty, and the next step.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/empty.html")]
pub struct Empty {
    /// What would be here and why it is not: 「待っているものはありません」.
    pub title: String,
    /// One or two sentences more.
    pub text: String,
    /// The next step.
    pub next: Option<Verb>,
}
