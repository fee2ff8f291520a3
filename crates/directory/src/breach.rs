//! The breach log: a party did not keep what it is bound to. Officers see it; the party sees it once
//! it was told, and may then state its side.

use std::{fmt, str::FromStr};

use jiff::Timestamp;
use kaname_kernel::{
    Audience, Clause, Matter, MatterId, Moment, PartyId, Projection, Unfit, audience::Term,
};
use serde::{Deserialize, Serialize};

use crate::{
    refused::{Refused, Why, at_most},
    text::{BadText, DutyCode, Line, Paragraph},
};

/// What was broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BreachKind {
    /// A duty accepted, such as secrecy.
    Duty,
    /// A marking: passed on further than TLP allows, or used against PAP.
    Marking,
    /// The deadline of a request for cooperation.
    Deadline,
    /// An agreement of another kind.
    Agreement,
}

impl BreachKind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Duty, Self::Marking, Self::Deadline, Self::Agreement];

    /// Name in files and commands.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Duty => "duty",
            Self::Marking => "marking",
            Self::Deadline => "deadline",
            Self::Agreement => "agreement",
        }
    }
}

impl fmt::Display for BreachKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for BreachKind {
    type Err = BadText;
    fn from_str(text: &str) -> Result<Self, BadText> {
        let found = Self::ALL.into_iter().find(|kind| kind.as_str() == text);
        found.ok_or(BadText {
            field: "breach.kind",
            what: "is not a kind of breach",
            limit: "duty, marking, deadline, agreement",
        })
    }
}

/// What is put down at first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Who did not keep it.
    pub party: PartyId,
    /// What was broken.
    pub kind: BreachKind,
    /// The duty, when it was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duty: Option<DutyCode>,
    /// In one line.
    pub subject: Line,
    /// What happened and how it is known.
    pub body: Paragraph,
    /// The request for cooperation it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<MatterId>,
}

/// A breach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Breach {
    /// Its id.
    pub id: MatterId,
    /// What was found.
    #[serde(flatten)]
    pub finding: Finding,
    /// When it happened, as far as known.
    pub occurred: Timestamp,
    /// When it was put down.
    pub recorded: Timestamp,
    /// When the party was told.
    pub told: Option<Timestamp>,
    /// What the party stated, with the moment. At most 20.
    pub statements: Vec<(Timestamp, Paragraph)>,
    /// How it ended.
    pub closed: Option<(Timestamp, Paragraph)>,
}

/// What can happen to a breach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum BreachChange {
    /// It was put down.
    Recorded(Finding),
    /// The party was told.
    Told,
    /// The party stated its side.
    Stated {
        /// Its words.
        text: Paragraph,
    },
    /// It was closed.
    Closed {
        /// What followed from it.
        measure: Paragraph,
    },
}

impl Breach {
    /// Puts a breach down.
    pub fn record(finding: Finding) -> Result<BreachChange, Refused> {
        if finding.kind == BreachKind::Duty && finding.duty.is_none() {
            return Refused::state("record breach", Why::DutyNotNamed);
        }
        Ok(BreachChange::Recorded(finding))
    }

    /// Tells the party: it sees the entry from now on.
    pub fn tell(&self) -> Result<BreachChange, Refused> {
        self.open("tell the party")?;
        if self.told.is_some() {
            return Refused::state("tell the party", Why::ToldBefore);
        }
        Ok(BreachChange::Told)
    }

    /// Adds the party's own words.
    pub fn state(&self, text: Paragraph) -> Result<BreachChange, Refused> {
        self.open("state")?;
        if self.told.is_none() {
            return Refused::state("state", Why::NotToldYet);
        }
        at_most("breach.statements", self.statements.len() + 1, 20)?;
        Ok(BreachChange::Stated { text })
    }

    /// Closes it with what followed.
    pub fn close(&self, measure: Paragraph) -> Result<BreachChange, Refused> {
        self.open("close breach")?;
        Ok(BreachChange::Closed { measure })
    }

    fn open(&self, what: &'static str) -> Result<(), Refused> {
        if self.closed.is_some() {
            return Refused::state(what, Why::EntryClosed);
        }
        Ok(())
    }
}

impl Matter for Breach {
    const KIND: &'static str = "breach";
    type Change = BreachChange;

    fn name(change: &BreachChange) -> &'static str {
        match change {
            BreachChange::Recorded(_) => "recorded",
            BreachChange::Told => "told",
            BreachChange::Stated { .. } => "stated",
            BreachChange::Closed { .. } => "closed",
        }
    }

    fn begin(change: &BreachChange, at: &Moment<'_>) -> Result<Self, Unfit> {
        let BreachChange::Recorded(finding) = change else {
            return Err(at.unfit::<Self>("a breach begins by being recorded"));
        };
        Ok(Self {
            id: at.matter,
            finding: finding.clone(),
            occurred: at.occurred,
            recorded: at.recorded,
            told: None,
            statements: Vec::new(),
            closed: None,
        })
    }

    fn apply(&mut self, change: &BreachChange, at: &Moment<'_>) -> Result<(), Unfit> {
        match change {
            BreachChange::Recorded(_) => return Err(at.unfit::<Self>("recorded twice")),
            BreachChange::Told => self.told = Some(at.recorded),
            BreachChange::Stated { text } => self.statements.push((at.recorded, text.clone())),
            BreachChange::Closed { measure } => self.closed = Some((at.recorded, measure.clone())),
        }
        Ok(())
    }

    fn project(&self) -> Projection {
        let party = self.told.map(|_| Term::Party(self.finding.party));
        let state = match (&self.closed, self.told) {
            (Some(_), _) => "closed",
            (None, Some(_)) => "told",
            (None, None) => "recorded",
        };
        Projection {
            audience: Audience::everyone()
                .and(Clause::any([Term::Officer].into_iter().chain(party))),
            owner: Some(self.finding.party.cast()),
            scope: self.finding.about,
            text: format!("{} {}", self.finding.subject, self.finding.body),
            ..Projection::officers(state, self.recorded)
        }
    }
}
