//! Where a list goes on, sealed together with the list, its filters and its reader (trust rules,
//! "Collections and cursors"): for TAXII, the JSON API and pages alike. Whoever steals one, or changes a
//! filter, has nothing; and it does not tell the id of the row that a page ended with, in which the moment
//! stands when the row's matter began.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use kaname_kernel::{Actor, Rng, seal::SecretKey};

/// Longest cursor that is looked at, in bytes.
const LONGEST: usize = 200;

/// All that a cursor is bound to: one unambiguous text, each part with its length before it.
pub(crate) struct Bound(Vec<u8>);

impl Bound {
    /// To a list and its reader.
    pub(crate) fn to(list: &str, reader: &Actor) -> Self {
        let reader = serde_json::to_string(reader).unwrap_or_default();
        Self(Vec::new()).with(list).with(&reader)
    }

    /// And to one part more: a filter.
    pub(crate) fn with(mut self, part: &str) -> Self {
        self.0.extend_from_slice(&(part.len() as u64).to_be_bytes());
        self.0.extend_from_slice(part.as_bytes());
        self
    }

    /// The cursor for a place in the list.
    pub(crate) fn seal(&self, key: &SecretKey, rng: &dyn Rng, place: &[u8]) -> String {
        URL_SAFE_NO_PAD.encode(key.seal(rng, &self.0, place))
    }

    /// The place in a cursor that was sealed for just this.
    pub(crate) fn open<const N: usize>(&self, key: &SecretKey, cursor: &str) -> Option<[u8; N]> {
        let sealed = (cursor.len() <= LONGEST)
            .then(|| URL_SAFE_NO_PAD.decode(cursor).ok())
            .flatten()?;
        let place = key.open(&self.0, &sealed).ok()?;
        place.try_into().ok()
    }
}
