//! Times in Japan's time with its name, and how long is left.

use std::borrow::Cow;

use jiff::{
    SignedDuration, Timestamp,
    civil::{DateTime, Weekday},
};

use super::{Lang, Text};

/// Japan Standard Time has no summer time: nine hours ahead of UTC all year.
fn in_japan(at: Timestamp) -> DateTime {
    jiff::tz::offset(9).to_datetime(at)
}

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

const fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "月",
        Weekday::Tuesday => "火",
        Weekday::Wednesday => "水",
        Weekday::Thursday => "木",
        Weekday::Friday => "金",
        Weekday::Saturday => "土",
        Weekday::Sunday => "日",
    }
}

fn month(number: i8) -> &'static str {
    usize::try_from(number - 1)
        .ok()
        .and_then(|index| MONTHS.get(index))
        .unwrap_or(&"")
}

impl Text {
    /// `11月23日（月）05:42 JST` or `23 Nov 05:42 JST`; the year is written when it is not that of
    /// `now`.
    pub fn jst(self, at: Timestamp, now: Timestamp) -> String {
        let there = in_japan(at);
        let (hour, minute) = (there.hour(), there.minute());
        format!(
            "{}{}{hour:02}:{minute:02} JST",
            self.date(at, now),
            self.gap()
        )
    }

    /// The day alone, in Japan: `11月23日（月）` or `23 Nov`.
    pub fn date(self, at: Timestamp, now: Timestamp) -> String {
        let there = in_japan(at);
        let other_year = there.year() != in_japan(now).year();
        let (day, number) = (there.day(), there.month());
        match self.lang {
            Lang::Ja => {
                let year = if other_year {
                    format!("{}年", there.year())
                } else {
                    String::new()
                };
                format!("{year}{number}月{day}日（{}）", weekday(there.weekday()))
            }
            Lang::En => {
                let year = if other_year {
                    format!(" {}", there.year())
                } else {
                    String::new()
                };
                format!("{day} {}{year}", month(number))
            }
        }
    }

    /// The time of day alone, in Japan: `05:42`.
    pub fn clock(self, at: Timestamp) -> String {
        let there = in_japan(at);
        format!("{:02}:{:02}", there.hour(), there.minute())
    }

    const fn gap(self) -> &'static str {
        match self.lang {
            Lang::Ja => "",
            Lang::En => " ",
        }
    }

    /// A length of time in its two largest units at most: `12分`, `1時間40分`, `3日`.
    /// Less than a minute counts as one; a negative length is read as positive.
    pub fn length(self, length: SignedDuration) -> Cow<'static, str> {
        let minutes = length.abs().as_mins().max(1).unsigned_abs();
        let (hours, days) = (minutes / 60, minutes / (60 * 24));
        match minutes {
            0..60 => self.t1("common-minutes", "n", minutes),
            60..1440 if minutes.is_multiple_of(60) || hours >= 10 => {
                self.t1("common-hours", "n", hours)
            }
            60..1440 => self.t2("common-hours-minutes", "h", hours, "m", minutes % 60),
            _ => self.t1("common-days", "n", days),
        }
    }

    /// How long until a deadline, or since: `5日` from three days on, below that to the hour (`2日23時間`),
    /// below a day to the minute (`13時間40分`). Less than a minute counts as one; a negative length is read
    /// as positive.
    pub fn span(self, length: SignedDuration) -> Cow<'static, str> {
        let minutes = length.abs().as_mins().max(1).unsigned_abs();
        let (hours, days) = (minutes / 60, minutes / (60 * 24));
        match (days, hours % 24, minutes % 60) {
            (1 | 2, 1.., _) => self.t2("common-days-hours", "d", days, "h", hours % 24),
            (1.., _, _) => self.t1("common-days", "n", days),
            (0, 0, minutes) => self.t1("common-minutes", "n", minutes),
            (0, hours, 0) => self.t1("common-hours", "n", hours),
            (0, hours, minutes) => self.t2("common-hours-minutes", "h", hours, "m", minutes),
        }
    }

    /// How long ago `at` was: `12分前`, `5日前`; the day itself once it is more than a month.
    pub fn ago(self, at: Timestamp, now: Timestamp) -> Cow<'static, str> {
        let past = now.duration_since(at);
        if past.is_negative() {
            Cow::Owned(self.jst(at, now))
        } else if past.as_hours() >= 24 * 31 {
            Cow::Owned(self.date(at, now))
        } else {
            self.t1("common-ago", "length", self.length(past))
        }
    }
}
