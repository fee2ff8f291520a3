//! One integration binary: tables of cases, properties, and real text by path.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test says by panicking what it met"
)]

mod extract;
mod extract_own;
mod extract_properties;
mod real_text;
