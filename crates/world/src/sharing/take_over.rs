//! An analyst who was given a report goes on with what another began to write from it.

use kaname_kernel::{Matter as _, MatterId};
use kaname_policy::Action;
use kaname_sharing::{deriving, item::Item, number};

use crate::{caller::Caller, error::WorldError, work::Loaded, world::World};

impl World {
    /// Takes over the item of this number, which was derived from a report that the caller is assigned to
    /// and holds open. Only the sealed store knows that the two belong together, and the report's own
    /// history is not touched (`docs/decisions/0005`).
    pub async fn take_over_item(
        &self,
        caller: &Caller,
        report: MatterId,
        typed: &str,
    ) -> Result<Loaded<Item>, WorldError> {
        let officer = caller.account_id()?;
        self.opened(caller, report).await?;
        let (_, own) = self.report_for(caller, report, Action::ItemDerive).await?;
        let asked = number::normalise(typed);
        let mut items = self.items_from(report).await?.into_iter();
        let item = items.find(|item| number::normalise(&item.state.number) == asked);
        let item = item.ok_or(WorldError::NotFound(Item::KIND))?;
        let resource = Self::item_for_policy(caller, &item, own);
        self.allow(caller, Action::ItemEdit, &resource)?;
        let changes = deriving::take_over(&item.state, officer, own)?;
        self.keep_item(caller, item, changes).await
    }
}
