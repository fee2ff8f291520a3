//! What people type into the search box, read into terms: `type:malware sector:電力 tlp:<=amber since:30d
//! 192.0.2.0/24 "…" -word`. All terms must hold. What is not understood is a [`Fault`] with its place and with
//! what would be possible there: nothing is passed over in silence. Values are read as [`kaname_intake`] reads
//! them, so that full-width and defanged writing is understood.

mod fault;
mod lex;
mod names;
mod network;
mod read;
mod saved;

use jiff::Timestamp;
use kaname_kernel::{Pap, Tlp, fold};
use kaname_stix::SearchValue;

pub use self::{
    fault::{Fault, Why},
    names::{Key, TYPES, Vocabulary, type_code},
    network::{Block, within},
    saved::{
        Alert, FoundNew, MAX_SAVED, News, SavedSearch, SavedSearchChange, Told, Watched,
        change_saved, drop_saved, save,
    },
};
use self::{
    lex::{Piece, Place},
    read::Reading,
};
use crate::value::Value;

/// Longest search that is read, in characters.
pub const MAX_CHARS: usize = 1_000;
/// Most terms of a search.
pub const MAX_TERMS: usize = 32;

/// A half-open range of bytes in the search as it was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// What a term asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// One of these types, of objects (STIX 2.1 §4 to §6) or items; codes of [`TYPES`] or a custom type.
    Type(Vec<String>),
    /// Speaks of one of these sectors, by code.
    Sector(Vec<String>),
    /// One of these markings, widest first.
    Tlp(Vec<Tlp>),
    /// One of these permissions, freest first.
    Pap(Vec<Pap>),
    /// Here since this moment.
    Since(Moment),
    /// Here before this moment.
    Until(Moment),
    /// Claimed by one of these organisations, by code.
    From(Vec<String>),
    /// In one of these collections, by alias or id.
    Collection(Vec<String>),
    /// Of this number or id.
    Id(String),
    /// Carries this value; for a network, a value within it.
    Value(Value),
    /// Carries this fuzzy hash, or one alike.
    Alike(SearchValue),
    /// Says exactly this.
    Phrase(String),
    /// Says this word.
    Word(String),
}

/// A moment as it was written and as it is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// Canonical writing: `30d`, `2026-11-01`, or RFC 3339.
    pub written: String,
    /// The moment.
    pub at: Timestamp,
}

/// One term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// Whether what it asks for must not hold.
    pub not: bool,
    /// What it asks for.
    pub ask: Ask,
    /// Where it stands.
    pub span: Span,
}

/// A search that was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Search {
    /// What was understood, in order.
    pub terms: Vec<Term>,
    /// What was not.
    pub faults: Vec<Fault>,
}

/// Reads a search. `now` is what `since:30d` counts from.
#[must_use]
pub fn parse(typed: &str, vocabulary: &Vocabulary, now: Timestamp) -> Search {
    let mut search = Search::default();
    let read = bounded(typed, &mut search.faults);
    let reading = Reading { vocabulary, now };
    for piece in lex::pieces(read) {
        if search.terms.len() >= MAX_TERMS {
            let rest = read.get(piece.span.start..).unwrap_or_default();
            let span = Span {
                start: piece.span.start,
                end: piece.span.start + rest.trim_end().len(),
            };
            search.faults.push(Fault::new(span, rest, Why::TooMany));
            break;
        }
        if piece.is_open {
            let written = read.get(piece.span.start..piece.span.end);
            let written = written.unwrap_or_default();
            search
                .faults
                .push(Fault::new(piece.span, written, Why::OpenQuote));
        }
        match term(read, &piece, &reading) {
            Ok(term) => search.terms.push(term),
            Err(fault) => search.faults.push(fault),
        }
    }
    search
}

/// The search up to its bound, with what is over it told.
fn bounded<'t>(typed: &'t str, faults: &mut Vec<Fault>) -> &'t str {
    let Some((end, _)) = typed.char_indices().nth(MAX_CHARS) else {
        return typed;
    };
    let kept = typed.get(..end).unwrap_or_default();
    // No word is cut in two: it would be looked for as another.
    let whole = kept.rfind(char::is_whitespace).unwrap_or(0);
    let kept = typed.get(..whole).unwrap_or_default();
    let span = Span {
        start: whole,
        end: typed.len(),
    };
    let rest = typed.get(whole..).unwrap_or_default();
    faults.push(Fault::new(span, rest, Why::TooLong));
    kept
}

