//! The elements of the core format: typed views over members, so that what is unknown stays.

use serde_json::{Map, Value};
use uuid::Uuid;

use crate::error::Finding;
use crate::json::{Members, join, text};

/// Integers that the format writes as JSON strings (core format §2.2 and following).
const NUMBERS: &[&str] = &[
    "id",
    "event_id",
    "object_id",
    "org_id",
    "orgc_id",
    "timestamp",
    "publish_timestamp",
    "first_publication",
    "sighting_timestamp",
    "distribution",
    "sharing_group_id",
    "threat_level_id",
    "analysis",
    "attribute_count",
    "template_version",
    "referenced_id",
    "referenced_type",
    "old_id",
    "date_sighting",
];

/// Flags that the format writes as booleans.
const FLAGS: &[&str] = &[
    "published",
    "to_ids",
    "deleted",
    "disable_correlation",
    "locked",
    "proposal_email_lock",
];

/// An attribute (core format §2.4): a value with its type and category.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribute {
    pub(crate) members: Members,
}

/// An object (core format §2.5): attributes held together by a template.
#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    /// All members but `Attribute`.
    pub(crate) members: Members,
    /// Its attributes, each sound.
    pub attributes: Vec<Attribute>,
}

impl Attribute {
    /// Takes the members of an attribute whose type and value are texts.
    ///
    /// # Errors
    /// A [`Finding`] with its place when there is no type or value, or the UUID is none.
    pub(crate) fn sound(mut members: Members, pointer: &str) -> Result<Self, Finding> {
        normalise(&mut members);
        if let Some(Value::Number(number)) = members.get("value") {
            let number = number.to_string();
            members.insert("value".to_owned(), number.into());
        }
        for key in ["type", "value"] {
            if text(&members, key).is_none() {
                let message = format!("`{key}` is missing or no text");
                return Err(Finding::error(&join(pointer, key), "required", message));
            }
        }
        sound_uuid(&members, pointer)?;
        Ok(Self { members })
    }

    /// Its type, such as `ip-dst`.
    #[must_use]
    pub fn type_name(&self) -> &str {
        text(&self.members, "type").unwrap_or_default()
    }

    /// Its value; the parts of a composite stand apart by `|`.
    #[must_use]
    pub fn value(&self) -> &str {
        text(&self.members, "value").unwrap_or_default()
    }

    /// Whether it is meant for detection.
    #[must_use]
    pub fn to_ids(&self) -> bool {
        self.members.get("to_ids") == Some(&Value::Bool(true))
    }

    /// Its part in an object, such as `filename`.
    #[must_use]
    pub fn relation(&self) -> Option<&str> {
        text(&self.members, "object_relation")
    }

    /// All its members, unknown ones too.
    #[must_use]
    pub fn members(&self) -> &Map<String, Value> {
        &self.members
    }
}

impl Object {
    /// Takes the members of an object; attributes that are unsound are left out and named.
    ///
    /// # Errors
    /// A [`Finding`] when the object has no name, or the UUID is none.
    pub(crate) fn sound(
        mut members: Members,
        pointer: &str,
        findings: &mut Vec<Finding>,
    ) -> Result<Self, Finding> {
        normalise(&mut members);
        if text(&members, "name").is_none() {
            let message = "`name` is missing or no text";
            return Err(Finding::error(&join(pointer, "name"), "required", message));
        }
        sound_uuid(&members, pointer)?;
        let mut attributes = Vec::new();
        if let Some(Value::Array(list)) = members.get_mut("Attribute") {
            let list = std::mem::take(list);
            let empty = list.is_empty();
            for (index, item) in list.into_iter().enumerate() {
                let place = format!("{pointer}/Attribute/{index}");
                let sound = match item {
                    Value::Object(item) => Attribute::sound(item, &place),
                    _ => Err(Finding::error(&place, "object", "is not a JSON object")),
                };
                match sound {
                    Ok(attribute) => attributes.push(attribute),
                    Err(finding) => findings.push(finding),
                }
            }
            if !empty {
                members.remove("Attribute");
            }
        }
        Ok(Self {
            members,
            attributes,
        })
    }

    /// All its members, its attributes too.
    #[must_use]
    pub fn whole(&self) -> Map<String, Value> {
        let attributes = self.attributes.iter();
        let attributes = attributes.map(|one| Value::Object(one.members.clone()));
        let attributes: Vec<Value> = attributes.collect();
        let mut members = self.members.clone();
        members.insert("Attribute".to_owned(), attributes.into());
        members
    }

    /// Its template's name, such as `file`.
    #[must_use]
    pub fn name(&self) -> &str {
        text(&self.members, "name").unwrap_or_default()
    }
}

/// Writes integers as strings and flags as booleans, as the format says.
pub(crate) fn normalise(members: &mut Members) {
    for (key, value) in members.iter_mut() {
        match value {
            Value::Number(number) if NUMBERS.contains(&key.as_str()) => {
                *value = Value::String(number.to_string());
            }
            Value::Number(_) | Value::String(_) if FLAGS.contains(&key.as_str()) => {
                let flag = match value.as_str() {
                    Some("0") => Some(false),
                    Some("1") => Some(true),
                    Some(_) => None,
                    None => match value.as_u64() {
                        Some(0) => Some(false),
                        Some(1) => Some(true),
                        _ => None,
                    },
                };
                if let Some(flag) = flag {
                    *value = Value::Bool(flag);
                }
            }
            _ => {}
        }
    }
}

/// The UUID of an element, if it has one.
pub(crate) fn uuid(members: &Members) -> Option<Uuid> {
    let text = text(members, "uuid").filter(|text| text.len() == 36)?;
    Uuid::try_parse(text).ok()
}

pub(crate) fn sound_uuid(members: &Members, pointer: &str) -> Result<(), Finding> {
    if members.get("uuid").is_some_and(|value| !value.is_null()) && uuid(members).is_none() {
        let message = "is not a UUID in its hyphenated form";
        return Err(Finding::error(&join(pointer, "uuid"), "uuid", message));
    }
    Ok(())
}
