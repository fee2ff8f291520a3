//! An incident report: what an operator says happened to it, from the first notice to the last, and who was told. It is
//! one matter however often the operator speaks. Who the operator is stands in it: those to whom it is owed may know,
//! and others get a form that does not say it ([`crate::routing`]).

mod change;
mod filing;
mod notice;
mod routed;
mod told;

use std::collections::BTreeSet;

use jiff::Timestamp;
use kaname_kernel::{Audience, Matter, MatterId, Moment, PartyId, Projection, Unfit};
use serde::{Deserialize, Serialize};

pub use self::{
    change::{Filing, Given, ReportChange},
    filing::{consent, file, take_consent, tell, withdraw},
    notice::{
        Affected, Attachment, Attack, MAX_ATTACHMENT_BYTES, MAX_ATTACHMENTS, MAX_MEASURES, Notice,
        NoticeKind, Oddity, Times, Words,
    },
    routed::route,
    told::{Account, Part, PersonalData, Told, told},
};
use crate::{number, routing::Recipient};

/// How a report came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// Typed into the form.
    Form,
    /// As a mail.
    Mail,
    /// By the API.
    Api,
    /// Told by telephone, and written down by the officer on duty.
    Phone,
    /// As the file of the form that works without a network.
    Offline,
}

/// Where a report stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportState {
    /// The first notice is there.
    Filed,
    /// More was said since.
    Updated,
    /// The final notice is there.
    Final,
    /// The operator took it back.
    Withdrawn,
}

impl ReportState {
    /// The word in lists and counts.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Filed => "filed",
            Self::Updated => "updated",
            Self::Final => "final",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// One word of the operator, in the list of them; what it said stands in the ledger under its version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// The version of the report that it made.
    pub version: u32,
    /// Which word.
    pub kind: NoticeKind,
    /// When it was recorded.
    pub at: Timestamp,
}

/// A report as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncidentReport {
    /// Its id.
    pub id: MatterId,
    /// Receipt number.
    pub receipt: String,
    /// Whose incident it is.
    pub operator: PartyId,
    /// How it came.
    pub channel: Channel,
    /// When the hub recorded it.
    pub received: Timestamp,
    /// Where it stands.
    pub state: ReportState,
    /// What holds now: the latest word.
    pub notice: Notice,
    /// Every word, oldest first.
    pub said: Vec<Said>,
    /// Whom the operator lets be told.
    pub consents: BTreeSet<Recipient>,
    /// Who was told by the rules, each recipient and form once, oldest first.
    pub given: Vec<Given>,
    /// Why and when it was taken back.
    pub withdrawn: Option<(Timestamp, String)>,
}

impl Matter for IncidentReport {
    const KIND: &'static str = "incident_report";
    const SEALED: bool = true;
    type Change = ReportChange;

    fn name(change: &ReportChange) -> &'static str {
        match change {
            ReportChange::Filed(_) => "filed",
            ReportChange::Told(notice) => match notice.kind {
                NoticeKind::First | NoticeKind::Update => "updated",
                NoticeKind::Final => "finalised",
                NoticeKind::Correction => "corrected",
            },
            ReportChange::Withdrawn { .. } => "withdrawn",
            ReportChange::Consented { .. } => "consented",
            ReportChange::ConsentTaken { .. } => "consent_taken",
            ReportChange::Routed { .. } => "routed",
        }
    }

    fn begin(change: &ReportChange, at: &Moment<'_>) -> Result<Self, Unfit> {
        let ReportChange::Filed(filing) = change else {
            return Err(at.unfit::<Self>("an incident report begins with being filed"));
        };
        let filing = (**filing).clone();
        let mut report = Self {
            id: at.matter,
            receipt: filing.receipt,
            operator: filing.operator,
            channel: filing.channel,
            received: at.recorded,
            state: ReportState::Filed,
            notice: filing.notice,
            said: Vec::new(),
            consents: filing.consents,
            given: Vec::new(),
            withdrawn: None,
        };
        report.say(at);
        Ok(report)
    }

    fn apply(&mut self, change: &ReportChange, at: &Moment<'_>) -> Result<(), Unfit> {
        match change {
            ReportChange::Filed(_) => {
                return Err(at.unfit::<Self>("an incident report is filed once"));
            }
            ReportChange::Told(notice) => {
                self.notice = (**notice).clone();
                self.say(at);
                self.state = match (notice.kind, self.state) {
                    (NoticeKind::Final, _) => ReportState::Final,
                    (NoticeKind::Correction, state) => state,
                    (NoticeKind::First | NoticeKind::Update, _) => ReportState::Updated,
                };
            }
            ReportChange::Withdrawn { reason } => {
                self.state = ReportState::Withdrawn;
                self.withdrawn = Some((at.recorded, reason.clone()));
            }
            ReportChange::Consented { to } => {
                self.consents.insert(to.clone());
            }
            ReportChange::ConsentTaken { to } => {
                self.consents.remove(to);
            }
            ReportChange::Routed { given } => self.given.extend(given.iter().cloned()),
        }
        Ok(())
    }

    fn project(&self) -> Projection {
        Projection {
            audience: Audience::parties_and_officers([self.operator]),
            owner: Some(self.operator.cast()),
            tlp: Some(self.notice.tlp),
            // Its number alone: what it says is for who may open it.
            text: self.receipt.clone(),
            lookups: vec![(
                number::REPORT_SPACE.to_owned(),
                number::normalise(&self.receipt),
            )],
            ..Projection::officers(self.state.as_str(), self.received)
        }
    }
}

impl IncidentReport {
    fn say(&mut self, at: &Moment<'_>) {
        self.said.push(Said {
            version: at.version,
            kind: self.notice.kind,
            at: at.recorded,
        });
    }
}