fn term(typed: &str, piece: &Piece<'_>, reading: &Reading<'_>) -> Result<Term, Fault> {
    let written = typed.get(piece.span.start..piece.span.end);
    let fault = |why: Why| Fault::new(piece.span, written.unwrap_or_default(), why);
    let ask = match &piece.place {
        Place::Quoted => reading.phrase(piece.text),
        Place::Keyed(key) => reading.keyed(key, piece.text),
        Place::Bare => reading.bare(piece.text),
    };
    let ask = ask.map_err(fault)?;
    if piece.not && !ask.can_be_denied() {
        return Err(fault(Why::NotDenied));
    }
    Ok(Term {
        not: piece.not,
        ask,
        span: piece.span,
    })
}

impl Ask {
    /// Whether `-` may stand before it.
    fn can_be_denied(&self) -> bool {
        matches!(self, Self::Type(_) | Self::Phrase(_) | Self::Word(_))
    }

    /// The key it is written with; `None` for words, phrases and values that say by themselves what they are.
    pub fn key(&self) -> Option<Key> {
        match self {
            Self::Type(_) => Some(Key::Type),
            Self::Sector(_) => Some(Key::Sector),
            Self::Tlp(_) => Some(Key::Tlp),
            Self::Pap(_) => Some(Key::Pap),
            Self::Since(_) => Some(Key::Since),
            Self::Until(_) => Some(Key::Until),
            Self::From(_) => Some(Key::From),
            Self::Collection(_) => Some(Key::Collection),
            Self::Id(_) => Some(Key::Id),
            Self::Value(value) => match kaname_intake::read_value(&value.value) {
                Some(read) if read.kind == value.kind && read.value == value.value => None,
                _ => Some(Key::Value),
            },
            Self::Alike(_) => Some(Key::Alike),
            Self::Phrase(_) | Self::Word(_) => None,
        }
    }

    /// What stands behind the key, canonical.
    fn written(&self) -> String {
        match self {
            Self::Type(codes) | Self::Sector(codes) => codes.join(","),
            Self::Tlp(markings) => {
                let labels = markings.iter().map(|tlp| tlp.label().to_ascii_lowercase());
                labels.collect::<Vec<_>>().join(",")
            }
            Self::Pap(markings) => {
                let labels = markings.iter().map(|pap| pap.label().to_ascii_lowercase());
                labels.collect::<Vec<_>>().join(",")
            }
            Self::Since(moment) | Self::Until(moment) => moment.written.clone(),
            Self::From(codes) | Self::Collection(codes) => codes.join(","),
            Self::Id(id) => id.clone(),
            Self::Value(value) => value.value.clone(),
            Self::Alike(value) => value.text.clone(),
            Self::Phrase(text) => format!("\"{text}\""),
            Self::Word(word) => word.clone(),
        }
    }
}

impl Search {
    /// The search as it is kept in addresses and shown again: what was understood, each term in one way of
    /// writing, each once. Reading it again gives the same terms.
    #[must_use]
    pub fn canonical(&self) -> String {
        let mut written: Vec<String> = Vec::new();
        for term in &self.terms {
            let one = term.canonical();
            if !written.contains(&one) {
                written.push(one);
            }
        }
        written.join(" ")
    }

    /// The canonical form with every term of this key taken out and, unless empty, this term added.
    #[must_use]
    pub fn with(&self, key: Key, term: &str) -> String {
        let others = self.terms.iter().filter(|one| one.ask.key() != Some(key));
        let others = Self {
            terms: others.cloned().collect(),
            faults: Vec::new(),
        };
        let mut written = others.canonical();
        if !written.is_empty() && !term.is_empty() {
            written.push(' ');
        }
        written.push_str(term);
        written
    }

    /// Whether there is nothing to look for: no term, or only such as leave out.
    #[must_use]
    pub fn asks_nothing(&self) -> bool {
        self.terms.iter().all(|term| term.not)
    }
}

impl Term {
    /// The term in its canonical writing.
    #[must_use]
    pub fn canonical(&self) -> String {
        let not = if self.not { "-" } else { "" };
        match self.ask.key() {
            Some(key) => format!("{not}{}:{}", key.word(), self.ask.written()),
            None => format!("{not}{}", self.ask.written()),
        }
    }
}

/// Whether there is anything in a text that an index can find.
fn has_token(text: &str) -> bool {
    !fold::tokens(text).is_empty()
}
