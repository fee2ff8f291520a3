//! The thin header of an object, read in one pass over its original bytes.

use std::borrow::Cow;

use serde::de::DeserializeSeed as _;

use crate::draft::Draft;
use crate::error::StixError;
use crate::id::{Class, ObjectId, class_of};
use crate::pattern::pattern_values;
use crate::time::Stamp;
use crate::value::{SearchValue, ValueKind};
use crate::walk::{Spot, Walk};

/// The version of STIX an object is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SpecVersion {
    /// 2.0: domain and relationship objects without `spec_version`.
    V20,
    /// 2.1.
    V21,
}

impl SpecVersion {
    /// `2.0` or `2.1`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V20 => "2.0",
            Self::V21 => "2.1",
        }
    }
}

/// A reference from an object to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The property that holds it, such as `object_refs`.
    pub property: Cow<'static, str>,
    /// What it refers to.
    pub target: ObjectId,
}

/// What the hub needs to know of an object to store, order, filter, relate and
/// find it. The object itself stays in its original bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct Head {
    /// `id`.
    pub id: ObjectId,
    /// The version of STIX.
    pub spec_version: SpecVersion,
    /// `created`; absent in observables.
    pub created: Option<Stamp>,
    /// `modified`; absent in observables and marking definitions.
    pub modified: Option<Stamp>,
    /// `revoked`, false when absent.
    pub revoked: bool,
    /// `created_by_ref`.
    pub created_by: Option<ObjectId>,
    /// What a person would call it: the first of `name`, `value`, `key`,
    /// `path`, `subject`, `abstract`, `product`, `account_login`, `user_id`.
    pub name: Option<String>,
    /// `object_marking_refs`.
    pub markings: Vec<ObjectId>,
    /// Whether `granular_markings` is present and not empty.
    pub has_granular_markings: bool,
    /// The marking definitions that granular markings name.
    pub granular_markings: Vec<ObjectId>,
    /// Every other `*_ref` and `*_refs` at any depth that holds an identifier.
    pub refs: Vec<Reference>,
    /// `labels`.
    pub labels: Vec<String>,
    /// `confidence`, 0 to 100.
    pub confidence: Option<u8>,
    /// `lang`.
    pub lang: Option<String>,
    /// `pattern` of an indicator.
    pub pattern: Option<String>,
    /// `pattern_type` of an indicator.
    pub pattern_type: Option<String>,
    /// `relationship_type`.
    pub relationship_type: Option<String>,
    /// What the object can be found and correlated by, sorted, without repeats.
    pub values: Vec<SearchValue>,
}

impl Head {
    /// The type name.
    #[must_use]
    pub fn type_name(&self) -> &str {
        self.id.type_name()
    }

    /// The first reference held by a property.
    #[must_use]
    pub fn reference(&self, property: &str) -> Option<&ObjectId> {
        self.refs
            .iter()
            .find(|one| one.property == property)
            .map(|one| &one.target)
    }

    /// All references held by a property.
    pub fn references<'a>(&'a self, property: &'a str) -> impl Iterator<Item = &'a ObjectId> {
        self.refs
            .iter()
            .filter(move |one| one.property == property)
            .map(|one| &one.target)
    }

    /// `source_ref` of a relationship.
    #[must_use]
    pub fn source(&self) -> Option<&ObjectId> {
        self.reference("source_ref")
    }

    /// `target_ref` of a relationship.
    #[must_use]
    pub fn target(&self) -> Option<&ObjectId> {
        self.reference("target_ref")
    }

    /// What must be visible for a relationship or sighting to be: source and
    /// target, or what was seen and where. Empty for every other object.
    #[must_use]
    pub fn ends(&self) -> Vec<&ObjectId> {
        let properties: &[&str] = match self.type_name() {
            "relationship" => &["source_ref", "target_ref"],
            "sighting" => &[
                "sighting_of_ref",
                "where_sighted_refs",
                "observed_data_refs",
            ],
            _ => &[],
        };
        let is_end = |one: &&Reference| properties.contains(&one.property.as_ref());
        self.refs
            .iter()
            .filter(is_end)
            .map(|one| &one.target)
            .collect()
    }

    /// Microseconds by which versions of the object are ordered: `modified`,
    /// else `created`, else nothing (observables have no versions).
    #[must_use]
    pub fn version_micros(&self) -> Option<i64> {
        self.modified
            .as_ref()
            .or(self.created.as_ref())
            .map(|stamp| stamp.micros)
    }

