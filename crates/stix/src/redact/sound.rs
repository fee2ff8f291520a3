//! Kana and rōmaji as they sound: Hepburn, Kunrei and passport spellings, long vowels written or not,
//! and kana all become one plain spelling. タロウ, たろう, Taro, TAROU, Tarō → `taro`.

use std::ops::Range;

use super::lexicon::Thin;

/// Kana by consonant, each row in the order of `aiueo`.
const ROWS: [(&str, &str); 15] = [
    ("アイウエオ", ""),
    ("カキクケコ", "k"),
    ("サシスセソ", "s"),
    ("タチツテト", "t"),
    ("ナニヌネノ", "n"),
    ("ハヒフヘホ", "h"),
    ("マミムメモ", "m"),
    ("ラリルレロ", "r"),
    ("ガギグゲゴ", "g"),
    ("ザジズゼゾ", "z"),
    ("ダヂヅデド", "d"),
    ("バビブベボ", "b"),
    ("パピプペポ", "p"),
    ("ヤ　ユ　ヨ", "y"),
    ("ワヰ　ヱヲ", "w"),
];
const SMALL: [(char, &str); 8] = [
    ('ァ', "a"),
    ('ィ', "i"),
    ('ゥ', "u"),
    ('ェ', "e"),
    ('ォ', "o"),
    ('ャ', "ya"),
    ('ュ', "yu"),
    ('ョ', "yo"),
];
const VOWELS: [char; 5] = ['a', 'i', 'u', 'e', 'o'];

/// How a folded text sounds. Spaces and marks fall away; what is neither kana nor Latin stays as it is.
pub(super) fn sound(chars: &[char]) -> Thin {
    let letters = letters(chars);
    let mut out = Thin::default();
    let mut at = 0;
    while at < letters.chars.len() {
        let taken = step(&letters.chars, at, &mut out, &letters.from);
        at += taken.max(1);
    }
    without_gaps(out)
}

/// Whether a folded word has a sound that is known: kana and Latin letters alone.
pub(super) fn is_heard(word: &[char]) -> bool {
    let heard = |sign: &char| is_kana(*sign) || plain_vowel(*sign).is_ascii_lowercase();
    !word.is_empty() && word.iter().all(heard)
}

pub(super) const fn is_kana(sign: char) -> bool {
    matches!(sign, '\u{30a1}'..='\u{30fa}' | 'ー')
}

/// Kana in Latin letters; marks and spaces as one space.
fn letters(chars: &[char]) -> Thin {
    let mut out = Thin::default();
    for (at, sign) in chars.iter().enumerate() {
        let here = at..at + 1;
        if let Some((_, vowel)) = SMALL.iter().find(|(small, _)| small == sign) {
            if let Some(last) = out.chars.last_mut().filter(|last| VOWELS.contains(last)) {
                let mut signs = vowel.chars();
                *last = signs.next().unwrap_or(*last);
                out.from
                    .last_mut()
                    .into_iter()
                    .for_each(|from| from.end = at + 1);
                signs.for_each(|sign| out.push(sign, here.clone()));
            } else {
                vowel.chars().for_each(|sign| out.push(sign, here.clone()));
            }
        } else if let Some((consonant, vowel)) = syllable(*sign) {
            consonant
                .chars()
                .for_each(|sign| out.push(sign, here.clone()));
            out.push(vowel, here);
        } else {
            match sign {
                'ン' => out.push('n', here),
                'ヴ' => {
                    out.push('b', here.clone());
                    out.push('u', here);
                }
                'ッ' | 'ー' => extend(&mut out, at + 1),
                other if other.is_alphanumeric() => out.push(plain_vowel(*other), here),
                _ => out.push(' ', here),
            }
        }
    }
    out
}

fn syllable(sign: char) -> Option<(&'static str, char)> {
    for (row, consonant) in ROWS {
        let Some(place) = row.chars().position(|kana| kana == sign && kana != '　') else {
            continue;
        };
        let vowel = VOWELS.get(place).copied()?;
        let consonant = match (sign, consonant) {
            ('ヂ' | 'ヅ', _) => "z",
            ('ヰ' | 'ヱ' | 'ヲ', _) => "",
            (_, consonant) => consonant,
        };
        return Some((consonant, vowel));
    }
    None
}

fn plain_vowel(sign: char) -> char {
    match sign {
        'ā' | 'â' | 'à' | 'á' => 'a',
        'ī' | 'î' | 'ì' | 'í' => 'i',
        'ū' | 'û' | 'ù' | 'ú' => 'u',
        'ē' | 'ê' | 'è' | 'é' => 'e',
        'ō' | 'ô' | 'ò' | 'ó' => 'o',
        other => other,
    }
}

/// What fell silent belongs to the letter before it.
fn extend(out: &mut Thin, end: usize) {
    if let Some(last) = out.from.last_mut() {
        last.end = end;
    }
}

/// Writes the letters at a place in the plain spelling; tells how many were taken.
fn step(letters: &[char], at: usize, out: &mut Thin, from: &[Range<usize>]) -> usize {
    let next = |ahead: usize| letters.get(at + ahead).copied().unwrap_or(' ');
    let is_vowel = |sign: char| VOWELS.contains(&sign);
    let until = |taken: usize| from[at].start..from[at + taken - 1].end;
    let last = out.chars.last().copied();
    let mut put = |sign: char, taken: usize, glide: bool| {
        out.push(sign, until(taken));
        if glide && is_vowel(next(taken)) && next(taken) != 'i' {
            out.push('y', until(taken));
        }
        taken
    };
    match (letters[at], next(1), next(2)) {
        ('m', 'b' | 'p' | 'm', _) => put('n', 1, false),
        ('t', 'c', 'h') => 1,
        (one, two, _) if one == two && one.is_ascii_lowercase() && !is_vowel(one) => 1,
        ('s', 'h', _) => put('s', 2, true),
        ('c', 'h', _) => put('t', 2, true),
        ('t', 's', 'u') => put('t', 2, false),
        ('j', _, _) => put('z', 1, true),
        ('f', _, _) => put('h', 1, false),
        ('l', _, _) => put('r', 1, false),
        ('v', _, _) => put('b', 1, false),
        ('h', after, _) if !is_vowel(after) && after != 'y' && last == Some('o') => {
            extend(out, from[at].end);
            1
        }
        (vowel, _, _) if is_vowel(vowel) && is_long(last, vowel) => {
            extend(out, from[at].end);
            1
        }
        (other, _, _) => put(other, 1, false),
    }
}

fn is_long(before: Option<char>, vowel: char) -> bool {
    before.is_some_and(|before| before == vowel || (before == 'o' && vowel == 'u'))
}

fn without_gaps(text: Thin) -> Thin {
    let mut out = Thin::default();
    for (sign, from) in text.chars.into_iter().zip(text.from) {
        if sign != ' ' {
            out.push(sign, from);
        }
    }
    out
}
