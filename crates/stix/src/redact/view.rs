//! A string as it stands and as it reads after decoding, again and again.

use std::collections::HashSet;

use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::Reading;

/// How often what was decoded is decoded again.
const ROUNDS: usize = 4;
/// Most readings of one string.
const MOST: usize = 256;
/// Shortest run of base64 characters that is decoded.
const BASE64_RUN: usize = 8;
/// Up to this length a run is also decoded from its second to fourth character.
const SHIFTED: usize = 64 * 1024;
/// Shortest run of hexadecimal digits that is decoded.
const HEX_RUN: usize = 8;

/// Longest label of a domain (RFC 1035 §2.3.4); decoding longer ones is dear.
const LABEL: usize = 63;

const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// One reading of a string.
pub(super) struct View {
    pub(super) reading: Reading,
    pub(super) text: String,
}

/// All readings of a string, the plain one first.
pub(super) fn views(text: &str) -> Vec<View> {
    let mut seen: HashSet<String> = HashSet::from([text.to_owned()]);
    let mut out = vec![View {
        reading: Reading::Plain,
        text: text.to_owned(),
    }];
    let mut from = 0;
    for _ in 0..ROUNDS {
        let to = out.len();
        for at in from..to {
            for view in decode(&out[at].text) {
                if out.len() < MOST && !view.text.is_empty() && seen.insert(view.text.clone()) {
                    out.push(view);
                }
            }
        }
        from = to;
    }
    out
}

fn decode(text: &str) -> Vec<View> {
    let mut out = Vec::new();
    let mut add = |reading, texts: Vec<String>| {
        out.extend(texts.into_iter().map(|text| View { reading, text }));
    };
    add(Reading::Percent, marked(text, b'%'));
    add(Reading::Percent, marked(text, b'='));
    add(Reading::Escape, unescape(text).into_iter().collect());
    add(Reading::Base64, base64_runs(text));
    add(Reading::Hex, hex_runs(text));
    add(Reading::Punycode, punycode(text).into_iter().collect());
    out
}

/// What bytes may say: UTF-8, UTF-16 or one of the Japanese encodings.
fn texts(bytes: &[u8]) -> Vec<String> {
    let mut out = Vec::new();
    let valid = std::str::from_utf8(bytes).is_ok();
    out.push(String::from_utf8_lossy(bytes).into_owned());
    if bytes.contains(&0x1b) {
        out.push(
            encoding_rs::ISO_2022_JP
                .decode_without_bom_handling(bytes)
                .0
                .into_owned(),
        );
    }
    if !valid {
        out.push(
            encoding_rs::SHIFT_JIS
                .decode_without_bom_handling(bytes)
                .0
                .into_owned(),
        );
        out.push(
            encoding_rs::EUC_JP
                .decode_without_bom_handling(bytes)
                .0
                .into_owned(),
        );
    }
    if !valid || bytes.contains(&0) {
        out.push(
            encoding_rs::UTF_16LE
                .decode_without_bom_handling(bytes)
                .0
                .into_owned(),
        );
        out.push(
            encoding_rs::UTF_16BE
                .decode_without_bom_handling(bytes)
                .0
                .into_owned(),
        );
    }
    out
}

fn hex_pair(bytes: &[u8]) -> Option<u8> {
    let digit = |at: usize| {
        bytes
            .get(at)
            .and_then(|byte| char::from(*byte).to_digit(16))
    };
    u8::try_from(digit(0)? * 16 + digit(1)?).ok()
}

/// `%E6` of URLs, `=E6` of quoted-printable.
fn marked(text: &str, mark: u8) -> Vec<String> {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    let mut changed = false;
    while at < bytes.len() {
        if bytes[at] == mark
            && let Some(byte) = hex_pair(&bytes[at + 1..])
        {
            decoded.push(byte);
            at += 3;
            changed = true;
        } else if mark == b'=' && bytes[at..].starts_with(b"=\r\n") {
            at += 3;
        } else if mark == b'=' && bytes[at..].starts_with(b"=\n") {
            at += 2;
        } else {
            decoded.push(bytes[at]);
            at += 1;
        }
    }
    if changed { texts(&decoded) } else { Vec::new() }
}

