//! What of a report is compared with others: the values that may say something, and a sketch of its text.

use std::collections::BTreeSet;

use kaname_intake::{Kind, submission::GroupKey};
use kaname_kernel::MatterId;
use sha2::{Digest, Sha256};

use super::shingle::{Hashing, Shingles};
use crate::value::{Value, group_keys};

/// What of a report is compared.
#[derive(Debug, Clone)]
pub struct Subject {
    /// The report.
    pub report: MatterId,
    /// Values that may say something.
    pub(super) keys: BTreeSet<GroupKey>,
    /// Their hashes, sorted.
    pub(super) hashes: Vec<u64>,
    pub(super) text: Shingles,
}

impl Subject {
    /// Of a report with these values and this text. What is widely used, by the rules of the house or because
    /// `is_warned` of it, does not count.
    pub fn new(
        report: MatterId,
        values: &[Value],
        text: &str,
        is_warned: impl Fn(Kind, &str) -> bool,
    ) -> Self {
        let mut keys = group_keys(values);
        keys.retain(|(kind, value)| !is_warned(*kind, value));
        let mut hashes: Vec<u64> = keys.iter().map(hash_of).collect();
        hashes.sort_unstable();
        hashes.dedup();
        Self {
            report,
            keys,
            hashes,
            text: Shingles::of(text),
        }
    }

    /// A fingerprint of all that is compared: reports that say the same have the same.
    pub(super) fn print(&self) -> [u8; 32] {
        let mut digest = Sha256::new();
        for (kind, value) in &self.keys {
            digest.update(kind.as_str());
            digest.update([0]);
            digest.update(value);
            digest.update([1]);
        }
        for hash in self.text.hashes() {
            digest.update(hash.to_be_bytes());
        }
        digest.finalize().into()
    }
}

fn hash_of((kind, value): &GroupKey) -> u64 {
    let named = Hashing::default().with(kind.as_str().as_bytes());
    named.with(&[0]).with(value.as_bytes()).end()
}
