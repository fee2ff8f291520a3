//! Who else sees a victim record: the analyst asks, the provider answers until a deadline, the readers
//! take note.

use std::collections::BTreeSet;

use jiff::Timestamp;
use kaname_directory::{DutyCode, Name2};
use kaname_kernel::{AccountId, HandleId, MatterId, Moment, PartyId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Happened, Harm, Victim, VictimChange};
use crate::{
    manifest::ManifestHash,
    refused::{Refused, bounded, reason},
};

/// Most parties and persons one victim record is shown to.
const MAX_SHARED: usize = 100;

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

    /// Whether it names the party, or the person.
    pub fn names(&self, party: Option<PartyId>, person: Option<AccountId>) -> bool {
        party.is_some_and(|party| self.parties.contains(&party))
            || person.is_some_and(|person| self.persons.contains(&person))
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
    /// Until when the provider may consent; silence is no. Requests recorded by versions without
    /// deadlines have none: they stay open until the provider answers or something else is asked.
    #[serde(default)]
    pub deadline: Option<Timestamp>,
}

impl Showing {
    /// Whether its deadline has passed.
    pub fn is_late(&self, now: Timestamp) -> bool {
        self.deadline.is_some_and(|deadline| now > deadline)
    }

    pub(super) fn as_history(&self) -> Happened {
        Happened::Asked {
            officer: self.officer,
            reason: self.reason.clone(),
            shown: self.shown.clone(),
            deadline: self.deadline,
        }
    }

    /// Whether another request may take its place: nothing waits for its answer any more, or nothing
    /// says how long it would.
    pub fn gives_way(&self, now: Timestamp) -> bool {
        self.deadline.is_none_or(|deadline| now > deadline)
    }
}

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// The provider consented.
    Consented,
    /// The provider said no.
    Declined,
    /// The provider said nothing until the deadline.
    Lapsed,
}

/// A request that is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// What was asked.
    pub asked: Showing,
    /// What became of it.
    pub answer: Answer,
    /// When.
    pub at: Timestamp,
}

/// Someone to whom the record is shown took note of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledged {
    /// For whom.
    pub party: PartyId,
    /// Who.
    pub person: AccountId,
    /// When.
    pub at: Timestamp,
}

/// A party that would see the record, as the provider reads of it before it consents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReaderTold {
    /// Which.
    pub party: PartyId,
    /// Its code.
    pub code: String,
    /// Its names.
    pub name: Name2,
    /// Whether its membership is in force.
    pub member: bool,
    /// Duties that it has not accepted: those of its member classes, and for a party of no class all that
    /// members are under.
    pub unbound: Vec<DutyCode>,
}

/// Everything that a consent to show a record covers. Another content, another reader or
/// another name of one, an item that was released meanwhile: another hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ShowingManifest<'a> {
    /// The record.
    pub victim: MatterId,
    /// Stand-in of the provider: drawn at random, so that nobody who knows the rest finds out by trying
    /// which items are linked.
    pub handle: HandleId,
    /// All that its readers see.
    pub content: &'a Harm,
    /// Who they are.
    pub shown: &'a Shown,
    /// What the provider reads of them.
    pub readers: &'a [ReaderTold],
    /// Numbers of the released items of the same report, beside which they see it.
    pub linked: &'a BTreeSet<String>,
}

impl ShowingManifest<'_> {
    /// What is released of the same report later is linked in the same way; the hash says so.
    pub const LATER_IS_LINKED: bool = true;

    /// SHA-256 over it: what the provider's consent names.
    pub fn hash(&self) -> ManifestHash {
        let form = ("kaname-victim-showing-3", self, Self::LATER_IS_LINKED);
        // A tuple of plain structs always becomes JSON.
        let text = serde_json::to_vec(&form).unwrap_or_default();
        ManifestHash(Sha256::digest(text).into())
    }
}

impl Victim {
    /// Whether they have taken note of what is shown to them: anyone of a party that is named, else the
    /// person that is.
    pub fn is_acknowledged(&self, party: PartyId, person: AccountId) -> bool {
        let whole_party = self.shown.parties.contains(&party);
        self.acknowledged.iter().any(|one| match whole_party {
            true => one.party == party,
            false => one.person == person,
        })
    }

    pub(super) fn answer(&mut self, answer: Answer, at: &Moment<'_>) {
        if let Some(asked) = self.asked.take() {
            self.answered = Some(Answered {
                asked,
                answer,
                at: at.recorded,
            });
        }
    }

