//! False positives: enough organisations suspend blocking exports until an officer decides.

use std::collections::BTreeSet;

use kaname_kernel::{AccountId, Posting};

use crate::{
    deriving::wrong_state,
    feedback::{Feedback, SightingKind},
    item::{Blocking, Item, ItemChange, ItemState},
    refused::{Refused, reason},
};

/// Fewest distinct organisations whose word may suspend blocking exports: one, or one with a friend, never does.
pub const FEWEST_ORGANISATIONS: u32 = 3;

/// What released items are found by while their blocking exports wait for an officer. No value of a report
/// or an item has this space.
pub fn suspended_posting() -> Posting {
    Posting {
        space: "blocking".to_owned(),
        value: "suspended".to_owned(),
    }
}

/// How many distinct organisations call an item a false positive at present.
pub fn organisations_against<'a>(
    item: &Item,
    feedbacks: impl IntoIterator<Item = &'a Feedback>,
) -> u32 {
    let against = feedbacks.into_iter().filter(|feedback| {
        let sighting = feedback.given.sighting.as_ref();
        feedback.item == item.id
            && sighting.is_some_and(|sighting| sighting.kind == SightingKind::FalsePositive)
    });
    let parties: BTreeSet<_> = against.map(|feedback| feedback.party).collect();
    u32::try_from(parties.len()).unwrap_or(u32::MAX)
}

/// The rule: suspends blocking exports of a released item when `organisations` distinct ones speak
/// against it, and `quota` are enough; fewer than [`FEWEST_ORGANISATIONS`] never are. After an officer let it
/// stand, as many again have to.
///
/// # Errors
/// When too few do, it is suspended or kept out already, or it is not released.
pub fn suspend_blocking(
    item: &Item,
    organisations: u32,
    quota: u32,
) -> Result<Vec<ItemChange>, Refused> {
    if item.state != ItemState::Released {
        return Err(wrong_state(item, "released"));
    }
    let before = match &item.blocking {
        Blocking::Open => 0,
        Blocking::Resumed { organisations, .. } => *organisations,
        Blocking::Suspended { .. } | Blocking::Kept { .. } => return Err(Refused::NoChange),
    };
    let needed = before.saturating_add(quota.max(FEWEST_ORGANISATIONS));
    if organisations < needed {
        return Err(Refused::TooFew {
            organisations,
            needed,
        });
    }
    Ok(vec![ItemChange::BlockingSuspended { organisations }])
}

/// An officer lets block lists carry a suspended item again. `organisations` is how many speak
/// against it now.
///
/// # Errors
/// When it is not suspended or kept out, or without a reason.
pub fn resume_blocking(
    item: &Item,
    by: AccountId,
    why: &str,
    organisations: u32,
) -> Result<Vec<ItemChange>, Refused> {
    if item.blocking.allows() {
        return Err(Refused::NoChange);
    }
    Ok(vec![ItemChange::BlockingResumed {
        by,
        reason: reason(why)?,
        organisations,
    }])
}

/// An officer keeps a suspended item out of block lists.
///
/// # Errors
/// When it is not suspended, or without a reason.
pub fn keep_suspended(item: &Item, by: AccountId, why: &str) -> Result<Vec<ItemChange>, Refused> {
    if !matches!(item.blocking, Blocking::Suspended { .. }) {
        return Err(Refused::NoChange);
    }
    let reason = reason(why)?;
    Ok(vec![ItemChange::BlockingKept { by, reason }])
}
