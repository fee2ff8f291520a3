//! Days and spans of days. What the law changes is valid from a day until another; a question about a
//! day gets that day's answer. Days are Japan's: a membership ends at midnight in Tokyo.

use jiff::{Timestamp, civil::Date, tz::Offset};
use serde::{Deserialize, Serialize};

use crate::text::Lang;

/// Japan has one zone and no summer time.
const JAPAN: Offset = Offset::constant(9);

/// The day in Japan at a moment.
pub fn day_of(at: Timestamp) -> Date {
    JAPAN.to_datetime(at).date()
}

/// The moment a day begins in Japan; `None` at the end of the calendar.
pub fn start_of(day: Date) -> Option<Timestamp> {
    JAPAN.to_timestamp(day.at(0, 0, 0, 0)).ok()
}

/// A span of days: from the first day in force until the first day no longer in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Span {
    /// First day in force.
    pub from: Date,
    /// First day no longer in force; `None` while no end is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
}

impl Span {
    /// Without a known end.
    pub const fn since(from: Date) -> Self {
        Self { from, until: None }
    }

    /// Whether the day is in it.
    pub fn contains(&self, day: Date) -> bool {
        self.from <= day && self.until.is_none_or(|until| day < until)
    }

    /// Whether both have a day in common.
    pub fn overlaps(&self, other: &Self) -> bool {
        let starts_before = |a: &Self, b: &Self| b.until.is_none_or(|until| a.from < until);
        !self.is_empty()
            && !other.is_empty()
            && starts_before(self, other)
            && starts_before(other, self)
    }

    /// Whether no day is in it.
    pub fn is_empty(&self) -> bool {
        self.until.is_some_and(|until| until <= self.from)
    }

    /// Ended on `day` at the latest.
    #[must_use]
    pub fn ended(mut self, day: Date) -> Self {
        self.until = Some(self.until.map_or(day, |until| until.min(day)));
        self
    }
}

/// What a reader should know about an entry, in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// Japanese.
    pub ja: String,
    /// English.
    pub en: String,
}

impl Note {
    /// In that language.
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::Ja => &self.ja,
            Lang::En => &self.en,
        }
    }
}

/// A value of the dated data: when it holds and where it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Dated<T> {
    /// What holds.
    #[serde(flatten)]
    pub value: T,
    /// On which days.
    pub span: Span,
    /// Document it was taken from.
    pub source: String,
    /// Whether the primary text was not at hand when it was written down.
    pub unconfirmed: bool,
    /// What a reader should know about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<Note>,
}

/// When an entry of a data file holds and where it is written: the keys that stand in every entry.
#[derive(Debug, Clone, Deserialize)]
pub struct Valid {
    valid_from: Date,
    valid_to: Option<Date>,
    source: String,
    #[serde(default)]
    unconfirmed: bool,
    note: Option<Note>,
}

impl Valid {
    /// The value, dated so.
    pub fn date<T>(self, value: T) -> Dated<T> {
        Dated {
            value,
            span: Span {
                from: self.valid_from,
                until: self.valid_to,
            },
            source: self.source,
            unconfirmed: self.unconfirmed,
            note: self.note,
        }
    }
}

/// The one entry in force on a day, if any.
pub fn on_day<T>(entries: &[Dated<T>], day: Date) -> Option<&Dated<T>> {
    entries.iter().find(|entry| entry.span.contains(day))
}
