//! A party: an organisation the hub deals with, and all it is bound by.

mod command;
mod part;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, civil::Date};
use kaname_kernel::{
    Audience, Clause, Matter, Moment, PartyId, Posting, Projection, Unfit, audience::Term,
    fold::fold,
};
use serde::{Deserialize, Serialize};

pub use self::part::{
    Cadence, Contact, Delegation, DutyAcceptance, Membership, Notify, PartyKind, PublicKey,
    PublicKeyKind,
};
use crate::{
    dated::Span,
    reading,
    text::{Code, Domain, DutyCode, Lang, Line, Name2, Network, Paragraph, Reading, SectorCode},
};

/// Lookup space of party codes.
pub const CODE_SPACE: &str = "party";
/// Lookup space that holds one key, [`HUB_KEY`]: the party that runs this hub.
pub const HUB_SPACE: &str = "hub";
/// The only key of [`HUB_SPACE`]. A second party of kind `centre` is refused as taken.
pub const HUB_KEY: &str = "centre";

/// What a party is called and does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Description {
    /// Official name.
    pub name: Name2,
    /// How the Japanese name is read, without its form of incorporation: Japanese lists are ordered by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reading: Option<Reading>,
    /// Short and former names: what a redaction looks for besides the name. At most 50.
    #[serde(default)]
    pub aliases: Vec<Line>,
    /// Sectors it works in. At most 20.
    #[serde(default)]
    pub sectors: BTreeSet<SectorCode>,
}

impl Description {
    /// Where it stands in a list in this language: by how its name is read, in English by the name.
    pub fn order(&self, lang: Lang) -> (String, String) {
        let name = self.name.get(lang);
        match lang {
            Lang::Ja => reading::order(self.reading.as_ref(), name),
            Lang::En => (fold(name), name.to_owned()),
        }
    }
}

/// What a party is registered with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registration {
    /// Short unique name.
    pub code: Code,
    /// What it is.
    pub kind: PartyKind,
    /// What it is called and does.
    #[serde(flatten)]
    pub description: Description,
    /// First day it is dealt with.
    pub from: Date,
}

/// A party.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// Its id.
    pub id: PartyId,
    /// Short unique name.
    pub code: Code,
    /// What it is.
    pub kind: PartyKind,
    /// What it is called and does.
    #[serde(flatten)]
    pub description: Description,
    /// People to reach, by role title. At most 50.
    pub contacts: Vec<Contact>,
    /// Domains its people and systems live under. At most 200.
    pub mail_domains: BTreeSet<Domain>,
    /// Its own networks. At most 500.
    pub networks: BTreeSet<Network>,
    /// Keys its mail may be encrypted to. At most 16.
    pub public_keys: Vec<PublicKey>,
    /// Memberships in order of time, never overlapping. At most 64.
    pub memberships: Vec<Membership>,
    /// ISACs it is a member of. At most 20.
    pub under: BTreeSet<PartyId>,
    /// From which second on (since 1970) it reads what is shared with each of them: after it came under
    /// it. Parties from before this was written down have none, and read all.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub under_from: BTreeMap<PartyId, i64>,
    /// Duties it accepted, in order of acceptance. At most 200.
    pub duties: Vec<DutyAcceptance>,
    /// Powers others gave it. At most 100.
    pub delegations: Vec<Delegation>,
    /// How it wants to be told.
    pub notify: Notify,
    /// Days on which it is dealt with.
    pub span: Span,
    /// When it was registered.
    pub registered: Timestamp,
}

