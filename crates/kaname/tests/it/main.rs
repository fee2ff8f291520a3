//! The real program, run as a person or a unit file would: exit codes, JSON, and what remains after
//! it was killed.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod client;
mod config;
mod kill;
mod postgres;
mod program;
mod serving;
mod shell;
mod store;
mod webhook;
