//! Members say what they saw and what it was worth; the provider hears it without their names.

use jiff::Timestamp;
use kaname_directory::Party;
use kaname_kernel::{Id, Matter, MatterId};
use kaname_policy::Action;
use kaname_sharing::{
    Delivery, Outlet, blocking,
    delivery::{self, DeliveryState, Mode},
    feedback::{self, Feedback, ForProvider, Given},
    item::Item,
};
use kaname_store::ListQuery;

use crate::{
    caller::{Caller, of_party},
    error::WorldError,
    work::Loaded,
    world::World,
};

/// Most organisations whose feedback on one item is summed.
const MAX_FEEDBACK: u32 = 1_000;
/// Space of the counts of what organisations answered.
const ANSWERED: &str = "answers";
/// Most deliveries of one item to one organisation: its ways out, and each of its webhooks.
const MOST_DELIVERIES: u32 = 1_000;

impl World {
    /// Gives or changes the caller's organisation's feedback on an item it received.
    pub async fn give_feedback(
        &self,
        caller: &Caller,
        item: MatterId,
        given: Given,
    ) -> Result<Loaded<Feedback>, WorldError> {
        self.allow_any(caller, Action::FeedbackGive)?;
        let received = self.received_item(caller, item).await?;
        let party = caller.party_id()?;
        let most = self.settings().max_answers_per_hour;
        self.count_hourly(ANSWERED, party, most).await?;
        let key = feedback::lookup_key(item, party);
        let before = self.find_any::<Feedback>(feedback::SPACE, &key).await?;
        let state = before.as_ref().map(|before| &before.state);
        let own = self.load::<Party>(party.cast()).await?;
        let own = own.ok_or(WorldError::NotFound("party"))?;
        let (own, _) = self.evidence_of(&own).await?;
        let changes = feedback::give_feedback(state, item, party, given, &own)?;
        let mut work = self.work(&caller.actor);
        let kept = match before {
            Some(mut before) => {
                work.apply(&mut before, changes)?;
                before
            }
            None => {
                let mut changes = changes.into_iter();
                let first = changes.next().ok_or(WorldError::NotFound("event"))?;
                let id = Id::fresh(self.clock(), self.rng());
                work.begin::<Feedback>(id, first)?
            }
        };
        work.notice(Feedback::KIND, Some(received.id));
        work.commit().await?;
        self.weigh_false_positives(item).await?;
        Ok(kept)
    }

    /// An item that is out and that the caller may see as a reader: by its audience alone. A provider
    /// outside it reads its own item elsewhere; here it would show by reading that it is the provider.
    pub(crate) async fn received_item(
        &self,
        caller: &Caller,
        item: MatterId,
    ) -> Result<Loaded<Item>, WorldError> {
        let readable = self.readable(caller).await?;
        let stored = self.store().record(item).await?;
        let stored = stored.filter(|stored| readable.contains(stored.audience_id));
        let missing = || WorldError::NotFound(Item::KIND);
        let id = stored.ok_or_else(missing)?.record.id;
        let item = self.load::<Item>(id).await?.ok_or_else(missing)?;
        if !item.state.is_out() {
            return Err(missing());
        }
        Ok(item)
    }

    /// The caller's organisation's own feedback on an item.
    pub async fn own_feedback(
        &self,
        caller: &Caller,
        item: MatterId,
    ) -> Result<Option<Loaded<Feedback>>, WorldError> {
        let Ok(party) = caller.party_id() else {
            return Ok(None);
        };
        let key = feedback::lookup_key(item, party);
        self.find_any(feedback::SPACE, &key).await
    }

