//! What the events of an import tell of its objects, part by part, and how far they were read.

use std::collections::{BTreeMap, HashMap};

use kaname_kernel::{
    Audience, AudienceId, Event, MatterId, PartyId,
    merkle::{Frontier, Hash},
};
use kaname_store::ObjectRow;
use sha2::{Digest, Sha256};

use super::{
    Fault,
    ground::{Due, Read},
};
use crate::{
    error::WorldError,
    sharing::{ImportChange, imported_in, leaf_of},
};

/// A part of an import as its event tells it.
struct Part {
    seq: u64,
    event: String,
    collection: MatterId,
    originator: Option<PartyId>,
    count: u64,
    root: String,
    audiences: Vec<(Audience, u64)>,
    shown: Vec<(u32, u64)>,
}

/// An object that was taken out again.
struct Absent {
    leaf: Hash,
    stix_id: String,
}

impl Part {
    /// Whether it tells the audience of each object, not of all together.
    fn tells_each(&self) -> bool {
        !self.shown.is_empty() || self.audiences.len() == 1
    }
}

/// An import while its objects are read.
#[derive(Default)]
pub(super) struct Importing {
    parts: Vec<Part>,
    /// What was taken out, by its place.
    gone: BTreeMap<i64, Absent>,
    walk: Walk,
}

/// How far the objects of an import were read.
#[derive(Default)]
struct Walk {
    /// Parts that fit.
    fitting: usize,
    tree: Frontier,
    /// Run of audiences at hand, and how many objects of it were read.
    run: (usize, u64),
    /// What of `gone` was passed, by the last place.
    passed: Option<i64>,
    /// Whether some of the part at hand are gone.
    some_gone: bool,
    /// What is wrong with a part that ended with an object that is gone.
    late: Option<(bool, Fault)>,
    /// Objects of each audience, where the event tells no more than their number.
    counts: BTreeMap<AudienceId, u64>,
    /// The first object of the part at hand whose bytes are not what its key says.
    changed: Option<String>,
    /// The first object of the part at hand with another row than the ledger says.
    differs: Option<Fault>,
}

impl Importing {
    /// Takes the event of the next part.
    pub(super) fn take(&mut self, seq: u64, event: Event) -> Result<(), WorldError> {
        let change = serde_json::from_value(event.data).map_err(WorldError::encoding)?;
        let (collection, originator, count, root, audiences, shown) = match change {
            ImportChange::Imported {
                collection,
                originator,
                count,
                root,
                audiences,
                shown,
                ..
            } => (collection, originator, count, root, audiences, shown),
            ImportChange::Removed { objects } => {
                for gone in objects {
                    let mut leaf = Hash::default();
                    hex::decode_to_slice(&gone.leaf, &mut leaf).map_err(WorldError::encoding)?;
                    let stix_id = gone.id;
                    self.gone.insert(gone.place_us, Absent { leaf, stix_id });
                }
                return Ok(());
            }
        };
        self.parts.push(Part {
            seq,
            event: event.header.id.to_string(),
            collection,
            originator,
            count,
            root,
            audiences,
            shown,
        });
        Ok(())
    }

    /// To read its objects once more.
    pub(super) fn restart(&mut self) {
        self.walk = Walk::default();
    }

    /// Notes a row of the part at hand that is not what it must be, to be told when the part is proved.
    pub(super) fn note(&mut self, row: &ObjectRow, what: &str) {
        if let Some(part) = self.parts.get(self.walk.fitting) {
            let fault = || part.fault(Some(row.object.stix_id.clone()), what).of_row();
            self.walk.differs.get_or_insert_with(fault);
        }
    }

    /// Passes what is gone and stood before `place`.
    fn pass_gone(&mut self, place: i64) {
        let from = self
            .walk
            .passed
            .map_or(i64::MIN, |last| last.saturating_add(1));
        if from >= place {
            return;
        }
        let gone: Vec<(i64, Hash)> = self
            .gone
            .range(from..place)
            .map(|(place, absent)| (*place, absent.leaf))
            .collect();
        for (place, leaf) in gone {
            self.walk.passed = Some(place);
            self.walk.some_gone = true;
            self.walk.tree.push(leaf);
            if let Some(part) = self.parts.get(self.walk.fitting) {
                self.walk.audience(part);
            }
            if let Some(fault) = self.close_part(None) {
                self.walk.late.get_or_insert(fault);
            }
        }
    }

