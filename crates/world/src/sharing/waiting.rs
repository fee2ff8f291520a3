//! What waits for an answer and stands in no state of its own: suspended blocking exports, and what an
//! organisation has answered already.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use kaname_kernel::{Matter, MatterId};
use kaname_policy::Action;
use kaname_sharing::{
    Delivery,
    blocking::suspended_posting,
    delivery::DeliveryState,
    feedback::Feedback,
    item::{Blocking, Item},
};
use kaname_store::ListQuery;

use crate::{caller::Caller, error::WorldError, read::loaded, work::Loaded, world::World};

/// Items read at once.
const AT_ONCE: usize = 200;
/// More than the clocks of two nodes may differ by.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_hours(24);

impl World {
    /// Released items whose blocking exports false positives suspended, and that an officer has to
    /// decide about: longest waiting first, at most 1,000.
    pub async fn suspended_items(&self, caller: &Caller) -> Result<Vec<Loaded<Item>>, WorldError> {
        self.allow_any(caller, Action::ExportSuspendDecide)?;
        let readable = self.readable(caller).await?;
        let waiting = [suspended_posting()];
        let found = self.store().carrying(Item::KIND, &waiting, &readable);
        let ids: Vec<MatterId> = found.await?.into_iter().map(|(id, _)| id).collect();
        let mut suspended = Vec::new();
        for some in ids.chunks(AT_ONCE) {
            for stored in self.store().records(some).await? {
                if !readable.contains(stored.audience_id) {
                    continue;
                }
                let item = loaded::<Item>(self.keys(), stored)?;
                if let Blocking::Suspended { since, .. } = item.state.blocking {
                    suspended.push((since, item));
                }
            }
        }
        suspended.sort_by_key(|(since, item)| (*since, item.id));
        Ok(suspended.into_iter().map(|(_, item)| item).collect())
    }

    /// Items released at or after a moment that the caller's organisation acknowledged or gave feedback on.
    /// Both are written after the release, but for what the clocks of two nodes differ by.
    pub async fn settled_with(
        &self,
        caller: &Caller,
        released: Timestamp,
    ) -> Result<BTreeSet<MatterId>, WorldError> {
        let party = caller.party_id()?;
        let since = released.checked_sub(CLOCKS_DIFFER).ok();
        let acknowledged = ListQuery {
            owner: Some(party.cast()),
            states: vec![DeliveryState::Acknowledged.as_str().to_owned()],
            since,
            ..ListQuery::of(Delivery::KIND, self.everything().await?)
        };
        let answered = ListQuery {
            owner: Some(party.cast()),
            since,
            ..ListQuery::of(Feedback::KIND, self.everything().await?)
        };
        let mut settled = BTreeSet::new();
        self.walk::<Delivery>(acknowledged, |delivery| {
            settled.insert(delivery.state.item);
        })
        .await?;
        self.walk::<Feedback>(answered, |feedback| {
            settled.insert(feedback.state.item);
        })
        .await?;
        Ok(settled)
    }
}
