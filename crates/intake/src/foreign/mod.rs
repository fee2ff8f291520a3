//! Records and reports in other formats, as STIX 2.1: CVE records, OSV, CSAF with VEX, OpenIOC, and the entries of Atom, RSS and
//! JSON Feed.
//!
//! Ids follow from who wrote a record and what it is about, and times are the record's own: a record
//! read again gives the same objects, and a newer one gives new versions of them.

mod csaf;
mod cve;
mod ioc;
mod news;
mod osv;
pub mod provider;

use jiff::Timestamp;
use kaname_stix::author::{Authored, Base, External, Identity, identity};
use kaname_stix::{ObjectId, StixError};
use serde_json::Value;
use uuid::Uuid;

use crate::json::{JsonError, JsonLimits, guard};

/// Namespace of the ids of what is made here.
const NAMESPACE: Uuid = Uuid::from_u128(0x1d1c_2b43_8d5e_4f4e_9a57_62f0_8b1e_77d4);
/// Most references that are kept of one record.
const MAX_REFERENCES: usize = 500;

/// A format that is understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// A CVE record, JSON 5.0 to 5.2 (cve.org, `CVE_Record_Format`).
    Cve,
    /// An entry of Open Source Vulnerabilities (ossf.github.io/osv-schema, 1.x).
    Osv,
    /// A security advisory of CSAF 2.0 or 2.1 (OASIS), VEX included.
    Csaf,
    /// Indicators of OpenIOC 1.0 or 1.1, XML.
    OpenIoc,
    /// Entries of Atom (RFC 4287), RSS 0.9 to 2.0, or JSON Feed 1.0 and 1.1.
    Feed,
}

/// What was made of a document.
#[derive(Debug, Default)]
pub struct Made {
    /// STIX objects, the author's identity first.
    pub objects: Vec<Authored>,
    /// What has no place in them: where it stands, and why.
    pub left_out: Vec<LeftOut>,
}

/// Something that was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// JSON pointer, or id of an element.
    pub path: String,
    /// Why, in English.
    pub reason: String,
}

