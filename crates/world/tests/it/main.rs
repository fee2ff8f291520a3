//! The flow end to end, in process, on a real store.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod delegation;
mod flow;
mod ledger;
mod seal;
mod sign_in;
mod story;
