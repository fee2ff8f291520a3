//! What the extraction finds: kinds, values, where they stand, and what is odd about them.

use std::fmt;
use std::str::FromStr;

use kaname_stix::{SearchValue, ValueKind};
use serde::{Deserialize, Serialize};

/// The kinds of indicator that are read from text and tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// One IPv4 address, dotted decimal (RFC 791).
    Ipv4,
    /// An IPv4 network in CIDR notation, host bits cleared (RFC 4632 §3.1).
    Ipv4Cidr,
    /// One IPv6 address in its canonical form (RFC 5952).
    Ipv6,
    /// An IPv6 network in CIDR notation, host bits cleared (RFC 4291 §2.3).
    Ipv6Cidr,
    /// A host name, lower case, international labels as A-labels (RFC 5890 §2.3.2.1).
    Domain,
    /// A URL as the WHATWG URL standard writes it.
    Url,
    /// A mail address, lower case (RFC 5321 §4.1.2 without quoted local parts).
    Email,
    /// MD5, 32 lower-case hexadecimal digits.
    Md5,
    /// SHA-1, 40 lower-case hexadecimal digits.
    Sha1,
    /// SHA-256, 64 lower-case hexadecimal digits.
    Sha256,
    /// SHA-512, 128 lower-case hexadecimal digits.
    Sha512,
    /// A CVE identifier, upper case.
    Cve,
    /// An autonomous system number written `AS64496` (RFC 5396 asplain).
    Asn,
}

impl Kind {
    /// Every kind, in the order of the enumeration.
    pub const ALL: [Kind; 13] = [
        Kind::Ipv4,
        Kind::Ipv4Cidr,
        Kind::Ipv6,
        Kind::Ipv6Cidr,
        Kind::Domain,
        Kind::Url,
        Kind::Email,
        Kind::Md5,
        Kind::Sha1,
        Kind::Sha256,
        Kind::Sha512,
        Kind::Cve,
        Kind::Asn,
    ];

    /// A value of this kind as STIX names it; an autonomous system is its number alone (§6.2).
    #[must_use]
    pub fn search_value(self, value: &str) -> SearchValue {
        let kind = match self {
            Kind::Ipv4 => ValueKind::Ipv4,
            Kind::Ipv6 => ValueKind::Ipv6,
            Kind::Ipv4Cidr | Kind::Ipv6Cidr => ValueKind::Cidr,
            Kind::Domain => ValueKind::Domain,
            Kind::Url => ValueKind::Url,
            Kind::Email => ValueKind::Email,
            Kind::Md5 => ValueKind::Md5,
            Kind::Sha1 => ValueKind::Sha1,
            Kind::Sha256 => ValueKind::Sha256,
            Kind::Sha512 => ValueKind::Sha512,
            Kind::Cve => ValueKind::Cve,
            Kind::Asn => ValueKind::AutonomousSystem,
        };
        let number = value.strip_prefix("AS");
        SearchValue::new(kind, number.filter(|_| self == Kind::Asn).unwrap_or(value))
    }

    /// The name used in JSON, in tables and on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Ipv4 => "ipv4",
            Kind::Ipv4Cidr => "ipv4_cidr",
            Kind::Ipv6 => "ipv6",
            Kind::Ipv6Cidr => "ipv6_cidr",
            Kind::Domain => "domain",
            Kind::Url => "url",
            Kind::Email => "email",
            Kind::Md5 => "md5",
            Kind::Sha1 => "sha1",
            Kind::Sha256 => "sha256",
            Kind::Sha512 => "sha512",
            Kind::Cve => "cve",
            Kind::Asn => "asn",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A word that names no kind of indicator.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown kind of indicator {0:?}")]
pub struct UnknownKind(pub String);

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(name: &str) -> Result<Kind, UnknownKind> {
        Kind::ALL
            .into_iter()
            .find(|kind| kind.as_str() == name)
            .ok_or_else(|| UnknownKind(name.chars().take(40).collect()))
    }
}

/// Something a person should know about a finding before accepting it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Note {
    /// Written in a form that cannot be clicked (`hxxp`, `[.]`, `＠`).
    Defanged,
    /// Private or internal: RFC 1918, RFC 4193, RFC 6598, `.local`.
    Private,
    /// Loopback (RFC 1122 §3.2.1.3, RFC 4291 §2.5.3).
    Loopback,
    /// Link-local (RFC 3927, RFC 4291 §2.5.6).
    LinkLocal,
    /// Multicast (RFC 5771, RFC 4291 §2.7).
    Multicast,
    /// Unspecified, broadcast or reserved (RFC 6890).
    Reserved,
    /// Set aside for documentation (RFC 5737, RFC 3849, RFC 2606, RFC 5398).
    Documentation,
    /// Four numbers that follow a word such as "version".
    LooksLikeVersion,
    /// A guess: the surroundings do not show where it begins, or it may be something else.
    Doubtful,
    /// Host bits were set in a network and have been cleared.
    HostBitsSet,
    /// A network so wide that blocking it would be a mistake (below /8, or /16 for IPv6).
    WideNetwork,
    /// An IPv6 zone (`%eth0`, RFC 4007 §11) was dropped.
    ZoneDropped,
    /// Written as an IPv4-mapped IPv6 address (RFC 4291 §2.5.5.2).
    V4Mapped,
    /// Followed by this TCP or UDP port, which is not part of the value.
    Port(u16),
    /// Written without a scheme; `http` was assumed.
    SchemeAssumed,
    /// The last label is no top-level domain that is known.
    UnknownTld,
    /// The name is itself a public suffix under which strangers register names.
    PublicSuffix,
    /// The hash of the empty file.
    EmptyFile,
}

/// A half-open range of bytes in the text as it was handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// One indicator, at the place where it first appears.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What it is.
    pub kind: Kind,
    /// Canonical value; two spellings of one thing have the same.
    pub value: String,
    /// The same with U-labels (RFC 5890 §2.3.2.1), where that differs: for showing only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unicode: Option<String>,
    /// The text at `span`, unchanged.
    pub as_written: String,
    /// Where it first appears.
    pub span: Span,
    /// What is odd about it, sorted, over all its appearances.
    pub notes: Vec<Note>,
    /// How often it appears.
    pub count: u32,
}

/// Why something that was found is not offered as an indicator.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExcludedReason {
    /// It lies within this domain of the provider.
    OwnDomain(String),
    /// It lies within, or overlaps, this network of the provider.
    OwnNetwork(String),
    /// It belongs to others, but names this domain or network of the provider within.
    MentionsOwn(String),
}

/// Something found and left out, with the reason, so that a person can put it back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Excluded {
    /// What was found.
    pub finding: Finding,
    /// Why it is left out.
    pub reason: ExcludedReason,
}

/// The outcome of reading one text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extraction {
    /// Indicators in order of first appearance, one per kind and value.
    pub findings: Vec<Finding>,
    /// What was found and left out because it is the provider's own.
    pub excluded: Vec<Excluded>,
    /// A bound was reached: text or findings beyond it were not read.
    pub truncated: bool,
    /// Own domains or networks that could not be understood, as given. While there are any,
    /// the exclusion is incomplete and a person must look.
    pub unusable_options: Vec<String>,
}
