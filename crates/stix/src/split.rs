//! The objects of an input of any length, one after another: of a file that is larger than memory only one object
//! is held at a time.

use std::io::{BufRead, BufReader, Read};

use crate::bundle::{Container, MOST_DEPTH, bundle};
use crate::error::{Limits, StixError};
use crate::scan::Scanner;

/// Bytes read at a time.
const BUFFER: usize = 256 << 10;
/// Most bytes around the objects: the members of a bundle beside its list are few.
const AROUND: usize = 1 << 20;

/// Why the next object is not there.
#[derive(Debug, thiserror::Error)]
pub enum SplitError {
    /// The input cannot be read.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// It is not what is expected; `at` is the byte of the input that offsets in `error` count from.
    #[error("{error}")]
    Stix {
        /// Where the piece begins that `error` speaks of.
        at: u64,
        /// What is wrong.
        error: StixError,
    },
}

/// Where the reading stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    /// Before the first byte.
    Start,
    /// Within the list of objects.
    List,
    /// After the list, or where there was none.
    End,
    /// Everything was read, or something was wrong.
    Done,
}

/// An input, split into its objects as [`bundle`] splits it: a bundle, an envelope, a list or one object. An object of
/// another type with a list called `objects` is refused, where [`bundle`] takes it for one object.
#[derive(Debug)]
pub struct Objects<R> {
    input: BufReader<R>,
    limits: Limits,
    /// Bytes read.
    read: u64,
    /// Everything but the objects.
    around: Vec<u8>,
    /// Where in `around` the list stood, and how many bytes of it are not there.
    cut: (usize, u64),
    index: usize,
    at: At,
    /// Whether the input is a list, without anything round it.
    is_list: bool,
    /// What it was, and the id that it has itself: known when everything was read.
    whole: Option<(Container, Option<String>)>,
}

/// An object as it stands in the input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// Its place among the objects, from 0.
    pub index: usize,
    /// The byte of the input that it begins with.
    pub at: u64,
    /// Its bytes.
    pub raw: String,
}

impl<R: Read> Objects<R> {
    /// Nothing is read yet.
    pub fn new(input: R, limits: &Limits) -> Self {
        Self {
            input: BufReader::with_capacity(BUFFER, input),
            limits: *limits,
            read: 0,
            around: Vec::new(),
            cut: (0, 0),
            index: 0,
            at: At::Start,
            is_list: false,
            whole: None,
        }
    }

    /// JSON pointer (RFC 6901) from the input to an object that came.
    #[must_use]
    pub fn pointer(&self, object: &Split) -> String {
        let container = match &self.whole {
            Some((container, _)) => *container,
            None if self.is_list => Container::List,
            // An envelope says it as a bundle does.
            None => Container::Bundle,
        };
        container.pointer(object.index)
    }

    /// What the input was, and the id of a bundle that has one; `None` before everything was read.
    #[must_use]
    pub fn whole(&self) -> Option<(Container, Option<&str>)> {
        let (container, id) = self.whole.as_ref()?;
        Some((*container, id.as_deref()))
    }

    /// The next object; its own text is checked by [`object`] alone. `None` when everything was read, and what
    /// stands around the objects is as it must be.
    ///
    /// # Errors
    /// When the input cannot be read, is no JSON around its objects, is none of the four forms, or a bound is passed.
    /// Nothing comes after an error.
    pub fn next_object(&mut self) -> Result<Option<Split>, SplitError> {
        let next = self.step();
        if !matches!(next, Ok(Some(_))) {
            self.at = At::Done;
        }
        next
    }

    fn step(&mut self) -> Result<Option<Split>, SplitError> {
        if self.at == At::Start {
            self.begin()?;
        }
        if self.at == At::List {
            if let Some(found) = self.element()? {
                return Ok(Some(found));
            }
            self.at = At::End;
        }
        match self.at {
            At::End => self.end(),
            _ => Ok(None),
        }
    }

    /// Reads up to the list of objects, if there is one.
    fn begin(&mut self) -> Result<(), SplitError> {
        for byte in [0xef, 0xbb, 0xbf] {
            if self.peek()? == Some(byte) {
                self.keep()?;
            }
        }
        self.blanks()?;
        match self.peek()? {
            Some(b'[') => {
                self.is_list = true;
                self.open_list()
            }
            Some(b'{') => {
                self.keep()?;
                self.members()
            }
            _ => {
                self.at = At::End;
                Ok(())
            }
        }
    }

    fn open_list(&mut self) -> Result<(), SplitError> {
        self.keep()?;
        self.cut = (self.around.len(), self.read);
        self.at = At::List;
        Ok(())
    }

