//! Who may see what of one import: by the object's own markings, the collection's, and by both ends of a
//! relationship or sighting; and how the event of a part tells it.

use std::collections::{BTreeMap, BTreeSet};

use kaname_kernel::{Audience, Clause, Term};
use kaname_sharing::collection::{Access, Collection};
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
/// The audiences of a part's objects, as they are met.
#[derive(Default)]
pub(super) struct Shown {
    counts: Vec<(Audience, u64)>,
    places: BTreeMap<Audience, u32>,
    runs: Vec<(u32, u64)>,
}

impl Shown {
    pub(super) fn take(&mut self, audience: &Audience) {
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
    pub(super) fn runs(&self) -> Vec<(u32, u64)> {
        match self.counts.len() {
            0 | 1 => Vec::new(),
            _ => self.runs.clone(),
        }
    }

    /// Each with the number of its objects.
    pub(super) fn counts(self) -> Vec<(Audience, u64)> {
        self.counts
    }
}

/// Who may see what of one import.
pub(super) struct Audiences {
    /// Whoever may read the collection.
    collection: Audience,
    /// Who is named by AMBER: what the collection names.
    named: Audience,
    /// For objects without a marking.
    unmarked: Audience,
    /// Markings that restrict nobody: copyright, terms of use.
    statements: BTreeSet<ObjectId>,
    /// Audiences of objects by their own markings, for the ends of relationships.
    pub(super) ends: BTreeMap<ObjectId, Audience>,
}

impl Audiences {
    pub(super) fn of(collection: &Collection, objects: &[Good<'_>]) -> Self {
        let definition = &collection.definition;
        let read = definition.read.audience();
        let named = match definition.read {
            Access::Groups { .. } | Access::Parties { .. } | Access::Classes { .. } => read.clone(),
            // Nobody is named where everyone or every member reads.
            _ => Audience::officers(),
        };
        let statements = objects
            .iter()
            // A file that calls a TLP marking a statement does not make it one.
            .filter(|good| tlp_of(&good.head.id).is_none() && is_statement(good.raw, &good.head));
        let mut audiences = Self {
            collection: read,
            named,
            unmarked: Audience::officers(),
            statements: statements.map(|good| good.head.id.clone()).collect(),
            ends: BTreeMap::new(),
        };
        if let Some(tlp) = definition.default_tlp {
            audiences.unmarked = audiences.marked(mark_of(tlp));
        }
        let ends = objects
            .iter()
            .map(|good| (good.head.id.clone(), audiences.own(&good.head)));
        audiences.ends = ends.collect();
        audiences
    }

    fn marked(&self, mark: TlpMark) -> Audience {
        match mark {
            TlpMark::Clear => Audience::everyone(),
            TlpMark::Green => Audience::everyone().and(Clause::any([Term::Member, Term::Officer])),
            TlpMark::Amber | TlpMark::AmberStrict => self.named.clone(),
            // No person is named by an import.
            TlpMark::Red => Audience::officers(),
        }
    }

    /// By the object's own markings.
    fn own(&self, head: &Head) -> Audience {
        let restricting: Vec<&ObjectId> = head
            .markings
            .iter()
            .filter(|marking| !self.statements.contains(marking))
            .collect();
        if restricting.is_empty() {
            return self.collection.clone().and_all(&self.unmarked);
        }
        let clauses = restricting.iter().map(|marking| match tlp_of(marking) {
            Some(mark) => self.marked(mark),
            None => Audience::officers(),
        });
        clauses.fold(self.collection.clone(), |all, one| all.and_all(&one))
    }

    /// With the ends, for a relationship or sighting.
    pub(super) fn of_object(&self, head: &Head) -> Audience {
        let own = self
            .ends
            .get(&head.id)
            .cloned()
            .unwrap_or_else(|| self.own(head));
        let unknown = Audience::officers();
        ends(head).fold(own, |all, end| {
            all.and_all(self.ends.get(end).unwrap_or(&unknown))
        })
    }
}

/// What must be visible for a relationship or sighting to be: none for other objects.
pub(super) fn ends(head: &Head) -> impl Iterator<Item = &ObjectId> {
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

/// A statement marking (STIX 2.1 §7.2.1.3) says whose it is, not who may see it.
fn is_statement(raw: &str, head: &Head) -> bool {
    #[derive(Deserialize)]
    struct Definition {
        #[serde(default)]
        definition_type: String,
    }
    head.type_name() == "marking-definition"
        && serde_json::from_str::<Definition>(raw)
            .is_ok_and(|definition| definition.definition_type == "statement")
}
