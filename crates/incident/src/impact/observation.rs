//! What was observed of an attack's effect, each with its interval, its moment and its source.

use jiff::Timestamp;
use kaname_directory::SectorCode;
use kaname_kernel::{MatterId, PartyId};
use serde::{Deserialize, Serialize};

use crate::{
    bound::{self, MAX_LINE_CHARS, MAX_NOTE_CHARS},
    refused::Refused,
    routing::Tri,
};

/// Largest number (10^15), as the case form has it.
pub(super) const LARGEST: u64 = 1_000_000_000_000_000;
/// Longest disturbance, in minutes, as the case form has it.
pub(super) const MAX_MINUTES: u64 = 100_000_000;

/// What others could use instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Substitute {
    /// All of it.
    Full,
    /// Some of it.
    Partial,
    /// Nothing.
    None,
}

impl Substitute {
    /// The word of the case form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Partial => "partial",
            Self::None => "none",
        }
    }
}

/// When a service was disturbed, as far as known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Spell {
    /// From when on.
    pub start: Option<Timestamp>,
    /// Until when.
    pub end: Option<Timestamp>,
    /// For how many minutes at least and at most, where the end is not known as a moment.
    pub minutes: Option<(u64, u64)>,
}

/// One observation. Which fields belong to an indicator is the policy's business: the case form refuses the others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Observation {
    /// An indicator of the policy, such as `people`.
    pub indicator: String,
    /// Its unit in the policy.
    pub unit: String,
    /// At least.
    pub low: u64,
    /// At most; `None` = nobody knows how much more.
    pub high: Option<u64>,
    /// Whose service.
    #[serde(default)]
    pub operator: Option<PartyId>,
    /// The incident it belongs to.
    #[serde(default)]
    pub incident: Option<MatterId>,
    /// Its sector, where it is another than the case's.
    #[serde(default)]
    pub sector: Option<SectorCode>,
    /// Which service.
    #[serde(default)]
    pub service: String,
    /// Where.
    #[serde(default)]
    pub region: String,
    /// At which site, for harm to safety.
    #[serde(default)]
    pub site: String,
    /// When.
    #[serde(default)]
    pub spell: Spell,
    /// The best and the worst that others could use instead; `None` = not known.
    #[serde(default)]
    pub substitution: Option<(Substitute, Substitute)>,
    /// Whether the service maintenance level was breached.
    #[serde(default)]
    pub maintenance_breached: Tri,
    /// As of when.
    pub as_of: Timestamp,
    /// Who says so.
    pub source: String,
    /// How sure, in percent.
    #[serde(default)]
    pub confidence: Option<u8>,
    /// Why, where it is judged and not counted.
    #[serde(default)]
    pub rationale: String,
}

fn out_of(field: &'static str, allowed: &'static str) -> Refused {
    Refused::OutOfBounds { field, allowed }
}

impl Observation {
    /// Bounded; that it fits the policy is asked when it is rated.
    ///
    /// # Errors
    /// When a text or number is over its bound, the interval is upside down, or something ends before it begins.
    pub fn checked(mut self) -> Result<Self, Refused> {
        self.indicator = word("indicator", &self.indicator)?;
        self.unit = bound::line("unit", &self.unit)?;
        self.source = bound::line("source", &self.source)?;
        for (field, text) in [
            ("service", &mut self.service),
            ("region", &mut self.region),
            ("site", &mut self.site),
        ] {
            *text = bound::optional(field, text, MAX_LINE_CHARS)?;
        }
        self.rationale = bound::optional("rationale", &self.rationale, MAX_NOTE_CHARS)?;
        let high = self.high.unwrap_or(self.low);
        if self.low > high || high > LARGEST {
            return Err(out_of("low, high", "0 to 10^15, the lower first"));
        }
        if self.confidence.is_some_and(|percent| percent > 100) {
            return Err(out_of("confidence", "0 to 100 per cent"));
        }
        if let Some((least, most)) = self.spell.minutes
            && (least > most || most > MAX_MINUTES)
        {
            return Err(out_of("minutes", "0 to 10^8, the lower first"));
        }
        if self.spell.end.is_some() && (self.spell.start.is_none() || self.spell.minutes.is_some())
        {
            return Err(out_of("end", "a start, and no minutes beside it"));
        }
        if let (Some(start), Some(end)) = (self.spell.start, self.spell.end)
            && end < start
        {
            return Err(Refused::Order {
                first: "start",
                second: "end",
            });
        }
        if let Some((best, worst)) = self.substitution
            && best > worst
        {
            return Err(out_of("substitution", "the better first"));
        }
        Ok(self)
    }
}

/// A word of the policy: letters a-z, digits and underscores.
pub(super) fn word(field: &'static str, text: &str) -> Result<String, Refused> {
    let text = bound::line(field, text)?;
    let plain = |sign: char| sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == '_';
    match text.chars().all(plain) {
        true => Ok(text),
        false => Err(out_of(field, "a-z, 0-9 and _")),
    }
}
