//! Mail as it was received (RFC 5322, MIME): headers, text, attachments. Nothing is rendered,
//! fetched, unpacked or executed; archives stay archives.

mod find;
mod part;
mod read;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use find::{MailFinding, MailFindings, MailSource, mail_indicators};
pub use read::read_mail;

/// Bounds on a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MailLimits {
    /// Length of the whole mail, in bytes.
    pub bytes: usize,
    /// Parts within parts, mails within mails; at most 32 counts.
    pub depth: usize,
    /// Parts in all.
    pub parts: usize,
    /// Length of the headers of one part, in bytes.
    pub header_bytes: usize,
    /// Text of the body in all, in bytes; what is beyond is noted and not read.
    pub text_bytes: usize,
    /// Length of one attachment once decoded, in bytes.
    pub attachment_bytes: usize,
    /// Addresses in markup.
    pub links: usize,
}

impl Default for MailLimits {
    /// 32 MiB, 8 levels, 200 parts, 256 KiB of headers, 1 MiB of text, 25 MiB an attachment,
    /// 2,000 links.
    fn default() -> MailLimits {
        MailLimits {
            bytes: 32 << 20,
            depth: 8,
            parts: 200,
            header_bytes: 256 << 10,
            text_bytes: 1 << 20,
            attachment_bytes: 25 << 20,
            links: 2_000,
        }
    }
}

/// A file that came with a report. Kept as it came and never opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// A name that can be shown and stored ([`crate::safe_file_name`]).
    pub name: String,
    /// The name as the sender wrote it, up to 1,000 characters: for showing as text only.
    pub name_as_written: String,
    /// What the sender says it is, such as `application/pdf`; never believed.
    pub media_type: String,
    /// Length, in bytes.
    pub size: usize,
    /// SHA-256, lower-case hexadecimal.
    pub sha256: String,
    /// The bytes.
    #[serde(skip)]
    pub bytes: Vec<u8>,
}

/// Something a person should know about how a mail was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailNote {
    /// The text beyond the bound was not read.
    TextTruncated,
    /// Addresses in markup beyond the bound were not read.
    LinksTruncated,
    /// A part's transfer encoding is broken; what could be read of it was kept.
    BrokenEncoding {
        /// The part, such as `1.2`.
        part: String,
    },
    /// A part's text holds bytes that are none in its encoding, or the encoding was guessed.
    DoubtfulText {
        /// The part.
        part: String,
        /// The encoding that was used.
        encoding: String,
    },
    /// A multipart without the boundary it declares was kept as an attachment.
    NoBoundary {
        /// The part.
        part: String,
    },
    /// A mail within the mail; its text and attachments are read too.
    MailWithin {
        /// The part.
        part: String,
        /// Its subject.
        subject: String,
    },
}

/// A mail that was read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// `Subject`, decoded.
    pub subject: String,
    /// Addresses of `From`.
    pub from: Vec<String>,
    /// Addresses of `Reply-To`.
    pub reply_to: Vec<String>,
    /// `Date`, when it is one.
    pub date: Option<Timestamp>,
    /// Text of the body: plain parts as they are, markup reduced to its text where no plain part
    /// says the same.
    pub text: String,
    /// Text of markup that stands beside a plain part as its other form.
    pub markup_text: String,
    /// Addresses that markup links to.
    pub links: Vec<String>,
    /// Headers that name systems and senders, with their names, unfolded, as written.
    pub traces: Vec<(String, String)>,
    /// Attachments, those of mails within among them.
    pub attachments: Vec<Attachment>,
    /// What was odd.
    pub notes: Vec<MailNote>,
}

/// Why a mail was not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// The mail is too long.
    #[error("the mail has {actual} bytes, the limit is {limit}")]
    TooLong {
        /// Bytes given.
        actual: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// No header stands at the beginning.
    #[error("this is no mail: it does not begin with a header")]
    NotMail,
    /// Headers of one part are too long.
    #[error("the headers of part {part} have more than {limit} bytes")]
    HeadersTooLong {
        /// The part, such as `1.2`.
        part: String,
        /// Bytes allowed.
        limit: usize,
    },
    /// Parts within parts beyond the bound.
    #[error("part {part} lies deeper than {limit} levels")]
    TooDeep {
        /// The part.
        part: String,
        /// Levels allowed.
        limit: usize,
    },
    /// Too many parts.
    #[error("the mail has more than {limit} parts")]
    TooManyParts {
        /// Parts allowed.
        limit: usize,
    },
    /// One attachment is too long.
    #[error("the attachment {name:?} (part {part}) has {actual} bytes, the limit is {limit}")]
    AttachmentTooLong {
        /// The part.
        part: String,
        /// Its safe name.
        name: String,
        /// Bytes in it.
        actual: usize,
        /// Bytes allowed.
        limit: usize,
    },
}

/// Builds an attachment from what its sender calls it and its bytes.
#[must_use]
pub fn attachment(name: &str, media_type: &str, bytes: Vec<u8>) -> Attachment {
    use sha2::{Digest, Sha256};
    let is_type_sign = |sign: &char| sign.is_ascii_alphanumeric() || "!#$&-^_.+/".contains(*sign);
    let media_type: String = media_type.chars().filter(is_type_sign).take(127).collect();
    let well_formed = media_type
        .split('/')
        .filter(|half| !half.is_empty())
        .count()
        == 2;
    Attachment {
        name: crate::safe_file_name(name),
        name_as_written: name.chars().take(1_000).collect(),
        media_type: if well_formed {
            media_type.to_ascii_lowercase()
        } else {
            "application/octet-stream".to_owned()
        },
        size: bytes.len(),
        sha256: hex::encode(Sha256::digest(&bytes)),
        bytes,
    }
}
