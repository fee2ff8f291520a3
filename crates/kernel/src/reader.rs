//! A reader: who looks, with all memberships and duties as they stand at one moment.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use roaring::RoaringBitmap;
use serde::{Deserialize, Serialize};

use crate::{
    audience::{Audience, Term},
    id::{AccountId, AudienceId, GroupId, PartyId},
};

/// Who looks. The default reader is the public: not signed in, member of nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Reader {
    /// The person, when a person looks.
    pub account: Option<AccountId>,
    /// The party the person or key belongs to.
    pub party: Option<PartyId>,
    /// Whether it is an officer of the hub.
    pub officer: bool,
    /// Whether it reads by an outlet made for machines, not at a page.
    pub machine: bool,
    /// Whether the party's membership is in force.
    pub member: bool,
    /// Member class codes in force.
    pub classes: BTreeSet<String>,
    /// Duty codes in force.
    pub duties: BTreeSet<String>,
    /// Groups the party is in, each with the moment (seconds since 1970) from which its items are
    /// open to the party; `i64::MIN` when the group opens its past.
    pub groups: BTreeMap<GroupId, i64>,
    /// ISACs the party is a member of, each with the moment (seconds since 1970) from which what is
    /// shared with it is open to the party.
    pub under: BTreeMap<PartyId, i64>,
}

impl Reader {
    /// Whether one term holds for this reader.
    pub fn satisfies(&self, term: &Term, now: Timestamp) -> bool {
        match term {
            Term::Officer => self.officer,
            Term::Member => self.member,
            Term::Party(party) => self.party == Some(*party) && self.in_force(),
            Term::Group { group, since } => {
                self.member && self.groups.get(group).is_some_and(|open| since >= open)
            }
            Term::Under(shared) => {
                let open = self.under.get(&shared.isac);
                self.member && open.is_some_and(|open| shared.since >= *open)
            }
            Term::Person(account) => self.account == Some(*account),
            Term::Class(code) => self.member && self.classes.contains(code),
            Term::Duty(code) => self.duties.contains(code),
            Term::Machine => self.machine,
            Term::From(at) => now.as_second() >= *at,
        }
    }

    fn in_force(&self) -> bool {
        self.member || self.officer
    }

    /// The audiences this reader may read, as one bitmap over interned ids.
    pub fn readable<'a>(
        &self,
        audiences: impl IntoIterator<Item = (AudienceId, &'a Audience)>,
        now: Timestamp,
    ) -> RoaringBitmap {
        let admitted = audiences
            .into_iter()
            .filter(|(_, audience)| audience.admits(self, now));
        admitted.map(|(id, _)| id).collect()
    }

    /// For each clause, whether it admits the reader and by which terms: the page that explains.
    pub fn explain<'a>(&self, audience: &'a Audience, now: Timestamp) -> Vec<ClauseVerdict<'a>> {
        let verdict = |clause: &'a crate::audience::Clause| ClauseVerdict {
            satisfied_by: clause.terms().filter(|t| self.satisfies(t, now)).collect(),
            terms: clause.terms().collect(),
        };
        audience.clauses().map(verdict).collect()
    }
}

/// Why a clause admits a reader or does not.
#[derive(Debug)]
pub struct ClauseVerdict<'a> {
    /// All terms of the clause.
    pub terms: Vec<&'a Term>,
    /// Those that hold; empty when the clause shuts the reader out.
    pub satisfied_by: Vec<&'a Term>,
}
