//! Tokens of YARA. Remarks are dropped; what is in quotes, between slashes or in braces of bytes is one token.

use super::super::{NoRule, no};

/// Most tokens of one text.
const MAX_TOKENS: usize = 20_000;
/// Longest name.
const MAX_NAME: usize = 128;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name or a word of the language.
    Word,
    /// A name that belongs to something: of a module.
    Field,
    /// `$name`, `$` or `$name*`.
    String,
    /// `#name`, `@name`, `!name`.
    Count,
    Number,
    Text,
    Regex,
    /// Bytes between braces.
    Hex,
    Sign,
}

/// A token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'t> {
    pub(super) kind: Kind,
    pub(super) text: &'t str,
}

impl Token<'_> {
    pub(super) fn is(&self, text: &str) -> bool {
        matches!(self.kind, Kind::Word | Kind::Sign) && self.text == text
    }
}

pub(super) const TEXT_MODIFIERS: [&str; 8] = [
    "nocase",
    "wide",
    "ascii",
    "fullword",
    "private",
    "xor",
    "base64",
    "base64wide",
];
pub(super) const REGEX_MODIFIERS: [&str; 5] = ["nocase", "wide", "ascii", "fullword", "private"];

pub(super) fn is_keyword(word: &str) -> bool {
    const WORDS: &[&str] = &[
        "all",
        "and",
        "any",
        "ascii",
        "at",
        "base64",
        "base64wide",
        "condition",
        "contains",
        "defined",
        "endswith",
        "entrypoint",
        "false",
        "filesize",
        "for",
        "fullword",
        "global",
        "icontains",
        "iendswith",
        "iequals",
        "import",
        "in",
        "include",
        "istartswith",
        "matches",
        "meta",
        "nocase",
        "none",
        "not",
        "of",
        "or",
        "private",
        "rule",
        "startswith",
        "strings",
        "them",
        "true",
        "wide",
        "xor",
    ];
    WORDS.contains(&word) || is_reading(word)
}

/// Functions that read a number out of the file.
pub(super) fn is_reading(word: &str) -> bool {
    let rest = word.strip_prefix('u').unwrap_or(word);
    let rest = rest.strip_suffix("be").unwrap_or(rest);
    matches!(rest, "int8" | "int16" | "int32")
}

/// The tokens of a text.
pub(super) fn lex(text: &str) -> Result<Vec<Token<'_>>, NoRule> {
    let mut tokens: Vec<Token<'_>> = Vec::new();
    let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text);
    loop {
        rest = rest.trim_start_matches([' ', '\t', '\r', '\n']);
        let Some(first) = rest.chars().next() else {
            return Ok(tokens);
        };
        if tokens.len() >= MAX_TOKENS {
            return no("too long");
        }
        if let Some(remark) = rest.strip_prefix("//") {
            let end = remark.find('\n').unwrap_or(remark.len());
            rest = &remark[end..];
            continue;
        }
        if let Some(remark) = rest.strip_prefix("/*") {
            let Some(end) = remark.find("*/") else {
                return no("a remark is not closed");
            };
            rest = &remark[end + 2..];
            continue;
        }
        let (kind, length) = match first {
            '"' => (Kind::Text, text_length(rest)?),
            '/' if may_be_regex(&tokens) => (Kind::Regex, regex_length(rest)?),
            '{' if is_value(&tokens) => (Kind::Hex, hex_length(rest)?),
            '$' => (Kind::String, 1 + name_length(&rest[1..], true)),
            '#' | '@' => (Kind::Count, 1 + name_length(&rest[1..], false)),
            '!' if !rest.starts_with("!=") => (Kind::Count, 1 + name_length(&rest[1..], false)),
            'a'..='z' | 'A'..='Z' | '_' => (Kind::Word, name_length(rest, false)),
            '0'..='9' => (Kind::Number, number_length(rest)?),
            _ => (Kind::Sign, sign_length(rest)?),
        };
        if length > MAX_NAME && matches!(kind, Kind::Word | Kind::String | Kind::Count) {
            return no("a name is too long");
        }
        let (token, after) = rest.split_at(length);
        tokens.push(Token { kind, text: token });
        rest = after;
    }
}

