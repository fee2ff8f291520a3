//! Commands of the second officer on an item, and how what is out ends.

use std::collections::BTreeSet;

use jiff::Timestamp;
use kaname_kernel::AccountId;

use crate::{
    deriving::{nothing_new, wrong_state},
    item::{Item, ItemChange, ItemState},
    refused::{Refused, reason},
    row::Row,
    told::Told,
};

/// What a release needs to know.
#[derive(Debug, Clone)]
pub struct Releasing {
    /// Who releases.
    pub by: AccountId,
    /// Whether the releasing officer belongs to the provider's party, as the sealed store says.
    pub releaser_of_providers_party: bool,
    /// Whether any of [`Item::derivers`] does.
    pub deriver_of_providers_party: bool,
    /// What the directory says now of whom the item names.
    pub told: Told,
    /// What the checklist finds in it with what the directory says now of its provider.
    pub found: Vec<Row>,
    /// Now.
    pub now: Timestamp,
}

/// Releases an item: exactly what the provider consented to, by an officer who had no part in writing
/// it, neither of them of the provider's party. Of the hub's own word there is no provider; all else is the same.
///
/// # Errors
/// With the first condition that does not hold.
pub fn release(item: &Item, releasing: &Releasing) -> Result<Vec<ItemChange>, Refused> {
    if item.state != ItemState::AwaitingRelease {
        return Err(wrong_state(item, "awaiting_release"));
    }
    if item.derivers.contains(&releasing.by) {
        return Err(Refused::SamePerson);
    }
    if releasing.releaser_of_providers_party || releasing.deriver_of_providers_party {
        return Err(Refused::OwnParty);
    }
    if !item.own && !item.has_consent() {
        return Err(Refused::OtherManifest);
    }
    let open = item.open_traces();
    if open > 0 {
        return Err(Refused::OpenTraces { open });
    }
    nothing_new(item, releasing.found.clone())?;
    // What it says is what was consented to; so it is the directory that says something else.
    let now = item.manifest_with(&releasing.told).hash();
    if !item.own && item.consent.is_none_or(|consent| consent.hash != now) {
        return Err(Refused::ToldOtherwise);
    }
    if !item.content.is_valid(releasing.now) {
        return Err(Refused::NoLongerValid);
    }
    Ok(vec![ItemChange::Released { by: releasing.by }])
}

/// Sends an item back to those who derived it. Consent is gone.
///
/// # Errors
/// When it does not wait for release, or without a reason.
pub fn send_back(item: &Item, by: AccountId, why: &str) -> Result<Vec<ItemChange>, Refused> {
    if item.state != ItemState::AwaitingRelease {
        return Err(wrong_state(item, "awaiting_release"));
    }
    let reason = reason(why)?;
    Ok(vec![ItemChange::Returned { by, reason }])
}

/// A released item gives way to the one that was derived to replace it. `own` are the ids of its objects that
/// the hub may revoke.
///
/// # Errors
/// When it is not released, or the other is not released or was not derived to replace it.
pub fn supersede(
    item: &Item,
    by: &Item,
    mut own: BTreeSet<String>,
) -> Result<Vec<ItemChange>, Refused> {
    if item.state != ItemState::Released {
        return Err(wrong_state(item, "released"));
    }
    if by.state != ItemState::Released {
        return Err(wrong_state(by, "released"));
    }
    if by.replaces != Some(item.id) {
        return Err(Refused::OutOfBounds { field: "replaces" });
    }
    for (_, head) in by.content.heads() {
        own.remove(&head.id.to_string());
    }
    Ok(vec![ItemChange::Superseded {
        by_item: by.id,
        revoked: own,
    }])
}

/// An officer takes an item back, before or after release. `own` are the ids of its objects that the hub may
/// revoke.
///
/// # Errors
/// When it has ended already, or without a reason.
pub fn withdraw_item(
    item: &Item,
    why: &str,
    by_provider: bool,
    own: BTreeSet<String>,
) -> Result<Vec<ItemChange>, Refused> {
    if matches!(
        item.state,
        ItemState::Superseded | ItemState::Withdrawn | ItemState::Expired
    ) {
        return Err(wrong_state(item, "released"));
    }
    Ok(vec![ItemChange::Withdrawn {
        by_provider,
        reason: reason(why)?,
        revoked: own,
    }])
}

/// The hub's own job: the validity of a released item ended.
///
/// # Errors
/// While it is valid, or when it is not released.
pub fn expire(item: &Item, now: Timestamp) -> Result<Vec<ItemChange>, Refused> {
    if item.state != ItemState::Released {
        return Err(wrong_state(item, "released"));
    }
    if item.content.is_valid(now) {
        return Err(Refused::NotDue);
    }
    Ok(vec![ItemChange::Expired])
}

/// When the embargo of a released item is over and what it put out has to come anew; `None` where nothing has to.
pub fn opens_at(item: &Item) -> Option<Timestamp> {
    let released = item.release?.at;
    let is_shut = item.state == ItemState::Released && item.opened.is_none();
    item.content
        .embargo
        .filter(|opens| is_shut && *opens > released)
}

/// The hub's own job: the embargo of a released item is over.
///
/// # Errors
/// Before that, or when it has none or is not released.
pub fn open_embargo(item: &Item, now: Timestamp) -> Result<Vec<ItemChange>, Refused> {
    match opens_at(item) {
        Some(opens) if opens <= now => Ok(vec![ItemChange::EmbargoOpened]),
        _ => Err(Refused::NotDue),
    }
}
