//! Bounds on what people write, and the one way to check them.

use crate::refused::Refused;

/// Longest line: a title, a name, a number; in characters.
pub const MAX_LINE_CHARS: usize = 200;
/// Longest reason, note or task, in characters.
pub const MAX_NOTE_CHARS: usize = 2_000;
/// Longest account of what happened, in characters.
pub const MAX_BODY_CHARS: usize = 50_000;

/// Whether a sign changes the direction or look of what stands around it.
const fn is_deceptive(sign: char) -> bool {
    matches!(sign, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// One line, trimmed: not empty, bounded, without control signs.
pub(crate) fn line(field: &'static str, text: &str) -> Result<String, Refused> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Refused::Empty { field });
    }
    written(field, text, MAX_LINE_CHARS, false)?;
    Ok(text.to_owned())
}

/// Text of several lines, trimmed: not empty, bounded, without control signs.
pub(crate) fn text(field: &'static str, text: &str, most: usize) -> Result<String, Refused> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Refused::Empty { field });
    }
    optional(field, text, most)
}

/// Text of several lines, trimmed; it may be empty.
pub(crate) fn optional(field: &'static str, text: &str, most: usize) -> Result<String, Refused> {
    let text = text.trim();
    written(field, text, most, true)?;
    Ok(text.replace("\r\n", "\n"))
}

/// A reason: what nobody is spared.
pub(crate) fn reason(given: &str) -> Result<String, Refused> {
    match given.trim().is_empty() {
        true => Err(Refused::ReasonMissing),
        false => text("reason", given, MAX_NOTE_CHARS),
    }
}

/// Refuses what is over a limit.
pub(crate) fn count(field: &'static str, actual: usize, limit: usize) -> Result<(), Refused> {
    match actual > limit {
        true => Err(Refused::TooMuch {
            field,
            actual,
            limit,
        }),
        false => Ok(()),
    }
}

fn written(field: &'static str, text: &str, most: usize, lines: bool) -> Result<(), Refused> {
    // A sign has four bytes at most: what is longer is not counted sign by sign.
    if text.len() > most * 4 {
        return count(field, text.len().div_ceil(4), most);
    }
    count(field, text.chars().count(), most)?;
    let stray = |sign: char| match sign {
        '\n' | '\t' | '\r' => !lines,
        other => other.is_control() || is_deceptive(other),
    };
    match text.chars().any(stray) {
        true => Err(Refused::Control { field }),
        false => Ok(()),
    }
}