/// Whether a value of a string stands here: behind `$name =`.
fn is_value(before: &[Token<'_>]) -> bool {
    matches!(before, [.., name, sign] if name.kind == Kind::String && sign.is("="))
}

fn may_be_regex(before: &[Token<'_>]) -> bool {
    let behind = |token: &Token<'_>| token.is("matches") || token.is("(") || token.is(",");
    is_value(before) || before.last().is_some_and(behind)
}

fn name_length(text: &str, star: bool) -> usize {
    let end = text.find(|sign: char| !sign.is_ascii_alphanumeric() && sign != '_');
    let end = end.unwrap_or(text.len());
    end + usize::from(star && text[end..].starts_with('*'))
}

fn number_length(text: &str) -> Result<usize, NoRule> {
    let end = text.find(|sign: char| !sign.is_ascii_alphanumeric());
    let mut end = end.unwrap_or(text.len());
    let word = &text[..end];
    let digits = word
        .strip_suffix("KB")
        .or(word.strip_suffix("MB"))
        .unwrap_or(word);
    let fits = match (digits.strip_prefix("0x"), digits.strip_prefix("0o")) {
        (Some(hex), _) => i64::from_str_radix(hex, 16).is_ok(),
        (_, Some(octal)) => i64::from_str_radix(octal, 8).is_ok(),
        _ => digits
            .parse::<i64>()
            .is_ok_and(|number| number.checked_mul(1 << 20).is_some() || digits == word),
    };
    if !fits {
        return no(format!("{word} is no number"));
    }
    // A fraction: but `0..9` is a range.
    let after = &text[end..];
    let decimals = after.strip_prefix('.').map(|rest| {
        let digits = rest.find(|sign: char| !sign.is_ascii_digit());
        digits.unwrap_or(rest.len())
    });
    if let Some(length) = decimals.filter(|length| *length > 0) {
        end += 1 + length;
    }
    Ok(end)
}

fn sign_length(text: &str) -> Result<usize, NoRule> {
    const DOUBLE: [&str; 7] = ["==", "!=", "<=", ">=", "<<", ">>", ".."];
    if DOUBLE.iter().any(|sign| text.starts_with(sign)) {
        return Ok(2);
    }
    const SINGLE: &str = "{}()[]:=,.<>+-*\\%&|^~";
    match text.chars().next() {
        Some(sign) if SINGLE.contains(sign) => Ok(1),
        other => no(format!(
            "{} stands in no rule",
            other.unwrap_or(' ').escape_debug()
        )),
    }
}

/// Text in quotes, with the escapes that YARA has.
fn text_length(text: &str) -> Result<usize, NoRule> {
    let mut signs = text.char_indices().skip(1);
    while let Some((at, sign)) = signs.next() {
        match sign {
            '"' => return Ok(at + 1),
            '\n' | '\r' => break,
            '\\' => {
                let Some((at, escaped)) = signs.next() else {
                    break;
                };
                let is_hex = |range: &str| range.bytes().all(|byte| byte.is_ascii_hexdigit());
                let fits = match escaped {
                    '"' | '\\' | 't' | 'n' | 'r' => true,
                    'x' => text.get(at + 1..at + 3).is_some_and(is_hex),
                    _ => false,
                };
                if !fits {
                    return no(format!("\\{escaped} is no escape"));
                }
            }
            sign if (sign as u32) < 0x20 && sign != '\t' => break,
            _ => {}
        }
    }
    no("quotes are not closed")
}

/// An expression between slashes with its flags. YARA knows neither look-around nor references, as little as the
/// reader here.
fn regex_length(text: &str) -> Result<usize, NoRule> {
    let mut escaped = false;
    for (at, sign) in text.char_indices().skip(1) {
        match sign {
            '\n' | '\r' => break,
            sign if !(' '..='~').contains(&sign) && sign != '\t' => break,
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '/' => {
                let body = text[1..at].replace("\\/", "/");
                let named = body.contains("(?") || is_repeated_twice(&body);
                let sound = regex::bytes::RegexBuilder::new(&body)
                    .unicode(false)
                    .size_limit(4 << 20)
                    .build();
                if body.is_empty() || named || sound.is_err() {
                    return no("an expression that cannot be read");
                }
                let flags = text[at + 1..].bytes();
                let flags = flags.take_while(u8::is_ascii_alphabetic).count();
                let known = text[at + 1..at + 1 + flags]
                    .bytes()
                    .all(|flag| matches!(flag, b'i' | b's'));
                return match known {
                    true => Ok(at + 1 + flags),
                    false => no("an expression has the flags i and s"),
                };
            }
            _ => {}
        }
    }
    no("an expression is not closed")
}

/// Whether what repeats is repeated: `a++`. Only `?` may follow.
fn is_repeated_twice(body: &str) -> bool {
    let (mut escaped, mut class, mut repeats) = (false, false, 0);
    for sign in body.chars() {
        let is_repeat = !escaped && !class && matches!(sign, '*' | '+' | '?' | '}');
        repeats = match (is_repeat, repeats) {
            (false, _) => 0,
            (true, 1) if sign == '?' => 2,
            (true, 0) => 1,
            (true, _) => return true,
        };
        match sign {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' => class = true,
            ']' => class = false,
            _ => {}
        }
    }
    false
}

/// Bytes: `{ 4D 5A ?? [2-4] ( 01 | 02 ) }`.
fn hex_length(text: &str) -> Result<usize, NoRule> {
    let Some(end) = text.find('}') else {
        return no("bytes are not closed");
    };
    let inner = &text[1..end];
    let (mut rest, mut depth, mut jumped, mut bytes) = (inner, 0_i32, true, 0_usize);
    loop {
        rest = rest.trim_start();
        let Some(first) = rest.chars().next() else {
            break;
        };
        match first {
            '(' => depth += 1,
            ')' => depth -= 1,
            '|' if depth > 0 => {}
            '[' => {
                let close = rest.find(']').unwrap_or(0);
                let jump = rest.get(1..close).unwrap_or_default();
                if jumped || !is_jump(jump, depth > 0) {
                    return no("a jump between bytes that cannot be read");
                }
                jumped = true;
                rest = &rest[close + 1..];
                continue;
            }
            _ => {
                // Bytes that are negated (`~`) YARA knows since 4.3 only.
                let byte = rest.get(..2);
                let digit = |byte: u8| byte.is_ascii_hexdigit() || byte == b'?';
                if !byte.is_some_and(|byte| byte.bytes().all(digit)) {
                    return no("bytes are no hexadecimal digits");
                }
                bytes += 1;
                jumped = false;
                rest = &rest[2..];
                continue;
            }
        }
        if depth < 0 {
            break;
        }
        // An alternative has bytes on both sides.
        let empty = rest[1..].trim_start().starts_with(['|', ')', '[']);
        if matches!(first, '(' | '|') && empty {
            return no("an alternative without bytes");
        }
        jumped = first != ')';
        rest = &rest[1..];
    }
    match depth == 0 && bytes > 0 && !jumped {
        true => Ok(end + 1),
        false => no("bytes that cannot be read"),
    }
}

/// `4`, `2-4`, `2-` or `-`; within alternatives it has an end.
fn is_jump(text: &str, bounded: bool) -> bool {
    let number = |text: &str| text.trim().parse::<u32>().ok();
    match text.split_once('-') {
        None => number(text).is_some(),
        Some((from, to)) => {
            let (from, to) = (from.trim(), to.trim());
            let begins = from.is_empty() || number(from).is_some();
            let ends = match number(to) {
                Some(to) => {
                    to < 200 && number(from).unwrap_or(0) <= to
                        || !bounded && number(from).unwrap_or(0) <= to
                }
                None => to.is_empty() && !bounded,
            };
            begins && ends
        }
    }
}
