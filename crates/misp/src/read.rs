//! Reading documents that hold events, and the parts of an event one by one.

use std::fmt;

use serde::de::{Deserializer, Error as _, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::error::{Finding, Limits, MispError};
use crate::group::SharingGroup;
use crate::json::{self, Members, Strict, text};
use crate::model::{self, Attribute, Object};
use crate::reach::{Reach, reach};

/// An event whose attributes, objects and reports are still text: a large one takes little more
/// memory than its document.
pub struct Event<'a> {
    /// Where it stands in its document, as a JSON pointer.
    pub pointer: String,
    pub(crate) members: Members,
    pub(crate) attributes: Vec<&'a RawValue>,
    pub(crate) objects: Vec<&'a RawValue>,
    pub(crate) reports: Vec<&'a RawValue>,
    depth: usize,
}

/// The events of a document: `{"Event": …}`, `{"response": [{"Event": …}]}`, a list of these, or an
/// event's members alone. An event that cannot be read stands as a fault among the others.
///
/// # Errors
/// [`MispError`] when the document is too long, no text, no JSON, or holds no event.
pub fn events<'a>(
    data: &'a [u8],
    limits: &Limits,
) -> Result<Vec<Result<Event<'a>, MispError>>, MispError> {
    let document = document(data, limits)?;
    let mut found = Vec::new();
    collect(document, String::new(), limits, &mut found, 0)?;
    Ok(found)
}

/// The text of a document within bounds, without a byte order mark.
pub(crate) fn document<'a>(data: &'a [u8], limits: &Limits) -> Result<&'a str, MispError> {
    if data.len() > limits.bytes {
        return Err(MispError::TooLong {
            bytes: data.len(),
            limit: limits.bytes,
        });
    }
    let document = std::str::from_utf8(data).map_err(|error| MispError::NotText {
        offset: error.valid_up_to(),
    })?;
    Ok(document.strip_prefix('\u{feff}').unwrap_or(document))
}

/// A fault of the text at `pointer`.
pub(crate) fn form(error: &serde_json::Error, pointer: &str) -> MispError {
    MispError::Form {
        message: error.to_string(),
        pointer: pointer.to_owned(),
    }
}

fn collect<'a>(
    part: &'a str,
    pointer: String,
    limits: &Limits,
    found: &mut Vec<Result<Event<'a>, MispError>>,
    wraps: usize,
) -> Result<(), MispError> {
    let part = part.trim_start();
    if wraps > 4 || found.len() > limits.elements {
        return Err(MispError::TooMany {
            limit: limits.elements,
        });
    }
    if part.starts_with('[') {
        let list: Vec<&RawValue> =
            serde_json::from_str(part).map_err(|error| form(&error, &pointer))?;
        for (index, item) in list.into_iter().enumerate() {
            let place = format!("{pointer}/{index}");
            collect(item.get(), place, limits, found, wraps + 1)?;
        }
        return Ok(());
    }
    let wrap: Wrap<'a> = serde_json::from_str(part).map_err(|error| form(&error, &pointer))?;
    if let Some(inner) = wrap.response {
        return collect(
            inner.get(),
            format!("{pointer}/response"),
            limits,
            found,
            wraps + 1,
        );
    }
    let (text, place) = match wrap.event {
        Some(inner) => (inner.get(), format!("{pointer}/Event")),
        None if wrap.info => (part, pointer),
        None => {
            return Err(MispError::Form {
                message: "holds no MISP event".to_owned(),
                pointer,
            });
        }
    };
    found.push(Event::read(text, place, limits));
    Ok(())
}

struct Wrap<'a> {
    response: Option<&'a RawValue>,
    event: Option<&'a RawValue>,
    info: bool,
}

impl<'de> serde::Deserialize<'de> for Wrap<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Wrap<'de>;
            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a MISP event or a list of them")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut wrap = Wrap {
                    response: None,
                    event: None,
                    info: false,
                };
                while let Some(key) = map.next_key::<String>()? {
                    let value: &RawValue = map.next_value()?;
                    let slot = match key.as_str() {
                        "response" => &mut wrap.response,
                        "Event" => &mut wrap.event,
                        "info" => {
                            wrap.info = true;
                            continue;
                        }
                        _ => continue,
                    };
                    if slot.replace(value).is_some() {
                        return Err(A::Error::custom(format!("duplicate key `{key}`")));
                    }
                }
                Ok(wrap)
            }
        }
        from.deserialize_map(Members)
    }
}

