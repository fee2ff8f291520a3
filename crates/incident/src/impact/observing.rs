//! Observations: made, replaced, retracted. None is edited in place, so that what was known at any moment can be told.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{
    ImpactCase, ImpactChange, Kept, MAX_OBSERVATIONS, MAX_OBSERVED, Observation, observation::word,
    place_of,
};
use crate::{
    bound::{self, count},
    refused::Refused,
};

/// Most indicators that are named at once.
const MAX_INDICATORS: usize = 100;

fn fitting(
    case: &ImpactCase,
    observation: Observation,
    now: Timestamp,
) -> Result<Box<Observation>, Refused> {
    count("observations", case.observations.len() + 1, MAX_OBSERVED)?;
    let observation = observation.checked()?;
    if observation.as_of > now {
        return Err(Refused::Order {
            first: "as_of",
            second: "now",
        });
    }
    let incident = observation.incident;
    if incident.is_some_and(|incident| !case.incidents.contains(&incident)) {
        return Err(Refused::OtherWhole { what: "incident" });
    }
    Ok(Box::new(observation))
}

/// Something was observed.
///
/// # Errors
/// When a bound is passed, it is of another incident, or as of a moment that lies ahead.
pub fn observe(
    case: &ImpactCase,
    observation: Observation,
    now: Timestamp,
) -> Result<Vec<ImpactChange>, Refused> {
    count("observations", case.known().count() + 1, MAX_OBSERVATIONS)?;
    let observation = fitting(case, observation, now)?;
    Ok(vec![ImpactChange::Observed(observation)])
}

/// An observation takes the place of an earlier one, of the same indicator.
///
/// # Errors
/// When the earlier one does not hold any more or is of another indicator, nothing changes, or as for a new one.
pub fn supersede(
    case: &ImpactCase,
    number: u32,
    by: Observation,
    now: Timestamp,
) -> Result<Vec<ImpactChange>, Refused> {
    let before = holding(case, number)?;
    let by = fitting(case, by, now)?;
    if before.observation.indicator != by.indicator {
        return Err(Refused::OtherWhole { what: "indicator" });
    }
    match before.observation == *by {
        true => Err(Refused::NoChange),
        false => Ok(vec![ImpactChange::Superseded { number, by }]),
    }
}

/// An observation does not hold.
///
/// # Errors
/// When there is none, it does not hold any more, or no reason is given.
pub fn retract(case: &ImpactCase, number: u32, why: &str) -> Result<Vec<ImpactChange>, Refused> {
    holding(case, number)?;
    let reason = bound::reason(why)?;
    Ok(vec![ImpactChange::Retracted { number, reason }])
}

/// Indicators were looked at and nothing was found: all of them, as it is known now.
///
/// # Errors
/// When something was observed of one of them, nothing changes, or there are too many.
pub fn zero(case: &ImpactCase, indicators: BTreeSet<String>) -> Result<Vec<ImpactChange>, Refused> {
    count("zero", indicators.len(), MAX_INDICATORS)?;
    for indicator in &indicators {
        word("zero", indicator)?;
        if case.known().any(|one| one.indicator == *indicator) {
            return Err(Refused::AlreadyThere {
                what: "observation",
            });
        }
    }
    match case.zero == indicators {
        true => Err(Refused::NoChange),
        false => Ok(vec![ImpactChange::Zeroed { indicators }]),
    }
}

fn holding(case: &ImpactCase, number: u32) -> Result<&Kept, Refused> {
    let found = place_of(number).and_then(|place| case.observations.get(place));
    let what = "observation";
    let kept = found.ok_or(Refused::NoSuch { what, number })?;
    match kept.until {
        None => Ok(kept),
        Some(_) => Err(Refused::State {
            matter: "observation",
            state: "superseded",
            needs: "holding".to_owned(),
        }),
    }
}
