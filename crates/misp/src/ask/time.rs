//! Moments in filters: seconds since 1970, how long ago (`7d`, `24h`, `30m`), days.

use jiff::{
    Timestamp,
    civil::{Date, Time},
    tz::Offset,
};
use serde_json::Value;

/// From when until when, in seconds since 1970, both included.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Span {
    from: Option<i64>,
    to: Option<i64>,
}

impl Span {
    /// What a value means: one moment is a beginning, two are beginning and end in either order.
    ///
    /// # Errors
    /// A sentence that says what is expected.
    pub fn read(value: &Value, now: i64) -> Result<Self, String> {
        match value {
            Value::Null => Ok(Self::default()),
            Value::Array(both) => match both.as_slice() {
                [] => Ok(Self::default()),
                [only] => Self::read(only, now),
                [one, other] => {
                    let (one, other) = (moment(one, now)?, moment(other, now)?);
                    Ok(match (one, other) {
                        (Some(one), Some(other)) => Self {
                            from: Some(one.min(other)),
                            to: Some(one.max(other)),
                        },
                        (from, to) => Self { from, to },
                    })
                }
                _ => Err("one moment or two are expected".to_owned()),
            },
            one => Ok(Self {
                from: moment(one, now)?,
                to: None,
            }),
        }
    }

    /// A span of whole days: from the beginning of one to the end of another.
    ///
    /// # Errors
    /// A sentence that says what is expected.
    pub fn days(from: Option<&Value>, to: Option<&Value>, now: i64) -> Result<Self, String> {
        let day = |value: Option<&Value>| match value {
            Some(value) => moment(value, now).map(|at| at.map(|at| at.div_euclid(DAY))),
            None => Ok(None),
        };
        let (from, to) = (day(from)?, day(to)?);
        Ok(Self {
            from: from.map(|day| day * DAY),
            to: to.map(|day| day * DAY + DAY - 1),
        })
    }

    /// Whether anything will do.
    #[must_use]
    pub fn is_open(self) -> bool {
        self == Self::default()
    }

    /// Whether a moment lies in it.
    #[must_use]
    pub fn holds(self, at: i64) -> bool {
        self.from.is_none_or(|from| from <= at) && self.to.is_none_or(|to| at <= to)
    }
}

const DAY: i64 = 86_400;

/// A moment in seconds since 1970; `None` for null and for what is empty.
fn moment(value: &Value, now: i64) -> Result<Option<i64>, String> {
    let text = match value {
        Value::Null => return Ok(None),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.trim().to_owned(),
        _ => return Err(EXPECTED.to_owned()),
    };
    if text.is_empty() || text.len() > 40 {
        return match text.len() {
            0 => Ok(None),
            _ => Err(EXPECTED.to_owned()),
        };
    }
    let seconds = text.split('.').next().unwrap_or_default();
    if let Ok(seconds) = seconds.parse::<i64>()
        && text.parse::<f64>().is_ok()
    {
        return Ok(Some(seconds));
    }
    if let Some(ago) = ago(&text) {
        return Ok(Some(now.saturating_sub(ago)));
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(Some(at.as_second()));
    }
    let day = Some(text).filter(|text| text.len() == 10);
    let at = day.and_then(|day| of_day(&day));
    at.map(Some).ok_or_else(|| EXPECTED.to_owned())
}

const EXPECTED: &str = "seconds since 1970, a day (2026-11-24), a moment with its zone, or how long ago (7d, 24h, 30m) are expected";

fn ago(text: &str) -> Option<i64> {
    let unit = match text.chars().last()? {
        'd' => DAY,
        'h' => 3_600,
        'm' => 60,
        's' => 1,
        _ => return None,
    };
    let count: i64 = text.get(..text.len() - 1)?.parse().ok()?;
    count.checked_mul(unit).filter(|ago| *ago >= 0)
}

/// The beginning of a day as the core format writes it, in seconds since 1970.
pub(super) fn of_day(day: &str) -> Option<i64> {
    let day = day.parse::<Date>().ok()?.to_datetime(Time::midnight());
    Offset::UTC.to_timestamp(day).ok().map(Timestamp::as_second)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn moments_in_all_their_forms() {
        let now = 1_000_000;
        let of = |value: Value| moment(&value, now).ok().flatten();
        assert_eq!(of(json!(42)), Some(42));
        assert_eq!(of(json!(42.7)), Some(42));
        assert_eq!(of(json!("42")), Some(42));
        assert_eq!(of(json!("1h")), Some(now - 3_600));
        assert_eq!(of(json!("2d")), Some(now - 172_800));
        assert_eq!(of(json!("1970-01-02")), Some(DAY));
        assert_eq!(of(json!("1970-01-02T00:00:01Z")), Some(DAY + 1));
        for wrong in [
            json!("soon"),
            json!("d"),
            json!("-3x"),
            json!([1]),
            json!("9".repeat(60)),
        ] {
            assert!(moment(&wrong, now).is_err(), "{wrong}");
        }
    }

    #[test]
    fn two_moments_are_a_span_in_either_order() {
        let span = Span::read(&json!(["1d", "2d"]), 10 * DAY).unwrap_or_default();
        assert!(span.holds(8 * DAY) && span.holds(9 * DAY) && !span.holds(9 * DAY + 1));
        let days = Span::days(Some(&json!("1970-01-02")), Some(&json!("1970-01-02")), 0);
        assert!(
            days.is_ok_and(|days| days.holds(DAY)
                && days.holds(2 * DAY - 1)
                && !days.holds(2 * DAY))
        );
    }
}
