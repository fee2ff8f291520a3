//! How far something may go as this hub told it, which a client that edits sends back: it is not the client's word.

use std::collections::HashMap;

use kaname_misp::{Shown, ask::Ask};
use kaname_world::{WorldError, misp::Found};
use serde_json::Value;

use super::Members;
use crate::{
    house::{By, House},
    misp::walk::{Parts, Walk},
};

/// The distribution that the caller is told of an event and of each of its parts, by UUID.
pub(super) struct AsTold(HashMap<String, String>);

impl AsTold {
    /// Of an event with all its parts.
    pub(super) async fn of(house: &House, by: &By, event: &Found) -> Result<Self, WorldError> {
        let mut told = Self(HashMap::new());
        let events = vec![event.clone()];
        let mut walk = Walk::of(house.shared_world(), by, events, Parts::Always).await?;
        while let Some(pieces) = walk.next(&Ask::whole()).await? {
            for piece in &pieces {
                told.note(&piece.event);
                for said in &piece.said {
                    match &said.shown {
                        Shown::Attribute(one) | Shown::Report(one) => told.note(one),
                        Shown::Object(object) => {
                            told.note(object);
                            let inner = object.get("Attribute").and_then(Value::as_array);
                            let inner = inner.into_iter().flatten();
                            inner
                                .filter_map(Value::as_object)
                                .for_each(|one| told.note(one));
                        }
                    }
                }
            }
        }
        Ok(told)
    }

    fn note(&mut self, members: &Members) {
        let text = |key: &str| Some(members.get(key)?.as_str()?.to_owned());
        if let (Some(uuid), Some(distribution)) = (text("uuid"), text("distribution")) {
            self.0.insert(uuid, distribution);
        }
    }

    /// Takes out of what a client sends what it was told: then it stays as it was said before.
    pub(super) fn forget(&self, own: &str, event: &mut Members) {
        self.forget_one(own, event);
        for list in ["Attribute", "Object", "EventReport"] {
            self.forget_in(event.get_mut(list));
        }
    }

    fn forget_in(&self, list: Option<&mut Value>) {
        let parts = list.and_then(Value::as_array_mut).into_iter().flatten();
        for part in parts.filter_map(Value::as_object_mut) {
            let uuid = part.get("uuid").and_then(Value::as_str);
            let uuid = uuid.unwrap_or_default().to_owned();
            self.forget_one(&uuid, part);
            self.forget_in(part.get_mut("Attribute"));
        }
    }

    fn forget_one(&self, uuid: &str, members: &mut Members) {
        let sent = match members.get("distribution") {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            _ => return,
        };
        if self.0.get(uuid) == Some(&sent) {
            for key in ["distribution", "sharing_group_id", "SharingGroup"] {
                members.remove(key);
            }
        }
    }
}
