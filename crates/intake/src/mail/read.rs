//! Walking a mail: bounded in depth, parts and bytes, linear in its length at each depth.

use jiff::Timestamp;
use mail_parser::{Address, HeaderName, HeaderValue, Message};

use super::part::{self, Part};
use super::{Mail, MailError, MailLimits, MailNote, attachment};
use crate::decode::{DecodeNote, DecodeOptions, decode, has_japanese_escape};
use crate::html;

/// Levels beyond which no mail is read, whatever the limits say: the walk is recursive.
const HARD_MAX_DEPTH: usize = 32;

/// Headers whose text names senders and the systems on the way.
const TRACES: &[&str] = &[
    "received",
    "return-path",
    "sender",
    "x-originating-ip",
    "x-sender-ip",
    "x-mailer-ip",
    "authentication-results",
    "received-spf",
    "list-unsubscribe",
    "message-id",
];

/// Longest of them that is kept, in bytes, and how many.
const TRACE_BYTES: usize = 4 << 10;
const MAX_TRACES: usize = 200;

/// Reads a mail.
///
/// # Errors
/// When it is no mail, or one of the bounds is passed; which, and where.
pub fn read_mail(bytes: &[u8], limits: &MailLimits) -> Result<Mail, MailError> {
    if bytes.len() > limits.bytes {
        return Err(MailError::TooLong {
            actual: bytes.len(),
            limit: limits.bytes,
        });
    }
    let mut walk = Walk {
        limits: *limits,
        parts: 0,
        mail: Mail::default(),
    };
    // Mailboxes put a line `From …` before each mail.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let from_line = bytes
        .starts_with(b"From ")
        .then(|| bytes.iter().position(|byte| *byte == b'\n'));
    let bytes = from_line.flatten().map_or(bytes, |end| &bytes[end + 1..]);
    if !begins_with_a_header(bytes) {
        return Err(MailError::NotMail);
    }
    walk.message(bytes, "1", 0)?;
    walk.mail.links.dedup();
    Ok(walk.mail)
}

fn begins_with_a_header(bytes: &[u8]) -> bool {
    let first = bytes
        .split(|byte| *byte == b'\n')
        .next()
        .unwrap_or_default();
    let name = first
        .iter()
        .take_while(|byte| byte.is_ascii_graphic() && **byte != b':')
        .count();
    let after = first[name..].trim_ascii_start();
    (1..=76).contains(&name) && after.starts_with(b":")
}

struct Walk {
    limits: MailLimits,
    parts: usize,
    mail: Mail,
}

impl Walk {
    /// A whole mail: the outermost gives the headers that are reported.
    fn message(&mut self, bytes: &[u8], place: &str, depth: usize) -> Result<(), MailError> {
        let part = self.open(bytes, place, depth)?;
        let Some(headers) = part::parse_headers(&part.headers) else {
            return Ok(());
        };
        let subject = headers.subject().unwrap_or_default().trim().to_owned();
        if depth == 0 {
            self.mail.subject = subject;
            self.mail.from = addresses(headers.from());
            self.mail.reply_to = addresses(headers.reply_to());
            self.mail.date = date(&headers);
        } else {
            self.mail.from.extend(addresses(headers.from()));
            self.mail.reply_to.extend(addresses(headers.reply_to()));
            let part = place.to_owned();
            self.push_text(&subject);
            self.mail.notes.push(MailNote::MailWithin { part, subject });
        }
        self.traces(&headers, &part.headers);
        self.body(&headers, part.body, place, depth, false)
    }

