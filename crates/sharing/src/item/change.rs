//! What can happen to an item.

use std::collections::BTreeSet;

use jiff::Timestamp;
use kaname_kernel::{AccountId, HandleId, MatterId};
use serde::{Deserialize, Serialize};

use super::Proposal;
use crate::{content::Content, manifest::ManifestHash, row::Row, sealed::Sealed, told::Told};

/// What an item begins with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Derivation {
    /// Item number.
    pub number: String,
    /// Stand-in of the provider, another one than the report's.
    pub handle: HandleId,
    /// First revision.
    pub content: Content,
    /// What the checklist found in it.
    pub rows: Vec<Row>,
    /// Who derived.
    pub by: AccountId,
    /// The item it is to replace.
    #[serde(default)]
    pub replaces: Option<MatterId>,
    /// Whether it is the hub's own word: no provider stands behind the handle.
    #[serde(default, skip_serializing_if = "is_not")]
    pub own: bool,
}

/// For serde: what is not so is left out.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
pub(super) const fn is_not(own: &bool) -> bool {
    !*own
}

/// What can happen to an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum ItemChange {
    /// Written for the first time.
    Derived(Box<Derivation>),
    /// Written anew: consent is gone.
    Revised {
        /// All of it.
        content: Box<Content>,
        /// What the checklist says of it, earlier decisions carried over.
        rows: Vec<Row>,
        /// Who wrote it.
        by: AccountId,
    },
    /// Another analyst goes on with it, who has taken the report behind it.
    TakenOver {
        /// Who.
        by: AccountId,
    },
    /// A trace stays, for a reason.
    TraceAccepted {
        /// Key of the row.
        row: String,
        /// Who.
        by: AccountId,
        /// Why.
        reason: String,
    },
    /// The provider is asked.
    ConsentAsked {
        /// What for.
        hash: ManifestHash,
        /// Until when.
        deadline: Timestamp,
        /// What the directory says of whom it names; nothing as versions before wrote it.
        #[serde(default, rename = "readers")]
        told: Told,
    },
    /// The provider says yes.
    Consented {
        /// To this.
        hash: ManifestHash,
        /// What the provider read of whom it names; nothing as versions before wrote it.
        #[serde(default, rename = "readers")]
        told: Told,
    },
    /// The provider wants other bytes.
    ChangesProposed(Box<Proposal>),
    /// The hub does not take them and asks again for the old ones.
    ProposalDeclined {
        /// Told to the provider.
        reason: String,
        /// New deadline.
        deadline: Timestamp,
    },
    /// The provider says no, also after having said yes, until release.
    ConsentRefused {
        /// Its words, sealed; may be empty.
        comment: Sealed,
    },
    /// The deadline passed without an answer.
    ConsentLapsed,
    /// Given to a second officer.
    HandedOver {
        /// By whom.
        by: AccountId,
    },
    /// Sent back by the second officer: consent is gone.
    Returned {
        /// By whom.
        by: AccountId,
        /// Why.
        reason: String,
    },
    /// Released by the second officer.
    Released {
        /// Who.
        by: AccountId,
    },
    /// Another item took its place.
    Superseded {
        /// Which.
        by_item: MatterId,
        /// STIX ids of the objects that it does not bring anew, which are revoked.
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        revoked: BTreeSet<String>,
    },
    /// Taken back.
    Withdrawn {
        /// Whether the provider wanted it.
        by_provider: bool,
        /// Why.
        reason: String,
        /// STIX ids of its objects that are revoked; before they were, they only left their collections.
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        revoked: BTreeSet<String>,
    },
    /// Its validity ended.
    Expired,
    /// Enough organisations called it a false positive.
    BlockingSuspended {
        /// How many.
        organisations: u32,
    },
    /// An officer lets block lists carry it again.
    BlockingResumed {
        /// Who.
        by: AccountId,
        /// Why.
        reason: String,
        /// How many organisations had spoken against it.
        organisations: u32,
    },
    /// An officer keeps it out of block lists.
    BlockingKept {
        /// Who.
        by: AccountId,
        /// Why.
        reason: String,
    },
    /// The hub's own job: its embargo is over, and what it put out comes anew.
    EmbargoOpened,
    /// The hub's own job: somebody has to look at it again.
    ReviewDue,
    /// The hub's own job: members have seen it, so that nobody has to before a later moment.
    ReviewDeferred {
        /// When.
        until: Timestamp,
    },
    /// An officer says that it still holds.
    Confirmed {
        /// Who.
        by: AccountId,
        /// Why.
        reason: String,
    },
    /// An officer lets it end by itself.
    LeftToEnd {
        /// Who.
        by: AccountId,
        /// Why.
        reason: String,
    },
}
