//! Sharing groups of MISP (core format §2.3, SharingGroup): whom one names, and the marking that says so in STIX.
//!
//! The marking's id is made of all that it says. So whoever has an id and a definition can tell whether they belong
//! together, and nobody can give a marking that others refer to another meaning.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::bundle::{DEFINER_ID, EXTENSION, NAMESPACE};
use crate::json::{self, Members, text};

/// Most organisations of one group; a longer one names nobody.
const MOST: usize = 1_000;
/// Longest definition that is read, in bytes.
const LONGEST: usize = 128 << 10;

/// A sharing group as an element names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SharingGroup {
    /// Its UUID.
    pub uuid: Uuid,
    /// UUIDs of the organisations in it, as far as the element tells them.
    pub organisations: BTreeSet<Uuid>,
}

impl SharingGroup {
    /// The group that stands beside distribution 4. `None` where none does that can be known again: without a UUID, no
    /// longer active, or of more than 1,000 organisations.
    pub(crate) fn beside(members: &Members) -> Option<Self> {
        let group = members.get("SharingGroup")?.as_object()?;
        let uuid = Uuid::try_parse(text(group, "uuid")?).ok()?;
        let is_active = match group.get("active") {
            None | Some(Value::Bool(true)) => true,
            Some(Value::String(flag)) => flag == "1",
            Some(Value::Number(flag)) => flag.as_u64() == Some(1),
            Some(_) => false,
        };
        let listed = group.get("SharingGroupOrg").and_then(Value::as_array);
        let listed = listed.map(Vec::as_slice).unwrap_or_default();
        if !is_active || listed.len() > MOST {
            return None;
        }
        let organisations = listed.iter().filter_map(|one| {
            let uuid = one.get("Organisation")?.get("uuid")?.as_str()?;
            Uuid::try_parse(uuid).ok()
        });
        Some(Self {
            uuid,
            organisations: organisations.collect(),
        })
    }

    /// The UUID of the marking that says it.
    pub(crate) fn marking(&self) -> Uuid {
        let mut said = format!("sharing group {}", self.uuid);
        for organisation in &self.organisations {
            said.push_str(&format!(" {organisation}"));
        }
        Uuid::new_v5(&NAMESPACE, said.as_bytes())
    }

    /// The STIX id of the marking that says it.
    #[must_use]
    pub fn marking_id(&self) -> String {
        marking_id(self.marking())
    }

    /// The marking definition (STIX 2.1 §7.2.1), as JSON text.
    #[must_use]
    pub fn definition(&self) -> String {
        let mut extension = json!({
            "extension_type": "property-extension",
            "misp_distribution": "group",
            "misp_sharing_group": self.uuid,
        });
        // No list is empty in STIX (§3.1).
        if let (false, Some(extension)) = (self.organisations.is_empty(), extension.as_object_mut())
        {
            extension.insert("misp_organisations".to_owned(), json!(self.organisations));
        }
        json!({
            "type": "marking-definition",
            "spec_version": "2.1",
            "id": self.marking_id(),
            "created": "2026-12-01T00:00:00.000Z",
            "created_by_ref": DEFINER_ID,
            "name": "MISP distribution: not beyond a sharing group",
            "extensions": { EXTENSION: extension },
        })
        .to_string()
    }

    /// The group of a marking definition; `None` of any other object, and of one whose id is not made of what it says.
    #[must_use]
    pub fn read(definition: &str) -> Option<Self> {
        if definition.len() > LONGEST {
            return None;
        }
        let members = json::members(definition, 8, "").ok()?;
        let said = members.get("extensions")?.get(EXTENSION)?.as_object()?;
        if text(said, "misp_distribution") != Some("group") {
            return None;
        }
        let uuid = Uuid::try_parse(text(said, "misp_sharing_group")?).ok()?;
        let listed = match said.get("misp_organisations") {
            None => &[][..],
            Some(listed) => listed.as_array()?,
        };
        let organisations = listed.iter().map(|one| {
            let uuid = one.as_str()?;
            Uuid::try_parse(uuid).ok()
        });
        let group = Self {
            uuid,
            organisations: organisations.collect::<Option<_>>()?,
        };
        (text(&members, "id")? == group.marking_id()).then_some(group)
    }
}

/// The STIX id of a marking of that UUID.
pub(crate) fn marking_id(uuid: Uuid) -> String {
    format!("marking-definition--{uuid}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn beside(group: Value) -> Option<SharingGroup> {
        let members = json!({ "distribution": "4", "SharingGroup": group });
        members.as_object().and_then(SharingGroup::beside)
    }

    const OWN: &str = "5d9c1f5e-2b1e-4c55-9d55-3f0f8a6f0001";

    #[test]
    fn a_definition_says_the_group_whose_id_it_has() {
        let organisations = json!([
            { "Organisation": { "uuid": "5d9c1f5e-2b1e-4c55-9d55-3f0f8a6f00b2" } },
            { "Organisation": { "uuid": "5D9C1F5E-2B1E-4C55-9D55-3F0F8A6F00A1" } },
            { "org_id": "7" },
        ]);
        let group = beside(json!({ "uuid": OWN, "SharingGroupOrg": organisations })).unwrap();
        assert_eq!(group.organisations.len(), 2);
        let definition = group.definition();
        assert_eq!(SharingGroup::read(&definition), Some(group.clone()));
        kaname_stix::object(&definition, &kaname_stix::Limits::default()).unwrap();
        // In any order it is the same; with anybody else in it, it is another.
        let empty = beside(json!({ "uuid": OWN, "SharingGroupOrg": [] })).unwrap();
        assert_ne!(empty.marking_id(), group.marking_id());
        assert_eq!(SharingGroup::read(&empty.definition()), Some(empty.clone()));
        let stolen = empty
            .definition()
            .replace(&empty.marking_id(), &group.marking_id());
        assert_eq!(SharingGroup::read(&stolen), None);
    }

    #[test]
    fn what_cannot_be_known_again_names_nobody() {
        assert_eq!(beside(Value::Null), None);
        assert_eq!(beside(json!({ "id": "7", "name": "no UUID" })), None);
        for inactive in [json!(false), json!("0"), json!(0), Value::Null] {
            assert_eq!(beside(json!({ "uuid": OWN, "active": inactive })), None);
        }
        assert!(beside(json!({ "uuid": OWN, "active": "1" })).is_some());
        let one = json!({ "Organisation": { "uuid": OWN } });
        let many = vec![one; MOST + 1];
        assert_eq!(
            beside(json!({ "uuid": OWN, "SharingGroupOrg": many })),
            None
        );
        assert_eq!(SharingGroup::read("{}"), None);
    }
}
