//! How much two texts say the same, told from a bounded sketch of each: the smallest hashes of their pieces
//! (bottom-k, Cohen and Kaplan 2007). Values, numbers, spaces and punctuation do not count: in a wave of one attack
//! they are what differs.

use std::collections::HashSet;

use kaname_kernel::fold::fold;

/// Longest text that is looked at, in characters; of a longer one its beginning is compared.
const MOST_CHARS: usize = 20_000;
/// Characters of a piece: long enough that two texts share one by saying the same, in Japanese as in English.
const PIECE: usize = 6;
/// Hashes kept of a text.
const KEPT: usize = 256;
/// A text with fewer pieces says too little to be compared.
const FEWEST: usize = 40;

/// A bounded sketch of a text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shingles(Vec<u64>);

impl Shingles {
    /// Of a text.
    pub fn of(text: &str) -> Self {
        let bounded: String = text.chars().take(MOST_CHARS).collect();
        let words = said(&fold(&bounded));
        let mut hashes: Vec<u64> = words.windows(PIECE).map(hash_of).collect();
        hashes.sort_unstable();
        hashes.dedup();
        if hashes.len() < FEWEST {
            hashes.clear();
        }
        hashes.truncate(KEPT);
        Self(hashes)
    }

    /// Whether there is too little text to compare.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Share of what both say among all that they say, in per cent; `None` where one says too little. Exact up to
    /// 256 pieces, an estimate beyond.
    pub fn alike(&self, other: &Self) -> Option<u8> {
        if self.is_empty() || other.is_empty() {
            return None;
        }
        Some(share(&self.0, &other.0, KEPT))
    }

    /// The hashes by which texts that are alike are found: two texts of which half is the same have one of the
    /// smallest eight in common with a probability of 1 − 2⁻⁸.
    pub(super) fn leads(&self) -> &[u64] {
        leads(&self.0)
    }

    pub(super) fn hashes(&self) -> &[u64] {
        &self.0
    }
}

/// The smallest of sorted hashes, by which others with the same are found.
pub(super) fn leads(sorted: &[u64]) -> &[u64] {
    &sorted[..sorted.len().min(LEADS)]
}

/// By how many hashes others are found.
const LEADS: usize = 8;

/// Share of common hashes among the `most` smallest of both, in per cent, rounded down. Both are sorted and hold
/// each once.
pub(super) fn share(one: &[u64], other: &[u64], most: usize) -> u8 {
    let (mut a, mut b) = (0, 0);
    let (mut all, mut both) = (0_usize, 0_usize);
    while all < most {
        match (one.get(a), other.get(b)) {
            (None, None) => break,
            (Some(x), Some(y)) if x == y => {
                both += 1;
                a += 1;
                b += 1;
            }
            (Some(x), Some(y)) if x < y => a += 1,
            (Some(_), None) => a += 1,
            (_, Some(_)) => b += 1,
        }
        all += 1;
    }
    u8::try_from(both * 100 / all.max(1)).unwrap_or(100)
}

/// The letters of a folded text without what stands for a value: runs of ASCII with a number or with signs that
/// addresses, paths and names of hosts are made of.
fn said(folded: &str) -> Vec<char> {
    let mut letters = Vec::new();
    let mut run = String::new();
    for sign in folded.chars().chain([' ']) {
        if sign.is_ascii_graphic() {
            run.push(sign);
            continue;
        }
        let word = run.trim_matches(|c: char| c.is_ascii_punctuation());
        let is_value = word
            .contains(|c: char| c.is_ascii_digit() || matches!(c, '.' | '/' | '@' | ':' | '\\'));
        if !is_value {
            letters.extend(word.chars().filter(|c| c.is_alphanumeric()));
        }
        run.clear();
        if sign.is_alphabetic() {
            letters.push(sign);
        }
    }
    letters
}

fn hash_of(piece: &[char]) -> u64 {
    piece
        .iter()
        .fold(Hashing::default(), |hash, sign| {
            hash.with(&u32::from(*sign).to_le_bytes())
        })
        .end()
}

