//! How a name is read, in kana, and the order that Japanese lists have by it (JIS X 4061): the fifty
//! sounds first, then voiced and small signs.

use kaname_kernel::fold::fold;

use crate::text::{BadText, Reading};

const LIMIT: &str = "1 to 100 hiragana or katakana, blanks and the signs ー ・";
/// From a katakana to the hiragana of the same sound.
const APART: u32 = 'ァ' as u32 - 'ぁ' as u32;
/// Signs with a mark or written small, and the plain signs that they are ordered by.
const MARKED: &str = "ぁぃぅぇぉっゃゅょゎがぎぐげござじずぜぞだぢづでどばびぶべぼぱぴぷぺぽゔゕゖ";
const PLAIN: &str = "あいうえおつやゆよわかきくけこさしすせそたちつてとはひふへほはひふへほうかけ";
/// Plain signs by the vowel they end in.
const VOWELS: [(char, &str); 5] = [
    ('あ', "あかさたなはまやらわ"),
    ('い', "いきしちにひみりゐ"),
    ('う', "うくすつぬふむゆる"),
    ('え', "えけせてねへめれゑ"),
    ('お', "おこそとのほもよろを"),
];

pub(crate) fn check(field: &'static str, text: &str) -> Result<String, BadText> {
    let bad = |what| {
        Err(BadText {
            field,
            what,
            limit: LIMIT,
        })
    };
    if text.len() > 1_000 {
        return bad("is too long");
    }
    // Half-width signs become whole ones.
    let read = fold(text.trim());
    match read.chars().count() {
        0 => return bad("is empty"),
        1..=100 => {}
        _ => return bad("is too long"),
    }
    let is_kana = |c: char| matches!(c, 'ぁ'..='ゖ' | 'ァ'..='ヶ');
    if !read.chars().any(is_kana) || !read.chars().all(|c| is_kana(c) || " ー・".contains(c)) {
        return bad("is not written in kana");
    }
    Ok(read)
}

impl Reading {
    /// All in hiragana.
    pub fn hiragana(&self) -> String {
        hiragana(self.as_str())
    }

    /// All in katakana.
    pub fn katakana(&self) -> String {
        let katakana = |c: char| match c {
            'ぁ'..='ゖ' => char::from_u32(u32::from(c) + APART).unwrap_or(c),
            other => other,
        };
        self.as_str().chars().map(katakana).collect()
    }
}

fn hiragana(text: &str) -> String {
    let hiragana = |c: char| match c {
        'ァ'..='ヶ' => char::from_u32(u32::from(c) - APART).unwrap_or(c),
        other => other,
    };
    text.chars().map(hiragana).collect()
}

/// What a name is ordered by: its sounds, then how they are written. A name of kana reads itself; one in
/// other signs comes after all kana, by its signs.
pub(crate) fn order(reading: Option<&Reading>, name: &str) -> (String, String) {
    let read = reading.map_or(name, Reading::as_str);
    let read = hiragana(&fold(read));
    let mut sounds = String::new();
    for sign in read.chars().filter(|sign| !" ・".contains(*sign)) {
        let last = sounds.chars().next_back();
        sounds.push(match sign {
            'ー' => last.and_then(vowel).unwrap_or(sign),
            other => plain(other),
        });
    }
    (sounds, read)
}

fn plain(sign: char) -> char {
    let mut pairs = MARKED.chars().zip(PLAIN.chars());
    pairs
        .find(|(marked, _)| *marked == sign)
        .map_or(sign, |(_, plain)| plain)
}

fn vowel(sign: char) -> Option<char> {
    let mut rows = VOWELS.iter();
    rows.find(|(_, row)| row.contains(sign))
        .map(|(vowel, _)| *vowel)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(mut names: Vec<(&str, &str)>) -> Vec<String> {
        names.sort_by_cached_key(|(reading, name)| {
            order(Reading::parse("reading", reading).ok().as_ref(), name)
        });
        names.iter().map(|(_, name)| (*name).to_owned()).collect()
    }

    #[test]
    fn names_stand_in_the_order_of_their_sounds() {
        assert_eq!(MARKED.chars().count(), PLAIN.chars().count());
        let names = vec![
            ("", "漢字だけ"),
            ("ワカクサ", "若草医療"),
            ("みなとでんりょく", "湊電力"),
            ("ﾊﾔﾃ ﾃﾂﾄﾞｳ", "疾風鉄道"),
            ("", "とばり証券"),
            ("がっき", "楽器"),
            ("かつき", "香月"),
            ("かつどう", "活動"),
            ("カード", "カード会"),
            ("かあさん", "母の会"),
            ("アカガネガス", "赤銅ガス"),
        ];
        assert_eq!(
            sorted(names),
            [
                "赤銅ガス",
                "母の会",
                "カード会",
                "香月",
                "楽器",
                "活動",
                "とばり証券",
                "疾風鉄道",
                "湊電力",
                "若草医療",
                "漢字だけ",
            ]
        );
    }

    #[test]
    fn a_reading_is_kana_and_nothing_else() {
        let read = |text: &str| Reading::parse("reading", text);
        assert_eq!(
            read(" ﾐﾅﾄ でんりょく ").unwrap().hiragana(),
            "みなと でんりょく"
        );
        assert_eq!(read("みなとガス").unwrap().katakana(), "ミナトガス");
        for wrong in [
            "湊電力",
            "Minato",
            "みなと\u{202e}",
            "ー",
            "・ ",
            "",
            &"あ".repeat(101),
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
