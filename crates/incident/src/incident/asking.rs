//! Requests for information, each with a deadline and an answer.

use jiff::Timestamp;
use kaname_kernel::PartyId;

use super::{Incident, IncidentChange, MAX_PARTS, Request, Within, place_of};
use crate::{
    bound::{self, MAX_NOTE_CHARS, count},
    refused::Refused,
};

/// Asks a party that takes part.
///
/// # Errors
/// When it is closed, the party takes no part or would not see it, the deadline is past, or a bound is passed.
pub fn ask(
    incident: &Incident,
    to: PartyId,
    ask: &str,
    due: Timestamp,
    within: Within,
    now: Timestamp,
) -> Result<Vec<IncidentChange>, Refused> {
    incident.needs_open()?;
    incident.needs_within(within)?;
    if !incident.shows(within, to) {
        return Err(Refused::NotThere { what: "party" });
    }
    count("requests", incident.requests.len() + 1, MAX_PARTS)?;
    if due <= now {
        return Err(Refused::Order {
            first: "now",
            second: "due",
        });
    }
    Ok(vec![IncidentChange::Asked {
        to,
        ask: bound::text("ask", ask, MAX_NOTE_CHARS)?,
        due,
        within,
    }])
}

/// The party answers; late is better than never.
///
/// # Errors
/// When there is no such open request, another was asked, or the answer is empty or too long.
pub fn answer(
    incident: &Incident,
    number: u32,
    party: PartyId,
    text: &str,
) -> Result<Vec<IncidentChange>, Refused> {
    let request = open_request(incident, number)?;
    if request.to != party {
        return Err(Refused::NotTheirs {
            whose: "the party that was asked",
        });
    }
    Ok(vec![IncidentChange::Answered {
        number,
        text: bound::text("answer", text, MAX_NOTE_CHARS)?,
    }])
}

/// It is no longer asked.
///
/// # Errors
/// When there is no such open request, or no reason is given.
pub fn take_back(
    incident: &Incident,
    number: u32,
    why: &str,
) -> Result<Vec<IncidentChange>, Refused> {
    open_request(incident, number)?;
    let reason = bound::reason(why)?;
    Ok(vec![IncidentChange::AskTakenBack { number, reason }])
}

fn open_request(incident: &Incident, number: u32) -> Result<&Request, Refused> {
    let request = place_of(number).and_then(|place| incident.requests.get(place));
    let what = "request";
    let request = request.ok_or(Refused::NoSuch { what, number })?;
    match request.is_open() {
        true => Ok(request),
        false => Err(Refused::State {
            matter: "request",
            state: "finished",
            needs: "open".to_owned(),
        }),
    }
}
