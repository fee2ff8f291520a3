//! A WHERE clause put together from fixed fragments, each with its arguments.

use rusqlite::ToSql;

#[derive(Default)]
pub(crate) struct Conditions {
    text: String,
    arguments: Vec<Box<dyn ToSql>>,
}

impl Conditions {
    /// Adds a condition; each `?` of the fragment stands for the next of `arguments`.
    pub(crate) fn and(&mut self, fragment: &str, arguments: Vec<Box<dyn ToSql>>) {
        self.text.push_str(if self.text.is_empty() {
            " WHERE "
        } else {
            " AND "
        });
        self.text.push_str(fragment);
        self.arguments.extend(arguments);
    }

    /// The clause with a space before it.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// All conditions as one expression.
    pub(crate) fn expression(&self) -> &str {
        self.text.strip_prefix(" WHERE ").unwrap_or("1")
    }

    /// The arguments in order.
    pub(crate) fn arguments(&self) -> rusqlite::ParamsFromIter<&[Box<dyn ToSql>]> {
        rusqlite::params_from_iter(self.arguments.as_slice())
    }

    /// The arguments in order, and others for what stands after the clause.
    pub(crate) fn arguments_and<'a>(
        &'a self,
        more: &[&'a dyn ToSql],
    ) -> rusqlite::ParamsFromIter<Vec<&'a dyn ToSql>> {
        let own = self.arguments.iter().map(|argument| &**argument);
        rusqlite::params_from_iter(own.chain(more.iter().copied()).collect())
    }
}

/// Most words of one search; more would only make it narrower.
const MAX_WORDS: usize = 32;

/// A full-text question: every token must be found. `None` when the text has no token at all.
pub(crate) fn words(text: &str) -> Option<String> {
    let tokens = kaname_kernel::fold::tokens(text);
    // Tokens are letters and digits only, so a quote cannot end the string.
    let quoted = tokens
        .iter()
        .take(MAX_WORDS)
        .map(|token| format!("\"{token}\""));
    let joined = quoted.collect::<Vec<_>>().join(" AND ");
    (!joined.is_empty()).then_some(joined)
}

/// A full-text question: the words of one of the texts must all be found (SQLite FTS5 §3). `None` when none of
/// them has a word.
pub(crate) fn any(texts: &[&str]) -> Option<String> {
    let all: Vec<String> = texts.iter().filter_map(|text| words(text)).collect();
    let all: Vec<String> = all.iter().map(|one| format!("({one})")).collect();
    (!all.is_empty()).then(|| all.join(" OR "))
}
