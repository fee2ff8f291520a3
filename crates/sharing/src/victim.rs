//! What was done to the victim: a record beside the report, with an audience of its own. It is never
//! derived from, and goes to others only by a further consent of its provider.

use jiff::Timestamp;
use kaname_kernel::{
    AccountId, Audience, Clause, HandleId, Matter, MatterId, Moment, PartyId, Projection, Term,
    Unfit,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    manifest::ManifestHash,
    refused::{Refused, bounded, reason},
    report::Opening,
    sealed::{MAX_SEALED_CHARS, Sealed},
};

/// Most parties and persons one victim record is shown to.
const MAX_SHARED: usize = 100;

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

/// To whom the provider has the record shown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Shown {
    /// Parties, such as the competent ministry.
    pub parties: Vec<PartyId>,
    /// Persons.
    pub persons: Vec<AccountId>,
}

impl Shown {
    /// Nobody.
    pub fn is_empty(&self) -> bool {
        self.parties.is_empty() && self.persons.is_empty()
    }
}

/// What the provider is asked to have shown, and to whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Showing {
    /// Who would see it from then on, in place of whoever sees it now.
    pub shown: Shown,
    /// The analyst who asks.
    pub officer: AccountId,
    /// Why.
    pub reason: String,
    /// What consent has to name: see [`showing_hash`].
    pub hash: ManifestHash,
}

/// SHA-256 over the record, its exact content and those who would see it: what the provider's consent
/// names, so that it never covers another content or other readers.
pub fn showing_hash(victim: MatterId, content: &Harm, shown: &Shown) -> ManifestHash {
    let form = ("kaname-victim-showing-1", victim, content, shown);
    // A tuple of plain structs always becomes JSON.
    let text = serde_json::to_vec(&form).unwrap_or_default();
    ManifestHash(Sha256::digest(text).into())
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
    /// The provider has it shown to others, or takes that back.
    Shown(Shown),
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
    /// What the provider is asked.
    #[serde(default)]
    pub asked: Option<Showing>,
    /// Whether the provider took it back.
    pub withdrawn: bool,
}

impl Matter for Victim {
    const KIND: &'static str = "victim";
    type Change = VictimChange;

    fn name(change: &VictimChange) -> &'static str {
        match change {
            VictimChange::Recorded { .. } => "recorded",
            VictimChange::Assigned { .. } => "assigned",
            VictimChange::Opened { .. } => "opened",
            VictimChange::Asked(_) => "asked",
            VictimChange::Declined => "declined",
            VictimChange::Shown(_) => "shown",
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
            asked: None,
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
            VictimChange::Asked(showing) => self.asked = Some(showing.clone()),
            VictimChange::Declined => self.asked = None,
            VictimChange::Shown(shown) => {
                self.shown = shown.clone();
                self.asked = None;
            }
            VictimChange::Withdrawn => {
                self.withdrawn = true;
                self.asked = None;
                self.shown = Shown::default();
            }
        }
        Ok(())
    }

    fn project(&self) -> Projection {
        let state = if self.withdrawn {
            "withdrawn"
        } else {
            "recorded"
        };
        Projection {
            audience: self.audience(),
            owner: Some(self.handle.cast()),
            scope: Some(self.report),
            ..Projection::officers(state, self.recorded)
        }
    }
}

impl Victim {
    /// The assigned analyst and those to whom the provider has it shown; nobody else, officers included.
    pub fn audience(&self) -> Audience {
        let persons = self.shown.persons.iter().chain(&self.assigned);
        let parties = self.shown.parties.iter().copied().map(Term::Party);
        let terms = persons.copied().map(Term::Person).chain(parties);
        Audience::everyone().and(Clause::any(terms))
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

    fn needs_asked(&self, by: HandleId) -> Result<&Showing, Refused> {
        self.needs_owner(by)?;
        self.needs_kept()?;
        self.asked.as_ref().ok_or(Refused::NoChange)
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

/// The assigned analyst asks the provider to have the record shown to these parties and persons, in
/// place of whoever sees it now. `hash` is their [`showing_hash`].
///
/// # Errors
/// For anyone else, when withdrawn, for nobody, for too many, for those who see it already, and without
/// a reason.
pub fn ask_showing(
    victim: &Victim,
    officer: AccountId,
    shown: Shown,
    why: &str,
    hash: ManifestHash,
) -> Result<Vec<VictimChange>, Refused> {
    victim.needs_kept()?;
    if victim.assigned != Some(officer) {
        return Err(Refused::NotAssigned);
    }
    if shown.is_empty() {
        return Err(Refused::Nobody);
    }
    bounded("parties", shown.parties.len(), MAX_SHARED)?;
    bounded("persons", shown.persons.len(), MAX_SHARED)?;
    if shown == victim.shown {
        return Err(Refused::NoChange);
    }
    let reason = reason(why)?;
    Ok(vec![VictimChange::Asked(Showing {
        shown,
        officer,
        reason,
        hash,
    })])
}

/// The provider's further consent: exactly those who were asked for see it from now on.
///
/// # Errors
/// For anyone but the provider, when withdrawn, when nothing is asked, and for another hash than was
/// asked for.
pub fn show_victim(
    victim: &Victim,
    by: HandleId,
    hash: ManifestHash,
) -> Result<Vec<VictimChange>, Refused> {
    let asked = victim.needs_asked(by)?;
    if asked.hash != hash {
        return Err(Refused::OtherManifest);
    }
    Ok(vec![VictimChange::Shown(asked.shown.clone())])
}

/// The provider does not have it shown.
///
/// # Errors
/// For anyone but the provider, when withdrawn, and when nothing is asked.
pub fn decline_showing(victim: &Victim, by: HandleId) -> Result<Vec<VictimChange>, Refused> {
    victim.needs_asked(by)?;
    Ok(vec![VictimChange::Declined])
}

/// The provider has it shown to nobody any more.
///
/// # Errors
/// For anyone but the provider, when withdrawn, and when nobody sees it.
pub fn hide_victim(victim: &Victim, by: HandleId) -> Result<Vec<VictimChange>, Refused> {
    victim.needs_owner(by)?;
    victim.needs_kept()?;
    if victim.shown.is_empty() {
        return Err(Refused::NoChange);
    }
    Ok(vec![VictimChange::Shown(Shown::default())])
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