    pub(super) fn read(&mut self, row: &ObjectRow) -> Read {
        let object = &row.object;
        if let Some(absent) = self.gone.get(&object.added_us) {
            return Read::Groundless(Fault {
                object: Some(absent.stix_id.clone()),
                ..Fault::of_event(
                    0,
                    None,
                    "it was taken out of its collection and stands there again",
                )
            });
        }
        self.pass_gone(object.added_us);
        let walk = &mut self.walk;
        let Some(part) = self.parts.get(walk.fitting) else {
            let last = self.parts.last();
            let (seq, event) = last.map_or((0, None), |part| (part.seq, Some(part.event.clone())));
            return Read::Groundless(Fault {
                object: Some(object.stix_id.clone()),
                ..Fault::of_event(
                    seq,
                    event,
                    "it stands under an import that did not bring it",
                )
            });
        };
        let digest = Sha256::digest(object.raw.as_bytes());
        if walk.changed.is_none() && !digest.starts_with(object.key.bytes()) {
            walk.changed = Some(object.stix_id.clone());
        }
        walk.tree
            .push(leaf_of(object.raw.as_bytes(), object.dated_us));
        let audience = walk.audience(part);
        if !part.tells_each() {
            *walk.counts.entry(object.audience_id).or_default() += 1;
        }
        let tells_audience = audience.is_some();
        let audience = audience.unwrap_or_else(Audience::officers);
        Read::Due(Due {
            standing: imported_in(object.source, (part.collection, part.originator), audience),
            tells_audience,
        })
    }

    pub(super) fn end_part(
        &mut self,
        audiences: &HashMap<AudienceId, Audience>,
    ) -> Option<(bool, Fault)> {
        let late = self.walk.late.take();
        late.or_else(|| self.close_part(Some(audiences)))
    }

    /// Ends the part at hand when all its objects were read; what is wrong with it. Without audiences, or
    /// where some are gone, their numbers are not compared.
    fn close_part(
        &mut self,
        audiences: Option<&HashMap<AudienceId, Audience>>,
    ) -> Option<(bool, Fault)> {
        let part = self.parts.get(self.walk.fitting)?;
        if self.walk.tree.size() < part.count {
            return None;
        }
        let fitting = self.walk.fitting + 1;
        let walk = std::mem::take(&mut self.walk);
        self.walk.fitting = fitting;
        self.walk.passed = walk.passed;
        self.walk.late = walk.late;
        if hex::encode(walk.tree.root()) != part.root {
            let what = match walk.changed {
                Some(_) => "its bytes are not those that were imported",
                None => {
                    "the objects of this import are not those that were imported: one was changed, added or taken away"
                }
            };
            return Some((true, part.fault(walk.changed, what)));
        }
        let differs = walk.differs.or_else(|| {
            let fits = match audiences.filter(|_| !part.tells_each() && !walk.some_gone) {
                Some(audiences) => part.counts(audiences, &walk.counts),
                None => true,
            };
            (!fits).then(|| part.fault(None, OTHER_AUDIENCES).of_row())
        });
        differs.map(|fault| (false, fault))
    }

    /// What is wrong when no objects are left.
    pub(super) fn missing(&mut self) -> Option<Fault> {
        self.pass_gone(i64::MAX);
        if let Some((_, fault)) = self.walk.late.take() {
            return Some(fault);
        }
        let part = self.parts.get(self.walk.fitting)?;
        let missing = part.count - self.walk.tree.size();
        let what = format!("{missing} objects of this import are missing");
        Some(part.fault(self.walk.changed.clone(), &what))
    }
}

impl Walk {
    /// The audience of the next object, as far as the event tells it.
    fn audience(&mut self, part: &Part) -> Option<Audience> {
        if let [(only, _)] = &part.audiences[..] {
            return Some(only.clone());
        }
        let (place, length) = part.shown.get(self.run.0)?;
        self.run.1 += 1;
        if self.run.1 >= *length {
            self.run = (self.run.0 + 1, 0);
        }
        let (audience, _) = part.audiences.get(*place as usize)?;
        Some(audience.clone())
    }
}

impl Part {
    fn fault(&self, object: Option<String>, what: &str) -> Fault {
        Fault {
            object,
            ..Fault::of_event(self.seq, Some(self.event.clone()), what)
        }
    }

    /// Whether as many objects have each audience as the event says.
    fn counts(
        &self,
        known: &HashMap<AudienceId, Audience>,
        found: &BTreeMap<AudienceId, u64>,
    ) -> bool {
        let mut left: BTreeMap<&Audience, u64> = self
            .audiences
            .iter()
            .map(|(one, count)| (one, *count))
            .collect();
        found.iter().all(|(id, count)| {
            let said = known.get(id).and_then(|audience| left.remove(audience));
            said == Some(*count)
        })
    }
}

const OTHER_AUDIENCES: &str =
    "the objects of this import have other audiences than it says: who may see them was changed";
