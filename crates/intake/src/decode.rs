//! Bytes to text: UTF-8 and UTF-16 with and without a mark, Shift_JIS, EUC-JP, ISO-2022-JP.
//!
//! Reading never fails on what the bytes are, only on how many there are. What could not be read
//! stands in the text as U+FFFD and in the notes with its place.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{
    DecoderResult, EUC_JP, Encoding, ISO_2022_JP, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE,
};
use serde::{Deserialize, Serialize};

/// How much of the input the guess looks at, in bytes.
const GUESSED_FROM: usize = 256 << 10;

/// Bounds, and what the sender says the encoding is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodeOptions {
    /// Longest input, in bytes.
    pub max_bytes: usize,
    /// The label a mail part or a request declares, such as `iso-2022-jp` (WHATWG Encoding §4.2).
    pub declared: Option<String>,
}

impl Default for DecodeOptions {
    /// 16 MiB, nothing declared.
    fn default() -> DecodeOptions {
        DecodeOptions {
            max_bytes: 16 << 20,
            declared: None,
        }
    }
}

/// Something a person should know about how the text was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecodeNote {
    /// A byte order mark stood before the text and is not part of it.
    ByteOrderMark,
    /// Nothing said what the encoding is; it was guessed from the bytes to be this one.
    Guessed(String),
    /// The declared encoding is unknown or does not fit the bytes; another was used.
    DeclaredDoesNotFit(String),
    /// Bytes that are no text in this encoding, replaced by U+FFFD.
    Malformed {
        /// Offset of the first of them in the input, in bytes.
        offset: usize,
        /// Line of the first, counted from 1.
        line: usize,
        /// How many places.
        count: usize,
    },
    /// The text holds NUL characters: it may be no text at all.
    HoldsNul,
}

/// A text and how it was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decoded {
    /// The text, without a byte order mark.
    pub text: String,
    /// Name of the encoding (WHATWG Encoding §4.2), such as `Shift_JIS`.
    pub encoding: String,
    /// What was odd.
    pub notes: Vec<DecodeNote>,
}

/// Why bytes were not read as text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// More bytes than allowed.
    #[error("the text has {actual} bytes, the limit is {limit}")]
    TooLong {
        /// Bytes given.
        actual: usize,
        /// Bytes allowed.
        limit: usize,
    },
}

/// Reads bytes as text. Takes time linear in their number.
///
/// A mark decides; then what was declared, if it fits; then UTF-8, if it fits; then a guess.
///
/// # Errors
/// Only for too many bytes. What is malformed is noted with its place.
pub fn decode(bytes: &[u8], options: &DecodeOptions) -> Result<Decoded, DecodeError> {
    if bytes.len() > options.max_bytes {
        return Err(DecodeError::TooLong {
            actual: bytes.len(),
            limit: options.max_bytes,
        });
    }
    let mut notes = Vec::new();
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        notes.push(DecodeNote::ByteOrderMark);
        return Ok(read(encoding, bytes, mark, notes));
    }
    if let Some(label) = options.declared.as_deref() {
        // Labels come from outside; what is repeated of one is bounded.
        let known = Encoding::for_label_no_replacement(label.trim().as_bytes());
        if let Some(encoding) = known.filter(|known| fits(known, bytes)) {
            return Ok(read(encoding, bytes, 0, notes));
        }
        let shown = label.chars().take(40).collect();
        notes.push(DecodeNote::DeclaredDoesNotFit(shown));
    }
    let encoding = guess(bytes);
    if encoding != UTF_8 {
        notes.push(DecodeNote::Guessed(encoding.name().to_owned()));
    }
    Ok(read(encoding, bytes, 0, notes))
}

fn fits(encoding: &'static Encoding, bytes: &[u8]) -> bool {
    // ISO-2022-JP is ASCII to a reader of UTF-8, who would show escapes instead of letters.
    if encoding == UTF_8 && has_japanese_escape(bytes) {
        return false;
    }
    encoding
        .decode_without_bom_handling_and_without_replacement(bytes)
        .is_some()
}

