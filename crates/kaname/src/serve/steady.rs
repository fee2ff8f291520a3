//! Whether the machine's clock can be believed: deadlines that pass by a wrong clock cannot be taken back.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use kaname_world::World;
use tokio::time::Instant;

/// A clock that moved so much more or less than time did has jumped.
const JUMP: SignedDuration = SignedDuration::from_secs(60);
/// After a jump ahead by more than this deadlines wait.
const FAR: SignedDuration = SignedDuration::from_hours(1);
/// For how long, so that somebody can put the clock right.
const HELD: Duration = Duration::from_secs(5 * 60);
/// A ledger that is silent for longer than this is worth a look at the clock.
const SILENT: SignedDuration = SignedDuration::from_hours(72);

/// Says at the start when the clock is before the ledger's last event, or long after it.
pub(super) async fn compare(world: &World) {
    let store = world.store();
    let Ok(size) = store.ledger_size().await else {
        return;
    };
    let Ok(last) = store.events(size.saturating_sub(1), 1).await else {
        return;
    };
    let Some(recorded) = last.first().map(|stored| stored.event.header.recorded) else {
        return;
    };
    let ahead = world.now().duration_since(recorded);
    if ahead < -JUMP {
        tracing::warn!(
            last_event = %recorded,
            behind_s = -ahead.as_secs(),
            "the clock is before the ledger's last event: is it right?"
        );
    } else if ahead > SILENT {
        tracing::warn!(
            last_event = %recorded,
            ahead_s = ahead.as_secs(),
            "the clock is long after the ledger's last event: is it right? deadlines pass by it"
        );
    }
}

/// Compares the clock with the time that passes, from one look to the next.
#[derive(Debug)]
pub(super) struct Steady {
    clock: Timestamp,
    seen: Instant,
    held_until: Option<Instant>,
}

impl Steady {
    /// Begins with this clock.
    pub(super) fn begin(clock: Timestamp) -> Self {
        Self {
            clock,
            seen: Instant::now(),
            held_until: None,
        }
    }

    /// Whether deadlines may pass by this clock now. A jump is told; after one far ahead they wait, and no
    /// longer when the clock was put back.
    pub(super) fn look(&mut self, clock: Timestamp) -> bool {
        let now = Instant::now();
        let passed = SignedDuration::try_from(now.duration_since(self.seen)).unwrap_or(JUMP);
        let jumped = clock.duration_since(self.clock) - passed;
        (self.clock, self.seen) = (clock, now);
        if jumped.abs() > JUMP {
            let held = jumped > FAR;
            self.held_until = held.then(|| now + HELD);
            tracing::warn!(
                jumped_s = jumped.as_secs(),
                deadlines_held = held,
                "the clock jumped: is it right?"
            );
        }
        self.held_until.is_none_or(|until| now >= until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn deadlines_wait_after_a_jump_far_ahead_until_it_is_over_or_put_right() {
        let start = Timestamp::from_second(1_800_000_000).unwrap_or_default();
        let days = SignedDuration::from_hours(96);
        let second = SignedDuration::from_secs(1);
        let mut steady = Steady::begin(start);
        tokio::time::advance(Duration::from_secs(5)).await;
        assert!(steady.look(start + second * 5));
        assert!(!steady.look(start + days), "it jumped");
        tokio::time::advance(Duration::from_secs(1)).await;
        assert!(!steady.look(start + days + second));
        assert!(steady.look(start + second * 6), "it was put right");
        assert!(!steady.look(start + days));
        tokio::time::advance(HELD).await;
        let held = SignedDuration::try_from(HELD).unwrap_or_default();
        assert!(steady.look(start + days + held), "it stays so");
        assert!(
            steady.look(start + days + held + second * 70),
            "a little ahead"
        );
    }
}
