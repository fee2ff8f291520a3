//! The scanner: one pass, no recursion.

use std::borrow::Cow;

use super::open::{Keys, Open};
use super::{JsonError, JsonFault, JsonLimits};

/// How much of a key or number an error repeats, in characters.
const SHOWN: usize = 60;

pub(super) struct Scanner<'a> {
    bytes: &'a [u8],
    limits: JsonLimits,
    at: usize,
    open: Vec<Open<'a>>,
}

type Step = Result<(), JsonFault>;

impl<'a> Scanner<'a> {
    pub(super) fn new(bytes: &'a [u8], limits: JsonLimits) -> Scanner<'a> {
        Scanner {
            bytes,
            limits,
            at: 0,
            open: Vec::new(),
        }
    }

    pub(super) fn run(mut self) -> Result<(), JsonError> {
        self.document().map_err(|fault| self.located(fault))
    }

    fn document(&mut self) -> Step {
        if self.bytes.len() > self.limits.max_bytes {
            return Err(JsonFault::TooLong {
                limit: self.limits.max_bytes,
            });
        }
        if let Err(source) = std::str::from_utf8(self.bytes) {
            self.at = source.valid_up_to();
            return Err(JsonFault::NotUtf8);
        }
        self.value()?;
        while !self.open.is_empty() {
            self.next_member()?;
        }
        self.skip_blanks();
        if self.at < self.bytes.len() {
            return Err(JsonFault::Expected("the end of the document"));
        }
        Ok(())
    }

    /// After a value within an array or object: what follows it.
    fn next_member(&mut self) -> Step {
        self.skip_blanks();
        let sign = self.peek()?;
        match (self.open.last(), sign) {
            (Some(Open::Array { .. }), b']') | (Some(Open::Object { .. }), b'}') => {
                self.at += 1;
                self.open.pop();
                Ok(())
            }
            (Some(Open::Array { .. }), b',') => {
                self.at += 1;
                self.item()
            }
            (Some(Open::Object { .. }), b',') => {
                self.at += 1;
                self.member()
            }
            (Some(Open::Array { .. }), _) => Err(JsonFault::Expected("a comma or ]")),
            _ => Err(JsonFault::Expected("a comma or }")),
        }
    }

    fn item(&mut self) -> Step {
        let limit = self.limits.max_items;
        if let Some(Open::Array { items }) = self.open.last_mut() {
            if *items >= limit {
                return Err(JsonFault::TooManyItems { limit });
            }
            *items += 1;
        }
        self.value()
    }

    fn member(&mut self) -> Step {
        self.skip_blanks();
        if self.peek()? != b'"' {
            return Err(JsonFault::Expected("a key in quotes"));
        }
        let start = self.at;
        let key = self.string()?;
        let limit = self.limits.max_members;
        if let Some(Open::Object { keys, current }) = self.open.last_mut() {
            let too_many = keys.len() >= limit;
            let shown: String = key.chars().take(SHOWN).collect();
            *current = key.clone();
            if !keys.insert(key) {
                self.at = start;
                return Err(JsonFault::DuplicateKey(shown));
            }
            if too_many {
                self.at = start;
                return Err(JsonFault::TooManyMembers { limit });
            }
        }
        self.skip_blanks();
        if self.peek()? != b':' {
            return Err(JsonFault::Expected("a colon"));
        }
        self.at += 1;
        self.value()
    }

    /// A whole scalar, or the beginning of an array or object with its first member.
    fn value(&mut self) -> Step {
        loop {
            self.skip_blanks();
            match self.peek()? {
                b'[' => {
                    self.deeper(Open::Array { items: 0 })?;
                    self.skip_blanks();
                    if self.peek()? == b']' {
                        return Ok(());
                    }
                    if let Some(Open::Array { items }) = self.open.last_mut() {
                        if self.limits.max_items == 0 {
                            return Err(JsonFault::TooManyItems { limit: 0 });
                        }
                        *items = 1;
                    }
                }
                b'{' => {
                    let keys = Keys::default();
                    self.deeper(Open::Object {
                        keys,
                        current: Cow::Borrowed(""),
                    })?;
                    self.skip_blanks();
                    if self.peek()? == b'}' {
                        return Ok(());
                    }
                    self.first_key()?;
                }
                b'"' => return self.string().map(drop),
                b'-' | b'0'..=b'9' => return self.number(),
                _ => return self.word(),
            }
        }
    }

    /// The first key of an object and its colon; its value is read by the caller's loop.
    fn first_key(&mut self) -> Step {
        if self.peek()? != b'"' {
            return Err(JsonFault::Expected("a key in quotes or }"));
        }
        let start = self.at;
        let key = self.string()?;
        if let Some(Open::Object { keys, current }) = self.open.last_mut() {
            *current = key.clone();
            keys.insert(key);
        }
        if self.limits.max_members == 0 {
            self.at = start;
            return Err(JsonFault::TooManyMembers { limit: 0 });
        }
        self.skip_blanks();
        if self.peek()? != b':' {
            return Err(JsonFault::Expected("a colon"));
        }
        self.at += 1;
        Ok(())
    }

    fn deeper(&mut self, open: Open<'a>) -> Step {
        if self.open.len() >= self.limits.max_depth {
            return Err(JsonFault::TooDeep {
                limit: self.limits.max_depth,
            });
        }
        self.at += 1;
        self.open.push(open);
        Ok(())
    }

    fn string(&mut self) -> Result<Cow<'a, str>, JsonFault> {
        let start = self.at;
        self.at += 1;
        let limit = self.limits.max_string_bytes;
        let mut escaped = false;
        loop {
            if self.at - start - 1 > limit {
                self.at = start;
                return Err(JsonFault::StringTooLong { limit });
            }
            match self.peek()? {
                b'"' => break,
                b'\\' => {
                    escaped = true;
                    self.escape()?;
                }
                0..=0x1f => return Err(JsonFault::Expected("no control character in a string")),
                _ => self.at += 1,
            }
        }
        self.at += 1;
        let quoted = &self.bytes[start..self.at];
        if escaped {
            let plain: Result<String, _> = serde_json::from_slice(quoted);
            return plain
                .map(Cow::Owned)
                .map_err(|_| JsonFault::Expected("a string"));
        }
        let plain = std::str::from_utf8(&quoted[1..quoted.len() - 1]);
        plain.map(Cow::Borrowed).map_err(|_| JsonFault::NotUtf8)
    }

