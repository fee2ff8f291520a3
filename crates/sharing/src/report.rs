//! A report: what a provider saw of the attack, with its name sealed. What was done to the victim is
//! a record of its own ([`crate::victim`]). What was derived from it is a matter of its own too
//! ([`crate::item`]); nothing here leads there.

mod change;

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use kaname_kernel::{
    AccountId, GroupId, HandleId, Matter, MatterId, Moment, Pap, Posting, Projection, Tlp, Unfit,
};
use serde::{Deserialize, Serialize};

pub use self::change::ReportChange;
use crate::{
    number,
    sealed::Sealed,
    value::{Value, hosts_named},
};

/// In which form a report came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// Typed into the form.
    Form,
    /// Pasted as text, or a text file.
    Paste,
    /// A mail as a file.
    Mail,
    /// A table (CSV, TSV).
    Table,
    /// A STIX bundle.
    Stix,
    /// Posted into an intake collection.
    Taxii,
    /// Posted into an intake collection as an event of MISP.
    Misp,
    /// As the JSON of the API, posted or as a file.
    Api,
}

/// How soon somebody has to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// Within the day.
    Low,
    /// Within four hours.
    Normal,
    /// Within the hour.
    High,
}

impl Urgency {
    /// All of them, the least first.
    pub const ALL: [Self; 3] = [Self::Low, Self::Normal, Self::High];

    /// The word in forms and files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Normal => "normal",
            Self::High => "high",
        }
    }

    /// What a word means, if it is one of them.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == word)
    }

    /// How long triage may take.
    pub const fn triage_within(self) -> SignedDuration {
        match self {
            Self::High => SignedDuration::from_hours(1),
            Self::Normal => SignedDuration::from_hours(4),
            Self::Low => SignedDuration::from_hours(24),
        }
    }
}

/// Whom the provider would like to reach.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Wishes {
    /// Groups.
    pub groups: Vec<GroupId>,
    /// Member class codes.
    pub classes: Vec<String>,
}

/// What a provider hands in, its texts already sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Submission {
    /// Receipt number.
    pub receipt: String,
    /// Stand-in of the provider.
    pub handle: HandleId,
    /// A sealed [`Technique`].
    pub content: Sealed,
    /// How it came.
    pub channel: Channel,
    /// Confirmed values.
    pub values: Vec<Value>,
    /// How far it may go.
    pub tlp: Tlp,
    /// What may be done with it.
    pub pap: Pap,
    /// Whom to reach.
    #[serde(default)]
    pub wishes: Wishes,
    /// Sector code, when the provider lets it be known.
    #[serde(default)]
    pub sector: Option<String>,
    /// How soon.
    pub urgency: Urgency,
    /// How many attachments.
    #[serde(default)]
    pub attachments: u32,
    /// When it was seen, to the hour.
    #[serde(default)]
    pub seen: Option<Timestamp>,
}

/// The sealed part of a report: its plain form, which the world seals and opens.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Technique {
    /// Title.
    pub title: String,
    /// What the attacker did.
    pub text: String,
    /// Remarks on single values: value and remark.
    pub remarks: Vec<(String, String)>,
    /// When it was seen, as exactly as the provider knows.
    pub seen: Option<Timestamp>,
    /// Names of the attachments, in order.
    pub attachments: Vec<String>,
    /// Blobs: the original as it arrived, then the attachments.
    pub blobs: Vec<MatterId>,
}

/// Where a report stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportState {
    /// Arrived; nobody is assigned.
    Submitted,
    /// An analyst is assigned.
    InTriage,
    /// Something was derived from it.
    Derived,
    /// Nothing more happens; the reason stands beside it.
    Closed,
}

impl ReportState {
    /// The word in lists and counts.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::InTriage => "in_triage",
            Self::Derived => "derived",
            Self::Closed => "closed",
        }
    }
}

/// Why a report was closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Closing {
    /// Another report says the same. Officers see which.
    Duplicate {
        /// The other report.
        of: MatterId,
    },
    /// Nothing can be done with it.
    NotActionable {
        /// Told to the provider.
        reason: String,
    },
    /// The provider took it back.
    Withdrawn,
}

/// Someone looked at the sealed part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    /// Who.
    pub officer: AccountId,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}

/// One line between provider and hub.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Whether the hub wrote it (a question), else the provider.
    pub from_hub: bool,
    /// The text, sealed.
    pub text: Sealed,
    /// When.
    pub at: Timestamp,
}

/// An officer's note on a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Noted {
    /// Who.
    pub officer: AccountId,
    /// The text, sealed: a note may name what the report names.
    pub text: Sealed,
    /// When.
    pub at: Timestamp,
}

