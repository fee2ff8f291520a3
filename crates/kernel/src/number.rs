//! Numbers people quote: year, month and random signs, so that nothing can be counted from them.

use jiff::{Timestamp, tz};

use crate::{clock::Rng, fold::fold};

/// Crockford's base 32: no I, L, O, U.
const SIGNS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Random signs in a number: 33 million numbers a month.
const LENGTH: usize = 5;

/// Characters of a number: `R-2611-0K4TV`.
pub const CHARS: usize = 7 + LENGTH;

/// A fresh number that begins with a letter, such as `R-2611-0K4TV`; the month is that of Japan.
pub fn fresh(prefix: char, now: Timestamp, rng: &dyn Rng) -> String {
    let there = tz::offset(9).to_datetime(now);
    let random: [u8; LENGTH] = rng.bytes();
    let signs = random.iter().map(|byte| SIGNS[usize::from(byte & 31)]);
    let signs: String = signs.map(char::from).collect();
    let year = there.year().rem_euclid(100);
    format!("{prefix}-{year:02}{:02}-{signs}", there.month())
}

/// A number as a person may type it, in its one form for look-ups: upper case, full-width read as
/// half-width, `I` and `L` as `1`, `O` as `0`. Text that is no number comes back folded all the same
/// and leads nowhere.
pub fn normalise(typed: &str) -> String {
    let bounded: String = typed.trim().chars().take(64).collect();
    let folded = fold(&bounded).to_uppercase();
    let (head, tail) = folded.split_at(
        folded
            .char_indices()
            .nth(1)
            .map_or(folded.len(), |(at, _)| at),
    );
    head.chars().chain(tail.chars().map(meant)).collect()
}

/// The sign that is meant by one which looks like it.
pub const fn meant(sign: char) -> char {
    match sign {
        'I' | 'L' => '1',
        'O' => '0',
        '‐' | '–' | '—' | '−' | 'ー' => '-',
        other => other,
    }
}

/// Whether signs, each as it is [`meant`], are a number that begins with a letter.
pub fn is_number(prefix: char, signs: &[char]) -> bool {
    let [first, '-', a, b, c, d, '-', random @ ..] = signs else {
        return false;
    };
    let known = |sign: &char| SIGNS.iter().any(|one| char::from(*one) == *sign);
    let dated = [a, b, c, d].into_iter().all(char::is_ascii_digit);
    *first == prefix && dated && random.len() == LENGTH && random.iter().all(known)
}
