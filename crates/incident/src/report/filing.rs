//! What an operator does with its report: file it, say more, correct, finish, take back, let others be told.

use super::{
    Filing, IncidentReport, Notice, NoticeKind, ReportChange, ReportState, Words,
    notice::MAX_LISTED,
};
use crate::{bound, refused::Refused, routing::Recipient};

/// Most words of one report.
const MAX_SAID: usize = 500;

/// An operator reports: the first event of a new matter.
///
/// # Errors
/// When a bound is passed, a word is unknown on the day, or it is no first notice.
pub fn file(mut filing: Filing, words: &Words<'_>) -> Result<Vec<ReportChange>, Refused> {
    bound::count("consents", filing.consents.len(), MAX_LISTED)?;
    filing.receipt = bound::line("receipt", &filing.receipt)?;
    if filing.notice.kind != NoticeKind::First {
        return Err(Refused::State {
            matter: "incident_report",
            state: "new",
            needs: "first".to_owned(),
        });
    }
    filing.notice = filing.notice.checked(words)?;
    Ok(vec![ReportChange::Filed(Box::new(filing))])
}

/// The operator says more: an update, the final notice, or a correction. After the final notice only a correction can
/// follow.
///
/// # Errors
/// When it was taken back, the notice cannot follow, says nothing new, a bound is passed or a word is unknown.
pub fn tell(
    report: &IncidentReport,
    notice: Notice,
    words: &Words<'_>,
) -> Result<Vec<ReportChange>, Refused> {
    let open = "filed, updated";
    match (report.state, notice.kind) {
        (ReportState::Withdrawn, _) => return Err(wrong_state(report, "filed, updated, final")),
        (ReportState::Final, NoticeKind::Update | NoticeKind::Final) => {
            return Err(wrong_state(report, open));
        }
        (_, NoticeKind::First) => return Err(Refused::AlreadyThere { what: "first" }),
        _ => {}
    }
    bound::count("notices", report.said.len() + 1, MAX_SAID)?;
    let notice = notice.checked(words)?;
    let mut same = report.notice.clone();
    same.kind = notice.kind;
    let finishes = notice.kind == NoticeKind::Final && report.state != ReportState::Final;
    if same == notice && !finishes {
        return Err(Refused::NoChange);
    }
    Ok(vec![ReportChange::Told(Box::new(notice))])
}

/// The operator takes it back. Whoever was told is told of it; what was owed is no longer.
///
/// # Errors
/// A second time, or without a reason.
pub fn withdraw(report: &IncidentReport, why: &str) -> Result<Vec<ReportChange>, Refused> {
    needs_standing(report)?;
    let reason = bound::reason(why)?;
    Ok(vec![ReportChange::Withdrawn { reason }])
}

/// The operator lets somebody be told.
///
/// # Errors
/// When it already does, or the report was taken back.
pub fn consent(report: &IncidentReport, to: Recipient) -> Result<Vec<ReportChange>, Refused> {
    needs_standing(report)?;
    bound::count("consents", report.consents.len() + 1, MAX_LISTED)?;
    match report.consents.contains(&to) {
        true => Err(Refused::NoChange),
        false => Ok(vec![ReportChange::Consented { to }]),
    }
}

/// The operator no longer lets somebody be told. What was told stays told.
///
/// # Errors
/// When it did not.
pub fn take_consent(report: &IncidentReport, to: Recipient) -> Result<Vec<ReportChange>, Refused> {
    match report.consents.contains(&to) {
        true => Ok(vec![ReportChange::ConsentTaken { to }]),
        false => Err(Refused::NoChange),
    }
}

fn needs_standing(report: &IncidentReport) -> Result<(), Refused> {
    match report.state {
        ReportState::Withdrawn => Err(wrong_state(report, "filed, updated, final")),
        _ => Ok(()),
    }
}

fn wrong_state(report: &IncidentReport, needs: &str) -> Refused {
    Refused::State {
        matter: "incident_report",
        state: report.state.as_str(),
        needs: needs.to_owned(),
    }
}
