//! Operations on the directory: parties, accounts, keys, groups, requests for cooperation, breaches.

pub(crate) mod account;
mod breach;
pub mod cooperation;
mod group;
mod key;
mod own;
mod party;
mod start;

pub use account::Enrolment;
pub use start::FirstOfficer;
