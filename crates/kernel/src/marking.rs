//! Traffic Light Protocol 2.0 (FIRST) and Permissible Actions Protocol.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// TLP 2.0: who may be told. Ordered from widest to narrowest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Tlp {
    /// Anyone.
    #[serde(rename = "CLEAR")]
    Clear,
    /// The community: any party whose membership is in force.
    #[serde(rename = "GREEN")]
    Green,
    /// Named parties and, through an ISAC, its own members.
    #[serde(rename = "AMBER")]
    Amber,
    /// Named parties only.
    #[serde(rename = "AMBER+STRICT")]
    AmberStrict,
    /// Named persons only.
    #[serde(rename = "RED")]
    Red,
}

/// PAP: what may be done with it. Ordered from freest to strictest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Pap {
    /// No limit.
    #[serde(rename = "CLEAR")]
    Clear,
    /// Active use within the own network, such as blocking.
    #[serde(rename = "GREEN")]
    Green,
    /// Passive cross-checks only; nothing the attacker could notice.
    #[serde(rename = "AMBER")]
    Amber,
    /// Only on systems that are not connected to the outside.
    #[serde(rename = "RED")]
    Red,
}

/// Not a marking of that protocol.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not a {protocol} marking; one of {expected} is expected")]
pub struct BadMarking {
    protocol: &'static str,
    expected: &'static str,
}

impl Tlp {
    /// All five, widest first.
    pub const ALL: [Self; 5] = [
        Self::Clear,
        Self::Green,
        Self::Amber,
        Self::AmberStrict,
        Self::Red,
    ];

    /// As FIRST writes it, without the `TLP:` prefix.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Clear => "CLEAR",
            Self::Green => "GREEN",
            Self::Amber => "AMBER",
            Self::AmberStrict => "AMBER+STRICT",
            Self::Red => "RED",
        }
    }
}

impl Pap {
    /// All four, freest first.
    pub const ALL: [Self; 4] = [Self::Clear, Self::Green, Self::Amber, Self::Red];

    /// Upper-case label without the `PAP:` prefix.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Clear => "CLEAR",
            Self::Green => "GREEN",
            Self::Amber => "AMBER",
            Self::Red => "RED",
        }
    }

    /// Whether active use, such as putting values into a block list, is permitted.
    pub const fn permits_blocking(self) -> bool {
        matches!(self, Self::Clear | Self::Green)
    }
}

fn bare(text: &str, prefix: &str) -> String {
    let upper = text.trim().to_ascii_uppercase();
    upper.strip_prefix(prefix).unwrap_or(&upper).to_owned()
}

impl FromStr for Tlp {
    type Err = BadMarking;
    /// Reads TLP 2.0 and, mapped, TLP 1 (`WHITE`).
    fn from_str(text: &str) -> Result<Self, BadMarking> {
        match bare(text, "TLP:").as_str() {
            "CLEAR" | "WHITE" => Ok(Self::Clear),
            "GREEN" => Ok(Self::Green),
            "AMBER" => Ok(Self::Amber),
            "AMBER+STRICT" => Ok(Self::AmberStrict),
            "RED" => Ok(Self::Red),
            _ => Err(BadMarking {
                protocol: "TLP",
                expected: "CLEAR, GREEN, AMBER, AMBER+STRICT, RED",
            }),
        }
    }
}

impl FromStr for Pap {
    type Err = BadMarking;
    fn from_str(text: &str) -> Result<Self, BadMarking> {
        match bare(text, "PAP:").as_str() {
            "CLEAR" | "WHITE" => Ok(Self::Clear),
            "GREEN" => Ok(Self::Green),
            "AMBER" => Ok(Self::Amber),
            "RED" => Ok(Self::Red),
            _ => Err(BadMarking {
                protocol: "PAP",
                expected: "CLEAR, GREEN, AMBER, RED",
            }),
        }
    }
}

impl fmt::Display for Tlp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TLP:{}", self.label())
    }
}

impl fmt::Display for Pap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PAP:{}", self.label())
    }
}
