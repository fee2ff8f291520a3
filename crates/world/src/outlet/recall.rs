//! That something was taken back, or replaced by something newer, reaches whoever had it. What fetches by itself finds revoked objects and the page of
//! the item; who was sent it by mail or call is told the same way. Each delivery says whether the organisation
//! has the word.

use std::sync::Arc;

use async_trait::async_trait;
use kaname_directory::Party;
use kaname_kernel::{Actor, Matter, MatterId};
use kaname_sharing::{
    Delivery, Item, ItemState, Outlet, Webhook,
    delivery::{self, mark_recalled},
};
use kaname_store::{Job, ListQuery, NewJob};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    distribute::ATTEMPTS,
    letter::Scribe,
    mail::{self, Sending},
    sealing,
    webhook::call_of,
};
use crate::{
    caller::Caller,
    doors::{CallDoor, DoorError, MailDoor},
    error::WorldError,
    work::{Loaded, Work},
    worker::{Duty, Failed},
    world::World,
};

/// Kind of the jobs that tell that an item was taken back or replaced: `{"item": id}` plans them, `{"delivery": id}`
/// is one.
pub const RECALL: &str = "recall";
/// Names of what happened, in the body of a call.
const WITHDRAWN: &str = "item.withdrawn";
const SUPERSEDED: &str = "item.superseded";
/// Deliveries read at a time.
const PAGE: u32 = 1_000;

/// Tells those who were sent an item that it was taken back, or that a newer one took its place.
pub struct RecallDuty {
    /// The door for mails, when there is a mail server.
    pub mail: Option<Arc<dyn MailDoor>>,
    /// The door for calls.
    pub calls: Arc<dyn CallDoor>,
    /// Writes the letters.
    pub scribe: Arc<dyn Scribe>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Payload {
    Item(MatterId),
    Delivery(MatterId),
}

/// How many organisations had an item that was taken back or replaced, and how many of them have the word.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Recalled {
    /// Organisations that had it.
    pub had: usize,
    /// Those that know of it by at least one way.
    pub told: usize,
}

#[async_trait]
impl Duty for RecallDuty {
    fn kind(&self) -> &'static str {
        RECALL
    }

    async fn run(&self, world: &World, job: &Job) -> Result<(), Failed> {
        let payload: Payload = serde_json::from_value(job.payload.clone())
            .map_err(|error| Failed::Never(error.to_string()))?;
        match payload {
            Payload::Item(item) => Ok(world.plan_recall(item).await?),
            Payload::Delivery(id) => match self.tell(world, job, id).await {
                Ok(true) => Ok(world.mark_recalled(id).await?),
                Ok(false) => Ok(()),
                Err(DoorError::Later(why)) if job.attempt < ATTEMPTS => Err(Failed::Later(why)),
                Err(DoorError::Later(why) | DoorError::Never(why)) => Err(Failed::Never(why)),
            },
        }
    }
}

impl RecallDuty {
    /// Tells it the way the item went; gives whether it was told. Nothing is left to do where the item, the party or
    /// the delivery is gone, or has the word.
    async fn tell(&self, world: &World, job: &Job, id: MatterId) -> Result<bool, DoorError> {
        let Some(sending) = world.recalling(id).await.map_err(later)? else {
            return Ok(false);
        };
        if world.now() >= job.leased_until {
            return Err(DoorError::Later("the lease ran out".to_owned()));
        }
        match sending.webhook {
            Some(webhook) => self.call(world, &sending.sending, webhook).await?,
            None => self.mail(world, &sending.sending).await?,
        }
        Ok(true)
    }

    async fn mail(&self, world: &World, sending: &Sending) -> Result<(), DoorError> {
        let Some(door) = &self.mail else {
            let why = "there is no mail server any more";
            return Err(DoorError::Never(why.to_owned()));
        };
        let recipients = mail::recipients(world, sending).await.map_err(later)?;
        if recipients.is_empty() {
            let why = "nobody is to be told by mail any more";
            return Err(DoorError::Never(why.to_owned()));
        }
        for (number, to) in recipients.iter().enumerate() {
            let key = format!("{RECALL}/{}/{number}", sending.delivery);
            if mail::was_handed_over(world, &key).await? {
                continue;
            }
            let name = sending.party.state.description.name.get(to.lang);
            let id = key.replace('/', ".");
            let item = &sending.item.state;
            let letter = sealing::mail(world, id, to, |_| match item.state {
                ItemState::Superseded => self.scribe.replaced(to.lang, name, &item.number),
                _ => self.scribe.withdrawn(to.lang, name, &item.number),
            });
            door.send(&letter).await?;
            mail::handed_over(world, &key).await?;
        }
        Ok(())
    }

