//! An item: what may be shared of a report, from its first derivation to its withdrawal. It carries a
//! handle of its own; which report it came from stands in the sealed store only.

mod change;
mod fold;

use std::collections::BTreeSet;

use jiff::Timestamp;
use kaname_kernel::{AccountId, Audience, Clause, HandleId, MatterId, Moment, Term, Tlp};
use kaname_stix::author::revoked;
use serde::{Deserialize, Serialize};

pub use self::change::{Derivation, ItemChange};
use crate::{
    content::Content,
    manifest::{Manifest, ManifestHash},
    row::Row,
    sealed::Sealed,
    told::Told,
};

/// Where an item stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemState {
    /// Being written by an analyst.
    Derived,
    /// The provider is asked.
    AwaitingConsent,
    /// The provider said yes to these bytes.
    Consented,
    /// The provider wants other bytes.
    ChangesProposed,
    /// The provider said no, or nothing within the time.
    Refused,
    /// A second officer has to look.
    AwaitingRelease,
    /// Out.
    Released,
    /// Replaced by another item.
    Superseded,
    /// Taken back.
    Withdrawn,
    /// No longer valid.
    Expired,
}

impl ItemState {
    /// All states.
    pub const ALL: [Self; 10] = [
        Self::Derived,
        Self::AwaitingConsent,
        Self::Consented,
        Self::ChangesProposed,
        Self::Refused,
        Self::AwaitingRelease,
        Self::Released,
        Self::Superseded,
        Self::Withdrawn,
        Self::Expired,
    ];

    /// The word in lists and counts.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Derived => "derived",
            Self::AwaitingConsent => "awaiting_consent",
            Self::Consented => "consented",
            Self::ChangesProposed => "changes_proposed",
            Self::Refused => "refused",
            Self::AwaitingRelease => "awaiting_release",
            Self::Released => "released",
            Self::Superseded => "superseded",
            Self::Withdrawn => "withdrawn",
            Self::Expired => "expired",
        }
    }
}

/// What the provider was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Hash of the manifest.
    pub hash: ManifestHash,
    /// When.
    pub at: Timestamp,
    /// Until when an answer counts; silence is refusal.
    pub deadline: Timestamp,
    /// What the directory said of whom it names: when it was asked, and from consent on what the provider
    /// read before it consented.
    #[serde(default)]
    pub told: Told,
}

/// The provider's consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// Hash of the manifest it covers.
    pub hash: ManifestHash,
    /// When.
    pub at: Timestamp,
}

/// Other bytes that the provider would consent to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// The whole content as it should be.
    pub content: Content,
    /// Why, sealed: the provider's words may give it away.
    pub comment: Sealed,
}

/// Why there is no consent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Refusal {
    /// The provider said no; its words, sealed.
    Said {
        /// May be empty.
        comment: Sealed,
    },
    /// The provider said nothing within the time.
    Silence,
}

/// An officer sent it back to the one who derived it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Returned {
    /// Who.
    pub by: AccountId,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}

/// An officer released it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    /// Who.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
}

/// Taken back after or before release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawal {
    /// Whether the provider wanted it.
    pub by_provider: bool,
    /// Why; shown to those who received it.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}

/// Objects that are revoked: their last version stands in the collections.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revocation {
    /// Their STIX ids.
    pub ids: BTreeSet<String>,
    /// When.
    pub at: Timestamp,
}

impl Revocation {
    /// Of these ids at that moment; `None` when there are none.
    fn of(ids: &BTreeSet<String>, at: &Moment<'_>) -> Option<Self> {
        (!ids.is_empty()).then(|| Self {
            ids: ids.clone(),
            at: at.recorded,
        })
    }
}

/// An officer confirmed that what is out still holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmation {
    /// Who.
    pub by: AccountId,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}

/// Whether somebody has to look again at what is out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Review {
    /// Not before its time, which follows from when it was released or confirmed.
    #[default]
    Clear,
    /// Not before this moment, since members have seen it.
    Later {
        /// When.
        at: Timestamp,
    },
    /// It waits for an officer.
    Due {
        /// Since when.
        since: Timestamp,
    },
    /// An officer lets it end by itself.
    Left {
        /// Who.
        by: AccountId,
        /// Why.
        reason: String,
        /// When.
        at: Timestamp,
    },
}

