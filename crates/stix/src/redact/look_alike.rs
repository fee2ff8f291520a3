//! Letters that look like another: Cyrillic `а` and Greek `ο` in the middle of a Latin word. Read as the
//! Latin letter that they are taken for, by the skeletons of Unicode Technical Standard #39 §4.

use std::{collections::HashMap, sync::LazyLock};

use unicode_security::skeleton;

/// Latin letters and digits by their skeletons: capitals, small letters, digits.
static TAKEN_FOR: LazyLock<[HashMap<Vec<char>, char>; 3]> = LazyLock::new(|| {
    ['A'..='Z', 'a'..='z', '0'..='9'].map(|letters| {
        letters
            .map(|letter| (shape(letter), letter))
            .collect::<HashMap<_, _>>()
    })
});

/// Latin capitals drawn as small letters, which the skeletons keep apart.
const SMALL_CAPITALS: [(char, char); 25] = [
    ('ᴀ', 'a'),
    ('ʙ', 'b'),
    ('ᴄ', 'c'),
    ('ᴅ', 'd'),
    ('ᴇ', 'e'),
    ('ꜰ', 'f'),
    ('ɢ', 'g'),
    ('ʜ', 'h'),
    ('ɪ', 'i'),
    ('ᴊ', 'j'),
    ('ᴋ', 'k'),
    ('ʟ', 'l'),
    ('ᴍ', 'm'),
    ('ɴ', 'n'),
    ('ᴏ', 'o'),
    ('ᴘ', 'p'),
    ('ꞯ', 'q'),
    ('ʀ', 'r'),
    ('ꜱ', 's'),
    ('ᴛ', 't'),
    ('ᴜ', 'u'),
    ('ᴠ', 'v'),
    ('ᴡ', 'w'),
    ('ʏ', 'y'),
    ('ᴢ', 'z'),
];

fn shape(letter: char) -> Vec<char> {
    skeleton(letter.encode_utf8(&mut [0; 4])).collect()
}

/// The Latin letter or digit that a letter of another alphabet is taken for. Capitals are compared with
/// capitals first: `Ν` is taken for N and `ν` for v. A small letter that looks like none is taken for what
/// its capital looks like, which it often is in small: `к`, `м`, `т`.
pub(super) fn taken_for(letter: char) -> Option<char> {
    if letter.is_ascii() || !letter.is_alphabetic() || is_japanese(letter) {
        return None;
    }
    if let Some((_, latin)) = SMALL_CAPITALS.iter().find(|(small, _)| *small == letter) {
        return Some(*latin);
    }
    let [capitals, small, digits] = &*TAKEN_FOR;
    let order = match letter.is_uppercase() {
        true => [capitals, small, digits],
        false => [small, capitals, digits],
    };
    let seen = shape(letter);
    let found = order.iter().find_map(|letters| letters.get(&seen).copied());
    let mut capital = letter.to_uppercase();
    match (found, capital.next(), capital.next()) {
        (None, Some(capital), None) if capital != letter => taken_for(capital),
        _ => found,
    }
}

/// Kana and kanji, and Hangul, look like no Latin letter that a word is disguised by.
fn is_japanese(letter: char) -> bool {
    matches!(letter, '\u{2e80}'..='\u{d7af}' | '\u{ff65}'..='\u{ffdc}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_other_alphabets_are_taken_for_latin_ones() {
        for (letter, latin) in [
            ('а', 'a'),
            ('о', 'o'),
            ('О', 'O'),
            ('ο', 'o'),
            ('ν', 'v'),
            ('Ν', 'N'),
            ('Т', 'T'),
            ('І', 'I'),
            ('і', 'i'),
            ('М', 'M'),
            ('Н', 'H'),
            ('ѕ', 's'),
            ('ı', 'i'),
            ('м', 'M'),
            ('ь', 'b'),
        ] {
            assert_eq!(taken_for(letter), Some(latin), "{letter}");
        }
    }

    #[test]
    fn latin_letters_and_japanese_are_what_they_are() {
        for letter in ('!'..='~').chain("ニ二ロ口力カ工エ港みé電".chars()) {
            assert_eq!(taken_for(letter), None, "{letter}");
        }
    }
}
