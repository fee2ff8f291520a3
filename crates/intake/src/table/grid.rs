//! Text to cells (RFC 4180, with the delimiters that spreadsheets use).

use serde::{Deserialize, Serialize};

use super::{Delimiter, RowError, RowFault, TableError, TableLimits};

/// Lines that are looked at to find the delimiter.
const LOOKED_AT: usize = 20;

/// One row of cells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GridRow {
    /// Line where it begins, counted from 1.
    pub line: usize,
    /// Cells without their quotation marks.
    pub cells: Vec<String>,
}

/// All rows that are not empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grid {
    /// What stood between the cells.
    pub delimiter: Delimiter,
    /// The rows in their order.
    pub rows: Vec<GridRow>,
    /// Cells and rows beyond a bound, and quotation marks never closed.
    pub errors: Vec<RowError>,
}

/// Splits a text into rows and cells. A quotation mark counts at the beginning of a cell only; one
/// that is not closed within the bound on a cell is taken as a sign like others.
///
/// # Errors
/// For too long a text and too many rows.
pub fn read_grid(
    text: &str,
    delimiter: Delimiter,
    limits: &TableLimits,
) -> Result<Grid, TableError> {
    if text.len() > limits.bytes {
        return Err(TableError::TooLong {
            actual: text.len(),
            limit: limits.bytes,
        });
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (text, hinted, skipped) = excel_hint(text);
    let delimiter = match (delimiter, hinted) {
        (Delimiter::Auto, Some(hinted)) => hinted,
        (Delimiter::Auto, None) => find_delimiter(text),
        (given, _) => given,
    };
    let mut reader = Reader {
        text,
        sign: sign(delimiter),
        limits,
        at: 0,
        line: 1 + skipped,
        rows: Vec::new(),
        errors: Vec::new(),
    };
    while reader.at < text.len() {
        reader.row()?;
    }
    Ok(Grid {
        delimiter,
        rows: reader.rows,
        errors: reader.errors,
    })
}

/// `sep=;` on a line of its own, which some spreadsheets write first.
fn excel_hint(text: &str) -> (&str, Option<Delimiter>, usize) {
    let first = text.lines().next().unwrap_or_default();
    let hinted = match first {
        "sep=," => Delimiter::Comma,
        "sep=;" => Delimiter::Semicolon,
        "sep=\t" => Delimiter::Tab,
        _ => return (text, None, 0),
    };
    let rest = text[first.len()..].trim_start_matches('\r');
    (rest.strip_prefix('\n').unwrap_or(rest), Some(hinted), 1)
}

/// The sign that splits most of the first lines, and into equally many cells; a comma when none.
fn find_delimiter(text: &str) -> Delimiter {
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .take(LOOKED_AT)
        .collect();
    let score = |delimiter: Delimiter| {
        let counts: Vec<usize> = lines
            .iter()
            .map(|line| outside_quotes(line, sign(delimiter)))
            .collect();
        let first = counts.first().copied().unwrap_or(0);
        let split = counts.iter().filter(|count| **count > 0).count();
        let alike = counts
            .iter()
            .filter(|count| **count == first && first > 0)
            .count();
        (split + alike, first)
    };
    // Later ones win a tie: a tabulator is never part of a sentence, a comma often is.
    [Delimiter::Comma, Delimiter::Semicolon, Delimiter::Tab]
        .into_iter()
        .max_by_key(|delimiter| score(*delimiter))
        .filter(|delimiter| score(*delimiter).0 > 0)
        .unwrap_or(Delimiter::Comma)
}

fn outside_quotes(line: &str, sign: u8) -> usize {
    let mut quoted = false;
    let mut count = 0;
    for byte in line.bytes().take(16_384) {
        quoted ^= byte == b'"';
        count += usize::from(byte == sign && !quoted);
    }
    count
}

fn sign(delimiter: Delimiter) -> u8 {
    match delimiter {
        Delimiter::Auto | Delimiter::Comma => b',',
        Delimiter::Tab => b'\t',
        Delimiter::Semicolon => b';',
    }
}

struct Reader<'a> {
    text: &'a str,
    sign: u8,
    limits: &'a TableLimits,
    at: usize,
    line: usize,
    rows: Vec<GridRow>,
    errors: Vec<RowError>,
}

