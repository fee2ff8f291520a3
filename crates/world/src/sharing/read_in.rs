//! Reading what a provider hands in, whichever way, with what is its own left out; and the draft that
//! keeps it until it is submitted.

use jiff::{SignedDuration, Timestamp};
use kaname_intake::{
    submission::{
        SubmissionError, SubmissionOptions, Submitted, TablePreview, Way, from_file, from_table,
        preview_table,
    },
    table::{Column, Field, TableError, TableOptions},
};
use kaname_kernel::{Pap, Tlp};
use kaname_policy::{Action, Resource};
use kaname_sharing::{
    Value,
    report::{Channel, Urgency, Wishes},
    victim::Harm,
};
use serde::{Deserialize, Serialize};

use super::submit::{Attachment, NewReport};
use crate::{caller::Caller, error::WorldError, kept::opened_value, world::World};

const SPACE: &str = "draft";
/// A draft is forgotten after that many days without a change.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 14);

/// How a provider wants its report handled: the same whichever way it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// How far it may go.
    pub tlp: Tlp,
    /// What may be done with it.
    pub pap: Pap,
    /// Whom to reach.
    #[serde(default)]
    pub wishes: Wishes,
    /// Sector code, when the provider lets it be known.
    #[serde(default)]
    pub sector: Option<String>,
    /// How soon somebody has to look.
    pub urgency: Urgency,
}

impl Default for Terms {
    /// AMBER+STRICT, PAP AMBER, nothing disclosed.
    fn default() -> Self {
        Self {
            tlp: Tlp::AmberStrict,
            pap: Pap::Amber,
            wishes: Wishes::default(),
            sector: None,
            urgency: Urgency::Normal,
        }
    }
}

/// How the columns of a table are read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Columns {
    /// Whether the first row holds words for the columns; found out when `None`.
    pub header: Option<bool>,
    /// What each column means, from the first on; proposed when empty.
    pub fields: Vec<Field>,
}

impl Columns {
    fn options(&self) -> TableOptions {
        let fields = self.fields.iter().enumerate();
        TableOptions {
            header: self.header,
            mapping: fields
                .map(|(index, field)| (Column::Number(index + 1), *field))
                .collect(),
            ..TableOptions::default()
        }
    }
}

/// A draft: what was typed, and what was read from a file, until it is submitted.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Draft {
    /// Against submitting twice.
    pub once: String,
    /// Title.
    pub title: String,
    /// What the attacker did, or the pasted text.
    pub technique: String,
    /// What was done to the victim.
    pub victim: String,
    /// When it was seen, as typed.
    pub seen: String,
    /// Terms.
    pub terms: Terms,
    /// What reading found; `None` before it was read.
    pub read: Option<Submitted>,
    /// The file as it arrived: name and bytes in base64.
    pub original: Option<(String, String)>,
    /// How its columns are read, when it is a table.
    pub columns: Columns,
    /// When it was last kept.
    pub kept: Option<Timestamp>,
}

impl World {
    /// Reads a file or pasted text; the caller's own domains and networks are left out. Nothing is
    /// kept.
    pub fn read_in(
        &self,
        caller: &Caller,
        file_name: &str,
        bytes: &[u8],
    ) -> Result<Submitted, WorldError> {
        let options = self.reading(caller)?;
        from_file(file_name, bytes, &options).map_err(unreadable)
    }

    /// Reads a table as `columns` says. A table in which no column is said, or found, to hold values
    /// reads as one without values: the person says which column it is.
    pub fn read_table_in(
        &self,
        caller: &Caller,
        bytes: &[u8],
        columns: &Columns,
    ) -> Result<Submitted, WorldError> {
        let options = self.reading(caller)?;
        match from_table(bytes, &columns.options(), &options) {
            Err(SubmissionError::Table(TableError::NoValueColumn)) => {
                Ok(Submitted::new(Way::Table))
            }
            read => read.map_err(unreadable),
        }
    }

    /// Shows how a table is read: what each column is taken for, and its first `rows` rows.
    pub fn preview_table_in(
        &self,
        caller: &Caller,
        bytes: &[u8],
        columns: &Columns,
        rows: usize,
    ) -> Result<TablePreview, WorldError> {
        let options = self.reading(caller)?;
        preview_table(bytes, &columns.options(), &options, rows).map_err(unreadable)
    }

