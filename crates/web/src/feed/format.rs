//! The forms of a feed, and what stands in each.

use std::{borrow::Cow, collections::HashSet};

use jiff::Timestamp;
use kaname_intake::csv_safe;
use kaname_kernel::Tlp;
use kaname_sharing::value::{correlates, posting};
use kaname_stix::{SearchValue, TlpMark, tlp_of};
use kaname_world::outlet::FeedObject;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

/// A form, by the end of its address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// Values with their context, one a line: for block lists and Excel.
    Csv,
    /// Values alone, one a line: for block lists.
    Txt,
    /// STIX objects, one a line.
    Jsonl,
    /// A STIX bundle.
    Json,
}

impl Format {
    /// Alias and form of `alias.ext`.
    pub(super) fn of(file: &str) -> Option<(&str, Self)> {
        let (alias, end) = file.rsplit_once('.')?;
        let format = match end {
            "csv" => Self::Csv,
            "txt" => Self::Txt,
            "jsonl" => Self::Jsonl,
            "json" => Self::Json,
            _ => return None,
        };
        Some((alias, format))
    }

    pub(super) const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Txt => "text/plain; charset=utf-8",
            Self::Jsonl => "application/jsonl; charset=utf-8",
            Self::Json => "application/stix+json;version=2.1",
        }
    }

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Txt => "txt",
            Self::Jsonl => "jsonl",
            Self::Json => "json",
        }
    }

    /// Whether machines block what stands in it, so that only values which may be blocked do.
    pub(super) const fn blocks(self) -> bool {
        matches!(self, Self::Csv | Self::Txt)
    }
}

/// What a feed says about itself before its first line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Summary {
    /// Lines.
    pub(super) lines: u64,
    /// The strictest marking in it.
    pub(super) tlp: Option<Tlp>,
    /// When the first of its values ends.
    pub(super) first_end: Option<Timestamp>,
}

/// Makes the lines of one reading.
pub(super) struct Maker {
    format: Format,
    now: Timestamp,
    /// First halves of the SHA-256 of values given: each is given once.
    given: HashSet<[u8; 16]>,
    summary: Summary,
}

/// What is read of an object besides its header.
#[derive(Default, Deserialize)]
struct Words {
    #[serde(default)]
    valid_until: Option<String>,
    #[serde(default)]
    pattern_type: Option<String>,
}

impl Maker {
    pub(super) fn new(format: Format, now: Timestamp) -> Self {
        Self {
            format,
            now,
            given: HashSet::new(),
            summary: Summary::default(),
        }
    }

    pub(super) fn summary(&self) -> &Summary {
        &self.summary
    }

    /// The line of an object, with its end; `None` when it has no place in this form.
    pub(super) fn line(&mut self, one: &FeedObject) -> Option<String> {
        let line = if self.format.blocks() {
            self.value_line(one)?
        } else {
            self.object_line(one)?
        };
        self.summary.lines += 1;
        Some(line)
    }

    fn counted(&mut self, tlp: Option<Tlp>, ends: Option<Timestamp>) {
        self.summary.tlp = self.summary.tlp.max(tlp);
        let both = [self.summary.first_end, ends];
        self.summary.first_end = both.into_iter().flatten().min();
    }

    fn object_line(&mut self, one: &FeedObject) -> Option<String> {
        let tlp = match &one.item {
            Some(item) => Some(item.tlp),
            None => marked(&one.object.raw),
        };
        self.counted(tlp, one.item.as_ref().and_then(|item| item.valid_until));
        let raw = one.object.raw.trim();
        Some(match self.format {
            Format::Json if self.summary.lines == 0 => raw.to_owned(),
            Format::Json => format!(",{raw}"),
            // A peer may have sent it over several lines.
            _ if raw.contains(['\n', '\r']) => {
                let compact: Box<serde_json::value::RawValue> = serde_json::from_str(raw).ok()?;
                let value: serde_json::Value = serde_json::from_str(compact.get()).ok()?;
                format!("{value}\n")
            }
            _ => format!("{raw}\n"),
        })
    }

