//! The shift log: what happened, and the hand-over from one shift to the next.

use jiff::Timestamp;
use kaname_kernel::AccountId;

use super::{Incident, IncidentChange, MAX_LOG, Within, evidence::past};
use crate::{
    bound::{self, MAX_NOTE_CHARS, count},
    refused::Refused,
};

/// Writes a line; what happened earlier is written with its own moment. A closed case has a log, too.
///
/// # Errors
/// When the moment lies ahead, the line is empty or too long, or the log is full.
pub fn log(
    incident: &Incident,
    text: &str,
    at: Timestamp,
    within: Within,
    now: Timestamp,
) -> Result<Vec<IncidentChange>, Refused> {
    incident.needs_within(within)?;
    count("log", incident.log.len() + 1, MAX_LOG)?;
    past("the entry", at, now)?;
    Ok(vec![IncidentChange::Logged {
        text: bound::text("text", text, MAX_NOTE_CHARS)?,
        at,
        within,
    }])
}

/// Hands the shift over, with what the next one has to know.
///
/// # Errors
/// When it is closed, the other has the shift, nothing is said, or the log is full.
pub fn hand_over(
    incident: &Incident,
    to: AccountId,
    text: &str,
) -> Result<Vec<IncidentChange>, Refused> {
    incident.needs_open()?;
    if incident.shift == Some(to) {
        return Err(Refused::NoChange);
    }
    count("log", incident.log.len() + 1, MAX_LOG)?;
    let text = bound::text("text", text, MAX_NOTE_CHARS)?;
    Ok(vec![IncidentChange::HandedOver { to, text }])
}
