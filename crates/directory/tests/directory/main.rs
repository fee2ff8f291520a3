//! What the directory promises.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod catalogue;
mod folds;
mod reader;
mod text;
mod world;
