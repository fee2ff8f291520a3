//! Tests of the severity crate.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod answer;
mod boundary;
mod decision;
mod golden;
mod policy;
mod property;
mod refused;
mod support;
mod triage;
