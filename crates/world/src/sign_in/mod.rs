//! Who you are: passwords with a second factor, passkeys, OpenID Connect, sessions, API keys, and
//! limits on guessing.

mod key;
mod limit;
pub mod oidc;
pub mod passkey;
pub mod password;
pub mod second_factor;
pub mod session;
mod signature;

pub use session::{SessionInfo, SignedIn};
