//! Text made plain: compatibility forms folded, defanged forms undone, with a map back.
//!
//! Only letters, digits and signs that occur in indicators are folded. A full NFKC would turn
//! `①` into `1` and glue list numbers to addresses.

use unicode_normalization::UnicodeNormalization;

use crate::indicator::Span;

/// Longest content of a bracket that is looked at for a defanged sign, in characters.
const BRACKET_CONTENT: usize = 26;

/// A text made plain, with the place of each of its bytes in the original.
pub(crate) struct Folded {
    pub(crate) text: String,
    origin: Vec<(u32, u32)>,
    marks: Vec<u32>,
}

impl Folded {
    /// Where a range of the plain text stands in the original.
    pub(crate) fn original(&self, start: usize, end: usize) -> Span {
        let first = self.origin.get(start).map_or(0, |place| place.0);
        let last = end
            .checked_sub(1)
            .and_then(|index| self.origin.get(index))
            .map_or(first, |place| place.1);
        Span {
            start: first as usize,
            end: last.max(first) as usize,
        }
    }

    /// Whether something in the range was defanged.
    pub(crate) fn is_defanged(&self, start: usize, end: usize) -> bool {
        let next = self.marks.partition_point(|mark| (*mark as usize) < start);
        self.marks
            .get(next)
            .is_some_and(|mark| (*mark as usize) < end)
    }

    fn push(&mut self, sign: char, start: u32, end: u32) {
        self.text.push(sign);
        for _ in 0..sign.len_utf8() {
            self.origin.push((start, end));
        }
    }

    fn mark(&mut self) {
        // The texts are far below 4 GiB: `fold` is only called on bounded input.
        self.marks.push(self.text.len() as u32);
    }
}

#[derive(Clone, Copy)]
struct Glyph {
    sign: char,
    start: u32,
    end: u32,
    /// A full-width or ideographic sign that stands for a plain one.
    replaced: bool,
}

/// Folds and refangs a text, which must be shorter than 4 GiB.
pub(crate) fn fold(text: &str) -> Folded {
    let mut glyphs = glyphs(text);
    read_ideographic_stops(&mut glyphs);
    let mut folded = Folded {
        text: String::with_capacity(text.len()),
        origin: Vec::with_capacity(text.len()),
        marks: Vec::new(),
    };
    let mut index = 0;
    while index < glyphs.len() {
        index += step(&glyphs, index, &mut folded);
    }
    folded
}

fn glyphs(text: &str) -> Vec<Glyph> {
    let mut glyphs = Vec::with_capacity(text.len());
    for (offset, sign) in text.char_indices() {
        let start = offset as u32;
        let end = start + sign.len_utf8() as u32;
        let mut push = |sign: char, replaced: bool| {
            glyphs.push(Glyph {
                sign,
                start,
                end,
                replaced,
            });
        };
        match sign {
            '\0'..='\u{7f}' => push(sign, false),
            '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' => {}
            '\u{2060}'..='\u{2069}' | '\u{feff}' => {}
            '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => {
                push(' ', false);
            }
            '\u{2010}' | '\u{2011}' | '\u{2212}' => push('-', false),
            '\u{ff61}' => push('。', false),
            '\u{ff01}'..='\u{ff5e}' => {
                let plain = char::from_u32(sign as u32 - 0xfee0).unwrap_or(sign);
                push(plain, plain == '@');
            }
            '\u{2024}' | '\u{fe50}'..='\u{fe6f}' | '\u{1d400}'..='\u{1d7ff}' => {
                sign.nfkc().for_each(|plain| push(plain, true));
            }
            '\u{ff65}'..='\u{ff9f}' | '\u{fb00}'..='\u{fb06}' => {
                sign.nfkc().for_each(|plain| push(plain, false));
            }
            _ => push(sign, false),
        }
    }
    glyphs
}

/// Turns `。` into a dot where a run of Latin letters has no other dot: `evil。example。com`.
/// In `evil.com。example.org` it ends a sentence.
fn read_ideographic_stops(glyphs: &mut [Glyph]) {
    let mut start = 0;
    while start < glyphs.len() {
        if !in_stop_run(glyphs[start].sign) {
            start += 1;
            continue;
        }
        let length = glyphs[start..]
            .iter()
            .take_while(|glyph| in_stop_run(glyph.sign))
            .count();
        let end = start + length;
        let run = &mut glyphs[start..end];
        if run.iter().all(|glyph| glyph.sign != '.') {
            for index in 1..run.len().saturating_sub(1) {
                let between = run[index - 1].sign.is_ascii_alphanumeric()
                    && run[index + 1].sign.is_ascii_alphanumeric();
                if run[index].sign == '。' && between {
                    run[index].sign = '.';
                    run[index].replaced = true;
                }
            }
        }
        start = end;
    }
}

