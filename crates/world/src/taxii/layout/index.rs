//! What is noted of each object of a layout before any is written: which versions there are, and how each
//! is marked, since a relationship may stand before or after its ends. Thirty-two bytes an object.

use std::collections::{BTreeSet, HashMap};

use kaname_kernel::Audience;
use kaname_stix::{Head, Limits, ObjectId};

use crate::sharing::{Audiences, Kinds, is_statement, marks, short};

/// Most different sets of markings in one layout.
const MAX_MARKINGS: usize = 65_536;
/// Most statement markings that are known as such; more restrict as unknown markings do.
const MAX_STATEMENTS: usize = 10_000;

/// The beginning of a SHA-256.
type Short = [u8; 12];

/// Markings as an object of a collection carries them.
type Marked = (u32, Vec<ObjectId>);

/// Notes of the objects of a layout.
pub struct LayoutIndex {
    limits: Limits,
    versions: Vec<(Short, u32)>,
    ends: Vec<(Short, u32)>,
    marked: Kinds<Marked>,
    statements: BTreeSet<ObjectId>,
    known: HashMap<u32, Audience>,
}

impl LayoutIndex {
    /// Notes of objects within bounds.
    pub fn new(limits: Limits) -> LayoutIndex {
        LayoutIndex {
            limits,
            versions: Vec::new(),
            ends: Vec::new(),
            marked: Kinds::default(),
            statements: BTreeSet::new(),
            known: HashMap::new(),
        }
    }

    /// Notes the next object of the file.
    ///
    /// # Errors
    /// With the rule it breaks, when it is no STIX object or there are too many.
    pub fn take(&mut self, collection: usize, date_added_us: i64, raw: &str) -> Result<(), String> {
        let head = kaname_stix::object(raw, &self.limits).map_err(|error| error.to_string())?;
        let ordinal = u32::try_from(self.versions.len()).map_err(|_| "too many objects")?;
        let collection = u32::try_from(collection).map_err(|_| "too many collections")?;
        let id = head.id.to_string();
        let version = head.version_micros().unwrap_or(date_added_us);
        let version = [
            &collection.to_be_bytes()[..],
            id.as_bytes(),
            &version.to_be_bytes(),
        ];
        self.versions.push((short(&version), ordinal));
        let place = self.marked.place((collection, marks(&head)), MAX_MARKINGS);
        let place =
            place.ok_or_else(|| format!("more than {MAX_MARKINGS} different sets of markings"))?;
        self.ends.push((short(&[id.as_bytes()]), place));
        if is_statement(raw, &head) && self.statements.len() < MAX_STATEMENTS {
            self.statements.insert(head.id);
        }
        Ok(())
    }

    /// How many were noted.
    pub fn len(&self) -> u64 {
        self.versions.len() as u64
    }

    /// Whether none was.
    pub fn is_empty(&self) -> bool {
        self.versions.is_empty()
    }

    /// Makes it ready to be asked; gives the place in the file of an object whose version its collection
    /// has already.
    pub(super) fn settle(&mut self) -> Option<u64> {
        self.versions.sort_unstable();
        let twice = self
            .versions
            .windows(2)
            .filter(|pair| pair[0].0 == pair[1].0)
            .map(|pair| u64::from(pair[0].1.max(pair[1].1)))
            .min();
        self.versions = Vec::new();
        self.ends.sort_unstable();
        self.ends.dedup();
        self.marked.settle();
        twice
    }

    /// Who may see an object of that id by its own markings: as it stands in the collection of whoever
    /// refers to it, else whoever may see it in each collection of the file it stands in, which is the
    /// careful reading. `None` when it does not stand in the file.
    pub(super) fn audience(
        &mut self,
        id: &ObjectId,
        within: usize,
        rules: &[Audiences],
    ) -> Option<Audience> {
        let wanted: Short = short(&[id.to_string().as_bytes()]);
        let from = self.ends.partition_point(|(one, _)| *one < wanted);
        let places: Vec<u32> = self
            .ends
            .get(from..)?
            .iter()
            .take_while(|(one, _)| *one == wanted)
            .map(|(_, place)| *place)
            .collect();
        let is_within = |place: &u32| {
            let marked = self.marked.at(*place);
            marked.is_some_and(|(collection, _)| *collection as usize == within)
        };
        let beside: Vec<u32> = places.iter().copied().filter(is_within).collect();
        let places = if beside.is_empty() { places } else { beside };
        let mut all: Option<Audience> = None;
        for place in places {
            let one = self.by_place(place, rules)?;
            all = Some(match all {
                Some(all) => all.and_all(&one),
                None => one,
            });
        }
        all
    }

    fn by_place(&mut self, place: u32, rules: &[Audiences]) -> Option<Audience> {
        if let Some(known) = self.known.get(&place) {
            return Some(known.clone());
        }
        let (collection, marks) = self.marked.at(place)?;
        let rules = rules.get(*collection as usize)?;
        let audience = rules.by_markings(&self.restricting(marks));
        self.known.insert(place, audience.clone());
        Some(audience)
    }

    fn restricting(&self, marks: &[ObjectId]) -> Vec<ObjectId> {
        let restricting = marks.iter().filter(|mark| !self.statements.contains(mark));
        restricting.cloned().collect()
    }

    /// Who may see an object by its own markings.
    pub(super) fn own(&self, head: &Head, rules: &Audiences) -> Audience {
        rules.by_markings(&self.restricting(&marks(head)))
    }
}
