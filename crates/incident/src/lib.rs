//! The second job.
#![forbid(unsafe_code)]

pub mod bound;
pub mod calendar;
pub mod code;
pub mod data;
pub mod digest;
pub mod obligation;
pub mod refused;
pub mod routing;
pub mod vocabulary;

pub use digest::Digest;
pub use refused::Refused;
