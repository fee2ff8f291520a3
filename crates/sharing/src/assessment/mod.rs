//! An assessment: what the hub itself judges, in words of estimation, each judgement with its confidence, its caveats
//! and its evidence. It is written in versions, looked through by another person, and put out as an item, by the way
//! that all items take (`docs/decisions/0029`).

mod compose;
mod draft;
mod scale;
pub mod writing;

use std::collections::BTreeSet;

use jiff::Timestamp;
use kaname_kernel::{
    AccountId, Audience, Clause, Matter, MatterId, Moment, Posting, Projection, Term, Unfit,
};
use serde::{Deserialize, Serialize};

pub use self::compose::{Cited, Judged, Printed, compose, judged};
pub use self::draft::{Brought, Draft, Judgement, MAX_JUDGEMENTS, Source};
pub use self::scale::{BadGrade, Confidence, Grade, Likelihood};
use crate::number;

/// Where an assessment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AssessmentState {
    /// Being written.
    Written,
    /// Another person is to look through it.
    InReview,
    /// Looked through; may be put out as it is.
    Reviewed,
    /// On its way out, or out, as an item.
    PutForward,
    /// Nobody goes on with it.
    Dropped,
}

impl AssessmentState {
    /// The word in lists and counts.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Written => "written",
            Self::InReview => "in_review",
            Self::Reviewed => "reviewed",
            Self::PutForward => "put_forward",
            Self::Dropped => "dropped",
        }
    }
}

/// What whoever looked through it said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// Who.
    pub by: AccountId,
    /// Which version.
    pub version: u32,
    /// Whether it may go out as it is.
    pub sound: bool,
    /// In words.
    pub remarks: String,
    /// When.
    pub at: Timestamp,
}

/// What can happen to an assessment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum AssessmentChange {
    /// Written for the first time.
    Begun {
        /// Its number.
        number: String,
        /// What it says.
        draft: Box<Draft>,
        /// Who wrote it.
        by: AccountId,
    },
    /// Written anew: what was said of the version before counts no more.
    Saved {
        /// What it says.
        draft: Box<Draft>,
        /// What was changed, in words; may be empty.
        note: String,
        /// Who wrote it.
        by: AccountId,
    },
    /// Given to another person to look through.
    ReviewAsked {
        /// By whom.
        by: AccountId,
    },
    /// Looked through.
    Reviewed {
        /// By whom.
        by: AccountId,
        /// Whether it may go out as it is.
        sound: bool,
        /// In words.
        remarks: String,
    },
    /// Put out as this item.
    PutForward {
        /// Which.
        item: MatterId,
    },
    /// Nobody goes on with it.
    Dropped {
        /// Why.
        reason: String,
    },
}

/// An assessment as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assessment {
    /// Its id.
    pub id: MatterId,
    /// Its number.
    pub number: String,
    /// What it says now.
    pub draft: Draft,
    /// Which version that is, from 1.
    pub version: u32,
    /// Where it stands.
    pub state: AssessmentState,
    /// Everyone who wrote a version: none of them looks it through or releases it.
    pub writers: BTreeSet<AccountId>,
    /// What was said of its versions, oldest first.
    pub reviews: Vec<Review>,
    /// Items it was put out as, oldest first.
    pub items: Vec<MatterId>,
    /// Why nobody goes on with it.
    pub dropped: Option<String>,
    /// When it was begun.
    pub begun: Timestamp,
    /// When anything last happened to it.
    pub touched: Timestamp,
}

impl Assessment {
    /// What was said of the present version.
    pub fn review(&self) -> Option<&Review> {
        let last = self.reviews.last();
        last.filter(|review| review.version == self.version)
    }

    /// What whoever may read it reads in it: its number, what was written, what was said of it. Evidence within the house is
    /// not among it, since not every reader may see that.
    pub fn texts(&self) -> Vec<&str> {
        let mut all = self.draft.texts();
        all.push(&self.number);
        all.extend(self.reviews.iter().map(|review| review.remarks.as_str()));
        all.extend(self.dropped.as_deref());
        all
    }

    /// While it is being written, its writers; from the question for review on, all officers.
    fn audience(&self) -> Audience {
        match self.state {
            AssessmentState::Written if self.items.is_empty() && self.reviews.is_empty() => {
                let wrote = self.writers.iter().copied().map(Term::Person);
                Audience::officers().and(Clause::any(wrote))
            }
            _ => Audience::officers(),
        }
    }
}

/// By what an item leads to the assessment that it came of.
pub fn put_out_as(item: MatterId) -> Posting {
    Posting {
        space: "item".to_owned(),
        value: item.to_string(),
    }
}

impl Matter for Assessment {
    const KIND: &'static str = "assessment";
    // While it is first written it is its writers' alone.
    const SEALED: bool = true;
    type Change = AssessmentChange;

    fn name(change: &AssessmentChange) -> &'static str {
        match change {
            AssessmentChange::Begun { .. } => "begun",
            AssessmentChange::Saved { .. } => "saved",
            AssessmentChange::ReviewAsked { .. } => "review_asked",
            AssessmentChange::Reviewed { .. } => "reviewed",
            AssessmentChange::PutForward { .. } => "put_forward",
            AssessmentChange::Dropped { .. } => "dropped",
        }
    }

    fn begin(change: &AssessmentChange, at: &Moment<'_>) -> Result<Self, Unfit> {
        let AssessmentChange::Begun { number, draft, by } = change else {
            return Err(at.unfit::<Self>("an assessment begins with being written"));
        };
        Ok(Self {
            id: at.matter,
            number: number.clone(),
            draft: (**draft).clone(),
            version: 1,
            state: AssessmentState::Written,
            writers: BTreeSet::from([*by]),
            reviews: Vec::new(),
            items: Vec::new(),
            dropped: None,
            begun: at.recorded,
            touched: at.recorded,
        })
    }

    fn apply(&mut self, change: &AssessmentChange, at: &Moment<'_>) -> Result<(), Unfit> {
        self.touched = at.recorded;
        match change {
            AssessmentChange::Begun { .. } => {
                return Err(at.unfit::<Self>("an assessment begins once"));
            }
            AssessmentChange::Saved { draft, by, .. } => {
                self.draft = (**draft).clone();
                self.version += 1;
                self.writers.insert(*by);
                self.state = AssessmentState::Written;
            }
            AssessmentChange::ReviewAsked { .. } => self.state = AssessmentState::InReview,
            AssessmentChange::Reviewed { by, sound, remarks } => {
                self.reviews.push(Review {
                    by: *by,
                    version: self.version,
                    sound: *sound,
                    remarks: remarks.clone(),
                    at: at.recorded,
                });
                self.state = match sound {
                    true => AssessmentState::Reviewed,
                    false => AssessmentState::Written,
                };
            }
            AssessmentChange::PutForward { item } => {
                if !self.items.contains(item) {
                    self.items.push(*item);
                }
                self.state = AssessmentState::PutForward;
            }
            AssessmentChange::Dropped { reason } => {
                self.dropped = Some(reason.clone());
                self.state = AssessmentState::Dropped;
            }
        }
        Ok(())
    }

    fn project(&self) -> Projection {
        Projection {
            audience: self.audience(),
            tlp: Some(self.draft.tlp),
            postings: self.items.iter().map(|item| put_out_as(*item)).collect(),
            text: self.number.clone(),
            lookups: vec![(
                number::ASSESSMENT_SPACE.to_owned(),
                number::normalise(&self.number),
            )],
            ..Projection::officers(self.state.as_str(), self.touched)
        }
    }
}
