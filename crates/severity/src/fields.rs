//! Reading a table of a TOML file key by key: nothing unknown, nothing of the wrong type, and a
//! place in the text for every fault.

use std::ops::Range;

use toml::{
    Spanned,
    de::{DeArray, DeTable, DeValue},
    value::Datetime,
};

use crate::{
    Words,
    flaw::Fault,
    time::{Day, Instant},
};

/// Most characters of a text.
pub(crate) const TEXT_CHARACTERS: usize = 2_000;

/// Largest whole number a file may state (10^15).
pub(crate) const LARGEST: u64 = 1_000_000_000_000_000;

/// One table, whose keys are all known.
pub(crate) struct Fields<'t, 'i> {
    table: &'t DeTable<'i>,
    pub(crate) span: Range<usize>,
}

/// A value with its place.
pub(crate) type Value<'t, 'i> = &'t Spanned<DeValue<'i>>;

impl<'t, 'i> Fields<'t, 'i> {
    /// The table, if each of its keys is among `known`.
    pub(crate) fn new(
        table: &'t DeTable<'i>,
        span: Range<usize>,
        known: &[&str],
    ) -> Result<Self, Fault> {
        for key in table.keys() {
            let name: &str = key.get_ref();
            if !known.contains(&name) {
                let named: String = name.chars().take(60).collect();
                return Err(Fault::new(&key.span(), &named, "is not a known key here"));
            }
        }
        Ok(Self { table, span })
    }

    /// The table that this value is.
    pub(crate) fn of(value: Value<'t, 'i>, name: &str, known: &[&str]) -> Result<Self, Fault> {
        Self::new(as_table(value, name)?, value.span(), known)
    }

    pub(crate) fn get(&self, key: &str) -> Option<Value<'t, 'i>> {
        self.table.get(key)
    }

    pub(crate) fn need(&self, key: &str) -> Result<Value<'t, 'i>, Fault> {
        self.get(key)
            .ok_or_else(|| Fault::new(&self.span, key, "is missing"))
    }

    pub(crate) fn table(&self, key: &str, known: &[&str]) -> Result<Self, Fault> {
        Self::of(self.need(key)?, key, known)
    }

    /// Entries of a table whose keys are names of its own, in the order of the file.
    pub(crate) fn named(&self, key: &str) -> Result<Vec<(&'t str, Value<'t, 'i>)>, Fault> {
        let table = as_table(self.need(key)?, key)?;
        let mut entries: Vec<_> = table.iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        let named = entries.into_iter();
        Ok(named
            .map(|(key, value)| (&**key.get_ref(), value))
            .collect())
    }

    pub(crate) fn list(&self, key: &str) -> Result<&'t DeArray<'i>, Fault> {
        as_list(self.need(key)?, key)
    }

    pub(crate) fn list_if_there(&self, key: &str) -> Result<&'t [Spanned<DeValue<'i>>], Fault> {
        match self.get(key) {
            Some(value) => Ok(as_list(value, key)?),
            None => Ok(&[]),
        }
    }

    pub(crate) fn text(&self, key: &str) -> Result<&'t str, Fault> {
        let value = self.need(key)?;
        let text = as_text(value, key)?;
        if text.trim().is_empty() {
            return Err(Fault::new(&value.span(), key, "is blank"));
        }
        Ok(text)
    }

    pub(crate) fn text_if_there(&self, key: &str) -> Result<Option<&'t str>, Fault> {
        self.get(key).map(|value| as_text(value, key)).transpose()
    }

    /// A text of 1 to `most` characters of a-z, 0-9 and those of `more`.
    pub(crate) fn code(&self, key: &str, more: &str, most: usize) -> Result<&'t str, Fault> {
        as_code(self.need(key)?, key, more, most)
    }

    pub(crate) fn number(&self, key: &str, least: i64, most: i64) -> Result<i64, Fault> {
        as_number(self.need(key)?, key, least, most)
    }

    /// A whole number from 0 to `most`, where stated.
    pub(crate) fn amount(&self, key: &str, most: u64) -> Result<Option<u64>, Fault> {
        let value = self.get(key);
        value.map(|value| as_amount(value, key, most)).transpose()
    }

    /// A level 0..4.
    pub(crate) fn level(&self, key: &str) -> Result<u8, Fault> {
        Ok(u8::try_from(self.number(key, 0, 4)?).unwrap_or(4))
    }

    pub(crate) fn flag(&self, key: &str) -> Result<bool, Fault> {
        as_flag(self.need(key)?, key)
    }

    pub(crate) fn flag_if_there(&self, key: &str) -> Result<Option<bool>, Fault> {
        self.get(key).map(|value| as_flag(value, key)).transpose()
    }

    /// `ja` and `en` of this table.
    pub(crate) fn words(&self) -> Result<Words, Fault> {
        Ok(Words {
            ja: self.text("ja")?.to_owned(),
            en: self.text("en")?.to_owned(),
        })
    }

    /// `key = { ja, en }`.
    pub(crate) fn words_at(&self, key: &str) -> Result<Words, Fault> {
        self.table(key, &["ja", "en"])?.words()
    }

    pub(crate) fn day(&self, key: &str) -> Result<Day, Fault> {
        as_day(self.need(key)?, key)
    }

    pub(crate) fn day_if_there(&self, key: &str) -> Result<Option<Day>, Fault> {
        self.get(key).map(|value| as_day(value, key)).transpose()
    }

    pub(crate) fn instant_if_there(&self, key: &str) -> Result<Option<Instant>, Fault> {
        let instant = |value| {
            let written = as_datetime(value, key)?;
            Instant::of(written).map_err(|reason| Fault::new(&value.span(), key, reason))
        };
        self.get(key).map(instant).transpose()
    }

    /// A fault at this key, or at the table where the key is not there.
    pub(crate) fn fault(&self, key: &str, reason: impl Into<String>) -> Fault {
        let span = self.get(key).map_or(self.span.clone(), Spanned::span);
        Fault::new(&span, key, reason)
    }
}