    pub(super) fn consent(
        &mut self,
        shown: &Shown,
        (hash, readers): (Option<ManifestHash>, &[ReaderTold]),
        at: &Moment<'_>,
    ) {
        let shown = shown.clone();
        self.note(
            Happened::Consented {
                shown: shown.clone(),
                hash,
                readers: readers.to_vec(),
            },
            at,
        );
        self.answer(Answer::Consented, at);
        self.show(shown, at);
    }

    /// Readers who stay readers have taken note already.
    pub(super) fn show(&mut self, shown: Shown, at: &Moment<'_>) {
        self.acknowledged
            .retain(|one| shown.names(Some(one.party), Some(one.person)));
        self.shown_at = (!shown.is_empty()).then_some(at.recorded);
        self.shown = shown;
    }

    fn needs_asked(&self, by: HandleId) -> Result<&Showing, Refused> {
        self.needs_owner(by)?;
        self.needs_kept()?;
        self.asked.as_ref().ok_or(Refused::NotAsked)
    }
}

/// The assigned analyst asks the provider to have the record shown, in place of whoever sees it now.
/// A request whose deadline passed ends first, in silence; one without a deadline is replaced.
///
/// # Errors
/// For anyone else, when withdrawn, while another request is open, for nobody, for too many, for those
/// who see it already, and without a reason.
pub fn ask_showing(
    victim: &Victim,
    mut showing: Showing,
    now: Timestamp,
) -> Result<Vec<VictimChange>, Refused> {
    victim.needs_kept()?;
    if victim.assigned != Some(showing.officer) {
        return Err(Refused::NotAssigned);
    }
    let mut changes = match &victim.asked {
        Some(open) if !open.gives_way(now) => return Err(Refused::AlreadyAsked),
        Some(open) if open.is_late(now) => vec![VictimChange::Lapsed],
        _ => Vec::new(),
    };
    if showing.shown.is_empty() {
        return Err(Refused::Nobody);
    }
    bounded("parties", showing.shown.parties.len(), MAX_SHARED)?;
    bounded("persons", showing.shown.persons.len(), MAX_SHARED)?;
    if showing.shown == victim.shown {
        return Err(Refused::NoChange);
    }
    showing.reason = reason(&showing.reason)?;
    changes.push(VictimChange::Asked(showing));
    Ok(changes)
}

/// The provider's further consent: exactly those who were asked for see it from now on. `named` is the
/// hash that the provider read, `stands` that of the manifest as it is now with the readers it tells of.
///
/// # Errors
/// For anyone but the provider, when withdrawn, when nothing is asked, too late, and for another hash
/// than that of the manifest as it is now.
pub fn show_victim(
    victim: &Victim,
    by: HandleId,
    named: ManifestHash,
    (stands, readers): (ManifestHash, Vec<ReaderTold>),
    now: Timestamp,
) -> Result<Vec<VictimChange>, Refused> {
    let asked = victim.needs_asked(by)?;
    if asked.is_late(now) {
        return Err(Refused::DeadlinePassed);
    }
    if named != stands {
        return Err(Refused::OtherManifest);
    }
    Ok(vec![VictimChange::Consented {
        shown: asked.shown.clone(),
        hash: stands,
        readers,
    }])
}

/// The provider does not have it shown.
///
/// # Errors
/// For anyone but the provider, when withdrawn, and when nothing is asked.
pub fn decline_showing(victim: &Victim, by: HandleId) -> Result<Vec<VictimChange>, Refused> {
    victim.needs_asked(by)?;
    Ok(vec![VictimChange::Declined])
}

/// The hub's own job: the deadline passed in silence, which is no.
///
/// # Errors
/// While there is time, or nothing is asked.
pub fn lapse_showing(victim: &Victim, now: Timestamp) -> Result<Vec<VictimChange>, Refused> {
    match &victim.asked {
        None => Err(Refused::NotAsked),
        Some(asked) if !asked.is_late(now) => Err(Refused::NotDue),
        Some(_) => Ok(vec![VictimChange::Lapsed]),
    }
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

/// A person to whom it is shown takes note of it; once for each party and each person named.
///
/// # Errors
/// When it is not shown to them, and a second time.
pub fn acknowledge_victim(
    victim: &Victim,
    party: PartyId,
    person: AccountId,
) -> Result<Vec<VictimChange>, Refused> {
    victim.needs_kept()?;
    if !victim.shown.names(Some(party), Some(person)) {
        return Err(Refused::Nobody);
    }
    if victim.is_acknowledged(party, person) {
        return Err(Refused::NoChange);
    }
    Ok(vec![VictimChange::Acknowledged { party, person }])
}
