//! What a source lists and did not give: remembered by name and tried again, whatever its list says meanwhile.

use jiff::Timestamp;
use kaname_kernel::Moment;
use serde::{Deserialize, Serialize};

use super::Source;
use crate::turn::Trouble;

/// Most of what did not come that is remembered. With more, the whole list is read again the next time.
pub const MAX_OWED: usize = 200;

/// Something that was listed and did not come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missed {
    /// Its name in the list: the UUID of an event.
    pub event: String,
    /// When it changed last, as it is listed, in microseconds since 1970.
    pub changed_us: i64,
    /// Where it is to be seen.
    pub url: String,
    /// Why it did not come.
    pub why: Trouble,
}

/// What is owed by a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owed {
    /// What did not come, and why not the last time.
    #[serde(flatten)]
    pub missed: Missed,
    /// When it did not come first.
    pub since: Timestamp,
    /// How often it was tried in vain.
    pub tries: u32,
    /// Not before then it is tried again by itself; `None` for the next turn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Timestamp>,
}

impl Owed {
    /// Whether it is tried again now.
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.next.is_none_or(|next| next <= now)
    }
}

impl Source {
    /// What is owed under a name.
    pub fn owes(&self, event: &str) -> Option<&Owed> {
        self.owed.iter().find(|one| one.missed.event == event)
    }

    /// All that is owed is tried in the next turn.
    pub(super) fn try_all_again(&mut self) {
        self.owed.iter_mut().for_each(|one| one.next = None);
    }

    /// What did not come, and what came or is listed no more.
    pub(super) fn note_owed(&mut self, missed: &[Missed], settled: &[String], at: &Moment<'_>) {
        self.owed.retain(|one| !settled.contains(&one.missed.event));
        let every = self.definition.terms.every;
        for missed in missed {
            let known = self.owed.iter().position(|one| {
                one.missed.event == missed.event && one.missed.changed_us == missed.changed_us
            });
            let next = |tries| every.pause(tries, None).map(|pause| at.recorded + pause);
            if let Some(one) = known.and_then(|place| self.owed.get_mut(place)) {
                one.tries = one.tries.saturating_add(1);
                one.next = next(one.tries);
                one.missed.clone_from(missed);
                continue;
            }
            self.owed.retain(|one| one.missed.event != missed.event);
            if self.owed.len() >= MAX_OWED {
                // Whatever is not remembered is found by reading the list once more.
                self.validators = super::Validators::default();
                continue;
            }
            self.owed.push(Owed {
                missed: missed.clone(),
                since: at.recorded,
                tries: 1,
                next: next(1),
            });
        }
    }
}
