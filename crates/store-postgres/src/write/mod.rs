//! Writes. Each runs in one transaction; a refusal rolls it back, so checks may come at any point.

pub(crate) mod audience;
pub(crate) mod commit;
pub(crate) mod jobs;
pub(crate) mod kv;
mod object;
pub(crate) mod rebuild;
mod record;
pub(crate) mod sequence;
pub(crate) mod shred;
pub(crate) mod tally;

/// Locks of one world (its schema), by duty.
pub(crate) mod lock {
    /// New audiences become visible in the order of their numbers.
    pub(crate) const AUDIENCES: i32 = 1;
    /// One sequencer at a time.
    pub(crate) const SEQUENCE: i32 = 2;
    /// One node numbers notices at a time.
    pub(crate) const NOTICES: i32 = 3;
    /// Jobs with a key are looked for and queued by one caller at a time.
    pub(crate) const JOBS: i32 = 4;

    /// Waits for a lock of this world until the transaction ends.
    pub(crate) const TAKE: &str = "SELECT pg_advisory_xact_lock(hashtext(current_schema()), $1)";
}