fn wrong(value: Value<'_, '_>, name: &str, wanted: &str) -> Fault {
    let found = value.get_ref().type_str();
    Fault::new(&value.span(), name, format!("is a {found}, not {wanted}"))
}

pub(crate) fn as_table<'t, 'i>(value: Value<'t, 'i>, name: &str) -> Result<&'t DeTable<'i>, Fault> {
    let table = value.get_ref().as_table();
    table.ok_or_else(|| wrong(value, name, "a table"))
}

fn as_list<'t, 'i>(value: Value<'t, 'i>, name: &str) -> Result<&'t DeArray<'i>, Fault> {
    let list = value.get_ref().as_array();
    list.ok_or_else(|| wrong(value, name, "a list"))
}

pub(crate) fn as_text<'t>(value: Value<'t, '_>, name: &str) -> Result<&'t str, Fault> {
    let text = value.get_ref().as_str();
    let text = text.ok_or_else(|| wrong(value, name, "a text"))?;
    // A character has at most four bytes: only long texts are counted.
    if text.len() > TEXT_CHARACTERS && text.chars().count() > TEXT_CHARACTERS {
        let reason = format!("is longer than {TEXT_CHARACTERS} characters");
        return Err(Fault::new(&value.span(), name, reason));
    }
    Ok(text)
}

pub(crate) fn as_code<'t>(
    value: Value<'t, '_>,
    name: &str,
    more: &str,
    most: usize,
) -> Result<&'t str, Fault> {
    let text = as_text(value, name)?;
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || more.contains(c);
    if text.is_empty() || text.len() > most || !text.chars().all(good) {
        let mut letters = String::from("a-z 0-9");
        for letter in more.chars() {
            letters.push(' ');
            letters.push(letter);
        }
        let reason = format!("must be 1 to {most} characters of {letters}");
        return Err(Fault::new(&value.span(), name, reason));
    }
    Ok(text)
}

pub(crate) fn as_number(
    value: Value<'_, '_>,
    name: &str,
    least: i64,
    most: i64,
) -> Result<i64, Fault> {
    let written = value.get_ref().as_integer();
    let written = written.ok_or_else(|| wrong(value, name, "a whole number"))?;
    i64::from_str_radix(written.as_str(), written.radix())
        .ok()
        .filter(|number| (least..=most).contains(number))
        .ok_or_else(|| {
            let reason = format!("must be a whole number from {least} to {most}");
            Fault::new(&value.span(), name, reason)
        })
}

pub(crate) fn as_amount(value: Value<'_, '_>, name: &str, most: u64) -> Result<u64, Fault> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    Ok(as_number(value, name, 0, most)?.unsigned_abs())
}

fn as_flag(value: Value<'_, '_>, name: &str) -> Result<bool, Fault> {
    let flag = value.get_ref().as_bool();
    flag.ok_or_else(|| wrong(value, name, "true or false"))
}

fn as_datetime<'t>(value: Value<'t, '_>, name: &str) -> Result<&'t Datetime, Fault> {
    let written = value.get_ref().as_datetime();
    written.ok_or_else(|| wrong(value, name, "a date or time"))
}

fn as_day(value: Value<'_, '_>, name: &str) -> Result<Day, Fault> {
    Day::of(as_datetime(value, name)?)
        .ok_or_else(|| Fault::new(&value.span(), name, "must be a date without time"))
}
