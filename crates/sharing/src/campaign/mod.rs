//! A campaign: reports that officers took together because they speak of one attack. It is a matter of its own; no
//! report's history says that it is in one, and nothing here leads to an item (`docs/decisions/0005`, `0028`). What
//! was done can be undone, the last first.

mod change;
mod dismissal;
pub mod grouping;

use std::collections::BTreeSet;

use jiff::Timestamp;
use kaname_kernel::{AccountId, Matter, MatterId, Moment, Posting, Projection, Unfit};
use serde::{Deserialize, Serialize};

pub use self::change::{CampaignChange, Ground};
pub use self::dismissal::{Dismissal, DismissalChange, dismiss, restore};
use crate::number;

/// Space of the postings by which a report leads to its campaign.
pub const MEMBER_SPACE: &str = "report";

/// Where a campaign stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CampaignState {
    /// It has reports.
    Open,
    /// Its reports went over to another campaign.
    Merged,
    /// It was undone.
    Dissolved,
}

impl CampaignState {
    /// The word in lists and counts.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Merged => "merged",
            Self::Dissolved => "dissolved",
        }
    }
}

/// What one step did to a campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "did", rename_all = "snake_case")]
pub enum Did {
    /// Reports were taken together; out of another campaign where it was split.
    Begun {
        /// The campaign they were split from.
        from: Option<MatterId>,
    },
    /// Reports were added; all of another campaign where the two were merged.
    Joined {
        /// The campaign they came from.
        from: Option<MatterId>,
    },
    /// Reports were taken out; into a campaign of their own where they were split off.
    Left {
        /// The campaign they went to.
        into: Option<MatterId>,
    },
    /// All reports went over to another campaign.
    Merged {
        /// Which.
        into: MatterId,
    },
    /// It is called otherwise.
    Renamed {
        /// What it was called before.
        before: String,
    },
}

impl Did {
    /// The other campaign that this step changed too.
    pub const fn other(&self) -> Option<MatterId> {
        match self {
            Self::Begun { from } | Self::Joined { from } => *from,
            Self::Left { into } => *into,
            Self::Merged { into } => Some(*into),
            Self::Renamed { .. } => None,
        }
    }
}

/// One step in a campaign's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Version of the campaign that it led to.
    pub version: u32,
    /// What was done.
    pub what: Did,
    /// The reports that moved.
    pub reports: BTreeSet<MatterId>,
    /// What it rested on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ground: Vec<Ground>,
    /// Why, where that was asked.
    pub reason: String,
    /// Who; `None` for the hub itself.
    pub by: Option<AccountId>,
    /// When.
    pub at: Timestamp,
    /// When it was undone, and by whom.
    pub undone: Option<(Timestamp, Option<AccountId>)>,
}

/// Reports that were taken out: evidence that spoke of them then does not bring them back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Apart {
    /// The reports.
    pub reports: BTreeSet<MatterId>,
    /// Keyed marks of the evidence.
    pub marks: BTreeSet<String>,
    /// Version of the campaign by whose step it is so.
    pub version: u32,
}

/// A campaign as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Campaign {
    /// Its id.
    pub id: MatterId,
    /// Its number.
    pub number: String,
    /// What officers call it.
    pub title: String,
    /// Where it stands.
    pub state: CampaignState,
    /// Its reports.
    pub reports: BTreeSet<MatterId>,
    /// Everything that was done, oldest first.
    pub steps: Vec<Step>,
    /// What was taken out.
    pub apart: Vec<Apart>,
    /// When anything last happened to it.
    pub touched: Timestamp,
}

impl Campaign {
    /// The step that would be undone next: the last that still holds.
    pub fn last_step(&self) -> Option<&Step> {
        self.steps.iter().rev().find(|step| step.undone.is_none())
    }

    /// What whoever may read it reads in it: its number, what it is and was called, why its steps were taken.
    pub fn texts(&self) -> Vec<&str> {
        let mut all = vec![self.number.as_str(), self.title.as_str()];
        for step in &self.steps {
            all.push(&step.reason);
            if let Did::Renamed { before } = &step.what {
                all.push(before);
            }
        }
        all
    }

    fn stepped(
        &mut self,
        what: Did,
        reports: &BTreeSet<MatterId>,
        with: With<'_>,
        at: &Moment<'_>,
    ) {
        self.steps.push(Step {
            version: at.version,
            what,
            reports: reports.clone(),
            ground: with.ground.to_vec(),
            reason: with.reason.to_owned(),
            by: at.actor.account(),
            at: at.recorded,
            undone: None,
        });
    }

