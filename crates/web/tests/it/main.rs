//! Requests through the router of every endpoint, over a world with a store of its own.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod feed;
mod house;
#[path = "../../../world/tests/it/story.rs"]
mod story;
mod taxii;
