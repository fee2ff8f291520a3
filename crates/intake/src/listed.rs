//! What somebody publishes as a list: plain lines, tables, or JSON, read into entries of one value each.
//!
//! The document is hostile, or merely not what it was agreed to be. So nothing fails for what one entry says: an entry
//! that holds no value, or one that must not be acted on (`127.0.0.1`, `0.0.0.0/0`, `co.jp`, the hash of the
//! empty file), is counted and, up to a bound, named with its line.

mod json;
mod lines;
mod seen;
pub mod why;

use serde::{Deserialize, Serialize};

use self::seen::Seen;
use crate::decode::{DecodeError, DecodeOptions, decode};
use crate::host::is_whole_zone;
use crate::indicator::{Kind, Note};
use crate::json::{JsonError, JsonLimits};
use crate::table::{Delimiter, TableError};
use crate::value::Value;
use crate::when::When;

/// Most faults that are named.
const MAX_NAMED: usize = 50;
/// Most characters of an entry that are told.
const MAX_TOLD: usize = 120;
/// Longest document of JSON, in bytes: it takes many times its length while it is read.
const MAX_JSON: usize = 32 << 20;
/// Longest remark that is kept, in bytes.
const MAX_LABEL: usize = 1_000;

/// Where in an entry a thing stands: a column of a table by its number from 1 or by the word in its first row; in
/// JSON a path of member names with points between them, `*` for each member or element.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// JSON alone: where the entries are; left out for the document itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entries: Option<String>,
    /// The value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// What kind the value is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// When it was first seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_seen: Option<String>,
    /// Remarks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
}

impl Mapping {
    /// Whether nothing is mapped.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Its fields with their words, in a fixed order.
    #[must_use]
    pub fn fields(&self) -> [(&'static str, Option<&str>); 5] {
        [
            ("entries", self.entries.as_deref()),
            ("value", self.value.as_deref()),
            ("kind", self.kind.as_deref()),
            ("first_seen", self.first_seen.as_deref()),
            ("label", self.label.as_deref()),
        ]
    }
}

/// How a list is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// One value on each line; `#`, `;` and `//` begin remarks; `127.0.0.1 name` of a hosts file is the name.
    Lines,
    /// A table.
    Table(Delimiter),
    /// JSON.
    Json,
}

/// Bounds on a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListLimits {
    /// Length of the document, in bytes.
    pub bytes: usize,
    /// Entries, refused ones among them.
    pub entries: usize,
    /// Arrays and objects within each other.
    pub depth: usize,
}

impl Default for ListLimits {
    /// 32 MiB, 500,000 entries, 64 levels.
    fn default() -> Self {
        Self {
            bytes: 32 << 20,
            entries: 500_000,
            depth: 64,
        }
    }
}

/// One entry. There may be half a million of them: each takes no more room than it must.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Line where it stands, from 1; in JSON its place among the entries.
    pub line: usize,
    /// What its value is.
    pub kind: Kind,
    /// The value, canonical.
    pub value: Box<str>,
    /// Remarks; empty when there are none.
    pub label: Box<str>,
    /// When it was first seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_seen: Option<Box<When>>,
}

/// An entry as it stands in the document.
struct Found<'f> {
    line: usize,
    value: Value,
    /// What stands there.
    said: &'f str,
    label: &'f str,
    first_seen: Option<When>,
}

/// An entry that was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unlisted {
    /// Line where it stands, from 1; in JSON its place among the entries.
    pub line: usize,
    /// Why not, in English.
    pub why: String,
    /// What stands there, cut off.
    pub said: String,
}

/// A list that was read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Listed {
    /// Entries in their order, each value once.
    pub entries: Vec<Entry>,
    /// Entries that say a value again.
    pub repeated: u64,
    /// Entries that were not taken.
    pub refused: u64,
    /// The first of those.
    pub unlisted: Vec<Unlisted>,
}