/// What can happen to a party.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum PartyChange {
    /// It became known to the hub.
    Registered(Registration),
    /// Name, aliases or sectors changed.
    Described(Description),
    /// Its contacts were replaced.
    ContactsSet {
        /// All of them.
        contacts: Vec<Contact>,
    },
    /// What is its own on the network was replaced.
    OwnSet {
        /// Domains.
        mail_domains: BTreeSet<Domain>,
        /// Networks.
        networks: BTreeSet<Network>,
    },
    /// Its public keys were replaced.
    KeysSet {
        /// All of them.
        public_keys: Vec<PublicKey>,
    },
    /// How it wants to be told was set.
    NotifySet(Notify),
    /// A membership began; one that was running ends that day.
    MembershipSet(Membership),
    /// The running membership ends.
    MembershipEnded {
        /// First day without it.
        on: Date,
    },
    /// The ISACs it is a member of were replaced.
    UnderSet {
        /// All of them.
        isacs: BTreeSet<PartyId>,
    },
    /// It accepted a duty.
    DutyAccepted(DutyAcceptance),
    /// It was released from a duty.
    DutyReleased {
        /// The duty.
        duty: DutyCode,
        /// First day without it.
        on: Date,
    },
    /// Another party gave it powers.
    DelegationGranted(Delegation),
    /// Powers were taken back.
    DelegationRevoked {
        /// Who had given them.
        principal: PartyId,
        /// First day without them.
        on: Date,
    },
    /// It is no longer dealt with.
    Retired {
        /// First day without it.
        on: Date,
        /// Why.
        reason: Paragraph,
    },
}

impl PartyChange {
    /// Whether it may change what the party's people can see: the policy epoch must be raised.
    pub const fn moves_epoch(&self) -> bool {
        matches!(
            self,
            Self::Registered(_)
                | Self::MembershipSet(_)
                | Self::MembershipEnded { .. }
                | Self::UnderSet { .. }
                | Self::DutyAccepted(_)
                | Self::DutyReleased { .. }
                | Self::Retired { .. }
        )
    }
}

impl Party {
    /// The membership in force on a day.
    pub fn membership_on(&self, day: Date) -> Option<&Membership> {
        let in_force = self.memberships.iter().find(|m| m.span.contains(day));
        in_force.filter(|_| self.span.contains(day))
    }

    /// Duties in force on a day.
    pub fn duties_on(&self, day: Date) -> impl Iterator<Item = &DutyAcceptance> {
        let alive = self.span.contains(day);
        self.duties
            .iter()
            .filter(move |d| alive && d.span.contains(day))
    }

    /// What `principal` gave it powers for, in force on a day.
    pub fn delegation_on(&self, principal: PartyId, day: Date) -> Option<&Delegation> {
        let in_force = |d: &&Delegation| d.principal == principal && d.span.contains(day);
        let given = self.delegations.iter().find(in_force);
        given.filter(|_| self.span.contains(day))
    }

    /// Whether it runs this hub.
    pub const fn is_hub(&self) -> bool {
        matches!(self.kind, PartyKind::Centre)
    }

    /// Whether it is no longer dealt with on a day.
    pub fn is_retired_on(&self, day: Date) -> bool {
        self.span.until.is_some_and(|until| until <= day)
    }
}

impl Matter for Party {
    const KIND: &'static str = "party";
    type Change = PartyChange;

