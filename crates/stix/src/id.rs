//! Identifiers and type names (STIX 2.1 §2.9).

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

use crate::error::StixError;
use crate::rules;

/// What an object is, by its type name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// STIX Domain Object (§4).
    Sdo,
    /// STIX Relationship Object (§5).
    Sro,
    /// STIX Cyber-observable Object (§6).
    Sco,
    /// STIX Meta Object: marking definition, language content, extension definition (§7).
    Meta,
}

/// The class of a type that STIX 2.1 itself defines; `None` for a custom type.
#[must_use]
pub fn class_of(type_name: &str) -> Option<Class> {
    rules::rule(type_name).and_then(|rule| rule.class)
}

/// Whether a text may be a type name: 3 to 250 of `a-z 0-9 -`, a letter first,
/// no hyphen last, no two hyphens together.
#[must_use]
pub fn is_type_name(text: &str) -> bool {
    let bytes = text.as_bytes();
    (3..=250).contains(&bytes.len())
        && bytes[0].is_ascii_lowercase()
        && bytes[bytes.len() - 1] != b'-'
        && bytes
            .iter()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-')
        && !text.contains("--")
}

/// `type--uuid`. Neither version nor variant of the UUID is enforced, since
/// both are found wrong in the field.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectId {
    type_name: Cow<'static, str>,
    uuid: Uuid,
}

impl ObjectId {
    /// Joins a type name and a UUID.
    ///
    /// # Errors
    /// [`StixError::BadId`] when the type name is not one.
    pub fn new(type_name: &str, uuid: Uuid) -> Result<Self, StixError> {
        let type_name = intern(type_name).ok_or_else(|| bad(type_name, "bad type name"))?;
        Ok(Self { type_name, uuid })
    }

    pub(crate) fn of(type_name: &'static str, uuid: Uuid) -> Self {
        Self {
            type_name: Cow::Borrowed(type_name),
            uuid,
        }
    }

    /// The part before `--`.
    #[must_use]
    pub fn type_name(&self) -> &str {
        &self.type_name
    }

    /// The part after `--`.
    #[must_use]
    pub fn uuid(&self) -> Uuid {
        self.uuid
    }

    /// The class of its type, `None` for a custom type.
    #[must_use]
    pub fn class(&self) -> Option<Class> {
        class_of(&self.type_name)
    }

    /// Reads `type--uuid`; the UUID in its hyphenated form only.
    ///
    /// # Errors
    /// [`StixError::BadId`] with the reason.
    pub fn parse(text: &str) -> Result<Self, StixError> {
        let Some((type_name, uuid)) = text.split_once("--") else {
            return Err(bad(text, "no `--`"));
        };
        let Some(type_name) = intern(type_name) else {
            return Err(bad(text, "bad type name"));
        };
        if uuid.len() != 36 {
            return Err(bad(text, "the UUID does not have 36 characters"));
        }
        match Uuid::try_parse(uuid) {
            Ok(uuid) => Ok(Self { type_name, uuid }),
            Err(_) => Err(bad(text, "not a UUID")),
        }
    }
}

fn intern(type_name: &str) -> Option<Cow<'static, str>> {
    if let Some(rule) = rules::rule(type_name) {
        return Some(Cow::Borrowed(rule.name));
    }
    is_type_name(type_name).then(|| Cow::Owned(type_name.to_owned()))
}

fn bad(text: &str, reason: &'static str) -> StixError {
    StixError::BadId {
        text: text.chars().take(80).collect(),
        reason,
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}--{}", self.type_name, self.uuid.as_hyphenated())
    }
}

impl FromStr for ObjectId {
    type Err = StixError;

    fn from_str(text: &str) -> Result<Self, StixError> {
        Self::parse(text)
    }
}

impl Serialize for ObjectId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ObjectId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}