impl<'a> Event<'a> {
    fn read(part: &'a str, pointer: String, limits: &Limits) -> Result<Self, MispError> {
        let mut event = Self {
            pointer,
            members: Members::new(),
            attributes: Vec::new(),
            objects: Vec::new(),
            reports: Vec::new(),
            depth: limits.depth,
        };
        let mut reader = serde_json::Deserializer::from_str(part);
        let read = reader.deserialize_map(Parts(&mut event));
        read.map_err(|error| form(&error, &event.pointer))?;
        model::normalise(&mut event.members);
        let count = event.attributes.len() + event.objects.len() + event.reports.len();
        if count > limits.elements {
            return Err(MispError::TooMany {
                limit: limits.elements,
            });
        }
        if model::uuid(&event.members).is_none() {
            return Err(MispError::Form {
                message: "the event has no UUID".to_owned(),
                pointer: event.pointer,
            });
        }
        Ok(event)
    }

    /// Its UUID.
    #[must_use]
    pub fn uuid(&self) -> Uuid {
        model::uuid(&self.members).unwrap_or_default()
    }

    /// What it is about, in a line.
    #[must_use]
    pub fn info(&self) -> &str {
        text(&self.members, "info").unwrap_or_default()
    }

    /// All its members but attributes, objects and reports.
    #[must_use]
    pub fn members(&self) -> &serde_json::Map<String, Value> {
        &self.members
    }

    /// The sharing group beyond which it may not go as a whole; `None` too where it names one that cannot be known again.
    #[must_use]
    pub fn sharing_group(&self) -> Option<SharingGroup> {
        match reach(&self.members) {
            Reach::Group(group) => Some(group),
            Reach::Open | Reach::Held => None,
        }
    }

    /// Length of its attributes, objects and reports as text, in bytes.
    #[must_use]
    pub fn parts_bytes(&self) -> usize {
        let parts = self.attributes.iter().chain(&self.objects);
        let parts = parts.chain(&self.reports);
        parts.map(|raw| raw.get().len()).sum()
    }

    /// Its attributes one by one, each sound or named as a finding.
    pub fn attributes(&self) -> impl Iterator<Item = Result<Attribute, Finding>> {
        self.attributes.iter().enumerate().map(|(index, raw)| {
            let pointer = format!("{}/Attribute/{index}", self.pointer);
            let members = json::members(raw.get(), self.depth, &pointer)?;
            Attribute::sound(members, &pointer)
        })
    }

    /// Its objects one by one, with what was left out of each.
    pub fn objects(&self) -> impl Iterator<Item = (Option<Object>, Vec<Finding>)> {
        self.objects.iter().enumerate().map(|(index, raw)| {
            let pointer = format!("{}/Object/{index}", self.pointer);
            let mut findings = Vec::new();
            let object = json::members(raw.get(), self.depth, &pointer)
                .and_then(|members| Object::sound(members, &pointer, &mut findings));
            match object {
                Ok(object) => (Some(object), findings),
                Err(finding) => (None, vec![finding]),
            }
        })
    }

    /// The members of its reports one by one, each sound or named as a finding.
    pub fn reports(&self) -> impl Iterator<Item = Result<serde_json::Map<String, Value>, Finding>> {
        self.reports.iter().enumerate().map(|(index, raw)| {
            let pointer = format!("{}/EventReport/{index}", self.pointer);
            let mut members = json::members(raw.get(), self.depth, &pointer)?;
            model::normalise(&mut members);
            model::sound_uuid(&members, &pointer)?;
            Ok(members)
        })
    }
}

struct Parts<'e, 'a>(&'e mut Event<'a>);

impl<'de> Visitor<'de> for Parts<'_, 'de> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("the members of a MISP event")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let event = self.0;
        while let Some(key) = map.next_key::<String>()? {
            let list = match key.as_str() {
                "Attribute" => Some(&mut event.attributes),
                "Object" => Some(&mut event.objects),
                "EventReport" => Some(&mut event.reports),
                _ => None,
            };
            let value = match list {
                None => map.next_value_seed(Strict::new(event.depth))?,
                Some(list) => match map.next_value::<Option<Vec<&RawValue>>>()? {
                    Some(items) => {
                        *list = items;
                        Value::Array(Vec::new())
                    }
                    None => Value::Null,
                },
            };
            if event.members.insert(key.clone(), value).is_some() {
                return Err(A::Error::custom(format!("duplicate key `{key}`")));
            }
        }
        Ok(())
    }
}
