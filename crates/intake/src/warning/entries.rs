//! The entries of a list in one text: a million of them are no million small texts.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, SeqAccess, Visitor},
};

/// Entries, each on a line of its own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entries {
    text: String,
    count: usize,
}

impl Entries {
    /// Of a text with an entry on each line, each ended by a line feed.
    #[must_use]
    pub fn of_text(text: String) -> Self {
        let count = text.split_terminator('\n').count();
        Self { text, count }
    }

    /// One more. An entry of several lines can't be met by any value.
    pub fn push(&mut self, entry: &str) {
        let mut lines = entry.trim().split(['\r', '\n']);
        self.text.push_str(lines.next().unwrap_or_default());
        for line in lines {
            self.text.push(' ');
            self.text.push_str(line);
        }
        self.text.push('\n');
        self.count += 1;
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.text.split_terminator('\n')
    }

    /// All of them, each ended by a line feed.
    #[must_use]
    pub fn as_text(&self) -> &str {
        &self.text
    }
}

impl<'e> FromIterator<&'e str> for Entries {
    fn from_iter<I: IntoIterator<Item = &'e str>>(all: I) -> Self {
        let mut entries = Self::default();
        all.into_iter().for_each(|entry| entries.push(entry));
        entries
    }
}

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct All;
        impl<'de> Visitor<'de> for All {
            type Value = Entries;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a sequence")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut all: A) -> Result<Entries, A::Error> {
                let mut entries = Entries::default();
                while all.next_element_seed(One(&mut entries))?.is_some() {}
                Ok(entries)
            }
        }
        deserializer.deserialize_seq(All)
    }
}

/// The next entry, which goes behind the others.
struct One<'e>(&'e mut Entries);

impl<'de> DeserializeSeed<'de> for One<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for One<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E>(self, entry: &str) -> Result<(), E> {
        self.0.push(entry);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_lines_of_one_text() {
        let read: Entries =
            serde_json::from_str(r#"[" a.example ","b\r\nc","",  "\u3042"]"#).unwrap();
        let all: Vec<&str> = read.iter().collect();
        assert_eq!(all, ["a.example", "b  c", "", "あ"]);
        assert_eq!((read.len(), read.is_empty()), (4, false));
        assert_eq!(Entries::of_text(read.as_text().to_owned()), read);
        assert!(Entries::of_text(String::new()).is_empty());
        let wrong = serde_json::from_str::<Entries>(r#"["a", 5]"#).unwrap_err();
        assert!(
            wrong
                .to_string()
                .starts_with("invalid type: integer `5`, expected a string")
        );
        assert!(serde_json::from_str::<Entries>("\"a\"").is_err());
    }
}
