//! What the page after a redirect says once.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

/// A sentence for the next page, and its kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flash {
    /// Whether it tells of something done (or else of something that could not be done).
    pub done: bool,
    /// The sentence, in the reader's language.
    pub text: String,
}

/// Longest sentence carried, in bytes; a cookie holds 4 KiB.
const LONGEST: usize = 1200;

impl Flash {
    /// Something was done.
    pub fn done(text: impl Into<String>) -> Self {
        Self {
            done: true,
            text: text.into(),
        }
    }

    /// Something could not be done; says what to do instead.
    pub fn refused(text: impl Into<String>) -> Self {
        Self {
            done: false,
            text: text.into(),
        }
    }

    pub(super) fn to_cookie(&self) -> String {
        let mut end = self.text.len().min(LONGEST);
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        let kind = if self.done { "d" } else { "r" };
        format!("{kind}{}", URL_SAFE_NO_PAD.encode(&self.text[..end]))
    }

    pub(super) fn from_cookie(value: &str) -> Option<Self> {
        let (kind, text) = value.split_at_checked(1)?;
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        (text.len() <= LONGEST).then_some(Self {
            done: kind == "d",
            text,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn survives_the_cookie_and_is_cut_at_a_character() {
        let said = Flash::done("受け付けました。受付番号 R-2611-0417");
        assert_eq!(Flash::from_cookie(&said.to_cookie()), Some(said));
        let long = Flash::refused("長".repeat(1000));
        let back = Flash::from_cookie(&long.to_cookie()).unwrap();
        assert_eq!(back.text.chars().count(), 400);
        assert_eq!(Flash::from_cookie(""), None);
        assert_eq!(Flash::from_cookie("d***"), None);
    }
}
