//! Tables of indicators: CSV, TSV and what spreadsheets export.
//!
//! Reading a table never fails for what stands in its cells: rows that hold no value are data
//! beside those that do, with line, column and the text. Formulas are text.

mod grid;
mod propose;
mod rows;

use serde::{Deserialize, Serialize};

use crate::extract::ExtractOptions;
use crate::indicator::ExcludedReason;
use crate::value::Value;
use crate::when::When;

pub use grid::{Grid, GridRow, read_grid};
pub use propose::{Proposal, ProposedColumn, propose};
pub(crate) use rows::kind_of_word;
pub use rows::read_table;

/// What stands between cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delimiter {
    /// Found out from the first lines.
    #[default]
    Auto,
    /// A comma.
    Comma,
    /// A tabulator.
    Tab,
    /// A semicolon.
    Semicolon,
}

/// What a column means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// The indicator itself.
    Value,
    /// What kind it is.
    Kind,
    /// Remarks about it.
    Comment,
    /// When it was first seen.
    FirstSeen,
    /// Nothing that is read.
    Ignore,
}

/// Which column is meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Column {
    /// By its place, counted from 1.
    Number(usize),
    /// By the word in the first row; width and case do not matter.
    Name(String),
}

/// Bounds on a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableLimits {
    /// Length of the text, in bytes.
    pub bytes: usize,
    /// Rows, the header among them.
    pub rows: usize,
    /// Cells of one row.
    pub columns: usize,
    /// Length of one cell, in bytes.
    pub cell_bytes: usize,
}

impl Default for TableLimits {
    /// 16 MiB, 100,000 rows, 100 columns, 8 KiB a cell.
    fn default() -> TableLimits {
        TableLimits {
            bytes: 16 << 20,
            rows: 100_000,
            columns: 100,
            cell_bytes: 8 << 10,
        }
    }
}

/// How a table is to be read.
#[derive(Debug, Clone, Default)]
pub struct TableOptions {
    /// What stands between cells.
    pub delimiter: Delimiter,
    /// Whether the first row holds words for the columns; found out when `None`.
    pub header: Option<bool>,
    /// What the columns mean; proposed when empty. Several columns may hold values.
    pub mapping: Vec<(Column, Field)>,
    /// Bounds.
    pub limits: TableLimits,
    /// The provider's own domains and networks; the bounds in it hold for one cell.
    pub own: ExtractOptions,
}

/// One value of one row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowValue {
    /// Line in the text where the row begins, counted from 1.
    pub line: usize,
    /// Column, counted from 1.
    pub column: usize,
    /// The value, canonical.
    pub value: Value,
    /// The cell as written.
    pub as_written: String,
    /// Remarks of the row, as written; empty when there are none.
    pub comment: String,
    /// When it was first seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_seen: Option<When>,
}

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum RowFault {
    /// The row has no cell, or an empty one, where the value should be.
    #[error("the cell for the value is empty")]
    NoCell,
    /// The cell holds nothing that is read as an indicator.
    #[error("no indicator is written here")]
    NoValue,
    /// The row says another kind than the value has; the value was taken as what it is.
    #[error("the row says {said}, the value was taken as {read}")]
    KindDiffers {
        /// The kind in the row.
        said: String,
        /// The kind of the value.
        read: String,
    },
    /// The time is not understood; the value was taken without it.
    #[error("the time is not understood")]
    BadTime,
    /// The cell is too long and was not read.
    #[error("the cell has {actual} bytes, the limit is {limit}")]
    CellTooLong {
        /// Bytes in the cell.
        actual: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// The row has too many cells; those beyond were not read.
    #[error("the row has more than {limit} cells")]
    TooManyColumns {
        /// Cells allowed.
        limit: usize,
    },
    /// A quotation mark opens the cell and none closes it; the line was read without quoting.
    #[error("a quotation mark is never closed")]
    OpenQuote,
    /// More in the cell than a bound allows was not read.
    #[error("the cell holds more indicators than are read")]
    Truncated,
}

/// A row, or a part of it, that did not become a value as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowError {
    /// Line in the text where the row begins, counted from 1.
    pub line: usize,
    /// Column, counted from 1.
    pub column: usize,
    /// What is wrong.
    pub what: RowFault,
    /// The cell concerned, as written, up to the bound on a cell.
    pub cell: String,
}

/// A value left out because it is the provider's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowExcluded {
    /// The row and value.
    pub row: RowValue,
    /// Why it is left out.
    pub reason: ExcludedReason,
}

/// A table that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// How it was taken: delimiter, header and meaning of each column.
    pub proposal: Proposal,
    /// Values in order of the rows.
    pub values: Vec<RowValue>,
    /// The provider's own, left out.
    pub excluded: Vec<RowExcluded>,
    /// What did not become a value.
    pub errors: Vec<RowError>,
    /// Rows read, the header not counted.
    pub rows: usize,
}

/// Why a table was not read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// The text is too long.
    #[error("the table has {actual} bytes, the limit is {limit}")]
    TooLong {
        /// Bytes given.
        actual: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// Too many rows.
    #[error("the table has more than {limit} rows; row {} begins at line {line}", .limit + 1)]
    TooManyRows {
        /// Rows allowed.
        limit: usize,
        /// Line where the first row beyond begins, counted from 1.
        line: usize,
    },
    /// There is no row.
    #[error("the table is empty")]
    Empty,
    /// The mapping names a column that is not there.
    #[error("there is no column {column:?}; the columns are {columns:?}")]
    NoSuchColumn {
        /// The column of the mapping.
        column: String,
        /// What there is, up to 20.
        columns: Vec<String>,
    },
    /// No column is said, or found, to hold the values.
    #[error("no column holds indicators")]
    NoValueColumn,
}
