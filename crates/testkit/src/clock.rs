//! A clock that runs with the machine's and can be moved ahead.

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};
use kaname_kernel::Clock;
use kaname_world::ambient::SystemClock;

/// The machine's clock, moved ahead by what [`MovingClock::advance`] said.
#[derive(Debug, Default)]
pub struct MovingClock(AtomicI64);

impl MovingClock {
    /// Moves ahead.
    pub fn advance(&self, by: SignedDuration) {
        let micros = i64::try_from(by.as_micros()).unwrap_or(0);
        self.0.fetch_add(micros, Ordering::SeqCst);
    }
}

impl Clock for MovingClock {
    fn now(&self) -> Timestamp {
        let ahead = SignedDuration::from_micros(self.0.load(Ordering::SeqCst));
        SystemClock.now() + ahead
    }
}
