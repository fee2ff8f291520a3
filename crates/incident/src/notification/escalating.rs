//! To the next on the roster.

use jiff::Timestamp;
use kaname_kernel::{AccountId, Audience, PartyId, Reader};

use super::{Addressed, Notification, NotificationChange, NotificationState, may_read};
use crate::refused::Refused;

/// One person on the duty roster of a party, in the order in which they are told, as the person stands now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterEntry {
    /// The party whose roster it is.
    pub party: PartyId,
    /// Who.
    pub account: AccountId,
    /// What that person may read: the audience is asked, so that nobody outside of it is ever told.
    pub reader: Reader,
}

/// Nobody acknowledged in time, or a channel failed and there is no other: it goes to the next on the roster who may
/// read it, and after the last begins again with the first. Where one alone may, it goes there again.
///
/// # Errors
/// When it was acknowledged, is not due, the roster is another party's, or nobody on it may read it.
pub fn escalate(
    notification: &Notification,
    roster: &[RosterEntry],
    audience: &Audience,
    now: Timestamp,
) -> Result<Vec<NotificationChange>, Refused> {
    let Some(due) = notification.escalates_at() else {
        return Err(Refused::State {
            matter: "notification",
            state: notification.state.as_str(),
            needs: "a duty that nobody has acknowledged".to_owned(),
        });
    };
    if roster.iter().any(|entry| entry.party != notification.party) {
        return Err(Refused::OtherParty);
    }
    // A channel that failed is not waited for.
    if now < due && notification.state != NotificationState::Failed {
        return Err(Refused::NotDue { at: due });
    }
    let readable: Vec<Addressed> = (1..)
        .zip(roster)
        .filter(|(_, entry)| may_read(audience, &entry.reader, entry.account, now))
        .map(|(place, entry)| Addressed {
            account: entry.account,
            place,
        })
        .collect();
    let after = readable
        .iter()
        .find(|one| one.place > notification.addressed.place);
    let next = after.or_else(|| readable.first());
    let to = next.ok_or(Refused::NobodyMayRead)?.clone();
    Ok(vec![NotificationChange::Escalated { to }])
}
