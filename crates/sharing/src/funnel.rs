//! The funnel: what came in, what could be released, what went out, what was acknowledged.

use serde::{Deserialize, Serialize};

use crate::{delivery::DeliveryState, item::ItemState};

/// Counts of one span of time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Funnel {
    /// Reports received.
    pub received: u64,
    /// Items derived from them.
    pub derived: u64,
    /// Items their providers consented to.
    pub releasable: u64,
    /// Items released.
    pub released: u64,
    /// Deliveries that reached an organisation.
    pub sent: u64,
    /// Deliveries acknowledged.
    pub acknowledged: u64,
}

impl Funnel {
    /// From state words with their counts, as a store gives them. `released_before_end` is how many
    /// of the items withdrawn had been released: a withdrawal may come earlier.
    pub fn of<'a>(
        reports: impl IntoIterator<Item = (&'a str, u64)>,
        items: impl IntoIterator<Item = (&'a str, u64)>,
        deliveries: impl IntoIterator<Item = (&'a str, u64)>,
        released_before_end: u64,
    ) -> Self {
        let mut funnel = Self {
            received: reports.into_iter().map(|(_, count)| count).sum(),
            ..Self::default()
        };
        for (word, count) in items {
            funnel.derived += count;
            let state = ItemState::ALL.into_iter().find(|one| one.as_str() == word);
            match state {
                Some(ItemState::Consented | ItemState::AwaitingRelease) => {
                    funnel.releasable += count;
                }
                Some(ItemState::Released | ItemState::Superseded | ItemState::Expired) => {
                    funnel.releasable += count;
                    funnel.released += count;
                }
                Some(ItemState::Withdrawn) => {
                    let count = count.min(released_before_end);
                    funnel.releasable += count;
                    funnel.released += count;
                }
                _ => {}
            }
        }
        for (word, count) in deliveries {
            let arrived = [
                DeliveryState::Sent,
                DeliveryState::Fetched,
                DeliveryState::Acknowledged,
            ];
            if arrived.iter().any(|state| state.as_str() == word) {
                funnel.sent += count;
            }
            if word == DeliveryState::Acknowledged.as_str() {
                funnel.acknowledged += count;
            }
        }
        funnel
    }
}
