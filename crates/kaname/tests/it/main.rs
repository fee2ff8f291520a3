//! The real program, run as a person or a unit file would: exit codes, JSON, and what remains after
//! it was killed.

mod client;
mod config;
mod kill;
mod program;
mod serving;
mod shell;
mod store;
