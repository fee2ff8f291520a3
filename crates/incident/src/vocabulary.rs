//! Event types and causes as the national form for incident reports (情報連絡の様式) lists them: dated data, so that a
//! report of 2019 keeps the words of 2019.

use std::collections::BTreeMap;

use jiff::civil::Date;
use kaname_directory::{Dated, Name2, Valid};
use serde::{Deserialize, Serialize};
use toml::Spanned;

use crate::{
    code::{CauseCode, EventTypeCode},
    data::{BadData, File, Placed, placed_on, split},
};

const FILE: &str = "data/event-types.toml";

/// What an event threatens, as the form groups its types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventGroup {
    /// Nothing happened yet (未発生の事象).
    NotYet,
    /// Confidentiality (機密性を脅かす事象).
    Confidentiality,
    /// Integrity (完全性を脅かす事象).
    Integrity,
    /// Availability (可用性を脅かす事象).
    Availability,
    /// What leads to one of these (上記につながる事象).
    LeadsThere,
}

/// Why something happened, as the form groups its causes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CauseGroup {
    /// Somebody meant it (意図的な原因).
    Deliberate,
    /// By accident (偶発的な原因).
    Accidental,
    /// From around (環境的な原因).
    Environmental,
    /// Another (その他の原因).
    Other,
}

/// An event type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EventType {
    /// Its code.
    pub code: EventTypeCode,
    /// As the form words it.
    pub name: Name2,
    /// What it threatens.
    pub group: EventGroup,
    /// Place on the form.
    pub position: u16,
}

/// A cause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cause {
    /// Its code.
    pub code: CauseCode,
    /// As the form words it.
    pub name: Name2,
    /// Under which heading.
    pub group: CauseGroup,
    /// Place on the form.
    pub position: u16,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    event_type: Vec<Spanned<EventTypeRow>>,
    cause: Vec<Spanned<CauseRow>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EventTypeRow {
    code: EventTypeCode,
    name: Name2,
    group: EventGroup,
    position: u16,
    #[serde(flatten)]
    valid: Valid,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CauseRow {
    code: CauseCode,
    name: Name2,
    group: CauseGroup,
    position: u16,
    #[serde(flatten)]
    valid: Valid,
}

/// The form's words, by time.
#[derive(Debug, Clone)]
pub struct Vocabulary {
    event_types: BTreeMap<EventTypeCode, Vec<Placed<EventType>>>,
    causes: BTreeMap<CauseCode, Vec<Placed<Cause>>>,
}

impl Vocabulary {
    /// The words this program was built with.
    ///
    /// # Errors
    /// Never for the file that is built in; a test reads it.
    pub fn builtin() -> Result<Self, BadData> {
        Self::parse(include_str!("../../../data/event-types.toml"))
    }

    /// Reads a file of words.
    ///
    /// # Errors
    /// What is wrong with it, with line and reason.
    pub fn parse(text: &str) -> Result<Self, BadData> {
        let file = File { name: FILE, text };
        let Form { event_type, cause } = file.read()?;
        let event_types = event_type.into_iter().map(|row| {
            let (at, row) = split(row);
            let (code, name, group, position) = (row.code, row.name, row.group, row.position);
            let value = EventType {
                code,
                name,
                group,
                position,
            };
            (at, row.valid.date(value))
        });
        let causes = cause.into_iter().map(|row| {
            let (at, row) = split(row);
            let (code, name, group, position) = (row.code, row.name, row.group, row.position);
            let value = Cause {
                code,
                name,
                group,
                position,
            };
            (at, row.valid.date(value))
        });
        Ok(Self {
            event_types: file.versions(event_types.collect(), |one| &one.code)?,
            causes: file.versions(causes.collect(), |one| &one.code)?,
        })
    }

    /// An event type as the form had it on a day.
    pub fn event_type_on(&self, code: &EventTypeCode, day: Date) -> Option<&Dated<EventType>> {
        let placed = placed_on(self.event_types.get(code)?, day)?;
        Some(&placed.dated)
    }

    /// A cause as the form had it on a day.
    pub fn cause_on(&self, code: &CauseCode, day: Date) -> Option<&Dated<Cause>> {
        let placed = placed_on(self.causes.get(code)?, day)?;
        Some(&placed.dated)
    }

    /// Whether the code names an event type on any day.
    pub fn knows_event_type(&self, code: &EventTypeCode) -> bool {
        self.event_types.contains_key(code)
    }

    /// Event types on a day, in the form's order.
    pub fn event_types_on(&self, day: Date) -> Vec<&Dated<EventType>> {
        let versions = self.event_types.values();
        let found = versions.filter_map(|versions| placed_on(versions, day));
        let mut found: Vec<&Dated<EventType>> = found.map(|placed| &placed.dated).collect();
        found.sort_by_key(|dated| dated.value.position);
        found
    }

    /// Causes on a day, in the form's order.
    pub fn causes_on(&self, day: Date) -> Vec<&Dated<Cause>> {
        let versions = self.causes.values();
        let found = versions.filter_map(|versions| placed_on(versions, day));
        let mut found: Vec<&Dated<Cause>> = found.map(|placed| &placed.dated).collect();
        found.sort_by_key(|dated| dated.value.position);
        found
    }
}