    async fn call(
        &self,
        world: &World,
        sending: &Sending,
        webhook: MatterId,
    ) -> Result<(), DoorError> {
        let webhook = world.load::<Webhook>(webhook).await.map_err(later)?;
        let Some(webhook) = webhook.filter(|webhook| webhook.state.active) else {
            return Err(DoorError::Never("the webhook was stopped".to_owned()));
        };
        let item = &sending.item.state;
        // When the newer one was released is when this one was replaced.
        let at = match &item.withdrawal {
            Some(withdrawal) => withdrawal.at,
            None => item.touched_at(),
        };
        let event = match item.state {
            ItemState::Superseded => SUPERSEDED,
            _ => WITHDRAWN,
        };
        let url = self.scribe.item_url(&item.number);
        let call = call_of(world, &webhook, item, (event, at), &url, sending.delivery);
        self.calls.call(&call.map_err(later)?).await
    }
}

/// What went wrong here and not at the other side is tried again.
fn later(error: WorldError) -> DoorError {
    DoorError::Later(error.to_string())
}

/// A delivery whose organisation has to be told.
struct Recalling {
    sending: Sending,
    webhook: Option<MatterId>,
}

impl World {
    /// Queues that those are told who were sent an item that was taken back or replaced.
    pub(crate) fn recall(
        &self,
        work: &mut Work<'_>,
        item: &Loaded<Item>,
    ) -> Result<(), WorldError> {
        if item.state.is_out() {
            work.job(self.recall_job(&Payload::Item(item.id))?);
        }
        Ok(())
    }

    fn recall_job(&self, payload: &Payload) -> Result<NewJob, WorldError> {
        let payload = json!(payload);
        Ok(NewJob {
            kind: RECALL.to_owned(),
            dedup: Some(format!("{RECALL}/{payload}")),
            priority: 10,
            run_at: self.now(),
            max_attempts: ATTEMPTS,
            payload,
        })
    }

    async fn plan_recall(&self, item: MatterId) -> Result<(), WorldError> {
        for delivery in self.deliveries_of(item).await? {
            let is_sent = matches!(delivery.state.outlet, Outlet::Mail | Outlet::Webhook);
            if is_sent && !mark_recalled(&delivery.state).is_empty() {
                let job = self.recall_job(&Payload::Delivery(delivery.id))?;
                self.store().enqueue(job).await?;
            }
        }
        Ok(())
    }

    async fn recalling(&self, id: MatterId) -> Result<Option<Recalling>, WorldError> {
        let Some(delivery) = self.load::<Delivery>(id).await? else {
            return Ok(None);
        };
        let item = self.load::<Item>(delivery.state.item).await?;
        let over = [ItemState::Withdrawn, ItemState::Superseded];
        let item = item.filter(|item| over.contains(&item.state.state));
        let party = self.load::<Party>(delivery.state.party.cast()).await?;
        let (Some(item), Some(party)) = (item, party) else {
            return Ok(None);
        };
        if mark_recalled(&delivery.state).is_empty() {
            return Ok(None);
        }
        Ok(Some(Recalling {
            webhook: delivery.state.webhook,
            sending: Sending {
                delivery: id,
                item,
                party,
            },
        }))
    }

    /// Notes that the organisation of a delivery knows that the item was taken back or replaced.
    pub(super) async fn mark_recalled(&self, id: MatterId) -> Result<(), WorldError> {
        self.mark_delivery(id, &Actor::system(RECALL), delivery::mark_recalled)
            .await
    }

    /// How far the word has come that an item was taken back or replaced.
    pub async fn recalled(
        &self,
        caller: &Caller,
        item: &Loaded<Item>,
    ) -> Result<Recalled, WorldError> {
        self.allow_any(caller, kaname_policy::Action::DeliveryRead)?;
        let all = self.deliveries_of(item.id).await?;
        let parties = |fits: fn(&Delivery) -> bool| {
            let fitting = all.iter().filter(|one| fits(&one.state));
            let parties = fitting.map(|one| one.state.party);
            parties.collect::<std::collections::BTreeSet<_>>().len()
        };
        Ok(Recalled {
            had: parties(Delivery::was_had),
            told: parties(|one| one.recalled.is_some()),
        })
    }

    /// Every delivery of an item.
    async fn deliveries_of(&self, item: MatterId) -> Result<Vec<Loaded<Delivery>>, WorldError> {
        let mut query = ListQuery::of(Delivery::KIND, self.everything().await?);
        query.scope = Some(item);
        query.limit = PAGE;
        let mut all = Vec::new();
        self.walk::<Delivery>(query, |delivery| all.push(delivery))
            .await?;
        Ok(all)
    }
}
