//! Doors to the outside: mail by SMTP, calls by HTTPS. A world holds the doors it was given; an
//! exercise gets doors that lead to exercise inboxes, so nothing it does reaches anyone real.

mod address;
mod call;
mod fetch;
mod smtp;

pub use address::is_public;
pub use call::{Call, CallDoor, HttpsDoor, HttpsSettings};
pub use fetch::{Fetch, FetchDoor, FetchError, Fetched, Headers};
pub(crate) use smtp::inner;
pub use smtp::{Mail, MailBody, MailDoor, SmtpDoor, SmtpProtection, SmtpSettings};

/// Why something did not go out.
#[derive(Debug, thiserror::Error)]
pub enum DoorError {
    /// Trying again later may help: nobody answered, the other side is busy.
    #[error("{0}")]
    Later(String),
    /// Trying again will not help: no such address, refused for good.
    #[error("{0}")]
    Never(String),
}
