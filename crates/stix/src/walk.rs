//! The one visitor behind [`crate::head`]: walks an object of any shape, keeps
//! what the header needs and allocates for nothing else.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor};

use crate::draft::{Draft, Field, NAMES};
use crate::error::StixError;
use crate::head::Reference;
use crate::id::ObjectId;
use crate::value::{SearchValue, ValueKind};

/// Where the walk stands.
#[derive(Debug, Clone)]
pub(crate) enum Spot {
    /// Before the object itself.
    Root,
    /// At the value of a kept property, or inside it.
    Field(Field, Cow<'static, str>),
    /// At the value of some `*_ref` or `*_refs`.
    Ref(Cow<'static, str>),
    /// In a dictionary of hashes; the algorithm once inside.
    Hashes(Option<ValueKind>),
    /// At an `external_id`.
    ExternalId,
    /// At a `marking_ref` of a granular marking.
    MarkingRef,
    /// Anywhere else.
    Other,
}

pub(crate) struct Walk<'d> {
    pub(crate) draft: &'d mut Draft,
    pub(crate) spot: Spot,
}

/// Reads a key without keeping it, into where its value stands.
struct KeyIn<'s>(&'s Spot);

impl<'de> DeserializeSeed<'de> for KeyIn<'_> {
    type Value = Spot;

    fn deserialize<D: de::Deserializer<'de>>(self, reader: D) -> Result<Spot, D::Error> {
        reader.deserialize_str(self)
    }
}

impl Visitor<'_> for KeyIn<'_> {
    type Value = Spot;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: de::Error>(self, key: &str) -> Result<Spot, E> {
        Ok(match self.0 {
            Spot::Root => top(key),
            Spot::Hashes(None) => Spot::Hashes(ValueKind::of_hash(key)),
            Spot::Field(Field::Granular, _) if key == "marking_ref" => Spot::MarkingRef,
            Spot::Field(Field::External, _) if key == "external_id" => Spot::ExternalId,
            Spot::Field(Field::External, _) => Spot::Other,
            _ => inner(key),
        })
    }
}

fn top(key: &str) -> Spot {
    let (field, name) = match key {
        "id" => (Field::Id, "id"),
        "type" => (Field::Type, "type"),
        "spec_version" => (Field::SpecVersion, "spec_version"),
        "created" => (Field::Created, "created"),
        "modified" => (Field::Modified, "modified"),
        "revoked" => (Field::Revoked, "revoked"),
        "created_by_ref" => (Field::CreatedBy, "created_by_ref"),
        "object_marking_refs" => (Field::Markings, "object_marking_refs"),
        "granular_markings" => (Field::Granular, "granular_markings"),
        "labels" => (Field::Labels, "labels"),
        "confidence" => (Field::Confidence, "confidence"),
        "lang" => (Field::Lang, "lang"),
        "pattern" => (Field::Pattern, "pattern"),
        "pattern_type" => (Field::PatternType, "pattern_type"),
        "relationship_type" => (Field::RelationshipType, "relationship_type"),
        "aliases" | "x_mitre_aliases" => (Field::Aliases, "aliases"),
        "external_references" => (Field::External, "external_references"),
        _ => match NAMES.iter().position(|name| *name == key) {
            Some(slot) => (Field::Name(slot), NAMES[slot]),
            None => return inner(key),
        },
    };
    Spot::Field(field, Cow::Borrowed(name))
}

