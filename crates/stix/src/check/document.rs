//! The verdict on a whole document: each object by itself, the objects against
//! each other, and the bundle round them.

use std::io::Read;

use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    Finding, Level, Severity, check, has_errors,
    report::{self as r, Path, Report},
    set::Notes,
};
use crate::{
    bundle::{Container, bundle},
    canonical::sco_id,
    error::{Limits, StixError},
    head::{Head, SpecVersion, head},
    id::{Class, ObjectId, class_of},
    split::{Objects, SplitError},
};

/// What was found in a document.
#[derive(Debug, Clone, Serialize)]
pub struct Verdict {
    /// Objects in it.
    pub objects: usize,
    /// Objects that do not hold to the level; the bundle itself counts as one.
    pub refused: usize,
    /// Findings that break a MUST.
    pub must: usize,
    /// Findings that go against a SHOULD.
    pub should: usize,
    /// Findings beyond those listed.
    pub not_listed: usize,
    /// The first findings, object by object, then between objects.
    pub findings: Vec<Located>,
    /// Ids that are referred to and not in the document, which the standard
    /// allows.
    pub absent: usize,
    /// The first objects.
    #[serde(skip)]
    pub judged: Vec<Judged>,
}

/// One finding with its object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Located {
    /// The object's id as it says it, or nothing.
    pub id: String,
    /// What was found; its path starts at the document.
    #[serde(flatten)]
    pub finding: Finding,
}

/// One object of the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// JSON pointer (RFC 6901) from the document to it.
    pub path: String,
    /// Its type as it says it, or nothing.
    pub type_name: String,
    /// Its id as it says it, or nothing.
    pub id: String,
    /// What a person would call it, as [`Head::name`] says.
    pub name: String,
    /// Its STIX pattern, when it is an indicator with one.
    pub pattern: Option<String>,
    /// Whether it is written in STIX 2.0, which [`crate::upgrade`] takes.
    pub is_old: bool,
    /// The id that follows from its content (§2.9), where it has another.
    pub right_id: Option<ObjectId>,
    /// Whether it does not hold to the level.
    pub refused: bool,
}

