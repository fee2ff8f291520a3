//! Commands on a report: handing in, assigning, opening, grouping, asking, closing.

use jiff::Timestamp;
use kaname_intake::submission::{MAX_ATTACHMENTS, MAX_VALUE_BYTES, MAX_VALUES, MAX_VALUES_BYTES};
use kaname_kernel::{AccountId, HandleId};
use kaname_stix::{Coarse, coarsen};

use crate::{
    number,
    refused::{Refused, bounded, reason},
    report::{Closing, Report, ReportChange, ReportState, Submission},
    sealed::{MAX_SEALED_CHARS, Sealed},
};

/// Most groups or classes wished for.
pub const MAX_WISHES: usize = 200;
/// Longest note or line, and all of a report's together, in sealed characters.
const MAX_LINE_CHARS: usize = MAX_SEALED_CHARS / 16;
const MAX_LINES_CHARS: usize = 2 * MAX_SEALED_CHARS;
/// Most openings, notes and lines of one report.
const MAX_LINES: usize = 1_000;

/// A provider hands in a report: the first event of a new matter. The moment it was seen is made
/// coarse, values are sorted and each is kept once.
///
/// # Errors
/// When a bound is passed, or there is neither text nor a value.
pub fn submit(mut submission: Submission) -> Result<Vec<ReportChange>, Refused> {
    bounded("content", submission.content.chars(), MAX_SEALED_CHARS)?;
    bounded("values", submission.values.len(), MAX_VALUES)?;
    let mut bytes = 0;
    for value in &submission.values {
        bounded("value", value.value.len(), MAX_VALUE_BYTES)?;
        bytes += value.value.len();
    }
    bounded("value_bytes", bytes, MAX_VALUES_BYTES)?;
    let attachments = submission.attachments as usize;
    bounded("attachments", attachments, MAX_ATTACHMENTS)?;
    bounded("groups", submission.wishes.groups.len(), MAX_WISHES)?;
    bounded("classes", submission.wishes.classes.len(), MAX_WISHES)?;
    if submission.content.is_empty() && submission.values.is_empty() {
        return Err(Refused::Empty { field: "content" });
    }
    submission.seen = submission.seen.map(|at| coarsen(at, Coarse::Hour));
    submission.values.sort();
    submission.values.dedup();
    Ok(vec![ReportChange::Submitted(Box::new(submission))])
}

fn needs_open(report: &Report) -> Result<(), Refused> {
    if report.state == ReportState::Closed {
        return Err(wrong_state(report, "submitted, in_triage, derived"));
    }
    Ok(())
}

fn wrong_state(report: &Report, needs: &'static str) -> Refused {
    Refused::State {
        matter: "report",
        state: report.state.as_str(),
        needs,
    }
}

fn room(report: &Report) -> Result<(), Refused> {
    let most = report.openings.len().max(report.notes.len());
    bounded("entries", most.max(report.thread.len()) + 1, MAX_LINES)
}

/// Gives the report to an analyst, who may from now on open its sealed part. The assignment is itself
/// an opening, seen by the provider and the auditor. `of_providers_party`: whether the officer belongs
/// to the provider's party, as the sealed store says.
///
/// # Errors
/// When closed, without a reason, or for an officer of the provider's own party.
pub fn assign(
    report: &Report,
    officer: AccountId,
    why: &str,
    of_providers_party: bool,
) -> Result<Vec<ReportChange>, Refused> {
    needs_open(report)?;
    room(report)?;
    if of_providers_party {
        return Err(Refused::OwnParty);
    }
    if report.assigned == Some(officer) {
        return Err(Refused::NoChange);
    }
    let reason = reason(why)?;
    Ok(vec![ReportChange::Assigned { officer, reason }])
}

/// The assigned analyst opens the sealed part once more.
///
/// # Errors
/// For anyone else, and without a reason.
pub fn open(report: &Report, officer: AccountId, why: &str) -> Result<Vec<ReportChange>, Refused> {
    needs_assigned(report, officer)?;
    room(report)?;
    let reason = reason(why)?;
    Ok(vec![ReportChange::Opened { officer, reason }])
}

/// An auditor reads an event of the report in the ledger: an opening like others, which the provider sees.
///
/// # Errors
/// Without a reason, and for an officer of the provider's own party.
pub fn inspect(
    report: &Report,
    officer: AccountId,
    why: &str,
    of_providers_party: bool,
) -> Result<Vec<ReportChange>, Refused> {
    room(report)?;
    if of_providers_party {
        return Err(Refused::OwnParty);
    }
    let reason = reason(why)?;
    Ok(vec![ReportChange::Inspected { officer, reason }])
}

