//! Reading dated data: whatever is wrong with a file is told with file, line and reason.

use std::{collections::BTreeMap, fmt::Display, ops::Range};

use jiff::civil::Date;
use kaname_directory::Dated;
use serde::de::DeserializeOwned;
use toml::Spanned;

/// Longest data file, in bytes.
pub const MAX_FILE_BYTES: usize = 1 << 20;
/// Most entries of one kind in a data file.
pub const MAX_ENTRIES: usize = 2_000;

/// Why dated data can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}, line {line}: {what}")]
pub struct BadData {
    /// Name of the file.
    pub file: &'static str,
    /// Line, from 1.
    pub line: usize,
    /// What is wrong there and what would be right, lower case, no full stop.
    pub what: String,
}

/// A data file's text.
#[derive(Clone, Copy)]
pub(crate) struct File<'t> {
    pub(crate) name: &'static str,
    pub(crate) text: &'t str,
}

impl File<'_> {
    /// Reads its form.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, BadData> {
        if self.text.len() > MAX_FILE_BYTES {
            let what = format!("the file is longer than {MAX_FILE_BYTES} bytes");
            return Err(self.fault(&(0..0), what));
        }
        toml::from_str(self.text).map_err(|error| {
            let at = error.span().unwrap_or(0..0);
            self.fault(&at, error.message())
        })
    }

    /// What is wrong at a place.
    pub(crate) fn fault(&self, at: &Range<usize>, what: impl Into<String>) -> BadData {
        let before = self.text.get(..at.start.min(self.text.len()));
        let before = before.unwrap_or(self.text);
        BadData {
            file: self.name,
            line: before.bytes().filter(|byte| *byte == b'\n').count() + 1,
            what: what.into(),
        }
    }

    /// Entries by code, each code's versions in order of time: none twice on one day, none without a day or a source.
    pub(crate) fn versions<C, T>(
        &self,
        entries: Vec<(Range<usize>, Dated<T>)>,
        code_of: impl Fn(&T) -> &C,
    ) -> Result<BTreeMap<C, Vec<Placed<T>>>, BadData>
    where
        C: Ord + Clone + Display,
    {
        if entries.len() > MAX_ENTRIES {
            let what = format!("there are more than {MAX_ENTRIES} entries of one kind");
            return Err(self.fault(&(0..0), what));
        }
        let mut by_code: BTreeMap<C, Vec<Placed<T>>> = BTreeMap::new();
        for (at, dated) in entries {
            let code = code_of(&dated.value).clone();
            if dated.span.is_empty() {
                return Err(self.fault(&at, format!("`{code}` ends before it begins")));
            }
            if dated.source.trim().is_empty() {
                return Err(self.fault(&at, format!("`{code}` names no source")));
            }
            by_code.entry(code).or_default().push(Placed { at, dated });
        }
        for (code, versions) in &mut by_code {
            versions.sort_by_key(|placed| placed.dated.span.from);
            for pair in versions.windows(2) {
                if pair[0].dated.span.overlaps(&pair[1].dated.span) {
                    let (first, second) = (pair[0].dated.span.from, pair[1].dated.span.from);
                    let what = format!("`{code}` holds twice: from {first} and from {second}");
                    return Err(self.fault(&pair[1].at, what));
                }
            }
        }
        Ok(by_code)
    }
}

/// A dated value with its place in the file.
#[derive(Debug, Clone)]
pub(crate) struct Placed<T> {
    pub(crate) at: Range<usize>,
    pub(crate) dated: Dated<T>,
}

/// The version in force on a day.
pub(crate) fn placed_on<T>(versions: &[Placed<T>], day: Date) -> Option<&Placed<T>> {
    versions
        .iter()
        .find(|placed| placed.dated.span.contains(day))
}

/// An entry and its place.
pub(crate) fn split<R>(row: Spanned<R>) -> (Range<usize>, R) {
    let at = row.span();
    (at, row.into_inner())
}