/// A small hash, the same on every machine: FNV-1a with an end that mixes (SplitMix64), for sketches whose smallest
/// values have to be drawn evenly. Nothing secret rests on it.
#[derive(Clone, Copy)]
pub(super) struct Hashing(u64);

impl Default for Hashing {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hashing {
    pub(super) fn with(self, bytes: &[u8]) -> Self {
        let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        Self(bytes.iter().fold(self.0, step))
    }

    pub(super) const fn end(self) -> u64 {
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// Shortest passage that is told, in characters.
const PASSAGE: usize = 16;
/// Longest part of a passage that is told.
const TOLD: usize = 160;

/// The longest passages of a text that stand in another too, at most `most`, as they stand in the first.
pub fn passages(own: &str, other: &str, most: usize) -> Vec<String> {
    let own: Vec<char> = own.chars().take(MOST_CHARS).collect();
    let other: Vec<char> = other.chars().take(MOST_CHARS).collect();
    let there: HashSet<&[char]> = other.windows(PASSAGE).collect();
    let mut found: Vec<&[char]> = Vec::new();
    let mut at = 0;
    while at + PASSAGE <= own.len() {
        let mut end = at;
        while end + PASSAGE <= own.len() && there.contains(&own[end..end + PASSAGE]) {
            end += 1;
        }
        if end > at {
            found.push(&own[at..end - 1 + PASSAGE]);
            at = end - 1 + PASSAGE;
        } else {
            at += 1;
        }
    }
    found.sort_by_key(|passage| std::cmp::Reverse(passage.len()));
    let told = found.into_iter().take(most).map(|passage| {
        let cut = passage.len() > TOLD;
        let mut told: String = passage.iter().take(TOLD).collect();
        told = told.trim().to_owned();
        if cut {
            told.push('…');
        }
        told
    });
    told.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const WAVE: &str = "件名「配達のお知らせ」のメールに記載されたリンクを開くと、偽の宅配業者の画面に移り、\
                        利用者の口座番号と暗証番号の入力を求められる。";

    #[test]
    fn values_and_numbers_do_not_tell_texts_apart() {
        let one = format!("{WAVE} http://a1.example/x 203.0.113.5 3 台");
        let other = format!("{WAVE} http://zz.example/y 198.51.100.77 12 台");
        let (one, other) = (Shingles::of(&one), Shingles::of(&other));
        assert_eq!(one, other);
        assert_eq!(one.alike(&other), Some(100));
    }

    #[test]
    fn other_words_are_not_alike_and_few_words_say_nothing() {
        let other = "境界の装置の脆弱性を突いて侵入され、設定の書き出しと新しい管理者の作成を確認した。\
                     外部への通信は止めており、影響の調べを続けている。";
        let alike = Shingles::of(WAVE).alike(&Shingles::of(other));
        assert_eq!(alike, Some(0));
        assert_eq!(
            Shingles::of("不審なメール").alike(&Shingles::of("不審なメール")),
            None
        );
    }

    #[test]
    fn a_passage_is_told_as_it_stands_and_what_is_not_in_both_is_not() {
        let own = format!("社内の鈴木が気付いた。{WAVE}以上");
        let told = passages(&own, WAVE, 3);
        assert_eq!(told, [WAVE]);
        assert_eq!(passages(&own, "ほかの話", 3), [""; 0]);
        let long = "あいうえおかきくけこ".repeat(40);
        assert_eq!(passages(&long, &long, 1)[0].chars().count(), TOLD + 1);
    }

    #[test]
    fn an_estimate_is_near_the_truth() {
        let word = |n: usize| {
            let letter = |n: usize| char::from(b'a' + u8::try_from(n % 26).unwrap());
            [
                letter(n),
                letter(n / 26),
                letter(n * 7),
                letter(n * 11),
                letter(n / 3),
                letter(n / 5),
            ]
        };
        let text = |from: usize, to: usize| {
            let words = (from..to).flat_map(|n| word(n).into_iter().chain([' ']));
            words.collect::<String>()
        };
        // A third of what both say together is in both.
        let (one, other) = (text(0, 2_000), text(1_000, 3_000));
        let alike = Shingles::of(&one).alike(&Shingles::of(&other)).unwrap();
        assert!((23..=43).contains(&alike), "{alike}");
    }
}
