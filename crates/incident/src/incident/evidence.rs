//! Evidence and whose hands it went through.

use jiff::Timestamp;
use kaname_kernel::MatterId;

use super::{Incident, IncidentChange, MAX_CUSTODY, MAX_PARTS, Within, place_of};
use crate::{
    bound::{self, MAX_NOTE_CHARS, count},
    digest::Digest,
    refused::Refused,
};

/// Evidence as it is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taking {
    /// What it is.
    pub what: String,
    /// Hash of its bytes.
    pub sha256: Digest,
    /// Its bytes, when the hub keeps them.
    pub blob: Option<MatterId>,
    /// From whom: a person or place.
    pub from: String,
    /// Who has it.
    pub to: String,
    /// What for.
    pub why: String,
    /// When.
    pub at: Timestamp,
    /// For whom it stands there.
    pub within: Within,
}

/// Evidence is taken, or was, before it is written down. What is in the future was not taken.
///
/// # Errors
/// When it is closed, the moment lies ahead, the same bytes are there already, or a bound is passed.
pub fn take_evidence(
    incident: &Incident,
    taking: Taking,
    now: Timestamp,
) -> Result<Vec<IncidentChange>, Refused> {
    incident.needs_open()?;
    incident.needs_within(taking.within)?;
    count("evidence", incident.evidence.len() + 1, MAX_PARTS)?;
    past("evidence", taking.at, now)?;
    let mut all = incident.evidence.iter();
    if all.any(|evidence| evidence.sha256 == taking.sha256) {
        return Err(Refused::AlreadyThere { what: "evidence" });
    }
    Ok(vec![IncidentChange::EvidenceTaken {
        evidence: bound::text("evidence", &taking.what, MAX_NOTE_CHARS)?,
        sha256: taking.sha256,
        blob: taking.blob,
        from: bound::line("from", &taking.from)?,
        to: bound::line("to", &taking.to)?,
        why: bound::reason(&taking.why)?,
        at: taking.at,
        within: taking.within,
    }])
}

/// Evidence changes hands. `sha256` is the hash of what is handed over, computed again: another one breaks the chain.
///
/// # Errors
/// When there is no such evidence, the hash is another, it was handed on later already, or the moment lies ahead.
pub fn pass_evidence(
    incident: &Incident,
    number: u32,
    sha256: &Digest,
    (to, why): (&str, &str),
    at: Timestamp,
    now: Timestamp,
) -> Result<Vec<IncidentChange>, Refused> {
    let found = place_of(number).and_then(|place| incident.evidence.get(place));
    let what = "evidence";
    let evidence = found.ok_or(Refused::NoSuch { what, number })?;
    if evidence.sha256 != *sha256 {
        return Err(Refused::OtherWhole { what });
    }
    count("custody", evidence.custody.len() + 1, MAX_CUSTODY)?;
    past("evidence", at, now)?;
    if evidence.custody.last().is_some_and(|last| at < last.at) {
        return Err(Refused::Order {
            first: "the last transfer",
            second: "this one",
        });
    }
    Ok(vec![IncidentChange::EvidencePassed {
        number,
        to: bound::line("to", to)?,
        why: bound::reason(why)?,
        at,
    }])
}

/// Refuses what has not happened yet.
pub(super) fn past(first: &'static str, at: Timestamp, now: Timestamp) -> Result<(), Refused> {
    let second = "now";
    match at > now {
        true => Err(Refused::Order { first, second }),
        false => Ok(()),
    }
}