    /// Goes over members until a list of objects or the end. What is wrong with them is found at the end, when what
    /// stands around the objects is read as a whole.
    fn members(&mut self) -> Result<(), SplitError> {
        loop {
            self.blanks()?;
            match self.peek()? {
                Some(b'"') => {}
                Some(b',') => {
                    self.keep()?;
                    continue;
                }
                _ => break,
            }
            let from = self.around.len();
            self.value()?;
            let is_list = self.around.get(from..) == Some(b"\"objects\"");
            self.blanks()?;
            if self.peek()? != Some(b':') {
                break;
            }
            self.keep()?;
            self.blanks()?;
            if is_list && self.peek()? == Some(b'[') {
                return self.open_list();
            }
            self.value()?;
        }
        self.at = At::End;
        Ok(())
    }

    /// The next element of the list; `None` behind the last.
    fn element(&mut self) -> Result<Option<Split>, SplitError> {
        self.skip_blanks()?;
        let next = self.peek()?;
        if self.index > 0 {
            match next {
                Some(b',') => self.skip()?,
                Some(b']') => return self.close_list(),
                _ => return Err(self.syntax("expected `,` or `]`")),
            }
            self.skip_blanks()?;
        } else if next == Some(b']') {
            return self.close_list();
        }
        if self.peek()? != Some(b'{') {
            return Err(self.syntax("expected a JSON object"));
        }
        if self.index >= self.limits.objects {
            let limit = self.limits.objects;
            return Err(self.wrong(self.read, StixError::TooManyObjects { limit }));
        }
        let at = self.read;
        let bytes = self.braced(at)?;
        let raw = String::from_utf8(bytes).map_err(|error| {
            let offset = error.utf8_error().valid_up_to();
            self.wrong(at, StixError::Utf8 { offset })
        })?;
        let index = self.index;
        self.index += 1;
        Ok(Some(Split { index, at, raw }))
    }

    fn close_list(&mut self) -> Result<Option<Split>, SplitError> {
        self.cut.1 = self.read - self.cut.1;
        self.keep()?;
        Ok(None)
    }

    /// Reads the rest, and what stands around the objects as a whole.
    fn end(&mut self) -> Result<Option<Split>, SplitError> {
        self.at = At::Done;
        // What follows is read as a whole with what stands before.
        while self.peek()?.is_some() {
            self.keep()?;
        }
        let limits = Limits {
            bytes: usize::MAX,
            ..self.limits
        };
        let (place, cut) = self.cut;
        let read = bundle(&self.around, &limits);
        let read = read.map(|read| (read.container, read.id));
        self.whole = read.clone().ok();
        match read {
            Ok((Container::Single, _)) if self.index > 0 => {
                let error = StixError::NotStix {
                    message: "expected a bundle, an envelope, a list of objects or an object",
                    path: String::new(),
                };
                Err(self.wrong(0, error))
            }
            Ok((Container::Single, _)) => {
                let raw = String::from_utf8(std::mem::take(&mut self.around));
                let raw = raw.map(|text| text.trim_start_matches('\u{feff}').trim().to_owned());
                self.index = 1;
                Ok(raw.ok().map(|raw| Split {
                    index: 0,
                    at: 0,
                    raw,
                }))
            }
            Ok(_) => Ok(None),
            // Offsets behind the list count what was taken out of it.
            Err(error) => {
                let is_behind = offset_of(&error).is_some_and(|offset| offset > place);
                let at = if is_behind { cut } else { 0 };
                Err(self.wrong(at, error))
            }
        }
    }

    fn peek(&mut self) -> Result<Option<u8>, SplitError> {
        Ok(self.input.fill_buf()?.first().copied())
    }

    fn skip(&mut self) -> Result<(), SplitError> {
        self.input.consume(1);
        self.count(1)
    }

    fn count(&mut self, bytes: usize) -> Result<(), SplitError> {
        self.read += bytes as u64;
        let limit = self.limits.bytes;
        if self.read > limit as u64 {
            let actual = usize::try_from(self.read).unwrap_or(usize::MAX);
            return Err(self.wrong(0, StixError::TooLarge { actual, limit }));
        }
        Ok(())
    }

    fn keep(&mut self) -> Result<(), SplitError> {
        if let Some(byte) = self.peek()? {
            self.around.push(byte);
            self.skip()?;
            self.within()?;
        }
        Ok(())
    }

    /// One object may stand alone; beside it there is not much.
    fn within(&self) -> Result<(), SplitError> {
        let limit = self.limits.object_bytes.saturating_add(AROUND);
        match self.around.len() > limit {
            true => {
                let actual = self.around.len();
                Err(self.wrong(0, StixError::ObjectTooLarge { actual, limit }))
            }
            false => Ok(()),
        }
    }

