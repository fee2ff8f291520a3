//! The words of a pattern (STIX 2.1 §9.1 and the grammar beside it).

use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::PatternError;
use super::tree::Literal;
use crate::time::micros;

/// Most tokens of one pattern.
const MAX_TOKENS: usize = 200_000;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    /// A keyword in capitals, such as `FOLLOWEDBY`.
    Keyword(&'static str),
    /// A name with letters, digits, `_`, and perhaps hyphens.
    Name(String),
    Literal(Literal),
    /// An operator in its usual form, or a bracket.
    Mark(&'static str),
}

pub(super) const KEYWORDS: [&str; 17] = [
    "AND",
    "OR",
    "NOT",
    "FOLLOWEDBY",
    "LIKE",
    "MATCHES",
    "ISSUPERSET",
    "ISSUBSET",
    "EXISTS",
    "LAST",
    "IN",
    "START",
    "STOP",
    "SECONDS",
    "WITHIN",
    "REPEATS",
    "TIMES",
];

/// Operators and brackets, longer ones first, and their usual form.
const MARKS: [(&str, &str); 16] = [
    ("==", "="),
    ("!=", "!="),
    ("<>", "!="),
    ("<=", "<="),
    (">=", ">="),
    ("=", "="),
    ("<", "<"),
    (">", ">"),
    (":", ":"),
    (".", "."),
    (",", ","),
    ("(", "("),
    (")", ")"),
    ("[", "["),
    ("]", "]"),
    ("*", "*"),
];

/// Splits a pattern into tokens, each with its bytes.
pub(super) fn tokens(pattern: &str) -> Result<Vec<(Token, Range<usize>)>, PatternError> {
    let mut found: Vec<(Token, Range<usize>)> = Vec::new();
    let mut at = 0;
    while let Some(first) = pattern[at..].chars().next() {
        let rest = &pattern[at..];
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        if let Some(comment) = rest.strip_prefix("/*") {
            let end = comment.find("*/");
            let end = end.ok_or_else(|| PatternError::new(at, "the comment does not end"))?;
            at += 2 + end + 2;
            continue;
        }
        if rest.starts_with("//") {
            at += rest.find(['\n', '\r']).unwrap_or(rest.len());
            continue;
        }
        if found.len() >= MAX_TOKENS {
            return Err(PatternError::new(at, "the pattern has too many words"));
        }
        let (token, length) = token(rest, first).map_err(|mut error| {
            error.offset += at;
            error
        })?;
        found.push((token, at..at + length));
        at += length;
    }
    Ok(found)
}

fn token(rest: &str, first: char) -> Result<(Token, usize), PatternError> {
    let mut second = rest.chars().skip(1);
    match first {
        '\'' => {
            let (text, length) = quoted(rest)?;
            Ok((Token::Literal(Literal::Text(text)), length))
        }
        't' | 'h' | 'b' if second.next() == Some('\'') => {
            let (text, length) = quoted(&rest[1..])?;
            let literal = of_kind(first, text).ok_or_else(|| {
                PatternError::new(
                    0,
                    match first {
                        't' => "not a timestamp like t'2026-01-31T09:00:00Z'",
                        'h' => "not an even number of hexadecimal digits",
                        _ => "not base64",
                    },
                )
            })?;
            Ok((Token::Literal(literal), length + 1))
        }
        '0'..='9' | '+' | '-' => number(rest),
        '.' if second.next().is_some_and(|c| c.is_ascii_digit()) => number(rest),
        'a'..='z' | 'A'..='Z' | '_' => {
            let word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
            let length = rest.find(|c| !word(c)).unwrap_or(rest.len());
            let name = &rest[..length];
            let token = match name {
                "true" => Token::Literal(Literal::Bool(true)),
                "false" => Token::Literal(Literal::Bool(false)),
                _ => match KEYWORDS.iter().find(|keyword| **keyword == name) {
                    Some(keyword) => Token::Keyword(keyword),
                    None => Token::Name(name.to_owned()),
                },
            };
            Ok((token, length))
        }
        _ => MARKS
            .iter()
            .find(|(written, _)| rest.starts_with(written))
            .map(|(written, usual)| (Token::Mark(usual), written.len()))
            .ok_or_else(|| PatternError::new(0, "a character that no pattern has here")),
    }
}

/// A string in single quotes, in which `\` stands before quotes and itself only.
fn quoted(rest: &str) -> Result<(String, usize), PatternError> {
    let mut text = String::new();
    let mut chars = rest.char_indices().skip(1);
    while let Some((at, character)) = chars.next() {
        match character {
            '\'' => return Ok((text, at + 1)),
            '\\' => match chars.next() {
                Some((_, escaped @ ('\'' | '\\'))) => text.push(escaped),
                _ => return Err(PatternError::new(at, "only ' and \\ are escaped by \\")),
            },
            _ => text.push(character),
        }
    }
    Err(PatternError::new(0, "the string does not end"))
}

fn of_kind(kind: char, text: String) -> Option<Literal> {
    match kind {
        't' => micros(&text).map(|_| Literal::Time(text)),
        'b' => STANDARD.decode(&text).ok().map(|_| Literal::Binary(text)),
        _ => {
            let hex = text.len().is_multiple_of(2) && text.bytes().all(|b| b.is_ascii_hexdigit());
            hex.then(|| Literal::Hex(text.to_ascii_lowercase()))
        }
    }
}

/// A number: whole ones without leading zeros, others with digits after the point.
fn number(rest: &str) -> Result<(Token, usize), PatternError> {
    let bytes = rest.as_bytes();
    let digits_from = |start: usize| {
        let digits = bytes[start..].iter().take_while(|b| b.is_ascii_digit());
        digits.count()
    };
    let sign = usize::from(matches!(bytes[0], b'+' | b'-'));
    let whole = digits_from(sign);
    let mut length = sign + whole;
    let bad = PatternError::new(0, "not a number");
    if bytes.get(length) == Some(&b'.') && digits_from(length + 1) > 0 {
        length += 1 + digits_from(length + 1);
        let value: f64 = rest[..length].parse().map_err(|_| bad)?;
        return Ok((Token::Literal(Literal::Float(value)), length));
    }
    let leading_zero = whole > 1 && bytes[sign] == b'0';
    if whole == 0 || leading_zero {
        return Err(bad);
    }
    let value: i64 = rest[..length].parse().map_err(|_| bad)?;
    Ok((Token::Literal(Literal::Int(value)), length))
}
