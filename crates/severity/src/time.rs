//! Days and instants of a file. No clock: times are only compared and subtracted.

use std::fmt;

use toml::value::{Datetime, Offset};

/// Nanoseconds of a minute.
pub(crate) const MINUTE: i64 = 60 * SECOND;
const SECOND: i64 = 1_000_000_000;

/// A date without time, as days since 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i64);

impl Day {
    pub(crate) fn of(written: &Datetime) -> Option<Self> {
        let date = written.date?;
        let alone = written.time.is_none() && written.offset.is_none();
        alone.then(|| Self::from_ymd(date.year, date.month, date.day))
    }

    /// The day of the Gregorian calendar; what is no day of a month is counted on from its first.
    #[must_use]
    pub fn from_ymd(year: u16, month: u8, day: u8) -> Self {
        // A year here begins in March, so that a leap day is its last.
        let (year, month, day) = (i64::from(year), i64::from(month), i64::from(day));
        let year = year - i64::from(month <= 2);
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        Self(era * 146_097 + day_of_era - 719_468)
    }

    fn ymd(self) -> (i64, i64, i64) {
        let days = self.0 + 719_468;
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = (month_from_march + 2) % 12 + 1;
        (year_of_era + era * 400 + i64::from(month <= 2), month, day)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.ymd();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

/// From when to when something is listed: the first day, and the first day no longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listed {
    /// The first day.
    pub from: Day,
    /// The first day no longer; `None` = still.
    pub to: Option<Day>,
}

impl Listed {
    /// Whether that day lies within.
    #[must_use]
    pub fn on(&self, day: Day) -> bool {
        self.from <= day && self.to.is_none_or(|to| day < to)
    }

    /// Whether some day lies within both.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.to.is_none_or(|to| other.from < to) && other.to.is_none_or(|to| self.from < to)
    }
}

/// A point in time, in nanoseconds since 1970-01-01T00:00Z; only the years 1970 to 2200.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Instant(pub(crate) i64);

impl Instant {
    pub(crate) fn of(written: &Datetime) -> Result<Self, &'static str> {
        let (Some(date), Some(time), Some(offset)) = (written.date, written.time, written.offset)
        else {
            return Err("must be a date and time with offset");
        };
        let Some(second) = time.second else {
            return Err("must say the second");
        };
        let offset_minutes = match offset {
            Offset::Z => 0,
            Offset::Custom { minutes } => i64::from(minutes),
        };
        let Day(days) = Day::from_ymd(date.year, date.month, date.day);
        let minutes = days * 1_440 + i64::from(time.hour) * 60 + i64::from(time.minute);
        let seconds = (minutes - offset_minutes) * 60 + i64::from(second);
        let Day(after) = Day::from_ymd(2201, 1, 1);
        if !(0..after * 86_400).contains(&seconds) {
            return Err("must lie within the years 1970 to 2200 (UTC)");
        }
        Ok(Self(
            seconds * SECOND + i64::from(time.nanosecond.unwrap_or(0)),
        ))
    }
}
