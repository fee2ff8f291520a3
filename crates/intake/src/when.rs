//! Times as people and tables write them.

use jiff::tz::Offset;
use jiff::{Timestamp, civil};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

/// Longest time that is read, in bytes.
const LONGEST: usize = 64;

/// Hours that local times are ahead of UTC when nothing says otherwise: Japan.
const LOCAL_HOURS: i8 = 9;

/// A moment, and how far after it the real one may lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct When {
    /// The earliest moment that is meant.
    pub at: Timestamp,
    /// How long after `at` it may have been, in seconds: 86,400 when only a day is written.
    pub uncertainty_s: u32,
}

/// Reads RFC 3339, `2026-05-01 10:20`, `2026/5/1`, `2026年5月1日10時20分`, `令和8年5月1日`, full-width
/// digits, and seconds since 1970 in ten digits. Times without an offset are Japan's.
#[must_use]
pub fn read_when(text: &str) -> Option<When> {
    let text = text.trim();
    if text.is_empty() || text.len() > LONGEST {
        return None;
    }
    let plain: String = text.nfkc().collect();
    let plain = plain.trim();
    if let Ok(at) = plain.parse::<Timestamp>() {
        return Some(When {
            at,
            uncertainty_s: 1,
        });
    }
    if plain.len() == 10 && plain.bytes().all(|sign| sign.is_ascii_digit()) {
        let at = Timestamp::from_second(plain.parse().ok()?).ok()?;
        return Some(When {
            at,
            uncertainty_s: 1,
        });
    }
    local(plain)
}

/// Reads what [`read_when`] reads, and dates without a year (`11月20日`, `11/20 03:12`): of the year of
/// `now` in Japan, or of the year before when that would be more than a day ahead. For what was seen,
/// never for what is planned.
#[must_use]
pub fn read_when_seen(text: &str, now: Timestamp) -> Option<When> {
    if let Some(when) = read_when(text) {
        return Some(when);
    }
    let plain: String = text
        .chars()
        .take(LONGEST)
        .collect::<String>()
        .nfkc()
        .collect();
    let plain = plain.trim();
    let digits = plain.bytes().take_while(u8::is_ascii_digit).count();
    let follows = plain[digits..].trim_start().chars().next();
    if !(1..=2).contains(&digits) || !matches!(follows, Some('月' | '/')) {
        return None;
    }
    let year = Offset::constant(LOCAL_HOURS).to_datetime(now).year();
    let of_year = |year: i16| read_when(&format!("{year}/{plain}"));
    let ahead = now
        .saturating_add(jiff::SignedDuration::from_hours(24))
        .ok()?;
    of_year(year)
        .filter(|when| when.at <= ahead)
        .or_else(|| of_year(year - 1))
}

/// Date parts in order, with an optional time and offset.
fn local(text: &str) -> Option<When> {
    let (text, era) = era(text);
    let (text, offset) = offset(text);
    let (date, time) = split_time(text);
    let numbers = numbers(date, &['-', '/', '.', '年', '月', '日'])?;
    let [year, month, day] = numbers.as_slice() else {
        return None;
    };
    let year = i16::try_from(*year).ok()?.checked_add(era)?;
    if !(1970..=9000).contains(&year) {
        return None;
    }
    let (month, day) = (i8::try_from(*month).ok()?, i8::try_from(*day).ok()?);
    let (clock, uncertainty_s) = clock(time)?;
    let moment = civil::Date::new(year, month, day).ok()?.to_datetime(clock);
    let at = offset.to_timestamp(moment).ok()?;
    Some(When { at, uncertainty_s })
}

/// What is added to the year of an era (令和, 平成), and the text with 元年 as its first year.
fn era(text: &str) -> (&str, i16) {
    for (name, before) in [("令和", 2018), ("平成", 1988)] {
        if let Some(rest) = text.strip_prefix(name) {
            return (rest.trim_start(), before);
        }
    }
    (text, 0)
}

fn offset(text: &str) -> (&str, Offset) {
    let japan = Offset::constant(LOCAL_HOURS);
    let text = text.trim();
    for (name, offset) in [
        ("JST", japan),
        ("日本時間", japan),
        ("UTC", Offset::UTC),
        ("GMT", Offset::UTC),
    ] {
        if let Some(rest) = text.strip_suffix(name) {
            return (rest.trim_end(), offset);
        }
    }
    if let Some(rest) = text.strip_suffix('Z') {
        return (rest, Offset::UTC);
    }
    let signed = text
        .rfind(['+', '-'])
        .filter(|at| text[..*at].contains(':'));
    let Some(at) = signed else {
        return (text, japan);
    };
    let digits: String = text[at + 1..].chars().filter(|sign| *sign != ':').collect();
    let value: Option<i32> = digits.parse().ok().filter(|_| digits.len() == 4);
    let seconds = value.map(|value| (value / 100) * 3_600 + (value % 100) * 60);
    let seconds = seconds.map(|seconds| {
        if text[at..].starts_with('-') {
            -seconds
        } else {
            seconds
        }
    });
    match seconds.and_then(|seconds| Offset::from_seconds(seconds).ok()) {
        Some(offset) => (text[..at].trim_end(), offset),
        None => (text, japan),
    }
}

fn split_time(text: &str) -> (&str, &str) {
    if let Some((date, time)) = text.split_once('日') {
        return (date, time);
    }
    text.split_once(['T', ' ']).unwrap_or((text, ""))
}

/// The time of day and its width in seconds; midnight and a day when there is none.
fn clock(text: &str) -> Option<(civil::Time, u32)> {
    let text = text.trim();
    let text = text.split('.').next().unwrap_or_default();
    if text.is_empty() {
        return Some((civil::Time::midnight(), 86_400));
    }
    let numbers = numbers(text, &[':', '時', '分', '秒'])?;
    let at = |index: usize| {
        numbers
            .get(index)
            .map_or(Some(0), |value| i8::try_from(*value).ok())
    };
    let width = match numbers.len() {
        1 if text.contains('時') => 3_600,
        2 => 60,
        3 => 1,
        _ => return None,
    };
    let time = civil::Time::new(at(0)?, at(1)?, at(2)?, 0).ok()?;
    Some((time, width))
}

/// Numbers with single separators between them and perhaps one after the last.
fn numbers(text: &str, separators: &[char]) -> Option<Vec<u16>> {
    let mut numbers = Vec::new();
    let text = text.trim();
    let text = text.strip_suffix(separators).unwrap_or(text);
    for (index, part) in text.split(separators).take(4).enumerate() {
        let part = part.trim();
        if index == 0 && part == "元" {
            numbers.push(1);
            continue;
        }
        let plain = (1..=4).contains(&part.len()) && part.bytes().all(|sign| sign.is_ascii_digit());
        numbers.push(part.parse().ok().filter(|_| plain)?);
    }
    Some(numbers)
}
