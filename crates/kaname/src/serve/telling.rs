//! Telling what fails again and again: with all its causes, and seldom.

use std::{collections::HashMap, time::Duration};

use tokio::time::Instant;

/// An error with what caused it, for a log line.
pub(super) fn told(error: &(dyn std::error::Error + 'static)) -> String {
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
pub(super) struct Seldom {
    every: Duration,
    last: HashMap<String, Instant>,
}

impl Seldom {
    pub(super) fn new(every: Duration) -> Self {
        let last = HashMap::new();
        Self { every, last }
    }

    /// The error with its causes, when it is told now.
    pub(super) fn worth(&mut self, error: &(dyn std::error::Error + 'static)) -> Option<String> {
        let cause = told(error);
        self.now(&cause).then_some(cause)
    }

    /// Whether it is told now.
    pub(super) fn now(&mut self, what: &str) -> bool {
        let now = Instant::now();
        self.last
            .retain(|_, at| now.duration_since(*at) < self.every);
        if self.last.contains_key(what) {
            return false;
        }
        self.last.insert(what.to_owned(), now);
        true
    }
}
