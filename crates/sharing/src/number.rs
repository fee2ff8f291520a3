//! Numbers people quote: year, month and random signs, so that nothing can be counted from them.

use jiff::{Timestamp, tz};
use kaname_kernel::Rng;

/// Crockford's base 32: no I, L, O, U.
const SIGNS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Random signs in a number: 33 million numbers a month.
const LENGTH: usize = 5;

/// Characters of a number: `R-2611-0K4TV`.
const CHARS: usize = 7 + LENGTH;

/// The space in which receipt numbers lead to their reports.
pub const RECEIPT_SPACE: &str = "receipt";
/// The space in which item numbers lead to their items.
pub const ITEM_SPACE: &str = "item";
/// The space in which campaign numbers lead to their campaigns.
pub const CAMPAIGN_SPACE: &str = "campaign";
/// The space in which assessment numbers lead to their assessments.
pub const ASSESSMENT_SPACE: &str = "assessment";

/// A fresh receipt number, such as `R-2611-0K4TV`; the month is that of Japan.
pub fn receipt(now: Timestamp, rng: &dyn Rng) -> String {
    number('R', now, rng)
}

/// A fresh item number, such as `S-2611-9QX3E`.
pub fn item(now: Timestamp, rng: &dyn Rng) -> String {
    number('S', now, rng)
}

/// A fresh campaign number, such as `C-2611-7M2RA`.
pub fn campaign(now: Timestamp, rng: &dyn Rng) -> String {
    number('C', now, rng)
}

/// A fresh assessment number, such as `A-2611-3K8WD`.
pub fn assessment(now: Timestamp, rng: &dyn Rng) -> String {
    number('A', now, rng)
}

fn number(prefix: char, now: Timestamp, rng: &dyn Rng) -> String {
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
    let folded = kaname_kernel::fold::fold(&bounded).to_uppercase();
    let (head, tail) = folded.split_at(
        folded
            .char_indices()
            .nth(1)
            .map_or(folded.len(), |(at, _)| at),
    );
    head.chars().chain(tail.chars().map(meant)).collect()
}

/// The sign that is meant by one which looks like it.
const fn meant(sign: char) -> char {
    match sign {
        'I' | 'L' => '1',
        'O' => '0',
        '‐' | '–' | '—' | '−' | 'ー' => '-',
        other => other,
    }
}

/// Whether a text names a report by another number than this one.
pub fn names_another(text: &str, own: &str) -> bool {
    let folded = kaname_kernel::fold::fold(text).to_uppercase();
    let signs: Vec<char> = folded.chars().map(meant).collect();
    let mut found = signs.windows(CHARS);
    found.any(|found| is_receipt(found) && !found.iter().copied().eq(own.chars()))
}

fn is_receipt(signs: &[char]) -> bool {
    let ['R', '-', a, b, c, d, '-', random @ ..] = signs else {
        return false;
    };
    let known = |sign: &char| SIGNS.iter().any(|one| char::from(*one) == *sign);
    [a, b, c, d].into_iter().all(char::is_ascii_digit) && random.iter().all(known)
}
