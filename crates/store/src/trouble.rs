//! What an adapter remembers when its database can't be used: a full disk, a lock that is not given, a
//! server that went away. It decides what is worth a log line, and whether the store is fit for work.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// A failure that goes on is told again after this span.
const TOLD_EVERY: Duration = Duration::from_secs(60);
/// One that comes and goes is told once in this span at most.
const TOLD_AGAIN: Duration = Duration::from_secs(1);
/// For this long after a failed write nothing is tried to find out whether writing works again.
const DOUBTED: Duration = Duration::from_secs(10);

/// An error with all that caused it, for a log line.
pub fn told(error: &(dyn std::error::Error + 'static)) -> String {
    let mut said = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        said.push_str(": ");
        said.push_str(&cause.to_string());
        next = cause.source();
    }
    said
}

/// Tells the same thing once in a while.
#[derive(Debug)]
pub struct Seldom {
    every: Duration,
    last: HashMap<String, Instant>,
}

impl Seldom {
    /// Once in this span.
    pub fn new(every: Duration) -> Self {
        let last = HashMap::new();
        Self { every, last }
    }

    /// Forgets what was told.
    pub fn forget(&mut self) {
        self.last.clear();
    }

    /// Whether it is told at this moment, or was a moment ago.
    pub fn is_due(&mut self, now: Instant, what: &str) -> bool {
        let every = self.every;
        self.last.retain(|_, at| now.duration_since(*at) < every);
        if self.last.contains_key(what) {
            return false;
        }
        self.last.insert(what.to_owned(), now);
        true
    }
}

/// The last failures of a store.
#[derive(Debug)]
pub struct Trouble(Mutex<Known>);

#[derive(Debug)]
struct Known {
    /// Told while the failure goes on.
    told: Seldom,
    /// Told at all.
    just_told: Seldom,
    /// The last write failed: when, and why.
    failed: Option<(Instant, String)>,
}

impl Default for Trouble {
    fn default() -> Self {
        Self(Mutex::new(Known {
            told: Seldom::new(TOLD_EVERY),
            just_told: Seldom::new(TOLD_AGAIN),
            failed: None,
        }))
    }
}

/// Whether writing works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Writing {
    /// As far as is known.
    Works,
    /// It failed a moment ago, for this cause.
    Fails(String),
    /// It failed some time ago, and nothing was written since: worth a try.
    Doubtful,
}

impl Trouble {
    /// A write failed for this cause.
    pub fn write_failed(&self, now: Instant, cause: &str) {
        self.known().failed = Some((now, cause.to_owned()));
    }

    /// A write became durable; gives whether one had failed before.
    pub fn written(&self) -> bool {
        let mut known = self.known();
        known.told.forget();
        known.failed.take().is_some()
    }

    /// A question was answered: what fails after this is news.
    pub fn answered(&self) {
        self.known().told.forget();
    }

    /// Whether writing works.
    pub fn writing(&self, now: Instant) -> Writing {
        match &self.known().failed {
            None => Writing::Works,
            Some((at, cause)) if now.duration_since(*at) < DOUBTED => Writing::Fails(cause.clone()),
            Some(_) => Writing::Doubtful,
        }
    }

    /// Whether a failure of this kind is told now: once while it goes on, and again each minute.
    pub fn worth_telling(&self, now: Instant, kind: &str) -> bool {
        let mut known = self.known();
        known.just_told.is_due(now, kind) && known.told.is_due(now, kind)
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a beginning to count from")]
    fn a_kind_is_told_once_while_it_goes_on_and_writing_is_doubted_until_it_works() {
        let (trouble, start) = (Trouble::default(), Instant::now());
        let after = |seconds| start + Duration::from_secs(seconds);
        assert!(trouble.worth_telling(start, "full"));
        assert!(!trouble.worth_telling(start, "full"));
        assert!(trouble.worth_telling(start, "busy"));
        assert!(!trouble.worth_telling(after(1), "full"));
        assert!(trouble.worth_telling(after(60), "full"));
        trouble.write_failed(start, "full");
        assert_eq!(trouble.writing(after(9)), Writing::Fails("full".to_owned()));
        assert_eq!(trouble.writing(after(10)), Writing::Doubtful);
        assert!(trouble.written());
        assert!(!trouble.written());
        assert_eq!(trouble.writing(after(1)), Writing::Works);
        assert!(!trouble.worth_telling(after(60), "full"), "a moment later");
        assert!(
            trouble.worth_telling(after(61), "full"),
            "it worked meanwhile"
        );
        trouble.answered();
        assert!(trouble.worth_telling(after(62), "full"));
    }
}
