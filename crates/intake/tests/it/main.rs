//! One integration binary: tables of cases, properties, and real text by path.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test says by panicking what it met"
)]

mod decode;
mod extract;
mod extract_japanese;
mod extract_own;
mod extract_properties;
mod foreign;
mod group;
mod hostile;
mod linear;
mod listed;
mod mail;
mod news;
mod provider;
mod real_text;
mod submission;
mod table;
mod warning;
mod when;
mod written;
