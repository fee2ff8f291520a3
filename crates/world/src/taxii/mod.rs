//! TAXII both ways (TAXII 2.1): what members read, what is posted here, what is pulled from and pushed to
//! other servers, and
//! whole servers written out and read in.

mod envelope;
pub mod layout;
mod offered;
mod peers;
mod posted;
mod pull;
mod push;
mod root;
mod speaking;

use jiff::Timestamp;

pub(crate) use envelope::{Envelope, id_of};
pub use offered::Offered;
pub use peers::{PEER, PeerDuty};
pub use posted::{Posted, PostedObject, STATUS_HOURS, Status};
pub use pull::Pulled;
pub use push::Pushed;
pub use root::Root;

/// A moment as TAXII writes it: UTC, six digits of a second (TAXII 2.1 §2). Microseconds since 1970.
pub fn stamp(us: i64) -> String {
    let at = Timestamp::from_microsecond(us).unwrap_or(Timestamp::UNIX_EPOCH);
    format!("{at:.6}")
}
