//! Telling what fails again and again: with all its causes, and seldom.

use std::time::Duration;

use kaname_store::{StoreError, trouble};
use kaname_world::WorldError;
use tokio::time::Instant;

pub(super) use trouble::told;

/// Tells the same thing once in a while, by the machine's clock.
#[derive(Debug)]
pub(super) struct Seldom(trouble::Seldom);

impl Seldom {
    pub(super) fn new(every: Duration) -> Self {
        Self(trouble::Seldom::new(every))
    }

    /// The error with its causes, when it is told now. That the store cannot be used the store tells
    /// itself, once for all who ask it.
    pub(super) fn worth(&mut self, error: &WorldError) -> Option<String> {
        if matches!(error, WorldError::Store(StoreError::Unavailable { .. })) {
            return None;
        }
        let cause = told(error);
        self.now(&cause).then_some(cause)
    }

    /// Whether it is told now.
    pub(super) fn now(&mut self, what: &str) -> bool {
        self.0.is_due(Instant::now().into_std(), what)
    }
}
