//! What was done to the victim: a record beside the report, with an audience of its own. It is never
//! derived from, and goes to others only by a further consent of its provider.

mod history;
mod leads;
mod showing;

pub use history::{Entry, Happened, MAX_HISTORY};
pub use leads::{HarmPlace, HarmTrace};
pub use showing::{
    Acknowledged, Answer, Answered, ReaderTold, Showing, ShowingManifest, Shown,
    acknowledge_victim, ask_showing, decline_showing, hide_victim, lapse_showing, show_victim,
};

use jiff::Timestamp;
use kaname_kernel::{
    AccountId, Audience, Clause, HandleId, Matter, MatterId, Moment, PartyId, Projection, Term,
    Unfit,
};
use serde::{Deserialize, Serialize};

use crate::{
    manifest::ManifestHash,
    refused::{Refused, bounded, reason},
    report::Opening,
    sealed::{MAX_SEALED_CHARS, Sealed},
};

/// The sealed part of a victim record: its plain form, which the world seals and opens.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Harm {
    /// What was hit, how badly, what stood still.
    pub text: String,
    /// When it was noticed.
    pub noticed: Option<Timestamp>,
    /// Whom to ask, in the provider's words.
    pub contact: String,
}

/// What can happen to a victim record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum VictimChange {
    /// Recorded with the report.
    Recorded {
        /// The report beside it.
        report: MatterId,
        /// Stand-in of the provider.
        handle: HandleId,
        /// A sealed [`Harm`].
        content: Sealed,
    },
    /// The report's analyst may open it.
    Assigned {
        /// To whom.
        officer: AccountId,
        /// Why.
        reason: String,
    },
    /// Opened again.
    Opened {
        /// By whom.
        officer: AccountId,
        /// Why.
        reason: String,
    },
    /// The analyst asks the provider to have it shown.
    Asked(Showing),
    /// The provider says no.
    Declined,
    /// The provider said nothing until the deadline, which is no.
    Lapsed,
    /// The provider consents: these see it from now on.
    Consented {
        /// Who.
        shown: Shown,
        /// What the consent named: see [`ShowingManifest`].
        hash: ManifestHash,
        /// What the provider read of them; empty as versions before wrote it.
        #[serde(default)]
        readers: Vec<ReaderTold>,
    },
    /// The provider has it shown to nobody any more; as versions before wrote it, to others too.
    Shown(Shown),
    /// A person to whom it is shown has taken note of it.
    Acknowledged {
        /// For whom: the party that the person acts for.
        party: PartyId,
        /// Who.
        person: AccountId,
    },
    /// Taken back by the provider.
    Withdrawn,
}

/// A victim record as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Victim {
    /// Its id.
    pub id: MatterId,
    /// The report beside it.
    pub report: MatterId,
    /// Stand-in of the provider.
    pub handle: HandleId,
    /// A sealed [`Harm`].
    pub content: Sealed,
    /// When the hub recorded it.
    pub recorded: Timestamp,
    /// The analyst who may open it.
    pub assigned: Option<AccountId>,
    /// Who opened it, in order.
    pub openings: Vec<Opening>,
    /// To whom the provider has it shown.
    pub shown: Shown,
    /// Since when those readers see it; `None` while nobody does.
    #[serde(default)]
    pub shown_at: Option<Timestamp>,
    /// Which of them have taken note of it.
    #[serde(default)]
    pub acknowledged: Vec<Acknowledged>,
    /// What the provider is asked.
    #[serde(default)]
    pub asked: Option<Showing>,
    /// What became of the last request.
    #[serde(default)]
    pub answered: Option<Answered>,
    /// What happened to its showing, oldest first, at most [`MAX_HISTORY`].
    #[serde(default)]
    pub history: Vec<Entry>,
    /// Whether the provider took it back.
    pub withdrawn: bool,
}

impl Matter for Victim {
    const KIND: &'static str = "victim";
    const SEALED: bool = true;
    type Change = VictimChange;

