//! A strict, bounded pass over JSON text that keeps nothing: grammar, depth,
//! duplicate keys, unpaired surrogates, numbers out of range.

use std::borrow::Cow;
use std::collections::HashSet;

use crate::error::StixError;

/// From this many keys on, an object's keys are compared through a hash set.
const MANY_KEYS: usize = 24;

#[derive(Clone)]
pub(crate) enum Seg<'a> {
    Key(Cow<'a, str>),
    Index(usize),
}

pub(crate) struct Scanner<'a> {
    text: &'a str,
    bytes: &'a [u8],
    pub(crate) at: usize,
    pub(crate) max_depth: usize,
    pub(crate) path: Vec<Seg<'a>>,
    keys: Vec<Cow<'a, str>>,
}

impl<'a> Scanner<'a> {
    pub(crate) fn new(text: &'a str, max_depth: usize) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
            at: 0,
            max_depth,
            path: Vec::new(),
            keys: Vec::new(),
        }
    }

    pub(crate) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    pub(crate) fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// The JSON pointer to where the scanner stands.
    pub(crate) fn pointer(&self) -> String {
        let mut out = String::new();
        for seg in &self.path {
            out.push('/');
            match seg {
                Seg::Index(index) => out.push_str(&index.to_string()),
                Seg::Key(key) => {
                    let short: String = key.chars().take(80).collect();
                    out.push_str(&short.replace('~', "~0").replace('/', "~1"));
                }
            }
        }
        out
    }

    pub(crate) fn syntax(&self, message: &'static str) -> StixError {
        StixError::Syntax {
            message,
            path: self.pointer(),
            offset: self.at,
        }
    }

    pub(crate) fn eat(&mut self, byte: u8, message: &'static str) -> Result<(), StixError> {
        if self.peek() == Some(byte) {
            self.at += 1;
            Ok(())
        } else {
            Err(self.syntax(message))
        }
    }

    /// Passes one value of any kind; `depth` counts the containers around it.
    pub(crate) fn value(&mut self, depth: usize) -> Result<(), StixError> {
        match self.peek() {
            Some(b'{') => self.members(depth, |scanner, _, depth| scanner.value(depth)),
            Some(b'[') => self.elements(depth, |scanner, _, depth| scanner.value(depth)),
            Some(b'"') => self.string().map(|_| ()),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true"),
            Some(b'f') => self.word("false"),
            Some(b'n') => self.word("null"),
            Some(_) => Err(self.syntax("expected a JSON value")),
            None => Err(self.syntax("the text ends too early")),
        }
    }

    fn enter(&mut self, depth: usize) -> Result<usize, StixError> {
        if depth >= self.max_depth {
            return Err(StixError::TooDeep {
                limit: self.max_depth,
                path: self.pointer(),
                offset: self.at,
            });
        }
        self.at += 1;
        self.space();
        Ok(depth + 1)
    }

    /// Passes an array, calling `each` at the start of every element.
    pub(crate) fn elements<F>(&mut self, depth: usize, mut each: F) -> Result<(), StixError>
    where
        F: FnMut(&mut Self, usize, usize) -> Result<(), StixError>,
    {
        let depth = self.enter(depth)?;
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(());
        }
        for index in 0.. {
            self.path.push(Seg::Index(index));
            each(self, index, depth)?;
            self.path.pop();
            self.space();
            if self.peek() == Some(b']') {
                break;
            }
            self.eat(b',', "expected `,` or `]`")?;
            self.space();
        }
        self.at += 1;
        Ok(())
    }

    /// Passes an object, calling `each` with every key at the start of its value.
    pub(crate) fn members<F>(&mut self, depth: usize, mut each: F) -> Result<(), StixError>
    where
        F: FnMut(&mut Self, &str, usize) -> Result<(), StixError>,
    {
        let depth = self.enter(depth)?;
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(());
        }
        let first = self.keys.len();
        let mut many: Option<HashSet<Cow<'a, str>>> = None;
        loop {
            let offset = self.at;
            if self.peek() != Some(b'"') {
                return Err(self.syntax("expected a key in double quotes"));
            }
            let key = self.string()?;
            if !self.remember(first, &mut many, &key) {
                let path = self.pointer();
                let key = key.chars().take(80).collect();
                return Err(StixError::DuplicateKey { key, path, offset });
            }
            self.space();
            self.eat(b':', "expected `:`")?;
            self.space();
            self.path.push(Seg::Key(key.clone()));
            each(self, &key, depth)?;
            self.path.pop();
            self.space();
            if self.peek() == Some(b'}') {
                break;
            }
            self.eat(b',', "expected `,` or `}`")?;
            self.space();
        }
        self.keys.truncate(first);
        self.at += 1;
        Ok(())
    }

    /// Notes a key of the object whose keys start at `first`; false when it was there.
    #[expect(clippy::ptr_arg, reason = "a key that borrows must stay borrowed")]
    fn remember(
        &mut self,
        first: usize,
        many: &mut Option<HashSet<Cow<'a, str>>>,
        key: &Cow<'a, str>,
    ) -> bool {
        if let Some(set) = many {
            return set.insert(key.clone());
        }
        if self.keys[first..].contains(key) {
            return false;
        }
        self.keys.push(key.clone());
        if self.keys.len() - first >= MANY_KEYS {
            *many = Some(self.keys[first..].iter().cloned().collect());
        }
        true
    }

    /// Passes a string and gives its content, decoded where it has escapes.
    pub(crate) fn string(&mut self) -> Result<Cow<'a, str>, StixError> {
        self.at += 1;
        let start = self.at;
        let mut escapes = false;
        loop {
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {
                    escapes = true;
                    self.escape()?;
                }
                Some(0..=0x1f) => return Err(self.syntax("control character in a string")),
                Some(_) => self.at += 1,
                None => return Err(self.syntax("the string does not end")),
            }
        }
        let inner = &self.text[start..self.at];
        self.at += 1;
        if !escapes {
            return Ok(Cow::Borrowed(inner));
        }
        serde_json::from_str::<String>(&self.text[start - 1..self.at])
            .map(Cow::Owned)
            .map_err(|_| self.syntax("bad escape in a string"))
    }

    fn escape(&mut self) -> Result<(), StixError> {
        self.at += 1;
        match self.peek() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {
                self.at += 1;
                Ok(())
            }
            Some(b'u') => {
                self.at += 1;
                let high = self.hex4()?;
                match high {
                    0xd800..=0xdbff => {
                        self.eat(b'\\', "unpaired surrogate")?;
                        self.eat(b'u', "unpaired surrogate")?;
                        match self.hex4()? {
                            0xdc00..=0xdfff => Ok(()),
                            _ => Err(self.syntax("unpaired surrogate")),
                        }
                    }
                    0xdc00..=0xdfff => Err(self.syntax("unpaired surrogate")),
                    _ => Ok(()),
                }
            }
            _ => Err(self.syntax("bad escape in a string")),
        }
    }

    fn hex4(&mut self) -> Result<u32, StixError> {
        let digits = self.bytes.get(self.at..self.at + 4);
        let value = digits.and_then(|digits| {
            digits.iter().try_fold(0, |sum, byte| {
                char::from(*byte).to_digit(16).map(|digit| sum * 16 + digit)
            })
        });
        let Some(value) = value else {
            return Err(self.syntax("bad `\\u` escape"));
        };
        self.at += 4;
        Ok(value)
    }

    fn number(&mut self) -> Result<(), StixError> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        let long = self.at - start > 300 || self.bytes[start..self.at].contains(&b'e');
        let long = long || self.bytes[start..self.at].contains(&b'E');
        if long
            && !self.text[start..self.at]
                .parse::<f64>()
                .is_ok_and(f64::is_finite)
        {
            return Err(self.syntax("number out of range"));
        }
        Ok(())
    }

    fn digits(&mut self) -> Result<(), StixError> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start {
            Err(self.syntax("expected a digit"))
        } else {
            Ok(())
        }
    }

    fn word(&mut self, word: &'static str) -> Result<(), StixError> {
        if self.bytes[self.at..].starts_with(word.as_bytes()) {
            self.at += word.len();
            Ok(())
        } else {
            Err(self.syntax("expected `true`, `false` or `null`"))
        }
    }
}