/// Why a list was not read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// It is no text, or too long.
    #[error(transparent)]
    Text(#[from] DecodeError),
    /// The table is none, or does not fit the mapping.
    #[error(transparent)]
    Table(#[from] TableError),
    /// It is not JSON, or passes a bound.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// A path of the mapping leads nowhere.
    #[error("nothing stands at `{0}`")]
    Nowhere(String),
    /// Too many entries.
    #[error(
        "it has more than {limit} entries, the most of one list; split it into several sources"
    )]
    TooMany {
        /// The bound.
        limit: usize,
    },
}

/// Reads a list.
///
/// # Errors
/// [`ListError`] for another form, a mapping that does not fit, and what passes a bound.
pub fn read_list(
    bytes: &[u8],
    shape: Shape,
    mapping: &Mapping,
    limits: &ListLimits,
) -> Result<Listed, ListError> {
    if shape == Shape::Json {
        let bounds = JsonLimits {
            max_bytes: limits.bytes.min(MAX_JSON),
            max_depth: limits.depth,
            ..JsonLimits::default()
        };
        return json::read(bytes, mapping, limits, &bounds);
    }
    let options = DecodeOptions {
        max_bytes: limits.bytes,
        ..DecodeOptions::default()
    };
    let text = decode(bytes, &options)?.text;
    match shape {
        Shape::Table(delimiter) => lines::read_table(&text, delimiter, mapping, limits),
        Shape::Lines | Shape::Json => lines::read_lines(&text, limits),
    }
}

/// A list while it is read.
struct Reader<'l> {
    limits: &'l ListLimits,
    seen: Seen,
    count: usize,
    listed: Listed,
}

impl<'l> Reader<'l> {
    fn new(limits: &'l ListLimits) -> Self {
        Self {
            limits,
            seen: Seen::default(),
            count: 0,
            listed: Listed::default(),
        }
    }

    /// One more entry comes.
    fn count(&mut self) -> Result<(), ListError> {
        self.count += 1;
        let limit = self.limits.entries;
        match self.count > limit {
            true => Err(ListError::TooMany { limit }),
            false => Ok(()),
        }
    }

    /// An entry with a value; one that must not be acted on is refused.
    fn take(&mut self, found: Found<'_>) {
        let value = found.value;
        if let Some(why) = unfit(&value) {
            return self.refuse(found.line, why, found.said);
        }
        let entries = &mut self.listed.entries;
        if !self.seen.is_new(entries, value.kind, &value.value) {
            self.listed.repeated += 1;
            return;
        }
        entries.push(Entry {
            line: found.line,
            kind: value.kind,
            value: value.value.into(),
            label: cut(found.label, MAX_LABEL).trim().into(),
            first_seen: found.first_seen.map(Box::new),
        });
    }

    fn refuse(&mut self, line: usize, why: &str, said: &str) {
        self.listed.refused += 1;
        if self.listed.unlisted.len() < MAX_NAMED {
            self.listed.unlisted.push(Unlisted {
                line,
                why: why.to_owned(),
                said: said.chars().take(MAX_TOLD).collect(),
            });
        }
    }
}

/// Why nobody may act on a value, whoever lists it: it would hit the house itself, half the net, or everybody.
fn unfit(value: &Value) -> Option<&'static str> {
    if value.kind == Kind::Domain && is_whole_zone(&value.value) {
        return Some(why::ZONE);
    }
    value.notes.iter().find_map(|note| match note {
        Note::Private => Some(why::INNER),
        Note::Loopback => Some(why::LOOPBACK),
        Note::LinkLocal => Some(why::LINK_LOCAL),
        Note::Multicast => Some(why::MULTICAST),
        Note::Reserved => Some(why::RESERVED),
        Note::WideNetwork => Some(why::WIDE),
        Note::EmptyFile => Some(why::EMPTY_FILE),
        _ => None,
    })
}

/// The first bytes of a text, whole letters.
pub(crate) fn cut(text: &str, most: usize) -> &str {
    text.get(..text.floor_char_boundary(most))
        .unwrap_or_default()
}
