//! Commands of the provider on an item: say yes to exact bytes, propose others, say no. And what the
//! hub's own job does when nothing is said.

use std::collections::BTreeSet;

use jiff::Timestamp;
use kaname_kernel::HandleId;

use crate::{
    deriving::wrong_state,
    item::{Item, ItemChange, ItemState, Proposal},
    manifest::ManifestHash,
    refused::{Refused, bounded},
    sealed::{MAX_SEALED_CHARS, Sealed},
    told::Told,
};

/// Longest comment, sealed.
const MAX_COMMENT_CHARS: usize = MAX_SEALED_CHARS / 16;

fn needs_owner(item: &Item, by: HandleId) -> Result<(), Refused> {
    if item.handle == by {
        Ok(())
    } else {
        Err(Refused::NotOwner)
    }
}

/// The provider is asked, still has time, and answers for what it was shown.
fn needs_question(
    item: &Item,
    (shown, stands): (ManifestHash, ManifestHash),
    now: Timestamp,
) -> Result<(), Refused> {
    let asked = item.asked.as_ref();
    let asked = asked.filter(|_| item.state == ItemState::AwaitingConsent);
    let Some(asked) = asked else {
        return Err(wrong_state(item, "awaiting_consent"));
    };
    if now > asked.deadline {
        return Err(Refused::DeadlinePassed);
    }
    if shown != stands {
        return Err(Refused::OtherManifest);
    }
    Ok(())
}

/// The provider consents to the manifest of this hash, which it was shown. `by` is the handle that
/// the sealed store gives for the item and the acting party, `told` what the directory says now of whom the
/// item names.
///
/// # Errors
/// For anyone else, when not asked, too late, or when the page showed other contents or names than the
/// present ones.
pub fn consent(
    item: &Item,
    by: HandleId,
    hash: ManifestHash,
    told: Told,
    now: Timestamp,
) -> Result<Vec<ItemChange>, Refused> {
    needs_owner(item, by)?;
    let stands = item.manifest_with(&told).hash();
    needs_question(item, (hash, stands), now)?;
    Ok(vec![ItemChange::Consented { hash, told }])
}

/// The provider proposes other contents instead of those it was asked about. Consent is asked for once they
/// are taken, so what the directory says meanwhile does not matter.
///
/// # Errors
/// As [`consent`]; and when nothing differs or the proposal is not fit to be served.
pub fn propose(
    item: &Item,
    by: HandleId,
    shown: ManifestHash,
    proposal: Proposal,
    now: Timestamp,
) -> Result<Vec<ItemChange>, Refused> {
    needs_owner(item, by)?;
    needs_question(item, (shown, item.manifest().hash()), now)?;
    bounded("comment", proposal.comment.chars(), MAX_COMMENT_CHARS)?;
    if proposal.content == item.content {
        return Err(Refused::NoChange);
    }
    proposal.content.check()?;
    if proposal.content.author != item.content.author {
        return Err(Refused::OutOfBounds { field: "author" });
    }
    Ok(vec![ItemChange::ChangesProposed(Box::new(proposal))])
}

/// The provider says no. It may do so until release, also after having said yes.
///
/// # Errors
/// For anyone else, and when the item is out, ended or was never asked about.
pub fn refuse(item: &Item, by: HandleId, comment: Sealed) -> Result<Vec<ItemChange>, Refused> {
    needs_owner(item, by)?;
    bounded("comment", comment.chars(), MAX_COMMENT_CHARS)?;
    match item.state {
        ItemState::AwaitingConsent
        | ItemState::Consented
        | ItemState::ChangesProposed
        | ItemState::AwaitingRelease => Ok(vec![ItemChange::ConsentRefused { comment }]),
        _ => Err(wrong_state(
            item,
            "awaiting_consent, consented, changes_proposed, awaiting_release",
        )),
    }
}

/// The provider takes a released item back. `own` are the ids of its objects that the hub may revoke.
///
/// # Errors
/// For anyone else, and when it is not released.
pub fn take_back(
    item: &Item,
    by: HandleId,
    own: BTreeSet<String>,
) -> Result<Vec<ItemChange>, Refused> {
    needs_owner(item, by)?;
    if item.state != ItemState::Released {
        return Err(wrong_state(item, "released"));
    }
    Ok(vec![ItemChange::Withdrawn {
        by_provider: true,
        reason: String::new(),
        revoked: own,
    }])
}

/// The hub's own job: the deadline passed in silence, which is refusal.
///
/// # Errors
/// While there is time, or nothing is asked.
pub fn lapse(item: &Item, now: Timestamp) -> Result<Vec<ItemChange>, Refused> {
    let asked = item.asked.as_ref();
    match asked.filter(|_| item.state == ItemState::AwaitingConsent) {
        None => Err(wrong_state(item, "awaiting_consent")),
        Some(asked) if now <= asked.deadline => Err(Refused::NotDue),
        Some(_) => Ok(vec![ItemChange::ConsentLapsed]),
    }
}
