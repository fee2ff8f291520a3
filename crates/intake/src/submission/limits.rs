//! Bounds on a submission.

use jiff::Timestamp;
use kaname_stix::Limits as StixLimits;

use crate::extract::ExtractOptions;
use crate::json::JsonLimits;
use crate::mail::MailLimits;
use crate::table::{TableLimits, TableOptions};

/// Longest title, in characters: typed, taken from a mail's subject or from a text's first line.
pub const MAX_TITLE_CHARS: usize = 200;
/// Longest text, technique and victim information each, in bytes: it is sealed into one event.
pub const MAX_TEXT_BYTES: usize = 1 << 20;
/// Most values of one submission.
pub const MAX_VALUES: usize = 5_000;
/// Longest value, in bytes.
pub const MAX_VALUE_BYTES: usize = 8_192;
/// Most bytes of all values of one submission together: they stand in one event.
pub const MAX_VALUES_BYTES: usize = 1 << 20;
/// Most bytes of all remarks on values together, each with its value: they are sealed with the text.
pub const MAX_REMARKS_BYTES: usize = 256 << 10;
/// Most files of one submission.
pub const MAX_ATTACHMENTS: usize = 50;

/// Bounds on reading a submission, whatever the way it comes. None may be over the one that stands
/// above: what was read can be handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SubmissionLimits {
    /// Technique and victim information each, in bytes.
    pub text_bytes: usize,
    /// Values.
    pub values: usize,
    /// Remark on one value, in characters.
    pub comment_chars: usize,
    /// Files.
    pub attachments: usize,
    /// One file, in bytes.
    pub attachment_bytes: usize,
    /// A JSON document.
    pub json: JsonLimits,
    /// A mail.
    pub mail: MailLimits,
    /// A table.
    pub table: TableLimits,
    /// STIX.
    pub stix: StixLimits,
}

impl Default for SubmissionLimits {
    /// 1 MiB, 5,000 values, 2,000 characters, 20 files of 25 MiB; JSON up to 64 MiB with strings up
    /// to 35 MiB, which is such a file in base64.
    fn default() -> SubmissionLimits {
        SubmissionLimits {
            text_bytes: MAX_TEXT_BYTES,
            values: MAX_VALUES,
            comment_chars: 2_000,
            attachments: 20,
            attachment_bytes: 25 << 20,
            json: JsonLimits {
                max_string_bytes: 35 << 20,
                ..JsonLimits::default()
            },
            mail: MailLimits::default(),
            table: TableLimits::default(),
            stix: StixLimits::default(),
        }
    }
}

/// Bounds, and what belongs to the provider.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SubmissionOptions {
    /// Bounds.
    pub limits: SubmissionLimits,
    /// Domains of the provider; names below them are the provider's too.
    pub own_domains: Vec<String>,
    /// Networks of the provider in CIDR notation, or single addresses.
    pub own_networks: Vec<String>,
    /// Nothing that is said to have happened after this is taken: the caller's now, and as much
    /// as clocks may differ. `None` takes any time.
    pub latest: Option<Timestamp>,
}

impl SubmissionOptions {
    /// The same as options for [`crate::extract`].
    #[must_use]
    pub fn extract(&self) -> ExtractOptions {
        ExtractOptions {
            max_bytes: self.limits.text_bytes,
            max_findings: self.limits.values,
            own_domains: self.own_domains.clone(),
            own_networks: self.own_networks.clone(),
        }
    }

    /// The same as options for [`crate::table::read_table`].
    #[must_use]
    pub fn table(&self) -> TableOptions {
        TableOptions {
            limits: self.limits.table,
            own: self.extract(),
            ..TableOptions::default()
        }
    }
}
