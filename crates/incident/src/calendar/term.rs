//! How long a deadline is, and when it ends.

use jiff::{SignedDuration, Timestamp, ToSpan as _, civil::Date};
use serde::{Deserialize, Serialize};

use super::{Calendar, OpenDays, Zone};

/// How long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Term {
    /// So many hours, to the second.
    Hours(u16),
    /// So many days after the day of the beginning, until the end of the last
    /// (初日不算入, 民法（明治29年法律第89号）第140条).
    Days(u16),
    /// So many days, that of the beginning being the first, until the end of the last.
    DaysWithFirst(u16),
    /// So many open days after the day of the beginning, until the end of the last.
    OpenDays(u16),
    /// So many months, until the end of the day of the same number; of the last day of the month where it has none
    /// (民法第143条; Regulation (EEC, Euratom) No 1182/71, article 3 (2)(c)).
    Months(u8),
}

/// What becomes of a deadline that ends on a closed day. Hours that are moved are not monotone, as the laws have it: what
/// ends on a Sunday may come on Monday, what ends in the first hour of Monday not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Closed {
    /// It stays.
    #[default]
    Stays,
    /// It ends with the next open day (民法第142条).
    NextOpen,
    /// It ends at noon of the next open day.
    NoonOfNextOpen,
}

/// By which calendar a deadline is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Way {
    /// Where days begin and end.
    pub zone: Zone,
    /// Which days are open.
    pub open: OpenDays,
    /// What becomes of a deadline on a closed day.
    #[serde(default)]
    pub closed: Closed,
}

impl Term {
    /// Most of any unit: some ten years.
    pub const MOST: u16 = 3_660;

    /// Whether it is more than nothing and no more than [`Term::MOST`].
    pub const fn is_bounded(self) -> bool {
        let count = match self {
            Self::Hours(count)
            | Self::Days(count)
            | Self::DaysWithFirst(count)
            | Self::OpenDays(count) => count,
            Self::Months(count) => count as u16,
        };
        count > 0 && count <= Self::MOST
    }

    /// When it ends, begun at a moment. At the end of time it ends there.
    pub fn ends(self, begun: Timestamp, way: Way, calendar: &Calendar) -> Timestamp {
        self.ends_within_time(begun, way, calendar)
            .unwrap_or(Timestamp::MAX)
    }

    fn ends_within_time(
        self,
        begun: Timestamp,
        way: Way,
        calendar: &Calendar,
    ) -> Option<Timestamp> {
        let first = way.zone.day_of(begun);
        let last = match self {
            Self::Hours(hours) => {
                let after = SignedDuration::from_hours(i64::from(hours));
                let ends = begun.checked_add(after).ok()?;
                return way.moved(ends, calendar);
            }
            Self::Days(days) => first.checked_add(i64::from(days).days()).ok()?,
            Self::DaysWithFirst(days) => {
                let more = i64::from(days.saturating_sub(1));
                first.checked_add(more.days()).ok()?
            }
            Self::OpenDays(days) => open_days(first, days, way.open, calendar)?,
            Self::Months(months) => first.checked_add(i64::from(months).months()).ok()?,
        };
        way.moved(way.zone.end_of(last)?, calendar)
    }
}

/// The day after which so many open days have passed.
fn open_days(first: Date, days: u16, open: OpenDays, calendar: &Calendar) -> Option<Date> {
    let mut day = first;
    for _ in 0..days {
        day = calendar.open_from(day.tomorrow().ok()?, open)?;
    }
    Some(day)
}

impl Way {
    /// A deadline, moved off a closed day.
    fn moved(self, ends: Timestamp, calendar: &Calendar) -> Option<Timestamp> {
        let day = self.zone.day_of(ends);
        if self.closed == Closed::Stays || calendar.is_open(day, self.open) {
            return Some(ends);
        }
        let next = calendar.open_from(day, self.open)?;
        match self.closed {
            Closed::NoonOfNextOpen => self.zone.noon_of(next),
            Closed::Stays | Closed::NextOpen => self.zone.end_of(next),
        }
    }
}
