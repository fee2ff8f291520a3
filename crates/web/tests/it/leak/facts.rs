//! The oracle: who may see what, read anew from the rules in words ("Audience" of the trust rules) over
//! plain sets. It knows nothing of the kernel's audiences and calls none of their code, so that a
//! mistake there does not repeat itself here.

use std::collections::{BTreeMap, BTreeSet};

/// Hours since the scene began: when something was shared, joined or opens.
pub(super) type Hour = i64;

/// TLP 2.0 as written on an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    Clear,
    Green,
    Amber,
    AmberStrict,
    Red,
}

/// What is written on an item. Parties, groups and persons by their place in the scene.
#[derive(Debug, Clone)]
pub(super) struct OnItem {
    pub(super) mark: Mark,
    pub(super) parties: BTreeSet<usize>,
    pub(super) groups: BTreeSet<usize>,
    pub(super) persons: BTreeSet<usize>,
    pub(super) classes: BTreeSet<&'static str>,
    pub(super) duties: BTreeSet<&'static str>,
    pub(super) opens: Option<Hour>,
    pub(super) shared: Hour,
    /// Whether pages are among its ways out: else its objects are there for machines alone, and of the
    /// item itself pages say its number and no more.
    pub(super) on_pages: bool,
}

/// What is known of a party.
#[derive(Debug, Clone, Default)]
pub(super) struct OfParty {
    /// Its membership is in force.
    pub(super) member: bool,
    pub(super) class: &'static str,
    pub(super) duties: BTreeSet<&'static str>,
    /// Groups, with when it joined each.
    pub(super) groups: BTreeMap<usize, Hour>,
    /// ISACs it is a member of, with when it came under each.
    pub(super) isacs: BTreeMap<usize, Hour>,
}

/// Who looks.
#[derive(Debug, Clone, Copy)]
pub(super) enum Eyes {
    /// Not signed in.
    Nobody,
    /// A person of a party.
    Person { person: usize, party: usize },
    /// A key of a party.
    Machine { party: usize },
    /// An officer who had a part in every item.
    Author,
}

/// What is known of everyone.
#[derive(Debug, Default)]
pub(super) struct Facts {
    pub(super) parties: Vec<OfParty>,
    /// Which groups open their past to those who join.
    pub(super) opens_past: Vec<bool>,
}

impl Facts {
    /// Whether these eyes may see the item at that hour.
    pub(super) fn may_see(&self, item: &OnItem, eyes: Eyes, now: Hour) -> bool {
        let party = match eyes {
            // Officers work with everything that is out; RED is theirs by their part in it.
            Eyes::Author => return true,
            Eyes::Nobody => None,
            Eyes::Person { party, .. } | Eyes::Machine { party } => Some(party),
        };
        if item.opens.is_some_and(|opens| now < opens) {
            return false;
        }
        let of = party.map(|party| &self.parties[party]);
        if !item.classes.is_empty() {
            let of_class = of.is_some_and(|of| of.member && item.classes.contains(of.class));
            if !of_class {
                return false;
            }
        }
        for duty in &item.duties {
            if !of.is_some_and(|of| of.duties.contains(duty)) {
                return false;
            }
        }
        match item.mark {
            Mark::Clear => true,
            Mark::Green => of.is_some_and(|of| of.member),
            Mark::Red => match eyes {
                Eyes::Person { person, .. } => item.persons.contains(&person),
                _ => false,
            },
            Mark::Amber | Mark::AmberStrict => {
                let (Some(party), Some(of)) = (party, of) else {
                    return false;
                };
                of.member && self.is_named(item, party, of)
            }
        }
    }

    /// Named directly, by a group it was in, or, without STRICT, by an ISAC it was under.
    fn is_named(&self, item: &OnItem, party: usize, of: &OfParty) -> bool {
        if item.parties.contains(&party) {
            return true;
        }
        for group in &item.groups {
            if let Some(joined) = of.groups.get(group)
                && (self.opens_past[*group] || *joined <= item.shared)
            {
                return true;
            }
        }
        if item.mark == Mark::AmberStrict {
            return false;
        }
        for isac in &item.parties {
            if of.isacs.get(isac).is_some_and(|came| *came <= item.shared) {
                return true;
            }
        }
        false
    }
}

/// How far an item has come that is not out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// Written, and its provider was not asked about these words.
    Written,
    /// The provider was asked, or has said yes.
    Asked,
    /// The provider wants other words.
    OtherWords,
    /// The provider said no.
    SaidNo,
}

/// Who looks at what is not out: by what they are to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// Wrote on it, or goes on with it.
    Writer,
    /// Another officer of the hub.
    Officer,
    /// Its provider.
    Provider,
    /// Anyone else.
    Other,
}

/// Whether what is not out is there for whoever looks: words that nobody but its writers has answered for
/// may still give the provider away.
pub(super) fn is_there(stage: Stage, part: Part) -> bool {
    match part {
        Part::Writer | Part::Provider => true,
        Part::Officer => stage == Stage::Asked,
        Part::Other => false,
    }
}
