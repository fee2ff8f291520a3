//! What earlier readings found, by edition and form: while neither the edition nor the time has moved on,
//! a reader who holds the feed is told so without reading it, and one who does not gets it in one reading.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use jiff::Timestamp;
use kaname_world::outlet::Edition;

use super::format::{Asked, Summary};

/// Most findings kept; each is some 200 bytes.
const MOST: usize = 4_096;

/// What one reading found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// SHA-256 of the lines.
    pub(super) digest: [u8; 32],
    /// What the feed says of itself.
    pub(super) summary: Summary,
    /// Which warninglists there were.
    pub(super) warned_by: u64,
    /// When these lines were found first, in seconds since 1970: a zone's serial number.
    pub(super) serial: u32,
}

/// Findings of this node. They say nothing that the store does not: a node that has none reads.
#[derive(Debug, Default)]
pub(crate) struct Known(Mutex<HashMap<(Edition, Asked), Found>>);

impl Known {
    /// What was found, if it still holds at `now` and under these warninglists.
    pub(super) fn of(
        &self,
        edition: Edition,
        asked: Asked,
        (now, warned_by): (Timestamp, u64),
    ) -> Option<Found> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = known.get(&(edition, asked))?;
        let holds = found.summary.changes_at.is_none_or(|at| now < at);
        (holds && found.warned_by == warned_by).then(|| found.clone())
    }

    /// The serial of the same lines in the edition before. What changed and left them as they were gives
    /// them no new one; lines that come back after others do.
    pub(super) fn serial(&self, edition: Edition, asked: Asked, digest: [u8; 32]) -> Option<u32> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = known
            .iter()
            .filter(|((held, form), _)| *form == asked && is_of_the_same(held, &edition));
        let before = before.max_by_key(|((held, _), _)| held.changed);
        before
            .filter(|(_, found)| found.digest == digest)
            .map(|(_, found)| found.serial)
    }

    /// Keeps what was found of an edition, in the place of earlier editions.
    pub(super) fn keep(&self, edition: Edition, asked: Asked, found: Found) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|(held, form), _| {
            *form != asked || !is_of_the_same(held, &edition) || held.changed > edition.changed
        });
        if known.len() >= MOST {
            known.clear();
        }
        known.insert((edition, asked), found);
    }
}

/// Whether both are editions of one collection for readers who see the same.
fn is_of_the_same(one: &Edition, other: &Edition) -> bool {
    (one.collection, one.sight) == (other.collection, other.sight)
}
