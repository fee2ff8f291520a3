//! A request for cooperation: the centre asks a member for material; the member answers by a deadline,
//! or refuses and says why (Basic Act on Cybersecurity, art. 17).

use jiff::Timestamp;
use kaname_kernel::{
    Audience, Clause, Matter, MatterId, Moment, PartyId, Projection, Unfit, audience::Term,
};
use serde::{Deserialize, Serialize};

use crate::{
    party::Party,
    refused::{Refused, Why},
    text::{Line, Paragraph},
};

/// What is asked of whom, until when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Who is asked.
    pub to: PartyId,
    /// What about.
    pub subject: Line,
    /// What is asked for.
    pub body: Paragraph,
    /// Law or agreement it rests on.
    pub basis: Line,
    /// Until when an answer is due.
    pub deadline: Timestamp,
    /// The matter it is about, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<MatterId>,
}

/// How a request stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Standing {
    /// Waits for the party.
    Open,
    /// Answered.
    Answered {
        /// When.
        at: Timestamp,
        /// The answer.
        text: Paragraph,
        /// Whether after the deadline.
        late: bool,
    },
    /// Refused.
    Refused {
        /// When.
        at: Timestamp,
        /// Why the party may refuse.
        justification: Paragraph,
        /// Whether after the deadline.
        late: bool,
    },
    /// No longer wanted.
    Withdrawn {
        /// When.
        at: Timestamp,
        /// Why.
        reason: Paragraph,
    },
}

/// A request for cooperation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cooperation {
    /// Its id.
    pub id: MatterId,
    /// What is asked; the deadline as it stands now.
    #[serde(flatten)]
    pub asked: Asked,
    /// How it stands.
    pub standing: Standing,
    /// When it was asked.
    pub at: Timestamp,
}

/// What can happen to a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum CooperationChange {
    /// It was asked.
    Asked(Asked),
    /// The deadline was moved later.
    Extended {
        /// The new one.
        deadline: Timestamp,
    },
    /// The party answered.
    Answered {
        /// The answer.
        text: Paragraph,
    },
    /// The party refused.
    Refused {
        /// Why it may.
        justification: Paragraph,
    },
    /// The centre took it back.
    Withdrawn {
        /// Why.
        reason: Paragraph,
    },
}

impl Cooperation {
    /// Asks a party.
    pub fn ask(asked: Asked, to: &Party, now: Timestamp) -> Result<CooperationChange, Refused> {
        if asked.to != to.id {
            return Refused::state("ask for cooperation", Why::OtherParty);
        }
        if to.span.until.is_some() {
            return Refused::state("ask for cooperation", Why::PartyRetired);
        }
        if asked.deadline <= now {
            return Refused::state("ask for cooperation", Why::DeadlinePast);
        }
        Ok(CooperationChange::Asked(asked))
    }

    /// Moves the deadline later.
    pub fn extend(
        &self,
        deadline: Timestamp,
        now: Timestamp,
    ) -> Result<CooperationChange, Refused> {
        self.open("extend deadline")?;
        if deadline <= self.asked.deadline || deadline <= now {
            return Refused::state("extend deadline", Why::DeadlineNotLater);
        }
        Ok(CooperationChange::Extended { deadline })
    }

    /// Answers; late answers are taken and marked late.
    pub fn answer(&self, text: Paragraph) -> Result<CooperationChange, Refused> {
        self.open("answer request")?;
        Ok(CooperationChange::Answered { text })
    }

    /// Refuses, with the reason that justifies it.
    pub fn refuse(&self, justification: Paragraph) -> Result<CooperationChange, Refused> {
        self.open("refuse request")?;
        Ok(CooperationChange::Refused { justification })
    }

    /// Takes it back.
    pub fn withdraw(&self, reason: Paragraph) -> Result<CooperationChange, Refused> {
        self.open("withdraw request")?;
        Ok(CooperationChange::Withdrawn { reason })
    }

    /// Whether the party still owes an answer.
    pub const fn is_open(&self) -> bool {
        matches!(self.standing, Standing::Open)
    }

    fn open(&self, what: &'static str) -> Result<(), Refused> {
        if !self.is_open() {
            return Refused::state(what, Why::RequestClosed);
        }
        Ok(())
    }
}

impl Matter for Cooperation {
    const KIND: &'static str = "cooperation";
    type Change = CooperationChange;

    fn name(change: &CooperationChange) -> &'static str {
        match change {
            CooperationChange::Asked(_) => "asked",
            CooperationChange::Extended { .. } => "extended",
            CooperationChange::Answered { .. } => "answered",
            CooperationChange::Refused { .. } => "refused",
            CooperationChange::Withdrawn { .. } => "withdrawn",
        }
    }

    fn begin(change: &CooperationChange, at: &Moment<'_>) -> Result<Self, Unfit> {
        let CooperationChange::Asked(asked) = change else {
            return Err(at.unfit::<Self>("a request begins by being asked"));
        };
        let (id, asked, at) = (at.matter, asked.clone(), at.recorded);
        Ok(Self {
            id,
            asked,
            standing: Standing::Open,
            at,
        })
    }

    fn apply(&mut self, change: &CooperationChange, at: &Moment<'_>) -> Result<(), Unfit> {
        if !self.is_open() {
            return Err(at.unfit::<Self>("the request is closed"));
        }
        let (late, at_time) = (at.recorded > self.asked.deadline, at.recorded);
        match change {
            CooperationChange::Asked(_) => return Err(at.unfit::<Self>("asked twice")),
            CooperationChange::Extended { deadline } => self.asked.deadline = *deadline,
            CooperationChange::Answered { text } => {
                let text = text.clone();
                self.standing = Standing::Answered {
                    at: at_time,
                    text,
                    late,
                };
            }
            CooperationChange::Refused { justification } => {
                let justification = justification.clone();
                self.standing = Standing::Refused {
                    at: at_time,
                    justification,
                    late,
                };
            }
            CooperationChange::Withdrawn { reason } => {
                let reason = reason.clone();
                self.standing = Standing::Withdrawn {
                    at: at_time,
                    reason,
                };
            }
        }
        Ok(())
    }

    fn project(&self) -> Projection {
        let state = match self.standing {
            Standing::Open => "open",
            Standing::Answered { .. } => "answered",
            Standing::Refused { .. } => "refused",
            Standing::Withdrawn { .. } => "withdrawn",
        };
        let seen_by = [Term::Officer, Term::Party(self.asked.to)];
        Projection {
            audience: Audience::everyone().and(Clause::any(seen_by)),
            owner: Some(self.asked.to.cast()),
            due_at: Some(self.asked.deadline).filter(|_| self.is_open()),
            text: format!("{} {}", self.asked.subject, self.asked.body),
            ..Projection::officers(state, self.at)
        }
    }
}
