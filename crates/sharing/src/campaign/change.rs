//! What can happen to a campaign, and what it rested on.

use std::collections::BTreeSet;

use kaname_intake::Kind;
use kaname_kernel::MatterId;
use serde::{Deserialize, Serialize};

/// What was shown of a piece of evidence when reports were taken together: how much is shared and how rare it is, never
/// what (`docs/decisions/0019`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ground {
    /// One report.
    pub one: MatterId,
    /// The other.
    pub other: MatterId,
    /// Whether they say the same; else they share what is rare.
    pub same: bool,
    /// Shared values by kind.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shared: Vec<(Kind, u32)>,
    /// Share of common values, in per cent, for reports that say the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<u8>,
    /// Share of common text, in per cent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<u8>,
    /// How many carry the rarest shared value, and of how many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rarest: Option<(u64, u64)>,
    /// What the shared values say, in hundredths of a bit.
    pub centibits: u32,
}

/// What can happen to a campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum CampaignChange {
    /// Reports are taken together.
    Begun {
        /// Its number.
        number: String,
        /// What it is called.
        title: String,
        /// The reports.
        reports: BTreeSet<MatterId>,
        /// The campaign they were split from.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<MatterId>,
        /// What that rests on.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        ground: Vec<Ground>,
    },
    /// Reports are added.
    Joined {
        /// Which.
        reports: BTreeSet<MatterId>,
        /// The campaign whose reports all came over.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<MatterId>,
        /// What that rests on.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        ground: Vec<Ground>,
    },
    /// Reports are taken out.
    Left {
        /// Which.
        reports: BTreeSet<MatterId>,
        /// The campaign of their own that they went to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        into: Option<MatterId>,
        /// Why.
        reason: String,
        /// Keyed marks of the evidence that does not bring them back.
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        marks: BTreeSet<String>,
    },
    /// All its reports go over to another campaign.
    Merged {
        /// Which.
        into: MatterId,
    },
    /// It is called otherwise.
    Renamed {
        /// How.
        title: String,
    },
    /// A step is undone.
    Undone {
        /// Version of the campaign that the step led to.
        step: u32,
        /// Why.
        reason: String,
    },
}