    fn blanks(&mut self) -> Result<(), SplitError> {
        while self.peek()?.is_some_and(is_blank) {
            self.keep()?;
        }
        Ok(())
    }

    fn skip_blanks(&mut self) -> Result<(), SplitError> {
        while self.peek()?.is_some_and(is_blank) {
            self.skip()?;
        }
        Ok(())
    }

    /// Goes over a value into what stands around the objects.
    fn value(&mut self) -> Result<(), SplitError> {
        match self.peek()? {
            Some(b'{' | b'[') => {
                let bytes = self.braced(0)?;
                self.around.extend_from_slice(&bytes);
                self.within()
            }
            Some(b'"') => {
                self.keep()?;
                loop {
                    match self.peek()? {
                        None => return Ok(()),
                        Some(b'"') => return self.keep(),
                        Some(b'\\') => {
                            self.keep()?;
                            self.keep()?;
                        }
                        Some(_) => self.keep()?,
                    }
                }
            }
            _ => {
                let goes_on = |byte: u8| !is_blank(byte) && !b",]}:".contains(&byte);
                while self.peek()?.is_some_and(goes_on) {
                    self.keep()?;
                }
                Ok(())
            }
        }
    }

    /// From an opening brace or bracket to the one that closes it.
    fn braced(&mut self, at: u64) -> Result<Vec<u8>, SplitError> {
        let limit = self.limits.object_bytes;
        let mut bytes = Vec::new();
        let (mut depth, mut in_text, mut is_escaped) = (0_usize, false, false);
        loop {
            let buffer = self.input.fill_buf()?;
            if buffer.is_empty() {
                return Err(self.syntax("the input ends within a value"));
            }
            let mut end = None;
            for (place, byte) in buffer.iter().enumerate() {
                if in_text {
                    match byte {
                        _ if is_escaped => is_escaped = false,
                        b'\\' => is_escaped = true,
                        b'"' => in_text = false,
                        _ => {}
                    }
                    continue;
                }
                match byte {
                    b'"' => in_text = true,
                    b'{' | b'[' => depth += 1,
                    b'}' | b']' => {
                        depth -= 1;
                        if depth == 0 {
                            end = Some(place + 1);
                            break;
                        }
                    }
                    _ => {}
                }
            }
            let taken = end.unwrap_or(buffer.len());
            bytes.extend_from_slice(buffer.get(..taken).unwrap_or_default());
            self.input.consume(taken);
            self.count(taken)?;
            if bytes.len() > limit {
                let actual = bytes.len();
                let error = StixError::ObjectTooLarge { actual, limit };
                return Err(self.wrong(at, error.in_object(self.index)));
            }
            if end.is_some() {
                return Ok(bytes);
            }
        }
    }

    fn syntax(&self, message: &'static str) -> SplitError {
        let error = StixError::Syntax {
            message,
            path: String::new(),
            offset: 0,
        };
        self.wrong(self.read, error)
    }

    fn wrong(&self, at: u64, error: StixError) -> SplitError {
        SplitError::Stix { at, error }
    }
}

impl Split {
    /// Checks the object's own text: grammar, depth, duplicate keys, size.
    ///
    /// # Errors
    /// What makes the whole input something else than JSON within bounds. What only makes it no STIX object is said
    /// where its header is read.
    pub fn check(&self, limits: &Limits) -> Result<(), SplitError> {
        let wrong = |error: StixError| SplitError::Stix {
            at: self.at,
            error: error.in_object(self.index),
        };
        let (actual, limit) = (self.raw.len(), limits.object_bytes);
        if actual > limit {
            return Err(wrong(StixError::ObjectTooLarge { actual, limit }));
        }
        // Levels count from the object on, which stands in nothing here.
        let mut scanner = Scanner::new(&self.raw, limits.depth.min(MOST_DEPTH));
        scanner.value(0).map_err(wrong)?;
        scanner.space();
        match scanner.peek() {
            None => Ok(()),
            Some(_) => Err(wrong(scanner.syntax("something follows the JSON text"))),
        }
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// The byte that an error speaks of, in the text it was found in.
pub(crate) fn offset_of(error: &StixError) -> Option<usize> {
    match error {
        StixError::InObject { source, .. } => offset_of(source),
        StixError::Syntax { offset, .. }
        | StixError::Utf8 { offset }
        | StixError::TooDeep { offset, .. }
        | StixError::DuplicateKey { offset, .. } => Some(*offset),
        _ => None,
    }
}

impl SplitError {
    /// The byte of the input where it is wrong, where that is known.
    #[must_use]
    pub fn byte(&self) -> Option<u64> {
        match self {
            Self::Io(_) => None,
            Self::Stix { at, error } => offset_of(error).map(|offset| at + offset as u64),
        }
    }
}
