//! How much came in, how much of it could be shared, was shared, and arrived.

use kaname_kernel::{Matter, MatterId};
use kaname_policy::Action;
use kaname_sharing::{Delivery, Item, Report, delivery, funnel::Funnel, item::ItemState};
use kaname_store::{ListQuery, NewJob};

use crate::{
    caller::Caller, error::WorldError, read::Listed, sharing::release::DISTRIBUTE, work::Loaded,
    world::World,
};

impl World {
    /// The funnel over everything the hub holds.
    pub async fn funnel(&self, caller: &Caller) -> Result<Funnel, WorldError> {
        self.allow_any(caller, Action::FunnelRead)?;
        let reports = self.states::<Report>().await?;
        let items = self.states::<Item>().await?;
        let deliveries = self.states::<Delivery>().await?;
        let mut withdrawn = ListQuery::of(Item::KIND, self.everything().await?);
        withdrawn.states = vec![ItemState::Withdrawn.as_str().to_owned()];
        let mut count = 0;
        self.walk::<Item>(withdrawn, |item| count += u64::from(item.state.is_out()))
            .await?;
        fn words(states: &[(String, u64)]) -> impl Iterator<Item = (&str, u64)> {
            states.iter().map(|(word, count)| (word.as_str(), *count))
        }
        Ok(Funnel::of(
            words(&reports),
            words(&items),
            words(&deliveries),
            count,
        ))
    }

    /// Deliveries, newest first: what went to whom by which way, and what became of it.
    pub async fn deliveries(
        &self,
        caller: &Caller,
        adjust: impl FnOnce(&mut ListQuery),
    ) -> Result<Listed<Delivery>, WorldError> {
        self.allow_any(caller, Action::DeliveryRead)?;
        let mut query = self.query::<Delivery>(caller).await?;
        adjust(&mut query);
        self.list(&query).await
    }

    /// How many deliveries stand in each state.
    pub async fn delivery_states(
        &self,
        caller: &Caller,
        item: Option<MatterId>,
    ) -> Result<Vec<(String, u64)>, WorldError> {
        self.allow_any(caller, Action::DeliveryRead)?;
        let mut query = self.query::<Delivery>(caller).await?;
        query.scope = item;
        Ok(self.store().states(&query).await?)
    }

    /// Queues a delivery that was given up once more.
    pub async fn retry_delivery(
        &self,
        caller: &Caller,
        id: MatterId,
    ) -> Result<Loaded<Delivery>, WorldError> {
        self.allow_any(caller, Action::DeliveryRetry)?;
        let delivery = self.see::<Delivery>(caller, id).await?;
        self.deliver_again(caller, delivery).await
    }

    /// Queues it again, for whoever was found to be allowed to.
    pub(crate) async fn deliver_again(
        &self,
        caller: &Caller,
        mut delivery: Loaded<Delivery>,
    ) -> Result<Loaded<Delivery>, WorldError> {
        let changes = delivery::retry_delivery(&delivery.state)?;
        let mut work = self.work(&caller.actor);
        work.apply(&mut delivery, changes)?;
        // Whoever distributes the item finds this one waiting again.
        work.job(NewJob {
            kind: DISTRIBUTE.to_owned(),
            dedup: None,
            priority: 0,
            run_at: self.now(),
            max_attempts: 10,
            payload: serde_json::json!({ "item": delivery.state.item }),
        });
        work.notice(Delivery::KIND, Some(delivery.state.item));
        work.commit().await?;
        Ok(delivery)
    }

    /// Jobs that were given up: kind and last error, newest first. What they carry stays inside.
    pub async fn dead_letters(&self, caller: &Caller) -> Result<Vec<(String, String)>, WorldError> {
        self.allow_any(caller, Action::DeliveryRead)?;
        let dead = self.store().dead_letters(100).await?;
        Ok(dead
            .into_iter()
            .map(|(kind, error, _)| (kind, error))
            .collect())
    }

    async fn states<M: Matter>(&self) -> Result<Vec<(String, u64)>, WorldError> {
        let query = ListQuery::of(M::KIND, self.everything().await?);
        Ok(self.store().states(&query).await?)
    }
}
