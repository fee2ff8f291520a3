//! How a source writes what it says.

use std::{collections::BTreeMap, str::FromStr};

use kaname_intake::{
    listed::{Mapping, Shape},
    table::Delimiter,
};
use kaname_kernel::GroupId;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A way of writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FormKind {
    /// One value on each line.
    List,
    /// Cells with commas or semicolons between them.
    Csv,
    /// Cells with tabulators between them.
    Tsv,
    /// JSON with a mapping.
    Json,
    /// A STIX bundle, or a list of STIX objects.
    Stix,
    /// A security advisory of CSAF, VEX included.
    Csaf,
    /// An entry of Open Source Vulnerabilities.
    Osv,
    /// A CVE record.
    Cve,
    /// Indicators of OpenIOC.
    Openioc,
    /// Entries of Atom, RSS or JSON Feed, each a report.
    Feed,
    /// A MISP feed: a folder with a manifest and a file for each event.
    MispFeed,
    /// A MISP server, asked over its REST interface.
    Misp,
}

impl FormKind {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::List,
        Self::Csv,
        Self::Tsv,
        Self::Json,
        Self::Stix,
        Self::Csaf,
        Self::Osv,
        Self::Cve,
        Self::Openioc,
        Self::Feed,
        Self::MispFeed,
        Self::Misp,
    ];

    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Json => "json",
            Self::Stix => "stix",
            Self::Csaf => "csaf",
            Self::Osv => "osv",
            Self::Cve => "cve",
            Self::Openioc => "openioc",
            Self::Feed => "feed",
            Self::MispFeed => "misp-feed",
            Self::Misp => "misp",
        }
    }

    /// Whether what stands at the address says only which events there are.
    pub const fn lists_events(self) -> bool {
        matches!(self, Self::MispFeed | Self::Misp)
    }

    /// How it is read as a list of values; `None` where it holds objects.
    pub const fn shape(self) -> Option<Shape> {
        match self {
            Self::List => Some(Shape::Lines),
            Self::Csv => Some(Shape::Table(Delimiter::Auto)),
            Self::Tsv => Some(Shape::Table(Delimiter::Tab)),
            Self::Json => Some(Shape::Json),
            Self::Stix
            | Self::Csaf
            | Self::Osv
            | Self::Cve
            | Self::Openioc
            | Self::Feed
            | Self::MispFeed
            | Self::Misp => None,
        }
    }
}

/// A word that names no form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a form is list, csv, tsv, json, stix, csaf, osv, cve, openioc, feed, misp-feed or misp")]
pub struct BadForm;

impl FromStr for FormKind {
    type Err = BadForm;

    fn from_str(text: &str) -> Result<Self, BadForm> {
        let named = Self::ALL.into_iter().find(|kind| kind.as_str() == text);
        named.ok_or(BadForm)
    }
}

/// A way of writing, and where in it things stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Form {
    /// The way.
    pub kind: FormKind,
    /// Where things stand in a table or in JSON.
    #[serde(default, skip_serializing_if = "Mapping::is_empty")]
    pub mapping: Mapping,
    /// Of MISP: whether its distribution restricts nobody here, since the publisher is known to mean nothing by it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub ignore_distribution: bool,
    /// Of MISP: the hub's groups that its sharing groups are, by the UUIDs that these have there.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sharing_groups: BTreeMap<Uuid, GroupId>,
    /// Of CSAF providers: whether a document without an OpenPGP signature is not taken.
    #[serde(default, skip_serializing_if = "is_false")]
    pub signed: bool,
}

fn is_false(flag: &bool) -> bool {
    !flag
}

impl Form {
    /// With nothing said beside it.
    pub fn of(kind: FormKind) -> Self {
        Self {
            kind,
            mapping: Mapping::default(),
            ignore_distribution: false,
            sharing_groups: BTreeMap::new(),
            signed: false,
        }
    }
}
