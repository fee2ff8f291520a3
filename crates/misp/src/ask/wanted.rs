//! What a filter wants of a text: words with `%` for anything, `!` for not, lists, and the three lists of a
//! complex query.

use std::collections::BTreeSet;

use serde_json::Value;

/// Most words of one filter.
const MAX_WORDS: usize = 10_000;
/// Most of them that may be part of a text: each is looked for in every text.
const MAX_PARTS: usize = 100;
/// Longest word, in bytes.
const MAX_WORD: usize = 16_384;

/// A text that may be any, any of some, all of some, and none of some. Case says nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Whole texts of which any will do, in lower case.
    whole: BTreeSet<String>,
    any: Vec<Word>,
    all: Vec<Word>,
    not: Vec<Word>,
}

/// A word, and whether anything may stand before, within and behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Word {
    /// What stands between the `%`, in lower case; one part where there is none.
    parts: Vec<String>,
}

impl Word {
    fn new(text: &str) -> Self {
        let lower = text.to_lowercase();
        Self {
            parts: lower.split('%').map(str::to_owned).collect(),
        }
    }

    /// Whether a text in lower case is meant.
    fn fits(&self, text: &str) -> bool {
        let [first, within @ .., last] = self.parts.as_slice() else {
            return self.parts.first().is_some_and(|only| only == text);
        };
        let Some(mut rest) = text.strip_prefix(first.as_str()) else {
            return false;
        };
        for part in within {
            match rest.find(part.as_str()) {
                Some(at) => rest = &rest[at + part.len()..],
                None => return false,
            }
        }
        rest.ends_with(last.as_str())
    }
}

impl Wanted {
    /// What a JSON value wants: a text or number, a list of them of which any will do, or an object with
    /// `OR`, `AND` and `NOT`.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub fn read(value: &Value) -> Result<Self, String> {
        let mut wanted = Self::default();
        match value {
            Value::Object(lists) => {
                for (key, list) in lists {
                    let into = match key.to_uppercase().as_str() {
                        "OR" => &mut wanted.any,
                        "AND" => &mut wanted.all,
                        "NOT" => &mut wanted.not,
                        _ => return Err(format!("`{key}` is none of OR, AND, NOT")),
                    };
                    into.extend(words(list)?.iter().map(|word| Word::new(word)));
                }
            }
            _ => {
                for word in words(value)? {
                    match word.strip_prefix('!') {
                        Some(not) => wanted.not.push(Word::new(not)),
                        None => wanted.any.push(Word::new(&word)),
                    }
                }
            }
        }
        wanted.settled()
    }

    /// With whole texts apart from those to be looked for, within bounds.
    fn settled(mut self) -> Result<Self, String> {
        let (whole, any): (Vec<Word>, Vec<Word>) =
            self.any.into_iter().partition(|word| word.parts.len() == 1);
        self.whole = whole.into_iter().flat_map(|word| word.parts).collect();
        self.any = any;
        if self.whole.len() > MAX_WORDS {
            return Err(format!("more than {MAX_WORDS} values"));
        }
        match self.any.len() + self.all.len() + self.not.len() <= MAX_PARTS {
            true => Ok(self),
            false => Err(format!(
                "more than {MAX_PARTS} values with %, of which all or none are to hold"
            )),
        }
    }

    /// A text that may stand anywhere.
    ///
    /// # Errors
    /// When it is no text.
    pub fn within(value: &Value) -> Result<Self, String> {
        let within = words(value)?
            .iter()
            .map(|word| Word::new(&format!("%{word}%")))
            .collect();
        let wanted = Self {
            any: within,
            ..Self::default()
        };
        wanted.settled()
    }

    /// Whether any text will do.
    #[must_use]
    pub fn is_open(&self) -> bool {
        let is_wanted = !self.whole.is_empty() || !self.any.is_empty();
        !is_wanted && self.all.is_empty() && self.not.is_empty()
    }

    /// Whether the texts of a thing are as wanted: each word holds for at least one of them, no unwanted one
    /// for any.
    pub fn admits<'t>(&self, texts: impl IntoIterator<Item = &'t str>) -> bool {
        if self.is_open() {
            return true;
        }
        let texts: Vec<String> = texts.into_iter().map(str::to_lowercase).collect();
        let holds = |word: &Word| texts.iter().any(|text| word.fits(text));
        let any = || {
            let is_whole = texts.iter().any(|text| self.whole.contains(text));
            is_whole || self.any.iter().any(holds)
        };
        (self.whole.is_empty() && self.any.is_empty() || any())
            && self.all.iter().all(holds)
            && !self.not.iter().any(holds)
    }
}

/// The texts of a value; nothing for null and for what is empty.
pub(super) fn words(value: &Value) -> Result<Vec<String>, String> {
    let word = |value: &Value| match value {
        Value::String(text) if text.len() > MAX_WORD => {
            Err(format!("longer than {MAX_WORD} bytes"))
        }
        Value::String(text) => Ok(text.trim().to_owned()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(flag) => Ok(u8::from(*flag).to_string()),
        _ => Err("a text, a number or a list of them is expected".to_owned()),
    };
    let list: Result<Vec<String>, String> = match value {
        Value::Null => return Ok(Vec::new()),
        Value::Array(list) => list.iter().map(word).collect(),
        one => word(one).map(|word| vec![word]),
    };
    Ok(list?.into_iter().filter(|word| !word.is_empty()).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn admits(wanted: Value, text: &str) -> bool {
        Wanted::read(&wanted).is_ok_and(|wanted| wanted.admits([text]))
    }

    #[test]
    fn words_hold_as_misp_reads_them() {
        assert!(admits(json!("Evil.Example"), "evil.example"));
        assert!(!admits(json!("evil"), "evil.example"));
        assert!(admits(json!("evil%"), "evil.example"));
        assert!(admits(json!("%vil%ple"), "evil.example"));
        assert!(!admits(json!("%vil%plo"), "evil.example"));
        assert!(admits(json!(["a", "b"]), "b"));
        assert!(!admits(json!(["a", "!b"]), "b"));
        assert!(admits(json!("!b"), "c"));
        assert!(admits(json!({ "NOT": ["x"], "OR": ["a%"] }), "abc"));
        assert!(!admits(json!({ "AND": ["a%", "%d"] }), "abc"));
        assert!(admits(json!(null), "whatever"));
        assert!(admits(json!(42), "42"));
        assert!(Wanted::read(&json!({ "XOR": [] })).is_err());
        assert!(Wanted::read(&json!([[1]])).is_err());
        assert!(Wanted::read(&json!("x".repeat(MAX_WORD + 1))).is_err());
    }

    #[test]
    fn many_whole_words_are_looked_up_and_few_parts_looked_for() {
        let whole: Vec<String> = (0..9_000).map(|n| format!("n{n}.example")).collect();
        assert!(admits(json!(whole), "N8999.example"));
        let parts: Vec<String> = (0..500).map(|n| format!("%n{n}")).collect();
        assert!(Wanted::read(&json!(parts)).is_err());
    }
}
