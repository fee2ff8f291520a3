//! Collections and their objects.

use std::fmt;

use jiff::Timestamp;
use serde::{
    Deserialize,
    de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::{
    LayoutCollection, LayoutKind, LayoutObject,
    parse::{Members, Reading, uuid},
};

pub(super) struct Collections<'a, 'r, 't>(
    pub(super) &'a mut Reading<'r, 't>,
    pub(super) &'a mut Vec<LayoutCollection>,
);

impl<'de> DeserializeSeed<'de> for Collections<'_, '_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<(), D::Error> {
        d.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Collections<'_, '_, '_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of collections")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let Self(reading, collections) = self;
        loop {
            reading.place.enter(collections.len().to_string());
            if reading.collections >= reading.limits.collections {
                let most = reading.limits.collections;
                return match seq.next_element::<IgnoredAny>()? {
                    Some(_) => Err(reading.no(format!("at most {most} collections are read"))),
                    None => {
                        reading.place.leave();
                        Ok(())
                    }
                };
            }
            let next = seq.next_element_seed(Collection(reading))?;
            reading.place.leave();
            match next {
                Some(collection) => collections.push(collection),
                None => return Ok(()),
            }
            reading.collections += 1;
        }
    }
}

struct Collection<'a, 'r, 't>(&'a mut Reading<'r, 't>);

impl<'de> DeserializeSeed<'de> for Collection<'_, '_, '_> {
    type Value = LayoutCollection;
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<LayoutCollection, D::Error> {
        d.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Collection<'_, '_, '_> {
    type Value = LayoutCollection;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a collection")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<LayoutCollection, A::Error> {
        let reading = self.0;
        let all = [
            "id",
            "alias",
            "title",
            "description",
            "kind",
            "can_read",
            "can_write",
            "media_types",
            "objects",
        ];
        let mut members = Members::default();
        let mut collection = LayoutCollection {
            id: Uuid::nil(),
            alias: None,
            title: String::new(),
            description: None,
            kind: LayoutKind::Peer,
            can_read: false,
            can_write: false,
            media_types: None,
            objects: 0,
            omitted: Vec::new(),
        };
        while let Some(name) = map.next_key::<String>()? {
            members.meet(reading, &name, &all)?;
            match name.as_str() {
                "id" => {
                    let text: String = reading.value(&mut map, "a UUID")?;
                    let id = uuid(&text).ok_or_else(|| reading.no("a UUID is expected"))?;
                    collection.id = id;
                }
                "alias" => collection.alias = Some(reading.value(&mut map, "a text")?),
                "title" => collection.title = reading.value(&mut map, "a text")?,
                "description" => collection.description = Some(reading.value(&mut map, "a text")?),
                "kind" => {
                    let kind = "`peer`, `intake` or `library`";
                    let word: String = reading.value(&mut map, kind)?;
                    collection.kind = match word.as_str() {
                        "peer" => LayoutKind::Peer,
                        "intake" => LayoutKind::Intake,
                        "library" => LayoutKind::Library,
                        _ => return Err(reading.no(format!("{kind} is expected"))),
                    };
                }
                "can_read" => collection.can_read = reading.value(&mut map, "true or false")?,
                "can_write" => collection.can_write = reading.value(&mut map, "true or false")?,
                "media_types" => {
                    collection.media_types = Some(reading.value(&mut map, "a list of texts")?);
                }
                _ => map.next_value_seed(Objects(reading, &mut collection.objects))?,
            }
            reading.place.leave();
        }
        members.needs(reading, &["id", "title", "can_read", "can_write"])?;
        collection.omitted = members.without(&["kind", "objects"]);
        fits(reading, &collection)?;
        Ok(collection)
    }
}

/// What goes together in a collection.
fn fits<E: serde::de::Error>(
    reading: &mut Reading<'_, '_>,
    collection: &LayoutCollection,
) -> Result<(), E> {
    let (member, rule) = match collection.kind {
        LayoutKind::Peer => return Ok(()),
        LayoutKind::Library if collection.can_write => (
            "can_write",
            "nothing is written to a library: it holds released items only",
        ),
        LayoutKind::Intake if collection.can_read => (
            "can_read",
            "nobody reads an intake: what is posted there becomes a submission",
        ),
        _ if collection.objects > 0 => (
            "objects",
            "objects stand in a collection of kind `peer` only: nothing reaches a library without release",
        ),
        _ => return Ok(()),
    };
    reading.place.enter(member);
    Err(reading.no(rule))
}

struct Objects<'a, 'r, 't>(&'a mut Reading<'r, 't>, &'a mut u64);

impl<'de> DeserializeSeed<'de> for Objects<'_, '_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<(), D::Error> {
        d.deserialize_seq(self)
    }
}

/// An object beside the moment it was added.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry<'a> {
    date_added: String,
    #[serde(borrow)]
    object: &'a RawValue,
}

impl<'de> Visitor<'de> for Objects<'_, '_, '_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of objects")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let Self(reading, count) = self;
        loop {
            reading.place.enter(count.to_string());
            let Some(raw) = seq.next_element::<Box<RawValue>>()? else {
                reading.place.leave();
                return Ok(());
            };
            reading.allowance.renew();
            if reading.objects >= reading.limits.objects {
                let most = reading.limits.objects;
                return Err(reading.no(format!(
                    "at most {most} objects are read (limits.max_import_objects)"
                )));
            }
            let entry: Entry<'_> = serde_json::from_str(raw.get()).map_err(|error| {
                reading.no(format!(
                    "{{\"date_added\", \"object\"}} is expected: {error}"
                ))
            })?;
            object(reading, &entry)?;
            reading.place.leave();
            *count += 1;
            reading.objects += 1;
        }
    }
}

fn object<E: serde::de::Error>(reading: &mut Reading<'_, '_>, entry: &Entry<'_>) -> Result<(), E> {
    reading.place.enter("date_added");
    let Some(date_added_us) = moment(&entry.date_added) else {
        return Err(reading.no(
            "a moment in UTC to the microsecond is expected, such as 2026-01-02T03:04:05.000006Z",
        ));
    };
    if date_added_us > reading.limits.now_us {
        return Err(reading.no("nothing was added in the future"));
    }
    reading.place.leave();
    reading.place.enter("object");
    let bytes = entry.object.get().len();
    let most = reading.limits.object_bytes;
    if bytes > most {
        return Err(reading.no(format!("{bytes} bytes are over {most} (limits.max_object)")));
    }
    let taken = (reading.take)(LayoutObject {
        collection: reading.collections,
        date_added_us,
        raw: entry.object.get(),
    });
    taken.map_err(|rule| reading.no(rule))?;
    reading.place.leave();
    Ok(())
}

/// Microseconds since 1970 of a moment in UTC (RFC 3339); `None` when it is finer than a microsecond,
/// which could not be given back.
fn moment(text: &str) -> Option<i64> {
    let plain = text.is_ascii() && text.len() <= 40 && text.ends_with('Z');
    let at = plain.then(|| text.parse::<Timestamp>().ok()).flatten()?;
    let nanoseconds = at.as_nanosecond();
    (nanoseconds.rem_euclid(1_000) == 0).then_some(at.as_microsecond())
}
