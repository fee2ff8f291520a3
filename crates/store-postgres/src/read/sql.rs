//! A WHERE clause put together from fixed fragments, each with its arguments.

use tokio_postgres::types::ToSql;

/// An argument of a question.
pub(crate) type Argument = Box<dyn ToSql + Send + Sync>;

#[derive(Default)]
pub(crate) struct Conditions {
    text: String,
    arguments: Vec<Argument>,
    /// How many arguments stand before these.
    before: usize,
}

impl Conditions {
    /// A clause that stands after another in one statement.
    pub(crate) fn after(other: &Conditions) -> Self {
        Self {
            before: other.before + other.arguments.len(),
            ..Self::default()
        }
    }

    /// Adds a condition; each `?` of the fragment stands for the next of `arguments`.
    pub(crate) fn and(&mut self, fragment: &str, arguments: Vec<Argument>) {
        self.text.push_str(if self.text.is_empty() {
            " WHERE "
        } else {
            " AND "
        });
        let mut number = self.before + self.arguments.len();
        for c in fragment.chars() {
            if c == '?' {
                number += 1;
                self.text.push_str(&format!("${number}"));
            } else {
                self.text.push(c);
            }
        }
        self.arguments.extend(arguments);
    }

    /// The clause with a space before it.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The arguments in order.
    pub(crate) fn arguments(&self) -> Vec<&(dyn ToSql + Sync)> {
        self.arguments
            .iter()
            .map(|argument| &**argument as &(dyn ToSql + Sync))
            .collect()
    }
}

/// Most words of one search; more would only make it narrower.
const MAX_WORDS: usize = 32;

/// Tokens that must all be found. `None` when the text has no token at all.
pub(crate) fn words(text: &str) -> Option<Vec<String>> {
    let mut tokens = crate::form::tokens(text);
    tokens.truncate(MAX_WORDS);
    (!tokens.is_empty()).then_some(tokens)
}

/// That the words of one of the texts are all found, with its arguments; `None` when none of them has a word.
pub(crate) fn any(column: &str, texts: &[&str]) -> Option<(String, Vec<Argument>)> {
    let (mut conditions, mut arguments) = (Vec::new(), Vec::<Argument>::new());
    for tokens in texts.iter().filter_map(|text| words(text)) {
        conditions.push(format!("{column} @> ?"));
        arguments.push(Box::new(tokens));
    }
    let text = format!("({})", conditions.join(" OR "));
    (!conditions.is_empty()).then_some((text, arguments))
}