    fn name(change: &PartyChange) -> &'static str {
        match change {
            PartyChange::Registered(_) => "registered",
            PartyChange::Described(_) => "described",
            PartyChange::ContactsSet { .. } => "contacts_set",
            PartyChange::OwnSet { .. } => "own_set",
            PartyChange::KeysSet { .. } => "keys_set",
            PartyChange::NotifySet(_) => "notify_set",
            PartyChange::MembershipSet(_) => "membership_set",
            PartyChange::MembershipEnded { .. } => "membership_ended",
            PartyChange::UnderSet { .. } => "under_set",
            PartyChange::DutyAccepted(_) => "duty_accepted",
            PartyChange::DutyReleased { .. } => "duty_released",
            PartyChange::DelegationGranted(_) => "delegation_granted",
            PartyChange::DelegationRevoked { .. } => "delegation_revoked",
            PartyChange::Retired { .. } => "retired",
        }
    }

    fn begin(change: &PartyChange, at: &Moment<'_>) -> Result<Self, Unfit> {
        let PartyChange::Registered(new) = change else {
            return Err(at.unfit::<Self>("a party begins by being registered"));
        };
        Ok(Self {
            id: at.matter.cast(),
            code: new.code.clone(),
            kind: new.kind,
            description: new.description.clone(),
            contacts: Vec::new(),
            mail_domains: BTreeSet::new(),
            networks: BTreeSet::new(),
            public_keys: Vec::new(),
            memberships: Vec::new(),
            under: BTreeSet::new(),
            under_from: BTreeMap::new(),
            duties: Vec::new(),
            delegations: Vec::new(),
            notify: Notify::default(),
            span: Span::since(new.from),
            registered: at.recorded,
        })
    }

    fn apply(&mut self, change: &PartyChange, at: &Moment<'_>) -> Result<(), Unfit> {
        match change {
            PartyChange::Registered(_) => return Err(at.unfit::<Self>("registered twice")),
            PartyChange::Described(description) => self.description = description.clone(),
            PartyChange::ContactsSet { contacts } => self.contacts = contacts.clone(),
            PartyChange::OwnSet {
                mail_domains,
                networks,
            } => {
                self.mail_domains = mail_domains.clone();
                self.networks = networks.clone();
            }
            PartyChange::KeysSet { public_keys } => self.public_keys = public_keys.clone(),
            PartyChange::NotifySet(notify) => self.notify = notify.clone(),
            PartyChange::MembershipSet(membership) => {
                end_from(
                    self.memberships.iter_mut().map(|m| &mut m.span),
                    membership.span.from,
                );
                self.memberships.retain(|m| !m.span.is_empty());
                self.memberships.push(membership.clone());
            }
            PartyChange::MembershipEnded { on } => {
                end_from(self.memberships.iter_mut().map(|m| &mut m.span), *on);
                self.memberships.retain(|m| !m.span.is_empty());
            }
            PartyChange::UnderSet { isacs } => {
                let from = at.recorded.as_second() + 1;
                for new in isacs.difference(&self.under) {
                    self.under_from.insert(*new, from);
                }
                self.under_from.retain(|isac, _| isacs.contains(isac));
                self.under.clone_from(isacs);
            }
            PartyChange::DutyAccepted(accepted) => {
                let same = self.duties.iter_mut().filter(|d| d.duty == accepted.duty);
                end_from(same.map(|d| &mut d.span), accepted.span.from);
                self.duties.push(accepted.clone());
            }
            PartyChange::DutyReleased { duty, on } => {
                let same = self.duties.iter_mut().filter(|d| d.duty == *duty);
                end_from(same.map(|d| &mut d.span), *on);
            }
            PartyChange::DelegationGranted(granted) => {
                let same = self
                    .delegations
                    .iter_mut()
                    .filter(|d| d.principal == granted.principal);
                end_from(same.map(|d| &mut d.span), granted.span.from);
                self.delegations.push(granted.clone());
            }
            PartyChange::DelegationRevoked { principal, on } => {
                let same = self
                    .delegations
                    .iter_mut()
                    .filter(|d| d.principal == *principal);
                end_from(same.map(|d| &mut d.span), *on);
            }
            PartyChange::Retired { on, .. } => self.span = self.span.ended(*on),
        }
        Ok(())
    }

    /// Public bodies and ISACs are seen by every member; who else takes part is not disclosed, so
    /// operators and vendors are seen by themselves and the officers only.
    fn project(&self) -> Projection {
        let mut seen_by = vec![Term::Officer, Term::Party(self.id)];
        if self.kind.is_institution() {
            seen_by.push(Term::Member);
        }
        let name = &self.description.name;
        let mut text = vec![name.ja.as_str(), name.en.as_str(), self.code.as_str()];
        text.extend(self.description.aliases.iter().map(Line::as_str));
        let reading = self.description.reading.as_ref();
        let reading = reading.map(|read| [read.hiragana(), read.katakana()]);
        text.extend(reading.iter().flatten().map(String::as_str));
        let sectors = self.description.sectors.iter().map(|sector| Posting {
            space: "sector".to_owned(),
            value: sector.as_str().to_owned(),
        });
        let mut lookups = vec![(CODE_SPACE.to_owned(), self.code.as_str().to_owned())];
        if self.is_hub() {
            lookups.push((HUB_SPACE.to_owned(), HUB_KEY.to_owned()));
        }
        let state = if self.span.until.is_some() {
            "retired"
        } else {
            "active"
        };
        Projection {
            audience: Audience::everyone().and(Clause::any(seen_by)),
            owner: Some(self.id.cast()),
            text: text.join(" "),
            postings: sectors.collect(),
            lookups,
            ..Projection::officers(state, self.registered)
        }
    }
}

/// Cuts every span that reaches over `day`. Spans already ended stay.
fn end_from<'a>(spans: impl Iterator<Item = &'a mut Span>, day: Date) {
    for span in spans {
        *span = span.ended(day);
    }
}
