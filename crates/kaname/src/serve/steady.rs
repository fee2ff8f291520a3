//! Whether the machine's clock can be believed: deadlines that pass by a wrong clock cannot be taken back.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use kaname_world::{ClockDoubt, World};
use tokio::time::Instant;

/// A clock that moved so much more or less than time did has jumped.
const JUMP: SignedDuration = SignedDuration::from_secs(60);
/// After a jump ahead by more than this deadlines wait.
const FAR: SignedDuration = SignedDuration::from_hours(1);
/// For how long, so that somebody can put the clock right.
const HELD: Duration = Duration::from_secs(5 * 60);
/// A ledger that is silent for longer than this is worth a look at the clock.
const SILENT: SignedDuration = SignedDuration::from_hours(72);

/// Events among which the newest is looked for: the last one may have been recorded by a wrong clock.
const LAST: u32 = 1_000;
/// An event after which so many were recorded at an earlier time was recorded by a wrong clock itself.
const CONTRADICTED_BY: usize = 3;

/// When the newest event was recorded that those after it do not contradict. By a clock that is behind
/// deadlines only pass late; one event of a command under a clock years ahead must not hold them for years.
fn newest_of(recorded: &[Timestamp]) -> Option<Timestamp> {
    let believed = recorded.iter().enumerate().filter(|(place, at)| {
        let later = recorded.iter().skip(place + 1);
        let earlier = later.filter(|later| at.duration_since(**later) > JUMP);
        earlier.take(CONTRADICTED_BY).count() < CONTRADICTED_BY
    });
    believed.map(|(_, at)| *at).max()
}

/// When the newest event was recorded.
pub(super) async fn newest(world: &World) -> Option<Timestamp> {
    let store = world.store();
    let size = store.ledger_size().await.ok()?;
    let last = store.events(size.saturating_sub(LAST.into()), LAST).await;
    let last = last.ok()?;
    let recorded: Vec<_> = last
        .iter()
        .map(|stored| stored.event.header.recorded)
        .collect();
    newest_of(&recorded)
}

/// Compares the clock with the newest event, and then with the time that passes from one look to the next.
#[derive(Debug)]
pub(super) struct Steady {
    clock: Timestamp,
    seen: Instant,
    /// The newest event at the start.
    newest: Option<Timestamp>,
    held_until: Option<Instant>,
}

impl Steady {
    /// Begins with this clock. One that is before the newest event, or long after it, is told, and
    /// deadlines wait.
    pub(super) fn begin(clock: Timestamp, newest: Option<Timestamp>) -> Self {
        let seen = Instant::now();
        let ahead = newest.map(|newest| clock.duration_since(newest));
        let behind = ahead.filter(|ahead| *ahead < -JUMP);
        let after = ahead.filter(|ahead| *ahead > SILENT);
        if let Some(ahead) = behind {
            tracing::warn!(
                newest_event = ?newest,
                behind_s = -ahead.as_secs(),
                deadlines_held = true,
                "the clock is before the ledger's last event: is it right?"
            );
        } else if let Some(ahead) = after {
            tracing::warn!(
                newest_event = ?newest,
                ahead_s = ahead.as_secs(),
                deadlines_held = true,
                "the clock is long after the ledger's last event: is it right? deadlines pass by it"
            );
        }
        Self {
            clock,
            seen,
            newest,
            held_until: behind.or(after).map(|_| seen + HELD),
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
        !self.is_behind() && self.held_until.is_none_or(|until| now >= until)
    }

    /// Takes up what is the newest event by now.
    pub(super) fn told(&mut self, newest: Option<Timestamp>) {
        self.newest = newest;
    }

    /// What is to be told of the clock as it was at the last look.
    pub(super) fn doubt(&self) -> Option<ClockDoubt> {
        match self.held_until {
            _ if self.is_behind() => Some(ClockDoubt::Behind),
            Some(until) if self.seen < until => Some(ClockDoubt::Ahead),
            _ => None,
        }
    }

    /// Whether the clock is before the newest event.
    pub(super) fn is_behind(&self) -> bool {
        let ahead = self.newest.map(|newest| self.clock.duration_since(newest));
        ahead.is_some_and(|ahead| ahead < -JUMP)
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
        let mut steady = Steady::begin(start, Some(start));
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

    #[test]
    fn an_event_that_three_later_ones_contradict_is_not_the_newest() {
        let day = SignedDuration::from_hours(24);
        let start = Timestamp::from_second(1_800_000_000).unwrap_or_default();
        let mut recorded = vec![start, start + day, start + day * 400];
        for more in 0..3 {
            assert_eq!(newest_of(&recorded), Some(start + day * 400));
            recorded.push(start + day + SignedDuration::from_secs(more));
        }
        assert_eq!(newest_of(&recorded), recorded.last().copied());
        assert_eq!(newest_of(&[]), None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_clock_that_is_wrong_from_the_start_holds_deadlines() {
        let newest = Timestamp::from_second(1_800_000_000).unwrap_or_default();
        let second = SignedDuration::from_secs(1);
        // As on a machine whose battery is empty: held as long as it is wrong.
        let mut steady = Steady::begin(Timestamp::UNIX_EPOCH, Some(newest));
        assert!(!steady.look(Timestamp::UNIX_EPOCH));
        assert_eq!(steady.doubt(), Some(ClockDoubt::Behind));
        tokio::time::advance(HELD * 2).await;
        let held = SignedDuration::try_from(HELD * 2).unwrap_or_default();
        assert!(!steady.look(Timestamp::UNIX_EPOCH + held));
        // Put right, it has jumped: five minutes more.
        assert!(!steady.look(newest));
        assert_eq!(steady.doubt(), Some(ClockDoubt::Ahead));
        tokio::time::advance(HELD).await;
        let held = SignedDuration::try_from(HELD).unwrap_or_default();
        assert!(steady.look(newest + held));
        assert_eq!(steady.doubt(), None);
        // Years ahead: somebody has five minutes to see it.
        let ahead = newest + SignedDuration::from_hours(24 * 3_650);
        let mut steady = Steady::begin(ahead, Some(newest));
        assert!(!steady.look(ahead));
        assert_eq!(steady.doubt(), Some(ClockDoubt::Ahead));
        assert!(steady.look(newest + second), "it was put right");
        // A few seconds between two machines are nothing, and neither is an empty ledger.
        for newest in [Some(newest + second * 30), None] {
            let start = Timestamp::from_second(1_800_000_000).unwrap_or_default();
            assert!(Steady::begin(start, newest).look(start));
        }
    }
}