impl Reader<'_> {
    /// One row with its line end.
    fn row(&mut self) -> Result<(), TableError> {
        let line = self.line;
        let mut cells = Vec::new();
        let mut column = 0;
        loop {
            column += 1;
            let cell = self.cell(line, column);
            if column <= self.limits.columns {
                cells.push(cell);
            } else if column == self.limits.columns + 1 {
                let what = RowFault::TooManyColumns {
                    limit: self.limits.columns,
                };
                self.errors.push(RowError {
                    line,
                    column,
                    what,
                    cell,
                });
            }
            match self.text.as_bytes().get(self.at) {
                Some(byte) if *byte == self.sign => self.at += 1,
                _ => break,
            }
        }
        self.line_end();
        if cells.iter().all(|cell| cell.trim().is_empty()) {
            return Ok(());
        }
        if self.rows.len() >= self.limits.rows {
            let limit = self.limits.rows;
            return Err(TableError::TooManyRows { limit, line });
        }
        self.rows.push(GridRow { line, cells });
        Ok(())
    }

    fn line_end(&mut self) {
        let rest = &self.text[self.at..];
        let length = if rest.starts_with("\r\n") {
            2
        } else {
            usize::from(rest.starts_with(['\r', '\n']))
        };
        self.at += length;
        self.line += usize::from(length > 0);
    }

    /// One cell, up to its delimiter or line end.
    fn cell(&mut self, line: usize, column: usize) -> String {
        if self.text[self.at..].starts_with('"') {
            if let Some(cell) = self.quoted() {
                return cell;
            }
            let cell = self.plain(line, column);
            let what = RowFault::OpenQuote;
            self.errors.push(RowError {
                line,
                column,
                what,
                cell: cell.clone(),
            });
            return cell;
        }
        self.plain(line, column)
    }

    fn plain(&mut self, line: usize, column: usize) -> String {
        let rest = &self.text.as_bytes()[self.at..];
        let is_end = |byte: &u8| *byte == self.sign || matches!(byte, b'\r' | b'\n');
        let length = rest.iter().position(is_end).unwrap_or(rest.len());
        let cell = &self.text[self.at..self.at + length];
        self.at += length;
        if length <= self.limits.cell_bytes {
            return cell.to_owned();
        }
        let kept = &cell[..cell.floor_char_boundary(self.limits.cell_bytes)];
        let what = RowFault::CellTooLong {
            actual: length,
            limit: self.limits.cell_bytes,
        };
        let cell = kept.to_owned();
        self.errors.push(RowError {
            line,
            column,
            what,
            cell,
        });
        String::new()
    }

    /// A cell in quotation marks; `None`, and nothing consumed, when it does not end in time.
    fn quoted(&mut self) -> Option<String> {
        let bytes = self.text.as_bytes();
        let mut cell = String::new();
        let mut from = self.at + 1;
        let mut at = from;
        let last = bytes
            .len()
            .min(at + self.limits.cell_bytes.saturating_mul(2).saturating_add(1));
        loop {
            let found = bytes.get(at..last)?.iter().position(|byte| *byte == b'"')?;
            at += found + 1;
            cell.push_str(&self.text[from..at - 1]);
            if bytes.get(at) != Some(&b'"') {
                break;
            }
            cell.push('"');
            at += 1;
            from = at;
        }
        let ends = match bytes.get(at) {
            None | Some(b'\r' | b'\n') => true,
            Some(byte) => *byte == self.sign,
        };
        if !ends || cell.len() > self.limits.cell_bytes {
            return None;
        }
        self.line += cell.matches('\n').count();
        self.at = at;
        Some(cell)
    }
}
