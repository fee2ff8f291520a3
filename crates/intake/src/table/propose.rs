//! What the columns of a table may mean, from their words and from what stands in them.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use super::{Column, Delimiter, Field, Grid, TableError, TableOptions, read_grid};
use crate::extract::{ExtractOptions, extract};
use crate::when::read_when;

/// Rows whose cells are looked at.
const LOOKED_AT: usize = 30;

/// Cells of each column that are shown with the proposal.
const SAMPLES: usize = 3;

/// Longest word for a column that is looked up, in bytes.
const LONGEST_WORD: usize = 200;

/// Words for columns, folded as [`folded`] does, in the order in which they are tried.
const WORDS: &[(Field, &[&str])] = &[
    (
        Field::FirstSeen,
        &[
            "firstseen",
            "seen",
            "date",
            "datetime",
            "time",
            "timestamp",
            "observed",
            "detected",
            "validfrom",
            "created",
            "初認日時",
            "初回観測",
            "初回検知",
            "観測日時",
            "観測日",
            "検知日時",
            "検知日",
            "発生日時",
            "発生日",
            "確認日時",
            "確認日",
            "日時",
            "日付",
            "時刻",
        ],
    ),
    (
        Field::Kind,
        &[
            "type",
            "kind",
            "indicatortype",
            "ioctype",
            "category",
            "種別",
            "種類",
            "タイプ",
            "区分",
            "型",
            "分類",
            "指標種別",
            "指標の種類",
            "カテゴリ",
        ],
    ),
    (
        Field::Comment,
        &[
            "comment",
            "comments",
            "description",
            "note",
            "notes",
            "remark",
            "remarks",
            "memo",
            "context",
            "details",
            "備考",
            "コメント",
            "説明",
            "メモ",
            "注記",
            "概要",
            "内容",
            "補足",
            "摘要",
            "用途",
        ],
    ),
    (
        Field::Value,
        &[
            "value",
            "indicator",
            "indicators",
            "ioc",
            "iocs",
            "observable",
            "pattern",
            "artifact",
            "ip",
            "ipaddress",
            "ipv4",
            "ipv6",
            "domain",
            "domainname",
            "hostname",
            "host",
            "fqdn",
            "url",
            "uri",
            "hash",
            "md5",
            "sha1",
            "sha256",
            "sha512",
            "filehash",
            "email",
            "emailaddress",
            "mail",
            "cve",
            "asn",
            "指標",
            "値",
            "指標の値",
            "インジケータ",
            "インジケーター",
            "ipアドレス",
            "アドレス",
            "ドメイン",
            "ドメイン名",
            "ホスト",
            "ホスト名",
            "ハッシュ",
            "ハッシュ値",
            "通信先",
            "接続先",
            "攻撃元",
            "送信元",
            "送信元ip",
            "宛先",
            "メールアドレス",
            "脆弱性",
            "不審な通信先",
        ],
    ),
];

/// What one column may mean.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposedColumn {
    /// Its place, counted from 1.
    pub number: usize,
    /// The word in the first row, as written; empty without a header.
    pub name: String,
    /// What it is taken for.
    pub field: Field,
    /// Up to three cells of it, as written.
    pub samples: Vec<String>,
}

/// How a table may be read, for a person to confirm or change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// What stands between the cells.
    pub delimiter: Delimiter,
    /// Whether the first row holds words for the columns.
    pub header: bool,
    /// The columns in their order.
    pub columns: Vec<ProposedColumn>,
}

impl Proposal {
    /// The mapping as [`TableOptions::mapping`] takes it.
    #[must_use]
    pub fn mapping(&self) -> Vec<(Column, Field)> {
        let pair = |column: &ProposedColumn| (Column::Number(column.number), column.field);
        self.columns.iter().map(pair).collect()
    }
}

/// Proposes what the columns mean; what the options say is kept.
///
/// # Errors
/// As [`super::read_table`], but a table without a column for values is proposed as such.
pub fn propose(text: &str, options: &TableOptions) -> Result<Proposal, TableError> {
    let grid = read_grid(text, options.delimiter, &options.limits)?;
    of_grid(&grid, options)
}

