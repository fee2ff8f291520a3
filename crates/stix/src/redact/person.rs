//! People: a name in either order, family and given name alone, a reading in brackets, kana and rōmaji
//! by their sound, and single characters where somebody is addressed.

use std::ops::Range;

use super::fold::fold;
use super::lexicon::{Lexicon, Rule};
use super::name::{self, SHORT, is_kept};
use super::sound::{is_heard, is_kana, sound};

/// What stands after a name; folded, so hiragana is katakana here.
pub(super) const TITLES: [&str; 30] = [
    "様",
    "サマ",
    "サン",
    "氏",
    "君",
    "クン",
    "チャン",
    "殿",
    "ドノ",
    "先生",
    "部長",
    "課長",
    "係長",
    "室長",
    "局長",
    "所長",
    "社長",
    "本部長",
    "主任",
    "主査",
    "主事",
    "次長",
    "センター長",
    "院長",
    "会長",
    "教授",
    "技師",
    "san",
    "sama",
    "kun",
];
/// What stands before a name.
pub(super) const BEFORE: [&str; 5] = ["mr", "ms", "mrs", "miss", "dr"];
/// Ends of what a desk or a post is called: such a word alone leads to nobody.
pub(super) const DESKS: [&str; 20] = [
    "部",
    "課",
    "室",
    "係",
    "局",
    "班",
    "者",
    "員",
    "官",
    "長",
    "担当",
    "窓口",
    "当番",
    "当直",
    "センター",
    "チーム",
    "グループ",
    "システム",
    "セキュリティ",
    "総務",
];
/// The same in Latin letters.
const LATIN_DESKS: [&str; 41] = [
    "admin",
    "administrator",
    "analyst",
    "center",
    "centre",
    "chief",
    "contact",
    "control",
    "csirt",
    "department",
    "desk",
    "director",
    "division",
    "duty",
    "engineer",
    "general",
    "head",
    "incident",
    "info",
    "information",
    "lead",
    "manager",
    "member",
    "network",
    "noc",
    "office",
    "officer",
    "operator",
    "provider",
    "psirt",
    "reporter",
    "response",
    "room",
    "security",
    "soc",
    "staff",
    "steward",
    "support",
    "system",
    "systems",
    "team",
];

/// Adds all spellings of a person's name, or of the name in a mail address, to the words as they are
/// written and to those as they sound.
pub(super) fn add(trace: usize, text: &str, written: &mut Lexicon, heard: &mut Lexicon) {
    let folded: String = fold(text).into_iter().collect();
    if let Some((local, _)) = folded.split_once('@') {
        for word in name::spellings(&folded) {
            written.add(trace, word, Rule::Anywhere);
        }
        add_sounds(trace, &parts(local), heard, false);
        return;
    }
    for name in folded.split(['(', ')', '[', ']', '【', '】', '〔', '〕', '/', '=']) {
        let parts = parts(name);
        if let [one] = parts.as_slice()
            && is_desk(one)
        {
            continue;
        }
        for word in name::spellings(name) {
            written.add(trace, word, Rule::Anywhere);
        }
        // Whoever names a desk in English ("Bay Electric, duty manager") names no person beside it.
        let desk = parts.iter().any(|part| is_latin(part) && is_desk(part));
        let people = || parts.iter().filter(|part| !(desk && is_latin(part)));
        for part in people() {
            add_alone(trace, part, written);
        }
        if let [one] = parts.as_slice() {
            for part in halves(one) {
                add_alone(trace, &part, written);
            }
        }
        if !desk {
            add_sounds(trace, &parts, heard, true);
        }
    }
}

fn parts(name: &str) -> Vec<Vec<char>> {
    let parts = name.split(|sign: char| !is_kept(sign));
    let parts = parts.map(|part| part.chars().filter(|sign| !sign.is_numeric()).collect());
    parts.filter(|part: &Vec<char>| !part.is_empty()).collect()
}

/// A family or given name alone: a long enough one wherever it stands, else where it is addressed.
fn add_alone(trace: usize, part: &[char], written: &mut Lexicon) {
    let latin = is_latin(part);
    let kana = part.iter().copied().all(is_kana);
    if is_desk(part) || latin && part.len() < 3 {
        return;
    }
    let least = if latin || kana { 4 } else { 2 };
    let rule = if part.len() >= least {
        Rule::Anywhere
    } else {
        Rule::Addressed
    };
    written.add(trace, part.to_vec(), rule);
}

