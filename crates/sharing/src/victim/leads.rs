//! What in a victim record leads to its provider: the same evidence that the redaction checklist looks for
//! in items, told to the provider before it consents. Nothing is redacted: the record is its own.

use super::Harm;
use crate::{
    checklist,
    evidence::Evidence,
    row::{Row, Sign},
};

/// Where in a record something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HarmPlace {
    /// What was done.
    Text,
    /// Whom to ask.
    Contact,
    /// When it was noticed.
    Noticed,
}

impl HarmPlace {
    /// The word in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Contact => "contact",
            Self::Noticed => "noticed",
        }
    }
}

/// Something in a record that leads to its provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HarmTrace {
    /// Where.
    pub place: HarmPlace,
    /// What it is a sign of, the longest first.
    pub signs: Vec<Sign>,
    /// The text before it, at most 40 characters.
    pub before: String,
    /// What was found, at most 400 characters; empty for the time of noticing.
    pub inside: String,
    /// The text after it, at most 40 characters.
    pub after: String,
}

impl Harm {
    /// Everything in it that leads to the provider, in the order in which its readers read it.
    pub fn traces(&self, evidence: &Evidence) -> Vec<HarmTrace> {
        let mut evidence = evidence.clone();
        evidence.times.extend(self.noticed);
        let mut found = Vec::new();
        let parts = [
            (HarmPlace::Text, &self.text),
            (HarmPlace::Contact, &self.contact),
        ];
        for (place, text) in parts {
            let rows = checklist::check_text(text, &evidence);
            found.extend(rows.iter().filter_map(|row| trace(place, text, row)));
        }
        // Whole hours are coarse enough already.
        if self.noticed.is_some_and(|at| at.as_second() % 3_600 != 0) {
            found.push(HarmTrace {
                place: HarmPlace::Noticed,
                signs: vec![Sign::ExactTime],
                before: String::new(),
                inside: String::new(),
                after: String::new(),
            });
        }
        found
    }
}

fn trace(place: HarmPlace, text: &str, row: &Row) -> Option<HarmTrace> {
    let (before, inside, after) = row.around(text)?;
    Some(HarmTrace {
        place,
        signs: row.signs().collect(),
        before,
        inside,
        after,
    })
}
