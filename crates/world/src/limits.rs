//! Bounds on everything that arrives, in one value: each has a key in the configuration file, and what
//! passes one is refused with what, where and the bound.

use kaname_intake::{
    JsonLimits,
    mail::MailLimits,
    submission::{MAX_TEXT_BYTES, MAX_VALUES, SubmissionLimits},
    table::TableLimits,
};
use serde::{Deserialize, Serialize};

/// Bounds with defaults that do for a national centre.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Longest body of any request, in bytes: a report with its files.
    pub max_body_bytes: usize,
    /// Longest body of a form that carries no file, in bytes.
    pub max_form_bytes: usize,
    /// Longest body of a form in which an officer writes an item, in bytes.
    pub max_draft_bytes: usize,
    /// Longest TAXII envelope posted, in bytes.
    pub max_post_bytes: usize,
    /// Most fields and files of one form.
    pub max_parts: usize,
    /// Longest text pasted or typed, in bytes. A field of a form may be twice as long, since what is
    /// typed is bounded once more when it is read.
    pub max_text_bytes: usize,
    /// Longest attachment, in bytes.
    pub max_attachment_bytes: usize,
    /// Most attachments of one report.
    pub max_attachments: usize,
    /// Most values read from one report.
    pub max_values: usize,
    /// Most STIX objects of one post or file that is handed in, and most elements of one MISP event.
    pub max_objects: usize,
    /// Longest STIX object, in bytes.
    pub max_object_bytes: usize,
    /// Most arrays and objects within each other, in JSON and STIX.
    pub max_depth: usize,
    /// Longest string of a JSON document, in bytes: an attachment in base64.
    pub max_string_bytes: usize,
    /// Longest mail, in bytes.
    pub max_mail_bytes: usize,
    /// Most parts of one mail.
    pub max_mail_parts: usize,
    /// Most parts within parts of one mail.
    pub max_mail_depth: usize,
    /// Longest table, in bytes.
    pub max_table_bytes: usize,
    /// Most rows of one table, the header among them.
    pub max_rows: usize,
    /// Most columns of one table.
    pub max_columns: usize,
    /// Longest cell of a table, in bytes.
    pub max_cell_bytes: usize,
    /// Longest file that an operator imports, in bytes.
    pub max_import_bytes: u64,
    /// Most objects of one file that an operator imports.
    pub max_import_objects: usize,
    /// Requests of the JSON API that one caller may make in a minute; 0 where nobody counts.
    pub api_per_minute: u32,
    /// A request is told that the house is busy after so many seconds without an answer.
    pub request_timeout_s: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_body_bytes: 72 << 20,
            max_form_bytes: 256 << 10,
            max_draft_bytes: 4 << 20,
            max_post_bytes: 32 << 20,
            max_parts: 12_000,
            max_text_bytes: MAX_TEXT_BYTES,
            max_attachment_bytes: 32 << 20,
            max_attachments: 16,
            max_values: MAX_VALUES,
            max_objects: 10_000,
            max_object_bytes: 8 << 20,
            max_depth: 64,
            max_string_bytes: 48 << 20,
            max_mail_bytes: 32 << 20,
            max_mail_parts: 200,
            max_mail_depth: 8,
            max_table_bytes: 16 << 20,
            max_rows: 100_000,
            max_columns: 100,
            max_cell_bytes: 8 << 10,
            max_import_bytes: 1 << 30,
            max_import_objects: 2_000_000,
            api_per_minute: 600,
            request_timeout_s: 30,
        }
    }
}

impl Limits {
    /// Longest field of a form that is no file, in bytes.
    pub const fn field_bytes(&self) -> usize {
        self.max_text_bytes.saturating_mul(2)
    }

    /// Longest TAXII envelope, in bytes: it is kept as an attachment of its report.
    pub fn envelope_bytes(&self) -> usize {
        let kept = self.max_attachment_bytes.min(self.max_body_bytes);
        self.max_post_bytes.min(kept)
    }

    /// Of a JSON document.
    pub fn json(&self) -> JsonLimits {
        JsonLimits {
            max_bytes: self.max_body_bytes,
            max_depth: self.max_depth,
            max_string_bytes: self.max_string_bytes,
            ..JsonLimits::default()
        }
    }

    /// Of STIX that is handed in.
    pub const fn stix(&self) -> kaname_stix::Limits {
        kaname_stix::Limits {
            bytes: self.max_attachment_bytes,
            objects: self.max_objects,
            object_bytes: self.max_object_bytes,
            depth: self.max_depth,
        }
    }

    /// Of a file that an operator imports.
    pub fn import(&self) -> kaname_stix::Limits {
        kaname_stix::Limits {
            bytes: usize::try_from(self.max_import_bytes).unwrap_or(usize::MAX),
            objects: self.max_import_objects,
            object_bytes: self.max_object_bytes,
            depth: self.max_depth,
        }
    }

    /// Of a report, whichever way it comes.
    pub fn submission(&self) -> SubmissionLimits {
        SubmissionLimits {
            text_bytes: self.max_text_bytes,
            values: self.max_values,
            attachments: self.max_attachments,
            attachment_bytes: self.max_attachment_bytes,
            json: self.json(),
            mail: MailLimits {
                bytes: self.max_mail_bytes,
                parts: self.max_mail_parts,
                depth: self.max_mail_depth,
                text_bytes: self.max_text_bytes,
                attachment_bytes: self.max_attachment_bytes,
                ..MailLimits::default()
            },
            table: TableLimits {
                bytes: self.max_table_bytes,
                rows: self.max_rows,
                columns: self.max_columns,
                cell_bytes: self.max_cell_bytes,
            },
            stix: self.stix(),
            ..SubmissionLimits::default()
        }
    }
}
