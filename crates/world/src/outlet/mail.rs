//! A mail for one delivery, at once.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::SignedDuration;
use kaname_directory::{Account, Party};
use kaname_kernel::{Actor, Matter, MatterId, Tlp};
use kaname_sharing::{Delivery, Item, ItemState, Outlet, delivery};
use kaname_store::Job;

use super::{
    distribute::ATTEMPTS,
    letter::Scribe,
    sealing::{self, Recipient},
};
use crate::{
    doors::{DoorError, MailDoor},
    error::WorldError,
    openpgp,
    work::Loaded,
    worker::{Duty, Failed},
    world::World,
};

/// Kind of the job that sends one mail; its payload is `{"delivery": id}`.
pub const MAIL: &str = "mail";
/// Space of what was handed over: so that a worker that died between the mail server's word and the
/// commit does not send again.
pub(super) const HANDED_OVER: &str = "handed-over";
/// How long that is remembered.
pub(super) const REMEMBERED: SignedDuration = SignedDuration::from_hours(24 * 7);

/// Sends mails about released items.
pub struct MailDuty {
    /// The door.
    pub door: Arc<dyn MailDoor>,
    /// Writes the letters.
    pub scribe: Arc<dyn Scribe>,
}

#[async_trait]
impl Duty for MailDuty {
    fn kind(&self) -> &'static str {
        MAIL
    }

    async fn run(&self, world: &World, job: &Job) -> Result<(), Failed> {
        let id = job.payload.get("delivery").cloned().unwrap_or_default();
        let id: MatterId =
            serde_json::from_value(id).map_err(|error| Failed::Never(error.to_string()))?;
        let Some(sending) = world.sending(id, Outlet::Mail).await? else {
            return Ok(());
        };
        let recipients = recipients(world, &sending).await?;
        if recipients.is_empty() {
            world
                .give_up(id, "nobody is to be told by mail any more")
                .await?;
            return Ok(());
        }
        for (number, recipient) in recipients.iter().enumerate() {
            let sent = self.send(world, job, &sending, number, recipient).await;
            match sent {
                Ok(()) => {}
                Err(DoorError::Later(why)) if job.attempt < ATTEMPTS => {
                    return Err(Failed::Later(why));
                }
                Err(DoorError::Later(why) | DoorError::Never(why)) => {
                    world.give_up(id, &why).await?;
                    return Err(Failed::Never(why));
                }
            }
        }
        Ok(world.mark_sent(&[id]).await?)
    }
}

impl MailDuty {
    async fn send(
        &self,
        world: &World,
        job: &Job,
        sending: &Sending,
        number: usize,
        recipient: &Recipient,
    ) -> Result<(), DoorError> {
        let key = format!("{}/{number}", sending.delivery);
        if was_handed_over(world, &key).await? {
            return Ok(());
        }
        if world.now() >= job.leased_until {
            return Err(DoorError::Later("the lease ran out".to_owned()));
        }
        let to = sending.party.state.description.name.get(recipient.lang);
        // The delivery's number, which says nothing about anyone, and the same at each try.
        let id = format!("{}.{number}", sending.delivery);
        let mail = sealing::mail(world, id, recipient, |cover| {
            let notice = cover.notice(&sending.item.state, recipient.lang);
            self.scribe.notice(recipient.lang, to, &notice)
        });
        self.door.send(&mail).await?;
        handed_over(world, &key).await
    }
}

/// A delivery that is still to be sent, with what it is about and to whom.
pub(super) struct Sending {
    pub(super) delivery: MatterId,
    pub(super) item: Loaded<Item>,
    pub(super) party: Loaded<Party>,
}

pub(super) async fn was_handed_over(world: &World, key: &str) -> Result<bool, DoorError> {
    let held = world.store().kv_get(HANDED_OVER, key, world.now()).await;
    let held = held.map_err(|error| DoorError::Later(error.to_string()))?;
    Ok(held.is_some())
}

pub(super) async fn handed_over(world: &World, key: &str) -> Result<(), DoorError> {
    let until = world.now() + REMEMBERED;
    let kept = world
        .store()
        .kv_put(HANDED_OVER, key, true.into(), until)
        .await;
    if let Err(error) = kept {
        // The other side has it. Saying "later" now would send it twice; the commit that follows
        // says whether the store is back.
        tracing::warn!(%error, key, "what was handed over could not be noted");
    }
    Ok(())
}

