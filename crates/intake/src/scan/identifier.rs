//! Hashes, CVE identifiers and autonomous system numbers: words that stand alone.

use super::{Hit, Place, Scan};
use crate::indicator::{Kind, Note};

/// Hashes of the empty file: MD5, SHA-1, SHA-256 and the beginning of SHA-512.
const OF_NOTHING: &[&str] = &[
    "d41d8cd98f00b204e9800998ecf8427e",
    "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce",
];

/// Words that look like an autonomous system number and are something else.
const NOT_A_SYSTEM: &[&str] = &["AS400", "AS2", "AS3", "AS4"];

pub(super) fn scan(scan: &mut Scan<'_>) {
    let text = scan.text();
    let mut start = None;
    for (index, sign) in text.bytes().chain([b' ']).enumerate() {
        match (sign.is_ascii_alphanumeric() || sign == b'_', start) {
            (true, None) => start = Some(index),
            (false, Some(first)) => {
                word(scan, first, index);
                start = None;
            }
            _ => {}
        }
    }
}

fn word(scan: &mut Scan<'_>, start: usize, end: usize) {
    let word = &scan.text()[start..end];
    let hit = if word.eq_ignore_ascii_case("cve") {
        cve(scan.text(), start, end)
    } else if word.starts_with("AS") {
        asn(scan.text(), start, end)
    } else {
        hash(word, start, end)
    };
    if let Some(hit) = hit.filter(|hit| !scan.is_taken(hit.start, hit.end)) {
        scan.add(hit);
    }
}

fn found(start: usize, end: usize, kind: Kind, value: String, notes: Vec<Note>) -> Option<Hit> {
    let place = Place::Nowhere;
    Some(Hit {
        start,
        end,
        kind,
        value,
        unicode: None,
        notes,
        place,
    })
}

fn hash(word: &str, start: usize, end: usize) -> Option<Hit> {
    let kind = match word.len() {
        32 => Kind::Md5,
        40 => Kind::Sha1,
        64 => Kind::Sha256,
        128 => Kind::Sha512,
        _ => return None,
    };
    let first = word.bytes().next();
    let is_filler = word.bytes().all(|sign| Some(sign) == first);
    if is_filler || !word.bytes().all(|sign| sign.is_ascii_hexdigit()) {
        return None;
    }
    let value = word.to_ascii_lowercase();
    let mut notes = Vec::new();
    if is_hash_of_nothing(&value) {
        notes.push(Note::EmptyFile);
    }
    if word.bytes().all(|sign| sign.is_ascii_digit()) {
        notes.push(Note::Doubtful);
    }
    found(start, end, kind, value, notes)
}

/// `CVE-2024-12345` (the CVE Program's syntax since 2014: four digits or more).
fn cve(text: &str, start: usize, end: usize) -> Option<Hit> {
    let rest = text[end..].strip_prefix(['-', ' ', '_'])?;
    let (year, number) = (rest.get(..4)?, rest.get(5..)?);
    let separator = rest.as_bytes().get(4)?;
    let length = number
        .bytes()
        .take(20)
        .take_while(u8::is_ascii_digit)
        .count();
    let follows = number.as_bytes().get(length);
    let is_year = year.bytes().all(|sign| sign.is_ascii_digit())
        && year.starts_with(['1', '2'])
        && matches!(separator, b'-' | b'_' | b' ');
    let ends = follows.is_none_or(|sign| !sign.is_ascii_alphanumeric());
    if !is_year || !(4..=19).contains(&length) || !ends {
        return None;
    }
    let value = format!("CVE-{year}-{}", &number[..length]);
    found(start, end + 1 + 5 + length, Kind::Cve, value, Vec::new())
}

fn asn(text: &str, start: usize, end: usize) -> Option<Hit> {
    let word = &text[start..end];
    let (digits, end) = if word == "ASN" {
        let after = text[end..].strip_prefix([' ', ':'])?;
        let blanks = after
            .bytes()
            .take(2)
            .take_while(|sign| *sign == b' ')
            .count();
        let after = &after[blanks..];
        let length = after
            .bytes()
            .take(11)
            .take_while(u8::is_ascii_digit)
            .count();
        let follows = after.as_bytes().get(length);
        if follows.is_some_and(u8::is_ascii_alphanumeric) {
            return None;
        }
        (&after[..length], end + 1 + blanks + length)
    } else {
        (
            word.strip_prefix("ASN")
                .or_else(|| word.strip_prefix("AS"))?,
            end,
        )
    };
    let plain = !digits.is_empty() && digits.bytes().all(|sign| sign.is_ascii_digit());
    let number: u32 = digits.parse().ok().filter(|number| plain && *number > 0)?;
    if NOT_A_SYSTEM.contains(&word) {
        return None;
    }
    let mut notes = Vec::new();
    if digits.len() < 4 {
        notes.push(Note::Doubtful);
    }
    if (64_496..=64_511).contains(&number) || (65_536..=65_551).contains(&number) {
        notes.push(Note::Documentation);
    } else if (64_512..=65_534).contains(&number) || number >= 4_200_000_000 {
        notes.push(Note::Private);
    }
    found(start, end, Kind::Asn, format!("AS{number}"), notes)
}

/// Whether it is a hash, in lower case, of the empty file.
pub(crate) fn is_hash_of_nothing(value: &str) -> bool {
    OF_NOTHING
        .iter()
        .any(|empty| value.get(..empty.len().min(64)) == Some(*empty))
}
