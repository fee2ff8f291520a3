//! Decisions: what could be done, what is done, on which legal ground, and who decided.

use kaname_kernel::Actor;

use super::{Choice, Incident, IncidentChange, MAX_PARTS, Within};
use crate::{
    bound::{self, MAX_NOTE_CHARS, count},
    refused::Refused,
};

/// Most options of one decision.
const MAX_OPTIONS: usize = 20;

/// A decision as a person writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deciding {
    /// What was to be decided.
    pub question: String,
    /// The law or agreement it rests on, with its article.
    pub basis: String,
    /// What could be done; doing nothing is an option, too.
    pub options: Vec<Choice>,
    /// Which of them is done, from 1.
    pub chosen: u32,
    /// Why.
    pub reason: String,
    /// For whom it stands there.
    pub within: Within,
}

/// A person decides.
///
/// # Errors
/// When it is closed, no person decides, the basis or reason is missing, none of the options is chosen, or a bound is
/// passed.
pub fn decide(
    incident: &Incident,
    deciding: Deciding,
    actor: &Actor,
) -> Result<Vec<IncidentChange>, Refused> {
    incident.needs_open()?;
    incident.needs_within(deciding.within)?;
    count("decisions", incident.decisions.len() + 1, MAX_PARTS)?;
    count("options", deciding.options.len(), MAX_OPTIONS)?;
    if actor.account().is_none() {
        return Err(Refused::NotAPerson);
    }
    if deciding.options.is_empty() {
        return Err(Refused::Empty { field: "options" });
    }
    let number = deciding.chosen;
    let there = super::place_of(number).is_some_and(|place| place < deciding.options.len());
    if !there {
        let what = "option";
        return Err(Refused::NoSuch { what, number });
    }
    let mut options = deciding.options;
    for option in &mut options {
        option.what = bound::text("options", &option.what, MAX_NOTE_CHARS)?;
    }
    Ok(vec![IncidentChange::Decided {
        question: bound::text("question", &deciding.question, MAX_NOTE_CHARS)?,
        basis: bound::text("basis", &deciding.basis, MAX_NOTE_CHARS)?,
        options,
        chosen: deciding.chosen,
        reason: bound::reason(&deciding.reason)?,
        within: deciding.within,
    }])
}