/// Whether its values may stand in block lists.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Blocking {
    /// Nothing speaks against it.
    #[default]
    Open,
    /// Enough organisations called it a false positive; an officer has to decide.
    Suspended {
        /// Since when.
        since: Timestamp,
        /// How many organisations.
        organisations: u32,
    },
    /// An officer let it stand in block lists again.
    Resumed {
        /// Who.
        by: AccountId,
        /// Why.
        reason: String,
        /// How many organisations had spoken against it.
        organisations: u32,
    },
    /// An officer keeps it out for good.
    Kept {
        /// Who.
        by: AccountId,
        /// Why.
        reason: String,
    },
}

impl Blocking {
    /// Whether block lists may carry it.
    pub const fn allows(&self) -> bool {
        matches!(self, Self::Open | Self::Resumed { .. })
    }
}

/// An item as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Its id.
    pub id: MatterId,
    /// Its number.
    pub number: String,
    /// Stand-in of the provider.
    pub handle: HandleId,
    /// Where it stands.
    pub state: ItemState,
    /// Number of the revision, from 1.
    pub revision: u32,
    /// What it says.
    pub content: Content,
    /// The redaction checklist.
    pub rows: Vec<Row>,
    /// Everyone who wrote a revision, accepted a trace or took it over: none of them releases it.
    pub derivers: BTreeSet<AccountId>,
    /// Who wrote the present revision; `None` in rows of versions that did not keep it.
    #[serde(default)]
    pub revised_by: Option<AccountId>,
    /// When it was first derived.
    pub derived_at: Timestamp,
    /// When the present revision was written.
    pub revised_at: Timestamp,
    /// When anything last happened to it; `None` in rows of versions that did not keep it.
    #[serde(default)]
    pub touched: Option<Timestamp>,
    /// What the provider was asked last, for the present revision.
    pub asked: Option<Asked>,
    /// Consent to the present revision.
    pub consent: Option<Consent>,
    /// What the provider proposes instead.
    pub proposal: Option<Proposal>,
    /// Why the hub did not take the provider's last proposal.
    pub declined: Option<String>,
    /// Why there is no consent.
    pub refusal: Option<Refusal>,
    /// When it was sent back last.
    pub returned: Option<Returned>,
    /// Who released it.
    pub release: Option<Release>,
    /// When its embargo was over, where that was after its release.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opened: Option<Timestamp>,
    /// Whether block lists may carry it.
    pub blocking: Blocking,
    /// When an officer confirmed last that it still holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed: Option<Confirmation>,
    /// Whether somebody has to look at it again.
    #[serde(default)]
    pub review: Review,
    /// Whether it is the hub's own word: no provider is asked, none finds it by its handle.
    #[serde(default, skip_serializing_if = "change::is_not")]
    pub own: bool,
    /// The item it replaces.
    pub replaces: Option<MatterId>,
    /// The item that replaced it.
    pub replaced_by: Option<MatterId>,
    /// Why it was taken back.
    pub withdrawal: Option<Withdrawal>,
    /// Which of its objects are revoked, since it was replaced or taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revocation: Option<Revocation>,
}

impl Item {
    /// Whether it is out and an officer has to decide about its blocking exports.
    pub fn waits_for_blocking(&self) -> bool {
        self.state == ItemState::Released && matches!(self.blocking, Blocking::Suspended { .. })
    }

    /// Whether it is out and an officer has to say whether it still holds.
    pub fn waits_for_review(&self) -> bool {
        self.state == ItemState::Released && matches!(self.review, Review::Due { .. })
    }

    /// The manifest the provider was asked about or consented to; of whom it names it tells nothing before.
    pub fn manifest(&self) -> Manifest {
        let nothing = Told::default();
        self.manifest_with(self.told().unwrap_or(&nothing))
    }

    /// The manifest of what it says now, where the directory says this of whom it names.
    pub fn manifest_with(&self, told: &Told) -> Manifest {
        Manifest::of(&self.number, self.revision, &self.content, told)
    }

    /// What the provider was told last of whom it names.
    pub fn told(&self) -> Option<&Told> {
        self.asked.as_ref().map(|asked| &asked.told)
    }

    /// Whether the consent it has covers what it says now.
    pub fn has_consent(&self) -> bool {
        self.consent
            .is_some_and(|consent| consent.hash == self.manifest().hash())
    }

    /// Traces neither removed nor accepted.
    pub fn open_traces(&self) -> usize {
        self.rows.iter().filter(|row| row.is_open()).count()
    }

    /// Whether members have, or had, it.
    pub const fn is_out(&self) -> bool {
        matches!(
            self.state,
            ItemState::Released | ItemState::Superseded | ItemState::Withdrawn | ItemState::Expired
        ) && self.release.is_some()
    }

