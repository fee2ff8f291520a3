//! What a list says as STIX: the publisher's identity, and one object for each value in the publisher's name. Ids follow
//! from the source and the value, so that a list read again says the same objects.
//!
//! A value that has left the list is not revoked, which would be final (STIX 2.1 §3.2) while lists drop and take up
//! values again: a new version ends it by `valid_until`, and one without an end takes it up again.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use kaname_intake::listed::Entry;
use kaname_kernel::MatterId;
use kaname_stix::{
    ObjectId, StixError, ValueKind,
    author::{self, Authored, Base, External, Identity, Indicator},
    pattern_for, tlp_marking_id,
};
use serde::Deserialize;
use uuid::Uuid;

use super::Source;
use crate::{content::tlp_mark, value::Value};

/// A step between two versions.
const STEP: SignedDuration = SignedDuration::from_millis(1);

/// An object of the source as it stands in the collection: what counts of its last version.
#[derive(Debug, Clone, Deserialize)]
pub struct Standing {
    id: ObjectId,
    created_by_ref: Option<ObjectId>,
    created: Timestamp,
    modified: Timestamp,
    #[serde(default)]
    name: String,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    pattern: Option<String>,
    #[serde(default)]
    valid_from: Option<Timestamp>,
    #[serde(default)]
    valid_until: Option<Timestamp>,
    #[serde(default)]
    object_marking_refs: Vec<ObjectId>,
}

/// What a list says beside what stands.
#[derive(Debug, Default)]
pub struct Said {
    /// What is to be taken, in order.
    pub changes: Vec<Saying>,
    /// How many of them end a value that has left the list.
    pub gone: u64,
    /// Values that stand as they are listed.
    pub there: u64,
    /// Entries of which no object can be made, by their places.
    pub unfit: Vec<usize>,
}

/// One object that is to be taken: written only when it is, so that a long list is never there as a whole.
#[derive(Debug)]
pub enum Saying {
    /// An entry, by its place: the first version, or one after that which stands.
    Listed(usize, Option<Box<Standing>>),
    /// What stands so has left the list.
    Left(Box<Standing>),
}

/// Speaks for a source.
pub struct Word<'s> {
    source: &'s Source,
    namespace: Uuid,
    identity: Authored,
    markings: Vec<ObjectId>,
    now: Timestamp,
}

impl<'s> Word<'s> {
    /// Of the source with this id.
    ///
    /// # Errors
    /// When the publisher's name will not do for an identity.
    pub fn of(id: MatterId, source: &'s Source, now: Timestamp) -> Result<Self, StixError> {
        let namespace = id.uuid();
        // Nobody wrote the identity but itself.
        let author = ObjectId::new("identity", namespace)?;
        let base = Base {
            created_by: None,
            modified: source.named.max(source.turns.joined),
            ..Base::new(
                Uuid::new_v5(&namespace, b"identity"),
                &author,
                source.turns.joined,
            )
        };
        let about = Identity {
            name: &source.definition.terms.publisher,
            identity_class: Some("organization"),
            ..Identity::default()
        };
        let tlp = source.definition.terms.tlp;
        Ok(Self {
            source,
            namespace,
            identity: author::identity(&base, &about)?,
            markings: tlp
                .map(|tlp| tlp_marking_id(tlp_mark(tlp)))
                .into_iter()
                .collect(),
            now,
        })
    }

    /// The publisher's identity.
    pub fn identity(&self) -> &Authored {
        &self.identity
    }

    /// Begins to hold a whole list against what stands of the source.
    pub fn hold<'h>(&'h self, entries: &'h [Entry]) -> Held<'h, 's> {
        let mut held = Held {
            word: self,
            places: HashMap::with_capacity(entries.len()),
            there: vec![false; entries.len()],
            before: HashMap::new(),
            left: Vec::new(),
            unfit: Vec::new(),
        };
        for (place, entry) in entries.iter().enumerate() {
            match self.written(entry) {
                Some(written) => {
                    // A list has far fewer entries.
                    let place = u32::try_from(place).unwrap_or(u32::MAX);
                    held.places.insert(written.id.uuid(), place);
                }
                None => held.unfit.push(place),
            }
        }
        held
    }

    /// The object of a saying.
    ///
    /// # Errors
    /// When it would not be valid STIX.
    pub fn write(&self, saying: &Saying, entries: &[Entry]) -> Result<Option<String>, StixError> {
        let object = match saying {
            Saying::Listed(place, before) => {
                let entry = entries.get(*place);
                let Some(written) = entry.and_then(|entry| self.written(entry)) else {
                    return Ok(None);
                };
                written.version(self, before.as_deref(), None)?
            }
            Saying::Left(before) => {
                let written = Written::of_standing(before.id.clone(), before);
                written.version(self, Some(before), Some(self.end(before)))?
            }
        };
        Ok(Some(object.json))
    }

    /// Until when a value holds that has left the list now.
    fn end(&self, before: &Standing) -> Timestamp {
        let grace = SignedDuration::from_hours(self.source.definition.terms.grace_h.into());
        let end = self.now.saturating_add(grace).unwrap_or(self.now);
        let from = before.valid_from.unwrap_or(before.created);
        end.max(from.saturating_add(STEP).unwrap_or(from))
    }

    fn written<'e>(&self, entry: &'e Entry) -> Option<Written<'e>> {
        let value = Value {
            kind: entry.kind,
            value: entry.value.clone().into(),
        };
        let search = value.search_value();
        let about = format!("{}\n{}", search.kind.as_str(), search.text);
        let uuid = Uuid::new_v5(&self.namespace, about.as_bytes());
        let is_cve = search.kind == ValueKind::Cve;
        let pattern = pattern_for(search.kind, &search.text);
        let type_name = match (&pattern, is_cve) {
            (_, true) => "vulnerability",
            (Some(_), false) => "indicator",
            (None, false) => return None,
        };
        let id = ObjectId::new(type_name, uuid).ok()?;
        let seen = entry.first_seen.as_ref().map(|seen| seen.at);
        Some(Written {
            id,
            name: &entry.value,
            label: Some(&*entry.label).filter(|label| !label.is_empty()),
            pattern: pattern.filter(|_| !is_cve),
            seen: seen.filter(|seen| *seen <= self.now),
        })
    }
}