fn in_stop_run(sign: char) -> bool {
    sign.is_ascii_alphanumeric() || matches!(sign, '-' | '_' | '.' | '。')
}

/// Writes the plain form of what stands at `index`; returns how many glyphs that took.
fn step(glyphs: &[Glyph], index: usize, folded: &mut Folded) -> usize {
    let glyph = glyphs[index];
    let after_word = folded.text.ends_with(|sign: char| sign.is_alphanumeric());
    if after_word
        && matches!(glyph.sign, ' ' | '\t')
        && let Some(token) = bracket(&glyphs[index + 1..])
        && token.joins_words
    {
        let next = index + 1 + token.length;
        let gap = usize::from(sign_at(glyphs, next) == Some(' '));
        if sign_at(glyphs, next + gap).is_some_and(char::is_alphanumeric) {
            write_token(glyphs, index, 1 + token.length + gap, &token.text, folded);
            return 1 + token.length + gap;
        }
    }
    if let Some(token) = bracket(&glyphs[index..]) {
        write_token(glyphs, index, token.length, &token.text, folded);
        return token.length;
    }
    if after_word && glyph.sign == '[' && is_half_open_dot(&glyphs[index..]) {
        write_token(glyphs, index, 2, ".", folded);
        return 2;
    }
    if glyph.replaced {
        folded.mark();
    }
    folded.push(glyph.sign, glyph.start, glyph.end);
    1
}

fn sign_at(glyphs: &[Glyph], index: usize) -> Option<char> {
    glyphs.get(index).map(|glyph| glyph.sign)
}

fn write_token(glyphs: &[Glyph], index: usize, length: usize, text: &str, folded: &mut Folded) {
    let start = glyphs[index].start;
    let end = glyphs[index + length - 1].end;
    folded.mark();
    for sign in text.chars() {
        folded.push(sign, start, end);
    }
}

/// `example[.com`, a bracket that is never closed.
fn is_half_open_dot(glyphs: &[Glyph]) -> bool {
    sign_at(glyphs, 1) == Some('.')
        && sign_at(glyphs, 2).is_some_and(|sign| sign.is_ascii_alphanumeric())
}

struct Token {
    length: usize,
    text: String,
    /// Blanks around it belong to it: `user [at] example [dot] com`.
    joins_words: bool,
}

/// A bracketed sign such as `[.]`, `( dot )`, `[[.]]`, `[://]` or `[.com]`.
fn bracket(glyphs: &[Glyph]) -> Option<Token> {
    let open = sign_at(glyphs, 0)?;
    let close = closing(open)?;
    let depth = glyphs
        .iter()
        .take(3)
        .take_while(|glyph| glyph.sign == open)
        .count();
    let content_end = glyphs[depth..]
        .iter()
        .take(BRACKET_CONTENT)
        .position(|glyph| glyph.sign == close)?;
    let content: String = glyphs[depth..depth + content_end]
        .iter()
        .map(|glyph| glyph.sign)
        .collect();
    let closers = &glyphs[depth + content_end..];
    if closers.len() < depth || closers[..depth].iter().any(|glyph| glyph.sign != close) {
        return None;
    }
    let (text, joins_words) = meaning(content.trim_matches(' '), open)?;
    Some(Token {
        length: depth + content_end + depth,
        text,
        joins_words,
    })
}

fn closing(open: char) -> Option<char> {
    match open {
        '[' => Some(']'),
        '(' => Some(')'),
        '{' => Some('}'),
        '<' => Some('>'),
        '【' => Some('】'),
        '〔' => Some('〕'),
        _ => None,
    }
}

fn meaning(content: &str, open: char) -> Option<(String, bool)> {
    let plain = match content.to_ascii_lowercase().as_str() {
        "." | "。" | "dot" | "ドット" => (".", true),
        "@" | "at" | "アット" | "アットマーク" => ("@", true),
        ":" => (":", false),
        "/" => ("/", false),
        "//" => ("//", false),
        "::" => ("::", false),
        "://" => ("://", false),
        _ => {
            let name = content.strip_prefix('.')?;
            // `Microsoft(.NET)` is prose, `example[.net]` is not.
            let is_name = matches!(open, '[' | '{')
                && !name.is_empty()
                && name
                    .chars()
                    .all(|sign| sign.is_ascii_alphanumeric() || sign == '.');
            return is_name.then(|| (content.to_owned(), false));
        }
    };
    Some((plain.0.to_owned(), plain.1))
}
