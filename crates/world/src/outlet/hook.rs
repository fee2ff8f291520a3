//! Setting up webhooks and taking them back.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use kaname_directory::Party;
use kaname_kernel::{Id, Matter, MatterId, PartyId};
use kaname_policy::Action;
use kaname_sharing::{
    Refused, Sealed, Webhook,
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