    /// The caller's organisation acknowledges an item it received: its deliveries that arrived, and that
    /// it was read here. A mail or call still on its way is left alone, so that it goes out all the
    /// same. `true` the first time, `false` when the organisation had done so before.
    pub async fn acknowledge_item(
        &self,
        caller: &Caller,
        item: MatterId,
    ) -> Result<bool, WorldError> {
        let received = self.received_item(caller, item).await?;
        let party = caller.party_id()?;
        self.allow(caller, Action::DeliveryAcknowledge, &of_party(party))?;
        let by = caller.account_id().ok();
        // A worker may mark one of them sent or fetched at the same moment: decide again, a few times.
        for _ in 0..5 {
            let deliveries = self.deliveries_to(caller, received.id).await?;
            let before = deliveries
                .iter()
                .any(|one| one.state.acknowledged.is_some());
            let here = deliveries.iter().any(|one| one.state.outlet == Outlet::Web);
            let mut work = self.work(&caller.actor);
            let mut any = false;
            for mut delivery in deliveries {
                let arrived = matches!(
                    delivery.state.state,
                    DeliveryState::Sent | DeliveryState::Fetched
                );
                if !arrived && delivery.state.outlet != Outlet::Web {
                    continue;
                }
                if let Ok(changes) = delivery::acknowledge(&delivery.state, by) {
                    work.apply(&mut delivery, changes)?;
                    any = true;
                }
            }
            if !any && !before && !here {
                // It was read here before its deliveries were planned, or none was for this reader.
                let id = Id::fresh(self.clock(), self.rng());
                for first in delivery::queue_delivery(item, party, Outlet::Web, Mode::Fetch) {
                    let mut new = work.begin::<Delivery>(id, first)?;
                    let changes = delivery::acknowledge(&new.state, by)?;
                    work.apply(&mut new, changes)?;
                    any = true;
                }
            }
            if !any {
                return Ok(false);
            }
            work.notice(Delivery::KIND, Some(item));
            match work.commit().await {
                Err(error) if error.is_conflict() => {}
                Err(WorldError::Taken { .. }) => {}
                other => return other.map(|_| !before),
            }
        }
        Err(WorldError::Stale(item))
    }

    /// When the caller's organisation acknowledged an item, if it did.
    pub async fn acknowledged_at(
        &self,
        caller: &Caller,
        item: MatterId,
    ) -> Result<Option<Timestamp>, WorldError> {
        let deliveries = self.deliveries_to(caller, item).await?;
        let when = deliveries
            .iter()
            .filter_map(|one| one.state.acknowledged.map(|(at, _)| at));
        Ok(when.min())
    }

    /// Deliveries of an item to the caller's organisation.
    async fn deliveries_to(
        &self,
        caller: &Caller,
        item: MatterId,
    ) -> Result<Vec<Loaded<Delivery>>, WorldError> {
        let Ok(party) = caller.party_id() else {
            return Ok(Vec::new());
        };
        let query = ListQuery {
            owner: Some(party.cast()),
            scope: Some(item),
            limit: MOST_DELIVERIES,
            ..ListQuery::of(Delivery::KIND, self.everything().await?)
        };
        Ok(self.list::<Delivery>(&query).await?.rows)
    }

    /// What members said of an item: for its provider and officers, names withheld unless agreed.
    pub async fn feedback_for_provider(
        &self,
        caller: &Caller,
        item: MatterId,
    ) -> Result<ForProvider, WorldError> {
        let item = self.see::<Item>(caller, item).await?;
        let own = self.owns(caller, Some(item.state.handle.cast())).await?;
        if !own && !caller.is_officer() {
            return Err(WorldError::NotFound(Item::KIND));
        }
        let all = self.feedback_on(item.id).await?;
        Ok(feedback::for_provider(&all))
    }

    pub(crate) async fn feedback_on(&self, item: MatterId) -> Result<Vec<Feedback>, WorldError> {
        let mut query = ListQuery::of(Feedback::KIND, self.everything().await?);
        query.scope = Some(item);
        query.limit = MAX_FEEDBACK;
        let page = self.list::<Feedback>(&query).await?;
        Ok(page.rows.into_iter().map(|row| row.state).collect())
    }

    pub(super) async fn organisations_against(&self, item: &Item) -> Result<u32, WorldError> {
        let all = self.feedback_on(item.id).await?;
        Ok(blocking::organisations_against(item, &all))
    }

    /// Suspends blocking exports once enough distinct organisations report a false positive.
    async fn weigh_false_positives(&self, item: MatterId) -> Result<(), WorldError> {
        for _ in 0..5 {
            let Some(mut item) = self.load::<Item>(item).await? else {
                return Ok(());
            };
            let against = self.organisations_against(&item.state).await?;
            let quota = self.settings().false_positive_quota;
            let Ok(changes) = blocking::suspend_blocking(&item.state, against, quota) else {
                return Ok(());
            };
            let caller = Caller::system("false-positives");
            let mut work = self.work(&caller.actor);
            work.apply(&mut item, changes)?;
            work.notice(Item::KIND, Some(item.id));
            match work.commit().await {
                Err(error) if error.is_conflict() => continue,
                other => return other.map(|_| ()),
            }
        }
        Ok(())
    }
}
