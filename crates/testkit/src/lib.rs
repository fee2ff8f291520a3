//! Throw-away worlds for tests: a hub with its officers, providers and members, on a store in a
//! temporary folder. Everything goes through the same operations as in production.
#![expect(
    clippy::expect_used,
    reason = "a fixture that cannot be made fails its test"
)]

mod clock;
mod nation;
pub mod nats;
pub mod postgres;

pub use clock::MovingClock;
pub use nation::{Nation, Person};