/// A report as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Its id.
    pub id: MatterId,
    /// What was handed in.
    pub submission: Submission,
    /// When the hub recorded it.
    pub received: Timestamp,
    /// Where it stands.
    pub state: ReportState,
    /// Whose it is.
    pub assigned: Option<AccountId>,
    /// Who opened the sealed part, in order; assignments included.
    pub openings: Vec<Opening>,
    /// Officers' notes.
    pub notes: Vec<Noted>,
    /// Questions and answers.
    pub thread: Vec<Line>,
    /// Why it was closed.
    pub closing: Option<Closing>,
}

impl Report {
    /// Whether the hub asked last and waits for the provider.
    pub fn awaits_answer(&self) -> bool {
        self.thread.last().is_some_and(|line| line.from_hub)
    }

    /// Until when triage has to be done; `None` when it is.
    pub fn triage_due(&self) -> Option<Timestamp> {
        let waits = matches!(self.state, ReportState::Submitted | ReportState::InTriage);
        let within = self.submission.urgency.triage_within();
        waits.then(|| {
            self.received
                .saturating_add(within)
                .unwrap_or(self.received)
        })
    }
}

impl Matter for Report {
    const KIND: &'static str = "report";
    const SEALED: bool = true;
    type Change = ReportChange;

    fn name(change: &ReportChange) -> &'static str {
        match change {
            ReportChange::Submitted(_) => "submitted",
            ReportChange::Assigned { .. } => "assigned",
            ReportChange::Opened { .. } => "opened",
            ReportChange::Inspected { .. } => "inspected",
            ReportChange::Noted { .. } => "noted",
            ReportChange::Asked { .. } => "asked",
            ReportChange::Answered { .. } => "answered",
            // One word for both ends of triage: a header does not tell whether an item came of it.
            ReportChange::Derived | ReportChange::Closed(_) => "settled",
            ReportChange::Withdrawn => "withdrawn",
        }
    }

    fn begin(change: &ReportChange, at: &Moment<'_>) -> Result<Self, Unfit> {
        let ReportChange::Submitted(submission) = change else {
            return Err(at.unfit::<Self>("a report begins with being submitted"));
        };
        Ok(Self {
            id: at.matter,
            submission: (**submission).clone(),
            received: at.recorded,
            state: ReportState::Submitted,
            assigned: None,
            openings: Vec::new(),
            notes: Vec::new(),
            thread: Vec::new(),
            closing: None,
        })
    }

    fn apply(&mut self, change: &ReportChange, at: &Moment<'_>) -> Result<(), Unfit> {
        match change {
            ReportChange::Submitted(_) => {
                return Err(at.unfit::<Self>("a report is submitted once"));
            }
            ReportChange::Assigned { officer, reason } => {
                self.open(*officer, reason, at);
                self.assigned = Some(*officer);
                if self.state == ReportState::Submitted {
                    self.state = ReportState::InTriage;
                }
            }
            ReportChange::Opened { officer, reason }
            | ReportChange::Inspected { officer, reason } => self.open(*officer, reason, at),
            ReportChange::Noted { text } => {
                let Some(officer) = at.actor.account() else {
                    return Err(at.unfit::<Self>("a note is a person's"));
                };
                self.notes.push(Noted {
                    officer,
                    text: text.clone(),
                    at: at.recorded,
                });
            }
            ReportChange::Asked { text } => self.say(true, text, at),
            ReportChange::Answered { text } => self.say(false, text, at),
            ReportChange::Derived => self.state = ReportState::Derived,
            ReportChange::Closed(closing) => self.close(closing.clone()),
            ReportChange::Withdrawn => self.close(Closing::Withdrawn),
        }
        Ok(())
    }

    fn project(&self) -> Projection {
        let submission = &self.submission;
        let values = submission.values.iter();
        let postings = values.flat_map(|value| {
            let hosts = hosts_named(&value.search_value());
            hosts.into_iter().chain([value.posting()])
        });
        let postings: BTreeSet<Posting> = postings.collect();
        Projection {
            owner: Some(submission.handle.cast()),
            due_at: self.triage_due(),
            tlp: Some(submission.tlp),
            // Its number alone: who finds a report by a value knows the value before an opening.
            text: submission.receipt.clone(),
            postings: postings.into_iter().collect(),
            lookups: vec![(
                number::RECEIPT_SPACE.to_owned(),
                number::normalise(&submission.receipt),
            )],
            ..Projection::officers(self.state.as_str(), self.received)
        }
    }
}

impl Report {
    fn open(&mut self, officer: AccountId, reason: &str, at: &Moment<'_>) {
        self.openings.push(Opening {
            officer,
            reason: reason.to_owned(),
            at: at.recorded,
        });
    }

    fn say(&mut self, from_hub: bool, text: &Sealed, at: &Moment<'_>) {
        self.thread.push(Line {
            from_hub,
            text: text.clone(),
            at: at.recorded,
        });
    }

    fn close(&mut self, closing: Closing) {
        self.state = ReportState::Closed;
        self.closing = Some(closing);
    }
}
