//! Reading.

pub(crate) mod carried;
pub(crate) mod find;
pub(crate) mod ledger;
pub(crate) mod list;
pub(crate) mod object;
pub(crate) mod object_row;
pub(crate) mod plain;
pub(crate) mod record;
mod runs;
mod sql;
