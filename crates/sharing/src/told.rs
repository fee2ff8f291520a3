//! What a provider is told of those whom an item names: what they are called, who is in each group, who is
//! bound by what. Consent covers it, so that nobody consents to one name and serves another.

use std::collections::{BTreeMap, BTreeSet};

use kaname_kernel::{AccountId, GroupId, MatterId, PartyId};
use serde::{Deserialize, Serialize};

use crate::text::Text;

/// The directory's word on whom a content names, at one moment. Names that the marking leaves without
/// effect are not among them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Told {
    /// Parties that are named, in a named group or under a named ISAC that may pass it on.
    pub parties: BTreeMap<PartyId, PartyTold>,
    /// Groups that are named.
    pub groups: BTreeMap<GroupId, GroupTold>,
    /// The parties under each named ISAC that may pass it on.
    pub under: BTreeMap<PartyId, BTreeSet<PartyId>>,
    /// Persons that are named.
    pub persons: BTreeMap<AccountId, PersonTold>,
    /// Titles of the collections it goes into.
    pub collections: BTreeMap<MatterId, Text>,
    /// What its member classes are called.
    pub classes: BTreeMap<String, Text>,
    /// What its duties are called.
    pub duties: BTreeMap<String, Text>,
}

/// A party, as it is told of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartyTold {
    /// Its code.
    pub code: String,
    /// Its names.
    pub name: Text,
    /// Whether its membership is in force.
    pub member: bool,
    /// Member classes in force.
    pub classes: BTreeSet<String>,
    /// Duties in force.
    pub duties: BTreeSet<String>,
}

/// A group, as it is told of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupTold {
    /// Its names.
    pub name: Text,
    /// The parties that read through it.
    pub members: BTreeSet<PartyId>,
}

/// A person, as it is told of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonTold {
    /// Role title.
    pub title: Text,
    /// The party the person belongs to.
    pub party: PartyId,
    /// What that party is called.
    pub of: Text,
}

/// One thing in which the directory says something else than it did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The party it is about, where it is about one.
    pub party: Option<PartyId>,
    /// What it is called, or was before.
    pub about: Text,
    /// What changed.
    pub what: What,
}

/// What changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// What it is called.
    Name(Text),
    /// The code of a party, before and after.
    Code(String, String),
    /// The party of a person.
    Party(Text),
    /// A party that reads through it is new.
    Joined(PartyId, Text),
    /// A party reads through it no more.
    Left(PartyId, Text),
    /// Its membership came into force, or ended.
    Membership(bool),
    /// A member class came into force, or ended.
    Class(String, bool),
    /// A duty came into force, or ended.
    Duty(String, bool),
}

impl Told {
    /// What the directory says otherwise in `now`: of parties, groups and ISACs, persons, collections, classes
    /// and duties, in this order.
    pub fn changes(&self, now: &Self) -> Vec<Change> {
        let mut all = Vec::new();
        for (id, old, new) in both(&self.parties, &now.parties) {
            let of = |what| Change {
                party: Some(*id),
                about: old.name.clone(),
                what,
            };
            all.extend(of_party(old, new).into_iter().map(of));
        }
        for (_, old, new) in both(&self.groups, &now.groups) {
            all.extend(renamed(&old.name, &new.name));
            let members = self.members(now, &old.members, &new.members);
            all.extend(members.into_iter().map(|what| about(&old.name, what)));
        }
        for (isac, old, new) in both(&self.under, &now.under) {
            let name = self.parties.get(isac).map(|isac| isac.name.clone());
            let name = name.unwrap_or_default();
            let members = self.members(now, old, new);
            all.extend(members.into_iter().map(|what| about(&name, what)));
        }
        for (_, old, new) in both(&self.persons, &now.persons) {
            all.extend(renamed(&old.title, &new.title));
            if (old.party, &old.of) != (new.party, &new.of) {
                all.push(about(&old.title, What::Party(new.of.clone())));
            }
        }
        let words = both(&self.classes, &now.classes).chain(both(&self.duties, &now.duties));
        let words = words.map(|(_, old, new)| (old, new));
        let titles = both(&self.collections, &now.collections).map(|(_, old, new)| (old, new));
        all.extend(
            titles
                .chain(words)
                .filter_map(|(old, new)| renamed(old, new)),
        );
        all
    }

    /// Who came and who went. Every party that reads through something is told of.
    fn members(&self, now: &Self, old: &BTreeSet<PartyId>, new: &BTreeSet<PartyId>) -> Vec<What> {
        let name = |told: &Self, party| told.parties.get(party).map(|one| one.name.clone());
        let joined = new
            .difference(old)
            .filter_map(|one| Some(What::Joined(*one, name(now, one)?)));
        let left = old
            .difference(new)
            .filter_map(|one| Some(What::Left(*one, name(self, one)?)));
        joined.chain(left).collect()
    }
}

fn about(name: &Text, what: What) -> Change {
    Change {
        party: None,
        about: name.clone(),
        what,
    }
}

fn renamed(old: &Text, new: &Text) -> Option<Change> {
    (old != new).then(|| about(old, What::Name(new.clone())))
}

fn of_party(old: &PartyTold, new: &PartyTold) -> Vec<What> {
    let mut all = Vec::new();
    if old.name != new.name {
        all.push(What::Name(new.name.clone()));
    }
    if old.code != new.code {
        all.push(What::Code(old.code.clone(), new.code.clone()));
    }
    if old.member != new.member {
        all.push(What::Membership(new.member));
    }
    let classes = came_and_went(&old.classes, &new.classes);
    all.extend(classes.map(|(code, on)| What::Class(code, on)));
    let duties = came_and_went(&old.duties, &new.duties);
    all.extend(duties.map(|(code, on)| What::Duty(code, on)));
    all
}

fn came_and_went<'m>(
    old: &'m BTreeSet<String>,
    new: &'m BTreeSet<String>,
) -> impl Iterator<Item = (String, bool)> + 'm {
    let codes = old.symmetric_difference(new);
    codes.map(|code| (code.clone(), new.contains(code)))
}

/// What stands in both, with its key.
fn both<'m, K: Ord, V>(
    before: &'m BTreeMap<K, V>,
    after: &'m BTreeMap<K, V>,
) -> impl Iterator<Item = (&'m K, &'m V, &'m V)> {
    let pair = |(key, old): (&'m K, &'m V)| Some((key, old, after.get(key)?));
    before.iter().filter_map(pair)
}