    fn name(change: &VictimChange) -> &'static str {
        match change {
            VictimChange::Recorded { .. } => "recorded",
            VictimChange::Assigned { .. } => "assigned",
            VictimChange::Opened { .. } => "opened",
            VictimChange::Asked(_) => "asked",
            VictimChange::Declined => "declined",
            VictimChange::Lapsed => "lapsed",
            // One word: headers do not tell consent from its end.
            VictimChange::Consented { .. } | VictimChange::Shown(_) => "shown",
            VictimChange::Acknowledged { .. } => "acknowledged",
            VictimChange::Withdrawn => "withdrawn",
        }
    }

    fn begin(change: &VictimChange, at: &Moment<'_>) -> Result<Self, Unfit> {
        let VictimChange::Recorded {
            report,
            handle,
            content,
        } = change
        else {
            return Err(at.unfit::<Self>("a victim record begins with being recorded"));
        };
        Ok(Self {
            id: at.matter,
            report: *report,
            handle: *handle,
            content: content.clone(),
            recorded: at.recorded,
            assigned: None,
            openings: Vec::new(),
            shown: Shown::default(),
            shown_at: None,
            acknowledged: Vec::new(),
            asked: None,
            answered: None,
            history: Vec::new(),
            withdrawn: false,
        })
    }

    fn apply(&mut self, change: &VictimChange, at: &Moment<'_>) -> Result<(), Unfit> {
        match change {
            VictimChange::Recorded { .. } => {
                return Err(at.unfit::<Self>("a victim record is recorded once"));
            }
            VictimChange::Assigned { officer, reason } => {
                self.assigned = Some(*officer);
                self.opened(*officer, reason, at);
            }
            VictimChange::Opened { officer, reason } => self.opened(*officer, reason, at),
            VictimChange::Asked(showing) => {
                self.note(showing.as_history(), at);
                self.asked = Some(showing.clone());
            }
            VictimChange::Declined => {
                self.note(Happened::Declined, at);
                self.answer(Answer::Declined, at);
            }
            VictimChange::Lapsed => {
                self.note(Happened::Lapsed, at);
                self.answer(Answer::Lapsed, at);
            }
            VictimChange::Consented {
                shown,
                hash,
                readers,
            } => self.consent(shown, (Some(*hash), readers), at),
            // To nobody any more: what is open with the provider stays open.
            VictimChange::Shown(shown) if shown.is_empty() => {
                self.note(Happened::Hidden, at);
                self.show(Shown::default(), at);
            }
            VictimChange::Shown(shown) => self.consent(shown, (None, &[]), at),
            VictimChange::Acknowledged { party, person } => {
                self.note(Happened::Read { party: *party }, at);
                self.acknowledged.push(Acknowledged {
                    party: *party,
                    person: *person,
                    at: at.recorded,
                });
            }
            VictimChange::Withdrawn => {
                self.note(Happened::Withdrawn, at);
                self.withdrawn = true;
                self.asked = None;
                self.show(Shown::default(), at);
            }
        }
        Ok(())
    }

    fn project(&self) -> Projection {
        Projection {
            audience: self.audience(),
            owner: Some(self.handle.cast()),
            scope: Some(self.report),
            due_at: self.asked.as_ref().and_then(|asked| asked.deadline),
            ..Projection::officers(self.state(), self.shown_at.unwrap_or(self.recorded))
        }
    }
}

impl Victim {
    /// State word while the provider is asked.
    pub const ASKED: &'static str = "asked";
    /// State word while others see it and nothing is asked.
    pub const SHOWN: &'static str = "shown";

    /// The assigned analyst and those to whom the provider has it shown; nobody else, officers included.
    pub fn audience(&self) -> Audience {
        let persons = self.shown.persons.iter().chain(&self.assigned);
        let parties = self.shown.parties.iter().copied().map(Term::Party);
        let terms = persons.copied().map(Term::Person).chain(parties);
        Audience::everyone().and(Clause::any(terms))
    }

    /// State word: what is open with the provider comes before who sees it.
    fn state(&self) -> &'static str {
        match (self.withdrawn, &self.asked) {
            (true, _) => "withdrawn",
            (false, Some(_)) => Self::ASKED,
            (false, None) if !self.shown.is_empty() => Self::SHOWN,
            (false, None) => "recorded",
        }
    }

    fn opened(&mut self, officer: AccountId, reason: &str, at: &Moment<'_>) {
        self.openings.push(Opening {
            officer,
            reason: reason.to_owned(),
            at: at.recorded,
        });
    }

    fn needs_kept(&self) -> Result<(), Refused> {
        if self.withdrawn {
            return Err(Refused::State {
                matter: "victim",
                state: "withdrawn",
                needs: "recorded",
            });
        }
        Ok(())
    }

    fn needs_owner(&self, by: HandleId) -> Result<(), Refused> {
        if self.handle == by {
            Ok(())
        } else {
            Err(Refused::NotOwner)
        }
    }
}

/// Records what was done to the victim, beside a report.
///
/// # Errors
/// When empty or too long.
pub fn record_victim(
    report: MatterId,
    handle: HandleId,
    content: Sealed,
) -> Result<Vec<VictimChange>, Refused> {
    if content.is_empty() {
        return Err(Refused::Empty { field: "content" });
    }
    bounded("content", content.chars(), MAX_SEALED_CHARS)?;
    Ok(vec![VictimChange::Recorded {
        report,
        handle,
        content,
    }])
}

/// The report's newly assigned analyst may open the victim record too.
///
/// # Errors
/// When withdrawn, without a reason, or for an officer of the provider's own party.
pub fn assign_victim(
    victim: &Victim,
    officer: AccountId,
    why: &str,
    of_providers_party: bool,
) -> Result<Vec<VictimChange>, Refused> {
    victim.needs_kept()?;
    if of_providers_party {
        return Err(Refused::OwnParty);
    }
    let reason = reason(why)?;
    Ok(vec![VictimChange::Assigned { officer, reason }])
}

/// The assigned analyst opens it once more.
///
/// # Errors
/// For anyone else, and without a reason.
pub fn open_victim(
    victim: &Victim,
    officer: AccountId,
    why: &str,
) -> Result<Vec<VictimChange>, Refused> {
    victim.needs_kept()?;
    if victim.assigned != Some(officer) {
        return Err(Refused::NotAssigned);
    }
    bounded("openings", victim.openings.len() + 1, 1_000)?;
    let reason = reason(why)?;
    Ok(vec![VictimChange::Opened { officer, reason }])
}

/// The provider takes the record back.
///
/// # Errors
/// For anyone but the provider, and a second time.
pub fn withdraw_victim(victim: &Victim, by: HandleId) -> Result<Vec<VictimChange>, Refused> {
    victim.needs_owner(by)?;
    victim.needs_kept()?;
    Ok(vec![VictimChange::Withdrawn])
}
