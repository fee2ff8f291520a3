//! How much came in, how much of it could be shared, was shared, and arrived.

use kaname_kernel::Matter;
use kaname_policy::Action;
use kaname_sharing::{Delivery, Item, Report, funnel::Funnel, item::ItemState};
use kaname_store::ListQuery;

use crate::{caller::Caller, error::WorldError, world::World};

impl World {
    /// The funnel over everything the hub holds.
    pub async fn funnel(&self, caller: &Caller) -> Result<Funnel, WorldError> {
        self.allow_any(caller, Action::FunnelRead)?;
        let reports = self.states::<Report>().await?;
        let items = self.states::<Item>().await?;
        let deliveries = self.states::<Delivery>().await?;
        let mut withdrawn = ListQuery::of(Item::KIND, self.everything().await?);
        withdrawn.states = vec![ItemState::Withdrawn.as_str().to_owned()];
        withdrawn.limit = 1_000;
        let withdrawn = self.list::<Item>(&withdrawn).await?;
        let was_out = withdrawn.rows.iter().filter(|item| item.state.is_out());
        let count = u64::try_from(was_out.count()).unwrap_or(u64::MAX);
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

    async fn states<M: Matter>(&self) -> Result<Vec<(String, u64)>, WorldError> {
        let query = ListQuery::of(M::KIND, self.everything().await?);
        Ok(self.store().states(&query).await?)
    }
}
