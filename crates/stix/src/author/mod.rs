//! Building what the hub itself authors: strictly valid STIX 2.1, always in the
//! same order of keys, times in milliseconds and `Z`, ids from the caller.
//!
//! Every function checks what it built with [`crate::check`] and refuses to give
//! out an object with an error.

mod observed;
mod revoke;
mod threat;
mod write;

use jiff::Timestamp;
use uuid::Uuid;

pub use observed::{Observed, ObservedIds, observable, observed};
pub use revoke::revoked;
pub use threat::{Known, intrusion_set, malware, threat_actor, tool};

use crate::error::StixError;
use crate::id::ObjectId;
use write::Writer;

/// An object as the hub wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authored {
    /// Its id.
    pub id: ObjectId,
    /// Its JSON text, without spaces.
    pub json: String,
}

/// An external reference (§2.5): a source and at least one of the others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct External {
    /// Where it is from, such as `mitre-attack` or `cve`.
    pub source_name: String,
    /// What it is.
    pub description: Option<String>,
    /// Its URL.
    pub url: Option<String>,
    /// Its id there, such as `T1566`.
    pub external_id: Option<String>,
}

/// What every authored domain or relationship object says.
#[derive(Debug, Clone)]
pub struct Base<'a> {
    /// UUID of the new object, random, from the caller.
    pub id: Uuid,
    /// The author's identity; `None` only for that identity itself.
    pub created_by: Option<&'a ObjectId>,
    /// `created`, written to the millisecond.
    pub created: Timestamp,
    /// `modified`, at or after `created`.
    pub modified: Timestamp,
    /// `revoked`; written only when true.
    pub revoked: bool,
    /// `labels`.
    pub labels: &'a [String],
    /// `confidence`, 0 to 100.
    pub confidence: Option<u8>,
    /// `lang`, such as `ja`.
    pub lang: Option<&'a str>,
    /// `external_references`.
    pub external: &'a [External],
    /// `object_marking_refs`.
    pub markings: &'a [ObjectId],
}

impl<'a> Base<'a> {
    /// A first version: `modified` equals `created`, nothing optional.
    #[must_use]
    pub fn new(id: Uuid, created_by: &'a ObjectId, created: Timestamp) -> Self {
        Self {
            id,
            created_by: Some(created_by),
            created,
            modified: created,
            revoked: false,
            labels: &[],
            confidence: None,
            lang: None,
            external: &[],
            markings: &[],
        }
    }

    /// The same with another UUID.
    #[must_use]
    pub fn with_id(&self, id: Uuid) -> Self {
        Self { id, ..self.clone() }
    }

    /// The same with markings.
    #[must_use]
    pub fn marked(&self, markings: &'a [ObjectId]) -> Self {
        Self {
            markings,
            ..self.clone()
        }
    }
}

/// An organisation, person or group (§4.5).
#[derive(Debug, Clone, Default)]
pub struct Identity<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it is.
    pub description: Option<&'a str>,
    /// Such as `organization`.
    pub identity_class: Option<&'a str>,
    /// Words of the industry sector vocabulary.
    pub sectors: &'a [&'a str],
    /// How to reach it.
    pub contact_information: Option<&'a str>,
}

/// Writes an `identity`.
///
/// # Errors
/// [`StixError::Invalid`] with the rules that it would break.
pub fn identity(base: &Base<'_>, identity: &Identity<'_>) -> Result<Authored, StixError> {
    let mut w = Writer::start("identity", base);
    w.text("name", identity.name);
    w.opt_text("description", identity.description);
    w.opt_text("identity_class", identity.identity_class);
    w.texts("sectors", identity.sectors);
    w.opt_text("contact_information", identity.contact_information);
    w.finish(base)
}

/// A pattern that finds something (§4.7).
#[derive(Debug, Clone)]
pub struct Indicator<'a> {
    /// Its name.
    pub name: Option<&'a str>,
    /// What it finds.
    pub description: Option<&'a str>,
    /// Words such as `malicious-activity`.
    pub indicator_types: &'a [&'a str],
    /// The pattern, in the STIX pattern language (see [`crate::pattern_of`]).
    pub pattern: &'a str,
    /// From when.
    pub valid_from: Timestamp,
    /// Until when, exclusive.
    pub valid_until: Option<Timestamp>,
}

/// Writes an `indicator` with a STIX pattern.
///
/// # Errors
/// [`StixError::Invalid`] with the rules that it would break.
pub fn indicator(base: &Base<'_>, indicator: &Indicator<'_>) -> Result<Authored, StixError> {
    let mut w = Writer::start("indicator", base);
    w.opt_text("name", indicator.name);
    w.opt_text("description", indicator.description);
    w.texts("indicator_types", indicator.indicator_types);
    w.text("pattern", indicator.pattern);
    w.text("pattern_type", "stix");
    w.text("pattern_version", "2.1");
    w.time("valid_from", indicator.valid_from);
    if let Some(until) = indicator.valid_until {
        w.time("valid_until", until);
    }
    w.finish(base)
}

/// A report on a matter, with the objects it is about (§4.16).
#[derive(Debug, Clone)]
pub struct Report<'a> {
    /// Its title.
    pub name: &'a str,
    /// Its text.
    pub description: Option<&'a str>,
    /// Words such as `threat-report`.
    pub report_types: &'a [&'a str],
    /// When it was published.
    pub published: Timestamp,
    /// What it is about; at least one.
    pub object_refs: &'a [ObjectId],
}

