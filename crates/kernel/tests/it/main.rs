//! Properties of the kernel's rules.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod audience;
mod event;
mod fold;
mod ledger;
mod marking;
mod seal;
