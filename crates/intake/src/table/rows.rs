//! Rows to values.

use unicode_normalization::UnicodeNormalization;

use super::{
    Field, GridRow, Proposal, RowError, RowExcluded, RowFault, RowValue, Table, TableError,
    TableOptions, propose, read_grid,
};
use crate::extract::extract_beside;
use crate::indicator::{Extraction, Kind};
use crate::own::Own;
use crate::value::{Value, read_value_as};
use crate::when::{When, read_when};

/// Words for kinds, folded; those of MISP and STIX among them.
const KINDS: &[(&str, &[Kind])] = &[
    (
        "ip",
        &[Kind::Ipv4, Kind::Ipv6, Kind::Ipv4Cidr, Kind::Ipv6Cidr],
    ),
    (
        "ipaddress",
        &[Kind::Ipv4, Kind::Ipv6, Kind::Ipv4Cidr, Kind::Ipv6Cidr],
    ),
    (
        "ipsrc",
        &[Kind::Ipv4, Kind::Ipv6, Kind::Ipv4Cidr, Kind::Ipv6Cidr],
    ),
    (
        "ipdst",
        &[Kind::Ipv4, Kind::Ipv6, Kind::Ipv4Cidr, Kind::Ipv6Cidr],
    ),
    (
        "ipアドレス",
        &[Kind::Ipv4, Kind::Ipv6, Kind::Ipv4Cidr, Kind::Ipv6Cidr],
    ),
    ("ipv4", &[Kind::Ipv4, Kind::Ipv4Cidr]),
    ("ipv4addr", &[Kind::Ipv4, Kind::Ipv4Cidr]),
    ("ipv6", &[Kind::Ipv6, Kind::Ipv6Cidr]),
    ("ipv6addr", &[Kind::Ipv6, Kind::Ipv6Cidr]),
    ("cidr", &[Kind::Ipv4Cidr, Kind::Ipv6Cidr]),
    ("ipv4cidr", &[Kind::Ipv4Cidr]),
    ("ipv6cidr", &[Kind::Ipv6Cidr]),
    ("domain", &[Kind::Domain]),
    ("domainname", &[Kind::Domain]),
    ("hostname", &[Kind::Domain]),
    ("host", &[Kind::Domain]),
    ("fqdn", &[Kind::Domain]),
    ("ドメイン", &[Kind::Domain]),
    ("ドメイン名", &[Kind::Domain]),
    ("ホスト名", &[Kind::Domain]),
    ("url", &[Kind::Url]),
    ("uri", &[Kind::Url]),
    ("email", &[Kind::Email]),
    ("emailaddr", &[Kind::Email]),
    ("emailsrc", &[Kind::Email]),
    ("emaildst", &[Kind::Email]),
    ("メールアドレス", &[Kind::Email]),
    ("md5", &[Kind::Md5]),
    ("sha1", &[Kind::Sha1]),
    ("sha256", &[Kind::Sha256]),
    ("sha512", &[Kind::Sha512]),
    ("hash", &[Kind::Md5, Kind::Sha1, Kind::Sha256, Kind::Sha512]),
    (
        "filehash",
        &[Kind::Md5, Kind::Sha1, Kind::Sha256, Kind::Sha512],
    ),
    (
        "ハッシュ",
        &[Kind::Md5, Kind::Sha1, Kind::Sha256, Kind::Sha512],
    ),
    (
        "ハッシュ値",
        &[Kind::Md5, Kind::Sha1, Kind::Sha256, Kind::Sha512],
    ),
    ("cve", &[Kind::Cve]),
    ("vulnerability", &[Kind::Cve]),
    ("脆弱性", &[Kind::Cve]),
    ("asn", &[Kind::Asn]),
    ("as", &[Kind::Asn]),
];

/// The kinds that a word in a table may mean; `None` for words that mean none.
pub(crate) fn kind_of_word(word: &str) -> Option<&'static [Kind]> {
    let word = word.trim();
    if word.len() > 60 {
        return None;
    }
    let folded: String = word.nfkc().filter(|sign| sign.is_alphanumeric()).collect();
    let folded = folded.to_lowercase();
    KINDS
        .iter()
        .find(|(known, _)| *known == folded)
        .map(|(_, kinds)| *kinds)
}

