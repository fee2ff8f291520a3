//! One MIME part: its headers, where its body lies, and how a body splits into parts.

use std::borrow::Cow;

use mail_parser::{ContentType, HeaderName, HeaderValue, Message, MessageParser, MimeHeaders};

/// Headers of a part, and its body as it lies in the mail.
pub(super) struct Part<'a> {
    /// The headers as text, decoded as a whole when they are not UTF-8.
    pub(super) headers: Vec<u8>,
    pub(super) body: &'a [u8],
}

/// Splits a part at its first empty line. A part that begins with an empty line has no headers.
pub(super) fn split(bytes: &[u8]) -> (&[u8], &[u8]) {
    let mut at = 0;
    while at < bytes.len() {
        let end = line_end(bytes, at);
        let line = &bytes[at..end];
        if line.iter().all(|byte| matches!(byte, b'\r' | b'\n')) {
            return (&bytes[..at], &bytes[end..]);
        }
        at = end;
    }
    (bytes, &[])
}

/// One past the line feed of the line at `at`.
fn line_end(bytes: &[u8], at: usize) -> usize {
    let length = bytes[at..].iter().position(|byte| *byte == b'\n');
    length.map_or(bytes.len(), |length| at + length + 1)
}

/// Reads headers that are already bounded.
pub(super) fn parse_headers(headers: &[u8]) -> Option<Message<'_>> {
    MessageParser::default().parse_headers(headers)
}

/// The type of a part in lower case, `text/plain` when it says none (RFC 2045 §5.2).
pub(super) fn media_type(headers: &Message<'_>, in_digest: bool) -> String {
    let default = if in_digest {
        "message/rfc822"
    } else {
        "text/plain"
    };
    let Some(said) = content_type(headers) else {
        return default.to_owned();
    };
    match said.subtype() {
        Some(subtype) => format!("{}/{}", said.ctype(), subtype).to_ascii_lowercase(),
        None => default.to_owned(),
    }
}

pub(super) fn content_type<'a>(headers: &'a Message<'_>) -> Option<&'a ContentType<'a>> {
    headers
        .header(HeaderName::ContentType)
        .and_then(HeaderValue::as_content_type)
}

/// The name of an attachment, from either of the headers that may carry it.
pub(super) fn name(headers: &Message<'_>) -> Option<String> {
    let root = headers.parts.first()?;
    root.attachment_name().map(str::to_owned)
}

pub(super) fn is_attachment(headers: &Message<'_>) -> bool {
    let disposition = headers.header(HeaderName::ContentDisposition);
    let said = disposition.and_then(HeaderValue::as_content_type);
    said.is_some_and(|said| said.ctype().eq_ignore_ascii_case("attachment"))
}

/// The bodies between the lines of a boundary, at most `most` and one more (RFC 2046 §5.1.1).
/// A last part that is not closed counts. Empty when the boundary never appears.
pub(super) fn between<'a>(body: &'a [u8], boundary: &[u8], most: usize) -> Vec<&'a [u8]> {
    let mut parts = Vec::new();
    let mut open: Option<usize> = None;
    let mut at = 0;
    while at < body.len() {
        let end = line_end(body, at);
        if let Some(closes) = boundary_line(&body[at..end], boundary) {
            if let Some(start) = open {
                parts.push(without_line_end(&body[start..at.max(start)]));
            }
            open = (!closes).then_some(end);
            if closes || parts.len() > most {
                return parts;
            }
        }
        at = end;
    }
    if let Some(start) = open {
        parts.push(&body[start..]);
    }
    parts
}

/// Whether a line is a boundary, and if so whether it is the closing one.
fn boundary_line(line: &[u8], boundary: &[u8]) -> Option<bool> {
    let rest = line.strip_prefix(b"--")?.strip_prefix(boundary)?;
    let rest = rest.trim_ascii_end();
    match rest {
        b"" => Some(false),
        b"--" => Some(true),
        _ => None,
    }
}

fn without_line_end(part: &[u8]) -> &[u8] {
    let part = part.strip_suffix(b"\n").unwrap_or(part);
    part.strip_suffix(b"\r").unwrap_or(part)
}

/// Undoes the transfer encoding; says whether it was whole.
pub(super) fn transfer_decoded<'a>(headers: &Message<'_>, body: &'a [u8]) -> (Cow<'a, [u8]>, bool) {
    let said = headers.header(HeaderName::ContentTransferEncoding);
    let said = said
        .and_then(HeaderValue::as_text)
        .unwrap_or_default()
        .trim();
    if said.eq_ignore_ascii_case("base64") {
        let (decoded, whole) = base64(body);
        return (Cow::Owned(decoded), whole);
    }
    if said.eq_ignore_ascii_case("quoted-printable") {
        let (decoded, whole) = quoted_printable(body);
        return (Cow::Owned(decoded), whole);
    }
    (Cow::Borrowed(body), true)
}

/// Base64 as mail has it: line ends and other signs are passed over (RFC 2045 §6.8), and the text
/// ends with the padding.
fn base64(body: &[u8]) -> (Vec<u8>, bool) {
    let mut out = Vec::with_capacity(body.len() / 4 * 3);
    let (mut bits, mut held, mut whole) = (0_u32, 0_u32, true);
    for byte in body {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => break,
            _ => {
                whole &= byte.is_ascii_whitespace();
                continue;
            }
        };
        bits = bits << 6 | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            // The value keeps eight bits only, which is what is meant.
            out.push((bits >> held & 0xff) as u8);
            bits &= (1 << held) - 1;
        }
    }
    (out, whole && held < 6)
}

/// Quoted-printable; an escape that is none stays as it is (RFC 2045 §6.7 (1)).
fn quoted_printable(body: &[u8]) -> (Vec<u8>, bool) {
    let mut out = Vec::with_capacity(body.len());
    let mut whole = true;
    let mut at = 0;
    while let Some(byte) = body.get(at) {
        if *byte != b'=' {
            out.push(*byte);
            at += 1;
            continue;
        }
        let rest = &body[at + 1..];
        let digit = |index: usize| {
            rest.get(index)
                .and_then(|digit| char::from(*digit).to_digit(16))
        };
        if let (Some(high), Some(low)) = (digit(0), digit(1)) {
            out.push((high * 16 + low) as u8);
            at += 3;
        } else if rest.starts_with(b"\r\n") {
            at += 3;
        } else if rest.starts_with(b"\n") {
            at += 2;
        } else {
            whole = false;
            out.push(b'=');
            at += 1;
        }
    }
    (out, whole)
}
