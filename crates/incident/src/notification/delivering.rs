//! Sending, arriving, failing, and being acknowledged.

use jiff::Timestamp;
use kaname_directory::key::TokenHash;
use kaname_kernel::{AccountId, Actor, Audience, MatterId, PartyId};

use super::{
    Acknowledged, Addressed, Notification, NotificationChange, NotificationState, RosterEntry,
    Urgency, Way, change::Queued, may_read,
};
use crate::{
    bound::count,
    code::{FormCode, RuleCode},
    refused::Refused,
    routing::Role,
};

/// Most tries of one notification.
const MAX_ATTEMPTS: usize = 1_000;
/// Longest word of the other side, in characters.
const MAX_WHY_CHARS: usize = 400;

/// A notification to a body: for the first on its roster who may read what it speaks of.
///
/// # Errors
/// When an entry is another party's, or nobody on the roster may read it.
pub fn queue(
    about: MatterId,
    party: PartyId,
    (role, form, rule): (Role, Option<FormCode>, Option<RuleCode>),
    urgency: Urgency,
    roster: &[RosterEntry],
    audience: &Audience,
    now: Timestamp,
) -> Result<Vec<NotificationChange>, Refused> {
    let addressed = first(roster, party, audience, now)?;
    Ok(vec![NotificationChange::Queued(Box::new(Queued {
        about,
        party,
        role,
        form,
        rule,
        urgency,
        addressed,
    }))])
}

fn first(
    roster: &[RosterEntry],
    party: PartyId,
    audience: &Audience,
    now: Timestamp,
) -> Result<Addressed, Refused> {
    if roster.iter().any(|entry| entry.party != party) {
        return Err(Refused::OtherParty);
    }
    let mut readable = (1..)
        .zip(roster)
        .filter(|(_, entry)| may_read(audience, &entry.reader, entry.account, now));
    let (place, entry) = readable.next().ok_or(Refused::NobodyMayRead)?;
    Ok(Addressed {
        account: entry.account,
        place,
    })
}

fn wrong_state(notification: &Notification, needs: &str) -> Refused {
    Refused::State {
        matter: "notification",
        state: notification.state.as_str(),
        needs: needs.to_owned(),
    }
}

/// It left by a channel. By one that can be answered it carries a token, which is given here hashed; a channel that
/// carries no content carries no token either.
///
/// # Errors
/// When it was acknowledged, was tried too often, or the channel may carry no token.
pub fn sent(
    notification: &Notification,
    way: Way,
    token: Option<TokenHash>,
) -> Result<Vec<NotificationChange>, Refused> {
    if notification.state == NotificationState::Acknowledged {
        return Err(wrong_state(
            notification,
            "queued, sent, delivered, failed, escalated",
        ));
    }
    count("attempts", notification.attempts.len() + 1, MAX_ATTEMPTS)?;
    if token.is_some() && !way.carries_content() {
        return Err(Refused::OutOfBounds {
            field: "token",
            allowed: "page, mail, webhook",
        });
    }
    Ok(vec![NotificationChange::Sent { way, token }])
}

/// It arrived, as the channel says.
///
/// # Errors
/// When it is not under way.
pub fn delivered(notification: &Notification) -> Result<Vec<NotificationChange>, Refused> {
    match notification.state {
        NotificationState::Sent => Ok(vec![NotificationChange::Delivered]),
        _ => Err(wrong_state(notification, "sent")),
    }
}

/// The channel gave it up. `why` is cut to 400 characters.
///
/// # Errors
/// When it is not under way.
pub fn failed(notification: &Notification, why: &str) -> Result<Vec<NotificationChange>, Refused> {
    match notification.state {
        NotificationState::Sent | NotificationState::Delivered => {
            Ok(vec![NotificationChange::Failed {
                why: why.chars().take(MAX_WHY_CHARS).collect(),
            }])
        }
        _ => Err(wrong_state(notification, "sent, delivered")),
    }
}

/// It is more or less urgent, since officers see the case otherwise. What was waited counts.
///
/// # Errors
/// When it was acknowledged, or nothing changes.
pub fn reweigh(
    notification: &Notification,
    urgency: Urgency,
) -> Result<Vec<NotificationChange>, Refused> {
    if notification.state == NotificationState::Acknowledged || notification.urgency == urgency {
        return Err(Refused::NoChange);
    }
    Ok(vec![NotificationChange::Reweighed { urgency }])
}

/// How somebody says that it was seen.
#[derive(Debug, Clone)]
pub enum Acknowledging<'a> {
    /// A signed-in person of the body, with a POST.
    Post,
    /// A reply that carries a token; who sent it is told by the token, not by its sender.
    Reply {
        /// The token as it came.
        token: &'a str,
    },
    /// An officer read it out and the other said that it was understood.
    Voice {
        /// Whom the officer reached.
        account: AccountId,
    },
}

/// Somebody of the body acknowledges. A token works once: with it the notification is done.
///
/// # Errors
/// A second time, when no person of the body does it, or the token belongs to no try.
pub fn acknowledge(
    notification: &Notification,
    how: &Acknowledging<'_>,
    actor: &Actor,
) -> Result<Vec<NotificationChange>, Refused> {
    if notification.state == NotificationState::Acknowledged {
        return Err(Refused::NoChange);
    }
    let acknowledged = match how {
        Acknowledging::Post => {
            let account = actor.account().ok_or(Refused::NotAPerson)?;
            if actor.party() != Some(notification.party) {
                return Err(Refused::NotTheirs {
                    whose: "a person of the body that was told",
                });
            }
            Acknowledged::Person { account }
        }
        Acknowledging::Reply { token } => {
            let hash = TokenHash::of(token);
            let mut tries = notification.attempts.iter();
            let of = tries.find(|one| one.token.as_ref() == Some(&hash));
            let account = of.ok_or(Refused::BadToken)?.to.account;
            Acknowledged::Reply { account }
        }
        Acknowledging::Voice { account } => {
            let officer = actor.account().ok_or(Refused::NotAPerson)?;
            let mut tries = notification.attempts.iter();
            let called = |way: Way| matches!(way, Way::Voice);
            if !tries.any(|one| called(one.way) && one.to.account == *account) {
                return Err(Refused::NotThere { what: "call" });
            }
            Acknowledged::Voice {
                account: *account,
                officer,
            }
        }
    };
    Ok(vec![NotificationChange::Acknowledged(acknowledged)])
}
