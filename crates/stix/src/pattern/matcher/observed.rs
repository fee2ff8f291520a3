//! What was observed: `observed-data` with the objects it refers to, in the
//! form of STIX 2.1 (`object_refs`) and of 2.0 (`objects`).

use std::collections::HashMap;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::time::micros;

/// Observations, with a pool of the objects they share.
#[derive(Debug, Default)]
pub struct ObservedSet {
    pool: Vec<Value>,
    ids: HashMap<String, usize>,
    all: Vec<Observed>,
}

/// One `observed-data` object.
#[derive(Debug)]
pub struct Observed {
    /// Its `id`.
    pub id: String,
    /// `first_observed`, in microseconds since 1970.
    pub first: i64,
    /// `last_observed`, in microseconds since 1970; never before `first`.
    pub last: i64,
    /// `number_observed`: how many observations it stands for.
    pub count: u32,
    roots: Vec<usize>,
    /// Names that its references use: those of 2.0's `objects`.
    names: HashMap<String, usize>,
}

/// Why an `observed-data` object could not be used; the others still are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{id}: {reason}")]
pub struct Unusable {
    /// Its `id`, or nothing.
    pub id: String,
    /// What is missing or wrong, in English.
    pub reason: &'static str,
}

impl ObservedSet {
    /// Takes the `observed-data` and the cyber-observable objects out of STIX
    /// objects; anything else is passed over. References may point forward.
    #[must_use]
    pub fn read(objects: impl IntoIterator<Item = Value>) -> (Self, Vec<Unusable>) {
        let mut set = Self::default();
        let mut waiting = Vec::new();
        for object in objects {
            if object.get("type").and_then(Value::as_str) == Some("observed-data") {
                waiting.push(object);
            } else if let Some(id) = object.get("id").and_then(Value::as_str) {
                let id = id.to_owned();
                set.ids.insert(id, set.pool.len());
                set.pool.push(object);
            }
        }
        let mut unusable = Vec::new();
        for object in waiting {
            let id = text(&object, "id").unwrap_or_default().to_owned();
            match set.take(object, &id) {
                Ok(observed) => set.all.push(observed),
                Err(reason) => unusable.push(Unusable { id, reason }),
            }
        }
        (set, unusable)
    }

    /// The observations, in the order they came.
    #[must_use]
    pub fn all(&self) -> &[Observed] {
        &self.all
    }

    fn take(&mut self, mut object: Value, id: &str) -> Result<Observed, &'static str> {
        let time = |name| text(&object, name).and_then(micros);
        let first = time("first_observed").ok_or("`first_observed` is no timestamp")?;
        let last = time("last_observed").ok_or("`last_observed` is no timestamp")?;
        if last < first {
            return Err("`last_observed` is before `first_observed`");
        }
        let count = object.get("number_observed").and_then(Value::as_u64);
        let count = count
            .filter(|count| *count > 0)
            .ok_or("`number_observed` is no whole number above 0")?;
        let mut observed = Observed {
            id: id.to_owned(),
            first,
            last,
            count: u32::try_from(count).unwrap_or(u32::MAX),
            roots: Vec::new(),
            names: HashMap::new(),
        };
        if let Some(refs) = object.get("object_refs").and_then(Value::as_array) {
            let known = refs.iter().filter_map(Value::as_str);
            observed.roots = known.filter_map(|id| self.ids.get(id).copied()).collect();
        } else if let Some(Value::Object(inner)) = object.get_mut("objects") {
            self.take_inner(std::mem::take(inner), &mut observed);
        } else {
            return Err("neither `object_refs` nor `objects` is there");
        }
        Ok(observed)
    }

    fn take_inner(&mut self, inner: Map<String, Value>, observed: &mut Observed) {
        for (name, object) in inner {
            observed.names.insert(name, self.pool.len());
            observed.roots.push(self.pool.len());
            self.pool.push(object);
        }
    }

    /// The objects that an observation holds.
    pub(super) fn roots<'s>(&'s self, observed: &'s Observed) -> impl Iterator<Item = &'s Value> {
        observed.roots.iter().filter_map(|at| self.pool.get(*at))
    }

    /// What a reference inside an observation points to, where it is there.
    pub(super) fn resolve<'s>(&'s self, observed: &Observed, name: &str) -> Option<&'s Value> {
        let at = observed.names.get(name).or_else(|| self.ids.get(name))?;
        self.pool.get(*at)
    }
}

fn text<'v>(object: &'v Value, name: &str) -> Option<&'v str> {
    object.get(name).and_then(Value::as_str)
}
