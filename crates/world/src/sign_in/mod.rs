//! Who you are: passwords with a second factor, passkeys, OpenID Connect, sessions, API keys, and
//! limits on guessing.

mod entry;
mod key;
mod limit;
pub mod oidc;
pub mod passkey;
pub mod password;
pub mod second_factor;
pub mod session;
mod signature;

pub(crate) use entry::Entry;
pub use session::{SessionInfo, SignedIn};
