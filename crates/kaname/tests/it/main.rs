//! The real program, run as a person or a unit file would: exit codes, JSON, and what remains after
//! it was killed.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod analyst;
mod assessments;
mod browser;
mod campaigns;
mod client;
mod config;
mod database_away;
mod emptied;
mod flip;
mod hub;
mod incident;
mod item;
mod kill;
mod kill_database;
mod kill_flow;
mod kill_rebuild;
mod kill_worker;
mod misp;
mod nodes;
mod operating;
mod outlets;
mod postgres;
mod program;
mod pymisp;
mod relay;
mod scene;
mod serving;
mod severity;
mod shell;
mod sink;
mod slips;
mod sources;
mod stix;
mod store;
mod taxii;
mod taxii_pull;
mod warninglist;
mod webhook;
mod widened;
mod wire;
