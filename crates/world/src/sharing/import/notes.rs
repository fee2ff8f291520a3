//! What has to be remembered of the objects of an import while they are read a second time: little for each, so
//! that an import of any length takes bounded memory.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use kaname_kernel::Audience;
use kaname_stix::{Head, Limits, ObjectId};

use super::{
    Good, Rejected,
    audiences::{self, Audiences},
    groups::{self, Defined},
    noted::{Kinds, short},
};
use crate::error::WorldError;

/// Stands for a text: collisions are not to be had.
type Short = [u8; 16];

/// Most different sets of markings.
const MAX_MARKINGS: usize = 100_000;
/// Most statements that are remembered; what else is marked with restricts.
const MAX_STATEMENTS: usize = 100_000;

/// Notes of the objects of an import, taken in their order.
#[derive(Default)]
pub(super) struct Notes {
    /// Which objects are taken, in their order: not those that are wrong or there twice.
    good: Vec<bool>,
    pub(super) rejected: Vec<Rejected>,
    versions: HashSet<Short>,
    /// What each object is marked with, by its id.
    marked: Vec<(Short, u32)>,
    markings: Kinds<Vec<ObjectId>>,
    pub(super) statements: BTreeSet<ObjectId>,
    /// The sharing groups that it defines.
    pub(super) defined: Defined,
}

impl Notes {
    /// Notes the next object.
    pub(super) fn take(&mut self, raw: &str, limits: &Limits) -> Result<(), WorldError> {
        let index = self.good.len();
        let head = match kaname_stix::object(raw, limits) {
            Ok(head) => head,
            Err(error) => {
                self.good.push(false);
                let why = error.to_string();
                self.rejected.push(Rejected { index, why });
                return Ok(());
            }
        };
        let id = head.id.to_string();
        let version = head.version_micros().unwrap_or(i64::MIN);
        // The same version twice in one file is one version.
        let is_new = self
            .versions
            .insert(short(&[id.as_bytes(), &version.to_be_bytes()]));
        self.good.push(is_new);
        if !is_new {
            return Ok(());
        }
        if audiences::is_statement(raw, &head) && self.statements.len() < MAX_STATEMENTS {
            self.statements.insert(head.id.clone());
        }
        groups::note_defined(&mut self.defined, &head.id, raw);
        let marks = audiences::own_marks(&head);
        let place = self.markings.place(marks, MAX_MARKINGS).ok_or_else(|| {
            let limit = format!("at most {MAX_MARKINGS} different sets of markings");
            WorldError::invalid("objects", "error-stix", limit)
        })?;
        self.marked.push((short(&[id.as_bytes()]), place));
        Ok(())
    }

    /// Everything was noted; it is asked from now on.
    pub(super) fn settle(&mut self) {
        self.versions = HashSet::new();
        self.markings.settle();
        self.marked.sort_unstable();
        self.marked.dedup();
    }

    /// The markings among which sharing groups may be.
    pub(super) fn may_be_groups(&self) -> BTreeSet<ObjectId> {
        let all = self.markings.all().flatten();
        let all = all.filter(|one| groups::may_be_group(one) && !self.statements.contains(one));
        all.cloned().collect()
    }

    /// How many are taken.
    pub(super) fn count(&self) -> usize {
        self.good.iter().filter(|good| **good).count()
    }

    /// Whether the object of that place is taken.
    pub(super) fn is_good(&self, index: usize) -> bool {
        self.good.get(index) == Some(&true)
    }

    /// The ends of relationships and sightings that stand in the import, with whoever may see them.
    pub(super) fn ends(
        &self,
        objects: &[Good<'_>],
        rules: &Audiences,
    ) -> BTreeMap<ObjectId, Audience> {
        let mut all = BTreeMap::new();
        for end in objects.iter().flat_map(|good| audiences::ends(&good.head)) {
            if !all.contains_key(end)
                && let Some(audience) = self.audience(end, rules)
            {
                all.insert(end.clone(), audience);
            }
        }
        all
    }

    /// Whoever may see one of the objects that stand under an id here, by their own markings.
    fn audience(&self, id: &ObjectId, rules: &Audiences) -> Option<Audience> {
        let wanted: Short = short(&[id.to_string().as_bytes()]);
        let from = self.marked.partition_point(|(one, _)| *one < wanted);
        let mut all: Option<Audience> = None;
        let here = self.marked.get(from..)?.iter();
        for (_, place) in here.take_while(|(one, _)| *one == wanted) {
            let one = rules.by_marks(self.markings.at(*place)?);
            all = Some(match all {
                Some(before) => audiences::either(before, &one),
                None => one,
            });
        }
        all
    }
}

/// The head of an object that was noted.
pub(super) fn head_of(raw: &str) -> Result<Head, WorldError> {
    kaname_stix::head(raw).map_err(WorldError::encoding)
}
