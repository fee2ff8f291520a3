//! A proposal that an officer set aside: its evidence proposes nothing any more, until that is taken back.

use std::collections::BTreeSet;

use jiff::Timestamp;
use kaname_kernel::{AccountId, Matter, MatterId, Moment, Projection, Unfit};
use serde::{Deserialize, Serialize};

use crate::refused::{Refused, bounded, reason};

/// Most reports, and most pieces of evidence, of one proposal.
const MOST: usize = 20_000;

/// What can happen to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum DismissalChange {
    /// Set aside.
    Dismissed {
        /// The reports that were proposed as one campaign.
        reports: BTreeSet<MatterId>,
        /// Keyed marks of the evidence.
        marks: BTreeSet<String>,
        /// Why they do not belong together.
        reason: String,
    },
    /// Taken back: the evidence counts again.
    Restored,
}

/// A proposal that was set aside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dismissal {
    /// Its id.
    pub id: MatterId,
    /// The reports that were proposed as one campaign.
    pub reports: BTreeSet<MatterId>,
    /// Keyed marks of the evidence.
    pub marks: BTreeSet<String>,
    /// Why they do not belong together.
    pub reason: String,
    /// Who; `None` for the hub itself.
    pub by: Option<AccountId>,
    /// When.
    pub at: Timestamp,
    /// When it was taken back.
    pub restored: Option<Timestamp>,
}

impl Matter for Dismissal {
    const KIND: &'static str = "dismissal";
    const SEALED: bool = true;
    type Change = DismissalChange;

    fn name(change: &DismissalChange) -> &'static str {
        match change {
            DismissalChange::Dismissed { .. } => "dismissed",
            DismissalChange::Restored => "restored",
        }
    }

    fn begin(change: &DismissalChange, at: &Moment<'_>) -> Result<Self, Unfit> {
        let DismissalChange::Dismissed {
            reports,
            marks,
            reason,
        } = change
        else {
            return Err(at.unfit::<Self>("what was not set aside is not taken back"));
        };
        Ok(Self {
            id: at.matter,
            reports: reports.clone(),
            marks: marks.clone(),
            reason: reason.clone(),
            by: at.actor.account(),
            at: at.recorded,
            restored: None,
        })
    }

    fn apply(&mut self, change: &DismissalChange, at: &Moment<'_>) -> Result<(), Unfit> {
        match change {
            DismissalChange::Dismissed { .. } => {
                return Err(at.unfit::<Self>("a proposal is set aside once"));
            }
            DismissalChange::Restored => self.restored = Some(at.recorded),
        }
        Ok(())
    }

    fn project(&self) -> Projection {
        let state = match self.restored {
            None => "dismissed",
            Some(_) => "restored",
        };
        Projection::officers(state, self.at)
    }
}

/// Sets a proposal aside.
///
/// # Errors
/// Without a reason, or when there is nothing to set aside.
pub fn dismiss(
    reports: BTreeSet<MatterId>,
    marks: BTreeSet<String>,
    why: &str,
) -> Result<DismissalChange, Refused> {
    if marks.is_empty() {
        return Err(Refused::NoChange);
    }
    bounded("reports", reports.len(), MOST)?;
    bounded("entries", marks.len(), MOST)?;
    let reason = reason(why)?;
    Ok(DismissalChange::Dismissed {
        reports,
        marks,
        reason,
    })
}

/// Takes that back.
///
/// # Errors
/// When it was taken back already.
pub fn restore(dismissal: &Dismissal) -> Result<DismissalChange, Refused> {
    match dismissal.restored {
        None => Ok(DismissalChange::Restored),
        Some(_) => Err(Refused::NoChange),
    }
}