    /// Splits a part into headers and body, and counts it.
    fn open<'a>(
        &mut self,
        bytes: &'a [u8],
        place: &str,
        depth: usize,
    ) -> Result<Part<'a>, MailError> {
        let limit = self.limits.depth.min(HARD_MAX_DEPTH);
        if depth > limit {
            let part = place.to_owned();
            return Err(MailError::TooDeep { part, limit });
        }
        self.parts += 1;
        if self.parts > self.limits.parts {
            return Err(MailError::TooManyParts {
                limit: self.limits.parts,
            });
        }
        let (headers, body) = part::split(bytes);
        if headers.len() > self.limits.header_bytes {
            return Err(MailError::HeadersTooLong {
                part: place.to_owned(),
                limit: self.limits.header_bytes,
            });
        }
        // Senders that know no RFC 2047 write their own encoding into headers.
        let mut headers = match std::str::from_utf8(headers) {
            Ok(text) if !has_japanese_escape(headers) => text.to_owned(),
            _ => decode(headers, &DecodeOptions::default())
                .map(|read| read.text)
                .unwrap_or_default(),
        };
        // The parser wants at least one header, and many a part has none.
        if !headers.is_empty() && !headers.ends_with('\n') {
            headers.push_str("\r\n");
        }
        headers.push_str("X-End: 1\r\n\r\n");
        Ok(Part {
            headers: headers.into_bytes(),
            body,
        })
    }

    fn body(
        &mut self,
        headers: &Message<'_>,
        body: &[u8],
        place: &str,
        depth: usize,
        in_digest: bool,
    ) -> Result<(), MailError> {
        let media_type = part::media_type(headers, in_digest);
        if media_type.starts_with("multipart/") {
            let boundary = part::content_type(headers).and_then(|said| said.attribute("boundary"));
            let most = self.limits.parts.saturating_sub(self.parts);
            let parts = boundary.filter(|boundary| !boundary.is_empty());
            let parts =
                parts.map(|boundary| part::between(body, boundary.trim_end().as_bytes(), most));
            let Some(parts) = parts.filter(|parts| !parts.is_empty()) else {
                self.mail.notes.push(MailNote::NoBoundary {
                    part: place.to_owned(),
                });
                return self.leaf(headers, body, "text/plain", place);
            };
            return self.multipart(&parts, &media_type, place, depth);
        }
        let is_mail = matches!(media_type.as_str(), "message/rfc822" | "message/global");
        if is_mail {
            let (decoded, _) = part::transfer_decoded(headers, body);
            if begins_with_a_header(&decoded) {
                return self.message(&decoded, &format!("{place}.1"), depth + 1);
            }
        }
        self.leaf(headers, body, &media_type, place)
    }

    fn multipart(
        &mut self,
        parts: &[&[u8]],
        media_type: &str,
        place: &str,
        depth: usize,
    ) -> Result<(), MailError> {
        let in_digest = media_type == "multipart/digest";
        let is_choice = media_type == "multipart/alternative";
        let start = self.mail.text.len();
        for (index, bytes) in parts.iter().enumerate() {
            let place = format!("{place}.{}", index + 1);
            let part = self.open(bytes, &place, depth + 1)?;
            let Some(headers) = part::parse_headers(&part.headers) else {
                continue;
            };
            // Of two forms of one text the plain one is shown, and the other kept beside it: what
            // they do not both say may matter most.
            let markup = is_choice && part::media_type(&headers, false) == "text/html";
            let shown = self.mail.text.len();
            self.body(&headers, part.body, &place, depth + 1, in_digest)?;
            if markup && shown > start && !part::is_attachment(&headers) {
                let other = self.mail.text.split_off(shown);
                self.mail.markup_text.push_str(other.trim_start());
                self.mail.markup_text.push('\n');
            }
        }
        Ok(())
    }

    fn leaf(
        &mut self,
        headers: &Message<'_>,
        body: &[u8],
        media_type: &str,
        place: &str,
    ) -> Result<(), MailError> {
        let (decoded, whole) = part::transfer_decoded(headers, body);
        if !whole {
            self.mail.notes.push(MailNote::BrokenEncoding {
                part: place.to_owned(),
            });
        }
        let name = part::name(headers);
        let is_text = matches!(media_type, "text/plain" | "text/html");
        if is_text && !part::is_attachment(headers) && name.is_none() {
            self.text(headers, &decoded, media_type == "text/html", place);
            return Ok(());
        }
        if decoded.is_empty() && name.is_none() {
            return Ok(());
        }
        let file = attachment(
            name.as_deref().unwrap_or_default(),
            media_type,
            decoded.into_owned(),
        );
        if file.size > self.limits.attachment_bytes {
            return Err(MailError::AttachmentTooLong {
                part: place.to_owned(),
                name: file.name,
                actual: file.size,
                limit: self.limits.attachment_bytes,
            });
        }
        self.mail.attachments.push(file);
        Ok(())
    }

    fn text(&mut self, headers: &Message<'_>, bytes: &[u8], is_markup: bool, place: &str) {
        let declared = part::content_type(headers).and_then(|said| said.attribute("charset"));
        // Seven bits are in every encoding; what was meant by others needs no note then.
        let declared = declared.filter(|label| !label.eq_ignore_ascii_case("us-ascii"));
        let options = DecodeOptions {
            max_bytes: self.limits.bytes,
            declared: declared.map(str::to_owned),
        };
        let Ok(read) = decode(bytes, &options) else {
            self.mail.notes.push(MailNote::TextTruncated);
            return;
        };
        if read
            .notes
            .iter()
            .any(|note| *note != DecodeNote::ByteOrderMark)
        {
            let (part, encoding) = (place.to_owned(), read.encoding);
            self.mail
                .notes
                .push(MailNote::DoubtfulText { part, encoding });
        }
        if !is_markup {
            self.push_text(&read.text);
            return;
        }
        let room = self.limits.links.saturating_sub(self.mail.links.len());
        let plain = html::plain(&read.text, room);
        if plain.truncated {
            self.mail.notes.push(MailNote::LinksTruncated);
        }
        self.mail.links.extend(plain.links);
        self.push_text(&plain.text);
    }

    fn push_text(&mut self, text: &str) {
        let text = text.trim_end();
        if text.is_empty() {
            return;
        }
        let read = self.mail.text.len() + self.mail.markup_text.len();
        let room = self.limits.text_bytes.saturating_sub(read);
        let kept = &text[..text.floor_char_boundary(room.saturating_sub(2))];
        if !self.mail.text.is_empty() && !kept.is_empty() {
            self.mail.text.push_str("\n\n");
        }
        self.mail.text.push_str(kept);
        if kept.len() < text.len() && !self.mail.notes.contains(&MailNote::TextTruncated) {
            self.mail.notes.push(MailNote::TextTruncated);
        }
    }

    fn traces(&mut self, headers: &Message<'_>, bytes: &[u8]) {
        for header in headers.headers() {
            let name = header.name().to_ascii_lowercase();
            if !TRACES.contains(&name.as_str()) || self.mail.traces.len() >= MAX_TRACES {
                continue;
            }
            let (start, end) = (header.offset_start() as usize, header.offset_end() as usize);
            let raw = bytes
                .get(start..end.min(start + TRACE_BYTES))
                .unwrap_or_default();
            let text = String::from_utf8_lossy(raw);
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            self.mail.traces.push((name, text));
        }
    }
}

fn addresses(list: Option<&Address<'_>>) -> Vec<String> {
    let Some(list) = list else {
        return Vec::new();
    };
    let found = list.iter().filter_map(|address| address.address());
    found
        .take(100)
        .map(|address| address.chars().take(320).collect())
        .collect()
}

fn date(headers: &Message<'_>) -> Option<Timestamp> {
    let said = headers
        .header(HeaderName::Date)
        .and_then(HeaderValue::as_datetime)?;
    let said = said.is_valid().then(|| said.to_timestamp())?;
    Timestamp::from_second(said).ok()
}
