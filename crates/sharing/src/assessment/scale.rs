//! Words of estimation. How likely something is and how well that is founded are two questions: the first is answered
//! by seven words with a range of per cent each (ICD 203 §6.2, Analytic Standards), the second by three. What a
//! source is worth is told by the two signs of the Admiralty code (STANAG 2511): its reliability and the credibility
//! of what it says.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident, $count:literal { $($(#[$of:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name { $( $(#[$of])* #[serde(rename = $word)] $variant, )* }

        impl $name {
            /// All of them, in order.
            pub const ALL: [Self; $count] = [$(Self::$variant,)*];

            /// The word in forms, files and labels.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// What a word means, if it is one of them.
            pub fn of(word: &str) -> Option<Self> {
                Self::ALL.into_iter().find(|one| one.as_str() == word)
            }
        }
    };
}

words! {
    /// How likely it is.
    Likelihood, 7 {
        /// 1 to 5 per cent.
        AlmostNoChance = "almost-no-chance",
        /// 5 to 20 per cent.
        VeryUnlikely = "very-unlikely",
        /// 20 to 45 per cent.
        Unlikely = "unlikely",
        /// 45 to 55 per cent.
        RoughlyEven = "roughly-even",
        /// 55 to 80 per cent.
        Likely = "likely",
        /// 80 to 95 per cent.
        VeryLikely = "very-likely",
        /// 95 to 99 per cent.
        AlmostCertain = "almost-certain",
    }
}

impl Likelihood {
    /// The range that the word stands for, in per cent.
    pub const fn percent(self) -> (u8, u8) {
        match self {
            Self::AlmostNoChance => (1, 5),
            Self::VeryUnlikely => (5, 20),
            Self::Unlikely => (20, 45),
            Self::RoughlyEven => (45, 55),
            Self::Likely => (55, 80),
            Self::VeryLikely => (80, 95),
            Self::AlmostCertain => (95, 99),
        }
    }

    /// What it is called in content, Japanese and English.
    pub const fn said(self) -> (&'static str, &'static str) {
        match self {
            Self::AlmostNoChance => ("ほぼあり得ない", "almost no chance"),
            Self::VeryUnlikely => ("可能性は非常に低い", "very unlikely"),
            Self::Unlikely => ("可能性は低い", "unlikely"),
            Self::RoughlyEven => ("五分五分", "roughly even chance"),
            Self::Likely => ("可能性が高い", "likely"),
            Self::VeryLikely => ("可能性が非常に高い", "very likely"),
            Self::AlmostCertain => ("ほぼ確実", "almost certain"),
        }
    }
}

words! {
    /// How well a judgement is founded.
    Confidence, 3 {
        /// Scant, fragmentary or doubtful evidence.
        Low = "low",
        /// Credible evidence, open to other readings.
        Moderate = "moderate",
        /// Good evidence from several sources.
        High = "high",
    }
}

impl Confidence {
    /// The number of STIX 2.1, appendix A.1 (None, Low, Med, High).
    pub const fn stix(self) -> u8 {
        match self {
            Self::Low => 15,
            Self::Moderate => 50,
            Self::High => 85,
        }
    }

    /// What it is called in content, Japanese and English.
    pub const fn said(self) -> (&'static str, &'static str) {
        match self {
            Self::Low => ("確度は低い", "low confidence"),
            Self::Moderate => ("確度は中程度", "moderate confidence"),
            Self::High => ("確度は高い", "high confidence"),
        }
    }
}

/// What a source is worth: reliability A to F, credibility 1 to 6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Grade {
    reliability: u8,
    credibility: u8,
}

/// Text that is no grade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a grade is a letter A to F and a number 1 to 6, such as B2")]
pub struct BadGrade;

impl fmt::Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}{}",
            char::from(self.reliability),
            char::from(self.credibility)
        )
    }
}

impl FromStr for Grade {
    type Err = BadGrade;

    fn from_str(text: &str) -> Result<Self, BadGrade> {
        match text.trim().to_ascii_uppercase().as_bytes() {
            &[reliability @ b'A'..=b'F', credibility @ b'1'..=b'6'] => Ok(Self {
                reliability,
                credibility,
            }),
            _ => Err(BadGrade),
        }
    }
}

impl Serialize for Grade {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Grade {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
