//! Cells that no spreadsheet takes for a formula.

use std::borrow::Cow;

/// Makes the text of a cell inert for spreadsheets: when it begins with a sign that starts a
/// formula or hides one (`=`, `+`, `-`, `@`, tab, CR, LF, also full-width, also after blanks), or
/// with an apostrophe, an apostrophe is put before it.
///
/// [`csv_plain`] takes exactly that apostrophe away again, so that export and import give back the
/// same text. Quoting for commas and line ends is the writer's business, not this function's.
#[must_use]
pub fn csv_safe(cell: &str) -> Cow<'_, str> {
    if is_live(cell) {
        Cow::Owned(format!("'{cell}"))
    } else {
        Cow::Borrowed(cell)
    }
}

/// Undoes [`csv_safe`]: `csv_plain(&csv_safe(text)) == text` for every text.
#[must_use]
pub fn csv_plain(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if is_live(rest) => rest,
        _ => cell,
    }
}

fn is_live(cell: &str) -> bool {
    if cell.starts_with(['\'', '\t', '\r', '\n']) {
        return true;
    }
    let first = cell.trim_start().chars().next();
    matches!(
        first,
        Some('=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠')
    )
}
