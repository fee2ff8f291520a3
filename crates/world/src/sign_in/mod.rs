//! Who you are: passwords with a second factor, sessions, API keys, and limits on guessing.

mod key;
mod limit;
pub mod password;
pub mod second_factor;
pub mod session;

pub use session::{SessionInfo, SignedIn};
