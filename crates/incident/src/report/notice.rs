//! What an operator says at one time: the first notice, an update, the final one, a correction. Each says all that is
//! known by then; nothing of an earlier one is patched.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp, civil::Date};
use kaname_directory::{Catalogue, SectorCode};
use kaname_intake::safe_file_name;
use kaname_kernel::{MatterId, Tlp};
use serde::{Deserialize, Serialize};

use crate::{
    bound::{self, MAX_BODY_CHARS, MAX_NOTE_CHARS},
    code::{CauseCode, EventTypeCode},
    digest::Digest,
    obligation::{Measure, Measures, Obligations},
    refused::Refused,
    region::Region,
    routing::Tri,
    vocabulary::{CauseGroup, Vocabulary},
};

/// Most event types, causes, services, regions of a service.
pub(super) const MAX_LISTED: usize = 100;
/// Most files of one notice.
pub const MAX_ATTACHMENTS: usize = 50;
/// Largest file, in bytes.
pub const MAX_ATTACHMENT_BYTES: u64 = 64 << 20;
/// Most criteria that are answered.
pub const MAX_MEASURES: usize = 200;

/// Which word it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// The first (第一報).
    First,
    /// More is known (続報).
    Update,
    /// All is known (最終報).
    Final,
    /// Something said before was wrong (訂正).
    Correction,
}

/// When things happened, as the operator says. What is in the future or out of order is kept, and [`Notice::oddities`]
/// tells it: a report is never lost for a clock that was wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Times {
    /// When it occurred (発生).
    pub occurred: Option<Timestamp>,
    /// When it was detected (検知).
    pub detected: Option<Timestamp>,
    /// When the operator knew that it was an incident (認知).
    pub aware: Option<Timestamp>,
    /// When service was restored (復旧).
    pub recovered: Option<Timestamp>,
}

/// A service that is concerned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Affected {
    /// What it is called.
    pub name: String,
    /// Its sector, where it is another than the operator's.
    #[serde(default)]
    pub sector: Option<SectorCode>,
    /// Where.
    #[serde(default)]
    pub regions: BTreeSet<Region>,
}

/// A file that came with a notice; its bytes are kept sealed elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attachment {
    /// Its bytes.
    pub blob: MatterId,
    /// Their hash.
    pub sha256: Digest,
    /// What it is called.
    pub name: String,
    /// How long it is, in bytes.
    pub bytes: u64,
}

/// A kind of attack that has a form of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Attack {
    /// Distributed denial of service.
    Ddos,
    /// Ransomware.
    Ransomware,
}

/// What is said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notice {
    /// Which word it is.
    pub kind: NoticeKind,
    /// One line.
    pub title: String,
    /// When things happened.
    #[serde(default)]
    pub times: Times,
    /// The operator's sector; the centre's duty desk finds it where it is not said.
    #[serde(default)]
    pub sector: Option<SectorCode>,
    /// Event types of the national form.
    #[serde(default)]
    pub event_types: BTreeSet<EventTypeCode>,
    /// Causes of the national form.
    #[serde(default)]
    pub causes: BTreeSet<CauseCode>,
    /// Kinds of attack that have a form of their own.
    #[serde(default)]
    pub attacks: BTreeSet<Attack>,
    /// Whether the service maintenance level was breached.
    #[serde(default)]
    pub maintenance_breached: Tri,
    /// Whether personal data are concerned.
    #[serde(default)]
    pub personal_data: Tri,
    /// Whether another country is concerned.
    #[serde(default)]
    pub cross_border: Tri,
    /// What laws ask about it.
    #[serde(default)]
    pub measures: Measures,
    /// Services that are concerned.
    #[serde(default)]
    pub services: Vec<Affected>,
    /// What happened.
    #[serde(default)]
    pub body: String,
    /// How the attack works, as far as peers may know.
    #[serde(default)]
    pub technique: String,
    /// Whom to call: role, telephone, mail.
    #[serde(default)]
    pub contact: String,
    /// How far it may go.
    pub tlp: Tlp,
    /// Files.
    #[serde(default)]
    pub attachments: Vec<Attachment>,
}

/// What is odd about a notice, and is told to whoever reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "odd", rename_all = "snake_case")]
pub enum Oddity {
    /// A moment lies after the report came.
    InFuture {
        /// Which.
        moment: &'static str,
    },
    /// A moment lies more than ten years before the report came.
    LongAgo {
        /// Which.
        moment: &'static str,
    },
    /// Something happened before what it follows.
    OutOfOrder {
        /// What should have come first.
        first: &'static str,
        /// What it came after.
        second: &'static str,
    },
    /// Nobody knows the sector.
    NoSector,
}

