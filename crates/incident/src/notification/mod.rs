//! A notification: that somebody at one recipient's body is told of a report or case, and has acknowledged it. It is
//! done when a human acknowledges. Who does not is passed over: it goes to the next on that party's roster, round and
//! round, and never to anybody who may not read what it speaks of.

mod change;
mod delivering;
mod escalating;

use jiff::{SignedDuration, Timestamp};
use kaname_directory::key::TokenHash;
use kaname_kernel::{
    AccountId, Audience, Matter, MatterId, Moment, PartyId, Projection, Reader, Unfit,
};
use kaname_severity::Level;
use serde::{Deserialize, Serialize};

pub use self::{
    change::{Acknowledged, Addressed, NotificationChange, Queued, Way},
    delivering::{Acknowledging, acknowledge, delivered, failed, queue, reweigh, sent},
    escalating::{RosterEntry, escalate},
};
use crate::{
    code::{FormCode, RuleCode},
    routing::{Haste, Role, Tri},
};

/// Where a notification stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotificationState {
    /// It is to be sent.
    Queued,
    /// It left by a channel.
    Sent,
    /// It arrived, as the channel says. Nobody has read it by that.
    Delivered,
    /// A human has acknowledged it.
    Acknowledged,
    /// The channel gave it up; another is tried, or the next of the roster.
    Failed,
    /// Nobody acknowledged in time: it is to be sent to the next of the roster.
    Escalated,
}

impl NotificationState {
    /// The word in lists and counts.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Acknowledged => "acknowledged",
            Self::Failed => "failed",
            Self::Escalated => "escalated",
        }
    }
}

/// How soon it has to be acknowledged, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Urgency {
    /// The level that an officer has set.
    pub level: Option<Level>,
    /// Whether the service maintenance level was breached.
    pub maintenance_breached: Tri,
    /// Minutes, by the rules of the day.
    pub within_min: u16,
}

impl Urgency {
    /// By the rules of a day.
    pub fn of(haste: Haste, level: Option<Level>, maintenance_breached: Tri) -> Self {
        let minutes = haste
            .acknowledge_within(level, maintenance_breached)
            .as_mins();
        Self {
            level,
            maintenance_breached,
            within_min: u16::try_from(minutes).unwrap_or(u16::MAX),
        }
    }
}

/// One try to reach somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// By which channel.
    pub way: Way,
    /// Whom.
    pub to: Addressed,
    /// When.
    pub at: Timestamp,
    /// When it arrived, as the channel says.
    pub arrived: Option<Timestamp>,
    /// Why it did not, without content.
    pub failure: Option<String>,
    /// What a reply has to carry to acknowledge, hashed.
    pub token: Option<TokenHash>,
}

/// A notification as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notification {
    /// Its id.
    pub id: MatterId,
    /// The report or case it speaks of.
    pub about: MatterId,
    /// The recipient's body.
    pub party: PartyId,
    /// What for.
    pub role: Role,
    /// On which form; `None` = as it is.
    pub form: Option<FormCode>,
    /// By which rule.
    pub rule: Option<RuleCode>,
    /// How soon.
    pub urgency: Urgency,
    /// Where it stands.
    pub state: NotificationState,
    /// When it was queued.
    pub queued: Timestamp,
    /// Whom it is for now, on the party's roster.
    pub addressed: Addressed,
    /// Since when it is for them.
    pub since: Timestamp,
    /// How often it went to the next, all told.
    pub escalations: u32,
    /// Every try, oldest first.
    pub attempts: Vec<Attempt>,
    /// When, by whom and how it was acknowledged.
    pub acknowledged: Option<(Timestamp, Acknowledged)>,
}

impl Notification {
    /// When it goes to the next of the roster; `None` when it was acknowledged, or nobody has to.
    pub fn escalates_at(&self) -> Option<Timestamp> {
        let waits = self.state != NotificationState::Acknowledged && self.role == Role::Duty;
        let within = SignedDuration::from_mins(i64::from(self.urgency.within_min));
        waits.then(|| self.since.checked_add(within).unwrap_or(Timestamp::MAX))
    }

    /// How long it took until somebody acknowledged.
    pub fn took(&self) -> Option<SignedDuration> {
        let (at, _) = self.acknowledged.as_ref()?;
        Some(at.duration_since(self.queued))
    }
}

impl Matter for Notification {
    const KIND: &'static str = "notification";
    type Change = NotificationChange;

    fn name(change: &NotificationChange) -> &'static str {
        match change {
            NotificationChange::Queued(_) => "queued",
            NotificationChange::Sent { .. } => "sent",
            NotificationChange::Delivered => "delivered",
            NotificationChange::Failed { .. } => "failed",
            NotificationChange::Escalated { .. } => "escalated",
            NotificationChange::Reweighed { .. } => "reweighed",
            NotificationChange::Acknowledged(_) => "acknowledged",
        }
    }

    fn begin(change: &NotificationChange, at: &Moment<'_>) -> Result<Self, Unfit> {
        let NotificationChange::Queued(queued) = change else {
            return Err(at.unfit::<Self>("a notification begins with being queued"));
        };
        let queued = (**queued).clone();
        Ok(Self {
            id: at.matter,
            about: queued.about,
            party: queued.party,
            role: queued.role,
            form: queued.form,
            rule: queued.rule,
            urgency: queued.urgency,
            state: NotificationState::Queued,
            queued: at.recorded,
            addressed: queued.addressed,
            since: at.recorded,
            escalations: 0,
            attempts: Vec::new(),
            acknowledged: None,
        })
    }

    fn apply(&mut self, change: &NotificationChange, at: &Moment<'_>) -> Result<(), Unfit> {
        match change {
            NotificationChange::Queued(_) => {
                return Err(at.unfit::<Self>("a notification is queued once"));
            }
            NotificationChange::Sent { way, token } => {
                self.state = NotificationState::Sent;
                self.attempts.push(Attempt {
                    way: *way,
                    to: self.addressed.clone(),
                    at: at.recorded,
                    arrived: None,
                    failure: None,
                    token: token.clone(),
                });
            }
            NotificationChange::Delivered => {
                self.state = NotificationState::Delivered;
                self.last(at)?.arrived = Some(at.recorded);
            }
            NotificationChange::Failed { why } => {
                self.state = NotificationState::Failed;
                self.last(at)?.failure = Some(why.clone());
            }
            NotificationChange::Escalated { to } => {
                self.state = NotificationState::Escalated;
                self.addressed = to.clone();
                self.since = at.recorded;
                self.escalations += 1;
            }
            NotificationChange::Reweighed { urgency } => self.urgency = *urgency,
            NotificationChange::Acknowledged(acknowledged) => {
                self.state = NotificationState::Acknowledged;
                self.acknowledged = Some((at.recorded, acknowledged.clone()));
            }
        }
        Ok(())
    }

    fn project(&self) -> Projection {
        Projection {
            audience: Audience::parties_and_officers([self.party]),
            owner: Some(self.party.cast()),
            scope: Some(self.about),
            due_at: self.escalates_at(),
            ..Projection::officers(self.state.as_str(), self.queued)
        }
    }
}

impl Notification {
    fn last(&mut self, at: &Moment<'_>) -> Result<&mut Attempt, Unfit> {
        let unfit = || at.unfit::<Self>("nothing was sent");
        self.attempts.last_mut().ok_or_else(unfit)
    }
}

/// Whether a person may read what it speaks of.
fn may_read(audience: &Audience, reader: &Reader, account: AccountId, now: Timestamp) -> bool {
    reader.account == Some(account) && audience.admits(reader, now)
}