    /// Values of indicators that say one thing to block: released, valid, not suspended, and with a PAP
    /// that permits it.
    fn value_line(&mut self, one: &FeedObject) -> Option<String> {
        if one.object.stix_type != "indicator" {
            return None;
        }
        if one.item.as_ref().is_some_and(|item| !item.may_block) {
            return None;
        }
        let raw = &one.object.raw;
        let head = kaname_stix::head(raw).ok()?;
        let words: Words = serde_json::from_str(raw).unwrap_or_default();
        let is_stix = words.pattern_type.as_deref().is_none_or(|kind| kind == "stix");
        if head.revoked || !is_stix {
            return None;
        }
        let own_end = match words.valid_until {
            Some(text) => Some(text.parse::<Timestamp>().ok()?),
            None => None,
        };
        let item_end = one.item.as_ref().and_then(|item| item.valid_until);
        let ends = [own_end, item_end].into_iter().flatten().min();
        if ends.is_some_and(|end| end <= self.now) {
            return None;
        }
        // Two values in a pattern may mean "both at once": neither is then to be blocked alone.
        let mut values = head.values.iter().filter(|value| correlates(value.kind));
        let (value, None) = (values.next()?, values.next()) else {
            return None;
        };
        if !self.is_new(value) || value.text.contains(['\n', '\r']) {
            return None;
        }
        let tlp = match &one.item {
            Some(item) => Some(item.tlp),
            None => marked(raw),
        };
        self.counted(tlp, ends);
        Some(match self.format {
            Format::Txt => format!("{}\n", value.text),
            _ => csv_line(one, value, tlp, ends),
        })
    }

    fn is_new(&mut self, value: &SearchValue) -> bool {
        let posting = posting(value);
        let digest = Sha256::digest(format!("{}\n{}", posting.space, posting.value));
        let mut half = [0; 16];
        half.copy_from_slice(&digest[..16]);
        self.given.insert(half)
    }
}

/// Names of the columns.
pub(super) const COLUMNS: &str =
    "type,value,tlp,pap,valid_until,item,title_ja,title_en,stix_id\r\n";

fn csv_line(
    one: &FeedObject,
    value: &SearchValue,
    tlp: Option<Tlp>,
    ends: Option<Timestamp>,
) -> String {
    let item = one.item.as_deref();
    let cells: [Cow<'_, str>; 9] = [
        value.kind.as_str().into(),
        value.text.as_str().into(),
        tlp.map_or(Cow::Borrowed(""), |tlp| tlp.to_string().into()),
        item.map_or(Cow::Borrowed(""), |item| item.pap.to_string().into()),
        ends.map_or(Cow::Borrowed(""), |end| end.to_string().into()),
        item.map_or("", |item| &item.number).into(),
        item.map_or("", |item| &item.title.ja).into(),
        item.map_or(one.object.title.as_str(), |item| &item.title.en).into(),
        one.object.stix_id.as_str().into(),
    ];
    let cells: Vec<String> = cells.iter().map(|cell| quoted(&csv_safe(cell))).collect();
    cells.join(",") + "\r\n"
}

/// A cell as RFC 4180 writes it.
fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

/// The strictest TLP marking of an object that no item brought.
fn marked(raw: &str) -> Option<Tlp> {
    let head = kaname_stix::head(raw).ok()?;
    let marks = head.markings.iter().filter_map(tlp_of);
    marks
        .map(|mark| match mark {
            TlpMark::Clear => Tlp::Clear,
            TlpMark::Green => Tlp::Green,
            TlpMark::Amber => Tlp::Amber,
            TlpMark::AmberStrict => Tlp::AmberStrict,
            TlpMark::Red => Tlp::Red,
        })
        .max()
}
