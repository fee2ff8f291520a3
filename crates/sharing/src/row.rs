//! Rows of the redaction checklist as an item keeps them. A row says where something was found and
//! what kind it is, never what: that would write the provider's name into the item's history.

use std::collections::BTreeSet;

use kaname_kernel::AccountId;
use kaname_stix::redact::Reading;
use serde::{Deserialize, Serialize};

use crate::content::Content;

/// What kind of thing gives the provider away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sign {
    /// A name of the organisation, a site, a product.
    Name,
    /// A person's name.
    Person,
    /// One of its domains.
    Domain,
    /// One of its addresses or networks, or an address that is used inside of organisations alone.
    Address,
    /// A telephone number.
    Phone,
    /// A mail address that is no value of the item.
    Mail,
    /// A time as exact as the provider reported it.
    ExactTime,
    /// The name of an attached file.
    Attachment,
    /// A word by which the provider speaks of itself: 当社, "our network".
    FirstPerson,
}

impl Sign {
    /// The word in files and Fluent keys.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Person => "person",
            Self::Domain => "domain",
            Self::Address => "address",
            Self::Phone => "phone",
            Self::Mail => "mail",
            Self::ExactTime => "exact_time",
            Self::Attachment => "attachment",
            Self::FirstPerson => "first_person",
        }
    }
}

/// What became of a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum RowState {
    /// Still there, undecided: consent can't be asked.
    Open,
    /// No longer there.
    Removed,
    /// Still there, and an officer says why it gives nobody away.
    Accepted {
        /// Who.
        by: AccountId,
        /// Why.
        reason: String,
    },
}

/// One place in an item where something was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// JSON pointer into the item's content: `/title/ja`, `/objects/0/description`.
    pub place: String,
    /// Whether it is in the key at that place instead of the value.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_key: bool,
    /// What kind of thing the longest of what was found there is.
    pub sign: Sign,
    /// What else was found within it.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub also: BTreeSet<Sign>,
    /// How the text was read when it was found.
    pub reading: Reading,
    /// Tells rows of the same place, sign and reading apart; from 0.
    pub nth: u16,
    /// Bytes of the string at the place.
    pub span: (usize, usize),
    /// What became of it.
    pub state: RowState,
}

impl Row {
    /// What a form sends back to mean this row.
    pub fn key(&self) -> String {
        let reading = match self.reading {
            Reading::Plain => "plain",
            Reading::Percent => "percent",
            Reading::Base64 => "base64",
            Reading::Hex => "hex",
            Reading::Punycode => "punycode",
            Reading::Escape => "escape",
        };
        let key = if self.in_key { "key" } else { "value" };
        let sign = self.sign.as_str();
        format!("{}#{key}#{sign}#{reading}#{}", self.place, self.nth)
    }

    /// Everything it is a sign of, the longest first.
    pub fn signs(&self) -> impl Iterator<Item = Sign> + '_ {
        std::iter::once(self.sign).chain(self.also.iter().copied())
    }

    /// Whether it still stands in the way.
    pub fn is_open(&self) -> bool {
        self.state == RowState::Open
    }

    /// The text around it, read from the content itself: at most 40 characters on each side, in three
    /// parts. `None` when the place is gone.
    pub fn excerpt(&self, content: &Content) -> Option<(String, String, String)> {
        self.around(&text_at(content, self)?)
    }

    /// The same of the string at its place.
    pub(crate) fn around(&self, text: &str) -> Option<(String, String, String)> {
        let (start, end) = self.span;
        let (before, rest) = text.split_at_checked(start)?;
        let (inside, after) = rest.split_at_checked(end.checked_sub(start)?)?;
        let mut before: Vec<char> = before.chars().rev().take(40).collect();
        before.reverse();
        Some((
            before.into_iter().collect(),
            inside.chars().take(400).collect(),
            after.chars().take(40).collect(),
        ))
    }
}

/// The string (or key) at a row's place.
pub(crate) fn text_at(content: &Content, row: &Row) -> Option<String> {
    if row.in_key {
        let key = row.place.rsplit('/').next()?;
        return Some(key.replace("~1", "/").replace("~0", "~"));
    }
    let mut parts = row.place.splitn(4, '/').skip(1);
    let (part, index) = (parts.next()?, parts.next()?);
    if part == "objects" {
        let object = content.objects.get(index.parse::<usize>().ok()?)?;
        let value: serde_json::Value = serde_json::from_str(object).ok()?;
        let pointer = parts.next().map(|rest| format!("/{rest}"));
        return match value.pointer(&pointer.unwrap_or_default())? {
            serde_json::Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        };
    }
    let mut texts = content.texts().into_iter();
    let (_, text) = texts.find(|(name, _)| *name == part)?;
    match index {
        "ja" => Some(text.ja.clone()),
        "en" => Some(text.en.clone()),
        _ => None,
    }
}

/// Rows of a new revision: decisions on what stands there unchanged are kept, and rows that are gone
/// are kept as removed.
pub fn carry_over(before: &[Row], old: &Content, mut found: Vec<Row>, new: &Content) -> Vec<Row> {
    for row in &mut found {
        let same = before.iter().find(|one| one.key() == row.key());
        if let Some(earlier) = same
            && matches!(earlier.state, RowState::Accepted { .. })
            && (earlier.span, &earlier.also) == (row.span, &row.also)
            && text_at(old, earlier).is_some()
            && text_at(old, earlier) == text_at(new, row)
        {
            row.state = earlier.state.clone();
        }
    }
    let gone = before
        .iter()
        .filter(|one| !found.iter().any(|row| row.key() == one.key()));
    let gone: Vec<Row> = gone
        .map(|one| Row {
            state: RowState::Removed,
            ..one.clone()
        })
        .collect();
    found.extend(gone);
    found.truncate(MAX_ROWS);
    found
}

/// Most rows an item keeps. Open rows come first, so only removed ones can fall away.
pub const MAX_ROWS: usize = 2_000;
