//! One mail a day for parties that want it so: everything released to them since the last.

use std::sync::Arc;

use async_trait::async_trait;
use kaname_directory::Party;
use kaname_kernel::{Matter, MatterId, PartyId};
use kaname_sharing::{Delivery, Outlet, delivery::Mode};
use kaname_store::{Job, ListQuery};
use serde::Deserialize;

use super::{
    distribute::ATTEMPTS,
    letter::Scribe,
    mail::{HANDED_OVER, REMEMBERED},
    sealing::{self, Recipient},
};
use crate::{
    doors::{DoorError, MailDoor},
    error::WorldError,
    openpgp,
    worker::{Duty, Failed},
    world::World,
};

/// Kind of the job that sends a party's digest; its payload is `{"party": id, "day": "2026-11-24"}`.
pub const DIGEST: &str = "digest";
/// Most items of one digest; the rest is in the next.
const MOST: u32 = 200;

/// Sends digests.
pub struct DigestDuty {
    /// The door.
    pub door: Arc<dyn MailDoor>,
    /// Writes the letters.
    pub scribe: Arc<dyn Scribe>,
}

#[derive(Deserialize)]
struct Payload {
    party: PartyId,
    day: String,
}

#[async_trait]
impl Duty for DigestDuty {
    fn kind(&self) -> &'static str {
        DIGEST
    }

    async fn run(&self, world: &World, job: &Job) -> Result<(), Failed> {
        let payload: Payload = serde_json::from_value(job.payload.clone())
            .map_err(|error| Failed::Never(error.to_string()))?;
        let key = format!("{DIGEST}/{}/{}", payload.party, payload.day);
        // What a worker handed over before it died is written down, not sent again.
        let held = world.store().kv_get(HANDED_OVER, &key, world.now()).await;
        if let Some(held) = held.map_err(WorldError::from)? {
            let ids: Vec<MatterId> =
                serde_json::from_value(held).map_err(|error| Failed::Never(error.to_string()))?;
            return Ok(world.mark_sent(&ids).await?);
        }
        let waiting = world.waiting_digest(payload.party).await?;
        let Some(party) = world.load::<Party>(payload.party.cast()).await? else {
            return Ok(());
        };
        let lang = party.state.notify.lang;
        let mut ids = Vec::new();
        let mut items = Vec::new();
        for id in waiting {
            if let Some(sending) = world.sending(id, Outlet::Mail).await? {
                ids.push(id);
                items.push(sending.item);
            }
        }
        if ids.is_empty() {
            return Ok(());
        }
        let Some(address) = &party.state.notify.mail else {
            for id in ids {
                world
                    .give_up(id, "nobody is to be told by mail any more")
                    .await?;
            }
            return Ok(());
        };
        if world.now() >= job.leased_until {
            return Err(Failed::Later("the lease ran out".to_owned()));
        }
        let to = party.state.description.name.get(lang);
        let recipient = Recipient {
            address: address.as_str().to_owned(),
            lang,
            keys: openpgp::usable(&party.state.public_keys, world.now()),
        };
        let id = format!("digest.{}.{}", payload.day, payload.party);
        let mail = sealing::mail(world, id, &recipient, |cover| {
            let items = items.iter();
            let notices: Vec<_> = items.map(|item| cover.notice(&item.state, lang)).collect();
            self.scribe.digest(lang, to, &payload.day, &notices)
        });
        match self.door.send(&mail).await {
            Ok(()) => {}
            Err(DoorError::Later(why)) if job.attempt < ATTEMPTS => return Err(Failed::Later(why)),
            Err(DoorError::Later(why) | DoorError::Never(why)) => {
                for id in ids {
                    world.give_up(id, &why).await?;
                }
                return Err(Failed::Never(why));
            }
        }
        let until = world.now() + REMEMBERED;
        let held = serde_json::to_value(&ids).map_err(|error| Failed::Never(error.to_string()))?;
        if let Err(error) = world.store().kv_put(HANDED_OVER, &key, held, until).await {
            tracing::warn!(%error, key, "what was handed over could not be noted");
        }
        Ok(world.mark_sent(&ids).await?)
    }
}

impl World {
    /// A party's deliveries that wait for its digest, oldest first.
    async fn waiting_digest(&self, party: PartyId) -> Result<Vec<MatterId>, WorldError> {
        let mut query = ListQuery::of(Delivery::KIND, self.everything().await?);
        query.owner = Some(party.cast());
        query.states = vec!["queued".to_owned()];
        query.limit = 1_000;
        let mut waiting: Vec<_> = self.list::<Delivery>(&query).await?.rows;
        waiting.retain(|one| one.state.outlet == Outlet::Mail && one.state.mode == Mode::Digest);
        waiting.sort_by_key(|one| (one.state.queued, one.id));
        waiting.truncate(MOST as usize);
        Ok(waiting.into_iter().map(|one| one.id).collect())
    }
}
