//! Which reports belong together: those that say the same are folded into one, those that share rare values or text
//! are linked, and what hangs together is proposed as one campaign, with the evidence. The hub compares; before an
//! opening nobody reads what was compared (`docs/decisions/0019`, `0028`).
//!
//! All of it is symmetric and does not depend on the order of what is given. Values that are widely used or on a
//! warninglist do not count at all, those that many reports carry link none.

mod fold;
mod link;
mod propose;
mod shingle;
mod subject;

use std::fmt;

use sha2::{Digest, Sha256};

pub use self::fold::{Copied, Fold, Folded};
pub use self::link::{Known, LINKED_FROM, Link, SharedValue};
pub use self::propose::{MOST_TOLD, Membership, Proposal, SetAside, proposals, queue};
pub use self::shingle::{Shingles, passages};
pub use self::subject::Subject;

/// Stands for one piece of evidence: the same as long as what is compared is the same. It is made of values and texts
/// and must not leave the house but under a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mark([u8; 32]);

impl Mark {
    fn of(digest: Sha256) -> Self {
        Self(digest.finalize().into())
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}
