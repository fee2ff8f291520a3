//! Plain lines and tables.

use super::{Found, ListError, ListLimits, Listed, Mapping, Reader, why};
use crate::table::{
    Column, Delimiter, Field, RowFault, TableLimits, TableOptions, read_table as read_rows,
};
use crate::value::read_listed;

/// Addresses that a hosts file gives to names which are to lead nowhere.
const NOWHERE: [&str; 4] = ["0.0.0.0", "127.0.0.1", "::", "::1"];

pub(super) fn read_lines(text: &str, limits: &ListLimits) -> Result<Listed, ListError> {
    let mut reader = Reader::new(limits);
    for (index, line) in text.lines().enumerate() {
        let (said, label) = parted(line);
        if said.is_empty() {
            continue;
        }
        reader.count()?;
        let line = index + 1;
        match read_listed(said) {
            Some(value) => reader.take(Found {
                line,
                value,
                said,
                label,
                first_seen: None,
            }),
            None => reader.refuse(line, why::NO_VALUE, said),
        }
    }
    Ok(reader.listed)
}

/// What a line says, and the remark behind it.
fn parted(line: &str) -> (&str, &str) {
    let line = line.trim();
    if line.starts_with("//") {
        return ("", "");
    }
    // Within an address `#` and `;` are signs like others: a remark has a space before it.
    let remark = line
        .char_indices()
        .find(|(at, sign)| {
            let before = line[..*at].chars().next_back();
            matches!(sign, '#' | ';') && before.is_none_or(char::is_whitespace)
        })
        .map_or(line.len(), |(at, _)| at);
    let (said, label) = line.split_at(remark);
    let label = label.trim_start_matches(['#', ';']).trim();
    let said = said.trim();
    let named = said.split_once(char::is_whitespace);
    let said = match named.filter(|(address, _)| NOWHERE.contains(address)) {
        Some((_, name)) => name.trim(),
        None => said,
    };
    (said, label)
}

pub(super) fn read_table(
    text: &str,
    delimiter: Delimiter,
    mapping: &Mapping,
    limits: &ListLimits,
) -> Result<Listed, ListError> {
    let options = TableOptions {
        delimiter,
        mapping: columns(mapping),
        limits: TableLimits {
            bytes: limits.bytes,
            rows: limits.entries + 1,
            ..TableLimits::default()
        },
        ..TableOptions::default()
    };
    let table = read_rows(&without_remarks(text), &options)?;
    let mut reader = Reader::new(limits);
    for row in table.values {
        reader.count()?;
        reader.take(Found {
            line: row.line,
            value: row.value,
            said: &row.as_written,
            label: &row.comment,
            first_seen: row.first_seen,
        });
    }
    for fault in table.errors {
        // The value was taken all the same.
        if !matches!(fault.what, RowFault::KindDiffers { .. } | RowFault::BadTime) {
            let why = match fault.what {
                RowFault::NoCell => why::NOTHING.to_owned(),
                RowFault::NoValue => why::NO_VALUE.to_owned(),
                other => other.to_string(),
            };
            reader.refuse(fault.line, &why, &fault.cell);
        }
    }
    Ok(reader.listed)
}

/// Lines that begin with `#` emptied, so that the numbers of the others stay.
fn without_remarks(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        match line.starts_with('#') {
            true => out.push('\n'),
            false => out.push_str(line),
        }
    }
    out
}

fn columns(mapping: &Mapping) -> Vec<(Column, Field)> {
    let column = |said: &str| match said.parse() {
        Ok(number) => Column::Number(number),
        Err(_) => Column::Name(said.to_owned()),
    };
    [
        (&mapping.value, Field::Value),
        (&mapping.kind, Field::Kind),
        (&mapping.first_seen, Field::FirstSeen),
        (&mapping.label, Field::Comment),
    ]
    .into_iter()
    .filter_map(|(said, field)| Some((column(said.as_deref()?), field)))
    .collect()
}
