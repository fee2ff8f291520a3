//! What the document says of something, in the reader's language.

use askama::Template;
use serde_json::Value;

use crate::text::Lang;

/// A sentence of the document; what stands between grave accents is code.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "room/api/said.html")]
pub(super) struct Said {
    pieces: Vec<Piece>,
    /// The sentence's language, where it is not the page's.
    lang: Option<&'static str>,
}

impl askama::filters::HtmlSafe for Said {}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Piece {
    is_code: bool,
    text: String,
}

impl Said {
    /// The member of `thing`: in Japanese out of `x-ja`, which is the sentence itself or has a member of the
    /// same name; in English where there is no other.
    pub(super) fn of(thing: &Value, member: &str, lang: Lang) -> Option<Self> {
        let english = thing.get(member)?.as_str()?;
        let japanese = thing
            .get("x-ja")
            .and_then(|told| told.as_str().or_else(|| told.get(member)?.as_str()));
        Some(match (lang, japanese) {
            (Lang::Ja, Some(japanese)) => Self::read(japanese, None),
            (Lang::Ja, None) => Self::read(english, Some(Lang::En.tag())),
            (Lang::En, _) => Self::read(english, None),
        })
    }

    /// A sentence in the page's language.
    pub(super) fn plain(text: &str) -> Self {
        Self::read(text, None)
    }

    fn read(text: &str, lang: Option<&'static str>) -> Self {
        let pieces = text.split('`').enumerate().map(|(place, text)| Piece {
            is_code: place % 2 == 1,
            text: text.to_owned(),
        });
        let pieces = pieces.filter(|piece| !piece.text.is_empty()).collect();
        Self { pieces, lang }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_language_has_its_own_and_what_is_foreign_says_so() {
        let both = json!({ "summary": "Says `a<b`.", "x-ja": { "summary": "述べる。" } });
        let ja = Said::of(&both, "summary", Lang::Ja).unwrap();
        assert_eq!(ja.render().unwrap().trim(), "<span>述べる。</span>");
        let en = Said::of(&both, "summary", Lang::En).unwrap();
        assert_eq!(
            en.render().unwrap().trim(),
            "<span>Says <code>a&#60;b</code>.</span>"
        );
        let one = json!({ "description": "Only English." });
        let foreign = Said::of(&one, "description", Lang::Ja).unwrap();
        assert!(foreign.render().unwrap().contains("<span lang=\"en\">"));
        assert_eq!(Said::of(&one, "summary", Lang::Ja), None);
    }
}