    /// How what a caller hands in is read: for who may submit.
    pub fn reading(&self, caller: &Caller) -> Result<SubmissionOptions, WorldError> {
        self.allow_any(caller, Action::SubmissionSubmit)?;
        self.reading_options(caller)
    }

    /// How what a caller hands in is read, whichever way it comes: what is its party's own, the bounds,
    /// and until when something can have been seen.
    pub(crate) fn reading_options(&self, caller: &Caller) -> Result<SubmissionOptions, WorldError> {
        let party = caller.party.as_ref().ok_or(WorldError::Unauthenticated)?;
        let domains = party.state.mail_domains.iter();
        let networks = party.state.networks.iter();
        Ok(SubmissionOptions {
            limits: self.settings().limits.submission(),
            own_domains: domains.map(|domain| domain.as_str().to_owned()).collect(),
            own_networks: networks
                .map(|network| network.as_str().to_owned())
                .collect(),
            latest: Some(self.now() + SignedDuration::from_mins(10)),
        })
    }

    /// A report from what was read and the provider's terms. Values are those that were confirmed.
    pub fn report_from(
        read: Submitted,
        terms: Terms,
        original: Option<Attachment>,
        attachments: Vec<Attachment>,
    ) -> NewReport {
        let remarks = read.values.iter().filter(|value| !value.comment.is_empty());
        NewReport {
            channel: match read.way {
                Way::Form => Channel::Form,
                Way::Text => Channel::Paste,
                Way::Mail => Channel::Mail,
                Way::Table => Channel::Table,
                Way::Stix => Channel::Stix,
                Way::Json => Channel::Api,
            },
            title: read.title,
            technique: read.technique,
            harm: Harm {
                text: read.victim,
                ..Harm::default()
            },
            remarks: remarks
                .map(|value| (value.value.clone(), value.comment.clone()))
                .collect(),
            values: read
                .values
                .into_iter()
                .map(|value| Value {
                    kind: value.kind,
                    value: value.value,
                })
                .collect(),
            tlp: terms.tlp,
            pap: terms.pap,
            wishes: terms.wishes,
            sector: terms.sector,
            urgency: terms.urgency,
            seen: read.occurred.map(|when| when.at),
            original,
            attachments,
        }
    }

    /// The caller's draft, if there is one.
    pub async fn draft(&self, caller: &Caller) -> Result<Option<Draft>, WorldError> {
        let key = self.draft_key(caller)?;
        let kept = self.store().kv_get(SPACE, &key, self.now()).await?;
        let Some(kept) = kept else {
            return Ok(None);
        };
        let plain = opened_value(&self.keys().drafts(), key.as_bytes(), &kept)?;
        // A draft of an older version that does not read any more is no draft.
        Ok(serde_json::from_slice(&plain).ok())
    }

    /// Keeps the caller's draft: one a person, sealed, for two weeks.
    pub async fn keep_draft(&self, caller: &Caller, draft: &Draft) -> Result<(), WorldError> {
        let key = self.draft_key(caller)?;
        let mut draft = draft.clone();
        draft.kept = Some(self.now());
        if draft.once.is_empty() {
            let random: [u8; 16] = self.rng().bytes();
            draft.once = hex::encode(random);
        }
        let plain = serde_json::to_vec(&draft).map_err(WorldError::encoding)?;
        let drafts = self.keys().drafts();
        let value = self.sealed_value(&drafts, key.as_bytes(), &plain);
        self.store()
            .kv_put(SPACE, &key, value, self.now() + KEPT)
            .await?;
        Ok(())
    }

    /// Forgets the caller's draft.
    pub async fn drop_draft(&self, caller: &Caller) -> Result<(), WorldError> {
        let key = self.draft_key(caller)?;
        self.store().kv_take(SPACE, &key, self.now()).await?;
        Ok(())
    }

    fn draft_key(&self, caller: &Caller) -> Result<String, WorldError> {
        let account = caller.account_id()?;
        let own = Resource::any(SPACE).of_account(account);
        self.allow(caller, Action::DraftOwn, &own)?;
        let tag = self.keys().token.derive(SPACE).tag(account.bytes());
        Ok(hex::encode(tag))
    }
}

/// What the reader of a file said, as an error about the file.
fn unreadable(error: SubmissionError) -> WorldError {
    WorldError::invalid("file", "error-unreadable", error.to_string())
}
