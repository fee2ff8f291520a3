//! What an incident keeps for its clocks: what laws ask, what was handed in, what was waived, what was told.

use jiff::Timestamp;
use kaname_directory::day_of;
use kaname_kernel::Actor;

use super::{Incident, IncidentChange, MAX_PARTS, place_of};
use crate::{
    bound::{self, count},
    obligation::{Clock, ClockKey, Fulfilment, Measure, Measures, Obligations, Proof, Waiver},
    refused::Refused,
    report::MAX_MEASURES,
};

fn known(clock: &ClockKey, obligations: &Obligations) -> Result<(), Refused> {
    match obligations.knows(clock) {
        true => Ok(()),
        false => Err(Refused::Unknown {
            field: "clock",
            word: format!("{}/{}", clock.obligation, clock.stage),
        }),
    }
}

/// What laws ask is answered, all of it as it is known now.
///
/// # Errors
/// When it is closed, a criterion is unknown or of the other kind, nothing changes, or there are too many.
pub fn measure(
    incident: &Incident,
    measures: Measures,
    obligations: &Obligations,
) -> Result<Vec<IncidentChange>, Refused> {
    incident.needs_open()?;
    count("measures", measures.len(), MAX_MEASURES)?;
    let day = day_of(incident.received);
    for (code, measure) in &measures {
        let criterion = obligations.criterion_on(code, day);
        let unit = criterion.map(|dated| dated.value.unit.is_some());
        let fits = match measure {
            Measure::Is(_) => unit == Some(false),
            Measure::Count { low, high } => {
                unit == Some(true) && high.is_none_or(|high| *low <= high)
            }
        };
        if !fits {
            return Err(Refused::Unknown {
                field: "measures",
                word: code.to_string(),
            });
        }
    }
    match incident.measures == measures {
        true => Err(Refused::NoChange),
        false => Ok(vec![IncidentChange::Measured { measures }]),
    }
}

/// It is classified as one that has to be reported; once, at a moment that is past.
///
/// # Errors
/// A second time, when it is closed, or when the moment lies ahead.
pub fn classify(
    incident: &Incident,
    at: Timestamp,
    now: Timestamp,
) -> Result<Vec<IncidentChange>, Refused> {
    incident.needs_open()?;
    if incident.classified.is_some() {
        return Err(Refused::AlreadyThere {
            what: "classification",
        });
    }
    super::evidence::past("classification", at, now)?;
    Ok(vec![IncidentChange::Classified { at }])
}

/// A stage was handed in, with the proof of it. An intermediate report may be handed in again.
///
/// # Errors
/// When there is no such stage, the moment lies ahead, the same is there already, or there are too many.
pub fn fulfil(
    incident: &Incident,
    mut fulfilment: Fulfilment,
    obligations: &Obligations,
    now: Timestamp,
) -> Result<Vec<IncidentChange>, Refused> {
    known(&fulfilment.clock, obligations)?;
    super::evidence::past("the submission", fulfilment.at, now)?;
    count("fulfilments", incident.fulfilments.len() + 1, MAX_PARTS)?;
    if let Proof::Document { name, .. } = &mut fulfilment.proof {
        *name = bound::line("proof", name)?;
    }
    if incident.fulfilments.contains(&fulfilment) {
        return Err(Refused::AlreadyThere { what: "proof" });
    }
    Ok(vec![IncidentChange::Fulfilled(Box::new(fulfilment))])
}

/// A person writes down that a stage need not be handed in, for some time or any more. It holds from now on at the
/// earliest: a clock that has run out is not turned back.
///
/// # Errors
/// When no person does it, there is no such stage, it would begin in the past or end before it begins, one holds
/// already, or no reason is given.
pub fn waive(
    incident: &Incident,
    clock: ClockKey,
    (from, until): (Timestamp, Option<Timestamp>),
    why: &str,
    obligations: &Obligations,
    (actor, now): (&Actor, Timestamp),
) -> Result<Vec<IncidentChange>, Refused> {
    let by = actor.account().ok_or(Refused::NotAPerson)?;
    known(&clock, obligations)?;
    count("waivers", incident.waivers.len() + 1, MAX_PARTS)?;
    if from < now {
        return Err(Refused::Order {
            first: "now",
            second: "from",
        });
    }
    if until.is_some_and(|until| until <= from) {
        return Err(Refused::Order {
            first: "from",
            second: "until",
        });
    }
    let mut there = incident
        .waivers
        .iter()
        .filter(|waiver| waiver.clock == clock);
    let meets = |waiver: &Waiver| {
        waiver.until.is_none_or(|ends| from < ends) && until.is_none_or(|ends| waiver.from < ends)
    };
    if there.any(meets) {
        return Err(Refused::AlreadyThere { what: "waiver" });
    }
    Ok(vec![IncidentChange::Waived(Box::new(Waiver {
        clock,
        from,
        until,
        reason: bound::reason(why)?,
        by: Some(by),
    }))])
}

/// A waiver ends now: the clock runs on with the time it had left.
///
/// # Errors
/// When there is no such waiver, or it does not hold now.
pub fn end_waiver(
    incident: &Incident,
    number: u32,
    now: Timestamp,
) -> Result<Vec<IncidentChange>, Refused> {
    let found = place_of(number).and_then(|place| incident.waivers.get(place));
    let what = "waiver";
    let waiver = found.ok_or(Refused::NoSuch { what, number })?;
    match waiver.holds_at(now) && waiver.from < now {
        true => Ok(vec![IncidentChange::WaiverEnded { number, at: now }]),
        false => Err(Refused::NotThere { what }),
    }
}

/// What owners of clocks have to be told of now: each clock once, however many moments were missed.
pub fn remind(incident: &Incident, clocks: &[Clock], now: Timestamp) -> Vec<IncidentChange> {
    let due = clocks.iter().filter_map(|clock| {
        let told = incident.told.get(&clock.key).copied();
        let moment = clock.reminder(told, now)?;
        Some(IncidentChange::Reminded {
            clock: clock.key.clone(),
            moment,
        })
    });
    due.collect()
}
