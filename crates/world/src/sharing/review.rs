//! What officers look at again: items that age or near their end, and items whose blocking exports false positives
//! suspended. Decision 0027.

use std::collections::BTreeSet;

use jiff::Timestamp;
use kaname_kernel::{Matter, MatterId};
use kaname_policy::Action;
use kaname_sharing::{
    blocking::suspended_posting,
    decay::Freshness,
    item::{Blocking, Item, Review},
    review::{self, due_posting},
};

use crate::{
    caller::Caller, error::WorldError, read::loaded, sight::Readable, work::Loaded, world::World,
};

/// Items read at once.
const AT_ONCE: usize = 200;

/// An item that somebody has to look at again.
#[derive(Debug, Clone)]
pub struct ForReview {
    /// The item.
    pub item: Loaded<Item>,
    /// How fresh it is to the caller.
    pub fresh: Freshness,
    /// Since when it waits, where it ages or nears its end.
    pub due_since: Option<Timestamp>,
    /// Since when its blocking exports are suspended, and by how many organisations' word.
    pub suspended: Option<(Timestamp, u32)>,
}

impl ForReview {
    /// Since when it waits.
    pub fn since(&self) -> Option<Timestamp> {
        let suspended = self.suspended.map(|(since, _)| since);
        self.due_since.into_iter().chain(suspended).min()
    }
}

impl World {
    /// Everything that waits to be looked at again and that the caller may see, longest waiting first; at most
    /// 1,000 of a kind.
    pub async fn reviews(&self, caller: &Caller) -> Result<Vec<ForReview>, WorldError> {
        self.allow_any(caller, Action::ItemReadReviews)?;
        let readable = self.reviewable(caller).await?;
        let ids: Vec<MatterId> = self.waiting_ids(&readable).await?.into_iter().collect();
        let mut all = Vec::new();
        for some in ids.chunks(AT_ONCE) {
            for stored in self.store().records(some).await? {
                if !readable.contains(stored.audience_id) {
                    continue;
                }
                let item = loaded::<Item>(self.keys(), stored)?;
                all.extend(self.for_review(caller, item).await?);
            }
        }
        all.sort_by_key(|one| (one.since(), one.item.id));
        Ok(all)
    }

    /// How many items wait to be looked at again that the caller may see.
    pub async fn reviews_waiting(&self, caller: &Caller) -> Result<usize, WorldError> {
        self.allow_any(caller, Action::ItemReadReviews)?;
        let readable = self.reviewable(caller).await?;
        Ok(self.waiting_ids(&readable).await?.len())
    }

    async fn waiting_ids(&self, readable: &Readable) -> Result<BTreeSet<MatterId>, WorldError> {
        let waiting = [suspended_posting(), due_posting()];
        let found = self.store().carrying(Item::KIND, &waiting, readable);
        Ok(found.await?.into_iter().map(|(id, _)| id).collect())
    }

    /// How an item waits to be looked at again, where it does.
    async fn for_review(
        &self,
        caller: &Caller,
        item: Loaded<Item>,
    ) -> Result<Option<ForReview>, WorldError> {
        let state = &item.state;
        let due_since = match state.review {
            Review::Due { since } if state.waits_for_review() => Some(since),
            _ => None,
        };
        let suspended = match state.blocking {
            Blocking::Suspended {
                since,
                organisations,
            } if state.waits_for_blocking() => Some((since, organisations)),
            _ => None,
        };
        if due_since.is_none() && suspended.is_none() {
            return Ok(None);
        }
        let fresh = self.freshness(caller, &item).await?;
        Ok(fresh.map(|fresh| ForReview {
            item,
            fresh,
            due_since,
            suspended,
        }))
    }

    /// Whose items count: at the shell, which learns numbers alone, all of them.
    pub(super) async fn reviewable(&self, caller: &Caller) -> Result<Readable, WorldError> {
        match caller.account.is_some() || caller.party.is_some() {
            true => self.readable(caller).await,
            false => self.everything().await,
        }
    }

    /// An officer says that an item still holds.
    pub async fn confirm_item(
        &self,
        caller: &Caller,
        id: MatterId,
        reason: &str,
    ) -> Result<Loaded<Item>, WorldError> {
        let officer = caller.account_id()?;
        let desk = self.item_for(caller, id, Action::ItemReview).await?;
        let changes = review::confirm(&desk.item.state, officer, reason, self.now())?;
        self.keep_item(caller, desk.item, changes).await
    }

    /// An officer lets an item that waits to be looked at end by itself.
    pub async fn let_item_end(
        &self,
        caller: &Caller,
        id: MatterId,
        reason: &str,
    ) -> Result<Loaded<Item>, WorldError> {
        let officer = caller.account_id()?;
        let desk = self.item_for(caller, id, Action::ItemReview).await?;
        let changes = review::let_end(&desk.item.state, officer, reason)?;
        self.keep_item(caller, desk.item, changes).await
    }
}
