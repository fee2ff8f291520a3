//! How many requests one caller may make of the JSON API, and what its answers say of it (draft-ietf-httpapi-ratelimit-headers-10).
//! Counted by each server for itself: with several, a caller has as many allowances.

use std::{
    collections::{HashMap, VecDeque},
    hash::{BuildHasher as _, RandomState},
    num::NonZeroU32,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use tokio::time::Instant;

use crate::error::Failure;

/// What a full allowance is.
const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
/// What is left of it.
const LEFT: HeaderName = HeaderName::from_static("ratelimit");
/// Length of the window: no stretch of time as long holds more requests than an allowance.
const WINDOW: Duration = Duration::from_secs(60);
/// Callers without a name share so many allowances, by where they are, so that nobody fills the memory with
/// addresses.
const PLACES: u64 = 1 << 16;
/// Allowances that are whole again are forgotten once in so many requests.
const ROUND: u32 = 1 << 14;

/// Whose allowance.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Whose {
    /// A person or a machine, as the ledger names it.
    Known(String),
    /// One of [`PLACES`].
    Place(u64),
}

/// When each request that still counts was granted, since the server began; the oldest first.
type Granted = VecDeque<Duration>;

/// What is counted. There are never more moments than requests granted within one window.
#[derive(Debug, Default)]
struct Counted {
    of: HashMap<Whose, Granted>,
    asked: u32,
}

/// The allowances of all callers.
#[derive(Debug)]
pub(crate) struct Allowances {
    per_minute: NonZeroU32,
    places: RandomState,
    began: Instant,
    counted: Mutex<Counted>,
}

impl Allowances {
    /// So many requests a minute for each caller; `None` where nobody counts.
    pub(crate) fn new(per_minute: u32) -> Option<Self> {
        Some(Self {
            per_minute: NonZeroU32::new(per_minute)?,
            places: RandomState::new(),
            began: Instant::now(),
            counted: Mutex::default(),
        })
    }

    /// Counts a request of somebody the ledger has a name for.
    pub(crate) fn of_known(&self, name: String) -> Allowance {
        self.take(Whose::Known(name), self.began.elapsed())
    }

    /// Counts a request of somebody it does not know, by the address.
    pub(crate) fn of_place(&self, address: &str) -> Allowance {
        let place = self.places.hash_one(address) % PLACES;
        self.take(Whose::Place(place), self.began.elapsed())
    }

    /// Counts a request at `now`, since the server began. One that is not granted does not count.
    fn take(&self, whose: Whose, now: Duration) -> Allowance {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        counted.asked = counted.asked.wrapping_add(1);
        if counted.asked.is_multiple_of(ROUND) {
            let counts = |granted: &Granted| granted.back().is_some_and(|last| still(*last, now));
            counted.of.retain(|_, granted| counts(granted));
        }
        let most = self.per_minute.get();
        let granted = counted.of.entry(whose).or_default();
        while granted.front().is_some_and(|first| !still(*first, now)) {
            granted.pop_front();
        }
        let is_over = granted.len() as u64 >= u64::from(most);
        if !is_over {
            // Requests that came together are counted in any order: none is older than the one before.
            let last = granted.back().copied().unwrap_or_default();
            granted.push_back(now.max(last));
        }
        let first = granted.front().copied().unwrap_or(now);
        let last = granted.back().copied().unwrap_or(now);
        Allowance {
            most,
            left: most.saturating_sub(u32::try_from(granted.len()).unwrap_or(u32::MAX)),
            whole_in_s: seconds(last + WINDOW, now),
            wait_s: is_over.then(|| seconds(first + WINDOW, now).max(1)),
        }
    }
}

/// Whether a request of then counts now.
fn still(then: Duration, now: Duration) -> bool {
    now < then + WINDOW
}

/// Whole seconds until a moment has come.
fn seconds(until: Duration, now: Duration) -> u32 {
    let left = until.saturating_sub(now);
    let whole = left.as_secs() + u64::from(left.subsec_nanos() > 0);
    u32::try_from(whole).unwrap_or(u32::MAX)
}

/// What a caller has left after a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// Requests of a full allowance: the most that are granted within any minute.
    pub most: u32,
    /// Requests left at once.
    pub left: u32,
    /// Seconds until it is whole again, when none is made till then.
    pub whole_in_s: u32,
    /// Seconds until one more is taken, where this one was not.
    pub wait_s: Option<u32>,
}

