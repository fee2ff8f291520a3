//! From a released item to its deliveries: who is to have it, by which ways, and the jobs that send it.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use jiff::{Timestamp, civil::Time, tz::Offset};
use kaname_directory::{Account, Cadence, Group, Key, KeyScope, Party, reader};
use kaname_kernel::{Actor, Audience, GroupId, Id, Matter, MatterId, PartyId, Tlp};
use kaname_sharing::{
    Delivery, Item, Outlet, Webhook,
    delivery::{self, DeliveryState, Mode, SPACE, lookup_key, webhook_key},
};
use kaname_store::{Job, ListQuery, NewJob};

use super::{digest::DIGEST, mail::MAIL, webhook::WEBHOOK};
use crate::{
    error::WorldError,
    sharing::release::DISTRIBUTE,
    work::{Loaded, Work},
    worker::{Duty, Failed},
    world::World,
};

/// Deliveries of one commit.
const BATCH: usize = 200;
/// Rows read at a time.
const PAGE: u32 = 1_000;
/// Most rows of a kind that are looked at.
const MOST: usize = 100_000;
/// How often a mail or call is tried before it is given up.
pub(super) const ATTEMPTS: u16 = 12;
/// When digests go out, in Japan.
const DIGEST_HOUR: i8 = 8;
const DIGEST_MINUTE: i8 = 30;
pub(super) const JAPAN: Offset = Offset::constant(9);

/// Plans the deliveries of released items.
#[derive(Debug, Clone, Copy)]
pub struct DistributeDuty {
    /// Whether there is a mail server; without one no mail is planned.
    pub mail: bool,
}

/// What else is known of the parties, once for all of them.
struct Known {
    scopes: BTreeMap<PartyId, BTreeSet<KeyScope>>,
    webhooks: BTreeMap<PartyId, Vec<MatterId>>,
    /// Parties of named persons, for RED.
    persons: BTreeSet<PartyId>,
    groups: Vec<(GroupId, Group)>,
}

/// One delivery to be made.
struct Plan {
    party: PartyId,
    outlet: Outlet,
    mode: Mode,
    /// Which webhook is called, for that way.
    webhook: Option<MatterId>,
}

#[async_trait]
impl Duty for DistributeDuty {
    fn kind(&self) -> &'static str {
        DISTRIBUTE
    }

    async fn run(&self, world: &World, job: &Job) -> Result<(), Failed> {
        let id = job.payload.get("item").cloned().unwrap_or_default();
        let id: MatterId =
            serde_json::from_value(id).map_err(|error| Failed::Never(error.to_string()))?;
        let Some(item) = world.load::<Item>(id).await? else {
            return Ok(());
        };
        Ok(world.distribute(&item, self.mail).await?)
    }
}

impl World {
    async fn distribute(&self, item: &Loaded<Item>, mail: bool) -> Result<(), WorldError> {
        let now = self.now();
        let state = &item.state;
        if state.state != kaname_sharing::ItemState::Released || !state.content.is_valid(now) {
            return Ok(());
        }
        if let Some(opens) = state.content.embargo.filter(|opens| *opens > now) {
            // Its readers are to have it when the embargo opens, and not a moment before.
            let job = NewJob {
                dedup: Some(format!("{DISTRIBUTE}/{}/opening", item.id)),
                ..job(DISTRIBUTE, opens, serde_json::json!({ "item": item.id }))
            };
            self.store().enqueue(job).await?;
            return Ok(());
        }
        let known = self.known(state).await?;
        let audience = state.audience();
        let mut planned = Vec::new();
        for party in self.every::<Party>().await? {
            if self.has_reader(&party, &audience, &known) {
                planned.extend(self.plan(&party, state, &known, mail));
            }
        }
        for batch in planned.chunks(BATCH) {
            self.queue(item, batch, &known).await?;
        }
        Ok(())
    }

    /// Whether someone of the party may see it: its machines, or persons named.
    fn has_reader(&self, party: &Loaded<Party>, audience: &Audience, known: &Known) -> bool {
        let eyes = reader(&party.state, None, &known.groups, self.now());
        let named = known.persons.contains(&party.id.cast());
        !party.state.is_hub() && eyes.member && (named || audience.admits(&eyes, self.now()))
    }

