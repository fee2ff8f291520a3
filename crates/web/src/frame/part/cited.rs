//! Text that exists in Japanese alone, told as such on an English page.

use askama::Template;

use crate::{frame::Page, text::Lang};

/// Words of a law, a source, a person: never translated, so their language is marked where it is not
/// the page's.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/cited.html")]
pub struct Cited {
    text: String,
    lang: Option<&'static str>,
}

impl Page {
    /// `{{ page.cited(row.source) }}`.
    pub fn cited(&self, text: impl ToString) -> Cited {
        let text = text.to_string();
        let foreign = self.lang() == Lang::En && text.chars().any(is_japanese);
        Cited {
            text,
            lang: foreign.then(|| Lang::Ja.tag()),
        }
    }
}

/// Kana, kanji and their punctuation.
const fn is_japanese(character: char) -> bool {
    matches!(character, '\u{3001}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
}
