//! Which values a list has said already, without a second copy of any.

use std::{
    collections::{HashMap, hash_map},
    hash::BuildHasher as _,
};

use super::Entry;
use crate::indicator::Kind;

/// The entries there are, by the hashes of their values.
#[derive(Default)]
pub(super) struct Seen {
    /// The first entry of each hash, by its place.
    first: HashMap<u64, u32>,
    /// Entries with the hash of another.
    others: Vec<u32>,
}

impl Seen {
    /// Whether none of the entries has this value; it is the next of them then.
    pub(super) fn is_new(&mut self, entries: &[Entry], kind: Kind, value: &str) -> bool {
        let next = u32::try_from(entries.len()).unwrap_or(u32::MAX);
        let is_it = |place: u32| {
            let entry = entries.get(place as usize);
            entry.is_some_and(|entry| entry.kind == kind && *entry.value == *value)
        };
        let hash = self.first.hasher().hash_one((kind, value));
        match self.first.entry(hash) {
            hash_map::Entry::Vacant(free) => {
                free.insert(next);
                true
            }
            hash_map::Entry::Occupied(first) => {
                let is_there = is_it(*first.get()) || self.others.iter().copied().any(is_it);
                if !is_there {
                    self.others.push(next);
                }
                !is_there
            }
        }
    }
}
