//! What can happen to a report.

use kaname_kernel::AccountId;
use serde::{Deserialize, Serialize};

use super::{Closing, Submission};
use crate::sealed::Sealed;

/// What can happen to a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum ReportChange {
    /// Handed in.
    Submitted(Box<Submission>),
    /// Given to an analyst, which is an opening too.
    Assigned {
        /// To whom.
        officer: AccountId,
        /// Why this opening.
        reason: String,
    },
    /// Opened again.
    Opened {
        /// By whom.
        officer: AccountId,
        /// Why.
        reason: String,
    },
    /// An auditor read an event of it in the ledger, with a reason.
    Inspected {
        /// By whom.
        officer: AccountId,
        /// Why.
        reason: String,
    },
    /// An officer wrote something down.
    Noted {
        /// Sealed text.
        text: Sealed,
    },
    /// The hub asks.
    Asked {
        /// Sealed text.
        text: Sealed,
    },
    /// The provider answers, or adds something.
    Answered {
        /// Sealed text.
        text: Sealed,
    },
    /// Something was derived from it, said a good while after. Which item is said in the sealed store
    /// only.
    Derived,
    /// Closed by an officer.
    Closed(Closing),
    /// Taken back by the provider.
    Withdrawn,
}
