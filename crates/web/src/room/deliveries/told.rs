//! What a delivery names, each looked up once: the organisation, the item, the webhook.

use std::collections::HashMap;

use kaname_directory::{Name2, Party};
use kaname_kernel::{MatterId, PartyId};
use kaname_sharing::{Delivery, Item, ItemState, Webhook};

use crate::{
    error::Failure,
    house::{By, House},
};

/// Whom a delivery goes to.
#[derive(Clone)]
pub(in crate::room) struct Receiver {
    pub(in crate::room) code: String,
    pub(in crate::room) name: Name2,
}

/// What is delivered, as far as the reader may see it.
#[derive(Clone)]
struct Subject {
    number: String,
    is_over: bool,
}

/// What a delivery names.
pub(in crate::room) struct Named {
    pub(in crate::room) receiver: Option<Receiver>,
    /// The item's number; an item that the reader may not see (RED) keeps it to itself.
    pub(in crate::room) number: Option<String>,
    /// Whether the organisation had an item that is over, and was not told.
    pub(in crate::room) is_unaware: bool,
    /// The host of the webhook that is called.
    pub(in crate::room) host: Option<String>,
}

/// What was looked up already.
#[derive(Default)]
pub(in crate::room) struct Names {
    receivers: HashMap<PartyId, Option<Receiver>>,
    subjects: HashMap<MatterId, Option<Subject>>,
}

impl Names {
    /// What this delivery names, with the reader's eyes.
    pub(in crate::room) async fn of(
        &mut self,
        house: &House,
        by: &By,
        delivery: &Delivery,
    ) -> Result<Named, Failure> {
        let receiver = self.receiver(house, delivery.party).await?;
        let subject = self.subject(house, by, delivery.item).await?;
        let is_over = subject.as_ref().is_some_and(|subject| subject.is_over);
        let mut at = None;
        if let Some(webhook) = delivery.webhook {
            let webhook = house.world().load::<Webhook>(webhook).await?;
            at = webhook.map(|webhook| host(&webhook.state.url).to_owned());
        }
        Ok(Named {
            receiver,
            number: subject.map(|subject| subject.number),
            is_unaware: is_over && delivery.recalled.is_none() && delivery.was_had(),
            host: at,
        })
    }

    /// An organisation by its id.
    pub(in crate::room) async fn receiver(
        &mut self,
        house: &House,
        id: PartyId,
    ) -> Result<Option<Receiver>, Failure> {
        if let Some(known) = self.receivers.get(&id) {
            return Ok(known.clone());
        }
        let party = house.world().load::<Party>(id.cast()).await?;
        let receiver = party.map(|party| Receiver {
            code: party.state.code.as_str().to_owned(),
            name: party.state.description.name,
        });
        self.receivers.insert(id, receiver.clone());
        Ok(receiver)
    }

    async fn subject(
        &mut self,
        house: &House,
        by: &By,
        id: MatterId,
    ) -> Result<Option<Subject>, Failure> {
        if let Some(known) = self.subjects.get(&id) {
            return Ok(known.clone());
        }
        let item = house.world().see_if::<Item>(by, id).await?;
        let subject = item.map(|item| Subject {
            is_over: was_recalled(&item.state),
            number: item.state.number,
        });
        self.subjects.insert(id, subject.clone());
        Ok(subject)
    }
}

/// Whether those who had it are told that it is over.
pub(in crate::room) fn was_recalled(item: &Item) -> bool {
    matches!(item.state, ItemState::Withdrawn | ItemState::Superseded)
}

/// The host of a webhook's address: the rest may be a secret of its owner.
pub(in crate::room) fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?']).next().unwrap_or(rest)
}