/// A list held against what stands of its source.
pub struct Held<'h, 's> {
    word: &'h Word<'s>,
    places: HashMap<Uuid, u32>,
    there: Vec<bool>,
    before: HashMap<u32, Standing>,
    left: Vec<Standing>,
    unfit: Vec<usize>,
}

impl Held<'_, '_> {
    /// Meets the last version of an object that stands in the collection; another's is passed over.
    pub fn meet(&mut self, raw: &str) {
        let Ok(standing) = serde_json::from_str::<Standing>(raw) else {
            return;
        };
        if standing.created_by_ref.as_ref() != Some(&self.word.identity.id) {
            return;
        }
        match self.places.get(&standing.id.uuid()) {
            Some(place) if standing.is_as(&self.word.markings) => {
                if let Some(there) = self.there.get_mut(*place as usize) {
                    *there = true;
                }
            }
            Some(place) => {
                self.before.insert(*place, standing);
            }
            None if standing.pattern.is_some() && standing.valid_until.is_none() => {
                self.left.push(standing);
            }
            // Ended before, or a vulnerability, which does not end by leaving a list.
            None => {}
        }
    }

    /// What is to be taken.
    pub fn said(mut self) -> Said {
        let mut said = Said {
            gone: self.left.len() as u64,
            ..Said::default()
        };
        let mut places: Vec<u32> = self.places.into_values().collect();
        places.sort_unstable();
        for place in places {
            if self.there.get(place as usize) == Some(&true) {
                said.there += 1;
                continue;
            }
            let before = self.before.remove(&place).map(Box::new);
            said.changes.push(Saying::Listed(place as usize, before));
        }
        self.left.sort_by(|one, other| one.id.cmp(&other.id));
        let left = self.left.into_iter();
        said.changes
            .extend(left.map(|standing| Saying::Left(Box::new(standing))));
        said.unfit = self.unfit;
        said
    }
}

impl Standing {
    /// Whether a listed value stands so: without an end, and marked as agreed.
    fn is_as(&self, markings: &[ObjectId]) -> bool {
        self.valid_until.is_none() && self.object_marking_refs == markings
    }
}

/// One value on its way to an object.
struct Written<'e> {
    id: ObjectId,
    name: &'e str,
    label: Option<&'e str>,
    pattern: Option<String>,
    seen: Option<Timestamp>,
}

impl<'e> Written<'e> {
    fn of_standing(id: ObjectId, standing: &'e Standing) -> Self {
        Self {
            id,
            name: &standing.name,
            label: standing.description.as_deref(),
            pattern: standing.pattern.clone(),
            seen: None,
        }
    }

    /// The first version, or the one after `before`.
    fn version(
        &self,
        word: &Word<'_>,
        before: Option<&Standing>,
        until: Option<Timestamp>,
    ) -> Result<Authored, StixError> {
        let created = before.map_or(word.now, |before| before.created);
        let after = before.map(|before| before.modified.saturating_add(STEP));
        let modified = match after {
            Some(Ok(after)) => word.now.max(after),
            _ => word.now,
        };
        let cve = [External {
            source_name: "cve".to_owned(),
            external_id: Some(self.name.to_owned()),
            ..External::default()
        }];
        let external: &[External] = match self.pattern {
            Some(_) => &[],
            None => &cve,
        };
        let base = Base {
            created,
            modified: modified.max(created),
            external,
            ..Base::new(self.id.uuid(), &word.identity.id, created).marked(&word.markings)
        };
        let Some(pattern) = &self.pattern else {
            return author::vulnerability(&base, self.name, self.label);
        };
        let from = before.and_then(|before| before.valid_from);
        let indicator = Indicator {
            name: Some(self.name),
            description: self.label,
            indicator_types: &[],
            pattern,
            valid_from: from.or(self.seen).unwrap_or(created),
            valid_until: until,
        };
        author::indicator(&base, &indicator)
    }
}
