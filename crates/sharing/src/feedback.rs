//! What a member organisation says of an item: whether it saw it, how useful it was. One per item and
//! organisation; what is said later replaces what was said before.

use jiff::Timestamp;
use kaname_kernel::{Audience, Matter, MatterId, Moment, PartyId, Projection, Unfit};
use serde::{Deserialize, Serialize};

use crate::{
    checklist::names_itself,
    evidence::Evidence,
    refused::{MAX_REASON_BYTES, Refused, bounded},
};

/// Lookup space of feedbacks.
pub const SPACE: &str = "feedback";

/// Whether the organisation saw it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SightingKind {
    /// It was seen.
    Seen,
    /// It was looked for and not seen.
    NotSeen,
    /// What was seen was harmless.
    FalsePositive,
}

impl SightingKind {
    /// The word in lists, counts and files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Seen => "seen",
            Self::NotSeen => "not_seen",
            Self::FalsePositive => "false_positive",
        }
    }
}

/// A sighting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sighting {
    /// What kind.
    pub kind: SightingKind,
    /// How often, when known.
    #[serde(default)]
    pub count: Option<u32>,
    /// First time.
    #[serde(default)]
    pub first: Option<Timestamp>,
    /// Last time, not before the first.
    #[serde(default)]
    pub last: Option<Timestamp>,
}

/// What an organisation says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Given {
    /// Whether it saw it.
    pub sighting: Option<Sighting>,
    /// How useful it was, from 1 to 5.
    pub usefulness: Option<u8>,
    /// In words; empty for nothing.
    pub comment: String,
    /// Whether the provider may be told who says so. The words it is told in any case.
    pub may_name: bool,
}

/// What can happen to a feedback.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum FeedbackChange {
    /// Said for the first time.
    Given {
        /// The item.
        item: MatterId,
        /// The organisation.
        party: PartyId,
        /// What it says.
        given: Given,
    },
    /// Said anew.
    Changed {
        /// What it says now.
        given: Given,
    },
}

impl FeedbackChange {
    /// Name of what is said anew.
    pub const CHANGED: &'static str = "changed";
}

/// What an organisation says of an item, as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feedback {
    /// Its id.
    pub id: MatterId,
    /// The item.
    pub item: MatterId,
    /// The organisation.
    pub party: PartyId,
    /// What it says now.
    pub given: Given,
    /// When it said so.
    pub at: Timestamp,
}

/// Key in [`SPACE`] that leads to an organisation's feedback on an item.
pub fn lookup_key(item: MatterId, party: PartyId) -> String {
    format!("{item}/{party}")
}

impl Matter for Feedback {
    const KIND: &'static str = "feedback";
    type Change = FeedbackChange;

    fn name(change: &FeedbackChange) -> &'static str {
        match change {
            FeedbackChange::Given { .. } => "given",
            FeedbackChange::Changed { .. } => FeedbackChange::CHANGED,
        }
    }

    fn begin(change: &FeedbackChange, at: &Moment<'_>) -> Result<Self, Unfit> {
        let FeedbackChange::Given { item, party, given } = change else {
            return Err(at.unfit::<Self>("a feedback begins with being given"));
        };
        Ok(Self {
            id: at.matter,
            item: *item,
            party: *party,
            given: given.clone(),
            at: at.recorded,
        })
    }

    fn apply(&mut self, change: &FeedbackChange, at: &Moment<'_>) -> Result<(), Unfit> {
        let FeedbackChange::Changed { given } = change else {
            return Err(at.unfit::<Self>("a feedback is given once, then changed"));
        };
        self.given = given.clone();
        self.at = at.recorded;
        Ok(())
    }

    fn project(&self) -> Projection {
        let sighting = self.given.sighting.as_ref();
        Projection {
            audience: Audience::parties_and_officers([self.party]),
            owner: Some(self.party.cast()),
            scope: Some(self.item),
            lookups: vec![(SPACE.to_owned(), lookup_key(self.item, self.party))],
            ..Projection::officers(sighting.map_or("remark", |one| one.kind.as_str()), self.at)
        }
    }
}

