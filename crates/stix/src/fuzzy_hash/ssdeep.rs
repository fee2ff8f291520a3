//! ssdeep: a block size and two strings of base64 letters, of blocks of that size and of twice that size (Kornblum,
//! "Identifying almost identical files using context triggered piecewise hashing", 2006).

use std::collections::BTreeSet;

/// From this score on two are alike: what MISP correlates by where nothing else is said.
pub const ALIKE_FROM: u8 = 40;
/// Longest string, in letters.
const LONGEST: usize = 64;
/// The smallest block size; all others are it times a power of two.
const SMALLEST: u64 = 3;
/// Highest power of two in a block size, so that it fits 32 bits.
const MOST_DOUBLED: u32 = 30;
/// A letter that stands more often in a row says no more.
const MOST_REPEATED: usize = 3;
/// Letters in a row that two strings must share to score at all.
const SHARED: usize = 7;
/// Letters of a piece. A string is kept under the pieces that begin at every fourth letter; seven letters in a row,
/// wherever they stand, hold one of these whole.
const PIECE: usize = 4;
const STEP: usize = SHARED - PIECE + 1;

/// A hash of ssdeep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ssdeep {
    /// Block size of the first string; that of the second is twice as large.
    block_size: u64,
    /// As values of base64 letters, without what only repeats.
    strings: [Vec<u8>; 2],
}

impl Ssdeep {
    /// Reads `block size:string:string`; `None` for all else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(':');
        let (size, first, second) = (parts.next()?, parts.next()?, parts.next()?);
        let is_number = (1..=10).contains(&size.len()) && size.bytes().all(|c| c.is_ascii_digit());
        if parts.next().is_some() || !is_number || size.starts_with('0') {
            return None;
        }
        let block_size: u64 = size.parse().ok()?;
        let doubled = block_size / SMALLEST;
        let is_one = block_size.is_multiple_of(SMALLEST) && doubled.is_power_of_two();
        (is_one && doubled <= 1 << MOST_DOUBLED).then_some(())?;
        Some(Self {
            block_size,
            strings: [letters(first)?, letters(second)?],
        })
    }

    /// How much another is alike, 0 to 100: by letters put in and taken out, only where seven in a row are shared; no
    /// more than what strings of so few letters can say.
    #[must_use]
    pub fn score(&self, other: &Self) -> u8 {
        if self == other {
            return 100;
        }
        let mut best = 0;
        for (own_size, own) in self.sized() {
            for (size, string) in other.sized() {
                if own_size == size {
                    best = best.max(score(own, string, size));
                }
            }
        }
        best
    }

    pub(super) fn pieces(&self) -> Vec<String> {
        self.starting_each(STEP)
    }

    pub(super) fn sought(&self) -> Vec<String> {
        self.starting_each(1)
    }

    /// Pieces that start at every `step`th letter. What is too short to share seven letters is alike only with the
    /// same, and kept whole.
    fn starting_each(&self, step: usize) -> Vec<String> {
        let mut all = BTreeSet::new();
        for (size, string) in self.sized() {
            if string.len() >= SHARED {
                let starts = string.windows(PIECE).step_by(step);
                all.extend(starts.map(|piece| format!("{size}:{}", written(piece))));
            }
        }
        if all.is_empty() {
            let [first, second] = &self.strings;
            let (first, second) = (written(first), written(second));
            all.insert(format!("={}:{first}:{second}", self.block_size));
        }
        all.into_iter().collect()
    }

    /// Both strings with their block sizes.
    fn sized(&self) -> [(u64, &[u8]); 2] {
        let [first, second] = &self.strings;
        [(self.block_size, first), (self.block_size * 2, second)]
    }
}

/// The base64 letters in the order of their values.
const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// A string as values, without what only repeats.
fn letters(text: &str) -> Option<Vec<u8>> {
    if text.len() > LONGEST {
        return None;
    }
    let mut values: Vec<u8> = Vec::with_capacity(text.len());
    for letter in text.bytes() {
        let value = LETTERS.iter().position(|one| *one == letter)?;
        let value = u8::try_from(value).ok()?;
        let before = values.iter().rev().take(MOST_REPEATED);
        if before.filter(|one| **one == value).count() < MOST_REPEATED {
            values.push(value);
        }
    }
    Some(values)
}

fn written(values: &[u8]) -> String {
    let letter = |value: &u8| LETTERS.get(usize::from(*value)).copied();
    values.iter().filter_map(letter).map(char::from).collect()
}

/// The score of two strings of one block size.
fn score(one: &[u8], other: &[u8], block_size: u64) -> u8 {
    if !share_a_run(one, other) {
        return 0;
    }
    let both = one.len() + other.len();
    let changes = both - 2 * longest_in_order(one, other);
    // Rounded in two steps, as everywhere: a score is compared with scores made elsewhere.
    let of_longest = changes * LONGEST / both;
    let score = 100usize.saturating_sub(100 * of_longest / LONGEST);
    let least = one.len().min(other.len()) as u64;
    let most = (block_size / SMALLEST).saturating_mul(least);
    u8::try_from(score).map_or(100, |score| {
        u8::try_from(most).map_or(score, |most| score.min(most))
    })
}

fn share_a_run(one: &[u8], other: &[u8]) -> bool {
    let runs = |string: &[u8]| -> Vec<u64> {
        let run = |run: &[u8]| {
            run.iter()
                .fold(0, |all, value| all << 6 | u64::from(*value))
        };
        string.windows(SHARED).map(run).collect()
    };
    let (one, mut other) = (runs(one), runs(other));
    other.sort_unstable();
    one.iter().any(|run| other.binary_search(run).is_ok())
}

/// Length of the longest row of letters that stands in both in order, with gaps; a column of the usual table is one
/// number (Hyyrö 2004).
fn longest_in_order(one: &[u8], other: &[u8]) -> usize {
    let mut places = [0u64; 64];
    for (at, value) in one.iter().take(LONGEST).enumerate() {
        if let Some(mask) = places.get_mut(usize::from(*value)) {
            *mask |= 1 << at;
        }
    }
    let mut column = u64::MAX;
    for value in other {
        let met = column & places.get(usize::from(*value)).copied().unwrap_or_default();
        column = column.wrapping_add(met) | (column - met);
    }
    let of_one = u64::MAX.checked_shr(64 - one.len().min(LONGEST) as u32);
    (!column & of_one.unwrap_or_default()).count_ones() as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The usual table.
    fn longest_by_table(one: &[u8], other: &[u8]) -> usize {
        let mut table = vec![vec![0usize; other.len() + 1]; one.len() + 1];
        for (i, a) in one.iter().enumerate() {
            for (j, b) in other.iter().enumerate() {
                table[i + 1][j + 1] = match a == b {
                    true => table[i][j] + 1,
                    false => table[i][j + 1].max(table[i + 1][j]),
                };
            }
        }
        table[one.len()][other.len()]
    }

    proptest! {
        #[test]
        fn the_longest_in_order_is_that_of_the_table(
            one in prop::collection::vec(0u8..6, 0..=64),
            other in prop::collection::vec(0u8..6, 0..=64),
        ) {
            prop_assert_eq!(longest_in_order(&one, &other), longest_by_table(&one, &other));
        }
    }
}
