//! An incident comes to be: from a report, or split from another.

use kaname_kernel::MatterId;

use super::{Incident, IncidentChange, MAX_PARTS, Opening};
use crate::{
    bound::{self, count},
    refused::Refused,
};

/// A new incident, from at least one report.
///
/// # Errors
/// Without a report, when the title is empty, or a bound is passed.
pub fn open(mut opening: Opening) -> Result<Vec<IncidentChange>, Refused> {
    opening.number = bound::line("number", &opening.number)?;
    opening.title = bound::line("title", &opening.title)?;
    count("reports", opening.reports.len(), MAX_PARTS)?;
    if opening.reports.is_empty() {
        return Err(Refused::Empty { field: "reports" });
    }
    level_within(opening.gravity.level)?;
    Ok(vec![IncidentChange::Opened(Box::new(opening))])
}

/// One more report speaks of it.
///
/// # Errors
/// When it is closed, has the report already, or has too many.
pub fn join(incident: &Incident, report: MatterId) -> Result<Vec<IncidentChange>, Refused> {
    incident.needs_open()?;
    count("reports", incident.reports.len() + 1, MAX_PARTS)?;
    match incident.reports.contains(&report) {
        true => Err(Refused::AlreadyThere { what: "report" }),
        false => Ok(vec![IncidentChange::Joined { report }]),
    }
}

/// Refuses a level that there is not.
pub(super) fn level_within(level: Option<u8>) -> Result<(), Refused> {
    match level {
        Some(5..) => Err(Refused::OutOfBounds {
            field: "level",
            allowed: "0 to 4",
        }),
        _ => Ok(()),
    }
}
