//! Setting up webhooks and taking them back.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use kaname_directory::Party;
use kaname_kernel::{Id, Matter, MatterId, PartyId};
use kaname_policy::Action;
use kaname_sharing::{
    Delivery, Outlet, Refused, Sealed, Webhook,
    delivery::DeliveryState,
    webhook::{self, WebhookChange},
};
use kaname_store::ListQuery;

use crate::{
    caller::{Caller, of_party},
    error::WorldError,
    read::Listed,
    work::Loaded,
    world::World,
};

/// Begins every secret, so that people and scanners know it for one.
const SECRET_START: &str = "kwh_";

/// Most deliveries looked at.
const MAX_DELIVERIES: u32 = 500;

impl World {
    /// Sets up a webhook for a party. The secret is shown once; it is kept sealed.
    pub async fn register_webhook(
        &self,
        caller: &Caller,
        party: PartyId,
        address: &str,
    ) -> Result<(Loaded<Webhook>, String), WorldError> {
        self.allow(caller, Action::WebhookManage, &of_party(party))?;
        let party = self.see::<Party>(caller, party.cast()).await?;
        let id: MatterId = Id::fresh(self.clock(), self.rng());
        let (secret, sealed) = self.new_secret(id);
        let changes = webhook::register_webhook(party.id.cast(), address, sealed)?;
        let mut changes = changes.into_iter();
        let first = changes.next().ok_or(WorldError::NotFound("event"))?;
        let mut work = self.work(&caller.actor);
        let registered = work.begin::<Webhook>(id, first)?;
        work.notice(Webhook::KIND, Some(id));
        work.commit().await?;
        Ok((registered, secret))
    }

    /// Gives a webhook a fresh secret, shown once; the old one is void.
    pub async fn rekey_webhook(
        &self,
        caller: &Caller,
        id: MatterId,
    ) -> Result<(Loaded<Webhook>, String), WorldError> {
        let (secret, sealed) = self.new_secret(id);
        let changed = self
            .change_webhook(caller, id, |_| webhook::rekey_webhook(sealed))
            .await?;
        Ok((changed, secret))
    }

    /// Stops calling a webhook.
    pub async fn stop_webhook(
        &self,
        caller: &Caller,
        id: MatterId,
        reason: &str,
    ) -> Result<Loaded<Webhook>, WorldError> {
        self.change_webhook(caller, id, |state| webhook::stop_webhook(state, reason))
            .await
    }

    /// Calls a stopped webhook again, from the next release on.
    pub async fn start_webhook(
        &self,
        caller: &Caller,
        id: MatterId,
    ) -> Result<Loaded<Webhook>, WorldError> {
        self.change_webhook(caller, id, webhook::start_webhook)
            .await
    }

    /// The webhooks the caller may see, newest first.
    pub async fn webhooks(
        &self,
        caller: &Caller,
        adjust: impl FnOnce(&mut ListQuery),
    ) -> Result<Listed<Webhook>, WorldError> {
        self.allow_any(caller, Action::DirectoryRead)?;
        let mut query = self.query::<Webhook>(caller).await?;
        adjust(&mut query);
        self.list(&query).await
    }

    /// Deliveries to a party's webhooks, newest first: those that were given up, or all; for who manages
    /// the webhooks. Of the party's latest 500 deliveries, whatever their way.
    pub async fn webhook_deliveries(
        &self,
        caller: &Caller,
        party: PartyId,
        given_up: bool,
    ) -> Result<Vec<Loaded<Delivery>>, WorldError> {
        match self.allow(caller, Action::WebhookManage, &of_party(party)) {
            // Looking needs no fresh second factor; changing something does.
            Ok(()) | Err(WorldError::StepUp) => {}
            Err(error) => return Err(error),
        }
        let mut query = self.query::<Delivery>(caller).await?;
        query.owner = Some(party.cast());
        query.limit = MAX_DELIVERIES;
        if given_up {
            query.states = vec![DeliveryState::Failed.as_str().to_owned()];
        }
        let mut all = self.list::<Delivery>(&query).await?.rows;
        all.retain(|one| one.state.outlet == Outlet::Webhook);
        Ok(all)
    }

    /// Queues a call that was given up once more; for who manages the party's webhooks.
    pub async fn retry_webhook_delivery(
        &self,
        caller: &Caller,
        id: MatterId,
    ) -> Result<Loaded<Delivery>, WorldError> {
        let delivery = self.see::<Delivery>(caller, id).await?;
        if delivery.state.outlet != Outlet::Webhook {
            return Err(WorldError::NotFound(Delivery::KIND));
        }
        let own = of_party(delivery.state.party);
        self.allow(caller, Action::WebhookManage, &own)?;
        self.deliver_again(caller, delivery).await
    }

    async fn change_webhook(
        &self,
        caller: &Caller,
        id: MatterId,
        decide: impl FnOnce(&Webhook) -> Result<Vec<WebhookChange>, Refused>,
    ) -> Result<Loaded<Webhook>, WorldError> {
        let mut webhook = self.see::<Webhook>(caller, id).await?;
        self.allow(
            caller,
            Action::WebhookManage,
            &of_party(webhook.state.party),
        )?;
        let changes = decide(&webhook.state)?;
        let mut work = self.work(&caller.actor);
        work.apply(&mut webhook, changes)?;
        work.notice(Webhook::KIND, Some(id));
        work.commit().await?;
        Ok(webhook)
    }

    fn new_secret(&self, id: MatterId) -> (String, Sealed) {
        let random: [u8; 32] = self.rng().bytes();
        let secret = format!("{SECRET_START}{}", URL_SAFE_NO_PAD.encode(random));
        let key = self.keys().master.derive("webhook");
        let sealed = Sealed::of(&key.seal(self.rng(), id.bytes(), secret.as_bytes()));
        (secret, sealed)
    }
}