/// `\u65e5`, `%u65e5`, `\x41`, `&#26085;`, `&#x65e5;`.
fn unescape(text: &str) -> Option<String> {
    let mut units: Vec<u16> = Vec::new();
    let mut rest = text;
    let mut changed = false;
    while let Some(first) = rest.chars().next() {
        if let Some((code, length)) = escape_at(rest) {
            let mut buffer = [0; 2];
            match (u16::try_from(code), char::from_u32(code)) {
                (Ok(unit), _) => units.push(unit),
                (Err(_), Some(character)) => units.extend(&*character.encode_utf16(&mut buffer)),
                (Err(_), None) => {}
            }
            rest = &rest[length..];
            changed = true;
        } else {
            let mut buffer = [0; 2];
            units.extend(&*first.encode_utf16(&mut buffer));
            rest = &rest[first.len_utf8()..];
        }
    }
    changed.then(|| String::from_utf16_lossy(&units))
}

fn escape_at(rest: &str) -> Option<(u32, usize)> {
    let hex = |from: usize, length: usize| {
        let digits = rest.get(from..from + length)?;
        let code = u32::from_str_radix(digits, 16).ok()?;
        Some((code, from + length))
    };
    if rest.starts_with("\\u") || rest.starts_with("%u") {
        return hex(2, 4);
    }
    if rest.starts_with("\\x") {
        return hex(2, 2);
    }
    let reference = rest.strip_prefix("&#")?;
    let end = reference.bytes().take(9).position(|byte| byte == b';')?;
    let digits = &reference[..end];
    let code = match digits.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => digits.parse().ok()?,
    };
    Some((code, end + 3))
}

fn runs(text: &str, least: usize, is: impl Fn(u8) -> bool) -> Vec<&str> {
    let mut out = Vec::new();
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let length = bytes[at..].iter().take_while(|byte| is(**byte)).count();
        if length >= least {
            out.push(&text[at..at + length]);
        }
        at += length.max(1);
    }
    out
}

/// Every run of base64 characters, also as one when broken by line ends. One
/// text for each alignment and encoding, with all runs in it.
fn base64_runs(text: &str) -> Vec<String> {
    let is = |byte: u8| byte.is_ascii_alphanumeric() || b"+/-_".contains(&byte);
    let joined: String = text.split_ascii_whitespace().collect();
    let whole = joined.trim_end_matches('=');
    let mut tokens = runs(text, BASE64_RUN, is);
    if joined.len() != text.len() && whole.len() >= BASE64_RUN && whole.bytes().all(is) {
        tokens.push(whole);
    }
    let mut out: Vec<String> = Vec::new();
    for token in tokens {
        let plain = token.replace('-', "+").replace('_', "/");
        let shifts = if plain.len() <= SHIFTED { 4 } else { 1 };
        let mut slot = 0;
        for shift in 0..shifts {
            let mut part = plain.get(shift..).unwrap_or_default();
            if part.len() % 4 == 1 {
                part = &part[..part.len() - 1];
            }
            let Ok(bytes) = LENIENT.decode(part) else {
                continue;
            };
            for reading in texts(&bytes) {
                if slot == out.len() {
                    out.push(String::new());
                }
                out[slot].push_str(&reading);
                out[slot].push('\n');
                slot += 1;
            }
        }
    }
    out
}

fn hex_runs(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    for token in runs(text, HEX_RUN, |byte| byte.is_ascii_hexdigit()) {
        let bytes: Vec<u8> = token.as_bytes().chunks(2).filter_map(hex_pair).collect();
        out.extend(texts(&bytes));
        if out.len() > MOST {
            break;
        }
    }
    out
}

fn punycode(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    if !lower.contains("xn--") {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = lower.as_str();
    while let Some(at) = rest.find("xn--") {
        out.push_str(&rest[..at]);
        let tail = &rest[at..];
        let is_label = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        let length = tail.bytes().take_while(|byte| is_label(*byte)).count();
        if length <= LABEL {
            let (decoded, _) = idna::domain_to_unicode(&tail[..length]);
            out.push_str(&decoded);
        } else {
            out.push_str(&tail[..length]);
        }
        rest = &tail[length..];
    }
    out.push_str(rest);
    Some(out)
}
