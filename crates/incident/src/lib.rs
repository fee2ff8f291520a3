//! The coordination of incidents: what an operator reports, who has to be told of it and until when, the case that all
//! work on together, and what it did to society. Commands are pure: they look at a matter's state and give the changes
//! that follow, or say why not ([`Refused`]); folds never refuse. What the law changes is dated data.
//!
//! | question | answered by |
//! |---|---|
//! | who is told, on which form, by which rule | [`routing::Routes::route`], `data/routes.toml` |
//! | what is owed until when | [`obligation::Law::clocks`], `data/obligations.toml`, `data/holidays.toml` |
//! | which words the national form has | [`vocabulary::Vocabulary`], `data/event-types.toml` |
//! | what the operator says | [`report`] |
//! | how the case goes on | [`incident`] |
//! | what the attack did to society | [`impact`], with crate `kaname-severity` |
//! | whether a human was reached | [`notification`] |
//!
//! The crate does no I/O and knows no clock: moments and what the directory says are given.
#![forbid(unsafe_code)]

pub mod bound;
pub mod calendar;
pub mod code;
pub mod data;
pub mod digest;
pub mod impact;
pub mod incident;
pub mod notification;
pub mod number;
pub mod obligation;
pub mod refused;
pub mod region;
pub mod report;
pub mod routing;
pub mod vocabulary;

pub use digest::Digest;
pub use impact::ImpactCase;
pub use incident::Incident;
pub use notification::Notification;
pub use refused::Refused;
pub use region::Region;
pub use report::IncidentReport;