    fn undo(&mut self, version: u32, at: &Moment<'_>) -> Result<(), Unfit> {
        let step = self.steps.iter_mut().find(|step| step.version == version);
        let Some(step) = step.filter(|step| step.undone.is_none()) else {
            return Err(at.unfit::<Self>("there is no such step to undo"));
        };
        step.undone = Some((at.recorded, at.actor.account()));
        let moved = step.reports.clone();
        match step.what.clone() {
            Did::Begun { .. } => {
                self.reports.clear();
                self.state = CampaignState::Dissolved;
            }
            Did::Joined { .. } => self.reports.retain(|report| !moved.contains(report)),
            Did::Left { .. } => {
                self.reports.extend(moved);
                self.apart.retain(|apart| apart.version != version);
            }
            Did::Merged { .. } => {
                self.reports.extend(moved);
                self.state = CampaignState::Open;
            }
            Did::Renamed { before } => self.title = before,
        }
        Ok(())
    }
}

/// What a step says beside what it did.
#[derive(Clone, Copy, Default)]
struct With<'w> {
    ground: &'w [Ground],
    reason: &'w str,
}

impl Matter for Campaign {
    const KIND: &'static str = "campaign";
    const SEALED: bool = true;
    type Change = CampaignChange;

    fn name(change: &CampaignChange) -> &'static str {
        match change {
            CampaignChange::Begun { .. } => "begun",
            CampaignChange::Joined { .. } => "joined",
            CampaignChange::Left { .. } => "left",
            CampaignChange::Merged { .. } => "merged",
            CampaignChange::Renamed { .. } => "renamed",
            CampaignChange::Undone { .. } => "undone",
        }
    }

    fn begin(change: &CampaignChange, at: &Moment<'_>) -> Result<Self, Unfit> {
        let CampaignChange::Begun {
            number,
            title,
            reports,
            from,
            ground,
        } = change
        else {
            return Err(at.unfit::<Self>("a campaign begins with reports"));
        };
        let mut campaign = Self {
            id: at.matter,
            number: number.clone(),
            title: title.clone(),
            state: CampaignState::Open,
            reports: reports.clone(),
            steps: Vec::new(),
            apart: Vec::new(),
            touched: at.recorded,
        };
        let with = With { ground, reason: "" };
        campaign.stepped(Did::Begun { from: *from }, reports, with, at);
        Ok(campaign)
    }

    fn apply(&mut self, change: &CampaignChange, at: &Moment<'_>) -> Result<(), Unfit> {
        self.touched = at.recorded;
        match change {
            CampaignChange::Begun { .. } => {
                return Err(at.unfit::<Self>("a campaign begins once"));
            }
            CampaignChange::Joined {
                reports,
                from,
                ground,
            } => {
                self.reports.extend(reports);
                let with = With { ground, reason: "" };
                self.stepped(Did::Joined { from: *from }, reports, with, at);
            }
            CampaignChange::Left {
                reports,
                into,
                reason,
                marks,
            } => {
                self.reports.retain(|report| !reports.contains(report));
                self.apart.push(Apart {
                    reports: reports.clone(),
                    marks: marks.clone(),
                    version: at.version,
                });
                let with = With {
                    reason,
                    ..With::default()
                };
                self.stepped(Did::Left { into: *into }, reports, with, at);
            }
            CampaignChange::Merged { into } => {
                let reports = std::mem::take(&mut self.reports);
                self.state = CampaignState::Merged;
                self.stepped(Did::Merged { into: *into }, &reports, With::default(), at);
            }
            CampaignChange::Renamed { title } => {
                let before = std::mem::replace(&mut self.title, title.clone());
                let what = Did::Renamed { before };
                self.stepped(what, &BTreeSet::new(), With::default(), at);
            }
            CampaignChange::Undone { step, .. } => self.undo(*step, at)?,
        }
        Ok(())
    }

    fn project(&self) -> Projection {
        let postings = self.reports.iter().map(|report| member(*report));
        let postings: Vec<Posting> = postings.collect();
        Projection {
            // A report is in one campaign: of two who take it at once one is refused.
            alone: postings.clone(),
            postings,
            // Its number alone, as of a report: what it is called is for who opens it.
            text: self.number.clone(),
            lookups: vec![(
                number::CAMPAIGN_SPACE.to_owned(),
                number::normalise(&self.number),
            )],
            ..Projection::officers(self.state.as_str(), self.touched)
        }
    }
}

/// By what a report leads to its campaign.
pub fn member(report: MatterId) -> Posting {
    Posting {
        space: MEMBER_SPACE.to_owned(),
        value: report.to_string(),
    }
}