fn guess(bytes: &[u8]) -> &'static Encoding {
    if has_japanese_escape(bytes) && fits(ISO_2022_JP, bytes) {
        return ISO_2022_JP;
    }
    if let Some(wide) = wide(bytes) {
        return wide;
    }
    if is_mostly_utf8(bytes) {
        return UTF_8;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    let start = &bytes[..bytes.len().min(GUESSED_FROM)];
    detector.feed(start, start.len() == bytes.len());
    let guessed = detector.guess(Some(b"jp"), Utf8Detection::Allow);
    if fits(guessed, bytes) {
        return guessed;
    }
    [SHIFT_JIS, EUC_JP]
        .into_iter()
        .find(|encoding| fits(encoding, bytes))
        .unwrap_or(guessed)
}

/// UTF-8 as a whole, or with a few breaks such as gateways make that cut texts by bytes. Letters
/// of other encodings hardly ever look like UTF-8.
fn is_mostly_utf8(bytes: &[u8]) -> bool {
    let (mut letters, mut breaks) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        letters += chunk
            .valid()
            .chars()
            .filter(|sign| !sign.is_ascii())
            .count();
        breaks += usize::from(!chunk.invalid().is_empty());
    }
    breaks == 0 || breaks * 4 <= letters
}

/// The sequences that begin JIS X 0208 and JIS X 0201 in ISO-2022-JP (RFC 1468).
pub(crate) fn has_japanese_escape(bytes: &[u8]) -> bool {
    bytes
        .windows(3)
        .any(|three| matches!(three, [0x1b, b'$', b'@' | b'B'] | [0x1b, b'(', b'J' | b'I']))
}

/// UTF-16 without a mark: in text of any language that has blanks and digits, one half of many
/// units is zero and the other is not.
fn wide(bytes: &[u8]) -> Option<&'static Encoding> {
    let start = &bytes[..bytes.len().min(4_096)];
    if start.len() < 8 || !bytes.len().is_multiple_of(2) {
        return None;
    }
    let units = start.len() / 2;
    let zeros = |half: usize| {
        start
            .iter()
            .skip(half)
            .step_by(2)
            .filter(|byte| **byte == 0)
            .count()
    };
    let (first, second) = (zeros(0), zeros(1));
    let (encoding, enough) = if second > first {
        (UTF_16LE, second)
    } else {
        (UTF_16BE, first)
    };
    let apart = first.min(second) * 20 <= units;
    (enough * 3 >= units && apart && fits(encoding, bytes)).then_some(encoding)
}

fn read(
    encoding: &'static Encoding,
    bytes: &[u8],
    mark: usize,
    mut notes: Vec<DecodeNote>,
) -> Decoded {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut text = String::new();
    let mut at = mark;
    let mut first = None;
    let mut count = 0;
    loop {
        let rest = &bytes[at..];
        let needed = decoder.max_utf8_buffer_length_without_replacement(rest.len().min(1 << 16));
        text.reserve(needed.unwrap_or(4_096).max(64));
        let (result, taken) = decoder.decode_to_string_without_replacement(rest, &mut text, true);
        at += taken;
        match result {
            DecoderResult::InputEmpty => break,
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(length, after) => {
                let offset = at.saturating_sub(usize::from(length) + usize::from(after));
                let line = || 1 + text.matches('\n').count();
                first.get_or_insert_with(|| (offset, line()));
                count += 1;
                text.push(char::REPLACEMENT_CHARACTER);
            }
        }
    }
    if let Some((offset, line)) = first {
        notes.push(DecodeNote::Malformed {
            offset,
            line,
            count,
        });
    }
    if text.contains('\0') {
        notes.push(DecodeNote::HoldsNul);
    }
    Decoded {
        text,
        encoding: encoding.name().to_owned(),
        notes,
    }
}