fn inner(key: &str) -> Spot {
    if key == "hashes" || key.ends_with("_hashes") {
        return Spot::Hashes(None);
    }
    if !key.ends_with("_ref") && !key.ends_with("_refs") {
        return Spot::Other;
    }
    let common = [
        "object_refs",
        "source_ref",
        "target_ref",
        "sighting_of_ref",
        "observed_data_refs",
        "where_sighted_refs",
        "sample_refs",
        "x_mitre_modified_by_ref",
        "x_mitre_data_source_ref",
        "tactic_refs",
    ];
    let known = common.iter().find(|name| **name == key);
    Spot::Ref(known.map_or_else(|| Cow::Owned(key.to_owned()), |name| Cow::Borrowed(*name)))
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = ();

    fn deserialize<D: de::Deserializer<'de>>(self, reader: D) -> Result<(), D::Error> {
        match self.spot {
            Spot::Root => reader.deserialize_map(self),
            _ => reader.deserialize_any(self),
        }
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a STIX object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        if let Spot::Field(field, name) = &self.spot {
            self.draft.has_granular |= *field == Field::Granular;
            if field.is_strict() {
                self.draft.bad(name, "of the form the standard gives it");
            }
        }
        while let Some(spot) = map.next_key_seed(KeyIn(&self.spot))? {
            if let (Spot::Root, Spot::Field(field, name)) = (&self.spot, &spot) {
                if self.draft.seen & field.bit() != 0 {
                    let (key, path) = (name.to_string(), String::new());
                    self.draft.fail(StixError::DuplicateKey {
                        key,
                        path,
                        offset: 0,
                    });
                }
                self.draft.seen |= field.bit();
            }
            map.next_value_seed(Walk {
                draft: &mut *self.draft,
                spot,
            })?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        if let Spot::Field(field, name) = &self.spot
            && field.is_strict()
            && *field != Field::Markings
        {
            self.draft.bad(name, "of the form the standard gives it");
        }
        loop {
            let spot = self.spot.clone();
            if seq
                .next_element_seed(Walk {
                    draft: &mut *self.draft,
                    spot,
                })?
                .is_none()
            {
                return Ok(());
            }
            if matches!(self.spot, Spot::Field(Field::Granular, _)) {
                self.draft.has_granular = true;
            }
        }
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<(), E> {
        let draft = self.draft;
        match self.spot {
            Spot::Field(field, name) => take(draft, field, &name, text),
            Spot::Ref(property) => {
                if let Ok(target) = ObjectId::parse(text) {
                    draft.refs.push(Reference { property, target });
                }
            }
            Spot::Hashes(Some(kind)) => draft.values.push(SearchValue::new(kind, text)),
            Spot::ExternalId => draft.external_ids.push(text.to_owned()),
            Spot::MarkingRef => {
                let id = draft.id(text);
                draft.granular.extend(id);
            }
            Spot::Root | Spot::Hashes(None) | Spot::Other => {}
        }
        Ok(())
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<(), E> {
        match self.spot {
            Spot::Field(Field::Revoked, _) => self.draft.revoked = value,
            other => scalar(self.draft, other),
        }
        Ok(())
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<(), E> {
        match self.spot {
            Spot::Field(Field::Confidence, _) => {
                self.draft.confidence = u8::try_from(value).ok().filter(|value| *value <= 100);
            }
            Spot::Field(Field::Name(slot), _) => self.draft.names[slot] = Some(value.to_string()),
            other => scalar(self.draft, other),
        }
        Ok(())
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<(), E> {
        scalar(self.draft, self.spot);
        Ok(())
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<(), E> {
        scalar(self.draft, self.spot);
        Ok(())
    }

    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        scalar(self.draft, self.spot);
        Ok(())
    }
}

/// A number, `true`, `false` or `null` where the header wants something else.
fn scalar(draft: &mut Draft, spot: Spot) {
    match spot {
        Spot::Field(field, name) if field.is_strict() || field == Field::Granular => {
            draft.bad(&name, "of the form the standard gives it");
        }
        Spot::MarkingRef => draft.bad("granular_markings", "a list with a marking each"),
        _ => {}
    }
}

fn take(draft: &mut Draft, field: Field, name: &str, text: &str) {
    match field {
        Field::Id => draft.id = draft.id(text),
        Field::Type => draft.type_name = Some(text.to_owned()),
        Field::SpecVersion => draft.spec_version = Some(text.to_owned()),
        Field::Created => draft.created = draft.stamp(name, text),
        Field::Modified => draft.modified = draft.stamp(name, text),
        Field::CreatedBy => draft.created_by = draft.id(text),
        Field::Markings => {
            let id = draft.id(text);
            draft.markings.extend(id);
        }
        Field::Labels => draft.labels.push(text.to_owned()),
        Field::Lang => draft.lang = Some(text.to_owned()),
        Field::Pattern => draft.pattern = Some(text.to_owned()),
        Field::PatternType => draft.pattern_type = Some(text.to_owned()),
        Field::RelationshipType => draft.relationship_type = Some(text.to_owned()),
        Field::Aliases => draft.values.push(SearchValue::new(ValueKind::Alias, text)),
        Field::Name(slot) => draft.names[slot] = Some(text.to_owned()),
        Field::Revoked | Field::Granular => draft.bad(name, "of the form the standard gives it"),
        Field::Confidence | Field::External => {}
    }
}
