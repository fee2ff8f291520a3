//! Words for people: Fluent messages in Japanese and English, times, numbers.
//!
//! One file per room in `text/ja` and `text/en`; every key starts with its room's name. A key is
//! always written whole in the source (`page.t("library-title")`), never put together, so that
//! the tests find missing and unused ones.

mod arg;
mod bundle;
mod lang;
mod number;
mod time;

#[cfg(test)]
mod tests;

use std::borrow::Cow;

pub use arg::TextArg;
pub use lang::Lang;
pub use number::{Count, group};

/// The messages in one language. Copied freely: the messages themselves are static.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text {
    lang: Lang,
}

impl Text {
    /// Messages in `lang`.
    pub const fn new(lang: Lang) -> Self {
        Self { lang }
    }

    /// The language.
    pub const fn lang(self) -> Lang {
        self.lang
    }

    /// The message `key`, which takes no variables.
    pub fn t(self, key: &str) -> Cow<'static, str> {
        bundle::format(self.lang, key, &[])
    }

    /// The message `key` with its variables; numbers are grouped (1,234) and choose plural forms.
    pub fn t_args(self, key: &str, args: &[(&'static str, &dyn TextArg)]) -> Cow<'static, str> {
        bundle::format(self.lang, key, args)
    }

    /// What people call a code that stands in records: a state, a field, a role (`in_triage` →
    /// 分析中), a field of something (`party.networks`). The code itself when it has no name yet.
    pub fn word<'c>(self, code: &'c str) -> Cow<'c, str> {
        let field = || {
            let (_, field) = code.rsplit_once('.')?;
            let whole = format!("field-{field}");
            bundle::word(self.lang, field).or_else(|| bundle::word(self.lang, &whole))
        };
        bundle::word(self.lang, code)
            .or_else(field)
            .unwrap_or(Cow::Borrowed(code))
    }

    /// Several codes by their names, any of which would do: 「同意済み」「提供済み」, `consented or
    /// released`.
    pub fn either<'c>(self, codes: impl Iterator<Item = &'c str>) -> String {
        let names: Vec<_> = codes.map(|code| self.word(code)).collect();
        match self.lang {
            Lang::Ja => names.iter().map(|name| format!("「{name}」")).collect(),
            Lang::En => names.join(" or "),
        }
    }

    /// The message `key` with one variable, for templates.
    pub fn t1(self, key: &str, name: &'static str, value: impl TextArg) -> Cow<'static, str> {
        self.t_args(key, &[(name, &value)])
    }

    /// The message `key` with two variables, for templates.
    pub fn t2(
        self,
        key: &str,
        first: &'static str,
        first_value: impl TextArg,
        second: &'static str,
        second_value: impl TextArg,
    ) -> Cow<'static, str> {
        self.t_args(key, &[(first, &first_value), (second, &second_value)])
    }
}
