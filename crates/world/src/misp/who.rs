//! Organisations and groups as a caller knows them.

use kaname_directory::{Group, Lang, Party};
use kaname_kernel::{GroupId, Matter as _, PartyId};
use kaname_store::ListQuery;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{caller::Caller, error::WorldError, world::World};

/// Rows read at a time.
const PAGE: u32 = 1_000;
/// Most organisations told.
const MOST: usize = 10_000;

/// An organisation in MISP's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    /// Its UUID: that of the party, or its own elsewhere.
    pub uuid: Uuid,
    /// Its name.
    pub name: String,
    /// What it is here.
    pub kind: &'static str,
}

impl Organisation {
    pub(super) fn of(id: PartyId, party: &Party) -> Self {
        Self {
            uuid: id.uuid(),
            name: party.description.name.get(Lang::En).to_owned(),
            kind: match party.is_hub() {
                true => "CSIRT",
                false => "",
            },
        }
    }

    /// Its number here: made from its UUID, so that every node tells the same.
    pub fn number(&self) -> String {
        small(self.uuid.as_bytes())
    }

    /// As it stands in an event.
    pub fn in_event(&self) -> Value {
        json!({
            "id": self.number(),
            "name": self.name,
            "uuid": self.uuid,
            "local": true,
        })
    }

    /// As it stands in a list of organisations.
    pub fn in_list(&self) -> Value {
        json!({ "Organisation": {
            "id": self.number(),
            "name": self.name,
            "uuid": self.uuid,
            "type": self.kind,
            "description": "",
            "nationality": "",
            "sector": "",
            "local": true,
            "restricted_to_domain": [],
        }})
    }

    /// The texts it is known by.
    pub fn names(&self) -> [String; 3] {
        [self.number(), self.uuid.to_string(), self.name.clone()]
    }
}

/// A group of the hub that the caller's party is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharingGroup {
    /// The group.
    pub id: GroupId,
    /// Its name.
    pub name: String,
    /// The hub's organisation.
    pub owner: Organisation,
}

impl SharingGroup {
    /// Its number here.
    pub fn number(&self) -> String {
        small(self.id.bytes())
    }

    fn members(&self) -> serde_json::Map<String, Value> {
        let told = json!({
            "id": self.number(),
            "name": self.name,
            "uuid": self.id,
            "releasability": self.name,
            "description": "",
            "active": true,
            "roaming": false,
            "local": true,
            "organisation_uuid": self.owner.uuid,
            "org_id": self.owner.number(),
        });
        match told {
            Value::Object(members) => members,
            _ => serde_json::Map::new(),
        }
    }

    /// As it stands in an event. Who else is in it is not told.
    pub fn in_event(&self) -> Value {
        let mut members = self.members();
        members.insert("Organisation".to_owned(), self.owner.in_event());
        members.insert("SharingGroupOrg".to_owned(), json!([]));
        members.insert("SharingGroupServer".to_owned(), json!([]));
        Value::Object(members)
    }

    /// As it stands in a list of groups.
    pub fn in_list(&self) -> Value {
        json!({
            "SharingGroup": self.members(),
            "Organisation": self.owner.in_event(),
            "SharingGroupOrg": [],
            "SharingGroupServer": [],
            "editable": false,
            "deletable": false,
        })
    }
}

/// A number of 31 bits made from bytes, for what has none of its own.
pub(super) fn small(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    let [a, b, c, d] = [digest[0], digest[1], digest[2], digest[3]];
    (u32::from_be_bytes([a, b, c, d]) >> 1).max(1).to_string()
}

/// The number of an event that was handed in.
pub fn number_of(uuid: Uuid) -> String {
    small(uuid.as_bytes())
}

/// The number of a tag.
pub fn tag_number(name: &str) -> String {
    small(name.as_bytes())
}

impl World {
    /// The organisations that the caller may know of, the hub first.
    pub async fn misp_organisations(
        &self,
        caller: &Caller,
    ) -> Result<Vec<Organisation>, WorldError> {
        let mut query = ListQuery::of(Party::KIND, self.readable(caller).await?);
        query.limit = PAGE;
        let mut all = Vec::new();
        loop {
            let page = self.list::<Party>(&query).await?;
            all.extend(page.rows);
            match page.next {
                Some(next) if all.len() < MOST => query.after = Some(next),
                _ => break,
            }
        }
        let hub = self.hub().await?;
        let others = all.into_iter().filter(|party| !party.state.is_hub());
        Ok(hub
            .into_iter()
            .chain(others)
            .map(|party| Organisation::of(party.id.cast(), &party.state))
            .collect())
    }

    /// The groups that the caller's party is in.
    pub async fn misp_groups(&self, caller: &Caller) -> Result<Vec<SharingGroup>, WorldError> {
        let owner = self.misp_hub().await?;
        let readable = self.readable(caller).await?;
        let mut query = ListQuery::of(Group::KIND, readable);
        query.limit = PAGE;
        let groups = self.list::<Group>(&query).await?.rows.into_iter();
        let own = groups.filter(|group| caller.reader.groups.contains_key(&group.id.cast()));
        Ok(own
            .map(|group| SharingGroup {
                id: group.id.cast(),
                name: group.state.name.get(Lang::En).to_owned(),
                owner: owner.clone(),
            })
            .collect())
    }

    /// The hub as an organisation.
    pub async fn misp_hub(&self) -> Result<Organisation, WorldError> {
        let hub = self.hub().await?.ok_or(WorldError::NotFound(Party::KIND))?;
        Ok(Organisation::of(hub.id.cast(), &hub.state))
    }

    /// The caller's own organisation.
    pub fn misp_own(caller: &Caller) -> Result<Organisation, WorldError> {
        let party = caller.party.as_ref().ok_or(WorldError::Unauthenticated)?;
        Ok(Organisation::of(party.id.cast(), &party.state))
    }
}
