//! What earlier readings found, by edition and form: while neither the edition nor the time has moved on,
//! a reader who holds the feed is told so without reading it, and one who does not gets it in one reading.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use jiff::Timestamp;
use kaname_world::outlet::Edition;

use super::format::{Format, Summary};

/// Most findings kept; each is some 200 bytes.
const MOST: usize = 4_096;

/// What one reading found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// SHA-256 of the lines.
    pub(super) digest: [u8; 32],
    /// What the feed says of itself.
    pub(super) summary: Summary,
    /// When these lines were found first, in seconds since 1970: a zone's serial number.
    pub(super) serial: u32,
}

/// Findings of this node. They say nothing that the store does not: a node that has none reads.
#[derive(Debug, Default)]
pub(crate) struct Known(Mutex<HashMap<(Edition, Format), Found>>);

impl Known {
    /// What was found, if it still holds at `now`.
    pub(super) fn of(&self, edition: Edition, format: Format, now: Timestamp) -> Option<Found> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = known.get(&(edition, format))?;
        let holds = found.summary.changes_at.is_none_or(|at| now < at);
        holds.then(|| found.clone())
    }

    /// The serial of the same lines in an earlier edition. What changed unseen gives them no new one.
    pub(super) fn serial(&self, edition: Edition, format: Format, digest: [u8; 32]) -> Option<u32> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let same = known.iter().filter(|((held, form), found)| {
            let of = (held.collection, held.sight, *form);
            of == (edition.collection, edition.sight, format) && found.digest == digest
        });
        same.map(|(_, found)| found.serial).max()
    }

    /// Keeps what was found of an edition. Older editions of the collection are forgotten with it.
    pub(super) fn keep(&self, edition: Edition, format: Format, found: Found) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.retain(|(held, _), _| held.changed == edition.changed);
        }
        if known.len() >= MOST {
            known.clear();
        }
        known.insert((edition, format), found);
    }
}
