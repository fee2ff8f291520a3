//! What a page learns while it is open: news of its rows, and that a draft was kept.

use askama::Template;

use crate::text::Text;

/// The bar 「新しい 3 件」. A stream sends it (rendered, as one event's data) and the frame puts it
/// above the page's rows; nothing else moves.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/fresh.html")]
pub struct Fresh {
    said: String,
    /// The page to load again.
    href: String,
}

impl Fresh {
    /// So many new rows on the page at `href`.
    pub fn new(text: Text, count: u64, href: impl Into<String>) -> Self {
        Self {
            said: text.t1("common-fresh", "n", count).into_owned(),
            href: href.into(),
        }
    }

    /// What the page at `href` shows has changed.
    pub fn changed(text: Text, href: impl Into<String>) -> Self {
        Self {
            said: text.t("common-changed").into_owned(),
            href: href.into(),
        }
    }
}

/// Keeps what is typed into the form it stands in: posts the form to `to` a moment after typing
/// stops, and shows the few words that come back. Without script the form has its own button.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/draft.html")]
pub struct Draft {
    /// Address that keeps drafts; answers with a few words as HTML.
    pub to: String,
    /// What is shown before anything was kept; may be empty.
    pub said: String,
}
