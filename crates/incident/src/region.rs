//! Prefectures of Japan.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A prefecture by its number in JIS X 0401, 1 to 47; written as in ISO 3166-2, `JP-13`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Region(u8);

/// Text that names no prefecture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a prefecture (JP-01 to JP-47 is expected)")]
pub struct BadRegion;

impl Region {
    /// The number, 1 to 47.
    pub const fn number(self) -> u8 {
        self.0
    }

    /// By number.
    ///
    /// # Errors
    /// When it is not within 1 to 47.
    pub const fn of(number: u8) -> Result<Self, BadRegion> {
        match number {
            1..=47 => Ok(Self(number)),
            _ => Err(BadRegion),
        }
    }
}

impl FromStr for Region {
    type Err = BadRegion;
    fn from_str(text: &str) -> Result<Self, BadRegion> {
        let digits = text.strip_prefix("JP-").filter(|digits| digits.len() == 2);
        let number = digits.and_then(|digits| digits.parse().ok());
        Self::of(number.ok_or(BadRegion)?)
    }
}

impl TryFrom<String> for Region {
    type Error = BadRegion;
    fn try_from(text: String) -> Result<Self, BadRegion> {
        text.parse()
    }
}

impl From<Region> for String {
    fn from(region: Region) -> Self {
        region.to_string()
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JP-{:02}", self.0)
    }
}