    fn escape(&mut self) -> Step {
        let kind = self
            .bytes
            .get(self.at + 1)
            .ok_or(JsonFault::UnexpectedEnd)?;
        match kind {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => {
                self.at += 2;
                Ok(())
            }
            b'u' => self.unicode_escape(),
            _ => Err(JsonFault::Expected("an escape that JSON knows")),
        }
    }

    fn unicode_escape(&mut self) -> Step {
        let unit = self.code_unit(self.at)?;
        let is_low = |unit: u16| (0xdc00..0xe000).contains(&unit);
        if is_low(unit) {
            return Err(JsonFault::LoneSurrogate);
        }
        if (0xd800..0xdc00).contains(&unit) {
            let pair = self.bytes.get(self.at + 6..self.at + 8) == Some(b"\\u");
            if !pair || !is_low(self.code_unit(self.at + 6)?) {
                return Err(JsonFault::LoneSurrogate);
            }
            self.at += 6;
        }
        self.at += 6;
        Ok(())
    }

    fn code_unit(&self, at: usize) -> Result<u16, JsonFault> {
        let digits = self
            .bytes
            .get(at + 2..at + 6)
            .ok_or(JsonFault::UnexpectedEnd)?;
        let digits = std::str::from_utf8(digits).unwrap_or_default();
        let hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        u16::from_str_radix(digits, 16)
            .ok()
            .filter(|_| hex)
            .ok_or(JsonFault::Expected("four hexadecimal digits"))
    }

