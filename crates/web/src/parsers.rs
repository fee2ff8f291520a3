//! Doors to parsers that otherwise open only inside a request: for the fuzz targets. Behind a feature that
//! the program is never built with.

pub use crate::{room::paging::reads_as_cursor, taxii::reads_as_query};