pub(super) async fn recipients(
    world: &World,
    sending: &Sending,
) -> Result<Vec<Recipient>, WorldError> {
    let party = &sending.party.state;
    if sending.item.state.content.tlp != Tlp::Red {
        let address = party.notify.mail.as_ref().map(|mail| Recipient {
            address: mail.as_str().to_owned(),
            lang: party.notify.lang,
            keys: openpgp::usable(&party.public_keys, world.now()),
        });
        return Ok(address.into_iter().collect());
    }
    let mut all = Vec::new();
    for person in &sending.item.state.content.named.persons {
        let Some(account) = world.load::<Account>(person.cast()).await? else {
            continue;
        };
        let account = account.state;
        let own = account.party == party.id && account.is_active();
        if let Some(mail) = account.mail.as_ref().filter(|_| own) {
            all.push(Recipient {
                address: mail.as_str().to_owned(),
                lang: account.lang,
                keys: openpgp::usable(&account.openpgp, world.now()),
            });
        }
    }
    Ok(all)
}

impl World {
    /// A delivery that is still to be sent. What became of its item meanwhile is looked at again:
    /// withdrawn, or no longer for this party, it is given up.
    pub(super) async fn sending(
        &self,
        id: MatterId,
        outlet: Outlet,
    ) -> Result<Option<Sending>, WorldError> {
        let Some(delivery) = self.load::<Delivery>(id).await? else {
            return Ok(None);
        };
        let state = &delivery.state;
        if state.state != delivery::DeliveryState::Queued || state.outlet != outlet {
            return Ok(None);
        }
        let party = self.load::<Party>(state.party.cast()).await?;
        let item = self.load::<Item>(state.item).await?;
        let (Some(party), Some(item)) = (party, item) else {
            self.give_up(id, "the item or the party is gone").await?;
            return Ok(None);
        };
        if item.state.state != ItemState::Released {
            self.give_up(id, "the item was withdrawn before it was sent")
                .await?;
            return Ok(None);
        }
        let eyes = self.machine_eyes(&party).await?.reader;
        let named_only = item.state.content.tlp == Tlp::Red;
        if !eyes.member || !(named_only || item.state.audience().admits(&eyes, self.now())) {
            self.give_up(id, "the party is not among its readers any more")
                .await?;
            return Ok(None);
        }
        Ok(Some(Sending {
            delivery: id,
            item,
            party,
        }))
    }

    /// Writes down that deliveries were sent, in one commit.
    pub(super) async fn mark_sent(&self, ids: &[MatterId]) -> Result<(), WorldError> {
        self.change_deliveries(ids, |state| delivery::mark_sent(state).unwrap_or_default())
            .await
    }

    /// Writes down that a delivery was given up.
    pub(super) async fn give_up(&self, id: MatterId, why: &str) -> Result<(), WorldError> {
        self.change_deliveries(&[id], |state| {
            delivery::mark_failed(state, why).unwrap_or_default()
        })
        .await
    }

    async fn change_deliveries(
        &self,
        ids: &[MatterId],
        decide: impl Fn(&Delivery) -> Vec<delivery::DeliveryChange>,
    ) -> Result<(), WorldError> {
        // The other side may fetch it at this moment: load and decide again, a few times.
        for _ in 0..8 {
            let mut work = self.work(&Actor::system("delivery"));
            let mut any = false;
            for id in ids {
                let Some(mut delivery) = self.load::<Delivery>(*id).await? else {
                    continue;
                };
                let changes = decide(&delivery.state);
                any |= !changes.is_empty();
                work.apply(&mut delivery, changes)?;
                work.notice(Delivery::KIND, Some(delivery.state.item));
            }
            if !any {
                return Ok(());
            }
            match work.commit().await {
                Err(error) if error.is_conflict() => {}
                other => return other.map(|_| ()),
            }
        }
        Err(WorldError::Stale(
            ids.first()
                .copied()
                .unwrap_or_else(|| kaname_kernel::Id::random(self.rng())),
        ))
    }
}
