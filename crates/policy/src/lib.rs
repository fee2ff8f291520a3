//! Who may act. The policies stand in `src/kaname.cedar`, one sentence each; this crate asks them.
//!
//! What someone may *see* is not decided here but by the audience (kernel); a caller asks that first,
//! and answers 404 for what may not be seen.
#![forbid(unsafe_code)]

mod action;
mod policy;
mod request;
mod table;
mod why;

pub use action::{Action, BadAction};
pub use policy::{Decision, Policy, PolicyError};
pub use request::{Principal, PrincipalKind, Resource};
pub use table::PolicyRow;
pub use why::{TEMPORARY_PASSWORD, WHY_KEYS};
