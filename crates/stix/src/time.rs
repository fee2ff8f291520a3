//! Timestamps (STIX 2.1 §2.16: RFC 3339, UTC, always `Z`).

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A timestamp as it was written, with its place in time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// The original text, so that it can be given back with its own precision.
    pub text: String,
    /// Microseconds since 1970-01-01T00:00:00Z; finer digits are cut off.
    pub micros: i64,
}

impl Stamp {
    /// Reads a STIX timestamp; `None` when it is not one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        micros(text).map(|micros| Self {
            text: text.to_owned(),
            micros,
        })
    }
}

/// Microseconds since 1970 of `YYYY-MM-DDThh:mm:ss[.d…]Z`; `None` when the text
/// has another form or names no real moment. Second 60 is read as the next one.
#[must_use]
pub fn micros(text: &str) -> Option<i64> {
    let b = text.as_bytes();
    if b.len() < 20 || b.len() > 64 || b[b.len() - 1] != b'Z' {
        return None;
    }
    if b[4] != b'-' || b[7] != b'-' || b[10] != b'T' || b[13] != b':' || b[16] != b':' {
        return None;
    }
    let (year, month, day) = (number(&b[0..4])?, number(&b[5..7])?, number(&b[8..10])?);
    let (hour, minute, second) = (
        number(&b[11..13])?,
        number(&b[14..16])?,
        number(&b[17..19])?,
    );
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let seconds = days(year, month, day)? * 86_400 + hour * 3_600 + minute * 60 + second;
    Some(seconds * 1_000_000 + fraction(&b[19..b.len() - 1])?)
}

/// How many digits stand after the decimal point of a timestamp.
#[must_use]
pub(crate) fn digits(text: &str) -> usize {
    text.split_once('.')
        .map_or(0, |(_, rest)| rest.len().saturating_sub(1))
}

fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |sum, digit| {
        digit
            .is_ascii_digit()
            .then(|| sum * 10 + i64::from(digit - b'0'))
    })
}

fn fraction(rest: &[u8]) -> Option<i64> {
    let Some((point, digits)) = rest.split_first() else {
        return Some(0);
    };
    if *point != b'.' || digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let cut = &digits[..digits.len().min(6)];
    let missing = u32::try_from(6 - cut.len()).ok()?;
    Some(number(cut)? * 10_i64.pow(missing))
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let length = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if day < 1 || day > length {
        return None;
    }
    let shifted = if month <= 2 { year - 1 } else { year };
    let era = shifted.div_euclid(400);
    let year_of_era = shifted.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(era * 146_097 + day_of_era - 719_468)
}

/// A moment as the hub writes it: milliseconds and `Z`.
#[must_use]
pub fn format_millis(moment: Timestamp) -> String {
    format!("{moment:.3}")
}

/// How far a time is made coarser before it leaves the house.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Coarse {
    /// To the hour.
    Hour,
    /// To the day (UTC).
    Day,
    /// To the first day of the month (UTC).
    Month,
}

/// The start of the hour, day or month (UTC) that holds the moment.
#[must_use]
pub fn coarsen(moment: Timestamp, to: Coarse) -> Timestamp {
    // The whole second before, also before 1970, where parts of a second count backwards.
    let second = moment.as_second() - i64::from(moment.subsec_nanosecond() < 0);
    let seconds = match to {
        Coarse::Hour => second.div_euclid(3_600) * 3_600,
        Coarse::Day => second.div_euclid(86_400) * 86_400,
        Coarse::Month => {
            let date = TimeZone::UTC.to_datetime(moment).date();
            let start = second.div_euclid(86_400) * 86_400;
            start - (i64::from(date.day()) - 1) * 86_400
        }
    };
    Timestamp::from_second(seconds).unwrap_or(Timestamp::MIN)
}
