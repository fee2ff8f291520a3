//! Who may see what of one import: by the object's own markings, the collection's, and by both ends of a
//! relationship or sighting; whoever claims an object may see it all the same. And how the event of a part
//! tells it.

use std::collections::{BTreeMap, BTreeSet};

use kaname_kernel::{Audience, Clause, PartyId, Term};
use kaname_sharing::{
    collection::{Access, Collection, Definition},
    marking::pap_of,
};
use kaname_stix::{Head, ObjectId, TlpMark, tlp_of};
use serde::Deserialize;

use super::Good;

/// Properties that hold the ends of a relationship or sighting (STIX 2.1 §5.1, §5.2).
const ENDS: [&str; 5] = [
    "source_ref",
    "target_ref",
    "sighting_of_ref",
    "observed_data_refs",
    "where_sighted_refs",
];
/// Most pairs of clauses that are set beside each other for whoever may see one object or another.
const MAX_PAIRS: usize = 256;

/// The audiences of a part's objects, as they are met.
#[derive(Default)]
pub(crate) struct Shown {
    counts: Vec<(Audience, u64)>,
    places: BTreeMap<Audience, u32>,
    runs: Vec<(u32, u64)>,
}

impl Shown {
    pub(crate) fn take(&mut self, audience: &Audience) {
        let place = match self.places.get(audience) {
            Some(place) => *place,
            None => {
                // No part has more audiences than objects.
                let place = self.counts.len() as u32;
                self.places.insert(audience.clone(), place);
                self.counts.push((audience.clone(), 0));
                place
            }
        };
        if let Some((_, count)) = self.counts.get_mut(place as usize) {
            *count += 1;
        }
        match self.runs.last_mut() {
            Some((last, length)) if *last == place => *length += 1,
            _ => self.runs.push((place, 1)),
        }
    }

    /// How many objects in a row have which; nothing where all have one.
    pub(crate) fn runs(&self) -> Vec<(u32, u64)> {
        match self.counts.len() {
            0 | 1 => Vec::new(),
            _ => self.runs.clone(),
        }
    }

    /// Each with the number of its objects.
    pub(crate) fn counts(self) -> Vec<(Audience, u64)> {
        self.counts
    }
}

/// Who may see one of the objects that stand under an id.
#[derive(Default)]
pub(crate) struct Seen {
    /// One of those that the hub itself brought, when there is any.
    hub: Option<Audience>,
    /// One of those that parties claim.
    claimed: Option<Audience>,
}

impl Seen {
    pub(crate) fn take(&mut self, is_claim: bool, audience: &Audience) {
        let seen = match is_claim {
            true => &mut self.claimed,
            false => &mut self.hub,
        };
        *seen = Some(match seen.take() {
            Some(before) => either(before, audience),
            None => audience.clone(),
        });
    }

    /// Whoever sees any of them. So a claim is shown by what its reader sees, and by nothing else: what is
    /// hidden from a reader makes no difference to it, and nobody's copy hides another's.
    pub(super) fn of_anyone(self) -> Option<Audience> {
        match (self.hub, self.claimed) {
            (Some(hub), Some(claimed)) => Some(either(hub, &claimed)),
            (hub, claimed) => hub.or(claimed),
        }
    }

    /// Whoever sees one of the hub's. What parties claim under that id opens nothing of what the hub says;
    /// it counts where the hub has nothing.
    pub(super) fn of_the_hub_first(self) -> Option<Audience> {
        self.hub.or(self.claimed)
    }

    /// Whoever sees one of the hub's, when there is any.
    pub(crate) fn of_the_hub(self) -> Option<Audience> {
        self.hub
    }
}

/// Whoever satisfies one of them. Where that would be beyond measure, as careful as the first alone.
pub(super) fn either(one: Audience, other: &Audience) -> Audience {
    let pairs = one.clauses().count() * other.clauses().count();
    match pairs <= MAX_PAIRS {
        true => one.or(other),
        false => one,
    }
}

/// Who may see what of one import.
pub(crate) struct Audiences {
    /// The party whose claims they are; `None` for what the hub itself brings.
    pub(super) originator: Option<PartyId>,
    /// Whoever may read the collection.
    collection: Audience,
    /// Who is named by AMBER: what the collection names.
    named: Audience,
    /// For objects without a marking.
    unmarked: Audience,
    /// The label of objects that have none and are restricted otherwise.
    default: TlpMark,
    /// For markings that say nothing here, and for ends that nobody knows: officers.
    unknown: Audience,
    /// Whom the sharing groups mean that markings name.
    pub(super) groups: BTreeMap<ObjectId, Audience>,
    /// Markings that restrict nobody: copyright, terms of use.
    pub(super) statements: BTreeSet<ObjectId>,
    /// Whoever may see some version of an object by its own markings, for the ends of relationships.
    pub(crate) ends: BTreeMap<ObjectId, Audience>,
}

impl Audiences {
    /// Of a collection, without looking at any object. `originator`: the party whose claims they are, when
    /// a party brought them itself.
    pub(crate) fn in_collection(definition: &Definition, originator: Option<PartyId>) -> Self {
        let read = match definition.read {
            // What nobody reads here is held for officers.
            Access::Nobody => Audience::officers(),
            _ => definition.read.audience(),
        };
        let unknown = Audience::officers();
        let named = match (&definition.read, read.clauses().next()) {
            (
                Access::Groups { .. } | Access::Parties { .. } | Access::Classes { .. },
                Some(clause),
            ) => Audience::everyone().and(clause.clone()),
            // Nobody is named where everyone or every member reads.
            _ => unknown.clone(),
        };
        let mut audiences = Self {
            originator,
            collection: read,
            named,
            unmarked: unknown.clone(),
            default: definition.default_tlp.map_or(TlpMark::AmberStrict, mark_of),
            unknown,
            groups: BTreeMap::new(),
            statements: BTreeSet::new(),
            ends: BTreeMap::new(),
        };
        if let Some(tlp) = definition.default_tlp {
            audiences.unmarked = audiences.marked(mark_of(tlp), &audiences.named);
        }
        audiences
    }