impl Allowance {
    /// The refusal, where the request is over the allowance.
    ///
    /// # Errors
    /// [`Failure::TooMany`].
    pub(crate) fn granted(&self) -> Result<(), Failure> {
        match self.wait_s {
            None => Ok(()),
            Some(retry_after_s) => Err(Failure::TooMany { retry_after_s }),
        }
    }

    /// Says it in an answer.
    pub(crate) fn say(&self, headers: &mut HeaderMap) {
        let policy = format!("\"api\";q={};w={}", self.most, WINDOW.as_secs());
        let left = format!("\"api\";r={};t={}", self.left, self.whole_in_s);
        for (name, value) in [(POLICY, policy), (LEFT, left)] {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(name, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    fn of(name: &str) -> Whose {
        Whose::Known(name.to_owned())
    }

    fn at(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn each_caller_has_an_allowance_that_runs_out_and_says_so() {
        let all = Allowances::new(3).unwrap();
        for (ms, left) in [(0, 2), (10_000, 1), (59_999, 0)] {
            let taken = all.take(of("a"), at(ms));
            assert_eq!((taken.left, taken.wait_s), (left, None));
        }
        let over = all.take(of("a"), at(59_999));
        assert_eq!(over.wait_s, Some(1));
        assert!(matches!(
            over.granted(),
            Err(Failure::TooMany { retry_after_s: 1 })
        ));
        let mut headers = HeaderMap::new();
        over.say(&mut headers);
        assert_eq!(headers["ratelimit-policy"], "\"api\";q=3;w=60");
        assert_eq!(headers["ratelimit"], "\"api\";r=0;t=60");
        // The first is a minute old: one more is taken, not a whole allowance.
        assert_eq!(all.take(of("a"), at(60_000)).wait_s, None);
        assert_eq!(all.take(of("a"), at(60_001)).wait_s, Some(10));
        assert_eq!(all.of_known("b".to_owned()).left, 2);
        assert_eq!(all.of_place("192.0.2.1").left, 2);
        assert_eq!(all.of_place("192.0.2.1").left, 1);
        assert!(Allowances::new(0).is_none());
    }

    #[test]
    fn nobody_fills_the_memory_with_addresses() {
        let all = Allowances::new(1_000).unwrap();
        for n in 0..200_000_u32 {
            all.of_place(&format!("2001:db8::{n:x}"));
        }
        let held = |all: &Allowances| all.counted.lock().unwrap().of.len();
        assert!(held(&all) as u64 <= PLACES);
        // What counts no more is forgotten.
        let later = all.began.elapsed() + WINDOW;
        for _ in 0..ROUND {
            all.take(of("a"), later);
        }
        assert_eq!(held(&all), 1);
    }

    proptest! {
        /// What is promised is what is done: no minute holds more than the allowance, and each answer says how many
        /// are granted at once, when the next one is, and when all are.
        #[test]
        fn no_minute_holds_more_than_the_allowance_and_every_answer_is_true(
            most in 1_u32..40,
            pauses in vec(prop_oneof![0_u64..50, 0_u64..5_000, 0_u64..70_000], 1..200),
        ) {
            let all = Allowances::new(most).unwrap();
            let mut granted: Vec<u64> = Vec::new();
            let mut now = 0;
            for pause in pauses {
                now += pause;
                let said = all.take(of("a"), at(now));
                if said.wait_s.is_none() {
                    granted.push(now);
                }
                let within = |moment: u64| {
                    let counts = granted.iter().filter(|then| moment < **then + 60_000);
                    counts.count() as u64
                };
                prop_assert!(within(now) <= u64::from(most));
                prop_assert_eq!(u64::from(said.left), u64::from(most) - within(now));
                let whole = now + u64::from(said.whole_in_s) * 1_000;
                prop_assert_eq!(within(whole), 0);
                prop_assert!(said.whole_in_s == 0 || within(whole - 1_000) > 0);
                if let Some(wait) = said.wait_s {
                    let then = now + u64::from(wait) * 1_000;
                    prop_assert_eq!(said.left, 0);
                    prop_assert!(within(then) < u64::from(most));
                    prop_assert!(within(then - 1_000) == u64::from(most));
                }
            }
            for (at, first) in granted.iter().enumerate() {
                let same = granted[at..].iter().take_while(|then| **then < first + 60_000);
                prop_assert!(same.count() <= most as usize);
            }
        }
    }
}
