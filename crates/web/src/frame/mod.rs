//! What surrounds every page: who is looking, in which language, where they may go, and the
//! protections each answer carries.
//!
//! A page embeds a [`Page`], made by the [`Frame`] that its handler takes as an argument.

mod around;
pub(crate) mod cookie;
mod csrf;
mod flash;
mod form;
mod host;
mod nav;
mod page;
pub mod part;
mod preference;
mod request;
#[cfg(test)]
mod rules;
#[cfg(test)]
pub(crate) mod sample;
#[cfg(test)]
mod tests;
mod typed;
mod upload;

pub use around::{Pages, around};
pub use csrf::{CsrfKey, guard};
pub(crate) use csrf::{guard_api, is_limit, unsent};
pub use flash::Flash;
pub use form::{Posted, PostedBoth};
pub use host::{Cast, Ended, Host, Settings, Visitor, WhoAmI};
pub use nav::{NavGroup, NavItem, Section};
pub use page::{Page, Theme, show, show_with};
pub use preference::endpoint as preference_endpoint;
pub(crate) use preference::inside;
pub use request::Frame;
pub use upload::{Upload, UploadedFile};
