//! Telephone numbers as they are written in Japan and from abroad, and extensions.

use std::ops::Range;

use super::fold::Folded;

/// Most parts of a number that is dialled at home.
const PARTS_AT_HOME: usize = 3;
/// The same from abroad, the country's among them.
const PARTS_FROM_ABROAD: usize = 5;
/// What an extension is announced by; folded.
const EXTENSION: [&str; 4] = ["内線番号", "内線", "extension", "ext"];

/// The original bytes of each number.
pub(super) fn find(folded: &Folded) -> Vec<Range<usize>> {
    let chars = &folded.chars;
    let mut places = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let end = match chars[at] {
            '+' => from_abroad(chars, at),
            '0' | '(' => at_home(chars, at),
            '内' | 'e' => extension(chars, at),
            _ => None,
        };
        if let Some(end) = end {
            places.push(folded.origin(&(at..end)));
        }
        at = end.unwrap_or(at + 1);
    }
    places
}

fn before(chars: &[char], at: usize) -> char {
    let before = at.checked_sub(1).and_then(|at| chars.get(at));
    before.copied().unwrap_or(' ')
}

/// A number with the length and the place of each of its parts.
struct Parts {
    digits: String,
    /// Where each part ends, and how many digits it has.
    ends: Vec<(usize, usize)>,
}

/// Digits with hyphens, blanks and brackets between them, at most so many parts.
fn parts(chars: &[char], start: usize, most: usize) -> Parts {
    let mut parts = Parts {
        digits: String::new(),
        ends: Vec::new(),
    };
    let mut at = start;
    while parts.ends.len() < most {
        let tail = chars.get(at..).unwrap_or_default().iter();
        let digits: String = tail.take(16).take_while(|c| c.is_ascii_digit()).collect();
        if digits.is_empty() {
            break;
        }
        at += digits.len();
        parts.ends.push((at, digits.len()));
        parts.digits.push_str(&digits);
        let tail = chars.get(at..).unwrap_or_default().iter();
        let between = |sign: &&char| matches!(sign, '-' | ' ' | '(' | ')');
        let gap = tail.take(4).take_while(between).count();
        if !(1..=3).contains(&gap) {
            break;
        }
        at += gap;
    }
    parts
}

/// Whether the number is over here: no sign of a word, and no further part.
fn is_over(chars: &[char], end: usize) -> bool {
    let next = |ahead: usize| chars.get(end + ahead).copied().unwrap_or(' ');
    let goes_on = |ahead: usize| next(ahead).is_ascii_alphanumeric();
    !goes_on(0) && (next(0) != '-' || !goes_on(1))
}

/// Ten or eleven digits that begin with one 0: `03-5501-7788`, `(03)5501-7788`, `09012345678`.
fn at_home(chars: &[char], start: usize) -> Option<usize> {
    let first = start + usize::from(chars[start] == '(');
    let second = chars.get(first + 1)?;
    let earlier = before(chars, start);
    if chars.get(first) != Some(&'0') || !matches!(second, '1'..='9') {
        return None;
    }
    if earlier.is_ascii_alphanumeric() || "-_.+".contains(earlier) {
        return None;
    }
    let parts = parts(chars, first, PARTS_AT_HOME);
    let mobile = parts.digits.as_bytes().get(2) == Some(&b'0');
    let length = parts.digits.len();
    let (end, last) = *parts.ends.last()?;
    let counts = match parts.ends.as_slice() {
        // Without marks between, as a number among others would be: it stands by itself.
        [_] => (length == 10 || length == 11 && mobile) && !"/=&?%#@".contains(earlier),
        [(_, area), _] => (2..=5).contains(area) && (6..=8).contains(&last),
        [(_, area), ..] => (2..=5).contains(area) && (3..=4).contains(&last),
        [] => false,
    };
    (counts && matches!(length, 10 | 11) && is_over(chars, end)).then_some(end)
}

/// `+81 3 5501 7788`, `+1 (555) 123-4567`: a plus sign, the country, eight to fifteen digits (E.164).
fn from_abroad(chars: &[char], start: usize) -> Option<usize> {
    let country = chars.get(start + 1)?;
    if !matches!(country, '1'..='9') || before(chars, start).is_ascii_alphanumeric() {
        return None;
    }
    let parts = parts(chars, start + 1, PARTS_FROM_ABROAD);
    let (end, _) = *parts.ends.last()?;
    let counts = (8..=15).contains(&parts.digits.len());
    (counts && is_over(chars, end)).then_some(end)
}

/// `内線 4521`, `内線：8-4521`, `ext. 4521`.
fn extension(chars: &[char], start: usize) -> Option<usize> {
    let rest = chars.get(start..)?;
    let word = EXTENSION.iter().find(|word| {
        rest.iter()
            .take(word.chars().count())
            .copied()
            .eq(word.chars())
    })?;
    if word.is_ascii() && before(chars, start).is_ascii_alphanumeric() {
        return None;
    }
    let length = word.chars().count();
    let between = |sign: &&char| matches!(sign, ' ' | ':' | '.' | '(' | '#' | '-');
    let gap = rest[length..].iter().take(4).take_while(between).count();
    if gap > 3 || (word.is_ascii() && gap == 0) {
        return None;
    }
    let number = rest[length + gap..].iter().take(8);
    let number = number.take_while(|sign| sign.is_ascii_digit() || **sign == '-');
    let number: String = number.collect();
    let number = number.trim_end_matches('-');
    let digits = number.chars().filter(char::is_ascii_digit).count();
    let end = start + length + gap + number.len();
    let next = chars.get(end).copied().unwrap_or(' ');
    ((2..=6).contains(&digits) && !next.is_ascii_alphanumeric()).then_some(end)
}
