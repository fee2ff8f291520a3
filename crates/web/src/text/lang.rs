//! The two languages, and which one a reader wants.

use unic_langid::LanguageIdentifier;

/// Language of the pages. Both are first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Lang {
    /// 日本語.
    #[default]
    Ja,
    /// English.
    En,
}

impl Lang {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Ja, Self::En];

    /// BCP 47 tag, as in `<html lang>`.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Ja => "ja",
            Self::En => "en",
        }
    }

    /// Its own name in itself.
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::Ja => "日本語",
            Self::En => "English",
        }
    }

    pub(super) fn identifier(self) -> LanguageIdentifier {
        // Both tags are well formed; the undetermined language would only lose plural forms.
        self.tag().parse().unwrap_or_default()
    }

    /// Reads a tag (`ja`, `en-GB`); `None` for other languages.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', '_']).next().unwrap_or_default();
        Self::ALL
            .into_iter()
            .find(|lang| primary.eq_ignore_ascii_case(lang.tag()))
    }

    /// The best of an `Accept-Language` header (RFC 9110); `None` when neither is accepted.
    pub fn from_accept_language(header: &str) -> Option<Self> {
        let mut best: Option<(Self, f32)> = None;
        for item in header.split(',').take(32) {
            let mut pieces = item.split(';');
            let Some(lang) = pieces.next().and_then(Self::from_tag) else {
                continue;
            };
            let weight = pieces
                .find_map(|piece| piece.trim().strip_prefix("q="))
                .map_or(1.0, |q| q.parse().unwrap_or(0.0));
            if weight > 0.0 && best.is_none_or(|(_, before)| weight > before) {
                best = Some((lang, weight));
            }
        }
        best.map(|(lang, _)| lang)
    }

    /// The reader's own switch first, then the account's language, then the browser's, then
    /// Japanese.
    pub fn choose(
        cookie: Option<&str>,
        account: Option<Self>,
        accept_language: Option<&str>,
    ) -> Self {
        cookie
            .and_then(Self::from_tag)
            .or(account)
            .or_else(|| accept_language.and_then(Self::from_accept_language))
            .unwrap_or_default()
    }
}