/// Why nothing was made of a document.
#[derive(Debug, thiserror::Error)]
pub enum ForeignError {
    /// It is of no format that is understood.
    #[error("neither a CVE record, OSV, CSAF, OpenIOC, Atom, RSS nor JSON Feed")]
    Unknown,
    /// It is not JSON, or passes a bound.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// It is not XML.
    #[error("not XML: {0}")]
    Xml(#[from] roxmltree::Error),
    /// It is no feed.
    #[error("{0}")]
    Feed(String),
    /// Something that has to be there is not.
    #[error("`{path}` {reason}")]
    Lacks {
        /// JSON pointer or element.
        path: &'static str,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// What was made would break a rule of STIX.
    #[error(transparent)]
    Stix(#[from] StixError),
}

/// The form of a document, by what it begins with.
pub fn form_of(bytes: &[u8], limits: &JsonLimits) -> Result<Form, ForeignError> {
    if is_xml(bytes) {
        return Ok(match news::is_feed(bytes) {
            true => Form::Feed,
            false => Form::OpenIoc,
        });
    }
    let value = guard(bytes, limits)?;
    form_of_json(&value).ok_or(ForeignError::Unknown)
}

/// Makes STIX objects of a document.
///
/// # Errors
/// [`ForeignError`] for another format, a bound, or a record without what it has to have.
pub fn read(bytes: &[u8], limits: &JsonLimits) -> Result<Made, ForeignError> {
    if is_xml(bytes) {
        return match news::is_feed(bytes) {
            true => news::read(bytes, limits),
            false => ioc::read(bytes, limits),
        };
    }
    let value = guard(bytes, limits)?;
    match form_of_json(&value) {
        Some(Form::Cve) => cve::read(&value),
        Some(Form::Osv) => osv::read(&value),
        Some(Form::Csaf) => csaf::read(&value, None),
        Some(Form::Feed) => news::read(bytes, limits),
        Some(Form::OpenIoc) | None => Err(ForeignError::Unknown),
    }
}

fn is_xml(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    bytes.trim_ascii_start().starts_with(b"<")
}

fn form_of_json(value: &Value) -> Option<Form> {
    if value.get("dataType").and_then(Value::as_str) == Some("CVE_RECORD") {
        return Some(Form::Cve);
    }
    if value.pointer("/document/csaf_version").is_some() {
        return Some(Form::Csaf);
    }
    let version = value.get("version").and_then(Value::as_str);
    if version.is_some_and(|version| version.starts_with("https://jsonfeed.org/version/")) {
        return Some(Form::Feed);
    }
    let is_osv = value.get("id").is_some_and(Value::is_string)
        && value.get("modified").is_some_and(Value::is_string)
        && value.get("type").is_none();
    is_osv.then_some(Form::Osv)
}

/// The id of the identity in whose name records of this author are made; `None` for a name that will not do.
#[must_use]
pub fn author_id(name: &str) -> Option<ObjectId> {
    Some(Author::new(name.trim()).ok()?.identity.id)
}

/// Who wrote a record, with what its objects share.
struct Author {
    name: String,
    identity: Authored,
}

impl Author {
    /// An organisation. Its identity never changes: the name is all that is known of it.
    fn new(name: &str) -> Result<Self, StixError> {
        let created = Timestamp::UNIX_EPOCH;
        let base = Base {
            id: Uuid::new_v5(&NAMESPACE, format!("identity {name}").as_bytes()),
            created_by: None,
            created,
            modified: created,
            revoked: false,
            labels: &[],
            confidence: None,
            lang: None,
            external: &[],
            markings: &[],
        };
        let about = Identity {
            name,
            identity_class: Some("organization"),
            ..Identity::default()
        };
        Ok(Self {
            name: name.to_owned(),
            identity: identity(&base, &about)?,
        })
    }

    /// The base of an object about something of this author's.
    fn base<'a>(&'a self, about: &str, times: Times, external: &'a [External]) -> Base<'a> {
        let id = Uuid::new_v5(&NAMESPACE, format!("{}\n{about}", self.name).as_bytes());
        Base {
            created: times.created,
            modified: times.modified,
            external,
            ..Base::new(id, &self.identity.id, times.created)
        }
    }
}

/// When a record was made, and when it was changed; the second is never before the first.
#[derive(Clone, Copy)]
struct Times {
    created: Timestamp,
    modified: Timestamp,
}

impl Times {
    /// From the times of a record; one of them has to be there.
    fn new(
        created: Option<&str>,
        modified: Option<&str>,
        path: &'static str,
    ) -> Result<Self, ForeignError> {
        let modified = modified.and_then(moment);
        let created = created.and_then(moment).or(modified);
        let Some(created) = created else {
            return Err(ForeignError::Lacks {
                path,
                reason: "is no time",
            });
        };
        let modified = modified.unwrap_or(created);
        Ok(Self {
            created: created.min(modified),
            modified,
        })
    }
}

/// A time; without an offset it is taken as UTC, as these formats mean it.
fn moment(text: &str) -> Option<Timestamp> {
    let read = text.parse::<Timestamp>().ok();
    read.or_else(|| {
        let civil = text.parse::<jiff::civil::DateTime>().ok()?;
        jiff::tz::Offset::UTC.to_timestamp(civil).ok()
    })
}

fn text<'v>(value: &'v Value, pointer: &str) -> Option<&'v str> {
    let text = value.pointer(pointer)?.as_str()?.trim();
    (!text.is_empty()).then_some(text)
}

fn list<'v>(value: &'v Value, pointer: &str) -> &'v [Value] {
    value
        .pointer(pointer)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// A reference by its address; only addresses of the web are kept, as STIX has it.
fn reference(name: &str, url: &str) -> Option<External> {
    let url = url.trim();
    kaname_stix::is_uri(url).then(|| External {
        source_name: name.to_owned(),
        url: Some(url.to_owned()),
        ..External::default()
    })
}

/// The number of a vulnerability in a catalogue.
fn number(source: &str, id: &str) -> External {
    External {
        source_name: source.to_owned(),
        external_id: Some(id.to_owned()),
        ..External::default()
    }
}

/// How grave it is: a vector of CVSS, or whatever the record has.
fn severity(kind: &str, told: &str) -> External {
    External {
        source_name: kind.to_owned(),
        description: Some(told.to_owned()),
        ..External::default()
    }
}

/// A catalogue by the form of its number.
fn catalogue(id: &str) -> &'static str {
    if id.starts_with("CVE-") {
        "cve"
    } else if id.starts_with("GHSA-") {
        "ghsa"
    } else if id.starts_with("JVNDB-") || id.starts_with("JVN") {
        "jvn"
    } else {
        "osv"
    }
}
