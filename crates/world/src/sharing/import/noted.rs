//! What notes of many objects are made of: short names for texts, and things that few kinds there are of.

use std::{collections::HashMap, hash::Hash};

use sha2::{Digest, Sha256};

/// The beginning of a SHA-256 over parts: stands for them.
pub(crate) fn short<const N: usize>(parts: &[&[u8]]) -> [u8; N] {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    let digest: [u8; 32] = digest.finalize().into();
    std::array::from_fn(|at| digest[at])
}

/// Kinds of something, each kept once and known by its place.
pub(crate) struct Kinds<K> {
    all: Vec<K>,
    places: HashMap<K, u32>,
}

impl<K> Default for Kinds<K> {
    fn default() -> Self {
        Self {
            all: Vec::new(),
            places: HashMap::new(),
        }
    }
}

impl<K: Clone + Eq + Hash> Kinds<K> {
    /// The place of a kind; `None` when it is new and there are `most` already.
    pub(crate) fn place(&mut self, kind: K, most: usize) -> Option<u32> {
        if let Some(place) = self.places.get(&kind) {
            return Some(*place);
        }
        let place = u32::try_from(self.all.len()).ok()?;
        if self.all.len() >= most {
            return None;
        }
        self.all.push(kind.clone());
        self.places.insert(kind, place);
        Some(place)
    }

    /// The kind at a place.
    pub(crate) fn at(&self, place: u32) -> Option<&K> {
        self.all.get(place as usize)
    }

    /// Every kind, by its place.
    pub(crate) fn all(&self) -> impl Iterator<Item = &K> {
        self.all.iter()
    }

    /// No more come: only places are asked for from now on.
    pub(crate) fn settle(&mut self) {
        self.places = HashMap::new();
    }
}