    pub(in crate::sharing) fn of(
        collection: &Collection,
        originator: Option<PartyId>,
        objects: &[Good<'_>],
        groups: BTreeMap<ObjectId, Audience>,
    ) -> Self {
        let mut audiences = Self::in_collection(&collection.definition, originator);
        audiences.groups = groups;
        let statements = objects
            .iter()
            .filter(|good| is_statement(good.raw, &good.head));
        audiences.statements = statements.map(|good| good.head.id.clone()).collect();
        for good in objects {
            let own = audiences.own(&good.head);
            let own = match audiences.ends.remove(&good.head.id) {
                Some(other_version) => either(other_version, &own),
                None => own,
            };
            audiences.ends.insert(good.head.id.clone(), own);
        }
        audiences
    }

    /// What a label asks. `named`: whoever AMBER names.
    fn marked(&self, mark: TlpMark, named: &Audience) -> Audience {
        match mark {
            TlpMark::Clear => Audience::everyone(),
            TlpMark::Green => Audience::everyone().and(Clause::any([Term::Member, Term::Officer])),
            TlpMark::Amber | TlpMark::AmberStrict => named.clone(),
            // No person is named by an import.
            TlpMark::Red => Audience::officers(),
        }
    }

    /// By the object's own markings.
    fn own(&self, head: &Head) -> Audience {
        self.by_marks(&own_marks(head))
    }

    /// By all markings of an object: statements (copyright, terms of use) restrict nobody.
    pub(super) fn by_marks(&self, marks: &[ObjectId]) -> Audience {
        let restricting = marks.iter().filter(|one| !self.statements.contains(one));
        self.by_markings(&restricting.cloned().collect::<Vec<_>>())
    }

    /// By markings that restrict; what may be done with it (PAP) restricts no reader.
    pub(crate) fn by_markings(&self, restricting: &[ObjectId]) -> Audience {
        let restricting = restricting.iter().filter(|one| pap_of(one).is_none());
        let restricting: Vec<&ObjectId> = restricting.collect();
        if restricting.is_empty() {
            return self.collection.clone().and_all(&self.unmarked);
        }
        let groups = restricting.iter().filter_map(|one| self.groups.get(one));
        let groups: Vec<&Audience> = groups.collect();
        // Who is named by AMBER is named directly or by a group.
        let named = groups
            .iter()
            .fold(self.named.clone(), |all, one| either(all, one));
        let clauses = restricting.iter().map(|marking| match tlp_of(marking) {
            Some(mark) => self.marked(mark, &named),
            None => self.groups.get(marking).unwrap_or(&self.unknown).clone(),
        });
        let all = clauses.fold(self.collection.clone(), |all, one| all.and_all(&one));
        // A group says to whom it goes, and not that it is less confidential than what says nothing.
        let is_labelled = restricting.iter().any(|one| tlp_of(one).is_some());
        match groups.is_empty() || is_labelled {
            true => all,
            false => all.and_all(&self.marked(self.default, &named)),
        }
    }

    /// With the ends, for a relationship or sighting; and whoever claims it.
    pub(super) fn of_object(&self, head: &Head) -> Audience {
        let shown = ends(head).fold(self.own(head), |all, end| {
            all.and_all(self.ends.get(end).unwrap_or(&self.unknown))
        });
        match self.originator {
            Some(party) => {
                let originator = Clause::any([Term::Party(party)]);
                shown.or(&Audience::everyone().and(originator))
            }
            None => shown,
        }
    }
}

/// Every marking of an object, of the whole or of a part, in order: whoever may not see a part is not shown the
/// object.
pub(crate) fn marks(head: &Head) -> Vec<ObjectId> {
    let all = head.markings.iter().chain(&head.granular_markings);
    let all: BTreeSet<&ObjectId> = all.collect();
    all.into_iter().cloned().collect()
}

/// The markings that say who may see an object that is imported. A marking that says nothing here tells of what only
/// officers see, so that it restricts itself too.
pub(in crate::sharing) fn own_marks(head: &Head) -> Vec<ObjectId> {
    let mut all = marks(head);
    let is_unknown = head.type_name() == "marking-definition"
        && tlp_of(&head.id).is_none()
        && pap_of(&head.id).is_none();
    if is_unknown {
        all.push(head.id.clone());
    }
    all
}

/// What must be visible for a relationship or sighting to be: none for other objects.
pub(crate) fn ends(head: &Head) -> impl Iterator<Item = &ObjectId> {
    let relates = matches!(head.type_name(), "relationship" | "sighting");
    let ends = head
        .refs
        .iter()
        .filter(|one| ENDS.contains(&one.property.as_ref()));
    ends.map(|one| &one.target).filter(move |_| relates)
}

fn mark_of(tlp: kaname_kernel::Tlp) -> TlpMark {
    kaname_sharing::content::tlp_mark(tlp)
}

/// A statement marking (STIX 2.1 §7.2.1.3) says whose it is, not who may see it. A file that calls a TLP
/// marking a statement does not make it one.
pub(crate) fn is_statement(raw: &str, head: &Head) -> bool {
    #[derive(Deserialize)]
    struct Definition {
        #[serde(default)]
        definition_type: String,
    }
    head.type_name() == "marking-definition"
        && tlp_of(&head.id).is_none()
        && serde_json::from_str::<Definition>(raw)
            .is_ok_and(|definition| definition.definition_type == "statement")
}