/// Writes a `report`.
///
/// # Errors
/// [`StixError::Invalid`] with the rules that it would break.
pub fn report(base: &Base<'_>, report: &Report<'_>) -> Result<Authored, StixError> {
    let mut w = Writer::start("report", base);
    w.text("name", report.name);
    w.opt_text("description", report.description);
    w.texts("report_types", report.report_types);
    w.time("published", report.published);
    w.ids("object_refs", report.object_refs);
    w.finish(base)
}

/// Writes a `course-of-action` (§4.3): what to do against something.
///
/// # Errors
/// [`StixError::Invalid`] with the rules that it would break.
pub fn course_of_action(
    base: &Base<'_>,
    name: &str,
    description: Option<&str>,
) -> Result<Authored, StixError> {
    named("course-of-action", base, name, description)
}

/// A phase of a kill chain (§2.11), such as `mitre-attack`, `initial-access`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Phase {
    /// The kill chain.
    pub chain: String,
    /// The phase in it.
    pub name: String,
}

/// Writes an `attack-pattern` (§4.1); `base.external` names it elsewhere, such
/// as source `mitre-attack`, id `T1566`, and `phases` say what it is used for.
///
/// # Errors
/// [`StixError::Invalid`] with the rules that it would break.
pub fn attack_pattern(
    base: &Base<'_>,
    name: &str,
    description: Option<&str>,
    phases: &[Phase],
) -> Result<Authored, StixError> {
    let mut w = Writer::start("attack-pattern", base);
    w.text("name", name);
    w.opt_text("description", description);
    w.phases(phases);
    w.finish(base)
}

/// Writes a `vulnerability` (§4.19); `base.external` names it, source `cve`.
///
/// # Errors
/// [`StixError::Invalid`] with the rules that it would break.
pub fn vulnerability(
    base: &Base<'_>,
    name: &str,
    description: Option<&str>,
) -> Result<Authored, StixError> {
    named("vulnerability", base, name, description)
}

fn named(
    type_name: &'static str,
    base: &Base<'_>,
    name: &str,
    description: Option<&str>,
) -> Result<Authored, StixError> {
    let mut w = Writer::start(type_name, base);
    w.text("name", name);
    w.opt_text("description", description);
    w.finish(base)
}

/// Writes a `note` (§4.13) on at least one object.
///
/// # Errors
/// [`StixError::Invalid`] with the rules that it would break.
pub fn note(
    base: &Base<'_>,
    summary: Option<&str>,
    content: &str,
    object_refs: &[ObjectId],
) -> Result<Authored, StixError> {
    let mut w = Writer::start("note", base);
    w.opt_text("abstract", summary);
    w.text("content", content);
    w.ids("object_refs", object_refs);
    w.finish(base)
}

/// Writes a `relationship` (§5.1) such as `indicates` from source to target.
///
/// # Errors
/// [`StixError::Invalid`] with the rules that it would break.
pub fn relationship(
    base: &Base<'_>,
    relationship_type: &str,
    source: &ObjectId,
    target: &ObjectId,
    description: Option<&str>,
) -> Result<Authored, StixError> {
    let mut w = Writer::start("relationship", base);
    w.text("relationship_type", relationship_type);
    w.opt_text("description", description);
    w.id("source_ref", source);
    w.id("target_ref", target);
    w.finish(base)
}

/// That something was seen (§5.2).
#[derive(Debug, Clone)]
pub struct Sighting<'a> {
    /// What was seen, a domain object.
    pub of: &'a ObjectId,
    /// First time.
    pub first_seen: Option<Timestamp>,
    /// Last time, at or after the first.
    pub last_seen: Option<Timestamp>,
    /// How often, 0 to 999,999,999; 0 says it was looked for and not seen.
    pub count: Option<u32>,
    /// Who saw it: identities or locations.
    pub where_sighted: &'a [ObjectId],
    /// A remark.
    pub description: Option<&'a str>,
    /// Whether it sums up several sightings.
    pub summary: bool,
}

/// Writes a `sighting`.
///
/// # Errors
/// [`StixError::Invalid`] with the rules that it would break.
pub fn sighting(base: &Base<'_>, sighting: &Sighting<'_>) -> Result<Authored, StixError> {
    let mut w = Writer::start("sighting", base);
    w.opt_text("description", sighting.description);
    if let Some(first) = sighting.first_seen {
        w.time("first_seen", first);
    }
    if let Some(last) = sighting.last_seen {
        w.time("last_seen", last);
    }
    if let Some(count) = sighting.count {
        w.raw("count", &count.to_string());
    }
    w.id("sighting_of_ref", sighting.of);
    w.ids("where_sighted_refs", sighting.where_sighted);
    if sighting.summary {
        w.raw("summary", "true");
    }
    w.finish(base)
}

/// Writes a bundle (§8) around objects, byte for byte.
#[must_use]
pub fn bundle<'o>(id: Uuid, objects: impl IntoIterator<Item = &'o str>) -> String {
    let mut pieces = BundlePieces::default();
    let mut out = pieces.head(id);
    for object in objects {
        out.push_str(pieces.before_object());
        out.push_str(object);
    }
    out.push_str(pieces.end());
    out
}

/// What stands around the objects of a bundle (§8) that is written piece by piece. Without objects it has no list of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BundlePieces {
    any: bool,
}

impl BundlePieces {
    /// What it begins with.
    #[must_use]
    pub fn head(self, id: Uuid) -> String {
        format!(r#"{{"type":"bundle","id":"bundle--{}""#, id.as_hyphenated())
    }

    /// What stands before the next object.
    pub fn before_object(&mut self) -> &'static str {
        match std::mem::replace(&mut self.any, true) {
            true => ",",
            false => r#","objects":["#,
        }
    }

    /// What it ends with.
    #[must_use]
    pub fn end(self) -> &'static str {
        match self.any {
            true => "]}",
            false => "}",
        }
    }
}
