//! Writes, each run inside the writer's transaction. Those that can be refused check first and write
//! after, so that a refusal leaves nothing behind.

pub(crate) mod commit;
pub(crate) mod jobs;
pub(crate) mod kv;
mod object;
pub(crate) mod rebuild;
mod record;
pub(crate) mod shred;
mod tally;