/// Reads a table: every row becomes values, or an error that holds its text.
///
/// # Errors
/// When the table is too large, empty, or the mapping does not fit it.
pub fn read_table(text: &str, options: &TableOptions) -> Result<Table, TableError> {
    let grid = read_grid(text, options.delimiter, &options.limits)?;
    let proposal = propose::of_grid(&grid, options)?;
    let has_values = proposal
        .columns
        .iter()
        .any(|column| column.field == Field::Value);
    if !has_values {
        return Err(TableError::NoValueColumn);
    }
    let header = usize::from(proposal.header).min(grid.rows.len());
    let body = &grid.rows[header..];
    let mut table = Table {
        proposal,
        values: Vec::new(),
        excluded: Vec::new(),
        errors: grid.errors,
        rows: body.len(),
    };
    let own = Own::new(&options.own.own_domains, &options.own.own_networks);
    for row in body {
        read_row(row, options, &own, &mut table);
    }
    table.errors.sort_by_key(|error| (error.line, error.column));
    Ok(table)
}

/// What a row says about its values.
struct About {
    kinds: Option<&'static [Kind]>,
    kind_word: String,
    comment: String,
    first_seen: Option<When>,
}

fn read_row(row: &GridRow, options: &TableOptions, own: &Own, table: &mut Table) {
    let about = about(row, table);
    let columns = columns_of(&table.proposal, Field::Value);
    let cell = |number: &usize| row.cells.get(number - 1).map(|cell| cell.trim());
    let filled: Vec<(usize, &str)> = columns
        .iter()
        .filter_map(|number| cell(number).map(|cell| (*number, cell)))
        .filter(|(_, cell)| !cell.is_empty())
        .collect();
    if let (true, Some(column)) = (filled.is_empty(), columns.first()) {
        let cell = row.cells.join(" | ");
        fault(table, row, *column, RowFault::NoCell, &cell);
    }
    for (column, cell) in filled {
        let read = extract_beside(cell, &options.own, own);
        take(row, column, cell, &about, read, own, table);
    }
}

fn about(row: &GridRow, table: &mut Table) -> About {
    let text_of = |field: Field| -> Vec<(usize, String)> {
        columns_of(&table.proposal, field)
            .into_iter()
            .filter_map(|number| {
                row.cells
                    .get(number - 1)
                    .map(|cell| (number, cell.trim().to_owned()))
            })
            .filter(|(_, cell)| !cell.is_empty())
            .collect()
    };
    let kind_word = text_of(Field::Kind)
        .pop()
        .map(|(_, cell)| cell)
        .unwrap_or_default();
    let comments: Vec<String> = text_of(Field::Comment)
        .into_iter()
        .map(|(_, cell)| cell)
        .collect();
    let time = text_of(Field::FirstSeen).pop();
    let first_seen = time.as_ref().and_then(|(_, cell)| read_when(cell));
    if let (Some((column, cell)), None) = (time, first_seen) {
        fault(table, row, column, RowFault::BadTime, &cell);
    }
    About {
        kinds: kind_of_word(&kind_word),
        kind_word,
        comment: comments.join(" / "),
        first_seen,
    }
}

fn columns_of(proposal: &Proposal, field: Field) -> Vec<usize> {
    let fits = proposal
        .columns
        .iter()
        .filter(|column| column.field == field);
    fits.map(|column| column.number).collect()
}

fn fault(table: &mut Table, row: &GridRow, column: usize, what: RowFault, cell: &str) {
    table.errors.push(RowError {
        line: row.line,
        column,
        what,
        cell: cell.to_owned(),
    });
}

fn take(
    row: &GridRow,
    column: usize,
    cell: &str,
    about: &About,
    read: Extraction,
    own: &Own,
    table: &mut Table,
) {
    let as_row = |value: Value| RowValue {
        line: row.line,
        column,
        value,
        as_written: cell.to_owned(),
        comment: about.comment.clone(),
        first_seen: about.first_seen,
    };
    if read.truncated {
        fault(table, row, column, RowFault::Truncated, cell);
    }
    if read.findings.is_empty() && read.excluded.is_empty() {
        let said = about.kinds.unwrap_or_default();
        let named = said.iter().find_map(|kind| read_value_as(*kind, cell));
        match named.map(|value| (own.reason_of(&value), value)) {
            None => fault(table, row, column, RowFault::NoValue, cell),
            Some((None, value)) => table.values.push(as_row(value)),
            Some((Some(reason), value)) => {
                table.excluded.push(RowExcluded {
                    row: as_row(value),
                    reason,
                });
            }
        }
        return;
    }
    for finding in read.findings {
        if about
            .kinds
            .is_some_and(|kinds| !kinds.contains(&finding.kind))
        {
            let what = RowFault::KindDiffers {
                said: about.kind_word.clone(),
                read: finding.kind.as_str().to_owned(),
            };
            fault(table, row, column, what, cell);
        }
        table.values.push(as_row(finding.into()));
    }
    for excluded in read.excluded {
        let row = as_row(excluded.finding.into());
        table.excluded.push(RowExcluded {
            row,
            reason: excluded.reason,
        });
    }
}
