//! What leaves the hub: collections read over TAXII, feeds, deliveries by mail and webhook, and the
//! record of who received what.

mod fetched;
mod offered;
mod posted;
mod submitting;

pub use fetched::{FETCHED, FetchBook, FetchedDuty};
pub use offered::{Offered, Range};
pub use posted::{Posted, PostedObject, STATUS_HOURS};