/// An organisation gives feedback on an item it can read; `before` is what it said earlier, `own` what leads to
/// it.
///
/// # Errors
/// When nothing is said, nothing changes, a bound is passed, or a comment without a name says whose it is: the
/// provider reads it.
pub fn give_feedback(
    before: Option<&Feedback>,
    item: MatterId,
    party: PartyId,
    mut given: Given,
    own: &Evidence,
) -> Result<Vec<FeedbackChange>, Refused> {
    given.comment = given.comment.trim().to_owned();
    bounded("comment", given.comment.len(), MAX_REASON_BYTES)?;
    if given
        .usefulness
        .is_some_and(|mark| !(1..=5).contains(&mark))
    {
        return Err(Refused::OutOfBounds {
            field: "usefulness",
        });
    }
    if let Some(sighting) = &given.sighting
        && let (Some(first), Some(last)) = (sighting.first, sighting.last)
        && last < first
    {
        return Err(Refused::OutOfBounds { field: "last" });
    }
    if !given.may_name {
        let found = names_itself(&given.comment, own);
        if !found.is_empty() {
            let found = found.join(" / ");
            return Err(Refused::NamesItself { found });
        }
    }
    let silent = given.sighting.is_none() && given.usefulness.is_none() && given.comment.is_empty();
    match before {
        None if silent => Err(Refused::Empty { field: "feedback" }),
        None => Ok(vec![FeedbackChange::Given { item, party, given }]),
        Some(before) if before.item != item || before.party != party => Err(Refused::NotOwner),
        Some(before) if before.given == given => Err(Refused::NoChange),
        Some(_) => Ok(vec![FeedbackChange::Changed { given }]),
    }
}

/// What the provider of an item learns of what members say.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForProvider {
    /// Organisations that saw it.
    pub seen: u32,
    /// Organisations that looked and did not.
    pub not_seen: u32,
    /// Organisations that call it a false positive.
    pub false_positive: u32,
    /// Marks from 1 to 5: how many organisations gave each.
    pub usefulness: [u32; 5],
    /// Sightings in all, as far as organisations counted them; one that did not counts once.
    pub sightings: u64,
    /// Comments whose authors do not want to be named, in the order of their letters.
    pub comments: Vec<String>,
    /// What organisations say that agreed to be named.
    pub named: Vec<NamedFeedback>,
}

/// A feedback whose author agreed to be named to the provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedFeedback {
    /// Who.
    pub party: PartyId,
    /// What it says.
    pub given: Given,
    /// When.
    pub at: Timestamp,
}

/// Sums up all feedbacks on an item for its provider: names only of those who agreed. Nothing comes in
/// the order in which it was said, so that the order names nobody.
pub fn for_provider<'a>(feedbacks: impl IntoIterator<Item = &'a Feedback>) -> ForProvider {
    let mut sum = ForProvider::default();
    for feedback in feedbacks {
        let given = &feedback.given;
        match given.sighting.as_ref().map(|sighting| sighting.kind) {
            Some(SightingKind::Seen) => {
                sum.seen += 1;
                let count = given.sighting.and_then(|sighting| sighting.count);
                sum.sightings += u64::from(count.unwrap_or(1));
            }
            Some(SightingKind::NotSeen) => sum.not_seen += 1,
            Some(SightingKind::FalsePositive) => sum.false_positive += 1,
            None => {}
        }
        let mark = given.usefulness.and_then(|mark| mark.checked_sub(1));
        if let Some(count) = mark.and_then(|at| sum.usefulness.get_mut(usize::from(at))) {
            *count += 1;
        }
        if given.may_name {
            sum.named.push(NamedFeedback {
                party: feedback.party,
                given: given.clone(),
                at: feedback.at,
            });
        } else if !given.comment.is_empty() {
            sum.comments.push(given.comment.clone());
        }
    }
    sum.named.sort_by_key(|one| one.party);
    sum.comments.sort_unstable();
    sum
}