/// Where a name in kanji without a space may be cut in two.
fn halves(name: &[char]) -> Vec<Vec<char>> {
    let kanji =
        |sign: &char| matches!(sign, '\u{3400}'..='\u{9fff}' | '々' | '\u{f900}'..='\u{faff}');
    if !(2..=5).contains(&name.len()) || !name.iter().all(kanji) {
        return Vec::new();
    }
    let cuts = (1..name.len()).flat_map(|at| [name[..at].to_vec(), name[at..].to_vec()]);
    cuts.collect()
}

fn add_sounds(trace: usize, parts: &[Vec<char>], heard: &mut Lexicon, alone: bool) {
    if parts.len() > 3 || !parts.iter().all(|part| is_heard(part)) {
        return;
    }
    if parts.iter().all(|part| is_desk(part)) {
        return;
    }
    let sounds: Vec<Vec<char>> = parts.iter().map(|part| sound(part).chars).collect();
    if sounds.len() > 1 {
        let whole = sounds.concat();
        let reversed: Vec<char> = sounds.iter().rev().flatten().copied().collect();
        let joined = sound(&parts.concat()).chars;
        for word in [whole, reversed, joined] {
            if word.len() >= 5 {
                heard.add(trace, word, Rule::Anywhere);
            }
        }
    }
    for (part, word) in parts.iter().zip(sounds) {
        if is_desk(part) || word.len() < 3 {
            continue;
        }
        let rule = if alone && word.len() >= 4 {
            Rule::Anywhere
        } else {
            Rule::Addressed
        };
        heard.add(trace, word, rule);
    }
}

fn is_latin(part: &[char]) -> bool {
    part.iter().all(char::is_ascii)
}

fn is_desk(part: &[char]) -> bool {
    let part: String = part.iter().collect();
    LATIN_DESKS.contains(&part.as_str()) || DESKS.iter().any(|desk| part.ends_with(desk))
}

/// Whether a word at this place counts by its rule. Of short kana, what stands before must be no kana:
/// モリ is not in メモリ.
pub(super) fn fits(rule: Rule, length: usize, chars: &[char], range: &Range<usize>) -> bool {
    let addressed = is_addressed(chars, range);
    let before = range.start.checked_sub(1).and_then(|at| chars.get(at));
    let first = chars.get(range.start).copied().unwrap_or(' ');
    let short = length < SHORT;
    let fits = if first.is_ascii() {
        !short || name::stands_alone(chars, range)
    } else if is_kana(first) {
        !short || addressed || !before.is_some_and(|before| is_kana(*before))
    } else {
        true
    };
    fits && (rule == Rule::Anywhere || addressed)
}

/// Whether 様, さん, 氏, a post stands behind, or Mr. before.
fn is_addressed(chars: &[char], range: &Range<usize>) -> bool {
    let after = chars.get(range.end..).unwrap_or_default();
    let gap = after
        .iter()
        .take(2)
        .take_while(|sign| !is_kept(**sign))
        .count();
    let titled = TITLES.iter().any(|title| {
        let rest = after.get(gap..).unwrap_or_default();
        let length = title.chars().count();
        let end = rest.get(length).copied().unwrap_or(' ');
        let whole = !title.is_ascii() || !end.is_ascii_alphabetic();
        whole && rest.iter().take(length).copied().eq(title.chars())
    });
    let before = chars.get(..range.start).unwrap_or_default();
    let gap = before
        .iter()
        .rev()
        .take(3)
        .take_while(|sign| !is_kept(**sign))
        .count();
    let before = &before[..before.len() - gap];
    let greeted = BEFORE.iter().any(|title| {
        let at = before.len().checked_sub(title.len());
        let earlier = at
            .and_then(|at| at.checked_sub(1))
            .and_then(|at| before.get(at));
        let tail = at.and_then(|at| before.get(at..)).unwrap_or_default();
        gap > 0
            && !earlier.is_some_and(char::is_ascii_alphabetic)
            && !tail.is_empty()
            && tail.iter().copied().eq(title.chars())
    });
    titled || greeted
}
