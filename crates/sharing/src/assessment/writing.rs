//! Commands on an assessment: write, ask for a review, look through, put out, drop.

use kaname_kernel::{AccountId, MatterId};

use super::{Assessment, AssessmentChange, AssessmentState, Draft};
use crate::refused::{MAX_REASON_BYTES, Refused, bounded, reason};

/// Most reviews, and items, of one assessment.
const MOST: usize = 200;

fn needs(
    assessment: &Assessment,
    states: &[AssessmentState],
    said: &'static str,
) -> Result<(), Refused> {
    match states.contains(&assessment.state) {
        true => Ok(()),
        false => Err(Refused::State {
            matter: "assessment",
            state: assessment.state.as_str(),
            needs: said,
        }),
    }
}

/// Begins one.
///
/// # Errors
/// When the draft is not within its bounds.
pub fn begin(number: String, draft: Draft, by: AccountId) -> Result<AssessmentChange, Refused> {
    draft.check()?;
    Ok(AssessmentChange::Begun {
        number,
        draft: Box::new(draft),
        by,
    })
}

/// Writes the next version. A review of the version before counts no more.
///
/// # Errors
/// When it was dropped, nothing changes, or the draft is not within its bounds.
pub fn save(
    assessment: &Assessment,
    draft: Draft,
    note: &str,
    by: AccountId,
) -> Result<AssessmentChange, Refused> {
    use AssessmentState::{InReview, PutForward, Reviewed, Written};
    needs(
        assessment,
        &[Written, InReview, Reviewed, PutForward],
        "written, in_review, reviewed, put_forward",
    )?;
    if assessment.draft == draft {
        return Err(Refused::NoChange);
    }
    draft.check()?;
    let note = note.trim();
    bounded("note", note.len(), MAX_REASON_BYTES)?;
    Ok(AssessmentChange::Saved {
        draft: Box::new(draft),
        note: note.to_owned(),
        by,
    })
}

/// Gives it to another person to look through.
///
/// # Errors
/// When it is not being written, says nothing, or a judgement rests on nothing.
pub fn ask_review(assessment: &Assessment, by: AccountId) -> Result<AssessmentChange, Refused> {
    needs(assessment, &[AssessmentState::Written], "written")?;
    let draft = &assessment.draft;
    if draft.judgements.is_empty() {
        return Err(Refused::Empty {
            field: "judgements",
        });
    }
    if draft.summary.is_empty() {
        return Err(Refused::Empty { field: "summary" });
    }
    if draft.judgements.iter().any(|one| one.evidence.is_empty()) {
        return Err(Refused::Empty { field: "evidence" });
    }
    Ok(AssessmentChange::ReviewAsked { by })
}

/// Says what another person found. Remarks are needed where it is not sound.
///
/// # Errors
/// When nobody asked, the person wrote a version of it, or gives no reason.
pub fn review(
    assessment: &Assessment,
    by: AccountId,
    sound: bool,
    remarks: &str,
) -> Result<AssessmentChange, Refused> {
    needs(assessment, &[AssessmentState::InReview], "in_review")?;
    bounded("entries", assessment.reviews.len() + 1, MOST)?;
    if assessment.writers.contains(&by) {
        return Err(Refused::SamePerson);
    }
    let remarks = remarks.trim().to_owned();
    if !sound && remarks.is_empty() {
        return Err(Refused::Empty { field: "remarks" });
    }
    bounded("remarks", remarks.len(), MAX_REASON_BYTES)?;
    Ok(AssessmentChange::Reviewed { by, sound, remarks })
}

/// Puts it out as this item.
///
/// # Errors
/// When nobody looked through this version.
pub fn put_forward(assessment: &Assessment, item: MatterId) -> Result<AssessmentChange, Refused> {
    may_go_out(assessment)?;
    bounded("entries", assessment.items.len() + 1, MOST)?;
    Ok(AssessmentChange::PutForward { item })
}

/// Whether it may be put out.
///
/// # Errors
/// When nobody looked through this version.
pub fn may_go_out(assessment: &Assessment) -> Result<(), Refused> {
    needs(assessment, &[AssessmentState::Reviewed], "reviewed")
}

/// Nobody goes on with it.
///
/// # Errors
/// When it is out already, was dropped, or no reason is given.
pub fn drop_assessment(assessment: &Assessment, why: &str) -> Result<AssessmentChange, Refused> {
    use AssessmentState::{InReview, Reviewed, Written};
    needs(
        assessment,
        &[Written, InReview, Reviewed],
        "written, in_review, reviewed",
    )?;
    Ok(AssessmentChange::Dropped {
        reason: reason(why)?,
    })
}
