//! What is to be done, by whom and until when.

use jiff::Timestamp;
use kaname_kernel::{AccountId, PartyId};

use super::{Incident, IncidentChange, MAX_PARTS, Task, TaskState, Within, place_of};
use crate::{
    bound::{self, MAX_NOTE_CHARS, count},
    refused::Refused,
};

/// Gives a task to a party that takes part, or to the hub.
///
/// # Errors
/// When it is closed, the party takes no part or would not see it, the deadline is past, or a bound is passed.
pub fn give_task(
    incident: &Incident,
    task: &str,
    (party, hub): (PartyId, PartyId),
    due: Option<Timestamp>,
    within: Within,
    now: Timestamp,
) -> Result<Vec<IncidentChange>, Refused> {
    incident.needs_open()?;
    incident.needs_within(within)?;
    incident.needs_inside(within, party, hub)?;
    count("tasks", incident.tasks.len() + 1, MAX_PARTS)?;
    if due.is_some_and(|due| due <= now) {
        return Err(Refused::Order {
            first: "now",
            second: "due",
        });
    }
    Ok(vec![IncidentChange::TaskGiven {
        task: bound::text("task", task, MAX_NOTE_CHARS)?,
        party,
        due,
        within,
    }])
}

/// A person of the party takes a task. Another may take it over.
///
/// # Errors
/// When there is no such open task, it is another party's, or the person has it.
pub fn take_task(
    incident: &Incident,
    number: u32,
    account: AccountId,
    party: PartyId,
) -> Result<Vec<IncidentChange>, Refused> {
    let task = open_task(incident, number)?;
    if task.party != party {
        return Err(Refused::NotTheirs {
            whose: "the party that has the task",
        });
    }
    match task.account == Some(account) {
        true => Err(Refused::NoChange),
        false => Ok(vec![IncidentChange::TaskTaken { number, account }]),
    }
}

/// A task was done, as a person of its party says.
///
/// # Errors
/// When there is no such open task, or it is another party's.
pub fn finish_task(
    incident: &Incident,
    number: u32,
    party: PartyId,
) -> Result<Vec<IncidentChange>, Refused> {
    match open_task(incident, number)?.party == party {
        true => Ok(vec![IncidentChange::TaskDone { number }]),
        false => Err(Refused::NotTheirs {
            whose: "the party that has the task",
        }),
    }
}

/// A task is not to be done any more.
///
/// # Errors
/// When there is no such open task, or no reason is given.
pub fn drop_task(
    incident: &Incident,
    number: u32,
    why: &str,
) -> Result<Vec<IncidentChange>, Refused> {
    open_task(incident, number)?;
    let reason = bound::reason(why)?;
    Ok(vec![IncidentChange::TaskDropped { number, reason }])
}

fn open_task(incident: &Incident, number: u32) -> Result<&Task, Refused> {
    let task = place_of(number).and_then(|place| incident.tasks.get(place));
    let what = "task";
    let task = task.ok_or(Refused::NoSuch { what, number })?;
    match task.state {
        TaskState::Open => Ok(task),
        TaskState::Done { .. } | TaskState::Dropped { .. } => Err(Refused::State {
            matter: "task",
            state: "finished",
            needs: "open".to_owned(),
        }),
    }
}
