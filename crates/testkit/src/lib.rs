//! Throw-away worlds for tests: a hub with its officers, providers and members, on a store in a
//! temporary folder. Everything goes through the same operations as in production.
#![expect(
    clippy::expect_used,
    reason = "a fixture that cannot be made fails its test"
)]

mod clock;
mod counting;
pub mod keys;
mod nation;
pub mod nats;
pub mod postgres;

pub use clock::MovingClock;
pub use counting::CountingStore;
pub use nation::{Nation, Person};
