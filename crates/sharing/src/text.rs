//! Text in the hub's two languages.

use serde::{Deserialize, Serialize};

/// Longest title, in bytes of one language.
pub const MAX_TITLE_BYTES: usize = 600;
/// Longest summary or countermeasure, in bytes of one language.
pub const MAX_TEXT_BYTES: usize = 64 * 1024;

/// The same text in Japanese and English; one of them may be absent (empty).
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Text {
    /// Japanese.
    pub ja: String,
    /// English.
    pub en: String,
}

impl Text {
    /// Both languages.
    pub fn new(ja: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            ja: ja.into(),
            en: en.into(),
        }
    }

    /// The language asked for (`ja`, else English), or the other when that one is absent.
    pub fn in_language(&self, language: &str) -> &str {
        let (first, second) = if language == "ja" {
            (&self.ja, &self.en)
        } else {
            (&self.en, &self.ja)
        };
        if first.is_empty() { second } else { first }
    }

    /// Both languages on one line, for programs that know of one text; once where they are the same.
    pub fn in_one_line(&self) -> String {
        let (ja, en) = (&self.ja, &self.en);
        match ja.is_empty() || en.is_empty() {
            true => format!("{ja}{en}"),
            false if ja == en => ja.clone(),
            false => format!("{ja} / {en}"),
        }
    }

    /// Whether neither language says anything.
    pub fn is_empty(&self) -> bool {
        self.ja.trim().is_empty() && self.en.trim().is_empty()
    }

    /// Bytes of the longer one.
    pub fn longest(&self) -> usize {
        self.ja.len().max(self.en.len())
    }
}
