//! Turns: when something elsewhere is read, or sent to, by itself, and how long it waits after trouble. Shared by
//! whatever is agreed with others and runs on a schedule.

mod every;
pub mod trouble;

use jiff::Timestamp;
use kaname_kernel::Moment;
use serde::{Deserialize, Serialize};

pub use self::{
    every::{BadInterval, Every},
    trouble::Trouble,
};
use crate::refused::{Refused, reason};

/// Where the turns of one agreement stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turns {
    /// When it was agreed.
    pub joined: Timestamp,
    /// When a step of a turn went well last.
    pub read: Option<Timestamp>,
    /// When a turn came to its end last.
    pub read_whole: Option<Timestamp>,
    /// Why the last turn stopped.
    pub trouble: Option<Trouble>,
    /// Why it has no turns any more.
    pub stopped: Option<String>,
    /// When it has its turn next; `None` for not by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Timestamp>,
    /// Turns in a row that ended in trouble.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub troubles: u32,
}

fn is_zero(count: &u32) -> bool {
    *count == 0
}

/// How a step of a turn ended.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Step<'a> {
    /// With more to come.
    GoesOn,
    /// With nothing left.
    Whole,
    /// By the other side's doing.
    Trouble {
        /// What is wrong.
        what: &'a Trouble,
        /// How long the other side asked to be left alone, in seconds.
        wait_s: Option<u32>,
    },
}

impl<'a> Step<'a> {
    /// Of what is put down of a step.
    pub(crate) fn of(trouble: Option<&'a Trouble>, wait_s: Option<u32>, is_end: bool) -> Self {
        match trouble {
            Some(what) => Self::Trouble { what, wait_s },
            None if is_end => Self::Whole,
            None => Self::GoesOn,
        }
    }
}

impl Turns {
    /// Of an agreement that begins.
    pub(crate) fn begin(every: Every, at: &Moment<'_>) -> Self {
        Self {
            joined: at.recorded,
            read: None,
            read_whole: None,
            trouble: None,
            stopped: None,
            next: every.span().map(|_| at.recorded),
            troubles: 0,
        }
    }

    /// Seconds since a turn came to its end; since it was agreed, when none ever did.
    pub fn lag_s(&self, now: Timestamp) -> i64 {
        let since = self.read_whole.unwrap_or(self.joined);
        (now.as_second() - since.as_second()).max(0)
    }

    /// Whether it is to have its turn now.
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.stopped.is_none() && self.next.is_some_and(|next| next <= now)
    }

    /// In which state it is: `active`, `troubled` or `stopped`.
    pub fn state(&self) -> &'static str {
        match (&self.stopped, &self.trouble) {
            (Some(_), _) => "stopped",
            (None, Some(_)) => "troubled",
            (None, None) => "active",
        }
    }

    /// A step ended.
    pub(crate) fn stepped(&mut self, every: Every, step: Step<'_>, at: &Moment<'_>) {
        if let Step::Trouble { what, wait_s } = step {
            self.trouble = Some(what.clone());
            self.troubles = self.troubles.saturating_add(1);
            let pause = every.pause(self.troubles, wait_s);
            self.next = pause.map(|pause| at.recorded + pause);
            return;
        }
        self.trouble = None;
        self.troubles = 0;
        self.read = Some(at.recorded);
        if matches!(step, Step::Whole) {
            self.read_whole = Some(at.recorded);
            self.next = every.span().map(|span| at.recorded + span);
        } else {
            // What is not at its end goes on at once, whoever has the next turn.
            self.next = self.next.map(|next| next.min(at.recorded));
        }
    }

    /// Something else is agreed: the first turn of it is now, unless it was stopped.
    pub(crate) fn change(&mut self, every: Every, at: &Moment<'_>) {
        self.troubles = 0;
        if self.stopped.is_none() {
            self.next = every.span().map(|_| at.recorded);
        }
    }

    /// It is to have its turn now, whatever its interval.
    pub(crate) fn ask(&mut self, at: &Moment<'_>) {
        self.next = Some(at.recorded);
    }

    pub(crate) fn stop(&mut self, reason: &str) {
        self.stopped = Some(reason.to_owned());
        self.next = None;
    }

    pub(crate) fn start(&mut self, every: Every, at: &Moment<'_>) {
        self.stopped = None;
        self.change(every, at);
    }

    /// Why it may be stopped, trimmed.
    pub(crate) fn may_stop(&self, why: &str) -> Result<String, Refused> {
        match self.stopped {
            Some(_) => Err(Refused::NoChange),
            None => reason(why),
        }
    }

    /// Whether a turn may be asked for.
    pub(crate) fn may_ask(&self, matter: &'static str) -> Result<(), Refused> {
        match self.stopped {
            None => Ok(()),
            Some(_) => Err(Refused::State {
                matter,
                state: "stopped",
                needs: "active",
            }),
        }
    }
}
