//! The demo's clock: it is set to when each thing happened, so that the nation has a past.

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};
use kaname_kernel::Clock;

/// Moves a little at every look, so that no two events share a moment.
#[derive(Debug)]
pub(crate) struct StoryClock {
    now_us: AtomicI64,
}

/// How far each look moves it, in microseconds.
const STEP_US: i64 = 40;

impl StoryClock {
    /// Set to a moment.
    pub(crate) fn at(now: Timestamp) -> Self {
        let now_us = AtomicI64::new(now.as_microsecond());
        Self { now_us }
    }

    /// Goes on to a moment; never back.
    pub(crate) fn go_to(&self, moment: Timestamp) {
        self.now_us
            .fetch_max(moment.as_microsecond(), Ordering::SeqCst);
    }
}

impl Clock for StoryClock {
    fn now(&self) -> Timestamp {
        let us = self.now_us.fetch_add(STEP_US, Ordering::SeqCst);
        Timestamp::from_microsecond(us).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

/// So many hours before a moment.
pub(crate) fn hours_before(moment: Timestamp, hours: f64) -> Timestamp {
    let seconds = (hours * 3_600.0).round();
    // The stories lie within a few weeks; anything else would be a mistake in them.
    let seconds = seconds.clamp(-1e9, 1e9) as i64;
    moment
        .checked_sub(SignedDuration::from_secs(seconds))
        .unwrap_or(moment)
}
