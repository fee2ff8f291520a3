//! Names and domains.

use std::ops::Range;

use super::fold::{Folded, fold};

/// Latin names shorter than this are found only as whole words.
pub(super) const SHORT: usize = 6;

/// Forms of incorporation that may stand anywhere in a Japanese name; folded.
const FORMS: &[&str] = &[
    "特定非営利活動法人",
    "地方独立行政法人",
    "国立研究開発法人",
    "一般社団法人",
    "公益社団法人",
    "一般財団法人",
    "公益財団法人",
    "独立行政法人",
    "国立大学法人",
    "公立大学法人",
    "社会福祉法人",
    "npo法人",
    "社団法人",
    "財団法人",
    "学校法人",
    "医療法人",
    "株式会社",
    "有限会社",
    "合同会社",
    "合資会社",
    "合名会社",
    "相互会社",
    "(株)",
    "(有)",
    "(合)",
    "(同)",
    "(社)",
    "(財)",
    "(独)",
];

/// Forms that may end a Latin name.
const ENDINGS: &[&str] = &[
    "ag",
    "bv",
    "co",
    "company",
    "corp",
    "corporation",
    "gmbh",
    "inc",
    "incorporated",
    "k",
    "kk",
    "kabushiki",
    "kaisha",
    "limited",
    "llc",
    "llp",
    "ltd",
    "nv",
    "oy",
    "plc",
    "pte",
    "pty",
    "sa",
    "sarl",
    "spa",
    "srl",
];

/// Spellings of a name without spaces and marks: whole, without forms of incorporation, and for two or
/// three parts also in the reverse order. A name of marks alone is as it stands.
pub(super) fn spellings(name: &str) -> Vec<Vec<char>> {
    let folded: String = fold(name).into_iter().collect();
    let bare = without_forms(&folded);
    let parts: Vec<&str> = bare
        .split(|character: char| !is_kept(character))
        .filter(|part| !part.is_empty())
        .collect();
    let mut spellings = vec![parts.concat()];
    if spellings.iter().any(|word| word.chars().count() < 2) {
        spellings = vec![folded.chars().filter(|sign| is_kept(*sign)).collect()];
    }
    if (2..=3).contains(&parts.len()) {
        spellings.push(parts.iter().rev().copied().collect());
    }
    let mut words: Vec<Vec<char>> = Vec::new();
    for spelling in spellings {
        let word: Vec<char> = spelling.chars().collect();
        if !word.is_empty() && !words.contains(&word) {
            words.push(word);
        }
    }
    words
}

/// A name of marks alone, without its spaces.
pub(super) fn marks(name: &str) -> Vec<char> {
    let folded = fold(name).into_iter();
    folded.filter(|sign| !sign.is_whitespace()).collect()
}

fn without_forms(folded: &str) -> String {
    let mut name = folded.to_owned();
    for form in FORMS {
        name = name.replace(form, " ");
    }
    let mut words: Vec<&str> = name
        .split(|character: char| !is_kept(character))
        .filter(|word| !word.is_empty())
        .collect();
    while words.len() > 1 && words.last().is_some_and(|word| ENDINGS.contains(word)) {
        words.pop();
    }
    words.join(" ")
}

/// Signs of a text around a name in which a form of incorporation is looked for.
const NEARBY: usize = 24;

/// Bytes of a name with the forms of incorporation that stand beside it: of `湊電力` in
/// `湊電力株式会社` all of it.
#[must_use]
pub fn with_forms(text: &str, name: Range<usize>) -> Range<usize> {
    let before = text.get(..name.start).unwrap_or_default();
    let after = text.get(name.end..).unwrap_or_default();
    let leading = before.char_indices().rev().take(NEARBY);
    let start = leading
        .map(|(at, _)| at)
        .filter(|at| is_form(&before[*at..]))
        .last();
    let trailing = after.char_indices().take(NEARBY);
    let end = trailing
        .map(|(at, sign)| at + sign.len_utf8())
        .filter(|end| is_form(&after[..*end]) || is_ending(&after[..*end], &after[*end..]))
        .last();
    start.unwrap_or(name.start)..name.end + end.unwrap_or_default()
}

/// Whether a text is a form of incorporation, spaces between it and the name included.
fn is_form(beside: &str) -> bool {
    let folded: String = fold(beside).into_iter().collect();
    FORMS.contains(&folded.trim())
}

/// Whether a text is what ends a Latin name (`, Co., Ltd.`), and the next word begins after it.
fn is_ending(beside: &str, next: &str) -> bool {
    let joined = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '-' | '\'' | '’');
    let folded: String = fold(beside).into_iter().collect();
    let mut words = folded
        .split(|sign| !is_kept(sign))
        .filter(|word| !word.is_empty());
    let apart =
        folded.starts_with([' ', ',']) && folded.ends_with(|sign| is_kept(sign) || sign == '.');
    apart
        && !next.starts_with(joined)
        && words.clone().next().is_some()
        && words.all(|word| ENDINGS.contains(&word))
}

pub(super) fn is_kept(character: char) -> bool {
    character.is_alphanumeric()
}