pub(super) fn of_grid(grid: &Grid, options: &TableOptions) -> Result<Proposal, TableError> {
    let first = grid.rows.first().ok_or(TableError::Empty)?;
    let words: Vec<Option<Field>> = first.cells.iter().map(|cell| field_of_word(cell)).collect();
    let header = options.header.unwrap_or_else(|| {
        let known = words.iter().flatten().count();
        let named = options
            .mapping
            .iter()
            .any(|(column, _)| matches!(column, Column::Name(_)));
        named || known > 0 && first.cells.iter().all(|cell| !holds_value(cell))
    });
    let width = grid
        .rows
        .iter()
        .map(|row| row.cells.len())
        .max()
        .unwrap_or(0);
    let body = &grid.rows[usize::from(header).min(grid.rows.len())..];
    let columns = (0..width).map(|index| {
        let cells: Vec<&str> = body
            .iter()
            .take(LOOKED_AT)
            .filter_map(|row| row.cells.get(index))
            .map(|cell| cell.trim())
            .filter(|cell| !cell.is_empty())
            .collect();
        let word = words.get(index).copied().flatten().filter(|_| header);
        let name = first.cells.get(index).filter(|_| header).cloned();
        ProposedColumn {
            number: index + 1,
            name: name.unwrap_or_default(),
            field: word.unwrap_or_else(|| field_of_cells(&cells)),
            samples: cells
                .iter()
                .take(SAMPLES)
                .map(|cell| (*cell).to_owned())
                .collect(),
        }
    });
    let mut proposal = Proposal {
        delimiter: grid.delimiter,
        header,
        columns: columns.collect(),
    };
    if options.mapping.is_empty() {
        settle(&mut proposal.columns);
    } else {
        apply(&mut proposal.columns, &options.mapping)?;
    }
    Ok(proposal)
}

/// Leaves one column each for the kind and the time.
fn settle(columns: &mut [ProposedColumn]) {
    for field in [Field::Kind, Field::FirstSeen] {
        let later = columns
            .iter_mut()
            .filter(|column| column.field == field)
            .skip(1);
        later.for_each(|column| column.field = Field::Ignore);
    }
}

/// What the mapping says, and nothing else.
fn apply(columns: &mut [ProposedColumn], mapping: &[(Column, Field)]) -> Result<(), TableError> {
    columns
        .iter_mut()
        .for_each(|column| column.field = Field::Ignore);
    for (column, field) in mapping {
        let found = match column {
            Column::Number(number) => columns.iter_mut().find(|known| known.number == *number),
            Column::Name(name) => {
                let name = folded(name);
                columns.iter_mut().find(|known| folded(&known.name) == name)
            }
        };
        match found {
            Some(known) => known.field = *field,
            None => return Err(missing(column, columns)),
        }
    }
    Ok(())
}

fn missing(column: &Column, columns: &[ProposedColumn]) -> TableError {
    let shown = |text: &str| text.chars().take(40).collect::<String>();
    TableError::NoSuchColumn {
        column: match column {
            Column::Number(number) => number.to_string(),
            Column::Name(name) => shown(name),
        },
        columns: columns
            .iter()
            .take(20)
            .map(|column| shown(&column.name))
            .collect(),
    }
}

/// NFKC, lower case, without blanks and signs: `First_Seen` and `first seen` are one word.
fn folded(word: &str) -> String {
    let word = &word[..word.floor_char_boundary(LONGEST_WORD)];
    word.nfkc()
        .filter(|sign| sign.is_alphanumeric())
        .collect::<String>()
        .to_lowercase()
}

fn field_of_word(word: &str) -> Option<Field> {
    let word = folded(word);
    let listed = |(_, words): &&(Field, &[&str])| words.contains(&word.as_str());
    if let Some((field, _)) = WORDS.iter().find(listed) {
        return Some(*field);
    }
    // `検知日時（JST）`, `備考欄`: only words in other scripts, which say enough by themselves.
    let begins =
        |known: &&str| !known.is_ascii() && known.chars().count() > 1 && word.starts_with(*known);
    let found = WORDS.iter().find(|(_, words)| words.iter().any(begins));
    found.map(|(field, _)| *field)
}

fn holds_value(cell: &str) -> bool {
    let bounds = ExtractOptions {
        max_findings: 1,
        ..ExtractOptions::default()
    };
    !extract(cell, &bounds).findings.is_empty()
}

/// Values or times when most cells hold one, and remarks when the cells are of many words.
fn field_of_cells(cells: &[&str]) -> Field {
    let most = |count: usize| count * 2 > cells.len();
    let times = cells
        .iter()
        .filter(|cell| read_when(cell).is_some())
        .count();
    if most(times) {
        return Field::FirstSeen;
    }
    let kinds = cells
        .iter()
        .filter(|cell| super::rows::kind_of_word(cell).is_some())
        .count();
    if most(kinds) {
        return Field::Kind;
    }
    let values = cells.iter().filter(|cell| holds_value(cell)).count();
    if most(values) {
        return Field::Value;
    }
    let long = cells
        .iter()
        .filter(|cell| cell.chars().count() > 12)
        .count();
    if most(long) {
        Field::Comment
    } else {
        Field::Ignore
    }
}
