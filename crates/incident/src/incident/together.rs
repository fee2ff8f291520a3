//! Who takes part, and who among themselves.

use std::collections::BTreeSet;

use kaname_kernel::PartyId;

use super::{Incident, IncidentChange, MAX_PARTS, View};
use crate::{
    bound::{self, count},
    refused::Refused,
};

/// A party takes part, or sees more or less from now on.
///
/// # Errors
/// When it is closed, the party is the operator, sees as much already, or there are too many.
pub fn admit(
    incident: &Incident,
    party: PartyId,
    view: View,
) -> Result<Vec<IncidentChange>, Refused> {
    incident.needs_open()?;
    if party == incident.operator || incident.parties.get(&party) == Some(&view) {
        return Err(Refused::NoChange);
    }
    count("parties", incident.parties.len() + 1, MAX_PARTS)?;
    Ok(vec![IncidentChange::Admitted { party, view }])
}

/// A party no longer takes part: from now on it does not learn that there is a case.
///
/// # Errors
/// When it takes no part, has something to do or to answer, or no reason is given.
pub fn exclude(
    incident: &Incident,
    party: PartyId,
    why: &str,
) -> Result<Vec<IncidentChange>, Refused> {
    if !incident.parties.contains_key(&party) {
        return Err(Refused::NotThere { what: "party" });
    }
    let tasks = incident
        .tasks
        .iter()
        .filter(|task| task.party == party && task.state == super::TaskState::Open);
    let requests = incident.requests.iter();
    let requests = requests.filter(|request| request.to == party && request.is_open());
    for (what, count) in [("tasks", tasks.count()), ("requests", requests.count())] {
        if count > 0 {
            return Err(Refused::Open { what, count });
        }
    }
    let reason = bound::reason(why)?;
    Ok(vec![IncidentChange::Excluded { party, reason }])
}

/// Some of those who take part are among themselves from now on.
///
/// # Errors
/// When it is closed, one of them takes no part, the name is empty, or there are too many.
pub fn compartment(
    incident: &Incident,
    name: &str,
    parties: BTreeSet<PartyId>,
) -> Result<Vec<IncidentChange>, Refused> {
    incident.needs_open()?;
    count("compartments", incident.compartments.len() + 1, MAX_PARTS)?;
    count("parties", parties.len(), MAX_PARTS)?;
    if parties.is_empty() {
        return Err(Refused::Empty { field: "parties" });
    }
    if parties.iter().any(|party| incident.view(*party).is_none()) {
        return Err(Refused::NotThere { what: "party" });
    }
    let name = bound::line("name", name)?;
    Ok(vec![IncidentChange::CompartmentMade { name, parties }])
}
