//! A search cut into its pieces: at blanks, with quotations whole.

use super::{
    Span,
    names::{Key, Named},
};

/// Signs that open a quotation, with what closes it.
const QUOTES: [(char, char); 6] = [
    ('"', '"'),
    ('＂', '＂'),
    ('“', '”'),
    ('「', '」'),
    ('『', '』'),
    ('〝', '〟'),
];

/// Signs that mean "without" before a term.
const MINUS: [char; 3] = ['-', '－', '−'];

/// Signs between key and value.
const COLON: [char; 2] = [':', '：'];

/// One piece.
pub(super) struct Piece<'t> {
    pub(super) not: bool,
    pub(super) place: Place<'t>,
    /// Behind the key, without quotation marks.
    pub(super) text: &'t str,
    pub(super) span: Span,
    /// Whether a quotation was opened and not closed.
    pub(super) is_open: bool,
}

/// How a piece stands there.
pub(super) enum Place<'t> {
    /// By itself.
    Bare,
    /// Between quotation marks.
    Quoted,
    /// Behind a key: one there is, or what was written in its place.
    Keyed(Named<'t>),
}

pub(super) fn pieces(typed: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = typed.get(at..) {
        let blank = rest.len() - rest.trim_start().len();
        if blank == rest.len() {
            break;
        }
        let start = at + blank;
        let rest = rest.trim_start();
        let (mut piece, length) = piece(rest);
        piece.span = Span {
            start,
            end: start + length,
        };
        at = start + length;
        found.push(piece);
    }
    found
}

/// The piece at the beginning of a text that begins with no blank, and its length in bytes.
fn piece(text: &str) -> (Piece<'_>, usize) {
    let (not, body) = denied(text);
    let before = text.len() - body.len();
    let made = |place, text, is_open| Piece {
        not,
        place,
        text,
        span: Span { start: 0, end: 0 },
        is_open,
    };
    if let Some((inside, length, is_open)) = quoted(body) {
        return (made(Place::Quoted, inside, is_open), before + length);
    }
    let end = body.find(char::is_whitespace).unwrap_or(body.len());
    let word = body.get(..end).unwrap_or_default();
    let Some((name, value)) = word.split_once(COLON).filter(|(name, _)| !name.is_empty()) else {
        return (made(Place::Bare, word, false), before + end);
    };
    let Some(named) = Named::of(name, value, word) else {
        return (made(Place::Bare, word, false), before + end);
    };
    let behind = word.len() - value.len();
    let rest = body.get(behind..).unwrap_or_default();
    match quoted(rest) {
        Some((inside, length, is_open)) => {
            let piece = made(Place::Keyed(named), inside, is_open);
            (piece, before + behind + length)
        }
        None => (made(Place::Keyed(named), value, false), before + end),
    }
}

/// Whether a piece is to be left out, and what follows. A minus before a blank is a word.
fn denied(text: &str) -> (bool, &str) {
    match text.strip_prefix(MINUS) {
        Some(rest) if rest.starts_with(|next: char| !next.is_whitespace()) => (true, rest),
        _ => (false, text),
    }
}

/// What stands between quotation marks at the beginning, the length with them, and whether they stay open.
fn quoted(text: &str) -> Option<(&str, usize, bool)> {
    let open = text.chars().next()?;
    let (_, close) = QUOTES.iter().find(|(mark, _)| *mark == open)?;
    let inside = text.get(open.len_utf8()..)?;
    match inside.find(*close) {
        Some(end) => {
            let whole = open.len_utf8() + end + close.len_utf8();
            Some((inside.get(..end)?, whole, false))
        }
        None => Some((inside, text.len(), true)),
    }
}

impl<'t> Named<'t> {
    /// The key of `name:value`; `None` when the colon belongs to the word itself (a URL, an IPv6 address, a
    /// time of day).
    fn of(name: &'t str, value: &str, word: &str) -> Option<Self> {
        if let Some(key) = Key::of(name) {
            return Some(Self::Known(key));
        }
        let is_name = name.chars().all(char::is_alphabetic) && name.chars().count() <= 20;
        let is_other = value.starts_with("//") || kaname_intake::read_value(word).is_some();
        (is_name && !is_other).then_some(Self::Unknown(name))
    }
}
