//! The machine's own clock and randomness: the one place that reads them.

use jiff::Timestamp;
use kaname_kernel::{Clock, Rng};

/// The machine's clock, to the microsecond.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the clock that is handed in elsewhere"
    )]
    fn now(&self) -> Timestamp {
        let now = Timestamp::now();
        Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
    }
}

/// The operating system's random source.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRng;

impl Rng for SystemRng {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the source that is handed in elsewhere"
    )]
    fn fill(&self, buffer: &mut [u8]) {
        // Without randomness no key is safe; nothing sensible can go on, so the process ends.
        if getrandom::fill(buffer).is_err() {
            tracing::error!("the operating system gives no random bytes; ending");
            std::process::abort();
        }
    }
}