    fn plan(&self, party: &Loaded<Party>, item: &Item, known: &Known, mail: bool) -> Vec<Plan> {
        let id: PartyId = party.id.cast();
        let has_scope = |scope| {
            known
                .scopes
                .get(&id)
                .is_some_and(|all| all.contains(&scope))
        };
        let red = item.content.tlp == Tlp::Red;
        let mut planned = Vec::new();
        for outlet in &item.content.outlets {
            let mode = match outlet {
                Outlet::Web => Some(Mode::Fetch),
                // Machines never see RED.
                Outlet::Taxii if !red && has_scope(KeyScope::TaxiiRead) => Some(Mode::Fetch),
                Outlet::Feed if !red && has_scope(KeyScope::FeedRead) => Some(Mode::Fetch),
                Outlet::Mail if !mail => None,
                // Persons are told at once, at their own address.
                Outlet::Mail if red => Some(Mode::Immediate),
                Outlet::Mail if party.state.notify.mail.is_some() => {
                    Some(match party.state.notify.cadence {
                        Cadence::Immediate => Mode::Immediate,
                        Cadence::Digest => Mode::Digest,
                    })
                }
                // Each webhook is called on its own: one that fails does not stand for the others.
                Outlet::Webhook if !red => {
                    let webhooks = known.webhooks.get(&id).into_iter().flatten();
                    planned.extend(webhooks.map(|webhook| Plan {
                        party: id,
                        outlet: *outlet,
                        mode: Mode::Immediate,
                        webhook: Some(*webhook),
                    }));
                    None
                }
                Outlet::Taxii | Outlet::Feed | Outlet::Mail | Outlet::Webhook => None,
            };
            planned.extend(mode.map(|mode| Plan {
                party: id,
                outlet: *outlet,
                mode,
                webhook: None,
            }));
        }
        planned
    }

    /// Queues what is not queued yet, in one commit with the jobs that send it. What is waiting after a
    /// person had it tried again gets its job once more.
    async fn queue(
        &self,
        item: &Loaded<Item>,
        batch: &[Plan],
        known: &Known,
    ) -> Result<(), WorldError> {
        let mut work = self.work(&Actor::system(DISTRIBUTE));
        for plan in batch {
            let key = match plan.webhook {
                Some(webhook) => webhook_key(item.id, plan.party, webhook),
                None => lookup_key(item.id, plan.party, plan.outlet),
            };
            let delivery = match self.find_any::<Delivery>(SPACE, &key).await? {
                Some(there) => there,
                None => {
                    let Plan {
                        party,
                        outlet,
                        mode,
                        webhook,
                    } = *plan;
                    let changes = match webhook {
                        Some(webhook) => delivery::queue_call(item.id, party, webhook),
                        None => delivery::queue_delivery(item.id, party, outlet, mode),
                    };
                    begin_delivery(self, &mut work, changes)?
                }
            };
            if delivery.state.state == DeliveryState::Queued {
                self.send_jobs(&mut work, &delivery, known)?;
            }
        }
        work.notice(Delivery::KIND, Some(item.id));
        work.commit().await?;
        Ok(())
    }

    fn send_jobs(
        &self,
        work: &mut Work<'_>,
        delivery: &Loaded<Delivery>,
        known: &Known,
    ) -> Result<(), WorldError> {
        let now = self.now();
        let party = delivery.state.party;
        let of = |kind: &str, more: String, at, payload| NewJob {
            dedup: Some(format!("{kind}/{more}")),
            ..job(kind, at, payload)
        };
        match (delivery.state.outlet, delivery.state.mode) {
            (Outlet::Mail, Mode::Digest) => {
                let at = next_digest(now)?;
                let day = JAPAN.to_datetime(at).date().to_string();
                let payload = serde_json::json!({ "party": party, "day": day });
                work.job(of(DIGEST, format!("{party}/{day}"), at, payload));
            }
            (Outlet::Mail, _) => {
                let payload = serde_json::json!({ "delivery": delivery.id });
                work.job(of(MAIL, delivery.id.to_string(), now, payload));
            }
            (Outlet::Webhook, _) => {
                let all = known.webhooks.get(&party).into_iter().flatten();
                let own = |webhook: &&MatterId| {
                    let own = delivery.state.webhook;
                    own.is_none_or(|own| own == **webhook)
                };
                for webhook in all.filter(own) {
                    let payload =
                        serde_json::json!({ "delivery": delivery.id, "webhook": webhook });
                    work.job(of(
                        WEBHOOK,
                        format!("{}/{webhook}", delivery.id),
                        now,
                        payload,
                    ));
                }
            }
            (Outlet::Taxii | Outlet::Web | Outlet::Feed, _) => {}
        }
        Ok(())
    }

