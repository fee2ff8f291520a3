//! Which incidents one attack made, and what the case is counted under.

use kaname_kernel::MatterId;

use super::{CaseScope, Gathering, ImpactCase, ImpactChange, MAX_INCIDENTS, observation::word};
use crate::{
    bound::{self, count},
    refused::Refused,
};

/// Takes incidents together: the first event of a new case.
///
/// # Errors
/// Without an incident, or when a bound is passed.
pub fn gather(mut gathering: Gathering) -> Result<Vec<ImpactChange>, Refused> {
    gathering.number = bound::line("number", &gathering.number)?;
    count("incidents", gathering.incidents.len(), MAX_INCIDENTS)?;
    if gathering.incidents.is_empty() {
        return Err(Refused::Empty { field: "incidents" });
    }
    gathering.scope.cause = word("cause", &gathering.scope.cause)?;
    Ok(vec![ImpactChange::Gathered(Box::new(gathering))])
}

/// One more incident belongs to it.
///
/// # Errors
/// When it is there already, or there are too many.
pub fn add_incident(case: &ImpactCase, incident: MatterId) -> Result<Vec<ImpactChange>, Refused> {
    count("incidents", case.incidents.len() + 1, MAX_INCIDENTS)?;
    match case.incidents.contains(&incident) {
        true => Err(Refused::AlreadyThere { what: "incident" }),
        false => Ok(vec![ImpactChange::IncidentAdded { incident }]),
    }
}

/// An incident does not belong to it. What was observed of it is retracted with it.
///
/// # Errors
/// When it is not there, none would stay, or no reason is given.
pub fn take_out_incident(
    case: &ImpactCase,
    incident: MatterId,
    why: &str,
) -> Result<Vec<ImpactChange>, Refused> {
    if !case.incidents.contains(&incident) {
        return Err(Refused::NotThere { what: "incident" });
    }
    if case.incidents.len() == 1 {
        return Err(Refused::Empty { field: "incidents" });
    }
    let reason = bound::reason(why)?;
    let of_it = (1..)
        .zip(&case.observations)
        .filter(|(_, kept)| kept.until.is_none() && kept.observation.incident == Some(incident));
    let mut changes: Vec<ImpactChange> = of_it
        .map(|(number, _)| ImpactChange::Retracted {
            number,
            reason: reason.clone(),
        })
        .collect();
    changes.push(ImpactChange::IncidentTakenOut { incident, reason });
    Ok(changes)
}

/// It is counted under another cause, sector or day.
///
/// # Errors
/// When nothing changes, or no reason is given.
pub fn rescope(
    case: &ImpactCase,
    mut scope: CaseScope,
    why: &str,
) -> Result<Vec<ImpactChange>, Refused> {
    scope.cause = word("cause", &scope.cause)?;
    if case.scope == scope {
        return Err(Refused::NoChange);
    }
    let reason = bound::reason(why)?;
    Ok(vec![ImpactChange::Rescoped { scope, reason }])
}
