//! Bounds on a submission.

use jiff::Timestamp;
use kaname_stix::Limits as StixLimits;

use crate::extract::ExtractOptions;
use crate::json::JsonLimits;
use crate::mail::MailLimits;
use crate::table::{TableLimits, TableOptions};

/// Bounds on a submission, whatever the way it comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SubmissionLimits {
    /// Title, in characters.
    pub title_chars: usize,
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
    /// 200 characters, 1 MiB, 10,000 values, 2,000 characters, 20 files of 25 MiB; JSON up to
    /// 64 MiB with strings up to 35 MiB, which is such a file in base64.
    fn default() -> SubmissionLimits {
        SubmissionLimits {
            title_chars: 200,
            text_bytes: 1 << 20,
            values: 10_000,
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
