//! The scale-out store: PostgreSQL, one schema per world. Any number of nodes write side by side;
//! events are inserted without a global number, and whoever holds the sequencer's lock orders them and
//! extends the Merkle tree.

#![forbid(unsafe_code)]

mod backup;
mod error;
mod form;
mod in_use;
mod open;
mod options;
mod read;
mod schema;
mod store;
mod watch;
mod write;

pub use backup::is_copy;
pub use open::{PostgresStore, check_url, whereabouts};
pub use options::{PostgresOptions, check_schema};
pub use schema::SCHEMA_VERSION;
