//! Audience: an AND of clauses, each an OR over terms (trust rules, "Audience"). Each marking adds a
//! clause; equal audiences have one normal form, so interning makes them one number.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    id::{AccountId, GroupId, PartyId},
    marking::Tlp,
    reader::Reader,
};

/// One way to satisfy a clause.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "is", content = "of", rename_all = "snake_case")]
pub enum Term {
    /// An officer of the hub.
    Officer,
    /// Any party whose membership is in force.
    Member,
    /// Anyone of this party.
    Party(PartyId),
    /// A member of this group, when the item was shared later than the reader's party joined, unless the
    /// group opens its past.
    Group {
        /// The group.
        group: GroupId,
        /// When the item was shared with it, in seconds since 1970.
        since: i64,
    },
    /// A member of the ISAC named here, to whom AMBER may be passed on (not AMBER+STRICT), when the item
    /// was shared later than the reader's party came under the ISAC.
    Under(Under),
    /// This person.
    Person(AccountId),
    /// A party of this member class (code in the dated data).
    Class(String),
    /// A party under this duty (oath or agreement code) in force.
    Duty(String),
    /// A program that reads by an outlet made for machines (TAXII, feed); no person at a page.
    Machine,
    /// Anyone, from this moment (seconds since 1970): an embargo.
    From(i64),
}

/// The members of an ISAC, as an item was shared with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "WrittenUnder")]
pub struct Under {
    /// The ISAC.
    pub isac: PartyId,
    /// When the item was shared with it, in seconds since 1970.
    pub since: i64,
}

/// As audiences were and are written: at first without the moment, which leaves out no member.
#[derive(Deserialize)]
#[serde(untagged)]
enum WrittenUnder {
    Dated { isac: PartyId, since: i64 },
    Undated(PartyId),
}

impl From<WrittenUnder> for Under {
    fn from(written: WrittenUnder) -> Self {
        let (isac, since) = match written {
            WrittenUnder::Dated { isac, since } => (isac, since),
            WrittenUnder::Undated(isac) => (isac, i64::MAX),
        };
        Self { isac, since }
    }
}

/// An OR of terms. Without terms it is nobody.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Clause(BTreeSet<Term>);

impl Clause {
    /// Any one of the terms.
    pub fn any(terms: impl IntoIterator<Item = Term>) -> Self {
        Self(terms.into_iter().collect())
    }

    /// The terms, sorted.
    pub fn terms(&self) -> impl Iterator<Item = &Term> {
        self.0.iter()
    }

    /// Whether the reader satisfies one term.
    pub fn admits(&self, reader: &Reader, now: Timestamp) -> bool {
        self.0.iter().any(|term| reader.satisfies(term, now))
    }
}

/// An AND of clauses. Without clauses it is everyone, signed in or not.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Audience(BTreeSet<Clause>);

/// Who is named by a marking from AMBER up.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Named {
    /// Parties named directly.
    pub parties: Vec<PartyId>,
    /// Groups named.
    pub groups: Vec<GroupId>,
    /// Persons named (for RED).
    pub persons: Vec<AccountId>,
}

impl Audience {
    /// Everyone.
    pub fn everyone() -> Self {
        Self::default()
    }

    /// The hub's officers only.
    pub fn officers() -> Self {
        Self::default().and(Clause::any([Term::Officer]))
    }

    /// Officers and the parties given.
    pub fn parties_and_officers(parties: impl IntoIterator<Item = PartyId>) -> Self {
        let named = parties.into_iter().map(Term::Party);
        Self::default().and(Clause::any(named.chain([Term::Officer])))
    }

    /// With one more condition.
    #[must_use]
    pub fn and(mut self, clause: Clause) -> Self {
        self.0.insert(clause);
        self.absorb();
        self
    }

    /// Both conditions: what a relationship with two ends needs.
    #[must_use]
    pub fn and_all(mut self, other: &Self) -> Self {
        self.0.extend(other.0.iter().cloned());
        self.absorb();
        self
    }

    /// Whoever satisfies this or the other: each clause of the one beside each of the other.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        let beside = |one: &Clause| {
            let one = one.clone();
            let pairs = other.0.iter();
            pairs.map(move |two| Clause(one.0.union(&two.0).cloned().collect()))
        };
        let mut either = Self(self.0.iter().flat_map(beside).collect());
        either.absorb();
        either
    }

    /// What TLP 2.0 asks of a reader. `shared_at` is the moment of sharing, for late joiners.
    #[must_use]
    pub fn marked(self, tlp: Tlp, named: &Named, shared_at: Timestamp) -> Self {
        match tlp {
            Tlp::Clear => self,
            Tlp::Green => self.and(Clause::any([Term::Member, Term::Officer])),
            Tlp::Amber | Tlp::AmberStrict => self.and(named_clause(tlp, named, shared_at)),
            Tlp::Red => self.and(Clause::any(named.persons.iter().copied().map(Term::Person))),
        }
    }

    /// Nobody but officers before `opens`.
    #[must_use]
    pub fn embargoed(self, opens: Timestamp) -> Self {
        self.and(Clause::any([Term::From(opens.as_second()), Term::Officer]))
    }

    /// The clauses, sorted.
    pub fn clauses(&self) -> impl Iterator<Item = &Clause> {
        self.0.iter()
    }

    /// Whether the reader satisfies every clause.
    pub fn admits(&self, reader: &Reader, now: Timestamp) -> bool {
        self.0.iter().all(|clause| clause.admits(reader, now))
    }

    /// The moments at which an embargo in it opens, in seconds since 1970.
    pub fn openings(&self) -> impl Iterator<Item = i64> {
        let terms = self.0.iter().flat_map(Clause::terms);
        terms.filter_map(|term| match term {
            Term::From(at) => Some(*at),
            _ => None,
        })
    }

    /// A clause that contains all terms of another adds nothing: drop it.
    fn absorb(&mut self) {
        let all: Vec<Clause> = self.0.iter().cloned().collect();
        self.0.retain(|clause| {
            !all.iter()
                .any(|other| other != clause && other.0.is_subset(&clause.0))
        });
    }
}

fn named_clause(tlp: Tlp, named: &Named, shared_at: Timestamp) -> Clause {
    let since = shared_at.as_second();
    let mut terms = vec![Term::Officer];
    terms.extend(named.parties.iter().copied().map(Term::Party));
    terms.extend(
        named
            .groups
            .iter()
            .map(|&group| Term::Group { group, since }),
    );
    if tlp == Tlp::Amber {
        let under = |&isac: &PartyId| Term::Under(Under { isac, since });
        terms.extend(named.parties.iter().map(under));
    }
    Clause::any(terms)
}