    async fn known(&self, item: &Item) -> Result<Known, WorldError> {
        let now = self.now();
        let mut scopes: BTreeMap<PartyId, BTreeSet<KeyScope>> = BTreeMap::new();
        for key in self.every::<Key>().await? {
            if key.state.is_alive(now) {
                scopes
                    .entry(key.state.party)
                    .or_default()
                    .extend(&key.state.scopes);
            }
        }
        let mut webhooks: BTreeMap<PartyId, Vec<MatterId>> = BTreeMap::new();
        for webhook in self.every::<Webhook>().await? {
            if webhook.state.active {
                webhooks
                    .entry(webhook.state.party)
                    .or_default()
                    .push(webhook.id);
            }
        }
        let mut persons = BTreeSet::new();
        if item.content.tlp == Tlp::Red {
            for person in &item.content.named.persons {
                let account = self.load::<Account>(person.cast()).await?;
                let active = account.filter(|account| account.state.is_active());
                persons.extend(active.map(|account| account.state.party));
            }
        }
        Ok(Known {
            scopes,
            webhooks,
            persons,
            groups: self.groups().await?,
        })
    }

    /// Every matter of a kind, for the hub's own bookkeeping.
    async fn every<M: Matter>(&self) -> Result<Vec<Loaded<M>>, WorldError> {
        let mut query = ListQuery::of(M::KIND, self.everything().await?);
        query.limit = PAGE;
        let mut all = Vec::new();
        loop {
            let page = self.list::<M>(&query).await?;
            all.extend(page.rows);
            match page.next {
                Some(next) if all.len() < MOST => query.after = Some(next),
                _ => return Ok(all),
            }
        }
    }
}

/// Begins a delivery with its first change and what follows.
pub(super) fn begin_delivery(
    world: &World,
    work: &mut Work<'_>,
    changes: Vec<delivery::DeliveryChange>,
) -> Result<Loaded<Delivery>, WorldError> {
    let mut changes = changes.into_iter();
    let first = changes.next().ok_or(WorldError::NotFound("event"))?;
    let mut begun = work.begin::<Delivery>(Id::fresh(world.clock(), world.rng()), first)?;
    work.apply(&mut begun, changes)?;
    Ok(begun)
}

fn job(kind: &str, run_at: Timestamp, payload: serde_json::Value) -> NewJob {
    NewJob {
        kind: kind.to_owned(),
        dedup: None,
        priority: 0,
        run_at,
        max_attempts: ATTEMPTS,
        payload,
    }
}

/// The next half past eight in Japan.
fn next_digest(now: Timestamp) -> Result<Timestamp, WorldError> {
    let local = JAPAN.to_datetime(now);
    let time = Time::constant(DIGEST_HOUR, DIGEST_MINUTE, 0, 0);
    let day = if local.time() < time {
        local.date()
    } else {
        local.date().tomorrow().map_err(WorldError::encoding)?
    };
    JAPAN
        .to_timestamp(day.to_datetime(time))
        .map_err(WorldError::encoding)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_go_out_at_half_past_eight() -> Result<(), Box<dyn std::error::Error>> {
        for (now, expected) in [
            ("2026-11-24T22:00:00Z", "2026-11-24T23:30:00Z"),
            ("2026-11-24T23:29:59Z", "2026-11-24T23:30:00Z"),
            ("2026-11-24T23:30:00Z", "2026-11-25T23:30:00Z"),
            ("2026-12-31T23:31:00Z", "2027-01-01T23:30:00Z"),
        ] {
            assert_eq!(
                next_digest(now.parse()?)?,
                expected.parse::<Timestamp>()?,
                "{now}"
            );
        }
        Ok(())
    }
}
