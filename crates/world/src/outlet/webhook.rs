//! Calls to members' machines: that something was released and where to fetch it, signed, never its
//! content.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use kaname_kernel::MatterId;
use kaname_sharing::{
    Item, Outlet, Webhook, rendition,
    webhook::{SIGNATURE_HEADER, sign},
};
use kaname_store::Job;
use serde::Deserialize;

use super::{distribute::ATTEMPTS, letter::Scribe};
use crate::{
    doors::{Call, CallDoor, DoorError},
    error::WorldError,
    work::Loaded,
    worker::{Duty, Failed},
    world::World,
};

/// Kind of the job that makes one call; its payload is `{"delivery": id, "webhook": id}`.
pub const WEBHOOK: &str = "webhook";
/// Name of what happened, in the body.
const EVENT: &str = "item.released";
/// Header that is the same at each try, so that a receiver knows a call it had already.
const DELIVERY_HEADER: &str = "kaname-delivery";

/// Calls webhooks.
pub struct WebhookDuty {
    /// The door.
    pub door: Arc<dyn CallDoor>,
    /// Knows the addresses of pages.
    pub scribe: Arc<dyn Scribe>,
}

#[derive(Deserialize)]
struct Payload {
    delivery: MatterId,
    webhook: MatterId,
}

#[async_trait]
impl Duty for WebhookDuty {
    fn kind(&self) -> &'static str {
        WEBHOOK
    }

    async fn run(&self, world: &World, job: &Job) -> Result<(), Failed> {
        let payload: Payload = serde_json::from_value(job.payload.clone())
            .map_err(|error| Failed::Never(error.to_string()))?;
        let Some(sending) = world.sending(payload.delivery, Outlet::Webhook).await? else {
            return Ok(());
        };
        let webhook = world.load::<Webhook>(payload.webhook).await?;
        let webhook = webhook.filter(|webhook| {
            webhook.state.active && webhook.state.party == sending.party.id.cast()
        });
        let Some(webhook) = webhook else {
            world
                .give_up(payload.delivery, "the webhook was stopped")
                .await?;
            return Ok(());
        };
        if world.now() >= job.leased_until {
            return Err(Failed::Later("the lease ran out".to_owned()));
        }
        let item = &sending.item.state;
        let at = item
            .release
            .map_or_else(|| world.now(), |release| release.at);
        let url = self.scribe.item_url(&item.number);
        let call = call_of(world, &webhook, item, (EVENT, at), &url, payload.delivery)?;
        let error = match self.door.call(&call).await {
            Ok(()) => return Ok(world.mark_sent(&[payload.delivery]).await?),
            Err(error) => error,
        };
        tracing::warn!(
            job = job.id,
            party = %sending.party.state.code,
            webhook = %payload.webhook,
            attempt = job.attempt,
            %error,
            "a webhook does not take its call"
        );
        match error {
            DoorError::Later(why) if job.attempt < ATTEMPTS => Err(Failed::Later(why)),
            DoorError::Later(why) | DoorError::Never(why) => {
                world.give_up(payload.delivery, &why).await?;
                Err(Failed::Never(why))
            }
        }
    }
}

/// The call that tells of an item, signed for its receiver.
pub(super) fn call_of(
    world: &World,
    webhook: &Loaded<Webhook>,
    item: &Item,
    (event, at): (&str, Timestamp),
    url: &str,
    delivery: MatterId,
) -> Result<Call, WorldError> {
    let body = rendition::webhook_body(item, event, url, at);
    let secret = world.webhook_secret(webhook.id, &webhook.state)?;
    let signature = sign(&secret, world.now(), body.as_bytes());
    Ok(Call {
        url: webhook.state.url.clone(),
        headers: vec![
            (SIGNATURE_HEADER, signature),
            (DELIVERY_HEADER, delivery.to_string()),
        ],
        body,
    })
}

impl World {
    /// The secret a webhook's calls are signed with.
    fn webhook_secret(&self, id: MatterId, webhook: &Webhook) -> Result<Vec<u8>, WorldError> {
        let sealed = webhook
            .secret
            .cipher()
            .ok_or(kaname_kernel::seal::DoesNotOpen)?;
        let key = self.keys().master.derive("webhook");
        let plain = key.open(id.bytes(), &sealed)?;
        // The receiver holds it as the text it was shown.
        Ok(plain)
    }
}