/// The dated data that a notice is read with.
#[derive(Debug, Clone, Copy)]
pub struct Words<'w> {
    /// Event types and causes.
    pub vocabulary: &'w Vocabulary,
    /// Sectors.
    pub catalogue: &'w Catalogue,
    /// Criteria.
    pub obligations: &'w Obligations,
    /// The day whose words count: that of the report.
    pub day: Date,
}

fn unknown(field: &'static str, word: impl ToString) -> Refused {
    let word = word.to_string();
    Refused::Unknown { field, word }
}

impl Notice {
    /// Bounded, its words held against the day's.
    ///
    /// # Errors
    /// When a text, list or number is over its bound, a word is unknown, or it says nothing at all.
    pub fn checked(mut self, words: &Words<'_>) -> Result<Self, Refused> {
        let day = words.day;
        self.title = bound::line("title", &self.title)?;
        self.body = bound::optional("body", &self.body, MAX_BODY_CHARS)?;
        self.technique = bound::optional("technique", &self.technique, MAX_BODY_CHARS)?;
        self.contact = bound::optional("contact", &self.contact, MAX_NOTE_CHARS)?;
        bound::count("event_types", self.event_types.len(), MAX_LISTED)?;
        bound::count("causes", self.causes.len(), MAX_LISTED)?;
        bound::count("services", self.services.len(), MAX_LISTED)?;
        bound::count("measures", self.measures.len(), MAX_MEASURES)?;
        bound::count("attachments", self.attachments.len(), MAX_ATTACHMENTS)?;
        let known = |code: &SectorCode| words.catalogue.knows_sector(code);
        if let Some(code) = self.sector.as_ref().filter(|code| !known(code)) {
            return Err(unknown("sector", code));
        }
        for code in &self.event_types {
            if words.vocabulary.event_type_on(code, day).is_none() {
                return Err(unknown("event_types", code));
            }
        }
        for code in &self.causes {
            if words.vocabulary.cause_on(code, day).is_none() {
                return Err(unknown("causes", code));
            }
        }
        for (code, measure) in &self.measures {
            let criterion = words.obligations.criterion_on(code, day);
            let criterion = criterion.ok_or_else(|| unknown("measures", code))?;
            let fits = match measure {
                Measure::Is(_) => criterion.value.unit.is_none(),
                Measure::Count { low, high } => {
                    criterion.value.unit.is_some() && high.is_none_or(|high| *low <= high)
                }
            };
            if !fits {
                return Err(Refused::OutOfBounds {
                    field: "measures",
                    allowed: "yes or no, or a lowest and a highest number",
                });
            }
        }
        for service in &mut self.services {
            service.name = bound::line("services", &service.name)?;
            bound::count("regions", service.regions.len(), MAX_LISTED)?;
            if let Some(code) = service.sector.as_ref().filter(|code| !known(code)) {
                return Err(unknown("services", code));
            }
        }
        for attachment in &mut self.attachments {
            attachment.name = safe_file_name(&attachment.name);
            if attachment.bytes > MAX_ATTACHMENT_BYTES {
                return Err(Refused::OutOfBounds {
                    field: "attachments",
                    allowed: "64 MiB each",
                });
            }
        }
        Ok(self)
    }

    /// What is odd about it, when it came at a moment.
    pub fn oddities(&self, received: Timestamp) -> Vec<Oddity> {
        let Times {
            occurred,
            detected,
            aware,
            recovered,
        } = self.times;
        let named = [
            ("occurred", occurred),
            ("detected", detected),
            ("aware", aware),
            ("recovered", recovered),
        ];
        let decade = SignedDuration::from_hours(24 * 3_653);
        let mut odd = Vec::new();
        for (moment, at) in named {
            let Some(at) = at else { continue };
            if at > received {
                odd.push(Oddity::InFuture { moment });
            } else if received.duration_since(at) > decade {
                odd.push(Oddity::LongAgo { moment });
            }
        }
        let said: Vec<(&'static str, Timestamp)> = named
            .into_iter()
            .filter_map(|(moment, at)| Some((moment, at?)))
            .collect();
        for pair in said.windows(2) {
            let [(first, one), (second, two)] = pair else {
                continue;
            };
            if one > two {
                odd.push(Oddity::OutOfOrder { first, second });
            }
        }
        if self.sector.is_none() {
            odd.push(Oddity::NoSector);
        }
        odd
    }

    /// Whether a cause that somebody meant is among its causes.
    pub fn is_deliberate(&self, vocabulary: &Vocabulary, day: Date) -> bool {
        let mut causes = self.causes.iter();
        causes.any(|code| {
            let cause = vocabulary.cause_on(code, day);
            cause.is_some_and(|cause| cause.value.group == CauseGroup::Deliberate)
        })
    }
}
