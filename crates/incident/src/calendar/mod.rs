//! Days on which offices are open, and arithmetic of deadlines: hours, days, business days and months, with the day
//! boundaries of a zone. Japan's public holidays are computed from dated rules (`data/holidays.toml`).

mod holidays;
mod term;

use std::collections::BTreeMap;

use jiff::{
    Timestamp, ToSpan as _,
    civil::{Date, Weekday},
    tz::{Offset, TimeZone},
};
use kaname_directory::Name2;
use serde::{Deserialize, Serialize};

pub use self::term::{Closed, Term, Way};

/// Where a day begins and ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Zone {
    /// Japan: one zone, no summer time.
    Tokyo,
    /// Central European time, with the summer time of Directive 2000/84/EC.
    Brussels,
    /// UTC.
    Utc,
}

impl Zone {
    /// The rules of the zone. They stand here: a zone database would be read from the machine.
    fn rules(self) -> TimeZone {
        match self {
            Self::Tokyo => TimeZone::fixed(Offset::constant(9)),
            Self::Brussels => {
                TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap_or(TimeZone::UTC)
            }
            Self::Utc => TimeZone::UTC,
        }
    }

    /// The day there at a moment.
    pub fn day_of(self, at: Timestamp) -> Date {
        self.rules().to_datetime(at).date()
    }

    /// The last second of a day there; `None` at the end of time.
    pub fn end_of(self, day: Date) -> Option<Timestamp> {
        self.at(day, 23, 59, 59)
    }

    /// Noon of a day there; `None` at the end of time.
    pub fn noon_of(self, day: Date) -> Option<Timestamp> {
        self.at(day, 12, 0, 0)
    }

    fn at(self, day: Date, hour: i8, minute: i8, second: i8) -> Option<Timestamp> {
        let there = day.at(hour, minute, second, 0);
        self.rules().to_timestamp(there).ok()
    }
}

/// Which days count as open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OpenDays {
    /// Every day.
    Every,
    /// Monday to Friday.
    Weekdays,
    /// Monday to Friday without Japan's holidays.
    Japan,
    /// As Japan's administration works: without 29 December to 3 January as well
    /// (行政機関の休日に関する法律（昭和63年法律第91号）第1条).
    JapanOffices,
}

/// Why a day is a holiday.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HolidayKind {
    /// A holiday by name (国民の祝日).
    Named,
    /// In place of one that falls on a Sunday (振替休日, 祝日法第3条第2項).
    Substitute,
    /// Between two holidays (国民の休日, 祝日法第3条第3項).
    Between,
}

/// A holiday.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Holiday {
    /// What it is called.
    pub name: Name2,
    /// Why it is one.
    pub kind: HolidayKind,
}

/// Japan's holidays in a span of years.
#[derive(Debug, Clone)]
pub struct Calendar {
    holidays: BTreeMap<Date, Holiday>,
    first: i16,
    last: i16,
}

impl Calendar {
    /// The first and the last year for which holidays are known. Outside of them only weekends are closed.
    pub const fn years(&self) -> (i16, i16) {
        (self.first, self.last)
    }

    /// The holiday on a day.
    pub fn holiday_on(&self, day: Date) -> Option<&Holiday> {
        self.holidays.get(&day)
    }

    /// All holidays, in order.
    pub fn holidays(&self) -> impl Iterator<Item = (Date, &Holiday)> {
        self.holidays.iter().map(|(day, holiday)| (*day, holiday))
    }

    /// Whether a day counts as open.
    pub fn is_open(&self, day: Date, open: OpenDays) -> bool {
        let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        let turn_of_year = matches!((day.month(), day.day()), (12, 29..=31) | (1, 1..=3));
        match open {
            OpenDays::Every => true,
            OpenDays::Weekdays => !weekend,
            OpenDays::Japan => !weekend && self.holiday_on(day).is_none(),
            OpenDays::JapanOffices => !weekend && !turn_of_year && self.holiday_on(day).is_none(),
        }
    }

    /// The first open day from a day on; `None` at the end of time. No calendar is closed for a month.
    pub fn open_from(&self, day: Date, open: OpenDays) -> Option<Date> {
        let mut day = day;
        for _ in 0..31 {
            if self.is_open(day, open) {
                return Some(day);
            }
            day = day.checked_add(1.day()).ok()?;
        }
        None
    }
}
