//! What the header of an object is made from, while it is being read.

use crate::error::StixError;
use crate::head::Reference;
use crate::id::ObjectId;
use crate::time::Stamp;
use crate::value::SearchValue;

/// Properties of the top level that can name an object, best first.
pub(crate) const NAMES: [&str; 11] = [
    "name",
    "value",
    "key",
    "path",
    "subject",
    "abstract",
    "product",
    "account_login",
    "user_id",
    "serial_number",
    "number",
];

/// What has been read so far.
#[derive(Default)]
pub(crate) struct Draft {
    pub(crate) fail: Option<StixError>,
    pub(crate) id: Option<ObjectId>,
    pub(crate) type_name: Option<String>,
    pub(crate) spec_version: Option<String>,
    pub(crate) created: Option<Stamp>,
    pub(crate) modified: Option<Stamp>,
    pub(crate) revoked: bool,
    pub(crate) created_by: Option<ObjectId>,
    pub(crate) names: [Option<String>; NAMES.len()],
    pub(crate) markings: Vec<ObjectId>,
    pub(crate) has_granular: bool,
    pub(crate) granular: Vec<ObjectId>,
    pub(crate) refs: Vec<Reference>,
    pub(crate) labels: Vec<String>,
    pub(crate) confidence: Option<u8>,
    pub(crate) lang: Option<String>,
    pub(crate) pattern: Option<String>,
    pub(crate) pattern_type: Option<String>,
    pub(crate) relationship_type: Option<String>,
    pub(crate) external_ids: Vec<String>,
    pub(crate) values: Vec<SearchValue>,
    pub(crate) seen: u32,
}

impl Draft {
    pub(crate) fn fail(&mut self, error: StixError) {
        self.fail.get_or_insert(error);
    }

    pub(crate) fn bad(&mut self, property: &str, expected: &'static str) {
        self.fail(StixError::BadProperty {
            path: format!("/{property}"),
            expected,
        });
    }

    pub(crate) fn stamp(&mut self, property: &str, text: &str) -> Option<Stamp> {
        let stamp = Stamp::parse(text);
        if stamp.is_none() {
            self.bad(property, "a timestamp like 2026-01-31T09:00:00.000Z");
        }
        stamp
    }

    pub(crate) fn id(&mut self, text: &str) -> Option<ObjectId> {
        ObjectId::parse(text).map_err(|error| self.fail(error)).ok()
    }
}

/// Properties of the top level that the header keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field {
    Id,
    Type,
    SpecVersion,
    Created,
    Modified,
    Revoked,
    CreatedBy,
    Markings,
    Granular,
    Labels,
    Confidence,
    Lang,
    Pattern,
    PatternType,
    RelationshipType,
    Aliases,
    External,
    Name(usize),
}

impl Field {
    pub(crate) fn bit(self) -> u32 {
        let place = match self {
            Self::Id => 0,
            Self::Type => 1,
            Self::SpecVersion => 2,
            Self::Created => 3,
            Self::Modified => 4,
            Self::Revoked => 5,
            Self::CreatedBy => 6,
            Self::Markings => 7,
            Self::Granular => 8,
            Self::Labels => 9,
            Self::Confidence => 10,
            Self::Lang => 11,
            Self::Pattern => 12,
            Self::PatternType => 13,
            Self::RelationshipType => 14,
            Self::Aliases => return 0,
            Self::External => 15,
            Self::Name(slot) => 16 + slot,
        };
        1 << place
    }

    /// Whether another form than the standard's makes the object unreadable:
    /// what identifies, orders or restricts it.
    pub(crate) fn is_strict(self) -> bool {
        matches!(
            self,
            Self::Id
                | Self::Type
                | Self::SpecVersion
                | Self::Created
                | Self::Modified
                | Self::Revoked
                | Self::CreatedBy
                | Self::Markings
        )
    }
}
