//! One spelling for what people read as the same: NFKC (full-width forms among it), letters of other
//! alphabets as the Latin ones they look like, without accents, lower case, hiragana as katakana, old forms of kanji as new,
//! hyphens and dots as one each; with the way back to the original bytes.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{canonical_combining_class, decompose_canonical};

use super::look_alike::taken_for;

/// A folded text; every character knows the original bytes it came from.
pub(super) struct Folded {
    pub(super) chars: Vec<char>,
    origins: Vec<Range<usize>>,
}

impl Folded {
    pub(super) fn of(text: &str) -> Self {
        let mut folded = Self {
            chars: Vec::with_capacity(text.len()),
            origins: Vec::new(),
        };
        let mut start = 0;
        let mut segment = String::new();
        for (at, character) in text.char_indices() {
            if !joins(character) && !segment.is_empty() {
                folded.push(&segment, start..at);
                segment.clear();
                start = at;
            }
            segment.push(character);
        }
        folded.push(&segment, start..text.len());
        folded
    }

    fn push(&mut self, segment: &str, origin: Range<usize>) {
        // Before the compatibility forms, which make another letter of some (`ϲ` becomes `ς`), and after.
        let latin = |sign: char| taken_for(sign).unwrap_or(sign);
        let seen = segment.chars().map(latin).nfkc().map(latin);
        for character in seen.flat_map(char::to_lowercase).nfkc() {
            let mut letters = Vec::new();
            match is_voiced(character) {
                true => letters.push(character),
                false => decompose_canonical(character, |part| letters.push(part)),
            }
            letters.retain(|part| !is_invisible(*part) && !is_accent(*part));
            for letter in letters {
                let letter = self.drawn_after(plain(letter));
                self.chars.push(letter);
                self.origins.push(origin.clone());
            }
        }
    }

    /// The sign of a long vowel lengthens kana; after anything else it is a line.
    fn drawn_after(&self, letter: char) -> char {
        let kana = |last: &char| matches!(last, '\u{30a1}'..='\u{30fa}' | 'ー');
        match letter {
            'ー' if !self.chars.last().is_some_and(kana) => '-',
            other => other,
        }
    }

    /// Each character as `drawn` says, with its origin.
    pub(super) fn with(&self, drawn: impl Fn(char) -> char) -> Self {
        Self {
            chars: self.chars.iter().copied().map(drawn).collect(),
            origins: self.origins.clone(),
        }
    }

    /// Only the characters that `keep` says, with their origins.
    pub(super) fn only(&self, keep: impl Fn(char) -> bool) -> Self {
        let pairs = self
            .chars
            .iter()
            .zip(&self.origins)
            .filter(|(character, _)| keep(**character));
        let (chars, origins) = pairs
            .map(|(character, origin)| (*character, origin.clone()))
            .unzip();
        Self { chars, origins }
    }

    /// With `parts` of the text each replaced by one character (in order, apart).
    pub(super) fn replace(&self, parts: &[(Range<usize>, char)]) -> Self {
        let mut out = Self {
            chars: Vec::new(),
            origins: Vec::new(),
        };
        let mut at = 0;
        for (part, character) in parts {
            out.chars.extend_from_slice(&self.chars[at..part.start]);
            out.origins.extend_from_slice(&self.origins[at..part.start]);
            out.chars.push(*character);
            out.origins.push(self.origin(part));
            at = part.end;
        }
        out.chars.extend_from_slice(&self.chars[at..]);
        out.origins.extend_from_slice(&self.origins[at..]);
        out
    }

    /// The original bytes of a range of characters.
    pub(super) fn origin(&self, range: &Range<usize>) -> Range<usize> {
        let first = self
            .origins
            .get(range.start)
            .map_or(0, |origin| origin.start);
        let last = range
            .end
            .checked_sub(1)
            .and_then(|last| self.origins.get(last));
        first..last.map_or(first, |origin| origin.end)
    }

    /// All places of a word.
    pub(super) fn places<'f>(
        &'f self,
        word: &'f [char],
    ) -> impl Iterator<Item = Range<usize>> + 'f {
        let length = word.len();
        self.chars
            .windows(length.max(1))
            .enumerate()
            .filter(move |(_, window)| *window == word)
            .map(move |(at, _)| at..at + length)
    }
}

/// The folded characters of a short text.
pub(super) fn fold(text: &str) -> Vec<char> {
    Folded::of(text).chars
}

/// Marks that change the character before them.
fn joins(character: char) -> bool {
    canonical_combining_class(character) != 0
        || matches!(character, '\u{ff9e}' | '\u{ff9f}' | '\u{3099}' | '\u{309a}')
        || matches!(character, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

/// Kana with their marks (ガ, パ), which are other letters than those without, and Hangul, of whose parts the
/// syllables are made.
fn is_voiced(character: char) -> bool {
    matches!(character, '\u{3041}'..='\u{30ff}' | '\u{1100}'..='\u{11ff}' | '\u{ac00}'..='\u{d7ff}')
}

/// A mark over, under or around a letter.
fn is_accent(character: char) -> bool {
    let kana = matches!(character, '\u{3099}' | '\u{309a}');
    let around = matches!(character, '\u{488}' | '\u{489}' | '\u{20dd}'..='\u{20e4}');
    !kana && (around || canonical_combining_class(character) != 0)
}

/// What nobody sees: `Default_Ignorable_Code_Point` of Unicode (UAX #44 §5.7), among it the fillers of Hangul.
fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fff8}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

fn plain(character: char) -> char {
    match character {
        '\u{3041}'..='\u{3096}' => char::from_u32(u32::from(character) + 0x60).unwrap_or(character),
        '。' | '․' | '‧' | '∙' => '.',
        '\u{2010}'..='\u{2015}' | '−' => '-',
        'ø' | 'ɵ' => 'o',
        'ł' | 'ƚ' => 'l',
        'đ' => 'd',
        'ħ' => 'h',
        'ŧ' => 't',
        'ɨ' => 'i',
        'ʉ' => 'u',
        '髙' => '高',
        '﨑' | '嵜' => '崎',
        '邊' | '邉' => '辺',
        '齋' | '齊' | '斎' => '斉',
        '濱' | '濵' => '浜',
        '澤' => '沢',
        '國' => '国',
        '廣' => '広',
        '德' => '徳',
        '澁' => '渋',
        '櫻' => '桜',
        '嶋' | '嶌' => '島',
        '龍' => '竜',
        '惠' => '恵',
        '眞' => '真',
        '學' => '学',
        '會' => '会',
        '鐵' => '鉄',
        '藏' => '蔵',
        '瀨' => '瀬',
        '縣' => '県',
        '區' => '区',
        '佛' => '仏',
        '壽' => '寿',
        other => other,
    }
}
