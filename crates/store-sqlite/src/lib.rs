//! The embedded store: SQLite in WAL mode. One thread writes and puts what waits into one durable
//! transaction (group commit); a few connections read beside it. Other processes may write to the
//! same file: each transaction begins by looking whether one did.

#![forbid(unsafe_code)]

mod connection;
mod copy;
mod error;
mod form;
mod head;
mod many;
mod open;
mod options;
mod prepared;
mod read;
mod schema;
mod store;
mod watch;
mod write;
mod writer;

pub use error::is_damage;
pub use open::SqliteStore;
pub use options::SqliteOptions;
pub use schema::{SCHEMA_VERSION, is_store};