fn needs_assigned(report: &Report, officer: AccountId) -> Result<(), Refused> {
    if report.assigned == Some(officer) {
        Ok(())
    } else {
        Err(Refused::NotAssigned)
    }
}

fn said(report: &Report, text: &Sealed) -> Result<(), Refused> {
    needs_open(report)?;
    room(report)?;
    if text.is_empty() {
        return Err(Refused::Empty { field: "text" });
    }
    bounded("text", text.chars(), MAX_LINE_CHARS)?;
    let notes = report.notes.iter().map(|note| note.text.chars());
    let lines = report.thread.iter().map(|line| line.text.chars());
    let before: usize = notes.chain(lines).sum();
    bounded("texts", before + text.chars(), MAX_LINES_CHARS)
}

/// The assigned analyst writes a note. The event's actor is its author.
///
/// # Errors
/// When closed, empty, too long or by somebody else.
pub fn note(
    report: &Report,
    officer: AccountId,
    text: Sealed,
) -> Result<Vec<ReportChange>, Refused> {
    needs_assigned(report, officer)?;
    said(report, &text)?;
    Ok(vec![ReportChange::Noted { text }])
}

/// The assigned analyst asks the provider.
///
/// # Errors
/// As [`note`].
pub fn ask(
    report: &Report,
    officer: AccountId,
    text: Sealed,
) -> Result<Vec<ReportChange>, Refused> {
    needs_assigned(report, officer)?;
    said(report, &text)?;
    Ok(vec![ReportChange::Asked { text }])
}

/// The provider answers, or adds something unasked.
///
/// # Errors
/// For anyone but the provider, when closed, empty or too long.
pub fn answer(report: &Report, by: HandleId, text: Sealed) -> Result<Vec<ReportChange>, Refused> {
    needs_owner(report, by)?;
    said(report, &text)?;
    Ok(vec![ReportChange::Answered { text }])
}

fn needs_owner(report: &Report, by: HandleId) -> Result<(), Refused> {
    if report.submission.handle == by {
        Ok(())
    } else {
        Err(Refused::NotOwner)
    }
}

/// Whether the assigned analyst may derive from the report. It leaves no event on the report: that
/// would stand beside the item's in the ledger.
///
/// # Errors
/// For anyone else, and when nobody has it in triage.
pub fn may_derive(report: &Report, officer: AccountId) -> Result<(), Refused> {
    needs_assigned(report, officer)?;
    match report.state {
        ReportState::InTriage | ReportState::Derived => Ok(()),
        _ => Err(wrong_state(report, "in_triage, derived")),
    }
}

/// The hub's own job says, a good while after, that something was derived from the report. Nothing
/// when it was said before.
///
/// # Errors
/// When the report is not in triage.
pub fn settle(report: &Report) -> Result<Vec<ReportChange>, Refused> {
    match report.state {
        ReportState::InTriage => Ok(vec![ReportChange::Derived]),
        // A second item from the same report changes nothing here.
        ReportState::Derived => Ok(Vec::new()),
        _ => Err(wrong_state(report, "in_triage, derived")),
    }
}

/// The assigned analyst closes the report as a duplicate or as not actionable.
///
/// # Errors
/// When closed already, by somebody else, a duplicate of itself, without a reason, or with one that gives
/// the provider another report's number.
pub fn close(
    report: &Report,
    officer: AccountId,
    closing: Closing,
) -> Result<Vec<ReportChange>, Refused> {
    needs_assigned(report, officer)?;
    needs_open(report)?;
    let closing = match closing {
        Closing::Duplicate { of } if of == report.id => return Err(Refused::NoChange),
        Closing::NotActionable { reason: given } => {
            let reason = reason(&given)?;
            if number::names_another(&reason, &report.submission.receipt) {
                return Err(Refused::NamesAnother);
            }
            Closing::NotActionable { reason }
        }
        Closing::Withdrawn => return Err(Refused::NotOwner),
        duplicate @ Closing::Duplicate { .. } => duplicate,
    };
    Ok(vec![ReportChange::Closed(closing)])
}

/// The provider takes the report back. What was derived from it is refused or withdrawn by its own
/// commands.
///
/// # Errors
/// For anyone but the provider, and when closed already.
pub fn withdraw(report: &Report, by: HandleId) -> Result<Vec<ReportChange>, Refused> {
    needs_owner(report, by)?;
    needs_open(report)?;
    Ok(vec![ReportChange::Withdrawn])
}

/// Whether triage is late.
pub fn is_late(report: &Report, now: Timestamp) -> bool {
    report.triage_due().is_some_and(|due| due < now)
}
