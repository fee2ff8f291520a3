//! All words of all names in one index: a text is gone through once, however many names are looked for.

use std::collections::HashMap;
use std::ops::Range;

/// A text with some of its characters left out or written otherwise; every character knows the folded
/// characters it stands for.
#[derive(Default)]
pub(super) struct Thin {
    pub(super) chars: Vec<char>,
    pub(super) from: Vec<Range<usize>>,
}

impl Thin {
    /// The characters that `keep` says.
    pub(super) fn of(chars: &[char], keep: impl Fn(char) -> bool) -> Self {
        let mut thin = Self::default();
        for (at, character) in chars.iter().enumerate() {
            if keep(*character) {
                thin.push(*character, at..at + 1);
            }
        }
        thin
    }

    /// Made from another one's characters: now of the folded characters that those stand for.
    pub(super) fn through(mut self, other: &Self) -> Self {
        for from in &mut self.from {
            *from = other.from[from.start].start..other.from[from.end - 1].end;
        }
        self
    }

    pub(super) fn push(&mut self, character: char, from: Range<usize>) {
        self.chars.push(character);
        self.from.push(from);
    }
}

/// When a place of a word counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule {
    /// Wherever it stands, but a short Latin word only as a whole word.
    Anywhere,
    /// Only where a person is addressed or titled: 林様, Mr. Mori.
    Addressed,
}

struct Entry {
    trace: usize,
    word: Vec<char>,
    rule: Rule,
}

/// Words by their first two characters.
#[derive(Default)]
pub(super) struct Lexicon {
    entries: HashMap<(char, Option<char>), Vec<Entry>>,
}

impl Lexicon {
    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Adds a word of a trace; an empty one is found nowhere.
    pub(super) fn add(&mut self, trace: usize, word: Vec<char>, rule: Rule) {
        let Some(first) = word.first() else {
            return;
        };
        let key = (*first, word.get(1).copied());
        self.entries
            .entry(key)
            .or_default()
            .push(Entry { trace, word, rule });
    }

    /// Puts every place of each trace into `found`, as ranges of folded characters. `fits` looks at what
    /// stands around.
    pub(super) fn find(
        &self,
        text: &Thin,
        fits: impl Fn(Rule, usize, &Range<usize>) -> bool,
        found: &mut [Vec<Range<usize>>],
    ) {
        self.each(text, |entry, range| {
            if let Some(known) = found.get_mut(entry.trace)
                && fits(entry.rule, entry.word.len(), &range)
            {
                known.push(range);
            }
        });
    }

    /// Every place of every word that `fits`, as ranges of folded characters.
    pub(super) fn all(
        &self,
        text: &Thin,
        fits: impl Fn(&Range<usize>) -> bool,
    ) -> Vec<Range<usize>> {
        let mut places = Vec::new();
        self.each(text, |_, range| {
            if fits(&range) {
                places.push(range);
            }
        });
        places
    }

    fn each(&self, text: &Thin, mut take: impl FnMut(&Entry, Range<usize>)) {
        for (at, first) in text.chars.iter().enumerate() {
            let rest = &text.chars[at..];
            let alone = self.entries.get(&(*first, None));
            let two = rest.get(1).map(|second| (*first, Some(*second)));
            let two = two.and_then(|key| self.entries.get(&key));
            for entry in alone.into_iter().chain(two).flatten() {
                if rest.starts_with(&entry.word) {
                    let last = &text.from[at + entry.word.len() - 1];
                    take(entry, text.from[at].start..last.end);
                }
            }
        }
    }
}

/// Ranges in order and apart: of those that overlap the one that begins first stands, of those that begin
/// together the longest.
pub(super) fn apart(mut places: Vec<Range<usize>>) -> Vec<Range<usize>> {
    places.sort_by_key(|place| (place.start, usize::MAX - place.end));
    let mut end = 0;
    places.retain(|place| {
        let is_apart = place.start >= end;
        end = if is_apart { place.end } else { end };
        is_apart
    });
    places
}
