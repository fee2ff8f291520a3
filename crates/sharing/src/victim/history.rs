//! What happened to a victim record's showing, in order: for its provider, and for the analyst within an
//! opening.

use jiff::Timestamp;
use kaname_kernel::{AccountId, Moment, PartyId};
use serde::{Deserialize, Serialize};

use super::{ReaderTold, Shown, Victim};
use crate::manifest::ManifestHash;

/// Most entries a record keeps; the ledger keeps what fell away.
pub const MAX_HISTORY: usize = 200;

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// When the hub recorded it.
    pub at: Timestamp,
    /// What happened.
    pub what: Happened,
}

/// What happened to a showing. Who it was of the provider's side and of the readers' is left out: a party
/// answers and reads as one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "did", rename_all = "snake_case")]
pub enum Happened {
    /// An analyst asked the provider.
    Asked {
        /// Who.
        officer: AccountId,
        /// Why, as the provider read it.
        reason: String,
        /// To whom it was to be shown.
        shown: Shown,
        /// Until when the provider may answer; `None` in requests of versions without deadlines.
        deadline: Option<Timestamp>,
    },
    /// The provider consented.
    Consented {
        /// To whom it is shown since.
        shown: Shown,
        /// What the consent named; `None` in consents of versions that did not record it.
        hash: Option<ManifestHash>,
        /// Who they were called then; empty in consents of versions that did not record it.
        #[serde(default)]
        readers: Vec<ReaderTold>,
    },
    /// The provider said no.
    Declined,
    /// The provider said nothing until the deadline.
    Lapsed,
    /// A party to which it is shown took note of it.
    Read {
        /// Which.
        party: PartyId,
    },
    /// The provider has it shown to nobody any more.
    Hidden,
    /// The provider took the record back, and with it what was asked and shown.
    Withdrawn,
}

impl Victim {
    /// Adds an entry; of too many the oldest falls away.
    pub(super) fn note(&mut self, what: Happened, at: &Moment<'_>) {
        if self.history.len() >= MAX_HISTORY {
            self.history.remove(0);
        }
        self.history.push(Entry {
            at: at.recorded,
            what,
        });
    }
}