    fn number(&mut self) -> Step {
        let start = self.at;
        self.at += usize::from(self.bytes[start] == b'-');
        if self.bytes[self.at..].starts_with(b"Inf") {
            self.at = start;
            return self.word();
        }
        let whole = self.digits()?;
        if whole > 1 && self.bytes[self.at - whole] == b'0' {
            return Err(JsonFault::Expected("a number without leading zeros"));
        }
        let mut is_integer = true;
        if self.bytes.get(self.at) == Some(&b'.') {
            is_integer = false;
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.bytes.get(self.at), Some(b'e' | b'E')) {
            is_integer = false;
            self.at += 1;
            self.at += usize::from(matches!(self.bytes.get(self.at), Some(b'+' | b'-')));
            self.digits()?;
        }
        let written = std::str::from_utf8(&self.bytes[start..self.at]).unwrap_or_default();
        let fits = if is_integer {
            written.parse::<i64>().is_ok() || written.parse::<u64>().is_ok()
        } else {
            written.parse::<f64>().is_ok_and(f64::is_finite)
        };
        if fits {
            return Ok(());
        }
        let shown = written.chars().take(SHOWN).collect();
        self.at = start;
        Err(JsonFault::InexactNumber(shown))
    }

    fn digits(&mut self) -> Result<usize, JsonFault> {
        let rest = &self.bytes[self.at..];
        let length = rest.iter().take_while(|sign| sign.is_ascii_digit()).count();
        self.at += length;
        if length == 0 {
            return Err(JsonFault::Expected("a digit"));
        }
        Ok(length)
    }

    fn word(&mut self) -> Step {
        let rest = &self.bytes[self.at..];
        for word in [&b"true"[..], b"false", b"null"] {
            if rest.starts_with(word) {
                self.at += word.len();
                return Ok(());
            }
        }
        for word in ["NaN", "-Infinity", "Infinity", "-Inf", "Inf", "undefined"] {
            if rest.starts_with(word.as_bytes()) {
                return Err(JsonFault::NotANumber(word.to_owned()));
            }
        }
        Err(JsonFault::Expected("a value"))
    }

    fn peek(&self) -> Result<u8, JsonFault> {
        self.bytes
            .get(self.at)
            .copied()
            .ok_or(JsonFault::UnexpectedEnd)
    }

    fn skip_blanks(&mut self) {
        let rest = &self.bytes[self.at..];
        let is_blank = |sign: &&u8| matches!(sign, b' ' | b'\t' | b'\n' | b'\r');
        self.at += rest.iter().take_while(is_blank).count();
    }

    fn located(&self, fault: JsonFault) -> JsonError {
        let offset = match fault {
            JsonFault::TooLong { limit } => limit,
            _ => self.at.min(self.bytes.len()),
        };
        let before = &self.bytes[..offset];
        let line_start = before
            .iter()
            .rposition(|sign| *sign == b'\n')
            .map_or(0, |at| at + 1);
        JsonError {
            fault,
            offset,
            line: before.iter().filter(|sign| **sign == b'\n').count() + 1,
            column: offset - line_start + 1,
            path: self.path(),
        }
    }

    fn path(&self) -> String {
        let mut path = String::from("$");
        for open in &self.open {
            match open {
                Open::Array { items } => {
                    path.push_str(&format!("[{}]", items.saturating_sub(1)));
                }
                Open::Object { current, .. } => push_key(&mut path, current),
            }
        }
        path
    }
}

fn push_key(path: &mut String, key: &str) {
    if key.is_empty() {
        return;
    }
    let plain = key
        .bytes()
        .all(|sign| sign.is_ascii_alphanumeric() || sign == b'_')
        && !key.starts_with(|sign: char| sign.is_ascii_digit());
    let shown: String = key.chars().take(SHOWN).collect();
    if plain {
        path.push('.');
        path.push_str(&shown);
    } else {
        path.push_str(&format!("[{shown:?}]"));
    }
}
