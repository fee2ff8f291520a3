//! Warninglists, in the form that MISP gives them: values so widely used that meeting one says little, such
//! as public name servers, content networks or popular sites. A list has a kind that says how its entries
//! are compared, and the MISP attribute types it is about.

mod delegated;
mod entries;
mod index;

use serde::{Deserialize, Serialize};

pub use self::{delegated::read_delegated, entries::Entries, index::WarningIndex};
use crate::{JsonError, JsonLimits, Kind, check_json};

/// Longest name or description, in bytes; a description beyond it is cut.
const MAX_WORDS: usize = 2_000;
/// Longest entry, in bytes.
const MAX_ENTRY: usize = 2_000;
/// Most attribute types a list names.
const MAX_TYPES: usize = 200;
/// Most entries of a list whose entries are tried one after another.
const MAX_TRIED: usize = 10_000;

/// How the entries of a list are compared with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WarningKind {
    /// An address or network within one of these networks.
    Cidr,
    /// A host of that name or below it.
    Hostname,
    /// Exactly this, whatever its case.
    String,
    /// This within the value.
    Substring,
    /// A regular expression that finds something in the value.
    Regex,
}

impl WarningKind {
    /// The word in files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cidr => "cidr",
            Self::Hostname => "hostname",
            Self::String => "string",
            Self::Substring => "substring",
            Self::Regex => "regex",
        }
    }
}

/// A list as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WarningList {
    /// Its name, by which it is known.
    pub name: String,
    /// What it holds.
    pub description: String,
    /// Its version, as its maker counts: mostly a date.
    pub version: u64,
    /// How its entries are compared.
    pub kind: WarningKind,
    /// MISP attribute types it is about; empty for all.
    pub types: Vec<String>,
    /// Whether it only says what a value is (MISP's category "Known identifier"): it warns of blocking, and takes
    /// nothing of a value's worth.
    pub identifies: bool,
    /// Its entries, as written, but for spaces round them.
    pub entries: Entries,
}

/// Bounds on a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WarningLimits {
    /// Bytes of the file.
    pub bytes: usize,
    /// Entries of the list.
    pub entries: usize,
}

impl Default for WarningLimits {
    /// 64 MiB, 1,000,000 entries.
    fn default() -> Self {
        Self {
            bytes: 64 << 20,
            entries: 1_000_000,
        }
    }
}

/// Why a list is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WarningError {
    /// No JSON, or beyond a bound of it.
    #[error("{0}")]
    Json(JsonError),
    /// JSON, and no warninglist.
    #[error("no warninglist: {0}")]
    Form(String),
    /// A text is too long.
    #[error("`{at}` has {actual} bytes, the limit is {limit}")]
    TooLong {
        /// JSON pointer to it.
        at: String,
        /// Bytes it has.
        actual: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// Too many of something.
    #[error("`{at}` has {actual} entries, the limit is {limit}")]
    TooMany {
        /// JSON pointer to it.
        at: &'static str,
        /// Entries it has.
        actual: usize,
        /// Entries allowed.
        limit: usize,
    },
    /// An entry that can't be compared as the kind of the list says.
    #[error("`/list/{at}` is no {what}: {entry}")]
    Entry {
        /// Its place.
        at: usize,
        /// What it should be.
        what: &'static str,
        /// The entry.
        entry: String,
    },
}

#[derive(Deserialize)]
struct Form {
    name: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    version: u64,
    #[serde(rename = "type")]
    kind: WarningKind,
    #[serde(default)]
    matching_attributes: Vec<String>,
    #[serde(default)]
    category: String,
    list: Entries,
}

/// Reads a warninglist (`lists/NAME/list.json` of MISP).
///
/// # Errors
/// What is wrong, where, and the bound that was passed. Entries that can't be compared are faults of the
/// whole list: a list that warns of half of what it says would be trusted for the other half.
pub fn read_warning_list(
    bytes: &[u8],
    limits: &WarningLimits,
) -> Result<WarningList, WarningError> {
    let json = JsonLimits {
        max_bytes: limits.bytes,
        max_depth: 8,
        max_items: limits.entries.max(MAX_TYPES),
        ..JsonLimits::default()
    };
    check_json(bytes, &json).map_err(WarningError::Json)?;
    let form: Form =
        serde_json::from_slice(bytes).map_err(|error| WarningError::Form(error.to_string()))?;
    let name = form.name.trim().to_owned();
    within("/name", &name, MAX_WORDS)?;
    if name.is_empty() {
        return Err(WarningError::Form("`/name` is empty".to_owned()));
    }
    let most = match form.kind {
        WarningKind::Substring | WarningKind::Regex => limits.entries.min(MAX_TRIED),
        _ => limits.entries,
    };
    counted("/list", form.list.len(), most)?;
    counted(
        "/matching_attributes",
        form.matching_attributes.len(),
        MAX_TYPES,
    )?;
    for (at, entry) in form.list.iter().enumerate() {
        within(&format!("/list/{at}"), entry, MAX_ENTRY)?;
    }
    let mut description = form.description;
    description.truncate(description.floor_char_boundary(MAX_WORDS));
    let list = WarningList {
        name,
        description,
        version: form.version,
        kind: form.kind,
        types: form.matching_attributes,
        identifies: form.category.eq_ignore_ascii_case("known identifier"),
        entries: form.list,
    };
    index::check(&list)?;
    Ok(list)
}

fn within(at: &str, text: &str, limit: usize) -> Result<(), WarningError> {
    if text.len() <= limit {
        return Ok(());
    }
    Err(WarningError::TooLong {
        at: at.to_owned(),
        actual: text.len(),
        limit,
    })
}

fn counted(at: &'static str, actual: usize, limit: usize) -> Result<(), WarningError> {
    match actual <= limit {
        true => Ok(()),
        false => Err(WarningError::TooMany { at, actual, limit }),
    }
}

/// The MISP attribute types that a value of that kind may stand under (MISP core format, attribute types).
const fn types_of(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Ipv4 | Kind::Ipv4Cidr | Kind::Ipv6 | Kind::Ipv6Cidr => &[
            "ip-src",
            "ip-dst",
            "ip-src|port",
            "ip-dst|port",
            "domain|ip",
        ],
        Kind::Domain => &["domain", "hostname", "hostname|port", "domain|ip"],
        Kind::Url => &["url", "uri", "link"],
        Kind::Email => &["email", "email-src", "email-dst", "target-email"],
        Kind::Md5 => &["md5", "filename|md5"],
        Kind::Sha1 => &["sha1", "filename|sha1"],
        Kind::Sha256 => &["sha256", "filename|sha256"],
        Kind::Sha512 => &["sha512", "filename|sha512"],
        Kind::Cve => &["vulnerability"],
        Kind::Asn => &["AS"],
    }
}