/// Checks a whole document to `level`. At most `most` findings and objects are
/// listed, the rest is counted. `progress` hears of each object.
///
/// # Errors
/// When the document does not split into objects: no JSON, or beyond the limits.
pub fn check_document(
    bytes: &[u8],
    limits: &Limits,
    level: Level,
    most: usize,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Verdict, StixError> {
    let bundle = bundle(bytes, limits)?;
    let mut round = Round::new(level, most);
    for (index, raw) in bundle.objects.iter().enumerate() {
        let path = bundle.container.pointer(index);
        round.take(path, raw.get())?;
        progress(index + 1, bundle.objects.len());
    }
    Ok(round.end(bundle.container, bundle.id.as_deref()))
}

/// The same of an input of any length, of which one object is held at a time. `progress` hears how many bytes were read.
///
/// # Errors
/// When the input cannot be read, or does not split into objects.
pub fn check_objects<R: Read>(
    objects: &mut Objects<R>,
    limits: &Limits,
    level: Level,
    most: usize,
    progress: &mut dyn FnMut(u64),
) -> Result<Verdict, SplitError> {
    let mut round = Round::new(level, most);
    while let Some(object) = objects.next_object()? {
        object.check(limits)?;
        let taken = round.take(objects.pointer(&object), &object.raw);
        taken.map_err(|error| SplitError::Stix {
            at: object.at,
            error,
        })?;
        progress(object.at);
    }
    let (container, id) = objects.whole().unwrap_or((Container::List, None));
    Ok(round.end(container, id))
}

struct Round {
    level: Level,
    most: usize,
    notes: Notes,
    /// Of each object, whether it is refused.
    refused: Vec<bool>,
    verdict: Verdict,
}

impl Round {
    fn new(level: Level, most: usize) -> Self {
        Self {
            level,
            most,
            notes: Notes::default(),
            refused: Vec::new(),
            verdict: Verdict {
                objects: 0,
                refused: 0,
                must: 0,
                should: 0,
                not_listed: 0,
                findings: Vec::new(),
                absent: 0,
                judged: Vec::new(),
            },
        }
    }

    fn take(&mut self, path: String, raw: &str) -> Result<(), StixError> {
        let value: Value = serde_json::from_str(raw).map_err(|_| StixError::Syntax {
            message: "is not JSON",
            path: path.clone(),
            offset: 0,
        })?;
        let read = head(raw);
        let mut findings = check(&value);
        if let Err(error) = &read
            && !has_errors(&findings)
        {
            findings.extend(unread(error));
        }
        let accepted = self.level.accepts(read.is_ok(), &findings);
        let id = text(&value, "id");
        for mut finding in findings {
            finding.path.insert_str(0, &path);
            self.add(id, finding);
        }
        if self.verdict.judged.len() < self.most {
            let judged = judged(&value, path, read.as_ref().ok());
            self.verdict.judged.push(judged);
        }
        if let Ok(head) = &read {
            self.notes.take(self.verdict.objects, head, raw);
        }
        self.refused.push(!accepted);
        self.verdict.objects += 1;
        Ok(())
    }

    fn add(&mut self, id: &str, finding: Finding) {
        let verdict = &mut self.verdict;
        match finding.severity {
            Severity::Must => verdict.must += 1,
            Severity::Should => verdict.should += 1,
        }
        if verdict.findings.len() < self.most {
            let id = id.to_owned();
            verdict.findings.push(Located { id, finding });
        } else {
            verdict.not_listed += 1;
        }
    }

    fn end(mut self, container: Container, id: Option<&str>) -> Verdict {
        let set = std::mem::take(&mut self.notes).report();
        self.verdict.absent = set.absent.len();
        for found in set.findings {
            let breaks = self.level == Level::Strict && found.finding.severity == Severity::Must;
            if let Some(refused) = self.refused.get_mut(found.index) {
                *refused |= breaks;
            }
            let mut finding = found.finding;
            let path = container.pointer(found.index);
            finding.path.insert_str(0, &path);
            self.add(&found.id.to_string(), finding);
        }
        for (judged, refused) in self.verdict.judged.iter_mut().zip(&self.refused) {
            judged.refused = *refused;
        }
        self.verdict.refused = self.refused.iter().filter(|refused| **refused).count();
        for finding in of_bundle(container, id) {
            self.verdict.refused += usize::from(self.level == Level::Strict);
            self.add(id.unwrap_or_default(), finding);
        }
        self.verdict
    }
}

fn judged(value: &Value, path: String, head: Option<&Head>) -> Judged {
    let type_name = text(value, "type");
    let object = value.as_object();
    let pattern = text(value, "pattern");
    let is_stix = ["", "stix"].contains(&text(value, "pattern_type"));
    Judged {
        path,
        type_name: type_name.to_owned(),
        id: text(value, "id").to_owned(),
        name: head.and_then(|head| head.name.clone()).unwrap_or_default(),
        pattern: (type_name == "indicator" && is_stix && !pattern.is_empty())
            .then(|| pattern.to_owned()),
        is_old: head.is_some_and(|head| head.spec_version == SpecVersion::V20),
        right_id: object.and_then(|object| right_id(type_name, object)),
        refused: false,
    }
}

/// The id that follows from an observable's content, where the object says another.
fn right_id(type_name: &str, object: &Map<String, Value>) -> Option<ObjectId> {
    let is_observable = class_of(type_name) == Some(Class::Sco);
    let right = is_observable.then(|| sco_id(type_name, object)).flatten()?;
    let said = object.get("id").and_then(Value::as_str);
    (said != Some(right.to_string().as_str())).then_some(right)
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// What is wrong with the id of the bundle itself (§8).
fn of_bundle(container: Container, id: Option<&str>) -> Vec<Finding> {
    let mut report = Report {
        section: "8",
        ..Report::default()
    };
    let path = Path::ROOT;
    let path = path.key("id");
    match id {
        _ if container != Container::Bundle => {}
        None => report.must(&path, r::REQUIRED, "a bundle must have an id"),
        Some(id) => {
            let read = id.parse::<ObjectId>();
            if !read.is_ok_and(|read| read.type_name() == "bundle") {
                report.must(
                    &path,
                    r::IDENTIFIER,
                    "the id of a bundle must be bundle-- and a UUID",
                );
            }
        }
    }
    report.findings
}

/// An object whose header does not read, and in which the checks found nothing.
fn unread(error: &StixError) -> Vec<Finding> {
    let mut report = Report::default();
    report.must(&Path::ROOT, r::HEAD, &error.to_string());
    report.findings
}
