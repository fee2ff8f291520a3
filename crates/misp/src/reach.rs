//! Distribution and sharing groups as who may read.

use serde_json::Value;
use uuid::Uuid;

use crate::json::{Members, text};

/// Who may read an element (core format §2.2.1.8, distribution).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// 0: the organisation that holds it.
    Organisation,
    /// 1: all on this server.
    Community,
    /// 2: also those on servers connected to it.
    Connected,
    /// 3: everyone.
    All,
    /// 4: the organisations of a sharing group, by their UUIDs. None are named when the event does not
    /// carry the group: then nobody may read it.
    Group(Vec<Uuid>),
    /// 5: as the event says.
    Inherited,
}

impl Reach {
    /// The reach of an event, attribute or object. What nobody knows reaches the holder alone.
    #[must_use]
    pub fn of(members: &Members) -> Self {
        match text(members, "distribution") {
            Some("1") => Self::Community,
            Some("2") => Self::Connected,
            Some("3") => Self::All,
            Some("4") => Self::Group(organisations(members)),
            Some("5") => Self::Inherited,
            _ => Self::Organisation,
        }
    }
}

fn organisations(members: &Members) -> Vec<Uuid> {
    let group = members.get("SharingGroup");
    let list = group
        .and_then(|group| group.get("SharingGroupOrg"))
        .and_then(Value::as_array);
    let mut found: Vec<Uuid> = list
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.get("Organisation")?.get("uuid")?.as_str())
        .filter_map(|uuid| Uuid::try_parse(uuid).ok())
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}