    /// What of it stands in its collections: its objects while it is released, and the last versions of those that
    /// were revoked after it ended.
    pub fn standing(&self) -> Vec<String> {
        if self.state == ItemState::Released {
            return self.content.objects.clone();
        }
        let Some(revocation) = &self.revocation else {
            return Vec::new();
        };
        let revoked = self.content.heads().filter_map(|(raw, head)| {
            let is_revoked = revocation.ids.contains(&head.id.to_string());
            is_revoked.then(|| revoked(raw, revocation.at)).flatten()
        });
        revoked.collect()
    }

    /// Whether its values belong into block lists now: released, valid, not under embargo, PAP
    /// permitting, and not suspended.
    pub fn may_block(&self, now: Timestamp) -> bool {
        self.state == ItemState::Released
            && self.blocking.allows()
            && self.content.pap.permits_blocking()
            && self.content.is_valid(now)
            && self.content.embargo.is_none_or(|opens| opens <= now)
    }

    /// In whose name it is given to the second officer: who wrote what it says now.
    pub fn writer(&self) -> Option<AccountId> {
        self.revised_by.or(self.derivers.first().copied())
    }

    /// When anything last happened to it.
    pub fn touched_at(&self) -> Timestamp {
        self.touched.unwrap_or(self.revised_at)
    }

    /// Whether an event of this name holds what was being written: text that may still give the provider
    /// away, and the words of the provider that were looked for in it.
    pub fn is_draft(name: &str) -> bool {
        matches!(
            name,
            "derived" | "revised" | "trace_accepted" | "changes_proposed" | "proposal_declined"
        )
    }

    /// Whether an event of this name puts an item out to outlets, takes it away from them, or changes
    /// whether block lists carry it, or how long they do. Of an item that was never out, none does.
    pub fn may_change_outlets(name: &str) -> bool {
        matches!(
            name,
            "released"
                | "superseded"
                | "withdrawn"
                | "expired"
                | "confirmed"
                | "embargo_opened"
                | "blocking_suspended"
                | "blocking_resumed"
                | "blocking_kept"
        )
    }

    /// Whether what it says may still give its provider away: the provider was not asked about it, wants
    /// other words or said no to these, or a trace is open.
    pub fn is_being_written(&self) -> bool {
        if self.own {
            return self.release.is_none() && self.state == ItemState::Derived;
        }
        self.release.is_none()
            && (self.asked.is_none()
                || self.proposal.is_some()
                || self.refusal.is_some()
                || self.open_traces() > 0)
    }

    /// While it is being written, the officers who wrote on it; from the question to the provider until
    /// release, all officers; afterwards whom its markings, classes, duties and embargo admit. What
    /// was superseded, withdrawn or expired stays visible to those who had it, as such. Under RED the
    /// officers who wrote and released it count as named while they are officers: they know it, and have
    /// to be able to take it back (`docs/decisions/0012`). Its provider always finds it by its handle.
    pub fn audience(&self) -> Audience {
        let Some(release) = self.release else {
            return match self.is_being_written() {
                true => self.writers(),
                false => Audience::officers(),
            };
        };
        if self.content.tlp != Tlp::Red {
            return released_audience(&self.content, release.at);
        }
        let mut content = self.content.clone();
        let officers = self.derivers.iter().copied().chain([release.by]);
        content.named.persons.extend(officers);
        // By virtue of office: named by the content itself, or an officer.
        let persons = self.content.named.persons.iter().copied();
        let in_office = Clause::any(persons.map(Term::Person).chain([Term::Officer]));
        released_audience(&content, release.at).and(in_office)
    }

    /// Who wrote on it, while they are officers.
    fn writers(&self) -> Audience {
        let wrote = self.derivers.iter().copied().map(Term::Person);
        Audience::officers().and(Clause::any(wrote))
    }
}

/// Who may see a content released at that moment.
pub fn released_audience(content: &Content, shared_at: Timestamp) -> Audience {
    let mut audience = Audience::everyone().marked(content.tlp, &content.named, shared_at);
    if !content.classes.is_empty() {
        let classes = content.classes.iter().cloned().map(Term::Class);
        audience = audience.and(Clause::any(classes.chain([Term::Officer])));
    }
    for duty in &content.duties {
        audience = audience.and(Clause::any([Term::Duty(duty.clone()), Term::Officer]));
    }
    match content.embargo {
        Some(opens) => audience.embargoed(opens),
        None => audience,
    }
}
