//! How often something has its turn, and how long it waits when it has trouble.

use std::{fmt, str::FromStr};

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// Minutes between two turns when nothing is said.
const DEFAULT_MINUTES: u32 = 15;
/// Most minutes between two turns: 31 days.
const MOST_MINUTES: u32 = 31 * 24 * 60;
/// What has trouble waits no longer than this, in minutes, unless its turns are further apart anyway.
const LONGEST_PAUSE_MINUTES: u32 = 6 * 60;
/// What the other side itself asks to be waited for is believed up to this, in seconds.
const LONGEST_WISH_S: u32 = 24 * 3_600;

/// How often something has its turn by itself: every so many minutes, or never.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Every(Option<u32>);

/// A text that names no interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an interval is minutes, hours or days, such as 15m, 6h or 1d, at most 31d, or never")]
pub struct BadInterval;

impl Every {
    /// Only when somebody asks for it.
    pub const NEVER: Self = Self(None);

    /// Every so many minutes.
    ///
    /// # Errors
    /// When it is none, or more than 31 days.
    pub fn minutes(minutes: u32) -> Result<Self, BadInterval> {
        match (1..=MOST_MINUTES).contains(&minutes) {
            true => Ok(Self(Some(minutes))),
            false => Err(BadInterval),
        }
    }

    /// The time between two turns; `None` for never.
    pub fn span(self) -> Option<SignedDuration> {
        self.0
            .map(|minutes| SignedDuration::from_mins(minutes.into()))
    }

    /// How long it waits after so many turns in a row that ended in trouble: twice as long each time, six hours
    /// at most, and as long as the other side asked for, a day at most.
    pub(crate) fn pause(self, troubles: u32, wish_s: Option<u32>) -> Option<SignedDuration> {
        let minutes = self.0?;
        let doubled = minutes.saturating_mul(1 << troubles.saturating_sub(1).min(16));
        let waits = doubled.min(LONGEST_PAUSE_MINUTES.max(minutes));
        let wish = wish_s.unwrap_or_default().min(LONGEST_WISH_S);
        let waits = SignedDuration::from_mins(waits.into());
        Some(waits.max(SignedDuration::from_secs(wish.into())))
    }
}

impl Default for Every {
    fn default() -> Self {
        Self(Some(DEFAULT_MINUTES))
    }
}

impl fmt::Display for Every {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            None => f.write_str("never"),
            Some(minutes) if minutes % 1_440 == 0 => write!(f, "{}d", minutes / 1_440),
            Some(minutes) if minutes % 60 == 0 => write!(f, "{}h", minutes / 60),
            Some(minutes) => write!(f, "{minutes}m"),
        }
    }
}

impl From<Every> for String {
    fn from(every: Every) -> Self {
        every.to_string()
    }
}

impl TryFrom<String> for Every {
    type Error = BadInterval;

    fn try_from(text: String) -> Result<Self, BadInterval> {
        text.parse()
    }
}

impl FromStr for Every {
    type Err = BadInterval;

    fn from_str(text: &str) -> Result<Self, BadInterval> {
        if text == "never" {
            return Ok(Self::NEVER);
        }
        let (count, unit) = text
            .split_at_checked(text.len().saturating_sub(1))
            .ok_or(BadInterval)?;
        let unit = match unit {
            "m" => 1,
            "h" => 60,
            "d" => 1_440,
            _ => return Err(BadInterval),
        };
        let is_plain = !count.is_empty() && count.bytes().all(|byte| byte.is_ascii_digit());
        let count: u32 = match is_plain {
            true => count.parse().map_err(|_| BadInterval)?,
            false => return Err(BadInterval),
        };
        Self::minutes(count.checked_mul(unit).ok_or(BadInterval)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_read_as_they_are_written() {
        for (text, again) in [
            ("1m", "1m"),
            ("15m", "15m"),
            ("90m", "90m"),
            ("120m", "2h"),
            ("24h", "1d"),
            ("31d", "31d"),
            ("never", "never"),
        ] {
            let read = text.parse::<Every>().map(|every| every.to_string());
            assert_eq!(read.as_deref(), Ok(again), "{text}");
        }
        for wrong in [
            "",
            "m",
            "0m",
            "15",
            "+5m",
            "1.5h",
            "-1m",
            "32d",
            "99999999999d",
            "1w",
            "15 m",
            "１５m",
            "Never",
        ] {
            assert_eq!(wrong.parse::<Every>(), Err(BadInterval), "{wrong}");
        }
    }

    #[test]
    fn trouble_makes_pauses_longer_up_to_a_bound() {
        let every = Every::default();
        let minutes = |troubles, wish| {
            let pause = every.pause(troubles, wish);
            pause.map(|pause| pause.as_secs() / 60)
        };
        let grown: Vec<_> = (1..8)
            .filter_map(|troubles| minutes(troubles, None))
            .collect();
        assert_eq!(grown, [15, 30, 60, 120, 240, 360, 360]);
        assert_eq!(minutes(u32::MAX, None), Some(360));
        assert_eq!(minutes(1, Some(3_600)), Some(60));
        assert_eq!(minutes(1, Some(u32::MAX)), Some(1_440));
        let rare = Every(Some(1_440));
        assert_eq!(rare.pause(3, None), Some(SignedDuration::from_hours(24)));
        assert_eq!(Every::NEVER.pause(1, Some(60)), None);
    }
}