    /// Refuses STIX 2.0.
    ///
    /// # Errors
    /// [`StixError::Version20`].
    pub fn require_21(&self) -> Result<(), StixError> {
        match self.spec_version {
            SpecVersion::V21 => Ok(()),
            SpecVersion::V20 => Err(StixError::Version20 {
                id: self.id.to_string(),
            }),
        }
    }
}

/// Reads the header of one object from its JSON text (`RawValue::get`).
///
/// The text should have come through [`crate::bundle`], which refuses duplicate
/// keys everywhere; here only those of the top level that are read are refused.
///
/// # Errors
/// When the text is not a JSON object, when `id` or `type` is missing or wrong,
/// a time is no time, or a marking or author does not read: what restricts an
/// object is never passed over.
pub fn head(text: &str) -> Result<Head, StixError> {
    let mut draft = Draft::default();
    let mut reader = serde_json::Deserializer::from_str(text);
    let walked = Walk {
        draft: &mut draft,
        spot: Spot::Root,
    }
    .deserialize(&mut reader);
    if let Some(error) = draft.fail.take() {
        return Err(error);
    }
    if walked.and_then(|()| reader.end()).is_err() {
        let (message, path) = ("not a JSON object", String::new());
        return Err(StixError::Syntax {
            message,
            path,
            offset: 0,
        });
    }
    finish(draft)
}

fn finish(mut draft: Draft) -> Result<Head, StixError> {
    let id = draft
        .id
        .take()
        .ok_or(StixError::Missing { property: "id" })?;
    let type_name = draft
        .type_name
        .take()
        .ok_or(StixError::Missing { property: "type" })?;
    if type_name != id.type_name() {
        let expected = "the type that the id names";
        return Err(StixError::BadProperty {
            path: "/type".to_owned(),
            expected,
        });
    }
    let spec_version = spec_version(&type_name, draft.spec_version.as_deref())?;
    let values = values(&type_name, &mut draft);
    let names = &mut draft.names;
    let name = names.iter_mut().find_map(Option::take);
    Ok(Head {
        id,
        spec_version,
        created: draft.created,
        modified: draft.modified,
        revoked: draft.revoked,
        created_by: draft.created_by,
        name,
        markings: draft.markings,
        has_granular_markings: draft.has_granular,
        granular_markings: draft.granular,
        refs: draft.refs,
        labels: draft.labels,
        confidence: draft.confidence,
        lang: draft.lang,
        pattern: draft.pattern,
        pattern_type: draft.pattern_type,
        relationship_type: draft.relationship_type,
        values,
    })
}

fn spec_version(type_name: &str, written: Option<&str>) -> Result<SpecVersion, StixError> {
    match written {
        Some("2.1") => Ok(SpecVersion::V21),
        Some("2.0") => Ok(SpecVersion::V20),
        Some(_) => {
            let path = "/spec_version".to_owned();
            Err(StixError::BadProperty {
                path,
                expected: "`2.0` or `2.1`",
            })
        }
        None if class_of(type_name) == Some(Class::Sco) => Ok(SpecVersion::V21),
        None => Ok(SpecVersion::V20),
    }
}

fn values(type_name: &str, draft: &mut Draft) -> Vec<SearchValue> {
    let mut values = std::mem::take(&mut draft.values);
    let class = class_of(type_name);
    for (slot, property) in crate::draft::NAMES.iter().enumerate() {
        let Some(text) = &draft.names[slot] else {
            continue;
        };
        if let Some(kind) = ValueKind::of_property(type_name, property, text) {
            values.push(SearchValue::new(kind, text.as_str()));
        } else if *property == "name" && class != Some(Class::Meta) {
            let kind = if is_cve(text) {
                ValueKind::Cve
            } else {
                ValueKind::Name
            };
            values.push(SearchValue::new(kind, text.as_str()));
        }
    }
    for text in std::mem::take(&mut draft.external_ids) {
        let kind = if is_cve(&text) {
            ValueKind::Cve
        } else {
            ValueKind::ExternalId
        };
        values.push(SearchValue::new(kind, text));
    }
    if let (Some(pattern), None | Some("stix")) = (&draft.pattern, draft.pattern_type.as_deref()) {
        values.extend(pattern_values(pattern));
    }
    values.sort();
    values.dedup();
    values
}

/// `CVE-` year `-` four or more digits.
pub(crate) fn is_cve(text: &str) -> bool {
    let Some((year, number)) = text
        .get(..4)
        .filter(|start| start.eq_ignore_ascii_case("CVE-"))
        .and_then(|_| text.get(4..))
        .and_then(|rest| rest.split_once('-'))
    else {
        return false;
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    year.len() == 4 && number.len() >= 4 && digits(year) && digits(number)
}
