//! The embedded store: SQLite in WAL mode. One thread writes and puts what waits into one durable
//! transaction (group commit); a few connections read beside it. Other processes may write to the
//! same file: each transaction begins by looking whether one did.

#![forbid(unsafe_code)]

mod connection;
mod error;
mod form;
mod head;
mod options;
mod prepared;
mod read;
mod schema;
mod store;
mod write;
mod writer;

pub use options::SqliteOptions;
pub use schema::SCHEMA_VERSION;
pub use store::SqliteStore;
