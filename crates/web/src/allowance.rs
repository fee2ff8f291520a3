//! How many requests one caller may make of the JSON API, and what its answers say of it (draft-ietf-httpapi-ratelimit-headers-10).
//! Counted by each server for itself: with several, a caller has as many allowances.

use std::{
    hash::{BuildHasher as _, RandomState},
    num::NonZeroU32,
    sync::atomic::{AtomicU32, Ordering},
};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use governor::{
    Quota, RateLimiter,
    clock::{Clock as _, DefaultClock},
    middleware::StateInformationMiddleware,
    state::keyed::DashMapStateStore,
};

use crate::error::Failure;

/// What a full allowance is.
const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
/// What is left of it.
const LEFT: HeaderName = HeaderName::from_static("ratelimit");
/// Length of the window, in seconds.
const WINDOW_S: u64 = 60;
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

type Limiter =
    RateLimiter<Whose, DashMapStateStore<Whose>, DefaultClock, StateInformationMiddleware>;

/// The allowances of all callers.
pub(crate) struct Allowances {
    limiter: Limiter,
    per_minute: NonZeroU32,
    places: RandomState,
    asked: AtomicU32,
}

impl Allowances {
    /// So many requests a minute for each caller; `None` where nobody counts.
    pub(crate) fn new(per_minute: u32) -> Option<Self> {
        let per_minute = NonZeroU32::new(per_minute)?;
        let limiter = RateLimiter::dashmap(Quota::per_minute(per_minute));
        Some(Self {
            limiter: limiter.with_middleware(),
            per_minute,
            places: RandomState::new(),
            asked: AtomicU32::new(0),
        })
    }

    /// Counts a request of somebody the ledger has a name for.
    pub(crate) fn of_known(&self, name: String) -> Allowance {
        self.take(&Whose::Known(name))
    }

    /// Counts a request of somebody it does not know, by the address.
    pub(crate) fn of_place(&self, address: &str) -> Allowance {
        self.take(&Whose::Place(self.places.hash_one(address) % PLACES))
    }

    fn take(&self, whose: &Whose) -> Allowance {
        if self.asked.fetch_add(1, Ordering::Relaxed) % ROUND == ROUND - 1 {
            self.limiter.retain_recent();
        }
        let most = self.per_minute.get();
        match self.limiter.check_key(whose) {
            Ok(state) => Allowance {
                most,
                left: state.remaining_burst_capacity(),
                wait_s: None,
            },
            Err(until) => {
                let wait = until.wait_time_from(DefaultClock::default().now());
                let wait_s = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
                Allowance {
                    most,
                    left: 0,
                    wait_s: Some(u32::try_from(wait_s.max(1)).unwrap_or(u32::MAX)),
                }
            }
        }
    }
}

/// What a caller has left after a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// Requests of a full allowance, which is whole again after a minute without any.
    pub most: u32,
    /// Requests left at once.
    pub left: u32,
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

    /// Seconds until it is whole again.
    fn whole_in_s(&self) -> u64 {
        let used = u64::from(self.most.saturating_sub(self.left));
        (used * WINDOW_S).div_ceil(u64::from(self.most.max(1)))
    }

    /// Says it in an answer.
    pub(crate) fn say(&self, headers: &mut HeaderMap) {
        let policy = format!("\"api\";q={};w={WINDOW_S}", self.most);
        let left = format!("\"api\";r={};t={}", self.left, self.whole_in_s());
        for (name, value) in [(POLICY, policy), (LEFT, left)] {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(name, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_caller_has_an_allowance_that_runs_out_and_says_so() {
        let all = Allowances::new(3).unwrap();
        for left in [2, 1, 0] {
            let taken = all.of_known("a".to_owned());
            assert_eq!((taken.left, taken.wait_s), (left, None));
        }
        let over = all.of_known("a".to_owned());
        assert!(matches!(over.wait_s, Some(1..=20)), "{over:?}");
        assert!(matches!(
            over.granted(),
            Err(Failure::TooMany {
                retry_after_s: 1..=20
            })
        ));
        let mut headers = HeaderMap::new();
        over.say(&mut headers);
        assert_eq!(headers["ratelimit-policy"], "\"api\";q=3;w=60");
        assert_eq!(headers["ratelimit"], "\"api\";r=0;t=60");
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
        assert!(all.limiter.len() as u64 <= PLACES);
    }
}