/// Whether no letter touches a letter, nor a digit a digit, at either end.
pub(super) fn stands_alone(chars: &[char], range: &Range<usize>) -> bool {
    let same = |a: char, b: char| {
        (a.is_ascii_alphabetic() && b.is_ascii_alphabetic())
            || (a.is_ascii_digit() && b.is_ascii_digit())
    };
    let before = range.start.checked_sub(1).map(|at| chars[at]);
    let after = chars.get(range.end).copied();
    !before.is_some_and(|before| same(before, chars[range.start]))
        && !after.is_some_and(|after| same(after, chars[range.end - 1]))
}

/// A domain made ready: in its ASCII and its Unicode form, folded.
pub(super) fn domain_needles(domain: &str) -> Vec<Vec<char>> {
    let text = domain.trim().trim_start_matches("*.");
    let text = text.rsplit_once("://").map_or(text, |(_, host)| host);
    let text = text.rsplit_once('@').map_or(text, |(_, host)| host);
    let text = text
        .split(['/', ':', '?', '#'])
        .next()
        .unwrap_or(text)
        .trim_matches('.');
    let ascii = idna::domain_to_ascii(text).unwrap_or_default();
    let (unicode, _) = idna::domain_to_unicode(text);
    let mut needles: Vec<Vec<char>> = Vec::new();
    for form in [text, &ascii, &unicode] {
        let needle = fold(form);
        if !needle.is_empty() && !needles.contains(&needle) {
            needles.push(needle);
        }
    }
    needles
}

/// The original bytes of each place of a domain, its sub-domains and mail
/// addresses included, also broken by spaces or line ends, or with digits for the letters they look like.
pub(super) fn find_domain(needle: &[char], folded: &Folded) -> Vec<Range<usize>> {
    let whole = undefang(folded);
    let tight = whole.only(|character| !character.is_whitespace() && character != '=');
    let drawn = tight.with(drawn);
    let needle_drawn: Vec<char> = needle.iter().copied().map(self::drawn).collect();
    let mut found = Vec::new();
    for (text, needle) in [(&whole, needle), (&tight, needle), (&drawn, &needle_drawn)] {
        let places = text.places(needle);
        let places = places.filter(|place| domain_ends(needle, text, place));
        found.extend(places.map(|place| text.origin(&place)));
    }
    found
}

/// One character for those that are drawn alike: `m1nato`, `m0ri`.
const fn drawn(character: char) -> char {
    match character {
        '0' => 'o',
        '1' | 'l' | '|' => 'i',
        other => other,
    }
}

fn domain_ends(needle: &[char], text: &Folded, place: &Range<usize>) -> bool {
    let word = |at: Option<usize>| {
        at.and_then(|at| text.chars.get(at))
            .is_some_and(char::is_ascii_alphanumeric)
    };
    let label = needle
        .iter()
        .position(|character| *character == '.')
        .unwrap_or(needle.len());
    let ascii_first = needle.first().is_some_and(char::is_ascii_alphanumeric);
    let ascii_last = needle.last().is_some_and(char::is_ascii_alphanumeric);
    let starts = label >= SHORT || !ascii_first || !word(place.start.checked_sub(1));
    let ends = !ascii_last || !word(Some(place.end));
    starts && ends
}

/// The text with defanged dots and colons made plain: `[.]`, `(dot)`, ` dot `,
/// `\.`, `. `, `[:]`.
pub(super) fn undefang(folded: &Folded) -> Folded {
    let mut parts: Vec<(Range<usize>, char)> = Vec::new();
    let mut at = 0;
    while at < folded.chars.len() {
        match dot_at(&folded.chars, at) {
            Some((end, character)) => {
                parts.push((at..end, character));
                at = end;
            }
            None => at += 1,
        }
    }
    folded.replace(&parts)
}

fn dot_at(chars: &[char], start: usize) -> Option<(usize, char)> {
    let run = |from: usize, most: usize, is: fn(char) -> bool| {
        let tail = chars.get(from..).unwrap_or_default();
        tail.iter()
            .take(most)
            .take_while(|character| is(**character))
            .count()
    };
    let open = |character: char| matches!(character, '[' | '(' | '{' | '<' | '\\' | '「' | '【');
    let close = |character: char| matches!(character, ']' | ')' | '}' | '>' | '」' | '】');
    let mut at = start;
    let space_before = run(at, 8, char::is_whitespace);
    at += space_before;
    let opened = run(at, 3, open);
    at += opened;
    at += run(at, 4, char::is_whitespace);
    let (length, character) = core(chars, at)?;
    at += length;
    let inner = run(at, 4, char::is_whitespace);
    let closed = run(at + inner, 3, close);
    if closed > 0 {
        at += inner + closed;
    }
    let space_after = run(at, 8, char::is_whitespace);
    let bracketed = opened > 0 && closed > 0;
    match (character, length) {
        ('.', 1) => Some((at + space_after, '.')),
        (':', _) if bracketed => Some((at, ':')),
        ('.', _) if bracketed || (space_before > 0 && space_after > 0) => {
            Some((at + space_after, '.'))
        }
        _ => None,
    }
}

/// A dot, the word for it, or a colon; with its length.
fn core(chars: &[char], at: usize) -> Option<(usize, char)> {
    let rest = chars.get(at..)?;
    match rest.first()? {
        '.' => Some((1, '.')),
        ':' => Some((1, ':')),
        'd' if rest.starts_with(&['d', 'o', 't']) => Some((3, '.')),
        'ド' if rest.starts_with(&['ド', 'ッ', 'ト']) => Some((3, '.')),
        _ => None,
    }
}
