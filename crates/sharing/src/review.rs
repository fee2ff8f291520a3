//! Looking again at what is out: what ages or nears its end waits for an officer, who confirms that it still holds,
//! lets it end, or takes it back. What no officer looks at ends all the same.

use jiff::{SignedDuration, Timestamp};
use kaname_kernel::{AccountId, Posting};

use crate::{
    decay::{Seen, first_fades_at},
    deriving::wrong_state,
    item::{Item, ItemChange, ItemState, Review},
    refused::{Refused, reason},
};

/// So long before something ends an officer is to look at it; and of what lasts shortly, in its last quarter.
const LEAD: SignedDuration = SignedDuration::from_hours(24 * 14);

/// What released items are found by while an officer has to say whether they still hold. No value of a report or
/// an item has this space.
pub fn due_posting() -> Posting {
    Posting {
        space: "review".to_owned(),
        value: "due".to_owned(),
    }
}

/// When somebody is to look at what begins and ends then.
fn lead(begins: Timestamp, ends: Timestamp) -> Timestamp {
    let quarter = ends.duration_since(begins) / 4;
    ends - quarter.clamp(SignedDuration::ZERO, LEAD)
}

/// When an officer is to look at a released item whose values were seen last then: in good time before the first of
/// them fades, or its validity ends. Once confirmed within that time, its end needs no second look.
fn look_at(item: &Item, seen_at: Timestamp) -> Option<Timestamp> {
    let released = item.release?.at;
    let fading = first_fades_at(item, seen_at).map(|fades| lead(seen_at, fades));
    let looked = item.confirmed.as_ref().map(|confirmed| confirmed.at);
    let ending = item.content.valid_until.map(|until| lead(released, until));
    let ending = ending.filter(|ending| looked.is_none_or(|looked| looked < *ending));
    [fading, ending].into_iter().flatten().min()
}

/// When the hub's own job looks whether somebody has to look again; `None` where nobody has to any more, or somebody
/// has already.
pub fn due_at(item: &Item) -> Option<Timestamp> {
    if item.state != ItemState::Released {
        return None;
    }
    match &item.review {
        Review::Clear => look_at(item, Seen::of_item(item)?.at),
        Review::Later { at } => Some(*at),
        Review::Due { .. } | Review::Left { .. } => None,
    }
}

/// The hub's own job: an item comes before the officers in its time, unless members have seen it since, the last of
/// them at `seen_at`; then later.
///
/// # Errors
/// Before its time, or when it is not released.
pub fn fall_due(
    item: &Item,
    seen_at: Option<Timestamp>,
    now: Timestamp,
) -> Result<Vec<ItemChange>, Refused> {
    let known = Seen::of_item(item).ok_or_else(|| wrong_state(item, "released"))?;
    if due_at(item).is_none_or(|at| at > now) {
        return Err(Refused::NotDue);
    }
    let last = seen_at.map_or(known.at, |seen| seen.max(known.at));
    match look_at(item, last) {
        Some(until) if until > now => Ok(vec![ItemChange::ReviewDeferred { until }]),
        _ => Ok(vec![ItemChange::ReviewDue]),
    }
}

/// An officer says that an item still holds: its values count as seen now. How long it is valid its provider
/// consented to, and stays as it is.
///
/// # Errors
/// When it is not released, its validity has ended, or without a reason.
pub fn confirm(
    item: &Item,
    by: AccountId,
    why: &str,
    now: Timestamp,
) -> Result<Vec<ItemChange>, Refused> {
    if item.state != ItemState::Released {
        return Err(wrong_state(item, "released"));
    }
    if !item.content.is_valid(now) {
        return Err(Refused::NoLongerValid);
    }
    let reason = reason(why)?;
    Ok(vec![ItemChange::Confirmed { by, reason }])
}

/// An officer lets an item end by itself: its values fade, and its validity ends in its time.
///
/// # Errors
/// When it does not wait for that, or without a reason.
pub fn let_end(item: &Item, by: AccountId, why: &str) -> Result<Vec<ItemChange>, Refused> {
    if item.state != ItemState::Released {
        return Err(wrong_state(item, "released"));
    }
    match item.review {
        Review::Due { .. } => {
            let reason = reason(why)?;
            Ok(vec![ItemChange::LeftToEnd { by, reason }])
        }
        Review::Left { .. } => Err(Refused::NoChange),
        Review::Clear | Review::Later { .. } => Err(Refused::NotDue),
    }
}
