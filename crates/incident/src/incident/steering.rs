//! Where an incident stands, who leads it, and how grave it is.

use kaname_directory::{Catalogue, SectorCode};
use kaname_kernel::AccountId;

use super::{Gravity, Incident, IncidentChange, IncidentState, opening::level_within};
use crate::{bound, refused::Refused};

/// Takes it to another state, along the graph ([`IncidentState::next`]). `open_clocks` is how many of its clocks
/// still run ([`crate::obligation::Law::clocks`]): it is not closed over them.
///
/// # Errors
/// When the state may not follow, no reason is given, or something is open that has to be finished before it is closed.
pub fn step(
    incident: &Incident,
    to: IncidentState,
    why: &str,
    open_clocks: usize,
) -> Result<Vec<IncidentChange>, Refused> {
    if incident.state == to {
        return Err(Refused::NoChange);
    }
    if !incident.state.next().contains(&to) || to == IncidentState::Merged {
        let all = IncidentState::ALL.into_iter();
        return Err(incident.wrong_state(all.filter(|from| from.next().contains(&to))));
    }
    let reason = bound::reason(why)?;
    if to == IncidentState::Closed {
        let open = [
            ("tasks", incident.open_tasks()),
            ("requests", incident.open_requests()),
            ("clocks", open_clocks),
        ];
        if let Some((what, count)) = open.into_iter().find(|(_, count)| *count > 0) {
            return Err(Refused::Open { what, count });
        }
    }
    Ok(vec![IncidentChange::Moved { to, reason }])
}

/// An officer leads it.
///
/// # Errors
/// When it is closed, or that officer leads it.
pub fn lead(incident: &Incident, officer: AccountId) -> Result<Vec<IncidentChange>, Refused> {
    incident.needs_open()?;
    match incident.lead == Some(officer) {
        true => Err(Refused::NoChange),
        false => Ok(vec![IncidentChange::Led { officer }]),
    }
}

/// How grave it is, as far as known now. Routing and escalation follow it.
///
/// # Errors
/// When it is closed, the level is none, no reason is given, or nothing changes.
pub fn weigh(
    incident: &Incident,
    gravity: Gravity,
    why: &str,
) -> Result<Vec<IncidentChange>, Refused> {
    incident.needs_open()?;
    level_within(gravity.level)?;
    if incident.gravity == gravity {
        return Err(Refused::NoChange);
    }
    let reason = bound::reason(why)?;
    Ok(vec![IncidentChange::Weighed { gravity, reason }])
}

/// Calls it otherwise.
///
/// # Errors
/// When it is closed, is called so, or the title is empty or too long.
pub fn rename(incident: &Incident, title: &str) -> Result<Vec<IncidentChange>, Refused> {
    incident.needs_open()?;
    let title = bound::line("title", title)?;
    match incident.title == title {
        true => Err(Refused::NoChange),
        false => Ok(vec![IncidentChange::Titled { title }]),
    }
}

/// Finds its sector, or another one: its clocks and its ministry follow.
///
/// # Errors
/// When it is closed, the sector is unknown, or it is that one.
pub fn place(
    incident: &Incident,
    sector: SectorCode,
    catalogue: &Catalogue,
) -> Result<Vec<IncidentChange>, Refused> {
    incident.needs_open()?;
    if !catalogue.knows_sector(&sector) {
        return Err(Refused::Unknown {
            field: "sector",
            word: sector.to_string(),
        });
    }
    match incident.sector.as_ref() == Some(&sector) {
        true => Err(Refused::NoChange),
        false => Ok(vec![IncidentChange::Placed { sector }]),
    }
}
