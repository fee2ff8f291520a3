//! Two incidents become one, and one becomes two.

use std::collections::BTreeSet;

use jiff::Timestamp;
use kaname_kernel::MatterId;

use super::{Absorbed, Incident, IncidentChange, MAX_PARTS, Opening, opening::open};
use crate::{
    bound::{self, count},
    refused::Refused,
};

/// Merges two incidents of one operator into the first: what happens to each. Everything that clocks follow from comes
/// over, so that none is lost; what is still to be done in the other has to be finished first.
///
/// # Errors
/// When one is not open, they are one or of different operators, the other has open tasks or requests, no reason is
/// given, or there would be too many parts.
pub fn merge(
    into: &Incident,
    from: &Incident,
    why: &str,
) -> Result<(Vec<IncidentChange>, Vec<IncidentChange>), Refused> {
    into.needs_open()?;
    from.needs_open()?;
    if into.id == from.id {
        return Err(Refused::NoChange);
    }
    if into.operator != from.operator {
        return Err(Refused::OtherOperator);
    }
    for (what, open) in [
        ("tasks", from.open_tasks()),
        ("requests", from.open_requests()),
    ] {
        if open > 0 {
            return Err(Refused::Open { what, count: open });
        }
    }
    let both = [
        ("reports", into.reports.len() + from.reports.len()),
        ("parties", into.parties.len() + from.parties.len()),
        (
            "fulfilments",
            into.fulfilments.len() + from.fulfilments.len(),
        ),
        ("waivers", into.waivers.len() + from.waivers.len()),
    ];
    for (what, actual) in both {
        count(what, actual, MAX_PARTS)?;
    }
    let reason = bound::reason(why)?;
    let absorbed = IncidentChange::Absorbed(Box::new(Absorbed {
        from: from.id,
        reports: from.reports.clone(),
        parties: from.parties.clone(),
        received: from.received,
        aware: from.aware,
        classified: from.classified,
        measures: from.measures.clone(),
        fulfilments: from.fulfilments.clone(),
        waivers: from.waivers.clone(),
    }));
    let merged = IncidentChange::MergedInto {
        into: into.id,
        reason,
    };
    Ok((vec![absorbed], vec![merged]))
}

/// What a new incident that is split off begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Splitting {
    /// Its id.
    pub id: MatterId,
    /// Its number.
    pub number: String,
    /// What officers call it.
    pub title: String,
    /// The reports that go.
    pub reports: BTreeSet<MatterId>,
    /// When the first of them came.
    pub received: Timestamp,
    /// When the operator knew of it, as it says.
    pub aware: Option<Timestamp>,
}

/// Splits reports off into an incident of their own: what happens to this one, and what the other begins with. What laws
/// ask about it is answered anew.
///
/// # Errors
/// When it is not open, one of the reports is not there, none would stay, no reason is given, or the title is none.
pub fn split(
    incident: &Incident,
    splitting: Splitting,
    why: &str,
) -> Result<(Vec<IncidentChange>, Vec<IncidentChange>), Refused> {
    incident.needs_open()?;
    if !splitting.reports.is_subset(&incident.reports) {
        return Err(Refused::NotThere { what: "report" });
    }
    if splitting.reports.len() == incident.reports.len() {
        return Err(Refused::Empty { field: "reports" });
    }
    let reason = bound::reason(why)?;
    let begun = open(Opening {
        number: splitting.number,
        title: splitting.title,
        operator: incident.operator,
        sector: incident.sector.clone(),
        reports: splitting.reports.clone(),
        received: splitting.received,
        aware: splitting.aware,
        measures: crate::obligation::Measures::new(),
        gravity: incident.gravity,
        tlp: incident.tlp,
        from: Some(incident.id),
    })?;
    let off = IncidentChange::SplitOff {
        reports: splitting.reports,
        into: splitting.id,
        reason,
    };
    Ok((vec![off], begun))
}
